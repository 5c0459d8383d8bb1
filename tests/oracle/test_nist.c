/* NIST StRD, univariate: digits (log relative error) of mean, standard deviation and lag-1 autocorrelation; and the
 * skewness and kurtosis tables of TAI and ASEM. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/regression.h"
#include "metrics/sample.h"
#include "tests/support/support.h"

static double digits(double got, double certified)
{
    const double error = certified == 0 ? fabs(got) : fabs(got - certified) / fabs(certified);
    return error <= 1e-15 ? 15 : -log10(error);
}

static const struct {
    char set[12];
    double mean, sd, lag; /* digits that sums about the mean in double attain on these data */
} thresholds[] = {{"lew", 14, 14, 14},      {"lottery", 14, 14, 14},  {"mavro", 14, 13, 13},
                  {"michelson", 14, 13, 13}, {"pidigits", 14, 14, 14}, {"numacc1", 14, 14, 14},
                  {"numacc2", 14, 14, 14},   {"numacc3", 14, 9.4, 14}, {"numacc4", 14, 8.2, 14}};

Test(nist, univariate)
{
    const table certified = oracle_table("nist/univariate_certified");
    const size_t file = table_column(&certified, "file"), mean_at = table_column(&certified, "certified_mean");
    const size_t sd_at = table_column(&certified, "certified_sd_sample");
    const size_t lag_at = table_column(&certified, "certified_lag1_autocorrelation");
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        const table t = oracle_table(text_format("nist/%s", thresholds[i].set));
        const size_t has_heading = t.cell[0][0][0] > '9' ? 1 : 0, n = t.n_rows - has_heading;
        const size_t row = table_row(&certified, file, text_format("%s.csv", thresholds[i].set));
        double *x = calloc(n, sizeof *x);
        for (size_t k = 0; k < n; k++) {
            x[k] = table_number(&t, k + has_heading, 0);
        }
        const double mean = digits(csi_sample_mean(x, n), table_number(&certified, row, mean_at));
        const double sd = digits(csi_sample_sd(x, n), table_number(&certified, row, sd_at));
        const double lag = digits(csi_sample_autocorrelation(x, n), table_number(&certified, row, lag_at));
        cr_expect(mean >= thresholds[i].mean, "%s: mean to %.1f digits", thresholds[i].set, mean);
        cr_expect(sd >= thresholds[i].sd, "%s: sd to %.1f digits", thresholds[i].set, sd);
        cr_expect(lag >= thresholds[i].lag, "%s: lag-1 autocorrelation to %.1f digits", thresholds[i].set, lag);
        free(x);
    }
}

static void expect_shape(const char *data, size_t first_row, const char *expected, const char *skew, const char *kurt)
{
    const table t = table_read(oracle_path(data)), want = table_read(oracle_path(expected));
    double *x = calloc(t.n_rows, sizeof *x);
    for (size_t row = 1; row < want.n_rows; row++) {
        const size_t column = table_column(&t, want.cell[row][0]), n = t.n_rows - first_row;
        for (size_t i = 0; i < n; i++) {
            x[i] = table_number(&t, i + first_row, column);
        }
        cr_expect_float_eq(csi_sample_skewness(x, n), table_number(&want, row, table_column(&want, skew)), 1e-11);
        cr_expect_float_eq(csi_sample_kurtosis(x, n), table_number(&want, row, table_column(&want, kurt)), 1e-11);
    }
    free(x);
}

Test(nist, skewness_and_kurtosis)
{
    static const double five[] = {1, 2, 3, 10, 100};
    cr_expect_float_eq(csi_sample_skewness(five, 5), 2.199439692279, 1e-12);
    cr_expect_float_eq(csi_sample_kurtosis(five, 5), 4.861085600588, 1e-12);
    expect_shape("worked/tai_raw_23.csv", 1, "worked/tai_skew_kurt.csv", "skew_G1", "kurt_G2");
    expect_shape("coinr/asem/ASEM_iData.csv", 1, "coinr/05_skew_kurt_raw.csv", "skew", "kurt");
}

/* F from the data as doubles hold them, in sums of 64 bits: no program that reads doubles can come nearer to the
 * certified value, which is of the decimals. */
static double exact_f(const double *y, const size_t *group, size_t n, size_t n_groups)
{
    long double mean[32] = {0}, count[32] = {0}, all = 0, between = 0, inside = 0;
    for (size_t i = 0; i < n; i++) {
        mean[group[i]] += (long double)y[i] - y[0];
        count[group[i]] += 1;
        all += (long double)y[i] - y[0];
    }
    all /= (long double)n;
    for (size_t g = 0; g < n_groups; g++) {
        mean[g] /= count[g];
        between += count[g] * (mean[g] - all) * (mean[g] - all);
    }
    for (size_t i = 0; i < n; i++) {
        const long double d = (long double)y[i] - y[0] - mean[group[i]];
        inside += d * d;
    }
    return (double)(between / (long double)(n_groups - 1) / (inside / (long double)(n - n_groups)));
}

/* Digits to one decimal, as the attainable ones are given: the ceiling of AtmWtAg is 10.155, of SmLs09 4.171. */
static const struct {
    char set[12];
    double digits;
} anova_thresholds[] = {{"AtmWtAg", 10.2}, {"SiRstv", 13.1}, {"SmLs01", 13}, {"SmLs02", 13}, {"SmLs03", 13}, {"SmLs04", 10.4},
                        {"SmLs05", 10.2},  {"SmLs06", 10.2}, {"SmLs07", 4.4}, {"SmLs08", 4.2}, {"SmLs09", 4.2}};

Test(nist, anova)
{
    const table certified = oracle_table("nist/anova_certified"), ceiling = oracle_table("nist/attainable_anova");
    for (size_t i = 0; i < sizeof anova_thresholds / sizeof anova_thresholds[0]; i++) {
        const char *set = anova_thresholds[i].set;
        const table t = oracle_table(text_format("nist/%s", set));
        const size_t n = t.n_rows - 1;
        double *y = calloc(n, sizeof *y);
        size_t *group = calloc(n, sizeof *group), n_groups = 0;
        for (size_t row = 0; row < n; row++) {
            group[row] = (size_t)table_number(&t, row + 1, 0) - 1;
            n_groups = group[row] + 1 > n_groups ? group[row] + 1 : n_groups;
            y[row] = table_number(&t, row + 1, 1);
        }
        const double f = csi_anova(y, group, n, n_groups).f, exact = exact_f(y, group, n, n_groups);
        const double attainable = table_number(&ceiling, table_row(&ceiling, 0, set), table_column(&ceiling, "LRE_F_exact_on_doubles"));
        const double got = round(10 * digits(f, table_number(&certified, table_row(&certified, 0, set),
                                                             table_column(&certified, "F")))) / 10;
        cr_expect(got >= anova_thresholds[i].digits, "%s: F to %.2f digits", set, got);
        cr_expect(got >= 13 || got >= attainable, "%s: F to %.2f digits of %.1f", set, got, attainable);
        cr_expect(is_near(f, exact, 1e-12 * exact), "%s: %.3g from what its doubles say", set, fabs(f - exact) / exact);
        free(y);
        free(group);
    }
}

/* Terms of each model from the columns of its file (y is Longley's first, else the second). */
static void fill_row(const table *t, const char *model, size_t row, size_t k, double *x, double *y)
{
    const bool is_longley = strcmp(model, "Longley") == 0;
    *y = table_number(t, row, is_longley ? 0 : 1);
    x[0] = 1;
    for (size_t j = 1; j < k; j++) {
        x[j] = is_longley ? table_number(t, row, j) : x[j - 1] * table_number(t, row, 0);
    }
}

Test(nist, regression)
{
    static const struct {
        char set[12], file[16];
        size_t k;
        double digits, digits_sd;
    } cases[] = {{"Longley", "nist/longley", 7, 10, 10}, {"Norris", "nist/norris", 2, 12, 12},
                 {"Pontius", "nist/pontius", 3, 11, 11}, {"Filip", "nist/filip", 11, 7, 7}};
    const table certified = oracle_table("nist/regression_certified");
    const size_t estimate = table_column(&certified, "certified_estimate"), sd_at = table_column(&certified, "certified_sd");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const table t = oracle_table(cases[i].file);
        const size_t n = t.n_rows - 1, k = cases[i].k, first = table_row(&certified, 0, cases[i].set);
        double *x = calloc(n * k, sizeof *x), *y = calloc(n, sizeof *y), beta[11], sd[11], rss;
        for (size_t row = 0; row < n; row++) {
            fill_row(&t, cases[i].set, row + 1, k, x + row * k, y + row);
        }
        cr_assert_eq(csi_ols(x, y, n, k, beta, sd, &rss), CSI_OK);
        for (size_t j = 0; j < k; j++) {
            const double got = digits(beta[j], table_number(&certified, first + j, estimate));
            const double got_sd = digits(sd[j], table_number(&certified, first + j, sd_at));
            cr_expect(got >= cases[i].digits, "%s B%zu: %.1f digits", cases[i].set, j, got);
            cr_expect(got_sd >= cases[i].digits_sd, "%s: sd of B%zu to %.1f digits", cases[i].set, j, got_sd);
        }
        const double got = digits(rss, table_number(&certified, first, table_column(&certified, "residual_ss")));
        cr_expect(got >= cases[i].digits, "%s: residual sum of squares to %.1f digits", cases[i].set, got);
        free(x);
        free(y);
    }
}

/* Lines through the origin. Their figures are fractions of whole numbers: sum xy / sum x^2. */
Test(nist, regression_through_the_origin)
{
    static const char *const files[] = {"nist/noint1", "nist/noint2"};
    for (size_t i = 0; i < 2; i++) {
        const table t = oracle_table(files[i]);
        const size_t n = t.n_rows - 1;
        double x[16], y[16], beta, sd, rss, xy = 0, xx = 0, yy = 0;
        for (size_t row = 0; row < n; row++) {
            x[row] = table_number(&t, row + 1, 0);
            y[row] = table_number(&t, row + 1, 1);
            xy += x[row] * y[row];
            xx += x[row] * x[row];
            yy += y[row] * y[row];
        }
        const double rest = (yy * xx - xy * xy) / xx;
        cr_assert_eq(csi_ols(x, y, n, 1, &beta, &sd, &rss), CSI_OK);
        cr_expect(digits(beta, xy / xx) >= 14 && digits(rss, rest) >= 12, "%s: %.17g %.17g", files[i], beta, rss);
        cr_expect(digits(sd, sqrt(rest / (double)(n - 1) / xx)) >= 12, "%s: %.17g", files[i], sd);
    }
}
