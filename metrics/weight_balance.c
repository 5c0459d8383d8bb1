/* Balanced importance: weights at which children matter for the score as much as they are meant to.
 *
 *     S_q = corr(x_q, sum w x)^2;   min over w >= 0, sum w = 1 of sum (S_q / sum S - target_q)^2
 *
 * Source: Becker, Saisana, Paruolo & Vandecasteele (2017), Ecological Indicators 80:12-22; Linden et al. (2021). By hand:
 * two children of equal variance: 0.5 each whatever their correlation.
 * Softmax keeps the weights in place, Nelder-Mead (GSL) looks for them from equal weights and from each child favoured in
 * turn; the best is taken, polished once more. Edges: only countries with every child; a constant child is an error;
 * where no weights reach the target, the closest are used and a warning says what is missing. */
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "core/number.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"

#define MAX_ROUNDS 20000
#define STILL 1e-10
#define REACHED 1e-4

static const csi_option options[] = {
    {"target", CSI_OPTION_TABLE, "", 0, 1e9, NULL, "importance meant for each child, by code (default: equal)"},
    CSI_OPTIONS_OVER("panel"),
};

typedef struct balance {
    size_t p;
    const double *covariance; /* p x p */
    const double *target;     /* sums to 1 */
    double *weight;           /* scratch */
} balance;

/* Weights from p - 1 free logits, the last being 0. */
static void softmax(const gsl_vector *v, double *weight, size_t p)
{
    double high = 0, sum = 0;
    for (size_t q = 0; q + 1 < p; q++) {
        high = fmax(high, gsl_vector_get(v, q));
    }
    for (size_t q = 0; q < p; q++) {
        weight[q] = csi_exp((q + 1 < p ? gsl_vector_get(v, q) : 0) - high);
        sum += weight[q];
    }
    for (size_t q = 0; q < p; q++) {
        weight[q] /= sum;
    }
}

static double objective(const gsl_vector *v, void *user)
{
    const balance *b = user;
    double sum = 0, gap = 0, share[64];
    softmax(v, b->weight, b->p);
    for (size_t q = 0; q < b->p; q++) {
        double cross = 0;
        for (size_t j = 0; j < b->p; j++) {
            cross += b->covariance[q * b->p + j] * b->weight[j];
        }
        share[q] = cross * cross / b->covariance[q * b->p + q];
        sum += share[q];
    }
    for (size_t q = 0; q < b->p; q++) {
        const double d = share[q] / sum - b->target[q];
        gap += d * d;
    }
    return gap;
}

/* Nelder-Mead from `start`, which the end replaces, and the objective there. */
static csi_status descend(balance *b, gsl_vector *start, double stride, double *here)
{
    gsl_multimin_function function = {objective, b->p - 1, b};
    gsl_multimin_fminimizer *m = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, b->p - 1);
    gsl_vector *step = gsl_vector_alloc(b->p - 1);
    const bool has_room = m != NULL && step != NULL;
    if (has_room) {
        gsl_vector_set_all(step, stride);
        gsl_multimin_fminimizer_set(m, &function, start, step);
        for (int round = 0; round < MAX_ROUNDS && gsl_multimin_fminimizer_iterate(m) == 0; round++) {
            if (gsl_multimin_fminimizer_size(m) < STILL) {
                break;
            }
        }
        gsl_vector_memcpy(start, gsl_multimin_fminimizer_x(m));
        *here = objective(start, b);
    }
    gsl_multimin_fminimizer_free(m);
    gsl_vector_free(step);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status search(balance *b, double *weight, double *miss)
{
    gsl_vector *v = gsl_vector_alloc(b->p - 1), *best_v = gsl_vector_calloc(b->p - 1);
    double best = HUGE_VAL, here = HUGE_VAL;
    csi_status status = v != NULL && best_v != NULL ? CSI_OK : CSI_ERR_MEMORY;
    for (size_t start = 0; start <= b->p && status == CSI_OK; start++) {
        gsl_vector_set_all(v, start == b->p - 1 ? -2 : 0);
        if (start + 1 < b->p) {
            gsl_vector_set(v, start, 2);
        }
        status = descend(b, v, 0.5, &here);
        if (status == CSI_OK && here < best * (1 - 1e-9)) {
            best = here;
            gsl_vector_memcpy(best_v, v);
        }
    }
    if (status == CSI_OK) {
        status = descend(b, best_v, 0.05, &best);
        softmax(best_v, weight, b->p);
        *miss = sqrt(best / (double)b->p);
    }
    gsl_vector_free(v);
    gsl_vector_free(best_v);
    return status;
}

static csi_status fill_covariance(const csi_columns *columns, double *covariance)
{
    const size_t n = columns->n, p = columns->p;
    double *column = calloc((n + 1) * (p + 1), sizeof *column);
    csi_status status = column == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t q = 0; q < p && status == CSI_OK; q++) {
        csi_columns_get(columns, q, column + q * n);
        const double sd = csi_sample_sd(column + q * n, n);
        status = sd > 0 ? CSI_OK : CSI_ERR_DATA;
        covariance[q * p + q] = sd * sd;
        for (size_t k = 0; k < q && status == CSI_OK; k++) {
            covariance[q * p + k] = covariance[k * p + q] =
                csi_sample_correlation(column + q * n, column + k * n, n, NULL) * sd * sqrt(covariance[k * p + k]);
        }
    }
    free(column);
    return status;
}

csi_status csi_balance_weights(const csi_columns *columns, const double *target, double *weight, double *miss)
{
    const size_t p = columns->p;
    double *covariance = calloc(p * p + 1, sizeof *covariance), *scratch = calloc(p + 1, sizeof *scratch);
    double *share = calloc(p + 1, sizeof *share), sum = 0;
    csi_status status = covariance && scratch && share ? CSI_OK : CSI_ERR_MEMORY;
    balance b = {p, covariance, share, scratch};
    CSI_TRY(status);
    CSI_TRY(columns->n < 3 || p > 64 ? CSI_ERR_DATA : CSI_OK);
    CSI_TRY(fill_covariance(columns, covariance));
    for (size_t q = 0; q < p; q++) {
        sum += target[q];
    }
    for (size_t q = 0; q < p; q++) {
        share[q] = target[q] / sum;
    }
    weight[0] = 1;
    *miss = 0;
    CSI_TRY(p > 1 ? search(&b, weight, miss) : CSI_OK);
out:
    free(covariance);
    free(scratch);
    free(share);
    return status;
}

static void read_target(const csi_step *step, const csi_framework *framework, size_t node, double *target)
{
    const csi_option_value *table = csi_step_value(step, "target");
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        target[q] = 1;
        for (size_t i = 0; i < table->n; i++) {
            if (strcmp(table->texts[i], framework->node[framework->node[node].child[q]].code) == 0) {
                target[q] = table->numbers[i];
            }
        }
    }
}

static void tell(const csi_step *step, const char *code, csi_status status, double miss, csi_diag *diag)
{
    char text[CSI_NUMBER_MAX];
    if (status == CSI_ERR_DATA) {
        csi_diag_error(diag, status, &step->place, "node \"%s\": balance needs three countries with every child, at most "
                       "64 children and none of them constant", code);
    } else if (status == CSI_OK && miss > REACHED) {
        csi_number_write_fixed(miss, 4, text);
        csi_diag_warn(diag, &step->place, "node \"%s\": no weights reach the importance asked for; the closest miss it by "
                      "%s", code, text);
    }
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    csi_columns columns;
    double *target = calloc(context->framework->node[node].n_children + 1, sizeof *target), miss = 0;
    csi_status status = csi_columns_of_node(context, scores, node, first_year, n_years, true, &columns);
    if (status == CSI_OK && target == NULL) {
        status = CSI_ERR_MEMORY;
    }
    if (status == CSI_OK) {
        read_target(step, context->framework, node, target);
        status = csi_balance_weights(&columns, target, weight, &miss);
    }
    tell(step, context->framework->node[node].code, status, miss, diag);
    csi_columns_free(&columns);
    free(target);
    return status;
}

const csi_method csi_weight_balance = {
    .step = CSI_STEP_WEIGHT,
    .name = "balance",
    .title = "Weights for balanced importance (correlation ratio)",
    .formula = "min over w of sum (S_q / sum S - target_q)^2, S_q = corr(x_q, sum w x)^2",
    .source = "Becker, Saisana, Paruolo & Vandecasteele (2017), Ecological Indicators 80:12-22",
    .edges = "Only countries with every child; a target that no weights reach is warned of.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
