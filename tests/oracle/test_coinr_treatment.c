/* COINr 1.1.14 on its ASEM data: the record that its Treat keeps. Skewness and kurtosis before, after winsorising and
 * after the transform; how many cells were winsorised, which, and to which side. Doubles there are %.17g. */
#include <math.h>
#include <string.h>

#include "metrics/outliers.h"
#include "metrics/sample.h"
#include "tests/support/coin.h"

#define TOLERANCE 1e-9
static const csi_outlier_rule rule = {2, 3.5};

/* `before` leads to what is treated; `winsorise` alone and `then` what follows where that does not do. */
static const struct {
    char data[24], name[32], before[160], winsorise[60], then[20];
} cases[] = {
    {COINR_DATA, "05_treated", COINR_TO_SCREENED, "max_count: 5", "ct"},
    {COINR_DATA, "05_qTreat_default", COINR_TO_IMPUTED, "max_count: 5", "ct"},
    {COINR_DATA, "05_qTreat_winmax1", COINR_TO_IMPUTED, "max_count: 1", "ct"},
    {COINR_DATA, "05_qTreat_logCTorig", COINR_TO_IMPUTED, "max_count: 1", "ct_original"},
    {COINR_DATA, "05_qTreat_logCTplus", COINR_TO_IMPUTED, "max_count: 1", "ct_signed"},
    {COINR_DATA, "05_treat_winInf", COINR_TO_SCREENED, "max_count: none", "ct"},
    {"03_holes_iData", "05_treat_holes_winmax1", "", "max_count: 1", "ct"},
    {COINR_DATA, "05_qTreat_logGII", COINR_TO_IMPUTED, "max_count: 1", ""},
};
enum { N_CASES = sizeof cases / sizeof cases[0], N_COUNTRIES = 51, N_INDICATORS = 49 };

/* The treated panel with (is_whole) or without the transform, and the one before it. */
static void treat(coin *c, size_t at, bool is_whole, const csi_panel **before, const csi_panel **after)
{
    const char *then = is_whole && cases[at].then[0] != '\0' ? text_format(", then: %s", cases[at].then) : "";
    coin_must_run(c, text_format("%s- treat: {method: winsorise, %s%s}\n- normalise: rank\n", cases[at].before,
                                 cases[at].winsorise, then));
    const size_t n = c->result->n_stages;
    *before = n > 2 ? c->result->stage[n - 3] : c->raw;
    *after = c->result->stage[n - 2];
}

/* One check of the record: columns check_SkewKurt<k>.*; NA where COINr had no reason to look again. */
static bool expect_check(const table *t, size_t row, int k, const double *x, bool is_made, const char *what)
{
    const bool has_it = k < 2 || strcmp(t->cell[0][t->n_columns - 1], "check_SkewKurt2.Kurt") == 0;
    const double want = has_it ? table_number(t, row, table_column(t, text_format("check_SkewKurt%d.Skew", k))) : NAN;
    cr_expect_eq(!isnan(want), is_made && has_it, "%s %s: check %d", what, t->cell[row][0], k);
    if (!isnan(want)) {
        const double kurtosis = table_number(t, row, table_column(t, text_format("check_SkewKurt%d.Kurt", k)));
        const bool is_passed = strcmp(t->cell[row][table_column(t, text_format("check_SkewKurt%d.Pass", k))], "TRUE") == 0;
        cr_expect(is_near(csi_sample_skewness(x, N_COUNTRIES), want, TOLERANCE), "%s %s %d", what, t->cell[row][0], k);
        cr_expect(is_near(csi_sample_kurtosis(x, N_COUNTRIES), kurtosis, TOLERANCE * fmax(1, fabs(kurtosis))), "%s %s %d",
                  what, t->cell[row][0], k);
        cr_expect_neq(csi_outliers_fail(x, N_COUNTRIES, &rule), is_passed, "%s %s %d", what, t->cell[row][0], k);
    }
    return csi_outliers_fail(x, N_COUNTRIES, &rule);
}

Test(coinr_treatment, records)
{
    for (size_t at = 0; at < N_CASES; at++) {
        const table details = coinr_table(text_format("%s_details", cases[at].name));
        coin a = coinr_asem(cases[at].data), b = coinr_asem(cases[at].data);
        const csi_panel *before, *winsorised, *after;
        size_t n_failing = 0;
        treat(&a, at, false, &before, &winsorised);
        treat(&b, at, true, &before, &after);
        cr_assert_eq(details.n_rows, N_INDICATORS + 1);
        for (size_t row = 1; row < details.n_rows; row++) {
            const size_t q = csi_framework_find_series(a.framework, details.cell[row][0]);
            const double *x = csi_panel_column(before, q, 0), *y = csi_panel_column(winsorised, q, 0);
            const double n_winsorised = table_number(&details, row, table_column(&details, "winsorise.nwin"));
            size_t n = 0;
            for (size_t i = 0; i < N_COUNTRIES; i++) {
                n += !isnan(x[i]) && x[i] != y[i];
            }
            const bool fails = expect_check(&details, row, 0, x, true, cases[at].name);
            const bool still = expect_check(&details, row, 1, y, fails, cases[at].name) && fails;
            cr_expect(isnan(n_winsorised) ? n == 0 && !fails : n == (size_t)n_winsorised, "%s %s: %zu winsorised",
                      cases[at].name, details.cell[row][0], n);
            if (cases[at].then[0] != '\0') {
                expect_check(&details, row, 2, csi_panel_column(after, q, 0), still, cases[at].name);
            }
            n_failing += fails;
        }
        cr_expect_gt(n_failing, 5);
        coin_free(&a);
        coin_free(&b);
    }
}

/* Whether what followed winsorising was to transform the column: some cell is another one. */
static bool is_mapped(const double *winsorised, const double *after)
{
    for (size_t i = 0; i < N_COUNTRIES; i++) {
        if (!isnan(after[i]) && after[i] != winsorised[i]) {
            return true;
        }
    }
    return false;
}

/* COINr's word for each cell: "", "winhi", "winlo", with "+log..." behind where a transform followed. */
static size_t expect_words(const table *points, const char *const *code, size_t column, const coin *c, const double *x,
                           const double *y, bool has_map)
{
    size_t n_words = 0;
    for (size_t row = 1; row < points->n_rows; row++) {
        const size_t i = csi_countries_find(&c->countries, code[row]);
        const char *word = points->cell[row][column], *side = isnan(x[i]) || x[i] == y[i] ? "" : x[i] > y[i] ? "winhi" : "winlo";
        const char *plus = strchr(word, '+');
        cr_expect(isnan(x[i]) || (plus != NULL) == has_map, "%s %s: %s", points->cell[0][column], code[row], word);
        cr_expect(strncmp(word, side, plus != NULL ? (size_t)(plus - word) : 6) == 0, "%s %s: %s, not %s",
                  points->cell[0][column], code[row], side, word);
        n_words += word[0] != '\0';
    }
    return n_words;
}

Test(coinr_treatment, points)
{
    for (size_t at = 0; at < N_CASES; at++) {
        const table points = coinr_table(text_format("%s_points", cases[at].name)), data = coinr_table(cases[at].data);
        coin a = coinr_asem(cases[at].data), b = coinr_asem(cases[at].data);
        const csi_panel *before, *winsorised, *after;
        const char *code[N_COUNTRIES + 1];
        size_t n_words = 0;
        treat(&a, at, false, &before, &winsorised);
        treat(&b, at, true, &before, &after);
        for (size_t row = 1; row < points.n_rows; row++) { /* of the data with gaps: rows as there, codes sorted beside */
            code[row] = cases[at].before[0] == '\0' ? data.cell[row][table_column(&data, "uCode")] : points.cell[row][0];
        }
        for (size_t column = 1; column < points.n_columns; column++) {
            const size_t q = csi_framework_find_series(a.framework, points.cell[0][column]);
            const double *x = csi_panel_column(before, q, 0), *y = csi_panel_column(winsorised, q, 0);
            const bool has_map = cases[at].then[0] != '\0' ? is_mapped(y, csi_panel_column(after, q, 0))
                                                           : csi_outliers_fail(y, N_COUNTRIES, &rule);
            n_words += expect_words(&points, code, column, &a, x, y, has_map);
        }
        cr_expect_gt(n_words, 5);
        coin_free(&a);
        coin_free(&b);
    }
}

/* Treatment of data with gaps; the golden table has its rows in the order of the data, beside the codes sorted. */
Test(coinr_treatment, data_with_gaps)
{
    const table t = coinr_table("05_treat_holes_winmax1"), data = coinr_table("03_holes_iData");
    for (size_t row = 1; row < t.n_rows; row++) {
        t.cell[row][0] = data.cell[row][1];
    }
    coin c = coinr_asem("03_holes_iData");
    coin_must_run(&c, "- treat: {method: winsorise, max_count: 1, then: ct}\n- normalise: rank\n");
    cr_expect_leq(coin_worst(&c, c.result->stage[0], &t, N_INDICATORS), TOLERANCE);
    coin_free(&c);
}

/* log_GII hands its input back: columns that its record calls transformed are those before treatment, all others are the
 * winsorised ones. Ours transforms them (another test says how), so they cannot agree. */
Test(coinr_treatment, log_gii_does_nothing_there)
{
    const table t = coinr_table("05_qTreat_logGII"), points = coinr_table("05_qTreat_logGII_points");
    coin c = coinr_asem(COINR_DATA);
    size_t n_claimed = 0;
    coin_must_run(&c, COINR_TO_IMPUTED "- treat: {method: winsorise, max_count: 1}\n- normalise: rank\n");
    for (size_t column = 1; column < t.n_columns; column++) {
        const bool is_claimed = strstr(points.cell[1][table_column(&points, t.cell[0][column])], "log_GII") != NULL;
        const size_t q = csi_framework_find_series(c.framework, t.cell[0][column]);
        n_claimed += is_claimed;
        for (size_t row = 1; row < t.n_rows; row++) {
            const double want = csi_panel_get(c.result->stage[is_claimed ? 1 : 2], q, 0,
                                              csi_countries_find(&c.countries, t.cell[row][0]));
            cr_expect(is_near(table_number(&t, row, column), want, TOLERANCE * fmax(1, fabs(want))), "%s %s",
                      t.cell[0][column], t.cell[row][0]);
        }
    }
    cr_expect_gt(n_claimed, 5, "%zu", n_claimed);
    coin_free(&c);
}

/* Box-Cox there leaves every column as it came: its record lists those that pass as they are, and no point is changed. */
Test(coinr_treatment, box_cox_does_nothing_there)
{
    const table details = coinr_table("05_treat_boxcox_details"), points = coinr_table("05_treat_boxcox_points");
    coin c = coinr_asem(COINR_DATA);
    coin_must_run(&c, COINR_TO_IMPUTED "- normalise: rank\n");
    size_t n_passing = 0;
    for (size_t q = 0; q < N_INDICATORS; q++) {
        n_passing += !csi_outliers_fail(csi_panel_column(c.result->stage[1], q, 0), N_COUNTRIES, &rule);
    }
    cr_expect_eq(n_passing, details.n_rows - 1);
    for (size_t row = 1; row < details.n_rows; row++) {
        const size_t q = csi_framework_find_series(c.framework, details.cell[row][0]);
        cr_expect_not(expect_check(&details, row, 0, csi_panel_column(c.result->stage[1], q, 0), true, "box_cox"));
    }
    for (size_t row = 1; row < points.n_rows; row++) {
        for (size_t column = 1; column < points.n_columns; column++) {
            cr_expect_eq(points.cell[row][column][0], '\0');
        }
    }
    coin_free(&c);
}
