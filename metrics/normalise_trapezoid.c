/* Trapezoid: best within a band, worse on either side of it.
 *
 *     y rises from a to b between corner 1 and 2, is b up to corner 3, and falls to a at corner 4
 *
 * Source: OECD/JRC Handbook (2008), step 5 (indicators with an optimum); desirability functions, Derringer & Suich (1980),
 * Journal of Quality Technology 12:214-219. By hand: corners 0, 10, 20, 30, range [0, 1]: x = 5: 0.5, x = 15: 1, x = 27: 0.3.
 * Edges: corners may coincide (a step, a triangle); outside them y = a. Corners are in the units of the file and are
 * taken through transforms. The direction of the framework is not used: the corners say what is good. */
#include "metrics/normalise.h"

#include <math.h>

static const csi_option options[] = {
    {"corners", CSI_OPTION_NUMBERS, NULL, 0, 0, NULL, "four values: where it begins, is best from, best to, and ends"},
    CSI_OPTIONS_RANGE("[1, 100]"),
    CSI_OPTIONS_WHICH,
};

static csi_status check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *corners = csi_step_value(step, "corners");
    bool ascends = corners->n == 4;
    for (size_t i = 1; i < corners->n; i++) {
        ascends = ascends && corners->numbers[i - 1] <= corners->numbers[i];
    }
    if (!ascends) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &corners->place, "a trapezoid has four corners in ascending order");
    }
    return csi_range_check(step, diag);
}

/* 0 to 1 by where x lies; the best band counts with both its ends. */
static double height(const double *corner, double x)
{
    if (x >= corner[1] && x <= corner[2]) {
        return 1;
    }
    if (x <= corner[0] || x >= corner[3]) {
        return 0;
    }
    return x < corner[1] ? (x - corner[0]) / (corner[1] - corner[0]) : (corner[3] - x) / (corner[3] - corner[2]);
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const double *range = csi_step_value(step, "range")->numbers;
    double corner[4];
    for (size_t i = 0; i < 4; i++) {
        corner[i] = csi_treatments_image(context->treatments, frame->series,
                                         csi_step_value(step, "corners")->numbers[i]);
        if (isnan(corner[i])) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                                  "the corners have no image under the transform of indicator \"%s\"", frame->node->code);
        }
    }
    for (size_t i = 0; i < frame->n; i++) {
        if (!isnan(frame->in[i])) {
            frame->out[i] = range[0] + (range[1] - range[0]) * height(corner, frame->in[i]);
        }
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_each(step, context, in, out, CSI_OVER_PANEL, work, diag);
}

const csi_method csi_normalise_trapezoid = {
    .step = CSI_STEP_NORMALISE,
    .name = "trapezoid",
    .title = "Best within a band (trapezoid)",
    .formula = "y rises between corners 1 and 2, is best up to 3, falls to 4",
    .source = "Derringer & Suich (1980), Journal of Quality Technology 12:214-219; OECD/JRC Handbook (2008), step 5",
    .edges = "Corners may coincide; outside them the lowest value; the framework's direction is not used.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = check,
};
