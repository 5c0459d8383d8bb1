/* Distance to target: how much of the way from the worst value to the target has been gone.
 *
 *     more is better: y = (x - min) / (t - min);   less is better: y = (max - x) / (max - t)
 *
 * Source: OECD/JRC Handbook (2008), step 5, "distance to a reference"; the directional form is COINr's n_dist2targ. By
 * hand: values 2..10, target 8: x = 5 makes (5 - 2) / (8 - 2) = 0.5.
 * Edges: the target comes from the framework and is transformed like the data; an indicator without one is an error, so
 * is a target no better than the worst value. With `cap`, values beyond the target count as reaching it. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>

static const csi_option options[] = {
    {"cap", CSI_OPTION_BOOLEAN, "true", 0, 0, NULL, "count values beyond the target as reaching it"},
    CSI_OPTIONS_RANGE("[0, 1]"),
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_node *node = frame->node;
    const double *range = csi_step_value(step, "range")->numbers;
    const double target = csi_treatments_image(context->treatments, frame->series, node->target);
    double low, high;
    if (isnan(target)) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &step->place, "indicator \"%s\" has no target that can be used",
                              node->code);
    }
    if (!csi_sample_range(frame->sample, frame->n_sample, &low, &high)) {
        return CSI_OK;
    }
    const double worst = node->direction > 0 ? low : high;
    const double way = node->direction * (target - worst);
    if (!(way > 0)) {
        return csi_diag_error(diag, CSI_ERR_DATA, &step->place,
                              "indicator \"%s\": its target is no better than its worst value", node->code);
    }
    for (size_t i = 0; i < frame->n; i++) {
        double z = node->direction * (frame->in[i] - worst) / way;
        if (csi_step_boolean(step, "cap") && z > 1) {
            z = 1;
            frame->state[i] = (csi_cell)(frame->state[i] | CSI_CELL_CLIPPED);
        }
        frame->out[i] = range[0] + (range[1] - range[0]) * z;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_target = {
    .step = CSI_STEP_NORMALISE,
    .name = "target",
    .title = "Distance to target",
    .formula = "y = d (x - worst) / (d (target - worst))",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 5",
    .edges = "An indicator without a target, or with one no better than its worst value, is an error.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = csi_range_check,
};
