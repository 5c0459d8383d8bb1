/* Unobserved components: children that follow what all have in common weigh more.
 *
 *     y_cq = alpha_q + beta_q (g_c + e_cq),   var g = 1, var e_q = sigma_q^2;   w_q = sigma_q^-2 / (1 + sum sigma^-2)
 *
 * Source: Kaufmann, Kraay & Zoido-Lobaton (1999), World Bank Policy Research Working Paper 2195; OECD/JRC Handbook (2008),
 * p. 94-96, eq. (23)-(26). By hand: three children with pairwise correlation r have beta^2 = r, sigma^2 = 1/r - 1 each.
 * Fitted by EM on standardised columns: given g, the errors are independent, so missing cells need no filling. Edges:
 * three children at least and no constant one, else an error; a variance that runs to 0 (a child that is the common
 * part, a Heywood case) is held at 1e-6 of the child's and warned of. */
#include <math.h>
#include <stdlib.h>

#include "metrics/sample.h"
#include "metrics/weighting.h"

#define LEAST_VARIANCE 1e-6
#define MAX_ROUNDS 20000
#define STILL 1e-12

static const csi_option options[] = {CSI_OPTIONS_OVER("panel")};

/* The model on standardised columns: x_iq = mean_q + load_q f_i + noise of variance unique_q. */
typedef struct model {
    const csi_columns *columns;
    double *x;                     /* standardised, as columns->value */
    double *mean, *load, *unique;  /* [p] */
    double *factor;                /* [n]: expected f; its variance is spread */
    double *spread;                /* [n] */
} model;

static csi_status standardise(model *m)
{
    const size_t n = m->columns->n, p = m->columns->p;
    double *column = calloc(n + 1, sizeof *column);
    csi_status status = column == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t q = 0; q < p && status == CSI_OK; q++) {
        csi_columns_get(m->columns, q, column);
        const double mean = csi_sample_mean(column, n), sd = csi_sample_population_sd(column, n);
        double low, high;
        if (!csi_sample_range(column, n, &low, &high) || csi_sample_is_constant(low, high)) {
            status = CSI_ERR_DATA;
        }
        for (size_t i = 0; i < n; i++) {
            m->x[i * p + q] = (column[i] - mean) / sd;
        }
        m->load[q] = sqrt(0.5);
        m->unique[q] = 0.5;
    }
    free(column);
    return status;
}

static void expect(model *m)
{
    const size_t p = m->columns->p;
    for (size_t i = 0; i < m->columns->n; i++) {
        double precision = 1, sum = 0;
        for (size_t q = 0; q < p; q++) {
            if (!isnan(m->x[i * p + q])) {
                precision += m->load[q] * m->load[q] / m->unique[q];
                sum += m->load[q] * (m->x[i * p + q] - m->mean[q]) / m->unique[q];
            }
        }
        m->factor[i] = sum / precision;
        m->spread[i] = 1 / precision;
    }
}

/* Regression of column q on the expected factor; returns how much its loading moved. */
static double maximise(model *m, size_t q)
{
    const size_t p = m->columns->p;
    double n = 0, f = 0, ff = 0, x = 0, xf = 0, xx = 0;
    for (size_t i = 0; i < m->columns->n; i++) {
        const double value = m->x[i * p + q];
        if (!isnan(value)) {
            n++;
            f += m->factor[i];
            ff += m->factor[i] * m->factor[i] + m->spread[i];
            x += value;
            xf += value * m->factor[i];
            xx += value * value;
        }
    }
    const double before = m->load[q];
    m->load[q] = (xf - x * f / n) / (ff - f * f / n);
    m->mean[q] = (x - m->load[q] * f) / n;
    const double rest = xx - 2 * m->load[q] * xf - 2 * m->mean[q] * x + 2 * m->mean[q] * m->load[q] * f +
                        m->load[q] * m->load[q] * ff + n * m->mean[q] * m->mean[q];
    m->unique[q] = fmax(rest / n, LEAST_VARIANCE);
    return fabs(m->load[q] - before);
}

static void iterate(model *m)
{
    double moved = 1;
    for (int round = 0; round < MAX_ROUNDS && moved > STILL; round++) {
        moved = 0;
        expect(m);
        for (size_t q = 0; q < m->columns->p; q++) {
            moved = fmax(moved, maximise(m, q));
        }
    }
}

csi_status csi_ucm_fit(const csi_columns *columns, double *sigma2, double *beta)
{
    const size_t n = columns->n, p = columns->p;
    model m = {.columns = columns, .x = calloc(n * p + 1, sizeof(double)), .mean = calloc(p + 1, sizeof(double)),
               .load = calloc(p + 1, sizeof(double)), .unique = calloc(p + 1, sizeof(double)),
               .factor = calloc(n + 1, sizeof(double)), .spread = calloc(n + 1, sizeof(double))};
    csi_status status = m.x && m.mean && m.load && m.unique && m.factor && m.spread ? CSI_OK : CSI_ERR_MEMORY;
    CSI_TRY(status);
    CSI_TRY(p < 3 ? CSI_ERR_DATA : CSI_OK);
    CSI_TRY(standardise(&m));
    iterate(&m);
    for (size_t q = 0; q < p; q++) {
        sigma2[q] = m.unique[q] / (m.load[q] * m.load[q]);
        beta[q] = m.load[q];
    }
out:
    free(m.x);
    free(m.mean);
    free(m.load);
    free(m.unique);
    free(m.factor);
    free(m.spread);
    return status;
}

static csi_status invert(const csi_step *step, const csi_context *context, size_t node, const double *beta,
                         double *weight, csi_diag *diag)
{
    const csi_node *parent = &context->framework->node[node];
    double sign = 0;
    for (size_t q = 0; q < parent->n_children; q++) {
        sign += beta[q];
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        const char *code = context->framework->node[parent->child[q]].code;
        if (weight[q] * beta[q] * beta[q] <= LEAST_VARIANCE * (1 + 1e-9)) {
            csi_diag_warn(diag, &step->place, "node \"%s\": \"%s\" is all but the common component itself", parent->code,
                          code);
        }
        if (beta[q] * sign < 0) {
            csi_diag_warn(diag, &step->place, "node \"%s\": \"%s\" runs against the common component", parent->code, code);
        }
        weight[q] = 1 / weight[q];
    }
    return CSI_OK;
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    csi_columns columns;
    double *beta = calloc(context->framework->node[node].n_children + 1, sizeof *beta);
    csi_status status = csi_columns_of_node(context, scores, node, first_year, n_years, false, &columns);
    if (status == CSI_OK) {
        status = beta == NULL ? CSI_ERR_MEMORY : csi_ucm_fit(&columns, weight, beta);
    }
    if (status == CSI_ERR_DATA) {
        csi_diag_error(diag, status, &step->place, "node \"%s\": an unobserved component needs three children, none of "
                       "them constant", context->framework->node[node].code);
    } else if (status == CSI_OK) {
        status = invert(step, context, node, beta, weight, diag);
    }
    csi_columns_free(&columns);
    free(beta);
    return status;
}

const csi_method csi_weight_ucm = {
    .step = CSI_STEP_WEIGHT,
    .name = "ucm",
    .title = "Unobserved components model",
    .formula = "y = alpha_q + beta_q (g + e_q), w_q proportional to 1 / var e_q",
    .source = "Kaufmann, Kraay & Zoido-Lobaton (1999), World Bank Policy Research Working Paper 2195; OECD/JRC Handbook "
              "(2008), p. 94-96",
    .edges = "Three children at least, none of them constant; a variance that runs to 0 is held and warned of.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
