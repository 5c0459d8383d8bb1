/* Rank correlations and the significance of correlations.
 *
 *     Spearman: Pearson's r of the ranks, ties averaged;   Kendall: tau-b = (C - D) / sqrt((n0 - n1)(n0 - n2))
 *
 * Kendall & Gibbons (1990), Rank Correlation Methods. By hand: x = 1 2 3, y = 1 3 2: rho 0.5, tau 1/3. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "metrics/coherence.h"
#include "metrics/sample.h"

double csi_correlation_p(double r, size_t n)
{
    if (n < 3 || isnan(r)) {
        return NAN;
    }
    const double df = (double)n - 2, rest = (1 - r) * (1 + r);
    return rest <= 0 ? 0 : 2 * gsl_cdf_tdist_Q(fabs(r) * sqrt(df / rest), df);
}

static void to_ranks(double *x, double *sorted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sorted[i] = x[i];
    }
    csi_sample_sort(sorted, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)csi_sample_below(sorted, n, x[i]) + ((double)csi_sample_equal(sorted, n, x[i]) + 1) / 2;
    }
}

static double tau_b(const double *x, const double *y, size_t n)
{
    double concordance = 0, untied_x = 0, untied_y = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const int a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
            concordance += a * b;
            untied_x += a != 0;
            untied_y += b != 0;
        }
    }
    return untied_x > 0 && untied_y > 0 ? concordance / (sqrt(untied_x) * sqrt(untied_y)) : NAN;
}

csi_status csi_associate(csi_association kind, const double *x, const double *y, size_t n, double *r, size_t *n_pairs)
{
    if (kind == CSI_PEARSON) {
        *r = csi_sample_correlation(x, y, n, n_pairs);
        return CSI_OK;
    }
    double *a = calloc(3 * n + 1, sizeof *a);
    *r = NAN;
    if (a == NULL) {
        return CSI_ERR_MEMORY;
    }
    double *b = a + n, *work = b + n;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]) && !isnan(y[i])) {
            a[m] = x[i];
            b[m++] = y[i];
        }
    }
    if (kind == CSI_SPEARMAN) {
        to_ranks(a, work, m);
        to_ranks(b, work, m);
        *r = csi_sample_correlation(a, b, m, NULL);
    } else {
        *r = tau_b(a, b, m);
    }
    if (n_pairs != NULL) {
        *n_pairs = m;
    }
    free(a);
    return CSI_OK;
}
