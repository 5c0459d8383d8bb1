/* Min-max: where a value lies between two goalposts, on the scale of `range`.
 *
 *     z = (x - low) / (high - low), or (high - x) / (high - low) where less is better;   y = a + (b - a) z
 *
 * Source: OECD/JRC Handbook (2008), p. 85. By hand: x = 3 between 1 and 5, range [1, 100]: 1 + 99 * 0.5 = 50.5.
 * Goalposts: the framework's (fixed for all years and countries, taken through every transform of the indicator), or
 * the smallest and largest value of the panel, of each year, or of a base year.
 * Edges: 1 - z would lose the last digit and with it the order of neighbours, so the distance is taken from the other
 * post instead. Fixed goalposts make one country's score independent of the others; an indicator without any is an error, so
 * are goalposts outside the transform's domain. Sample goalposts of a constant column leave it missing, with a
 * warning, never 0. With `clip`, values outside are laid on the goalpost and marked; without, they leave the range. */
#include "metrics/frame.h"
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

enum { FRAMEWORK, PANEL, BASE_YEAR, YEARLY };

static const csi_option options[] = {
    {"goalposts", CSI_OPTION_CHOICE, "framework", 0, 0, "framework|panel|base_year|yearly",
     "fixed ones from the framework, or the smallest and largest of the panel, of a base year, of each year"},
    CSI_OPTIONS_BASE_YEAR,
    CSI_OPTIONS_RANGE("[1, 100]"),
    {"clip", CSI_OPTION_BOOLEAN, "true", 0, 0, NULL, "lay values outside the goalposts on them"},
    CSI_OPTIONS_WHICH,
};

static csi_status framework_posts(const csi_step *step, const csi_context *context, const csi_frame *frame,
                                  csi_diag *diag, double *low, double *high)
{
    const csi_node *node = frame->node;
    if (isnan(node->goal_low) || isnan(node->goal_high)) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                              "indicator \"%s\" has no goal_low and goal_high in the framework", node->code);
    }
    *low = csi_treatments_image(context->treatments, frame->series, node->goal_low);
    *high = csi_treatments_image(context->treatments, frame->series, node->goal_high);
    if (!isfinite(*low) || !isfinite(*high) || !(*low < *high)) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                              "the goalposts of indicator \"%s\" have no image under its transform", node->code);
    }
    return CSI_OK;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const double *range = csi_step_value(step, "range")->numbers;
    double low, high;
    if (csi_step_choice(step, "goalposts") == FRAMEWORK) {
        const csi_status status = framework_posts(step, context, frame, diag, &low, &high);
        if (status != CSI_OK) {
            return status;
        }
    } else if (!csi_sample_range(frame->sample, frame->n_sample, &low, &high) || csi_sample_is_constant(low, high)) {
        return csi_normalise_drop(step, context, frame, diag);
    }
    const bool clips = csi_step_boolean(step, "clip"), is_less_better = frame->node->direction < 0;
    for (size_t i = 0; i < frame->n; i++) {
        if (isnan(frame->in[i])) {
            continue;
        }
        double z = (is_less_better ? high - frame->in[i] : frame->in[i] - low) / (high - low);
        if (clips && (z < 0 || z > 1)) {
            z = z < 0 ? 0 : 1;
            frame->state[i] = (csi_cell)(frame->state[i] | CSI_CELL_CLIPPED);
        }
        frame->out[i] = range[0] + (range[1] - range[0]) * z;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    static const csi_over over[] = {
        [FRAMEWORK] = CSI_OVER_PANEL, [PANEL] = CSI_OVER_PANEL, [BASE_YEAR] = CSI_OVER_BASE_YEAR,
        [YEARLY] = CSI_OVER_YEARLY,
    };
    return csi_frames_each(step, context, in, out, over[csi_step_choice(step, "goalposts")], work, diag);
}

const csi_method csi_normalise_minmax = {
    .step = CSI_STEP_NORMALISE,
    .name = "minmax",
    .title = "Min-max",
    .formula = "z = (x - low) / (high - low), or (high - x) / (high - low) where less is better; y = a + (b - a) z",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 85",
    .edges = "A constant column has no sample goalposts and becomes missing, with a warning; fixed goalposts that are "
             "absent or outside the transform's domain are an error; clipped cells are marked and counted.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = csi_range_check,
};
