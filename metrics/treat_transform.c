/* Transform: every indicator by the transform that the framework gives it, goalposts and targets alike.
 *
 *     log: ln x     log1p: ln(1 + x)     asinh: ln(x + sqrt(x^2 + 1))     none: x
 *
 * Source: OECD/JRC Handbook (2008), p. 84. By hand: log1p of e - 1 is 1.
 * Edges: a value outside the domain (log of 0 or less, log1p of -1 or less) is an error that names its country. The map
 * does not depend on the sample, so scores stay comparable when countries or years are added. */
#include "metrics/frame.h"
#include "metrics/outliers.h"

static const csi_option options[] = {CSI_OPTIONS_WHICH};

static csi_status transform(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_map map = {.kind = CSI_MAP_TRANSFORM, .transform = frame->node->transform};
    return frame->node->transform == CSI_TRANSFORM_NONE ? CSI_OK : csi_map_frame(step, context, frame, &map, diag);
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_each(step, context, in, out, CSI_OVER_PANEL, transform, diag);
}

const csi_method csi_treat_transform = {
    .step = CSI_STEP_TREAT,
    .name = "transform",
    .title = "Each indicator's own transform",
    .formula = "log: ln x; log1p: ln(1 + x); asinh: ln(x + sqrt(x^2 + 1)); none: x",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84",
    .edges = "A value outside the domain is an error. Goalposts and targets are transformed alike.",
    CSI_OPTIONS(options),
    .apply = apply,
};
