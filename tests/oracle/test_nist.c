/* NIST StRD, univariate: digits (log relative error) of mean, standard deviation and lag-1 autocorrelation; and the
 * skewness and kurtosis tables of TAI and ASEM. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
