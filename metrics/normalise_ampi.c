/* AMPI goalposts: 100 is the reference, 70 to 130 spans the panel.
 *
 *     r = 60 (x - Min) / (Max - Min) + 70,   Min, Max = reference -+ (sup - inf)/2 over the panel;   200 - r where less
 *     is better
 *
 * Source: Mazziotta & Pareto (2016), Social Indicators Research 127:983-1003. By hand: panel 0..20, reference 5: Min -5,
 * Max 15, so x = 5 is 100, x = 15 is 130.
 * Edges: the reference is the mean of the base year's countries, or of all cells of the panel; a constant column becomes
 * missing, with a warning. Scores may leave 70..130 where the reference is off the middle. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

enum { OF_BASE_YEAR, OF_PANEL };

static const csi_option options[] = {
    {"reference", CSI_OPTION_CHOICE, "base_year", 0, 0, "base_year|panel", "whose mean is 100"},
    CSI_OPTIONS_BASE_YEAR,
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const size_t n_countries = context->countries->n;
    double low, high, reference;
    size_t base = context->first_scored_year;
    if (!csi_sample_range(frame->sample, frame->n_sample, &low, &high) || csi_sample_is_constant(low, high)) {
        return csi_normalise_drop(step, context, frame, diag);
    }
    if (csi_step_choice(step, "reference") == OF_PANEL) {
        reference = csi_sample_mean(frame->sample, frame->n_sample);
    } else {
        const double asked = csi_step_number(step, "base_year");
        base = isnan(asked) ? base : (size_t)(asked - frame->year);
        reference = csi_sample_mean(frame->in + base * n_countries, n_countries);
    }
    for (size_t i = 0; i < frame->n; i++) {
        const double r = 60 * (frame->in[i] - reference) / (high - low) + 100;
        frame->out[i] = frame->node->direction > 0 ? r : 200 - r;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    size_t year;
    const csi_status status = csi_frame_base_year(step, context, in, diag, &year);
    return status == CSI_OK ? csi_frames_each(step, context, in, out, CSI_OVER_PANEL, work, diag) : status;
}

const csi_method csi_normalise_ampi = {
    .step = CSI_STEP_NORMALISE,
    .name = "ampi",
    .title = "AMPI goalposts (70 to 130 about a reference)",
    .formula = "r = 60 (x - reference) / (sup - inf) + 100; 200 - r where less is better",
    .source = "Mazziotta & Pareto (2016), Social Indicators Research 127:983-1003",
    .edges = "A constant column becomes missing, with a warning; a base year without values leaves the column missing.",
    CSI_OPTIONS(options),
    .apply = apply,
};
