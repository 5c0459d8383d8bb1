/* Scaling by a fixed factor about fixed bounds: the same affine map for every country and year.
 *
 *     y = factor (x - low) / (high - low),   factor (high - x) / (high - low) where less is better
 *
 * Source: COINr's n_scaled (percent to 0..100 and the like); OECD/JRC Handbook (2008), p. 83. By hand: x = 25, bounds 0 and
 * 50, factor 100: 50.
 * Edges: nothing is clipped; bounds come from the options, so units must agree: use `indicators` to scale some only. */
#include "metrics/normalise.h"

#include <math.h>

enum { FLIP, NEGATE };

static const csi_option options[] = {
    {"bounds", CSI_OPTION_NUMBERS, "[0, 100]", 0, 0, NULL, "the values that become 0 and `factor`"},
    {"less_is_better", CSI_OPTION_CHOICE, "flip", 0, 0, "flip|negate",
     "count from the upper bound down, or scale the negated value as COINr's n_scaled does by default"},
    {"factor", CSI_OPTION_NUMBER, "100", 0, 0, NULL, "the score of the upper bound"},
    CSI_OPTIONS_WHICH,
};

static csi_status check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *bounds = csi_step_value(step, "bounds");
    if (bounds->n != 2 || !(bounds->numbers[0] < bounds->numbers[1])) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &bounds->place, "the bounds must be two numbers, the smaller first");
    }
    return CSI_OK;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const double *bounds = csi_step_value(step, "bounds")->numbers, factor = csi_step_number(step, "factor");
    (void)context, (void)diag;
    const bool is_less_better = frame->node->direction < 0, flips = csi_step_choice(step, "less_is_better") == FLIP;
    for (size_t i = 0; i < frame->n; i++) {
        const double x = frame->in[i];
        const double above = !is_less_better ? x - bounds[0] : flips ? bounds[1] - x : -x - bounds[0];
        frame->out[i] = factor * above / (bounds[1] - bounds[0]);
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_each(step, context, in, out, CSI_OVER_PANEL, work, diag);
}

const csi_method csi_normalise_scaled = {
    .step = CSI_STEP_NORMALISE,
    .name = "scaled",
    .title = "Fixed scaling",
    .formula = "y = factor (x - low) / (high - low), factor (high - x) / (high - low) where less is better",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 83",
    .edges = "Nothing is clipped.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = check,
};
