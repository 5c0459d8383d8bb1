/* CRITIC: children weigh by their contrast and by how much they say that others do not.
 *
 *     C_q = s_q sum_k (1 - r_qk),   w proportional to C;   s and r of the values min-max scaled to [0, 1]
 *
 * Source: Diakoulaki, Mavrotas & Papayannakis (1995), Computers & Operations Research 22:763-770. By hand: two children
 * of equal s and any r: 0.5 each.
 * Edges: s with n - 1 (any divisor cancels); directions must have been applied before, by the normalisation; a constant
 * child gets 0; where all do, equal weights. Correlations over the countries that have both. */
#include <math.h>
#include <stdlib.h>

#include "metrics/column.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"

static const csi_option options[] = {CSI_OPTIONS_OVER("panel")};

/* sd of the column scaled to [0, 1]; 0 for a constant one. */
static double contrast(const double *x, size_t n)
{
    double low, high;
    if (!csi_sample_range(x, n, &low, &high) || csi_sample_is_constant(low, high)) {
        return 0;
    }
    return csi_sample_sd(x, n) / (high - low);
}

csi_status csi_critic_weights(const csi_columns *columns, double *weight)
{
    double *x = calloc(columns->n + 1, sizeof *x), *y = calloc(columns->n + 1, sizeof *y), total = 0;
    const bool has_room = x != NULL && y != NULL;
    for (size_t q = 0; q < columns->p && has_room; q++) {
        double conflict = 0;
        csi_columns_get(columns, q, x);
        for (size_t k = 0; k < columns->p; k++) {
            csi_columns_get(columns, k, y);
            const double r = csi_sample_correlation(x, y, columns->n, NULL);
            conflict += k == q ? 0 : isnan(r) ? 1 : 1 - r;
        }
        weight[q] = contrast(x, columns->n) * conflict;
        total += weight[q];
    }
    for (size_t q = 0; q < columns->p && has_room && !(total > 0); q++) {
        weight[q] = 1;
    }
    free(x);
    free(y);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    (void)step, (void)diag;
    csi_columns columns;
    csi_status status = csi_columns_of_node(context, scores, node, first_year, n_years, false, &columns);
    if (status == CSI_OK) {
        status = csi_critic_weights(&columns, weight);
    }
    csi_columns_free(&columns);
    return status;
}

const csi_method csi_weight_critic = {
    .step = CSI_STEP_WEIGHT,
    .name = "critic",
    .title = "CRITIC weights",
    .formula = "C_q = s_q sum_k (1 - r_qk), w proportional to C",
    .source = "Diakoulaki, Mavrotas & Papayannakis (1995), Computers & Operations Research 22:763-770",
    .edges = "A constant child gets 0; where all do, equal weights.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
