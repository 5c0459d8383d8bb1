/* The statistics of metrics/ at their edges, by hand: nothing, one value, all equal, missing on one side. */
#include <math.h>
#include <stdlib.h>

#include "metrics/coherence.h"
#include "metrics/decompose.h"
#include "metrics/em.h"
#include "metrics/factor.h"
#include "metrics/impute.h"
#include "metrics/outliers.h"
#include "metrics/outrank.h"
#include "metrics/paired.h"
#include "metrics/peers.h"
#include "metrics/rank_change.h"
#include "metrics/rank_sets.h"
#include "metrics/regression.h"
#include "metrics/rng.h"
#include "metrics/sample.h"
#include "metrics/sensitivity.h"
#include "metrics/treatments.h"
#include "metrics/trend.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

#define NEAR(got, want) cr_expect(is_near(got, want, 1e-12), #got ": %.17g, not %.17g", (double)(got), (double)(want))

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

Test(statistics, least_squares_and_variance)
{
    const double x[] = {1, 0, 1, 1, 1, 2}, y[] = {3, 5, 7};
    double beta[2], sd[2], rss;
    cr_expect_eq(csi_ols(x, y, 1, 2, beta, NULL, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_ols(x, y, 3, 0, beta, NULL, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_ols(x, y, 3, 2, beta, sd, &rss), CSI_OK);
    cr_expect(is_near(beta[0], 3, 1e-12) && is_near(beta[1], 2, 1e-12) && is_near(rss, 0, 1e-20) && sd[1] < 1e-12);
    cr_expect_eq(csi_ols(x, y, 2, 2, beta, NULL, NULL), CSI_OK);
    NEAR(beta[1], 2);
    const double score[] = {1, 2, 3, 4}, flat[] = {7, 7, 7, 7}, steps[] = {1, 1, 5, 5};
    const size_t pairs[] = {0, 0, 1, 1}, gap[] = {0, 0, 2, 2}, single[] = {0, 1, 2, 3};
    csi_anova_answer answer = csi_anova(score, pairs, 4, 2);
    NEAR(answer.between, 4);
    NEAR(answer.within, 1);
    NEAR(answer.f, 8);
    NEAR(answer.ratio, 0.8);
    answer = csi_anova(score, gap, 4, 3);
    NEAR(answer.f, 4 / 2.0 / (1 / 1.0));
    answer = csi_anova(steps, pairs, 4, 2);
    cr_expect(isnan(answer.f) && answer.ratio == 1);
    answer = csi_anova(flat, pairs, 4, 2);
    cr_expect(isnan(answer.f) && isnan(answer.ratio));
    answer = csi_anova(score, single, 4, 4);
    cr_expect(isnan(answer.f) && is_near(answer.ratio, 1, 1e-12));
    answer = csi_anova(score, pairs, 0, 2);
    cr_expect(answer.between == 0 && isnan(answer.ratio));
}

Test(statistics, convergence)
{
    const double before[] = {1, 2, 3, 4, NAN, 9}, halved[] = {3, 3.5, 4, 4.5, 1, NAN}, apart[] = {-1, 1, 3, 5, 7, NAN};
    const double flat[] = {2, 2, 2, 2, 2, 2};
    csi_convergence c;
    csi_convergence_test(before, halved, 6, 3, &c);
    cr_expect_eq(c.n, 4);
    NEAR(c.sd_before, sqrt(5 / 3.0));
    NEAR(c.sd_after, sqrt(5 / 3.0) / 2);
    NEAR(c.beta, -0.5);
    NEAR(c.half_life, 3);
    cr_expect(c.t < -1e6 && c.p < 1e-6);
    csi_convergence_test(before, apart, 6, 3, &c);
    NEAR(c.beta, 1);
    cr_expect(isnan(c.half_life) && c.t > 1e6);
    csi_convergence_test(before, flat, 4, 3, &c);
    NEAR(c.beta, -1);
    cr_expect(c.n == 4 && c.beta_p == 0 && isnan(c.half_life) && c.t == -HUGE_VAL && c.p == 0 && c.sd_after == 0);
    csi_convergence_test(flat, before, 4, 3, &c);
    cr_expect(isnan(c.beta) && isnan(c.beta_p) && c.t > 0 && c.p == 0);
    csi_convergence_test(flat, flat, 4, 3, &c);
    cr_expect(isnan(c.beta) && c.t == 0 && c.p == 1);
    csi_convergence_test(before, halved, 3, 3, &c);
    cr_expect(c.n == 3 && isnan(c.t) && isnan(c.beta) && is_near(c.sd_before, 1, 1e-12));
    csi_convergence_test(before, halved, 1, 3, &c);
    cr_expect(c.n == 1 && isnan(c.sd_before) && isnan(c.sd_after));
}

Test(statistics, trends)
{
    const double t[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, same_t[] = {5, 5, 5, 6, 6, 6};
    const double x[] = {2, 4, NAN, 8, 10, 12, 14, 16, 18, 20, 22, 24}, flat[12] = {0};
    csi_theil_sen line;
    csi_mann_kendall test;
    cr_expect_eq(csi_theil_sen_fit(t, x, 1, 0.9, &line), CSI_OK);
    cr_expect(line.n == 1 && isnan(line.slope) && isnan(line.low));
    cr_expect_eq(csi_theil_sen_fit(t, x, 3, 0.9, &line), CSI_OK);
    cr_expect(line.n == 2 && line.slope == 2 && line.intercept == 0 && isnan(line.low) && isnan(line.high));
    cr_expect_eq(csi_theil_sen_fit(t, x, 12, 0.9, &line), CSI_OK);
    cr_expect(line.n == 11 && line.slope == 2 && line.intercept == 0 && line.low == 2 && line.high == 2);
    cr_expect_eq(csi_theil_sen_fit(same_t, x, 2, 0.9, &line), CSI_OK);
    cr_expect(line.n == 2 && isnan(line.slope) && isnan(line.intercept));
    cr_expect_eq(csi_mann_kendall_test(same_t, x, 2, &test), CSI_OK);
    cr_expect(test.s == 0 && test.p == 1 && !test.is_exact);
    cr_expect_eq(csi_mann_kendall_test(t, flat, 12, &test), CSI_OK);
    cr_expect(test.s == 0 && test.z == 0 && test.p == 1 && !test.is_exact && test.n == 12);
    cr_expect_eq(csi_mann_kendall_test(t, flat, 3, &test), CSI_OK);
    cr_expect(test.is_exact && test.p == 1);
    cr_expect_eq(csi_mann_kendall_test(t, x, 2, &test), CSI_OK);
    cr_expect(test.s == 1 && test.p == 1 && test.smallest_p == 1);
    const double p[] = {0.01, NAN, 0.04, 0.03, 0.5}, adjusted[] = {0.04, NAN, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5};
    double got[5];
    cr_expect_eq(csi_adjust_bh(p, 5, got), CSI_OK);
    for (size_t i = 0; i < 5; i++) {
        NEAR(got[i], adjusted[i]);
    }
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

static csi_status product(void *user, uint64_t players, double *value)
{
    const double *b = user;
    *value = (players & 1 ? b[0] : 1) * (players & 2 ? b[1] : 1);
    return CSI_OK;
}

static csi_status refuse(void *user, uint64_t players, double *value)
{
    (void)user;
    *value = 0;
    return players == 3 ? CSI_ERR_DATA : CSI_OK;
}

Test(statistics, shapley)
{
    double b[] = {3, 5}, share[64], error[64];
    cr_expect_eq(csi_shapley(2, product, b, 0, 1, share, error), CSI_OK);
    cr_expect(is_near(share[0], 6, 1e-12) && is_near(share[1], 8, 1e-12) && error[0] == 0 && error[1] == 0);
    cr_expect_eq(csi_shapley(0, product, b, 0, 1, share, NULL), CSI_OK);
    cr_expect_eq(csi_shapley_sampled(2, product, b, 1, 1, share, error), CSI_OK);
    cr_expect(is_near(share[0], 6, 1e-12) && is_near(share[1], 8, 1e-12) && isinf(error[0]));
    cr_expect_eq(csi_shapley_sampled(2, product, b, 50, 1, share, error), CSI_OK);
    cr_expect(is_near(share[0], 6, 1e-12) && is_near(error[0], 0, 1e-12));
    cr_expect_eq(csi_shapley_sampled(2, product, b, 50, 1, share, NULL), CSI_OK);
    cr_expect_eq(csi_shapley(2, refuse, NULL, 0, 1, share, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_shapley_sampled(2, refuse, NULL, 5, 1, share, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_shapley_sampled(64, product, b, 1, 1, share, error), CSI_ERR_INTERNAL);
}

Test(statistics, peers_tiers_clusters)
{
    const double wealth[] = {1, 3, 2, NAN, 2}, flat[] = {4, 4, 4, 4, 4};
    const double *const covariate[] = {wealth, flat};
    csi_peer peer[5];
    size_t n;
    cr_expect_eq(csi_peers_find(covariate, 2, 5, 2, peer, &n), CSI_OK);
    cr_expect(n == 3 && peer[0].country == 4 && peer[0].distance == 0 && peer[1].country == 0 && peer[2].country == 1);
    NEAR(peer[1].distance, 1 / sqrt(2 / 3.0));
    NEAR(peer[2].distance, 1 / sqrt(2 / 3.0));
    cr_expect_eq(csi_peers_find(covariate, 2, 5, 3, peer, &n), CSI_OK);
    cr_expect_eq(n, 0);
    cr_expect_eq(csi_peers_find(covariate, 2, 1, 0, peer, &n), CSI_OK);
    cr_expect_eq(n, 0);
    const double score[] = {1, 20, 2, NAN, 10, 11}, nothing[] = {NAN, NAN}, same[] = {5, 5};
    static const int want[] = {3, 1, 3, 0, 2, 2};
    int tier[6];
    cr_expect_eq(csi_tiers(score, 6, 3, tier), CSI_OK);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(tier[i], want[i], "%zu: %d", i, tier[i]);
    }
    cr_expect_eq(csi_tiers(nothing, 2, 3, tier), CSI_OK);
    cr_expect(tier[0] == 0 && tier[1] == 0);
    cr_expect_eq(csi_tiers(same, 2, 3, tier), CSI_OK);
    cr_expect(tier[0] == 1 && tier[1] == 1);
    double row[] = {0, 1, 10, 11};
    const csi_columns columns = {4, 1, row};
    size_t group[4];
    double within;
    cr_expect_eq(csi_kmeans(&columns, 0, 3, 1, group, &within), CSI_ERR_DATA);
    cr_expect_eq(csi_kmeans(&columns, 5, 3, 1, group, &within), CSI_ERR_DATA);
    cr_expect_eq(csi_kmeans(&columns, 2, 3, 1, group, &within), CSI_OK);
    cr_expect(group[0] == 0 && group[1] == 0 && group[2] == 1 && group[3] == 1 && is_near(within, 1, 1e-12));
    cr_expect_eq(csi_kmeans(&columns, 4, 3, 1, group, &within), CSI_OK);
    cr_expect(group[3] == 3 && is_near(within, 0, 1e-12));
}

Test(statistics, importance_and_box_cox)
{
    double x[24], y[24], flat[24];
    csi_importance answer;
    for (size_t i = 0; i < 24; i++) {
        x[i] = (double)i;
        y[i] = 3 * (double)i + 1;
        flat[i] = 7;
    }
    cr_expect_eq(csi_importance_of(x, y, 24, 10, 1, &answer), CSI_OK);
    cr_expect(is_near(answer.linear, 1, 1e-12) && is_near(answer.nonlinear, 1, 1e-9) && answer.low > 0.999 && answer.high <= 1);
    cr_expect_eq(csi_importance_of(x, y, 10, 10, 1, &answer), CSI_OK);
    cr_expect(is_near(answer.linear, 1, 1e-12) && is_near(answer.nonlinear, 1, 1e-12) && is_near(answer.low, 1, 1e-12));
    cr_expect_eq(csi_importance_of(x, flat, 24, 0, 1, &answer), CSI_OK);
    cr_expect(isnan(answer.linear) && isnan(answer.nonlinear) && isnan(answer.low));
    cr_expect_eq(csi_importance_of(flat, y, 24, 10, 1, &answer), CSI_OK);
    cr_expect(isnan(answer.linear) || answer.linear == 0);
    double few[] = {1, 2}, scratch[2], low, high;
    const double lambda = csi_box_cox_lambda(few, scratch, 2, &low, &high);
    cr_expect(isfinite(lambda) && low <= lambda && lambda <= high && low == -high);
}

/* More than can be tried: still an order of all, of the agreement that is told, that no single move improves. */
Test(statistics, kemeny_beyond_what_can_be_tried)
{
    enum { N = 18 };
    uint64_t state = 7;
    for (int trial = 0; trial < 20; trial++) {
        double e[N * N] = {0}, agreement = 0;
        size_t order[N];
        bool is_there[N] = {false};
        csi_kemeny_answer answer;
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k < i; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                e[i * N + k] = (double)(state >> 40) / (double)(1 << 24);
                e[k * N + i] = 1 - e[i * N + k];
            }
        }
        cr_assert_eq(csi_kemeny(e, N, order, &answer), CSI_OK);
        for (size_t i = 0; i < N; i++) {
            cr_assert(order[i] < N && !is_there[order[i]]);
            is_there[order[i]] = true;
            for (size_t k = i + 1; k < N; k++) {
                agreement += e[order[i] * N + order[k]];
            }
        }
        cr_expect(is_near(answer.agreement, agreement, 1e-9));
        for (size_t from = 0; from < N && !answer.is_exact; from++) {
            double down = 0, up = 0;
            for (size_t to = from + 1; to < N; to++) {
                down += e[order[to] * N + order[from]] - e[order[from] * N + order[to]];
                cr_expect(down <= 1e-9, "trial %d: %zu should move down to %zu", trial, from, to);
            }
            for (size_t to = from; to-- > 0;) {
                up += e[order[from] * N + order[to]] - e[order[to] * N + order[from]];
                cr_expect(up <= 1e-9, "trial %d: %zu should move up to %zu", trial, from, to);
            }
        }
    }
}

/* Kaiser's rule, then as many more as explain the share asked for; always one. */
Test(statistics, how_many_components)
{
    const double value[] = {1.5, 1.2, 0.8, 0.5};
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 0.6), 2);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 0.8), 3);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.35, 0.3), 1);
    cr_expect_eq(csi_factor_count(value, 4, 2, 0.1, 0), 1);
    cr_expect_eq(csi_factor_count(value, 4, 0, 0, 1), 4);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 2), 4);
}

/* Ranks without one indicator: who has no score with or without it is not compared; the only one cannot go. */
Test(statistics, removal)
{
    const double gap[] = {1, NAN, 2, 3, 3, 1}, late[] = {NAN, 1, 2, 3, 3, 1};
    const double alone[] = {1, 2, 3}, turned[] = {1, 9, 2, 4, 3, 1};
    double mean, largest;
    coin c = coin_make(2, 3, 1, gap, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0, "%g %g", mean, largest);
    coin_free(&c);
    c = coin_make(2, 3, 1, late, NULL);
    coin_must_run(&c, "- aggregate: {method: arithmetic, min_weight_share: 0.6}\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0, "%g %g", mean, largest);
    coin_free(&c);
    c = coin_make(1, 3, 1, alone, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0);
    coin_free(&c);
    c = coin_make(2, 3, 1, turned, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 1, c.diag, &mean, &largest), CSI_OK);
    cr_expect(is_near(mean, 4 / 3.0, 1e-12) && largest == 2, "%g %g", mean, largest);
    coin_free(&c);
}

/* A country without a score in one of the two years has no change of rank, and no difference of scores. */
Test(statistics, changes_without_a_score)
{
    const double value[] = {1, 2, 3, NAN, 2, 4};
    const csi_rank_change_options options = {20, 0, false};
    csi_rank_effect moved[3];
    csi_effect effect[20];
    size_t n;
    coin c = coin_make(1, 3, 2, value, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    for (size_t year = 0; year < 2; year++) {
        const csi_point a = {c.result, year, 0}, b = {c.result, 1 - year, 0};
        n = 9;
        cr_expect_eq(csi_rank_change(c.recipe, &c.context, &a, &b, 1, &options, c.diag, moved, &n), CSI_OK);
        cr_expect_eq(n, 0);
        n = 9;
        cr_expect_eq(csi_decompose(c.recipe, &c.context, &a, &b, 1, c.diag, effect, &n), CSI_OK);
        cr_expect_eq(n, 0);
    }
    const csi_point a = {c.result, 0, 1}, b = {c.result, 1, 1};
    cr_expect_eq(csi_rank_change(c.recipe, &c.context, &a, &b, 0, &options, c.diag, moved, &n), CSI_OK);
    cr_expect_eq(n, 0);
    coin_free(&c);
}

/* What multiple imputation logs is the spread of its draws, which can be had one by one; cells are their mean. */
Test(statistics, spread_of_imputations)
{
    enum { N = 12, DRAWS = 5 };
    double value[2 * N], draw[DRAWS][2 * N];
    for (size_t i = 0; i < N; i++) {
        value[2 * i] = (double)i;
        value[2 * i + 1] = i == 3 || i == 7 ? NAN : 2 * (double)i + (double)(i * 7 % 5);
    }
    coin c = coin_make(2, N, 1, value, NULL);
    coin_must_run(&c, "- impute: {method: em, multiple: 5}\n");
    const csi_columns columns = {N, 2, value};
    for (size_t d = 0; d < DRAWS; d++) {
        const size_t max_rounds = (size_t)csi_step_number(&c.recipe->stage[0], "max_rounds");
        cr_assert_eq(csi_impute_draw(&columns, c.context.seed, d, max_rounds, draw[d]), CSI_OK);
    }
    double between = 0;
    for (size_t i = 3; i <= 7; i += 4) {
        double mean = 0, squares = 0;
        for (size_t d = 0; d < DRAWS; d++) {
            mean += draw[d][2 * i + 1] / DRAWS;
        }
        for (size_t d = 0; d < DRAWS; d++) {
            squares += (draw[d][2 * i + 1] - mean) * (draw[d][2 * i + 1] - mean) / DRAWS;
        }
        between += squares / 2;
        cr_expect(is_near(csi_panel_get(c.result->normalised, 1, 0, i), mean, 1e-9));
    }
    bool is_told = false;
    for (size_t i = 0; i < csi_treatments_count(c.result->treatments); i++) {
        const csi_treatment *entry = csi_treatments_at(c.result->treatments, i);
        if (entry->series == 1) {
            cr_expect(entry->before == 2 && is_near(entry->after, sqrt(between), 1e-9), "%g: %g", entry->before, entry->after);
            is_told = true;
        }
    }
    cr_expect(is_told && between > 0.01);
    coin_free(&c);
}

/* The unobserved component, where one child follows it by the formula of three: sigma2_1 = r23 / (r12 r13) - 1. */
Test(statistics, unobserved_component_of_three)
{
    enum { N = 40 };
    double value[3 * N], sigma2[3], beta[3];
    for (size_t i = 0; i < N; i++) {
        const double f = (double)i;
        value[3 * i] = f + 4 * sin(5 * f);
        value[3 * i + 1] = 2 * f + 16 * sin(7 * f + 1);
        value[3 * i + 2] = 3 * f + 40 * sin(11 * f + 2) + 7;
    }
    const csi_columns columns = {N, 3, value};
    double r[9];
    csi_correlation_matrix(&columns, r);
    cr_assert_eq(csi_ucm_fit(&columns, sigma2, beta), CSI_OK);
    const double want[] = {r[5] / (r[1] * r[2]) - 1, r[2] / (r[1] * r[5]) - 1, r[1] / (r[2] * r[5]) - 1};
    for (size_t q = 0; q < 3; q++) {
        cr_expect(want[q] > 0.01 && is_near(sigma2[q] / want[q], 1, 1e-6), "%zu: %g, not %g", q, sigma2[q], want[q]);
    }
}

/* Each vector's component of largest size is positive, whatever sign the solver gave it. */
Test(statistics, signs_of_vectors)
{
    enum { N = 5 };
    uint64_t state = 3;
    for (int trial = 0; trial < 20; trial++) {
        double matrix[N * N], value[N], vector[N * N];
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k <= i; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                matrix[i * N + k] = matrix[k * N + i] = (double)(state >> 40) / (double)(1 << 23) - 1;
            }
        }
        cr_assert_eq(csi_eigen(matrix, N, value, vector), CSI_OK);
        for (size_t k = 0; k < N; k++) {
            double largest = 0;
            for (size_t i = 0; i < N; i++) {
                double image = 0;
                for (size_t j = 0; j < N; j++) {
                    image += matrix[i * N + j] * vector[j * N + k];
                }
                cr_expect(is_near(image, value[k] * vector[i * N + k], 1e-12));
                largest = fabs(vector[i * N + k]) > fabs(largest) ? vector[i * N + k] : largest;
            }
            cr_expect(largest > 0 && (k == 0 || value[k] <= value[k - 1]));
        }
    }
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

/* A regression that has too few rows for its coefficients drops the predictor that goes least with the target. */
Test(statistics, regression_within_its_rows)
{
    enum { N = 11 };
    double value[3 * N], x[2 * (N - 1)], y[N - 1], beta[2];
    for (size_t i = 0; i < N; i++) {
        const double f = (double)i;
        value[3 * i + 1] = f;
        value[3 * i + 2] = 10 * sin(2 * f) + f;
        value[3 * i] = 3 * f + 4 * sin(2 * f + 0.3) + 20;
        if (i + 1 < N) {
            x[2 * i] = 1;
            x[2 * i + 1] = value[3 * i + 1];
            y[i] = value[3 * i];
        }
    }
    value[3 * 5] = NAN; /* in the middle, lest the prediction be held at the ends of what is observed */
    x[2 * 5 + 1] = value[3 * (N - 1) + 1];
    y[5] = value[3 * (N - 1)];
    cr_assert_eq(csi_ols(x, y, N - 1, 2, beta, NULL, NULL), CSI_OK);
    coin c = coin_make(3, N, 1, value, NULL);
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 5}\n");
    cr_expect(is_near(csi_panel_get(c.result->normalised, 0, 0, 5), beta[0] + 5 * beta[1], 1e-9));
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 3}\n");
    cr_expect_not(is_near(csi_panel_get(c.result->normalised, 0, 0, 5), beta[0] + 5 * beta[1], 1e-3));
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 6}\n");
    cr_expect(isnan(csi_panel_get(c.result->normalised, 0, 0, 5)));
    coin_free(&c);
}

/* The power of the reciprocals is the power turned round, its interval too; of what is symmetric in the logarithm, 0. */
Test(statistics, box_cox_of_reciprocals)
{
    enum { N = 25 };
    double x[N], y[N], scratch[N], low, high, low_of_inverse, high_of_inverse;
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < N; i++) {
            x[i] = pow(1 + (double)i + sin((double)i), k == 0 ? 1 : 0.5 * k);
            y[i] = 1 / x[i];
        }
        const double lambda = csi_box_cox_lambda(x, scratch, N, &low, &high);
        const double of_inverse = csi_box_cox_lambda(y, scratch, N, &low_of_inverse, &high_of_inverse);
        cr_expect(is_near(lambda, -of_inverse, 1e-6) && fabs(lambda) > 0.1 && low < lambda && lambda < high, "%g", lambda);
        cr_expect(is_near(low, -high_of_inverse, 1e-6) && is_near(high, -low_of_inverse, 1e-6));
    }
    for (size_t i = 0; i < N; i++) {
        x[i] = exp(((double)i - 12) / 5);
    }
    cr_expect(is_near(csi_box_cox_lambda(x, scratch, N, &low, &high), 0, 1e-6) && is_near(low, -high, 1e-6));
}
