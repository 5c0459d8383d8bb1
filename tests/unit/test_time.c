/* Comparisons along time at their edges, by hand: convergence, trends, changes of rank, what a cause contributes. */
#include <math.h>

#include "metrics/rank_change.h"
#include "metrics/rank_sets.h"
#include "metrics/trend.h"
#include "tests/support/coin.h"

Test(time, convergence)
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

Test(time, trends)
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

Test(time, shapley)
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

/* A country without a score in one of the two years has no change of rank, and no difference of scores. */
Test(time, changes_without_a_score)
{
    const double value[] = {1, 2, 3, NAN, 2, 4};
    const csi_rank_change_options options = {.max_exact = 20};
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
