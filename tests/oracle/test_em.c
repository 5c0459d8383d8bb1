/* EM against the closed form for a monotone pattern (Anderson 1957), Rubin's rules, and multiple imputation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/em.h"
#include "metrics/impute.h"
#include "metrics/rng.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"
#include "tests/support/support.h"

enum { N = 23, N_OBSERVED = 17 };

/* TAI SCHOOLING and UNIVERSITY, the last six UNIVERSITY values removed. */
static void read_pair(double value[2 * N], const table *t)
{
    for (size_t i = 0; i < N; i++) {
        value[2 * i] = table_number(t, i + 1, table_column(t, "SCHOOLING"));
        value[2 * i + 1] = i < N_OBSERVED ? table_number(t, i + 1, table_column(t, "UNIVERSITY")) : NAN;
    }
}

static double reference(const table *t, const char *quantity)
{
    return table_number(t, table_row(t, 0, quantity), 1);
}

Test(em, monotone_closed_form)
{
    const table raw = table_read(oracle_path("worked/tai_raw_23.csv"));
    const table want = table_read(oracle_path("worked/em_monotone_reference.csv"));
    double value[2 * N];
    csi_em em;
    read_pair(value, &raw);
    const csi_columns columns = {N, 2, value};
    cr_assert_eq(csi_em_fit(&columns, 1e-14, 100000, &em), CSI_OK);
    cr_expect(em.has_settled && em.ridge == 0);
    cr_expect(em.largest_fall <= 1e-12, "the likelihood fell by %g", em.largest_fall);
    cr_expect_float_eq(em.mean[0], reference(&want, "mu_x"), 1e-8);
    cr_expect_float_eq(em.mean[1], reference(&want, "mu_y"), 1e-8);
    cr_expect_float_eq(em.covariance[0], reference(&want, "var_x_ml"), 1e-8);
    cr_expect_float_eq(em.covariance[1], reference(&want, "cov_xy_ml"), 1e-8);
    cr_expect_float_eq(em.covariance[3], reference(&want, "var_y_ml"), 1e-8);
    for (size_t i = N_OBSERVED; i < N; i++) {
        char name[64] = "imputed_y_";
        strncat(name, raw.cell[i + 1][0], sizeof name - 11);
        double row[2] = {value[2 * i], NAN};
        cr_assert_eq(csi_em_complete(&em, row, NULL), CSI_OK);
        cr_expect_float_eq(row[1], reference(&want, name), 1e-8);
        cr_expect_eq(row[0], value[2 * i]);
    }
    csi_em_free(&em);
}

Test(em, rubin)
{
    const double estimate[] = {1, 3}, same[] = {2, 2}, variance[] = {1, 1};
    const csi_pooled pooled = csi_rubin_pool(estimate, variance, 2), agreed = csi_rubin_pool(same, variance, 2);
    cr_expect_float_eq(pooled.mean, 2, 1e-15);
    cr_expect_float_eq(pooled.variance, 4, 1e-15);
    cr_expect_float_eq(pooled.degrees, 16.0 / 9, 1e-12);
    cr_expect(agreed.variance == 1 && isinf(agreed.degrees));
}

/* Draws keep what is known, are the same for the same key, differ between replicates, and scatter about the expectation
 * with the conditional standard deviation. */
Test(em, draws)
{
    const table raw = table_read(oracle_path("worked/tai_raw_23.csv"));
    double value[2 * N], draw[2 * N], again[2 * N], sum = 0, squares = 0;
    enum { N_DRAWS = 400 };
    read_pair(value, &raw);
    const csi_columns columns = {N, 2, value};
    for (size_t d = 0; d < N_DRAWS; d++) {
        cr_assert_eq(csi_impute_draw(&columns, 7, d, 1000, draw), CSI_OK);
        for (size_t i = 0; i < 2 * N; i++) {
            cr_assert(isnan(value[i]) ? !isnan(draw[i]) : draw[i] == value[i]);
        }
        sum += draw[2 * N - 1];
        squares += draw[2 * N - 1] * draw[2 * N - 1];
    }
    cr_assert_eq(csi_impute_draw(&columns, 7, N_DRAWS - 1, 1000, again), CSI_OK);
    cr_expect_eq(memcmp(draw, again, sizeof draw), 0);
    const double mean = sum / N_DRAWS, sd = sqrt(squares / N_DRAWS - mean * mean);
    cr_expect(fabs(mean - 16.64) < 2, "%g", mean);
    cr_expect(sd > 4 && sd < 9, "%g", sd);
}

/* One factor and three columns leave no freedom: the correlations themselves give beta_1^2 = r_12 r_13 / r_23, whatever the
 * data, as long as that is below 1; sigma^2 = (1 - beta^2) / beta^2. */
Test(em, unobserved_components_of_three)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        double value[3 * 40], r[3], sigma2[3], beta[3], column[3][40];
        const csi_columns columns = {40, 3, value};
        for (size_t i = 0; i < 40; i++) {
            double draw[CSI_DRAW_GROUP];
            csi_draw_normals(&(csi_stream){seed, i, 1}, 0, CSI_DRAW_GROUP, draw);
            for (size_t q = 0; q < 3; q++) {
                column[q][i] = value[3 * i + q] = 10 + (double)(q + 1) * (draw[3] + (0.6 + 0.2 * (double)q) * draw[q]);
            }
        }
        for (size_t q = 0; q < 3; q++) { /* r[q] between the two others */
            r[q] = csi_sample_correlation(column[(q + 1) % 3], column[(q + 2) % 3], 40, NULL);
        }
        cr_assert_eq(csi_ucm_fit(&columns, sigma2, beta), CSI_OK);
        for (size_t q = 0; q < 3; q++) {
            const double square = r[(q + 1) % 3] * r[(q + 2) % 3] / r[q];
            if (square < 0.97 && r[0] * r[1] / r[2] < 0.97 && r[1] * r[2] / r[0] < 0.97 && r[0] * r[2] / r[1] < 0.97) {
                cr_expect(is_near(beta[q] * beta[q], square, 1e-8), "%g, not %g", beta[q] * beta[q], square);
                cr_expect(is_near(sigma2[q], (1 - square) / square, 1e-7), "%g", sigma2[q]);
            }
        }
    }
}
