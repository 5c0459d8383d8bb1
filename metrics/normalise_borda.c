/* Borda points: how many countries are worse.
 *
 *     y = #{worse},   tied: the smallest, average or largest number they share, less 1
 *
 * Source: Borda (1784); OECD/JRC Handbook (2008), p. 106. By hand: {5, 7, 7, 9}: 0, 1, 1, 3.
 * Edges: a constant column gives everybody the same points; missing values stay missing. */
#include "metrics/normalise.h"

#include <math.h>
#include <stdlib.h>

static const csi_option options[] = {
    CSI_OPTION_TIES("min"),
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    (void)context, (void)diag;
    double *sorted = malloc((frame->n_sample + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    const size_t n = csi_normalise_sorted(frame, sorted);
    const csi_ties ties = (csi_ties)csi_step_choice(step, "ties");
    for (size_t i = 0; i < frame->n; i++) {
        if (!isnan(frame->in[i])) {
            frame->out[i] = csi_rank_within(sorted, n, frame->node->direction * frame->in[i], ties) - 1;
        }
    }
    free(sorted);
    return CSI_OK;
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
