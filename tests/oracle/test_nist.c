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
    double mean, sd; /* digits that a two-pass sum in double attains on these data */
} thresholds[] = {{"lew", 14, 14},      {"lottery", 14, 14}, {"mavro", 14, 13},      {"michelson", 14, 13}, {"pidigits", 14, 14},
                  {"numacc1", 14, 14}, {"numacc2", 14, 14}, {"numacc3", 14, 9.4}, {"numacc4", 14, 8.2}};

Test(nist, univariate)
{
    const table certified = table_read(oracle_path("nist/univariate_certified.csv"));
    const size_t file = table_column(&certified, "file");
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        char name[512];
        snprintf(name, sizeof name, "nist/%s.csv", thresholds[i].set);
        const table t = table_read(oracle_path(name));
        const size_t has_heading = t.cell[0][0][0] > '9' ? 1 : 0, n = t.n_rows - has_heading;
        double *x = calloc(n, sizeof *x);
        for (size_t row = 0; row < n; row++) {
            x[row] = table_number(&t, row + has_heading, 0);
        }
        const size_t row = table_row(&certified, file, name + strlen("nist/"));
        const double mean = digits(csi_sample_mean(x, n), table_number(&certified, row, table_column(&certified, "certified_mean")));
        const double sd = digits(csi_sample_sd(x, n), table_number(&certified, row, table_column(&certified, "certified_sd_sample")));
        cr_expect(mean >= thresholds[i].mean, "%s: mean to %.1f digits", thresholds[i].set, mean);
        cr_expect(sd >= thresholds[i].sd, "%s: sd to %.1f digits", thresholds[i].set, sd);
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

static const struct {
    char set[12];
    double digits;
} anova_thresholds[] = {{"AtmWtAg", 10.1}, {"SiRstv", 13}, {"SmLs01", 13}, {"SmLs02", 13}, {"SmLs03", 13}, {"SmLs04", 10.1},
                        {"SmLs05", 10.1},  {"SmLs06", 10.1}, {"SmLs07", 4.1}, {"SmLs08", 4.1}, {"SmLs09", 4.1}};

Test(nist, anova)
{
    const table certified = table_read(oracle_path("nist/anova_certified.csv"));
    for (size_t i = 0; i < sizeof anova_thresholds / sizeof anova_thresholds[0]; i++) {
        char name[512];
        snprintf(name, sizeof name, "nist/%s.csv", anova_thresholds[i].set);
        const table t = table_read(oracle_path(name));
        const size_t n = t.n_rows - 1;
        double *y = calloc(n, sizeof *y);
        size_t *group = calloc(n, sizeof *group), n_groups = 0;
        for (size_t row = 0; row < n; row++) {
            group[row] = (size_t)table_number(&t, row + 1, 0) - 1;
            n_groups = group[row] + 1 > n_groups ? group[row] + 1 : n_groups;
            y[row] = table_number(&t, row + 1, 1);
        }
        const double got = digits(csi_anova(y, group, n, n_groups).f,
                                  table_number(&certified, table_row(&certified, 0, anova_thresholds[i].set),
                                               table_column(&certified, "F")));
        cr_expect(got >= anova_thresholds[i].digits, "%s: F to %.1f digits", anova_thresholds[i].set, got);
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
        char set[12], file[24];
        size_t k;
        double digits;
    } cases[] = {{"Longley", "nist/longley.csv", 7, 10}, {"Norris", "nist/norris.csv", 2, 10},
                 {"Pontius", "nist/pontius.csv", 3, 10}, {"Filip", "nist/filip.csv", 11, 7}};
    const table certified = table_read(oracle_path("nist/regression_certified.csv"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const table t = table_read(oracle_path(cases[i].file));
        const size_t n = t.n_rows - 1, k = cases[i].k, first = table_row(&certified, 0, cases[i].set);
        double *x = calloc(n * k, sizeof *x), *y = calloc(n, sizeof *y), beta[11];
        for (size_t row = 0; row < n; row++) {
            fill_row(&t, cases[i].set, row + 1, k, x + row * k, y + row);
        }
        cr_assert_eq(csi_ols(x, y, n, k, beta, NULL, NULL), CSI_OK);
        for (size_t j = 0; j < k; j++) {
            const double got = digits(beta[j], table_number(&certified, first + j, table_column(&certified, "certified_estimate")));
            cr_expect(got >= cases[i].digits, "%s B%zu: %.1f digits", cases[i].set, j, got);
        }
        free(x);
        free(y);
    }
}
