/* Year-on-year: the change since the year before, as a percentage of it or as a difference.
 *
 *     percent: y = 100 d (x_t - x_(t-1)) / |x_(t-1)|     difference: y = d (x_t - x_(t-1)),   d the direction
 *
 * Source: OECD/JRC Handbook (2008), p. 86 (percentage of annual differences). By hand: 50 then 55: 10 percent.
 * Edges: the first year of the panel, and years after a missing one, are missing; so is the percentage of 0. */
#include "metrics/method.h"

#include <math.h>

enum { PERCENT, DIFFERENCE };

static const csi_option options[] = {
    {"form", CSI_OPTION_CHOICE, "percent", 0, 0, "percent|difference", "relative to the year before or not"},
    CSI_OPTIONS_WHICH,
};

static double change(size_t form, int direction, double before, double now)
{
    const double difference = direction * (now - before);
    return form == DIFFERENCE ? difference : before != 0 ? 100 * difference / fabs(before) : NAN;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    (void)diag;
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        const csi_node *node = &context->framework->node[series];
        for (size_t year = 0; csi_step_concerns(step, node->code) && year < in->n_years; year++) {
            for (size_t c = 0; c < in->n_countries; c++) {
                const size_t at = csi_panel_at(in, series, year, c);
                out->value[at] = year == 0 ? NAN : change(csi_step_choice(step, "form"), node->direction,
                                                          csi_panel_get(in, series, year - 1, c), in->value[at]);
            }
        }
    }
    return CSI_OK;
}

const csi_method csi_normalise_change = {
    .step = CSI_STEP_NORMALISE,
    .name = "change",
    .title = "Change since the year before",
    .formula = "percent: y = 100 d (x_t - x_(t-1)) / |x_(t-1)|; difference: y = d (x_t - x_(t-1))",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 86",
    .edges = "The first year, years after a missing one, and the percentage of 0 are missing.",
    CSI_OPTIONS(options),
    .apply = apply,
};
