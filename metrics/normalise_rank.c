/* Rank: how many are worse, so that the best country has the largest number.
 *
 *     y = #{worse} + 1;   tied: the smallest, the average or the largest number they share
 *
 * Source: OECD/JRC Handbook (2008), p. 84 and Table 15 (ties: min). By hand: {5, 7, 7, 9}: 1, 2, 2, 4.
 * Edges: a constant column ranks everybody alike (y = 1 with min), without a warning; missing values stay missing. */
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
    return csi_normalise_ranks(step, frame, &n);
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_rank = {
    .step = CSI_STEP_NORMALISE,
    .name = "rank",
    .title = "Rank",
    .formula = "y = number of countries that are worse + 1",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84, Table 15",
    .edges = "Ties share the smallest, the average or the largest of their numbers; missing values stay missing.",
    CSI_OPTIONS(options),
    .apply = apply,
};
