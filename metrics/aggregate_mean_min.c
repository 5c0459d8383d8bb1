/* Mean-min function: between the mean and the lowest child, as far as one says.
 *
 *     s = M - alpha (sqrt((M - min)^2 + beta^2) - beta)
 *
 * Source: Casadio Tarabusi & Guarini (2013), Social Indicators Research 112:19-45. By hand: 2 and 8, alpha 0.5, beta 0:
 * 5 - 0.5 * 3 = 3.5; alpha 1: the minimum; alpha 0: the mean.
 * Edges: children of weight 0 do not count for the minimum either. */
#include "metrics/mean.h"

#include <math.h>

static const csi_option options[] = {
    {"alpha", CSI_OPTION_NUMBER, "1", 0, 1, NULL, "how much unbalance costs: 0 the mean, 1 (with beta 0) the minimum"},
    {"beta", CSI_OPTION_NUMBER, "0", 0, 1e9, NULL, "how far balance may be missed at little cost"},
};

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)context, (void)diag;
    const double alpha = csi_step_number(step, "alpha"), beta = csi_step_number(step, "beta");
    for (size_t c = 0; c < family->n_countries; c++) {
        double sum = 0, low = HUGE_VAL;
        for (size_t q = 0; q < family->n_children; q++) {
            const double x = family->child[q][c];
            if (!isnan(x) && family->weight[q] > 0) {
                sum += family->weight[q] * x;
                low = fmin(low, x);
            }
        }
        const double mean = sum / csi_family_weight(family, c);
        score[c] = family->is_scored[c] ? mean - alpha * (hypot(mean - low, beta) - beta) : NAN;
    }
    return CSI_OK;
}

const csi_method csi_aggregate_mean_min = {
    .step = CSI_STEP_AGGREGATE,
    .name = "mean_min",
    .title = "Mean-min function",
    .formula = "s = M - alpha (sqrt((M - min)^2 + beta^2) - beta)",
    .source = "Casadio Tarabusi & Guarini (2013), Social Indicators Research 112:19-45",
    .edges = "Children of weight 0 are not looked at.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
};
