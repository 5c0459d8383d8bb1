/* Theil-Sen: the slope as the median of all pairwise slopes (x_j - x_i)/(t_j - t_i).
 *
 * Theil 1950, Sen 1968 (JASA 63:1379). Interval: with C = z sqrt(Var S) of Mann-Kendall, the slopes of ranks
 * (N - C)/2 and (N + C)/2 + 1 among the N, interpolated to the nearest outward rank. By hand: (0,0) (1,1) (2,5): slopes
 * 1, 2.5, 4: median 2.5. Edges: one point or all t equal: NaN; too few points for the level: the interval is NaN. */
#include "metrics/trend.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of_sorted(const double *x, size_t n)
{
    return n % 2 == 1 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* The median of those of value[0..n) whose x is a number. `work` needs n entries. */
static double median_where(const double *value, const double *x, size_t n, double *work)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            work[n_kept++] = value[i];
        }
    }
    qsort(work, n_kept, sizeof *work, compare);
    return median_of_sorted(work, n_kept);
}

static size_t fill_slopes(const double *t, const double *x, size_t n, double *slope)
{
    size_t n_slopes = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (!isnan(x[i]) && !isnan(x[j]) && t[i] != t[j]) {
                slope[n_slopes++] = (x[j] - x[i]) / (t[j] - t[i]);
            }
        }
    }
    qsort(slope, n_slopes, sizeof *slope, compare);
    return n_slopes;
}

static void fill_interval(const double *slope, size_t n_slopes, double variance, double level, csi_theil_sen *result)
{
    const double c = gsl_cdf_ugaussian_Pinv(0.5 + level / 2) * sqrt(variance), n = (double)n_slopes;
    const double low = floor((n - c) / 2), high = ceil((n + c) / 2);
    if (low >= 1 && high < n) {
        result->low = slope[(size_t)low - 1];
        result->high = slope[(size_t)high];
    }
}

csi_status csi_theil_sen_fit(const double *t, const double *x, size_t n, double level, csi_theil_sen *result)
{
    csi_mann_kendall test;
    const csi_status status = csi_mann_kendall_test(t, x, n, &test);
    *result = (csi_theil_sen){.slope = NAN, .intercept = NAN, .low = NAN, .high = NAN};
    if (status != CSI_OK) {
        return status;
    }
    result->n = test.n;
    if (test.n < 2) {
        return CSI_OK;
    }
    if (n > SIZE_MAX / n) {
        return CSI_ERR_MEMORY;
    }
    double *slope = calloc(n * n / 2 + n, sizeof *slope);
    if (slope == NULL) {
        return CSI_ERR_MEMORY;
    }
    const double middle_t = median_where(t, x, n, slope), middle_x = median_where(x, x, n, slope);
    const size_t n_slopes = fill_slopes(t, x, n, slope);
    if (n_slopes > 0) {
        result->slope = median_of_sorted(slope, n_slopes);
        result->intercept = middle_x - result->slope * middle_t;
        fill_interval(slope, n_slopes, test.variance, level, result);
    }
    free(slope);
    return CSI_OK;
}
