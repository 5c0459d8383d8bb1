/* Equal weights: every child of a node counts the same.
 *
 *     w = 1 / n
 *
 * Source: OECD/JRC Handbook (2008), p. 31. By hand: four children: 0.25 each.
 * Edges: equal within a node is not equal over the indicators when nodes differ in size. */
#include "metrics/method.h"

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    (void)step, (void)scores, (void)first_year, (void)n_years, (void)diag;
    for (size_t q = 0; q < context->framework->node[node].n_children; q++) {
        weight[q] = 1;
    }
    return CSI_OK;
}

const csi_method csi_weight_equal = {
    .step = CSI_STEP_WEIGHT,
    .name = "equal",
    .title = "Equal weights",
    .formula = "w = 1 / n",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 31",
    .edges = "Equal within a node; indicators of small nodes weigh more in the whole.",
    .weigh = weigh,
};
