/* Budget allocation: every expert spreads a budget over the children; the mean of the shares is the weight.
 *
 *     w_q = mean over experts of b_eq / sum_q b_eq
 *
 * Source: OECD/JRC Handbook (2008), p. 96. By hand: experts (60, 40) and (20, 80): 0.4 and 0.6.
 * Edges: each row is scaled first, so an expert who gave out 90 points counts as much as one who gave out 110; a row of
 * zeros or of the wrong length is an error. */
#include "metrics/method.h"

static const csi_option options[] = {
    {"budgets", CSI_OPTION_MATRIX, NULL, 0, 1e9, NULL,
     "one row an expert, one number for each child in the order of the framework"},
};

static csi_status check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *budgets = csi_step_value(step, "budgets");
    for (size_t e = 0; e < budgets->n; e++) {
        double sum = 0;
        for (size_t q = 0; q < budgets->row_lengths[e]; q++) {
            sum += budgets->rows[e][q];
        }
        if (sum <= 0) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &budgets->place, "the budget of expert %zu sums to 0", e + 1);
        }
    }
    return budgets->n > 0 ? CSI_OK : csi_diag_error(diag, CSI_ERR_CONFIG, &budgets->place, "there is no expert");
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    (void)scores, (void)first_year, (void)n_years;
    const csi_node *parent = &context->framework->node[node];
    const csi_option_value *budgets = csi_step_value(step, "budgets");
    for (size_t q = 0; q < parent->n_children; q++) {
        weight[q] = 0;
    }
    for (size_t e = 0; e < budgets->n; e++) {
        double sum = 0;
        if (budgets->row_lengths[e] != parent->n_children) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &budgets->place,
                                  "node \"%s\" has %zu children; the budget of expert %zu has %zu numbers", parent->code,
                                  parent->n_children, e + 1, budgets->row_lengths[e]);
        }
        for (size_t q = 0; q < parent->n_children; q++) {
            sum += budgets->rows[e][q];
        }
        for (size_t q = 0; q < parent->n_children; q++) {
            weight[q] += budgets->rows[e][q] / sum / (double)budgets->n;
        }
    }
    return CSI_OK;
}

const csi_method csi_weight_budget = {
    .step = CSI_STEP_WEIGHT,
    .name = "budget",
    .title = "Budget allocation over several experts",
    .formula = "w_q = mean over experts of b_eq / sum_q b_eq",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 96",
    .edges = "Each expert's budget is scaled to sum to 1 first; an empty budget is an error.",
    CSI_OPTIONS(options),
    .weigh = weigh,
    .check = check,
};
