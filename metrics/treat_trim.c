/* Trim to percentiles: values beyond two quantiles are laid on them.
 *
 *     y = min(max(x, q_low), q_high),   quantiles by linear interpolation (type 7)
 *
 * Source: OECD/JRC Handbook (2008), p. 84 (2.5th and 97.5th percentile). By hand: 0..100 in ones: below 2.5 becomes 2.5,
 * above 97.5 becomes 97.5.
 * Edges: order is kept; every changed cell is logged; fewer than three values are left alone; so is a column that would
 * become constant (a 0/1 column with one 1). */
#include "metrics/frame.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

static const csi_option options[] = {
    {"share", CSI_OPTION_NUMBER, "0.025", 0, 0.49, NULL, "how much of the sample lies beyond each of the two quantiles"},
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const double share = csi_step_number(step, "share");
    double *sorted = malloc((frame->n_sample + 1) * sizeof *sorted);
    (void)diag;
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    const size_t n = csi_sample_pack(frame->sample, frame->n_sample, sorted);
    csi_sample_sort(sorted, n);
    csi_caps caps = {.low = -HUGE_VAL, .high = HUGE_VAL};
    if (n >= 3) {
        caps.low = csi_sample_quantile(sorted, n, share);
        caps.high = csi_sample_quantile(sorted, n, 1 - share);
    }
    free(sorted);
    return csi_sample_is_constant(caps.low, caps.high) ? CSI_OK : csi_cap_frame(step, context, frame, &caps, "trimmed");
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_treat_trim = {
    .step = CSI_STEP_TREAT,
    .name = "trim",
    .title = "Trim to percentiles",
    .formula = "y = min(max(x, q_share), q_(1 - share))",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84",
    .edges = "A column that would become constant, or has fewer than three values, is left alone; every changed cell is "
             "logged.",
    CSI_OPTIONS(options),
    .apply = apply,
};
