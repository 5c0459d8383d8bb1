/* Common weights by benefit of the doubt: the one set of weights that leaves the countries closest to the frontier.
 *
 *     min sum (or max) over c of 1 - sum w x_c,   subject to sum w x_c <= 1 for all c, w >= 0, and the restriction
 *
 * Source: Despotis (2005), Journal of the Operational Research Society 56:969-978; Hatefi & Torabi (2010), Ecological
 * Economics 70:114-120 (the minimax form). By hand: countries (1, 0), (0, 1): w = (1, 1), so 0.5 each.
 * Edges: only countries with every child; none of them and a negative value are errors. Unrestricted, the sum form may well
 * give some children no weight at all: bound the weights by `low`. */
#include "metrics/bod.h"

#include <math.h>
#include <stdlib.h>

static const csi_option options[] = {
    {"criterion", CSI_OPTION_CHOICE, "minimax", 0, 0, "sum|minimax", "what to make small: all shortfalls or the largest"},
    {"low", CSI_OPTION_NUMBER, "0", 0, 1, NULL, "the least share of a weight in their sum"},
    {"high", CSI_OPTION_NUMBER, "1", 0, 1, NULL, "the largest share of a weight in their sum"},
    CSI_OPTIONS_OVER("panel"),
};

static csi_status pack(const csi_context *context, const csi_panel *scores, size_t node, size_t first_year,
                       size_t n_years, csi_diag *diag, double *unit, size_t *n_units)
{
    const csi_node *parent = &context->framework->node[node];
    *n_units = 0;
    for (size_t year = first_year; year < first_year + n_years; year++) {
        for (size_t c = 0; c < scores->n_countries; c++) {
            bool is_complete = true;
            for (size_t q = 0; q < parent->n_children; q++) {
                const double x = csi_panel_get(scores, parent->child[q], year, c);
                if (x < 0) {
                    return csi_diag_error(diag, CSI_ERR_DATA, NULL, "node \"%s\": benefit of the doubt is not defined "
                                          "for negative values", parent->code);
                }
                is_complete = is_complete && !isnan(x);
                unit[*n_units * parent->n_children + q] = x;
            }
            *n_units += is_complete;
        }
    }
    return CSI_OK;
}

static csi_status weigh(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                        size_t first_year, size_t n_years, double *weight, csi_diag *diag)
{
    const size_t n = context->framework->node[node].n_children;
    const double low = csi_step_number(step, "low"), high = csi_step_number(step, "high");
    csi_bod bod = {.n_children = n, .low = low, .high = high,
                   .restriction = low > 0 || high < 1 ? CSI_BOD_RELATIVE : CSI_BOD_NONE};
    double *unit = calloc((n_years * scores->n_countries + 1) * (n + 1), sizeof *unit);
    csi_status status = unit == NULL ? CSI_ERR_MEMORY : CSI_OK;
    CSI_TRY(status);
    CSI_TRY(pack(context, scores, node, first_year, n_years, diag, unit, &bod.n_units));
    bod.unit = unit;
    if (bod.n_units == 0) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &step->place, "node \"%s\": no country has every child, so that there "
                                "are no common weights", context->framework->node[node].code);
        goto out;
    }
    status = csi_bod_common(&bod, csi_step_choice(step, "criterion") == 1, weight);
    if (status == CSI_ERR_DATA) {
        csi_diag_error(diag, status, &step->place, "node \"%s\": no common weights satisfy the bounds",
                       context->framework->node[node].code);
    }
out:
    csi_bod_release();
    free(unit);
    return status;
}

const csi_method csi_weight_bod_common = {
    .step = CSI_STEP_WEIGHT,
    .name = "bod_common",
    .title = "Common weights by benefit of the doubt",
    .formula = "min sum (or max) of 1 - sum w x_c, subject to sum w x_c <= 1, w >= 0",
    .source = "Despotis (2005), Journal of the Operational Research Society 56:969-978; Hatefi & Torabi (2010), "
              "Ecological Economics 70:114-120",
    .edges = "Only countries with every child count, and none is an error; so are negative values and bounds that nothing "
             "satisfies.",
    CSI_OPTIONS(options),
    .weigh = weigh,
};
