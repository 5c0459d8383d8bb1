/* Fraction of the maximum: how close to the best value, as a share of it.
 *
 *     y = d x / max(d x),   d the direction
 *
 * Source: OECD/JRC Handbook (2008), p. 85 (distance to a reference, the leader); COINr's n_fracmax. By hand: {2, 4}: 0.5, 1.
 * Edges: needs a ratio scale; where less is better the values turn negative (COINr's reading): 1 is still the best, but
 * worse values are larger than 1 (of -2, -4: 1, 2), so `less_is_better: invert` (min/x) is the default here. A best value
 * of 0 leaves the column missing, with a warning. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

enum { INVERT, NEGATE };

static const csi_option options[] = {
    {"less_is_better", CSI_OPTION_CHOICE, "invert", 0, 0, "invert|negate",
     "min/x, or the quotient of the negated values as COINr has it"},
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const bool inverts = frame->node->direction < 0 && csi_step_choice(step, "less_is_better") == INVERT;
    double low, high;
    (void)context;
    csi_sample_range(frame->sample, frame->n_sample, &low, &high);
    double best = frame->node->direction > 0 ? high : low;
    if (best == 0) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" is left out: its best value is 0", frame->node->code);
        best = NAN;
    }
    for (size_t i = 0; i < frame->n; i++) {
        const double x = frame->in[i];
        frame->out[i] = !inverts ? x / best : x != 0 ? best / x : NAN;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_fraction = {
    .step = CSI_STEP_NORMALISE,
    .name = "fraction",
    .title = "Fraction of the best value",
    .formula = "y = x / max, or min / x where less is better",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 85",
    .edges = "A best value of 0 leaves the column missing, with a warning; x = 0 where less is better is missing.",
    CSI_OPTIONS(options),
    .apply = apply,
};
