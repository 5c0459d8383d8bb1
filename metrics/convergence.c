/* Do countries draw together?
 *
 * Sigma: the standard deviation falls. Pitman-Morgan tests equal variances of pairs by the correlation r of sums and
 * differences: t = r sqrt((n-2)/(1-r^2)) (Pitman 1939, Morgan 1939, Biometrika 31:9,13). Beta: those behind rise faster,
 * change = a + beta before; half of the gap closes in ln 2 / (-ln(1 + beta)/years) years. Beta below 0 alone is no
 * convergence: measurement error at the start makes it so (Galton's fallacy, Quah 1993), so sigma is always told with it.
 * By hand: before 1, 2, 3, 4 and after 2, 2.5, 3, 3.5: beta = -0.5, half-life over one year 1. Edges: r of 1 or -1 (all
 * pairs on a line) gives p = 0 for an exact change of spread, 1 where sums or differences are constant. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/logarithm.h"
#include "metrics/rank_sets.h"

typedef struct sums {
    size_t n;
    double mean_x, mean_y, xx, yy, xy;
} sums;

/* Two passes over the pairs that are whole; y is `after`, or the sum or difference of both. */
static sums sum_pairs(const double *before, const double *after, size_t n, double bx, double ax, double by, double ay)
{
    sums s = {0, 0, 0, 0, 0, 0};
    for (size_t c = 0; c < n; c++) {
        if (!isnan(before[c]) && !isnan(after[c])) {
            s.n++;
            s.mean_x += bx * before[c] + ax * after[c];
            s.mean_y += by * before[c] + ay * after[c];
        }
    }
    s.mean_x /= (double)s.n;
    s.mean_y /= (double)s.n;
    for (size_t c = 0; c < n; c++) {
        if (!isnan(before[c]) && !isnan(after[c])) {
            const double x = bx * before[c] + ax * after[c] - s.mean_x, y = by * before[c] + ay * after[c] - s.mean_y;
            s.xx += x * x;
            s.yy += y * y;
            s.xy += x * y;
        }
    }
    return s;
}

static void test_sigma(const double *before, const double *after, size_t n_given, csi_convergence *result)
{
    const sums s = sum_pairs(before, after, n_given, 1, 1, -1, 1);
    const double freedom = (double)s.n - 2, r = s.xx > 0 && s.yy > 0 ? s.xy / sqrt(s.xx * s.yy) : 0;
    result->t = fabs(r) < 1 ? r * sqrt(freedom / (1 - r * r)) : copysign(HUGE_VAL, r);
    result->p = isfinite(result->t) ? 2 * gsl_cdf_tdist_Q(fabs(result->t), freedom) : 0;
}

static void fit_beta(const double *before, const double *after, size_t n_given, double years, csi_convergence *result)
{
    const sums s = sum_pairs(before, after, n_given, 1, 0, -1, 1);
    const double freedom = (double)s.n - 2;
    if (s.xx <= 0) {
        return;
    }
    result->beta = s.xy / s.xx;
    const double rest = fmax(0, s.yy - result->beta * s.xy);
    result->beta_error = sqrt(rest / freedom / s.xx);
    result->beta_p = result->beta_error > 0 ? 2 * gsl_cdf_tdist_Q(fabs(result->beta / result->beta_error), freedom) : 0;
    if (result->beta > -1 && result->beta < 0) {
        result->half_life = csi_log(2.0) / (-csi_log1p(result->beta) / years);
    }
}

void csi_convergence_test(const double *before, const double *after, size_t n, double years, csi_convergence *result)
{
    const sums s = sum_pairs(before, after, n, 1, 0, 0, 1);
    *result = (csi_convergence){.n = s.n, .sd_before = NAN, .sd_after = NAN, .t = NAN, .p = NAN, .beta = NAN,
                                .beta_error = NAN, .beta_p = NAN, .half_life = NAN};
    if (s.n >= 2) {
        result->sd_before = sqrt(s.xx / (double)(s.n - 1));
        result->sd_after = sqrt(s.yy / (double)(s.n - 1));
    }
    if (s.n >= 4) {
        test_sigma(before, after, n, result);
        fit_beta(before, after, n, years, result);
    }
}
