/* Paired draws: method, weights and goalposts are the same on both sides of a draw, so that doubt about them cancels as
 * far as it acts on both alike; what is left is the sources' own errors and what the method does to the difference.
 *
 * p follows Davison & Hinkley 1997 (ch. 4): (k + 1)/(n + 1) counts the estimate itself among the draws, so that p is
 * never 0. By hand: differences 1, 2, 3: none is <= 0, p = 2 (0 + 1)/(3 + 1) = 0.5. Edges: a difference of exactly 0 in
 * every draw gives p = 1; no draw gives NaN. */
#include "metrics/paired.h"

#include <math.h>

#include "metrics/sample.h"

void csi_paired_test(double *difference, size_t n_given, double level, csi_paired *result)
{
    size_t n = 0, n_low = 0, n_high = 0;
    *result = (csi_paired){.low = NAN, .high = NAN, .p = NAN};
    for (size_t i = 0; i < n_given; i++) {
        if (!isnan(difference[i])) {
            n_low += difference[i] <= 0;
            n_high += difference[i] >= 0;
            difference[n++] = difference[i];
        }
    }
    if (n == 0) {
        return;
    }
    result->n = n;
    result->low = csi_sample_quantile_unsorted(difference, n, 0.5 - level / 2);
    result->high = csi_sample_quantile_unsorted(difference, n, 0.5 + level / 2);
    result->p = fmin(1, 2 * (double)((n_low < n_high ? n_low : n_high) + 1) / (double)(n + 1));
}
