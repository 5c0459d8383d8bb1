/* Regression: a missing value is predicted from the country's other indicators.
 *
 *     x_q = b_0 + sum b_j x_j,   b by least squares over the countries that have x_q and all the x_j
 *
 * Source: OECD/JRC Handbook (2008), p. 57, eq. (3). By hand: y = 2 x on the others, x = 3 here: 6.
 * Predictors are the indicators of the group (same parent, or all) that the country itself has, years pooled; the ones
 * that correlate least are given up until there are `min_ratio` rows for each coefficient. Edges: no predictor left: the
 * cell stays missing; the prediction is held within the values observed anywhere: a line has no business beyond. */
#include "metrics/impute.h"
#include "metrics/regression.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const csi_option options[] = {
    CSI_OPTION_WITHIN("parent"),
    {"min_ratio", CSI_OPTION_NUMBER, "5", 1, 1000, NULL, "the least number of complete rows for each coefficient"},
    CSI_OPTIONS_WHICH,
};

typedef struct job {
    const csi_panel *in;
    const size_t *series;
    size_t n, n_cells;
    double min_ratio;
    double *correlation; /* n x n, absolute */
    double *x, *y;       /* scratch: rows of a regression */
    size_t *predictor;   /* positions in series */
    bool *is_open;       /* cells of the target that are still to be filled */
    double *beta;
    double low, high;    /* of the target, observed */
} job;

static const double *values(const job *j, size_t q)
{
    return csi_panel_column(j->in, j->series[q], 0);
}

/* Rows in which the target and all predictors are present. */
static size_t gather(const job *j, size_t target, size_t k)
{
    size_t rows = 0;
    for (size_t i = 0; i < j->n_cells; i++) {
        bool is_complete = !isnan(values(j, target)[i]);
        j->x[rows * (k + 1)] = 1;
        for (size_t a = 0; a < k && is_complete; a++) {
            j->x[rows * (k + 1) + a + 1] = values(j, j->predictor[a])[i];
            is_complete = !isnan(values(j, j->predictor[a])[i]);
        }
        j->y[rows] = values(j, target)[i];
        rows += is_complete;
    }
    return rows;
}

static size_t drop_weakest(const job *j, size_t target, size_t k)
{
    size_t weakest = 0;
    for (size_t a = 1; a < k; a++) {
        const double *r = j->correlation + target * j->n;
        weakest = r[j->predictor[a]] < r[j->predictor[weakest]] ? a : weakest;
    }
    memmove(j->predictor + weakest, j->predictor + weakest + 1, (k - weakest - 1) * sizeof *j->predictor);
    return k - 1;
}

/* Fits the target on what `cell` has; returns how many predictors are left, 0 when none. */
static csi_status fit(const job *j, size_t target, size_t cell, size_t *n_predictors)
{
    size_t k = 0;
    for (size_t q = 0; q < j->n; q++) {
        if (q != target && !isnan(values(j, q)[cell]) && j->correlation[target * j->n + q] > 0) {
            j->predictor[k++] = q;
        }
    }
    size_t rows = gather(j, target, k);
    while (k > 0 && (double)rows < j->min_ratio * (double)(k + 1)) {
        k = drop_weakest(j, target, k);
        rows = gather(j, target, k);
    }
    *n_predictors = k;
    return k > 0 ? csi_ols(j->x, j->y, rows, k + 1, j->beta, NULL, NULL) : CSI_OK;
}

static double predict(const job *j, size_t cell, size_t k)
{
    double sum = j->beta[0];
    for (size_t a = 0; a < k; a++) {
        sum += j->beta[a + 1] * values(j, j->predictor[a])[cell];
    }
    return fmin(fmax(sum, j->low), j->high);
}

static bool same_pattern(const job *j, size_t a, size_t b)
{
    for (size_t q = 0; q < j->n; q++) {
        if (isnan(values(j, q)[a]) != isnan(values(j, q)[b])) {
            return false;
        }
    }
    return true;
}

/* One fit for all cells whose countries have the same indicators. */
static csi_status fill_target(job *j, csi_panel *out, size_t target)
{
    csi_status status = CSI_OK;
    for (size_t cell = 0; cell < j->n_cells; cell++) {
        j->is_open[cell] = isnan(values(j, target)[cell]);
    }
    csi_sample_range(values(j, target), j->n_cells, &j->low, &j->high);
    for (size_t cell = 0; cell < j->n_cells && status == CSI_OK; cell++) {
        size_t k = 0;
        if (!j->is_open[cell]) {
            continue;
        }
        status = fit(j, target, cell, &k);
        for (size_t other = cell; other < j->n_cells && status == CSI_OK; other++) {
            if (j->is_open[other] && same_pattern(j, cell, other)) {
                j->is_open[other] = false;
                if (k > 0) {
                    csi_impute_cell(out, j->series[target], other, predict(j, other, k));
                }
            }
        }
    }
    return status;
}

static void correlate(job *j)
{
    for (size_t q = 0; q < j->n; q++) {
        for (size_t k = 0; k < j->n; k++) {
            const double r = csi_sample_correlation(values(j, q), values(j, k), j->n_cells, NULL);
            j->correlation[q * j->n + k] = isnan(r) ? 0 : fabs(r);
        }
    }
}

static csi_status fill_group(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                             const size_t *series, size_t n, csi_diag *diag)
{
    const size_t n_cells = in->n_years * in->n_countries;
    job j = {.in = in, .series = series, .n = n, .n_cells = n_cells, .min_ratio = csi_step_number(step, "min_ratio"),
             .correlation = calloc(n * n + 1, sizeof(double)), .x = calloc((n_cells + 1) * (n + 1), sizeof(double)),
             .y = calloc(n_cells + 1, sizeof(double)), .predictor = calloc(n + 1, sizeof(size_t)),
             .is_open = calloc(n_cells + 1, sizeof(bool)), .beta = calloc(n + 2, sizeof(double))};
    csi_status status = j.correlation && j.x && j.y && j.predictor && j.is_open && j.beta ? CSI_OK : CSI_ERR_MEMORY;
    (void)context, (void)diag;
    if (status == CSI_OK) {
        correlate(&j);
    }
    for (size_t target = 0; target < n && status == CSI_OK; target++) {
        status = fill_target(&j, out, target);
    }
    free(j.correlation);
    free(j.x);
    free(j.y);
    free(j.predictor);
    free(j.is_open);
    free(j.beta);
    return status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_impute_groups(step, context, in, out, fill_group, diag);
}

const csi_method csi_impute_regression = {
    .step = CSI_STEP_IMPUTE,
    .name = "regression",
    .title = "Regression on the country's other indicators",
    .formula = "x_q = b_0 + sum b_j x_j, b by least squares",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 57, eq. (3)",
    .edges = "Without a predictor the cell stays missing; predictions are held within the values observed.",
    CSI_OPTIONS(options),
    .apply = apply,
};
