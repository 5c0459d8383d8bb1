/* Categorical bands: a number of points for each band of percentile ranks.
 *
 *     p = rank / n;   y = points of the first band whose upper edge is at least p
 *
 * Source: OECD/JRC Handbook (2008), p. 83-84 and Table 15 (last column: 0, 20, 40, 60, 80, 100 at the 5th, 25th, 65th,
 * 85th, 95th percentile). By hand: 15th of 23, p = 0.652: 60.
 * Edges: ties take the smaller rank. Small changes of the data can jump a band: never a default. */
#include "metrics/normalise.h"

#include <math.h>

static const csi_option options[] = {
    {"edges", CSI_OPTION_NUMBERS, "[0.05, 0.25, 0.65, 0.85, 0.95]", 0, 1, NULL, "upper edges of all bands but the last"},
    {"points", CSI_OPTION_NUMBERS, "[0, 20, 40, 60, 80, 100]", -1e9, 1e9, NULL, "of each band, the worst first"},
    CSI_OPTION_TIES("min"),
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

static csi_status check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *edges = csi_step_value(step, "edges"), *points = csi_step_value(step, "points");
    bool ascends = edges->n + 1 == points->n;
    for (size_t i = 1; i < edges->n; i++) {
        ascends = ascends && edges->numbers[i - 1] < edges->numbers[i];
    }
    return ascends ? CSI_OK
                   : csi_diag_error(diag, CSI_ERR_CONFIG, &edges->place,
                                    "bands need ascending edges and one more number of points than edges");
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_option_value *edges = csi_step_value(step, "edges");
    const double *points = csi_step_value(step, "points")->numbers;
    size_t n;
    (void)context, (void)diag;
    const csi_status status = csi_normalise_ranks(step, frame, &n);
    for (size_t i = 0; i < frame->n && status == CSI_OK; i++) {
        size_t band = 0;
        while (band < edges->n && frame->out[i] / (double)n > edges->numbers[band]) {
            band++;
        }
        frame->out[i] = isnan(frame->out[i]) ? NAN : points[band];
    }
    return status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_bands = {
    .step = CSI_STEP_NORMALISE,
    .name = "bands",
    .title = "Categorical bands",
    .formula = "y = points of the band that rank / n falls into",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 83-84, Table 15",
    .edges = "A percentile on an edge belongs to the lower band; ties take the smaller rank unless said otherwise.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = check,
};
