/* Arithmetic mean: what one child lacks another makes up for, unit by unit.
 *
 *     s = sum w x / sum w,   over the children present
 *
 * Source: OECD/JRC Handbook (2008), p. 103. By hand: 10 and 40 with weights 2 and 1: 20.
 * Edges: rescaling over who is present is an imputation by the country's own mean: the thresholds of the step say when
 * it is allowed, and the coverage is published beside the score. */
#include "metrics/mean.h"

#include <math.h>

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)step, (void)context, (void)diag;
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] = 0;
    }
    for (size_t q = 0; q < family->n_children; q++) {
        const double *child = family->child[q], weight = family->weight[q];
        for (size_t c = 0; c < family->n_countries; c++) {
            score[c] += isnan(child[c]) ? 0 : weight * child[c];
        }
    }
    csi_family_divide(family, score);
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] = family->is_scored[c] ? score[c] : NAN;
    }
    return CSI_OK;
}

static double phi(const csi_step *step, double x)
{
    (void)step;
    return x;
}

const csi_method csi_aggregate_arithmetic = {
    .step = CSI_STEP_AGGREGATE,
    .name = "arithmetic",
    .title = "Weighted arithmetic mean",
    .formula = "s = sum w x / sum w, over the children present",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 103",
    .edges = "Weights are rescaled over the children present.",
    .aggregate = aggregate,
    .phi = phi,
};
