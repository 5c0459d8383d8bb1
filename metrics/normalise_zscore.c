/* z-score: distance from the sample's mean in standard deviations, laid on a scale of choice.
 *
 *     y = mean + sd * d (x - m) / s,   d the direction
 *
 * Source: OECD/JRC Handbook (2008), p. 84; s with n - 1 as in its Table 15, or with n for MPI's 100 +- 10. By hand:
 * {1, 2, 3}: m = 2, s = 1, so 3 becomes 1 (mean 0, sd 1), or 110 on 100 +- 10.
 * Edges: a constant column becomes missing, with a warning; one value alone has no standard deviation and does too. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

enum { SAMPLE, POPULATION };

static const csi_option options[] = {
    {"mean", CSI_OPTION_NUMBER, "0", 0, 0, NULL, "the mean of the scores"},
    {"sd", CSI_OPTION_NUMBER, "1", 1e-9, 1e9, NULL, "the standard deviation of the scores"},
    {"divisor", CSI_OPTION_CHOICE, "sample", 0, 0, "sample|population", "n - 1 or n in the standard deviation"},
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    double low, high;
    if (csi_sample_count(frame->sample, frame->n_sample) < 2 ||
        !csi_sample_range(frame->sample, frame->n_sample, &low, &high) || csi_sample_is_constant(low, high)) {
        return csi_normalise_drop(step, context, frame, diag);
    }
    const double m = csi_sample_mean(frame->sample, frame->n_sample);
    const double s = csi_step_choice(step, "divisor") == SAMPLE
                         ? csi_sample_sd(frame->sample, frame->n_sample)
                         : csi_sample_population_sd(frame->sample, frame->n_sample);
    const double mean = csi_step_number(step, "mean"), sd = csi_step_number(step, "sd");
    for (size_t i = 0; i < frame->n; i++) {
        frame->out[i] = mean + sd * (frame->node->direction * (frame->in[i] - m) / s);
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_zscore = {
    .step = CSI_STEP_NORMALISE,
    .name = "zscore",
    .title = "Standardise (z-score)",
    .formula = "y = mean + sd * d (x - m) / s",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84",
    .edges = "A constant column, or a single value, becomes missing with a warning.",
    CSI_OPTIONS(options),
    .apply = apply,
};
