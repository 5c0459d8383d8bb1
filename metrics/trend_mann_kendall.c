/* Mann-Kendall: is there a monotone trend?
 *
 *     S = sum_{i<j} sign(x_j - x_i) sign(t_j - t_i),  Z = (S -+ 1)/sqrt(Var S)
 *     Var S = [n(n-1)(2n+5) - A(x) - A(t)] / 18 + B(x) B(t) / (9n(n-1)(n-2)) + C(x) C(t) / (2n(n-1))
 *
 * with A, B, C the sums of m(m-1)(2m+5), m(m-1)(m-2) and m(m-1) over tied groups of sizes m. Mann 1945 (Econometrica
 * 13:245), Kendall 1975. Up to ten points the null is exact: S is the number of untied pairs less twice the inversions,
 * and the inversions of a multiset's permutations have the generating function [n]_q! / prod [m]_q! (MacMahon), multiplied
 * out here in probabilities.
 *
 * By hand: 1, 2, 3, 4: S = 6, exact p = 2/24 = 0.0833: four points can never reach 5 %. Edges: all equal: S = 0, p = 1;
 * pairs with equal t count nothing, and the normal approximation is used then: the exact null is for distinct t. */
#include "metrics/trend.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int sign_of(double difference)
{
    return (difference > 0) - (difference < 0);
}

static int compare(const void *a, const void *b)
{
    return sign_of(*(const double *)a - *(const double *)b);
}

/* Multiplies the polynomial p[0..*degree] by (1 + q + ... + q^(k-1))/k. */
static void multiply(double *p, size_t *degree, size_t k)
{
    const size_t new_degree = *degree + k - 1;
    for (size_t i = new_degree + 1; i-- > 0;) { /* downwards, so that what is read has not been written yet */
        double sum = 0;
        for (size_t j = 0; j < k && j <= i; j++) {
            sum += p[i - j];
        }
        p[i] = sum / (double)k;
    }
    *degree = new_degree;
}

/* Divides exactly by (1 + q + ... + q^(k-1))/k and clears what falls off the top. */
static void divide(double *p, size_t *degree, size_t k)
{
    const size_t new_degree = *degree - (k - 1);
    for (size_t i = 0; i <= new_degree; i++) {
        double value = p[i] * (double)k;
        for (size_t j = 1; j < k && j <= i; j++) {
            value -= p[i - j];
        }
        p[i] = value;
    }
    for (size_t i = new_degree + 1; i <= *degree; i++) {
        p[i] = 0;
    }
    *degree = new_degree;
}

csi_status csi_mann_kendall_exact(const size_t *group, size_t n_groups, double s, double *p, double *smallest_p)
{
    size_t n = 0, degree = 0;
    for (size_t g = 0; g < n_groups; g++) {
        n += group[g];
    }
    double *inversions = calloc(n * n / 2 + n + 2, sizeof *inversions);
    if (inversions == NULL) {
        return CSI_ERR_MEMORY;
    }
    inversions[0] = 1;
    for (size_t k = 2; k <= n; k++) {
        multiply(inversions, &degree, k);
    }
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t k = 2; k <= group[g]; k++) {
            divide(inversions, &degree, k);
        }
    }
    const double n_pairs = (double)degree, wanted = fabs(s) - 0.5;
    double sum = 0, extreme = 0;
    for (size_t i = 0; i <= degree; i++) {
        const double value = fabs(n_pairs - 2 * (double)i);
        sum += value >= wanted ? inversions[i] : 0;
        extreme += value >= n_pairs - 0.5 ? inversions[i] : 0;
    }
    free(inversions);
    *p = sum < 1 ? sum : 1;
    *smallest_p = extreme < 1 ? extreme : 1;
    return CSI_OK;
}

/* Keeps the points with a value; returns how many. */
static size_t keep_points(const double *t, const double *x, size_t n, double *kept_t, double *kept_x)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            kept_t[n_kept] = t[i];
            kept_x[n_kept++] = x[i];
        }
    }
    return n_kept;
}

/* Sizes of the groups of equal values; returns how many. `sorted` is sorted here. */
static size_t find_groups(double *sorted, size_t n, size_t *group)
{
    size_t n_groups = 0;
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            group[n_groups++] = 0;
        }
        group[n_groups - 1]++;
    }
    return n_groups;
}

typedef struct tie_sums {
    double a, b, c;
} tie_sums;

static tie_sums sum_ties(const size_t *group, size_t n_groups)
{
    tie_sums sums = {0, 0, 0};
    for (size_t g = 0; g < n_groups; g++) {
        const double m = (double)group[g];
        sums.a += m * (m - 1) * (2 * m + 5);
        sums.b += m * (m - 1) * (m - 2);
        sums.c += m * (m - 1);
    }
    return sums;
}

static double null_variance(tie_sums x, tie_sums t, size_t n_points)
{
    const double n = (double)n_points;
    double variance = (n * (n - 1) * (2 * n + 5) - x.a - t.a) / 18 + x.c * t.c / (2 * n * (n - 1));
    if (n_points > 2) {
        variance += x.b * t.b / (9 * n * (n - 1) * (n - 2));
    }
    return variance;
}

static bool add_signs(const double *t, const double *x, size_t n, double *s)
{
    bool has_equal_times = false;
    *s = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            *s += sign_of(x[j] - x[i]) * sign_of(t[j] - t[i]);
            has_equal_times |= t[j] == t[i];
        }
    }
    return has_equal_times;
}

csi_status csi_mann_kendall_test(const double *t, const double *x, size_t n_given, csi_mann_kendall *result)
{
    double *kept = calloc(3 * n_given + 1, sizeof *kept);
    size_t *group = calloc(n_given + 1, sizeof *group);
    csi_status status = CSI_OK;
    if (kept == NULL || group == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    double *kept_t = kept, *kept_x = kept + n_given, *sorted = kept + 2 * n_given;
    const size_t n = keep_points(t, x, n_given, kept_t, kept_x);
    *result = (csi_mann_kendall){.n = n, .p = 1, .smallest_p = 1};
    if (n < 2) {
        goto out;
    }
    const bool has_equal_times = add_signs(kept_t, kept_x, n, &result->s);
    memcpy(sorted, kept_t, n * sizeof *sorted);
    const tie_sums ties_of_t = sum_ties(group, find_groups(sorted, n, group));
    memcpy(sorted, kept_x, n * sizeof *sorted);
    const size_t n_groups = find_groups(sorted, n, group);
    result->variance = null_variance(sum_ties(group, n_groups), ties_of_t, n);
    if (result->variance > 0 && result->s != 0) {
        result->z = (result->s - (result->s > 0 ? 1 : -1)) / sqrt(result->variance);
    }
    result->is_exact = n <= CSI_MANN_KENDALL_EXACT && !has_equal_times;
    if (result->is_exact) {
        CSI_TRY(csi_mann_kendall_exact(group, n_groups, result->s, &result->p, &result->smallest_p));
    } else {
        result->p = result->z == 0 ? 1 : 2 * gsl_cdf_ugaussian_Q(fabs(result->z));
        result->smallest_p = 0;
    }
out:
    free(kept);
    free(group);
    return status;
}
