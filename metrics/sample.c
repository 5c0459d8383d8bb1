/* See sample.h. Own loops: GSL's running mean in long double takes thirteen times as long, and its skewness and kurtosis
 * are of type 3, on which the 2 / 3.5 rule of the trade is not defined. */
#include "metrics/sample.h"

#include <float.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

size_t csi_sample_pack(const double *value, size_t n, double *packed)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(value[i])) {
            packed[kept++] = value[i];
        }
    }
    return kept;
}

size_t csi_sample_count(const double *value, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += isnan(value[i]) ? 0 : 1;
    }
    return count;
}

double csi_sample_mean(const double *value, size_t n)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(value[i])) {
            sum += value[i];
            count++;
        }
    }
    if (count == 0) {
        return NAN;
    }
    const double rough = sum / (double)count;
    double rest = 0;
    for (size_t i = 0; i < n; i++) {
        rest += isnan(value[i]) ? 0 : value[i] - rough;
    }
    return rough + rest / (double)count;
}

/* Sum of (x - mean)^power over the cells present. */
static double central_sum(const double *value, size_t n, double mean, int power)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i])) {
            continue;
        }
        const double d = value[i] - mean;
        sum += power == 2 ? d * d : power == 3 ? d * d * d : d * d * d * d;
    }
    return sum;
}

double csi_sample_variance(const double *value, size_t n)
{
    const size_t count = csi_sample_count(value, n);
    return count < 2 ? NAN : central_sum(value, n, csi_sample_mean(value, n), 2) / (double)(count - 1);
}

double csi_sample_sd(const double *value, size_t n)
{
    return sqrt(csi_sample_variance(value, n));
}

double csi_sample_population_sd(const double *value, size_t n)
{
    const size_t count = csi_sample_count(value, n);
    return count < 1 ? NAN : sqrt(central_sum(value, n, csi_sample_mean(value, n), 2) / (double)count);
}

/* The k-th standardised central moment; NaN for a constant column. */
static double standard_moment(const double *value, size_t n, double count, int power)
{
    double low, high;
    if (!csi_sample_range(value, n, &low, &high) || csi_sample_is_constant(low, high)) {
        return NAN;
    }
    const double mean = csi_sample_mean(value, n);
    const double variance = central_sum(value, n, mean, 2) / count;
    const double moment = central_sum(value, n, mean, power) / count;
    return moment / (power == 3 ? variance * sqrt(variance) : variance * variance);
}

double csi_sample_skewness(const double *value, size_t n)
{
    const double count = (double)csi_sample_count(value, n);
    if (count < 3) {
        return NAN;
    }
    return standard_moment(value, n, count, 3) * sqrt(count * (count - 1)) / (count - 2);
}

double csi_sample_kurtosis(const double *value, size_t n)
{
    const double count = (double)csi_sample_count(value, n);
    if (count < 4) {
        return NAN;
    }
    const double g2 = standard_moment(value, n, count, 4) - 3;
    return ((count + 1) * g2 + 6) * (count - 1) / ((count - 2) * (count - 3));
}

bool csi_sample_range(const double *value, size_t n, double *low, double *high)
{
    bool any = false;
    *low = *high = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i])) {
            continue;
        }
        *low = any && *low < value[i] ? *low : value[i];
        *high = any && *high > value[i] ? *high : value[i];
        any = true;
    }
    return any;
}

bool csi_sample_is_constant(double low, double high)
{
    return high - low <= 4 * DBL_EPSILON * fmax(fabs(low), fabs(high));
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void csi_sample_sort(double *packed, size_t n)
{
    qsort(packed, n, sizeof *packed, ascending);
}

double csi_sample_quantile(const double *sorted, size_t n, double p)
{
    const double position = p * (double)(n - 1);
    const size_t below = (size_t)position;
    if (below + 1 >= n) {
        return sorted[n - 1];
    }
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* Only what is looked at is put into its place. */
double csi_sample_quantile_unsorted(double *packed, size_t n, double p)
{
    const double at = p * (double)(n - 1), below = floor(at);
    const size_t i = (size_t)below;
    const double own = gsl_stats_select(packed, 1, n, i < n ? i : n - 1);
    double next = INFINITY; /* behind the one that is in its place lies none that is smaller */
    for (size_t k = i + 1; k < n; k++) {
        next = packed[k] < next ? packed[k] : next;
    }
    return i + 1 < n ? own + (at - below) * (next - own) : own;
}

double csi_sample_median(const double *sorted, size_t n)
{
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

size_t csi_sample_below(const double *sorted, size_t n, double x)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t csi_sample_equal(const double *sorted, size_t n, double x)
{
    size_t low = csi_sample_below(sorted, n, x), high = n;
    const size_t first = low;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - first;
}

/* Means of both over the complete pairs; how many those are. */
static size_t pair_means(const double *x, const double *y, size_t stride, size_t n, double *mean_x, double *mean_y)
{
    double sum_x = 0, sum_y = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i * stride]) && !isnan(y[i * stride])) {
            sum_x += x[i * stride];
            sum_y += y[i * stride];
            count++;
        }
    }
    *mean_x = sum_x / (double)count;
    *mean_y = sum_y / (double)count;
    return count;
}

double csi_sample_correlation_strided(const double *x, const double *y, size_t stride, size_t n, size_t *n_pairs)
{
    double mean_x, mean_y;
    const size_t count = pair_means(x, y, stride, n, &mean_x, &mean_y);
    double xx = 0, yy = 0, xy = 0, size_x = 0, size_y = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i * stride]) || isnan(y[i * stride])) {
            continue;
        }
        const double dx = x[i * stride] - mean_x, dy = y[i * stride] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
        size_x = fmax(size_x, fabs(x[i * stride]));
        size_y = fmax(size_y, fabs(y[i * stride]));
    }
    if (n_pairs != NULL) {
        *n_pairs = count;
    }
    const double few = 4 * DBL_EPSILON;
    if (count < 2 || sqrt(xx / (double)count) <= few * size_x || sqrt(yy / (double)count) <= few * size_y) {
        return NAN;
    }
    return fmax(-1, fmin(1, xy / (sqrt(xx) * sqrt(yy))));
}

double csi_sample_correlation(const double *x, const double *y, size_t n, size_t *n_pairs)
{
    return csi_sample_correlation_strided(x, y, 1, n, n_pairs);
}

double csi_sample_autocorrelation(const double *value, size_t n)
{
    const double mean = csi_sample_mean(value, n);
    double sum = 0;
    for (size_t i = 1; i < n; i++) {
        sum += (value[i] - mean) * (value[i - 1] - mean);
    }
    return sum / central_sum(value, n, mean, 2);
}
