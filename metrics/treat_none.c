/* No treatment: the values pass as they are. It stands in a configuration to say that this was decided. */
#include "metrics/method.h"

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    (void)step, (void)context, (void)in, (void)out, (void)diag;
    return CSI_OK;
}

const csi_method csi_treat_none = {
    .step = CSI_STEP_TREAT,
    .name = "none",
    .title = "No treatment",
    .formula = "y = x",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84",
    .edges = "None.",
    .apply = apply,
};
