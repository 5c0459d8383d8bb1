/* Harmonic mean: the lowest children decide most.
 *
 *     s = sum w / sum (w / x),   over the children present
 *
 * Source: OECD/JRC Handbook (2008), p. 103 (the generalised mean of order -1). By hand: 2 and 6: 3.
 * Taken as the inverse of the mean of inverses, as the ensemble takes it, which has the same bits.
 * Edges: a 0 with a weight makes the score 0, unless `floor` raises it; a negative value is an error. */
#include "metrics/mean.h"

#include <math.h>

static const csi_option options[] = {CSI_OPTION_FLOOR};

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    const csi_status status = csi_family_check_positive(step, context, family, diag);
    const double floor = csi_step_number(step, "floor");
    for (size_t c = 0; c < family->n_countries; c++) {
        double sum = 0;
        for (size_t q = 0; q < family->n_children && family->is_scored[c]; q++) {
            if (!isnan(family->child[q][c]) && family->weight[q] > 0) {
                sum += family->weight[q] * (1 / fmax(family->child[q][c], floor));
            }
        }
        score[c] = family->is_scored[c] ? 1 / (sum / csi_family_weight(family, c)) : NAN;
    }
    return status;
}

static double phi(const csi_step *step, double x)
{
    return 1 / csi_floored(step, x);
}

const csi_method csi_aggregate_harmonic = {
    .step = CSI_STEP_AGGREGATE,
    .name = "harmonic",
    .title = "Weighted harmonic mean",
    .formula = "s = sum w / sum (w / x), over the children present",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 103",
    .edges = "A 0 with a weight makes the score 0 unless a floor is set; a negative value is an error.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
    .phi = phi,
};
