/* Analytic hierarchy process: weights from pairwise judgements of importance.
 *
 *     A w = lambda w;   CI = (lambda - n)/(n - 1),   CR = CI / RI(n), accepted below max_ratio
 *
 * Source: Saaty (1980), The Analytic Hierarchy Process; OECD/JRC Handbook (2008), p. 96-98. By hand: (1, 3; 1/3, 1): 3/4
 * and 1/4, lambda 2, CR 0. Saaty's drinks: coffee 0.177, CR 0.022.
 * Power iteration from 1/n: a positive matrix has one Perron vector, and it converges to it. Edges: up to two children are
 * always consistent; entries that are not positive or not reciprocal, a matrix of the wrong size, and judgements above
 * max_ratio are errors. Random indices differ between authors: `random_index` says whose. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "metrics/weighting.h"

#define RECIPROCAL 1e-9
#define MAX_ROUNDS 100000

static const csi_option options[] = {
    {"matrix", CSI_OPTION_MATRIX, NULL, 0, 1e6, NULL,
     "a_ij: how much more important child i is than child j, children in the order of the framework; a 0 below the "
     "diagonal stands for the reciprocal of the entry above it"},
    {"max_ratio", CSI_OPTION_NUMBER, "0.1", 0, 1, NULL, "the largest consistency ratio accepted"},
    {"random_index", CSI_OPTION_CHOICE, "saaty", 0, 0, "saaty|donegan_dodd", "whose random consistency indices"},
};

/* n = 3 .. 15 */
static const double random_index[2][13] = {
    {0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59},
    {0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643, 1.4822, 1.4969},
};

double csi_ahp_ratio(const csi_ahp_answer *answer, size_t n, csi_random_index table)
{
    return n <= 2 ? 0 : n > 15 ? NAN : answer->index / random_index[table][n - 3];
}

static bool is_reciprocal(const double *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (!(a[i * n + j] > 0) || fabs(a[i * n + j] * a[j * n + i] - 1) > RECIPROCAL) {
                return false;
            }
        }
    }
    return true;
}

/* One multiplication, scaled to sum to 1; how much the vector changed. */
static double multiply(const double *a, size_t n, double *weight, double *next, double *lambda)
{
    double sum = 0, change = 0;
    for (size_t i = 0; i < n; i++) {
        next[i] = 0;
        for (size_t j = 0; j < n; j++) {
            next[i] += a[i * n + j] * weight[j];
        }
        sum += next[i];
    }
    for (size_t i = 0; i < n; i++) {
        change = fmax(change, fabs(next[i] / sum - weight[i]));
        weight[i] = next[i] / sum;
    }
    *lambda = sum;
    return change;
}

csi_status csi_ahp_weights(const double *a, size_t n, double *weight, csi_ahp_answer *answer)
{
    if (!is_reciprocal(a, n)) {
        return CSI_ERR_DATA;
    }
    double *next = calloc(n + 1, sizeof *next);
    if (next == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        weight[i] = 1 / (double)n;
    }
    for (int round = 0; round < MAX_ROUNDS && multiply(a, n, weight, next, &answer->lambda) > 1e-15; round++) {
    }
    answer->index = n > 1 ? (answer->lambda - (double)n) / (double)(n - 1) : 0;
    free(next);
    return CSI_OK;
}

static csi_status square(const csi_step *step, const csi_node *parent, csi_diag *diag, double *a)
{
    const csi_option_value *matrix = csi_step_value(step, "matrix");
    const size_t n = parent->n_children;
    bool is_square = matrix->n == n;
    for (size_t i = 0; i < matrix->n && is_square; i++) {
        is_square = matrix->row_lengths[i] == n;
        memcpy(a + i * n, matrix->rows[i], is_square ? n * sizeof *a : 0);
    }
    for (size_t i = 0; i < n && is_square; i++) {
        for (size_t j = 0; j < i; j++) {
            a[i * n + j] = a[i * n + j] == 0 ? 1 / a[j * n + i] : a[i * n + j];
        }
    }
    return is_square ? CSI_OK
                     : csi_diag_error(diag, CSI_ERR_CONFIG, &matrix->place,
                                      "node \"%s\" has %zu children: the matrix must have as many rows and columns",
                                      parent->code, n);
}

static csi_status accept(const csi_step *step, const csi_node *parent, const csi_ahp_answer *answer, csi_diag *diag)
{
    const double ratio =
        csi_ahp_ratio(answer, parent->n_children, (csi_random_index)csi_step_choice(step, "random_index"));
    char text[CSI_NUMBER_MAX], most[CSI_NUMBER_MAX];
    if (ratio <= csi_step_number(step, "max_ratio")) {
        return CSI_OK;
    }
    csi_number_write(csi_step_number(step, "max_ratio"), most);
    csi_number_write_fixed(isnan(ratio) ? 0 : ratio, 4, text);
    return isnan(ratio) ? csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                                         "node \"%s\": no random index is known beyond 15 children", parent->code)
                        : csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                                         "node \"%s\": the judgements are inconsistent: the ratio is %s, %s is allowed",
                                         parent->code, text, most);
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    (void)scores, (void)first_year, (void)n_years;
    const csi_node *parent = &context->framework->node[node];
    csi_ahp_answer answer = {0};
    double *a = calloc(parent->n_children * parent->n_children + 1, sizeof *a);
    csi_status status = a == NULL ? CSI_ERR_MEMORY : square(step, parent, diag, a);
    if (status == CSI_OK) {
        status = csi_ahp_weights(a, parent->n_children, weight, &answer);
        if (status == CSI_ERR_DATA) {
            csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                           "node \"%s\": judgements must be positive and a_ij a_ji must be 1", parent->code);
            status = CSI_ERR_CONFIG;
        }
    }
    if (status == CSI_OK) {
        status = accept(step, parent, &answer, diag);
    }
    free(a);
    return status;
}

const csi_method csi_weight_ahp = {
    .step = CSI_STEP_WEIGHT,
    .name = "ahp",
    .title = "Analytic hierarchy process",
    .formula = "A w = lambda w; CI = (lambda - n)/(n - 1); CR = CI / RI(n)",
    .source = "Saaty (1980), The Analytic Hierarchy Process; OECD/JRC Handbook (2008), p. 96-98",
    .edges = "Up to two children are always consistent; entries that are not positive and reciprocal, and a consistency "
             "ratio above max_ratio, are errors.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
