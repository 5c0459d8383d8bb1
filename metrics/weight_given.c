/* Given weights: from the configuration, else from the framework; scaled to sum to 1 within their node.
 *
 *     w = g / sum of g
 *
 * Source: OECD/JRC Handbook (2008), step 6. By hand: 2 and 1: 2/3 and 1/3.
 * Edges: a code that is no child of the node is left to the nodes it belongs to; one that is in no node at all is an
 * error. Weights that sum to 0 are an error. */
#include "metrics/method.h"


static const csi_option options[] = {
    {"weights", CSI_OPTION_TABLE, "", 0, 1e9, NULL,
     "weight by code of the child (default: as the framework gives them)"},
};

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    (void)scores, (void)first_year, (void)n_years;
    const csi_framework *framework = context->framework;
    const csi_option_value *table = csi_step_value(step, "weights");
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        weight[q] = framework->node[framework->node[node].child[q]].weight;
    }
    for (size_t i = 0; i < table->n; i++) {
        const size_t child = csi_framework_find(framework, table->texts[i]);
        if (child == CSI_NONE) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &table->place, "weights: no node \"%s\" in the framework",
                                  table->texts[i]);
        }
        for (size_t q = 0; q < framework->node[node].n_children; q++) {
            if (framework->node[node].child[q] == child) {
                weight[q] = table->numbers[i];
            }
        }
    }
    return CSI_OK;
}

const csi_method csi_weight_given = {
    .step = CSI_STEP_WEIGHT,
    .name = "given",
    .title = "Weights as given",
    .formula = "w = g / sum of g",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 6",
    .edges = "An unknown code and weights that sum to 0 are errors.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
