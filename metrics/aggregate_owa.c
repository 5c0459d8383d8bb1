/* Ordered weighted average: weights go to places, best child first, not to children.
 *
 *     s = sum v_i x_(i),   x_(1) the largest
 *
 * Source: Yager (1988), IEEE Transactions on Systems, Man and Cybernetics 18:183-190. By hand: 10, 30, 20 with (0.5, 0.3,
 * 0.2): 15 + 6 + 2 = 23. (1, 0, 0) is the maximum, (0, 0, 1) the minimum, equal weights the mean.
 * Edges: where fewer children are present than places, the cumulated weights are read off by linear interpolation, so
 * that a maximum stays a maximum. The weights of the children themselves are not used. */
#include "metrics/mean.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

static const csi_option options[] = {
    {"places", CSI_OPTION_NUMBERS, NULL, 0, 1e9, NULL, "the weight of each place, the best first"},
};

static csi_status check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *places = csi_step_value(step, "places");
    double sum = 0;
    for (size_t i = 0; i < places->n; i++) {
        sum += places->numbers[i];
    }
    return sum > 0 ? CSI_OK
                   : csi_diag_error(diag, CSI_ERR_CONFIG, &places->place, "the weights of the places sum to 0");
}

/* The share of weight that the best `share` of places has. */
static double cumulated(const csi_option_value *places, double share)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < places->n; i++) {
        const double here = fmin(fmax(share * (double)places->n - (double)i, 0), 1);
        sum += here * places->numbers[i];
        total += places->numbers[i];
    }
    return sum / total;
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)context, (void)diag;
    const csi_option_value *places = csi_step_value(step, "places");
    double *sorted = calloc(family->n_children + 1, sizeof *sorted);
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t c = 0; c < family->n_countries; c++) {
        size_t n = 0;
        double sum = 0;
        for (size_t q = 0; q < family->n_children; q++) {
            if (!isnan(family->child[q][c])) {
                sorted[n++] = family->child[q][c];
            }
        }
        csi_sample_sort(sorted, n);
        for (size_t i = 0; i < n; i++) {
            const double from = cumulated(places, (double)i / (double)n);
            sum += (cumulated(places, (double)(i + 1) / (double)n) - from) * sorted[n - 1 - i];
        }
        score[c] = family->is_scored[c] ? sum : NAN;
    }
    free(sorted);
    return CSI_OK;
}

const csi_method csi_aggregate_owa = {
    .step = CSI_STEP_AGGREGATE,
    .name = "owa",
    .title = "Ordered weighted average",
    .formula = "s = sum v_i x_(i), x_(1) the largest",
    .source = "Yager (1988), IEEE Transactions on Systems, Man and Cybernetics 18:183-190",
    .edges = "With fewer children present than places, cumulated weights are interpolated.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
    .check = check,
};
