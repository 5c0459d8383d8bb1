/* Statistics of one column: NaN cells are left out, sums run in the order of the cells and twice (about the mean), so
 * that a value far from zero keeps its digits. None of them allocates; those on sorted data want csi_sample_sort first. */
#ifndef CSI_METRICS_SAMPLE_H
#define CSI_METRICS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* Copies the cells that are not NaN into packed[0..n) and returns how many there are. */
size_t csi_sample_pack(const double *value, size_t n, double *packed);

size_t csi_sample_count(const double *value, size_t n); /* cells that are not NaN */
double csi_sample_mean(const double *value, size_t n);  /* NaN when none is left */

/* Sum of squares about the mean over count - 1 (n - 1 denominator) or over count; NaN below two (one) cells. */
double csi_sample_variance(const double *value, size_t n);
double csi_sample_sd(const double *value, size_t n);
double csi_sample_population_sd(const double *value, size_t n);

/* Adjusted Fisher-Pearson skewness G1 and kurtosis G2 (type 2 of Joanes & Gill 1998). NaN where undefined: fewer than 3
 * (4) cells, or a constant column. {1,2,3,10,100}: G1 = 2.199439692279, G2 = 4.861085600588. */
double csi_sample_skewness(const double *value, size_t n);
double csi_sample_kurtosis(const double *value, size_t n);

/* Smallest and largest; false when no cell is left. */
bool csi_sample_range(const double *value, size_t n, double *low, double *high);

/* Whether a range is no more than rounding: high - low <= 4 eps max(|low|, |high|). */
bool csi_sample_is_constant(double low, double high);

/* Sorts ascending; no NaN may be left. */
void csi_sample_sort(double *packed, size_t n);

/* Quantile by linear interpolation of order statistics (type 7 of Hyndman & Fan 1996); n >= 1. */
double csi_sample_quantile(const double *sorted, size_t n, double p);
double csi_sample_median(const double *sorted, size_t n);

/* The same quantile of values in any order, which are put in another here; no NaN may be left, n >= 1. */
double csi_sample_quantile_unsorted(double *packed, size_t n, double p);

/* How many of sorted[0..n) are below x, and how many equal it. */
size_t csi_sample_below(const double *sorted, size_t n, double x);
size_t csi_sample_equal(const double *sorted, size_t n, double x);

/* Product-moment correlation over the rows where both are present; *n_pairs of them. NaN when undefined. */
double csi_sample_correlation(const double *x, const double *y, size_t n, size_t *n_pairs);
double csi_sample_correlation_strided(const double *x, const double *y, size_t stride, size_t n, size_t *n_pairs);

/* Lag-1 autocorrelation about the overall mean. */
double csi_sample_autocorrelation(const double *value, size_t n);

#endif
