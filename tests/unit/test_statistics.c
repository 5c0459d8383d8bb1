/* The statistics of metrics/ at their edges, by hand: nothing, one value, all equal, missing on one side. */
#include <math.h>

#include "metrics/coherence.h"
#include "metrics/em.h"
#include "metrics/paired.h"
#include "metrics/rng.h"
#include "metrics/sample.h"
#include "metrics/sensitivity.h"
#include "tests/support/coin.h"

Test(statistics, of_one_column)
{
    const double none[] = {NAN, NAN}, one[] = {NAN, 3}, two[] = {1, 3}, five[] = {1, 2, 3, 10, 100}, back[] = {-1, -2, -3, -10, -100};
    double low, high;
    cr_expect(isnan(csi_sample_mean(none, 2)) && isnan(csi_sample_variance(one, 2)) && isnan(csi_sample_population_sd(none, 2)));
    cr_expect_not(csi_sample_range(none, 2, &low, &high));
    cr_expect(csi_sample_range(one, 2, &low, &high) && low == 3 && high == 3);
    NEAR(csi_sample_mean(one, 2), 3);
    NEAR(csi_sample_population_sd(one, 2), 0);
    NEAR(csi_sample_population_sd(two, 2), 1);
    NEAR(csi_sample_sd(two, 2), M_SQRT2);
    cr_expect(is_near(csi_sample_skewness(five, 5), 2.199439692279, 1e-11));
    cr_expect(is_near(csi_sample_skewness(back, 5), -2.199439692279, 1e-11));
    cr_expect(is_near(csi_sample_kurtosis(back, 5), 4.861085600588, 1e-11));
    cr_expect(isnan(csi_sample_skewness(two, 2)) && isnan(csi_sample_kurtosis(five, 3)) && !isnan(csi_sample_kurtosis(five, 4)));
    NEAR(csi_sample_quantile(five, 5, 1), 100);
    NEAR(csi_sample_quantile(five, 5, 0.9), 64);
    NEAR(csi_sample_quantile(five, 1, 0.3), 1);
    NEAR(csi_sample_median(five, 4), 2.5);
    cr_expect(isnan(csi_quantile_sorted(five, 0, 0.5)));
    NEAR(csi_quantile_sorted(five, 1, 1), 1);
    NEAR(csi_quantile_sorted(five, 5, 0.9), 64);
}

Test(statistics, association)
{
    const double x[] = {1, 2, 3, 4, NAN}, y[] = {2, 4, 6, 8, 1}, flat[] = {5, 5, 5, 5, 5}, turned[] = {1, 2, 4, 3, 0};
    static const csi_association kinds[] = {CSI_PEARSON, CSI_SPEARMAN, CSI_KENDALL};
    static const double of_turned[] = {0.8, 0.8, 4 / 6.0};
    double r;
    size_t n;
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(csi_associate(kinds[i], x, y, 5, &r, &n), CSI_OK);
        NEAR(r, 1);
        cr_expect_eq(n, 4);
        cr_expect_eq(csi_associate(kinds[i], x, turned, 5, &r, &n), CSI_OK);
        NEAR(r, of_turned[i]);
        cr_expect_eq(csi_associate(kinds[i], x, flat, 5, &r, NULL), CSI_OK);
        cr_expect(isnan(r));
        cr_expect_eq(csi_associate(kinds[i], flat, x, 5, &r, NULL), CSI_OK);
        cr_expect(isnan(r));
    }
    cr_expect(isnan(csi_correlation_p(NAN, 10)) && isnan(csi_correlation_p(0.5, 2)));
    NEAR(csi_correlation_p(0, 10), 1);
    cr_expect(is_near(csi_correlation_p(0.5, 3), 2 / 3.0, 1e-9)); /* one degree of freedom: 1 - 2 atan(t) / pi, t = 1 / sqrt(3) */
}

Test(statistics, reliability_and_adequacy)
{
    double same[] = {1, 1, 2, 2, 4, 4}, opposite[] = {1, -1, 2, -2, 4, -4}, alone[] = {1, 2, 4}, rest[2], without[2];
    const csi_columns two = {3, 2, same}, against = {3, 2, opposite}, one = {3, 1, alone};
    csi_reliability answer;
    cr_expect_eq(csi_cronbach(&two, &answer, rest, without), CSI_OK);
    NEAR(answer.alpha, 1);
    NEAR(answer.standardised, 1);
    cr_expect(answer.n == 3 && is_near(rest[0], 1, 1e-12) && isnan(without[0]) && isnan(without[1]));
    cr_expect_eq(csi_cronbach(&against, &answer, NULL, NULL), CSI_OK);
    cr_expect(isnan(answer.alpha) && isnan(answer.standardised));
    cr_expect_eq(csi_cronbach(&one, &answer, rest, NULL), CSI_OK);
    cr_expect(isnan(answer.alpha) && isnan(rest[0]));
    const double related[] = {1, 0.5, 0.5, 1}, equal[] = {1, 1, 1, 1};
    csi_adequacy adequacy;
    double msa[2];
    cr_expect_eq(csi_adequacy_of(related, 2, 10, &adequacy, msa), CSI_OK);
    NEAR(adequacy.kmo, 0.5);
    NEAR(msa[1], 0.5);
    NEAR(adequacy.chi2, -7.5 * log(0.75));
    cr_expect(adequacy.df == 1 && !adequacy.is_singular);
    NEAR(adequacy.p, erfc(sqrt(adequacy.chi2 / 2)));
    cr_expect_eq(csi_adequacy_of(equal, 2, 10, &adequacy, NULL), CSI_OK);
    cr_expect(adequacy.is_singular && adequacy.p == 0 && isinf(adequacy.chi2) && adequacy.chi2 > 0);
}

Test(statistics, draws_in_pairs)
{
    double none[] = {NAN}, one[] = {2}, three[] = {3, NAN, 1, 2}, both[] = {-1, 0, 1};
    csi_paired test;
    csi_paired_test(none, 1, 0.9, &test);
    cr_expect(test.n == 0 && isnan(test.p) && isnan(test.low));
    csi_paired_test(one, 1, 0.9, &test);
    cr_expect(test.n == 1 && test.low == 2 && test.high == 2 && test.p == 1);
    csi_paired_test(three, 4, 0.5, &test);
    cr_expect(test.n == 3 && test.low == 1.5 && test.high == 2.5 && test.p == 0.5);
    csi_paired_test(both, 3, 1, &test);
    cr_expect(test.n == 3 && test.low == -1 && test.high == 1 && test.p == 1);
    const double estimate[] = {1, 3}, variance[] = {4, 6};
    csi_pooled pooled = csi_rubin_pool(estimate, variance, 1);
    NEAR(pooled.mean, 1);
    NEAR(pooled.variance, 4);
    cr_expect(isinf(pooled.degrees));
    pooled = csi_rubin_pool(estimate, variance, 2);
    NEAR(pooled.mean, 2);
    NEAR(pooled.variance, 5 + 1.5 * 2);
    NEAR(pooled.degrees, (1 + 5 / 3.0) * (1 + 5 / 3.0));
}

/* Both tails of the normal quantile are the same, far out too. */
Test(statistics, normal_quantile_is_odd)
{
    for (int power = 2; power <= 52; power++) {
        const double p = ldexp(1, -power);
        NEAR(csi_normal_quantile(1 - p), -csi_normal_quantile(p));
        cr_expect(is_near(erfc(csi_normal_quantile(1 - p) / M_SQRT2) / 2 / p, 1, 1e-10), "2^-%d", power);
    }
    cr_expect_eq(csi_normal_quantile(0.5), 0);
}
