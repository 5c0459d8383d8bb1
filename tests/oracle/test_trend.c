/* Theil-Sen and Mann-Kendall against published and recomputed figures, and the exact null against enumeration. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/trend.h"

static void read_columns(const char *name, const char *t_heading, const char *x_heading, double *t, double *x, size_t *n)
{
    const table data = table_read(oracle_path(name));
    const size_t a = table_column(&data, t_heading), b = table_column(&data, x_heading);
    *n = data.n_rows - 1;
    for (size_t row = 1; row < data.n_rows; row++) {
        t[row - 1] = table_number(&data, row, a);
        x[row - 1] = table_number(&data, row, b);
    }
}

Test(trend, great_lakes_precipitation)
{
    double t[100], x[100];
    size_t n = 0;
    csi_mann_kendall test;
    csi_theil_sen line;
    read_columns("worked/precipgl.csv", "year", "precip", t, x, &n);
    cr_assert(csi_mann_kendall_test(t, x, n, &test) == CSI_OK);
    cr_expect(test.s == 989);
    cr_expect(is_near(test.variance, 74398.0 + 1.0 / 3.0, 1e-9), "%.12f", test.variance);
    cr_expect(is_near(test.z, 3.62222431276, 1e-11), "%.12f", test.z);
    cr_expect(is_near(test.p, 2.92080673912e-4, 1e-15), "%.16e", test.p);
    cr_expect(test.is_exact == 0);
    cr_assert(csi_theil_sen_fit(t, x, n, 0.9, &line) == CSI_OK);
    cr_expect(is_near(line.slope, 0.04, 1e-14), "%.16f", line.slope);
    cr_expect(is_near(line.intercept, -46.03, 1e-11), "%.16f", line.intercept);
    cr_expect(line.low < line.slope && line.slope < line.high && line.low > 0);
    const table want = oracle_table("worked/theilsen_precipgl");
    cr_assert(csi_theil_sen_fit(t, x, n, 0.95, &line) == CSI_OK);
    cr_expect(is_near(line.slope, table_number(&want, table_row(&want, 0, "slope"), 1), 1e-14));
    cr_expect(is_near(line.intercept, table_number(&want, table_row(&want, 0, "intercept_median_rule_scipy"), 1), 1e-11));
    cr_expect(is_near(line.low, table_number(&want, table_row(&want, 0, "lo_slope95_scipy"), 1), 1e-12), "%.16f", line.low);
    cr_expect(is_near(line.high, table_number(&want, table_row(&want, 0, "up_slope95_scipy"), 1), 1e-12), "%.16f", line.high);
}

Test(trend, kendalls_example_with_ties_on_both_sides)
{
    const table data = table_read(oracle_path("worked/kendall1976_examples.csv"));
    const size_t example = table_column(&data, "example"), tx = table_column(&data, "x"), ty = table_column(&data, "y");
    const struct {
        const char *name;
        double s, variance;
    } cases[] = {{"3.4_p42", 34, NAN}, {"4.3_p55", 34, 203.303}};
    for (size_t i = 0; i < 2; i++) {
        double t[64], x[64];
        size_t n = 0;
        csi_mann_kendall test;
        for (size_t row = 1; row < data.n_rows; row++) {
            if (strcmp(data.cell[row][example], cases[i].name) == 0) {
                t[n] = table_number(&data, row, tx);
                x[n++] = table_number(&data, row, ty);
            }
        }
        cr_assert(csi_mann_kendall_test(t, x, n, &test) == CSI_OK);
        cr_expect(test.s == cases[i].s, "%s: S %g", cases[i].name, test.s);
        cr_expect(isnan(cases[i].variance) || is_near(test.variance, cases[i].variance, 5e-4), "%.6f", test.variance);
    }
}

static double score_of(const double *x, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            s += (x[j] > x[i]) - (x[j] < x[i]);
        }
    }
    return s;
}

/* Visits every arrangement of x[k..n), each as often as the ties make it. */
static void enumerate(double *x, size_t k, size_t n, double wanted, size_t *n_all, size_t *n_extreme)
{
    if (k == n) {
        ++*n_all;
        *n_extreme += fabs(score_of(x, n)) >= wanted;
        return;
    }
    for (size_t i = k; i < n; i++) {
        double swap = x[k];
        x[k] = x[i];
        x[i] = swap;
        enumerate(x, k + 1, n, wanted, n_all, n_extreme);
        swap = x[k];
        x[k] = x[i];
        x[i] = swap;
    }
}

Test(trend, exact_null_equals_enumeration)
{
    static const double series[][8] = {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 3, 2, 4, 6, 5, 8, 7}, {1, 1, 2, 2, 2, 3, 4, 3},
                                       {2, 1, 2, 1, 2, 1, 2, 1}, {1, 1, 1, 1, 2, 2, 2, 2}};
    for (size_t row = 0; row < sizeof series / sizeof *series; row++) {
        for (size_t n = 2; n <= 8; n++) {
            double t[8], x[8];
            size_t n_all = 0, n_extreme = 0;
            csi_mann_kendall test;
            for (size_t i = 0; i < n; i++) {
                t[i] = (double)i;
                x[i] = series[row][i];
            }
            cr_assert(csi_mann_kendall_test(t, x, n, &test) == CSI_OK);
            enumerate(x, 0, n, fabs(test.s), &n_all, &n_extreme);
            const double p = (double)n_extreme / (double)n_all;
            cr_expect(test.is_exact && is_near(test.p, p, 1e-12), "series %zu, n %zu: %.15f, not %.15f", row, n, test.p, p);
        }
    }
}

/* Up to n = 10 against the counts of inversions, added up one number at a time. */
Test(trend, exact_null_without_ties_up_to_ten)
{
    for (size_t n = 2; n <= 10; n++) {
        double count[64] = {1}, total = 1;
        size_t top = 0;
        for (size_t k = 2; k <= n; k++) {
            double next[64] = {0};
            for (size_t i = 0; i <= top; i++) {
                for (size_t j = 0; j < k; j++) {
                    next[i + j] += count[i];
                }
            }
            top += k - 1;
            total *= (double)k;
            memcpy(count, next, sizeof count);
        }
        size_t ones[10];
        for (size_t i = 0; i < n; i++) {
            ones[i] = 1;
        }
        for (size_t inversions = 0; inversions <= top; inversions++) {
            const double s = (double)top - 2 * (double)inversions;
            double expected = 0, p, smallest;
            for (size_t i = 0; i <= top; i++) {
                expected += fabs((double)top - 2 * (double)i) >= fabs(s) ? count[i] / total : 0;
            }
            cr_assert(csi_mann_kendall_exact(ones, n, s, &p, &smallest) == CSI_OK);
            cr_expect(is_near(p, expected, 1e-13), "n %zu, S %g: %.15f, not %.15f", n, s, p, expected);
            cr_expect(is_near(smallest, 2 / total, 1e-15));
        }
    }
}

Test(trend, tells_when_the_points_are_too_few)
{
    const double t[] = {1, 2, 3, 4, 5}, rise[] = {1, 2, 3, 4, 5}, flat[] = {3, 3, 3, 3, 3}, gap[] = {1, NAN, 2, NAN, 3};
    csi_mann_kendall test;
    csi_theil_sen line;
    cr_assert(csi_mann_kendall_test(t, rise, 4, &test) == CSI_OK);
    cr_expect(is_near(test.p, 2.0 / 24, 1e-15) && is_near(test.smallest_p, 2.0 / 24, 1e-15));
    cr_assert(csi_mann_kendall_test(t, rise, 5, &test) == CSI_OK);
    cr_expect(is_near(test.p, 2.0 / 120, 1e-15));
    cr_assert(csi_mann_kendall_test(t, flat, 5, &test) == CSI_OK);
    cr_expect(test.s == 0 && test.p == 1 && test.smallest_p == 1 && test.z == 0);
    cr_assert(csi_theil_sen_fit(t, flat, 5, 0.9, &line) == CSI_OK);
    cr_expect(line.slope == 0 && line.intercept == 3);
    cr_assert(csi_theil_sen_fit(t, gap, 5, 0.9, &line) == CSI_OK);
    cr_expect(line.n == 3 && line.slope == 0.5 && isnan(line.low));
    cr_assert(csi_theil_sen_fit(t, gap, 1, 0.9, &line) == CSI_OK);
    cr_expect(line.n == 1 && isnan(line.slope));
    cr_assert(csi_mann_kendall_test(t, rise, 0, &test) == CSI_OK);
    cr_expect(test.n == 0 && test.p == 1);
}

Test(trend, adjusts_for_many_tests)
{
    const double p[] = {0.01, 0.02, NAN, 0.03, 0.5}, expected[] = {0.04, 0.04, NAN, 0.04, 0.5};
    double adjusted[5];
    cr_assert(csi_adjust_bh(p, 5, adjusted) == CSI_OK);
    for (size_t i = 0; i < 5; i++) {
        cr_expect(is_near(adjusted[i], expected[i], 1e-15), "%zu: %.17g", i, adjusted[i]);
    }
}
