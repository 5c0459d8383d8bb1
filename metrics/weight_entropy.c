/* Entropy weights: children that tell countries apart weigh more.
 *
 *     p_cq = x_cq / sum_c x_cq,   e_q = -sum_c p_cq ln p_cq / ln n,   w_q proportional to 1 - e_q
 *
 * Source: Zeleny (1982), Multiple Criteria Decision Making; Zavadskas & Podvezko (2016), Int. J. Information Technology &
 * Decision Making 15:267-283. By hand: shares (1, 0) of two countries have e = 0, (1/2, 1/2) have e = 1.
 * Worked as 1 - e = sum (1 + d) log1p(d) / (n ln n) with p = (1 + d)/n, which keeps its digits when shares are nearly
 * equal. Edges: 0 ln 0 is 0; a negative value is an error; a single country, or children that all tell nothing, get
 * equal weights. The weights depend on where the scale begins: a choice to vary in the ensemble, not a fact. */
#include <math.h>
#include <stdlib.h>

#include "core/logarithm.h"
#include "metrics/column.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"

static const csi_option options[] = {CSI_OPTIONS_OVER("panel")};

/* n ln n (1 - e) of one column, over its n cells present. */
static double divergence(const double *x, size_t n)
{
    const double count = (double)csi_sample_count(x, n), mean = csi_sample_mean(x, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = isnan(x[i]) ? 0 : x[i] / mean - 1;
        sum += d > -1 ? (1 + d) * csi_log1p(d) : 0;
    }
    return count > 1 && mean > 0 ? fmax(sum, 0) / (count * csi_log(count)) : 0;
}

csi_status csi_entropy_weights(const csi_columns *columns, double *weight)
{
    double *column = calloc(columns->n + 1, sizeof *column), sum = 0, low, high;
    if (column == NULL) {
        return CSI_ERR_MEMORY;
    }
    csi_status status = CSI_OK;
    for (size_t q = 0; q < columns->p; q++) {
        csi_columns_get(columns, q, column);
        status = csi_sample_range(column, columns->n, &low, &high) && low < 0 ? CSI_ERR_DATA : status;
        weight[q] = divergence(column, columns->n);
        sum += weight[q];
    }
    for (size_t q = 0; q < columns->p && sum == 0; q++) {
        weight[q] = 1;
    }
    free(column);
    return status;
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    csi_columns columns;
    csi_status status = csi_columns_of_node(context, scores, node, first_year, n_years, false, &columns);
    if (status == CSI_OK) {
        status = csi_entropy_weights(&columns, weight);
    }
    if (status == CSI_ERR_DATA) {
        csi_diag_error(diag, status, &step->place, "node \"%s\": entropy is not defined for negative values",
                       context->framework->node[node].code);
    }
    csi_columns_free(&columns);
    return status;
}

const csi_method csi_weight_entropy = {
    .step = CSI_STEP_WEIGHT,
    .name = "entropy",
    .title = "Entropy weights",
    .formula = "p = x / sum x, e = -sum p ln p / ln n, w proportional to 1 - e",
    .source = "Zavadskas & Podvezko (2016), Int. J. Information Technology & Decision Making 15:267-283",
    .edges = "0 ln 0 is 0; negative values are an error; where no child tells countries apart, equal weights.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
