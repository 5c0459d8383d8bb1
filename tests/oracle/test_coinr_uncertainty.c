/* COINr 1.1.14 on its ASEM data: its uncertainty and sensitivity analyses, replicate by replicate. Each replicate's
 * configuration is in *_para and its weights in 12_noisy_weights, so every score and rank can be computed again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/sample.h"
#include "metrics/sensitivity.h"
#include "tests/support/coin.h"

enum { N_COUNTRIES = 51, N_ROWS = 100, N_FACTORS = 4 };
#define TOLERANCE 1e-9

/* The drawn weights of one set as a step. */
static const char *weights_of(const table *noisy, const char *set)
{
    const char *text = "";
    for (size_t row = table_row(noisy, 0, set); row < noisy->n_rows && strcmp(noisy->cell[row][0], set) == 0; row++) {
        text = text_format("%s%s%s: %s", text, text[0] != '\0' ? ", " : "", noisy->cell[row][1], noisy->cell[row][3]);
    }
    return text_format("- weight: {method: given, weights: {%s}}\n", text);
}

/* Its weights are drawn within a quarter of the nominal ones on levels 2 and 3; ours are keyed by replicate, so that the
 * draws themselves cannot agree: what is compared is what follows from them. */
Test(coinr_uncertainty, drawn_weights)
{
    const table noisy = coinr_table("12_noisy_weights");
    double low = HUGE_VAL, high = 0;
    for (size_t row = 1; row < noisy.n_rows; row++) {
        const double level = table_number(&noisy, row, 2), weight = table_number(&noisy, row, 3);
        cr_assert(level == 2 || level == 3 ? weight >= 0.75 && weight <= 1.25 : weight == 1);
        low = fmin(low, weight);
        high = fmax(high, weight);
    }
    cr_expect(low < 0.76 && high > 1.24);
}

static void run_replicate(coin *c, const table *para, size_t row, const table *noisy)
{
    const bool is_minmax = strcmp(para->cell[row][table_column(para, "Normalisation")], "n_minmax") == 0;
    const bool is_arithmetic = strcmp(para->cell[row][table_column(para, "Aggregation")], "a_amean") == 0;
    coin_must_run(c, text_format(COINR_TO_SCREENED "- treat: {method: winsorise, max_count: %s, then: ct}\n%s%s"
                                 "- aggregate: {method: %s, min_weight_share: 0}\n",
                                 para->cell[row][table_column(para, "Winmax")],
                                 is_minmax ? "- normalise: {method: minmax, goalposts: yearly, range: [1, 100]}\n"
                                           : "- normalise: {method: zscore, mean: 10, sd: 2}\n",
                                 weights_of(noisy, para->cell[row][table_column(para, "wset")]),
                                 is_arithmetic ? "arithmetic" : "geometric"));
}

/* Columns of scores and ranks: uCode, Nominal, then a column a replicate. `y` gets the mean absolute shift of rank. */
static void expect_replicates(const char *kind, double *y)
{
    const table para = coinr_table(text_format("12_%s_para", kind)), noisy = coinr_table("12_noisy_weights");
    const table scores = coinr_table(text_format("12_%s_scores", kind)), ranks = coinr_table(text_format("12_%s_ranks", kind));
    const table nominal = coinr_table(text_format("12_%s_nominal", kind));
    coin c = coinr_asem(COINR_DATA);
    for (size_t row = 1; row < para.n_rows; row++) {
        int rank[N_COUNTRIES];
        size_t work[N_COUNTRIES];
        run_replicate(&c, &para, row, &noisy);
        const double *score = csi_panel_column(c.result->scores, c.framework->n_nodes - 1, 0);
        csi_rank_column(score, N_COUNTRIES, rank, work);
        y[row - 1] = 0;
        for (size_t at = 1; at < scores.n_rows; at++) {
            const size_t i = csi_countries_find(&c.countries, scores.cell[at][0]);
            const double want = table_number(&scores, at, row + 1);
            cr_expect(is_near(score[i], want, TOLERANCE * fmax(1, fabs(want))), "%s %s run %zu: %.12g, not %.12g", kind,
                      scores.cell[at][0], row, score[i], want);
            cr_expect_eq(rank[i], (int)table_number(&ranks, at, row + 1), "%s %s run %zu", kind, scores.cell[at][0], row);
            y[row - 1] += abs(rank[i] - (int)table_number(&nominal, at, 2)) / (double)N_COUNTRIES;
        }
    }
    coin_free(&c);
}

/* The nominal run is the example coin; the spread of ranks is that of the first n replicates (of a sensitivity design:
 * those of A and B), with quantiles of type 7. */
static void expect_spread(const char *kind, size_t n)
{
    const table ranks = coinr_table(text_format("12_%s_ranks", kind)), want = coinr_table(text_format("12_%s_rankstats", kind));
    const table nominal = coinr_table(text_format("12_%s_nominal", kind));
    double *sorted = calloc(n, sizeof *sorted);
    coin c = coinr_example();
    for (size_t row = 1; row < want.n_rows; row++) {
        const size_t at = table_row(&ranks, 0, want.cell[row][0]), nominal_at = table_row(&nominal, 0, want.cell[row][0]);
        for (size_t k = 0; k < n; k++) {
            sorted[k] = table_number(&ranks, at, k + 2);
        }
        const double mean = csi_sample_mean(sorted, n);
        csi_sample_sort(sorted, n);
        cr_expect(is_near(mean, table_number(&want, row, 2), TOLERANCE));
        cr_expect(is_near(csi_sample_median(sorted, n), table_number(&want, row, 3), TOLERANCE));
        cr_expect(is_near(csi_sample_quantile(sorted, n, 0.05), table_number(&want, row, 4), TOLERANCE));
        cr_expect(is_near(csi_quantile_sorted(sorted, n, 0.95), table_number(&want, row, 5), TOLERANCE));
        cr_expect_eq(table_number(&nominal, nominal_at, 2), table_number(&want, row, 1));
        cr_expect(is_near(coin_score(&c, "Index", 0, want.cell[row][0]), table_number(&nominal, nominal_at, 1), TOLERANCE),
                  "%s %s: %.12g", kind, want.cell[row][0], coin_score(&c, "Index", 0, want.cell[row][0]));
    }
    free(sorted);
    coin_free(&c);
}

Test(coinr_uncertainty, uncertainty)
{
    double y[N_ROWS];
    expect_replicates("UA100", y);
    expect_spread("UA100", N_ROWS);
}

/* Its 600 runs, and their mean shift of rank as its estimator is given it. */
Test(coinr_uncertainty, sensitivity)
{
    const table want = coinr_table("12_SA100_y");
    static double y[N_ROWS * (N_FACTORS + 2)];
    expect_replicates("SA100", y);
    expect_spread("SA100", 2 * N_ROWS);
    for (size_t row = 1; row < want.n_rows; row++) {
        cr_expect(is_near(y[row - 1], table_number(&want, row, 1), TOLERANCE), "run %zu: %.12g", row, y[row - 1]);
    }
}

static double ishigami(const double *u)
{
    const double pi = 3.14159265358979323846, x1 = pi * (2 * u[0] - 1), x2 = pi * (2 * u[1] - 1), x3 = pi * (2 * u[2] - 1);
    return sin(x1) + 7 * sin(x2) * sin(x2) + 0.1 * pow(x3, 4) * sin(x1);
}

/* Its numerator of S is not centred: mean(f_B (f_AB - f_A)) / V. */
static void uncentred(const csi_design_output *o, double variance, double shift, double *first)
{
    for (size_t k = 0; k < o->n_factors; k++) {
        double sum = 0;
        for (size_t i = 0; i < o->n_rows; i++) {
            sum += (o->b[i] + shift) * (o->ab[k][i] - o->a[i]);
        }
        first[k] = sum / (double)o->n_rows / variance;
    }
}

/* Total effects agree (its variance divides by 2N - 1, ours by 2N). First-order ones do not: its own formula gives its
 * own numbers, and others once 1000 is added to every output, which changes no share of variance; ours stay. */
static void expect_indices(const char *name, const double *y, size_t n_rows, size_t n_factors)
{
    const table want = coinr_table(name);
    const double *ab[N_FACTORS];
    double *shifted = calloc(n_rows * (n_factors + 2), sizeof *shifted);
    const double *shifted_ab[N_FACTORS];
    for (size_t k = 0; k < n_factors; k++) {
        ab[k] = y + (k + 2) * n_rows;
        shifted_ab[k] = shifted + (k + 2) * n_rows;
    }
    for (size_t i = 0; i < n_rows * (n_factors + 2); i++) {
        shifted[i] = y[i] + 1000;
    }
    const csi_design_output output = {n_rows, n_factors, y, y + n_rows, ab, NULL};
    const csi_design_output moved = {n_rows, n_factors, shifted, shifted + n_rows, shifted_ab, NULL};
    const double variance = csi_sample_variance(y, 2 * n_rows), ratio = 1 - 1 / (2.0 * (double)n_rows);
    double first[N_FACTORS], total[N_FACTORS], first_moved[N_FACTORS], total_moved[N_FACTORS], theirs[2][N_FACTORS];
    double miss = 0;
    cr_assert_eq(csi_sensitivity_indices(&output, CSI_SALTELLI, n_rows, first, total), CSI_SENSITIVITY_DEFINED);
    cr_assert_eq(csi_sensitivity_indices(&moved, CSI_SALTELLI, n_rows, first_moved, total_moved),
                 CSI_SENSITIVITY_DEFINED);
    uncentred(&output, variance, 0, theirs[0]);
    uncentred(&output, variance, 1000, theirs[1]);
    for (size_t k = 0; k < n_factors; k++) {
        cr_expect(is_near(total[k] * ratio, table_number(&want, k + 1, 2), TOLERANCE), "%s T%zu: %.12g", name, k + 1,
                  total[k] * ratio);
        cr_expect(is_near(theirs[0][k], table_number(&want, k + 1, 1), TOLERANCE), "%s S%zu", name, k + 1);
        cr_expect(is_near(first[k], first_moved[k], TOLERANCE) && is_near(total[k], total_moved[k], TOLERANCE));
        miss = fmax(miss, fabs(theirs[1][k] - theirs[0][k]));
    }
    cr_expect_gt(miss, 0.5, "%s: %g", name, miss);
    free(shifted);
}

Test(coinr_uncertainty, indices)
{
    static double y[2500];
    const table runs = coinr_table("12_SA100_y"), sample = coinr_table("12_SA_sample_500x3");
    const table with_bootstrap = coinr_table("12_SA100_indices"), without = coinr_table("12_SA100_estimate_noboot");
    cr_assert_eq(runs.n_rows, N_ROWS * (N_FACTORS + 2) + 1);
    for (size_t row = 1; row < runs.n_rows; row++) {
        y[row - 1] = table_number(&runs, row, 1);
    }
    expect_indices("12_SA100_estimate_noboot", y, N_ROWS, N_FACTORS);
    for (size_t row = 1; row <= N_FACTORS; row++) { /* its intervals are random; the estimates are the same */
        cr_expect_eq(table_number(&with_bootstrap, row, 1), table_number(&without, row, 1));
        cr_expect_eq(table_number(&with_bootstrap, row, 2), table_number(&without, row, 2));
    }
    cr_assert_eq(sample.n_rows, 2501);
    for (size_t row = 1; row < sample.n_rows; row++) {
        const double u[3] = {table_number(&sample, row, 0), table_number(&sample, row, 1), table_number(&sample, row, 2)};
        y[row - 1] = ishigami(u);
    }
    expect_indices("12_SA_estimate_ishigami", y, 500, 3);
}
