/* Principal component weights: what children have in common counts once, however many of them say it.
 *
 *     loadings of the factors kept, rotated by varimax; each child belongs to the factor of its highest loading;
 *     w_q proportional to (loading^2 / variance of the factor) * (variance of the factor / variance of all factors)
 *
 * Source: Nicoletti, Scarpetta & Boylaud (2000), OECD Economics Department Working Paper 226; OECD/JRC Handbook (2008), p.
 * 89-91 (Table 18). By hand: two children, r > 0: one factor, equal loadings, 0.5 each.
 * `first`: squared loadings of the first component alone. Edges: children that are constant over the sample get 0;
 * fewer complete countries than children, or fewer than three, are an error; a negative loading in the own factor means
 * a conflict of direction and is warned of. Signs of eigenvectors are arbitrary and do not matter here: loadings are
 * squared, and each rotated factor is turned so that its sum is positive. */
#include <math.h>
#include <stdlib.h>

#include "metrics/factor.h"
#include "metrics/weighting.h"

enum { NICOLETTI, FIRST };

static const csi_option options[] = {
    {"form", CSI_OPTION_CHOICE, "nicoletti", 0, 0, "nicoletti|first", "rotated factors, or the first component alone"},
    {"factors", CSI_OPTION_INTEGER, "rule", 1, 1000, "rule",
     "how many factors; rule: eigenvalue above min_eigenvalue, each above min_each, together above min_together"},
    {"min_eigenvalue", CSI_OPTION_NUMBER, "1", 0, 100, NULL, "the least eigenvalue of a factor"},
    {"min_each", CSI_OPTION_NUMBER, "0.1", 0, 1, NULL, "the least share of variance of a factor"},
    {"min_together", CSI_OPTION_NUMBER, "0.6", 0, 1, NULL, "the least share of variance of all factors together"},
    CSI_OPTIONS_OVER("panel"),
};

static size_t own_factor(const double *row, size_t k)
{
    size_t best = 0;
    for (size_t j = 1; j < k; j++) {
        best = row[j] > row[best] ? j : best;
    }
    return best;
}

void csi_factor_weights(const double *loading, size_t p, size_t k, double *weight)
{
    double total = 0;
    for (size_t i = 0; i < p * k; i++) {
        total += loading[i] * loading[i];
    }
    for (size_t q = 0; q < p; q++) {
        const double own = loading[q * k + own_factor(loading + q * k, k)];
        weight[q] = own * own / total;
    }
}

static size_t count_factors(const csi_step *step, const double *value, size_t p)
{
    const double asked = csi_step_number(step, "factors");
    if (csi_step_choice(step, "form") == FIRST) {
        return 1;
    }
    const size_t by_rule = csi_factor_count(value, p, csi_step_number(step, "min_eigenvalue"),
                                            csi_step_number(step, "min_each"), csi_step_number(step, "min_together"));
    return isnan(asked) ? by_rule : asked < (double)p ? (size_t)asked : p;
}

static void warn_of_conflicts(const csi_step *step, const csi_context *context, size_t node, const double *loading,
                              size_t k, csi_diag *diag)
{
    const csi_node *parent = &context->framework->node[node];
    for (size_t q = 0; q < parent->n_children; q++) {
        if (loading[q * k + own_factor(loading + q * k, k)] < 0) {
            csi_diag_warn(diag, &step->place, "node \"%s\": \"%s\" loads negatively: check its direction", parent->code,
                          context->framework->node[parent->child[q]].code);
        }
    }
}

static csi_status weigh_columns(const csi_step *step, const csi_context *context, size_t node,
                                const csi_columns *columns, double *weight, csi_diag *diag)
{
    const size_t p = columns->p;
    double *r = calloc(p * p + 1, sizeof *r), *value = calloc(p + 1, sizeof *value);
    double *vector = calloc(p * p + 1, sizeof *vector), *loading = calloc(p * p + 1, sizeof *loading);
    csi_status status = r && value && vector && loading ? CSI_OK : CSI_ERR_MEMORY;
    if (status == CSI_OK) {
        csi_correlation_matrix(columns, r);
        status = csi_eigen(r, p, value, vector);
    }
    if (status == CSI_OK) {
        const size_t k = count_factors(step, value, p);
        csi_loadings(value, vector, p, k, loading);
        status = csi_varimax(loading, p, k);
        csi_factor_weights(loading, p, k, weight);
        warn_of_conflicts(step, context, node, loading, k, diag);
    }
    free(r);
    free(value);
    free(vector);
    free(loading);
    return status;
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    csi_columns columns;
    csi_status status = csi_columns_of_node(context, scores, node, first_year, n_years, true, &columns);
    if (status == CSI_OK && (columns.n < columns.p || columns.n < 3)) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &step->place,
                                "node \"%s\": %zu countries have all of its %zu children: too few for components",
                                context->framework->node[node].code, columns.n, columns.p);
    }
    if (status == CSI_OK) {
        status = weigh_columns(step, context, node, &columns, weight, diag);
    }
    csi_columns_free(&columns);
    return status;
}

const csi_method csi_weight_pca = {
    .step = CSI_STEP_WEIGHT,
    .name = "pca",
    .title = "Principal components (factor weights)",
    .formula = "w_q proportional to the squared loading on its factor, factors rotated by varimax",
    .source = "Nicoletti, Scarpetta & Boylaud (2000), OECD Economics Department Working Paper 226; OECD/JRC Handbook "
              "(2008), p. 89-91",
    .edges = "Fewer complete countries than children are an error; a negative loading is warned of.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
