/* Borda points: how many countries are worse.
 *
 *     y = #{worse},   tied: the smallest, average or largest number they share, less 1
 *
 * Source: Borda (1784); OECD/JRC Handbook (2008), p. 106. By hand: {5, 7, 7, 9}: 0, 1, 1, 3.
 * Edges: a constant column gives everybody the same points; missing values stay missing. */
#include "metrics/normalise.h"

static const csi_option options[] = {
    CSI_OPTION_TIES("min"),
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    size_t n;
    (void)context, (void)diag;
    const csi_status status = csi_normalise_ranks(step, frame, &n);
    for (size_t i = 0; i < frame->n && status == CSI_OK; i++) {
        frame->out[i] -= 1;
    }
    return status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_borda = {
    .step = CSI_STEP_NORMALISE,
    .name = "borda",
    .title = "Borda points",
    .formula = "y = number of countries that are worse",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 106",
    .edges = "Ties share the smallest, the average or the largest of their numbers.",
    CSI_OPTIONS(options),
    .apply = apply,
};
