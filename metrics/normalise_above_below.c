/* Above or below the mean: who is clearly better than average, who clearly worse, and who neither.
 *
 *     y = 1 for d (x / mean - 1) > p,   -1 for d (x / mean - 1) < -p,   else 0
 *
 * Source: OECD/JRC Handbook (2008), p. 85-86 and Table 15 (p = 0.2); the EU Innovation Scoreboard used it. By hand: mean
 * 10, p 0.2: 13 is 1, 12 is 0, 7 is -1.
 * Edges: on the threshold is 0; a mean of 0 leaves the column missing, with a warning. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

static const csi_option options[] = {
    {"threshold", CSI_OPTION_NUMBER, "0.2", 0, 100, NULL, "how far from the mean, as a share of it, is neither"},
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const double p = csi_step_number(step, "threshold");
    double mean = csi_sample_mean(frame->sample, frame->n_sample);
    (void)context;
    if (mean == 0) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" in %d is left out: its mean is 0", frame->node->code,
                      frame->year);
        mean = NAN;
    }
    for (size_t i = 0; i < frame->n; i++) {
        const double away = frame->node->direction * (frame->in[i] - mean) / fabs(mean);
        frame->out[i] = isnan(away) ? NAN : away > p ? 1 : away < -p ? -1 : 0;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_above_below = {
    .step = CSI_STEP_NORMALISE,
    .name = "above_below",
    .title = "Above or below the mean",
    .formula = "y = 1, 0 or -1 as d (x / mean - 1) is above p, within, or below -p",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 85-86, Table 15",
    .edges = "On the threshold is 0; a mean of 0 leaves the column missing, with a warning.",
    CSI_OPTIONS(options),
    .apply = apply,
};
