/* COINr 1.1.14 on its ASEM data: every step to 1e-9 where our definition is COINr's. Doubles there are %.17g. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/coin.h"

#define TOLERANCE 1e-9

static coin asem(const char *meta, const char *data)
{
    const table m = coinr_table(meta), d = coinr_table(data);
    return coin_read(&m, &d);
}

static void expect_golden(const coin *c, const csi_panel *panel, const char *name)
{
    const table t = coinr_table(name);
    const double worst = coin_worst(c, panel, &t, 49);
    cr_expect(worst <= TOLERANCE, "%s: off by %g", name, worst);
}

#define MINMAX(range) "- normalise: {method: minmax, goalposts: yearly, range: " range "}\n"

/* The last stage of each list of steps against its golden table. */
static const struct {
    char data[24], golden[40], steps[400];
} stage_cases[] = {
    {"asem/ASEM_iData", "02_denominated", "- denominate: by\n"},
    {"asem/ASEM_iData", "03_imputed_i_mean", "- denominate: by\n- impute: {method: cohort, statistic: mean}\n"},
    {"asem/ASEM_iData", "03_imputed_i_median", "- denominate: by\n- impute: {method: cohort, statistic: median}\n"},
    {"asem/ASEM_iData", "03_imputed_i_mean_grp", COINR_TO_IMPUTED},
    {"asem/ASEM_iData", "03_imputed_i_median_grp", "- denominate: by\n- impute: {method: cohort, groups: EurAsia_group}\n"},
    {"asem/ASEM_iData", "03_imputed_i_mean_grp_GDP",
     "- denominate: by\n- impute: {method: cohort, statistic: mean, groups: [GDP_group]}\n"},
    {"asem/ASEM_iData", "03_imputed_row_i_mean", "- denominate: by\n- impute: row\n"},
    {"asem/ASEM_iData", "03_imputed_row_i_median", "- denominate: by\n- impute: {method: row, statistic: median}\n"},
    {"asem/ASEM_iData", "03_imputed_rowall_i_mean", "- denominate: by\n- impute: {method: row, within: all}\n"},
    {"asem/ASEM_iData", "03_imputed_rowall_i_median",
     "- denominate: by\n- impute: {method: row, within: all, statistic: median}\n"},
    {"03_holes_iData", "03_holes_i_mean", "- impute: {method: cohort, statistic: mean}\n"},
    {"03_holes_iData", "03_holes_i_median", "- impute: {method: cohort, statistic: median}\n"},
    {"03_holes_iData", "03_holes_i_mean_grp", "- impute: {method: cohort, statistic: mean, groups: [GDP_group]}\n"},
    {"03_holes_iData", "03_holes_i_median_grp", "- impute: {method: cohort, statistic: median, groups: [GDP_group]}\n"},
    {"asem/ASEM_iData", "04_screened", COINR_TO_SCREENED},
    {"asem/ASEM_iData", "05_treated", COINR_TO_TREATED},
    {"asem/ASEM_iData", "05_qTreat_default", COINR_TO_IMPUTED "- treat: {method: winsorise, then: ct}\n"},
    {"asem/ASEM_iData", "05_qTreat_winmax1", COINR_TO_IMPUTED "- treat: {method: winsorise, max_count: 1, then: ct}\n"},
    {"asem/ASEM_iData", "05_qTreat_logCTorig",
     COINR_TO_IMPUTED "- treat: {method: winsorise, max_count: 1, then: ct_original}\n"},
    {"asem/ASEM_iData", "05_qTreat_logCTplus",
     COINR_TO_IMPUTED "- treat: {method: winsorise, max_count: 1, then: ct_signed}\n"},
    {"asem/ASEM_iData", "05_treat_winInf", COINR_TO_IMPUTED "- treat: {method: winsorise, max_count: none, then: ct}\n"},
    {"asem/ASEM_iData", "06_norm_minmax_0_100", COINR_TO_TREATED MINMAX("[0, 100]")},
    {"asem/ASEM_iData", "06_norm_minmax_1_100", COINR_TO_TREATED MINMAX("[1, 100]")},
    {"asem/ASEM_iData", "06_norm_minmax_0_1", COINR_TO_TREATED MINMAX("[0, 1]")},
    {"03_holes_iData", "06_normholes_n_minmax", MINMAX("[0, 100]")},
    {"asem/ASEM_iData", "06_norm_zscore_0_1", COINR_TO_TREATED "- normalise: zscore\n"},
    {"asem/ASEM_iData", "06_qNormalise_zscore", COINR_TO_TREATED "- normalise: zscore\n"},
    {"asem/ASEM_iData", "06_norm_zscore_10_2", COINR_TO_TREATED "- normalise: {method: zscore, mean: 10, sd: 2}\n"},
    {"asem/ASEM_iData", "06_norm_rank", COINR_TO_TREATED "- normalise: rank\n"},
    {"asem/ASEM_iData", "06_norm_rank_avg", COINR_TO_TREATED "- normalise: {method: rank, ties: average}\n"},
    {"asem/ASEM_iData", "06_norm_borda", COINR_TO_TREATED "- normalise: borda\n"},
    {"asem/ASEM_iData", "06_norm_fracmax", COINR_TO_TREATED "- normalise: {method: fraction, less_is_better: negate}\n"},
    {"asem/ASEM_iData", "06_norm_scaled_default", COINR_TO_TREATED "- normalise: {method: scaled, less_is_better: negate}\n"},
    {"asem/ASEM_iData", "06_norm_dist2ref_10", COINR_TO_TREATED "- normalise: {method: reference, form: minmax, reference: CZE}\n"},
    {"asem/ASEM_iData", "06_norm_dist2targ_raw", "- normalise: {method: target, cap: false}\n"},
    {"asem/ASEM_iData", "06_norm_dist2targ_raw_cap", "- normalise: {method: target, cap: true}\n"},
};

/* Scores of all nodes, from the normalised panel up. */
#define AGGREGATE(rule) "- aggregate: {" rule ", min_weight_share: 0}\n"
#define TO_1_100 COINR_TO_TREATED MINMAX("[1, 100]")
static const struct {
    char meta[24], data[24], golden[40], steps[500];
} score_cases[] = {
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_amean",
     COINR_TO_TREATED MINMAX("[0, 100]") AGGREGATE("method: arithmetic")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_amean_1_100", TO_1_100 AGGREGATE("method: arithmetic")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_gmean_1_100", TO_1_100 AGGREGATE("method: geometric")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_hmean_1_100", TO_1_100 AGGREGATE("method: harmonic")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_genmean_p-1", TO_1_100 AGGREGATE("method: power, power: -1")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_genmean_p0.5", TO_1_100 AGGREGATE("method: power, power: 0.5")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_genmean_p2", TO_1_100 AGGREGATE("method: power, power: 2")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_copeland",
     COINR_TO_TREATED MINMAX("[0, 100]") AGGREGATE("method: copeland")},
    {"asem/ASEM_iMeta", "asem/ASEM_iData", "07_agg_mix_amean_amean_copeland",
     COINR_TO_TREATED MINMAX("[0, 100]") "- aggregate: [{method: arithmetic}, {level: 4, method: copeland}]\n"},
    {"asem/ASEM_iMeta", "03_holes_iData", "07_aggNA_amean", MINMAX("[1, 100]") AGGREGATE("method: arithmetic")},
};

/* The alternative weight set of 07_agg_*_altw as a `weight` step. */
static void write_weights(char *text, size_t room)
{
    const table t = coinr_table("07_weights_alt");
    size_t n = (size_t)snprintf(text, room, "- weight: {method: given, weights: {");
    for (size_t row = 1; row < t.n_rows; row++) {
        n += (size_t)snprintf(text + n, room - n, "%s%s: %s", row > 1 ? ", " : "",
                              t.cell[row][table_column(&t, "iCode")], t.cell[row][table_column(&t, "Weight")]);
    }
    snprintf(text + n, room - n, "}}\n");
}

Test(coinr, stages)
{
    for (size_t i = 0; i < sizeof stage_cases / sizeof stage_cases[0]; i++) {
        coin c = asem("asem/ASEM_iMeta", stage_cases[i].data);
        char steps[512];
        const size_t is_cut = strstr(stage_cases[i].steps, "normalise:") == NULL;
        snprintf(steps, sizeof steps, "%s%s", stage_cases[i].steps, is_cut ? "- normalise: zscore\n" : "");
        coin_must_run(&c, steps);
        expect_golden(&c, c.result->stage[c.result->n_stages - 1 - is_cut], stage_cases[i].golden);
        coin_free(&c);
    }
}

Test(coinr, scores)
{
    for (size_t i = 0; i < sizeof score_cases / sizeof score_cases[0]; i++) {
        coin c = asem(score_cases[i].meta, score_cases[i].data);
        coin_must_run(&c, score_cases[i].steps);
        expect_golden(&c, c.result->scores, score_cases[i].golden);
        coin_free(&c);
    }
}

Test(coinr, scores_with_other_weights)
{
    static const char *const cases[][2] = {{"arithmetic", "07_agg_amean_altw"}, {"geometric", "07_agg_gmean_altw"},
                                             {"copeland", "07_agg_copeland_altw"}};
    char weights[8000], steps[10000];
    write_weights(weights, sizeof weights);
    for (size_t i = 0; i < 3; i++) {
        coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
        snprintf(steps, sizeof steps, "%s%s- aggregate: {method: %s, min_weight_share: 0}\n",
                 TO_1_100, weights, cases[i][0]);
        coin_must_run(&c, steps);
        expect_golden(&c, c.result->scores, cases[i][1]);
        coin_free(&c);
    }
}

static void expect_ranks(const coin *c, const char *name)
{
    const table t = coinr_table(name);
    int rank[64];
    size_t work[64], n_compared = 0;
    for (size_t node = 0; node < c->framework->n_nodes; node++) {
        csi_rank_column(csi_panel_column(c->result->scores, node, 0), c->countries.n, rank, work);
        for (size_t row = 1; row < t.n_rows; row++) {
            const size_t country = csi_countries_find(&c->countries, t.cell[row][0]);
            const int want = (int)table_number(&t, row, table_column(&t, c->framework->node[node].code));
            cr_expect_eq(rank[country], want, "%s: %s %s: %d, not %d", name, c->framework->node[node].code,
                         t.cell[row][0], rank[country], want);
            n_compared++;
        }
    }
    cr_expect_eq(n_compared, 60 * 51);
}

Test(coinr, ranks)
{
    coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
    coin_must_run(&c, COINR_TO_TREATED MINMAX("[0, 100]"));
    expect_ranks(&c, "08_ranks_amean");
    coin_must_run(&c, TO_1_100 AGGREGATE("method: geometric"));
    expect_ranks(&c, "08_ranks_gmean");
    coin_free(&c);
}

/* Who is left after screening, from the `Included` column, and with which data. */
Test(coinr, screening)
{
    static const struct {
        char steps[160], golden[48], kept[40];
    } cases[] = {
        {"- screen: {method: countries, min_share: 0.85}", "04_screen_holes_byNA_summary", "04_screen_holes_byNA"},
        {"- screen: {method: countries, rule: zeros, min_nonzero: 0.9}", "04_screen_holes_byzeros_summary", "04_screen_holes_byzeros"},
        {"- screen: {method: countries, rule: missing_and_zeros, min_share: 0.85, min_nonzero: 0.9}",
         "04_screen_holes_byNAandzeros_summary", "04_screen_holes_byNAandzeros"},
        {"- screen: {method: countries, min_share: 0.85, include: [BRN], exclude: [AUT]}",
         "04_screen_holes_force_summary", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = asem("asem/ASEM_iMeta", "03_holes_iData");
        const table t = coinr_table(cases[i].golden);
        char steps[2048];
        size_t n_out = 0;
        snprintf(steps, sizeof steps, "%s\n- normalise: rank\n", cases[i].steps);
        coin_must_run(&c, steps);
        for (size_t row = 1; row < t.n_rows; row++) {
            const size_t country = csi_countries_find(&c.countries, t.cell[row][0]);
            size_t n_present = 0;
            for (size_t q = 0; q < 49; q++) {
                n_present += isnan(csi_panel_get(c.result->stage[0], q, 0, country)) ? 0 : 1;
            }
            const bool is_in = strcmp(t.cell[row][table_column(&t, "Included")], "TRUE") == 0;
            cr_expect_eq(n_present > 0, is_in, "%s: %s", cases[i].golden, t.cell[row][0]);
            n_out += !is_in;
        }
        if (cases[i].kept[0] != '\0') {
            const table kept = coinr_table(cases[i].kept);
            cr_expect_eq(kept.n_rows - 1, c.countries.n - n_out);
            cr_expect_leq(coin_worst(&c, c.result->stage[0], &kept, 49), TOLERANCE, "%s", cases[i].kept);
        }
        cr_expect(i == 1 || n_out > 0);
        coin_free(&c);
    }
}

/* Where the reference is the worst value, COINr's cap makes 1 of its infinite distances; ours leaves them missing. */
Test(coinr, capped_distance_to_reference)
{
    coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
    const table t = coinr_table("06_norm_dist2ref_10_cap");
    for (size_t row = 1; row < t.n_rows; row++) {
        t.cell[row][table_column(&t, "Ship")] = "NA";
    }
    coin_must_run(&c, COINR_TO_TREATED "- normalise: {method: reference, form: minmax, reference: CZE, cap: true}\n");
    cr_expect(coin_worst(&c, c.result->normalised, &t, 49) <= TOLERANCE);
    cr_expect(coin_said(&c, "\"Ship\" in 2018 is left out: its reference is the worst value"));
    coin_free(&c);
}

/* Which cells were winsorised: points table has winhi or winlo there. */
Test(coinr, treated_points)
{
    coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
    const table t = coinr_table("05_treated_points");
    size_t n_points = 0;
    coin_must_run(&c, COINR_TO_TREATED "- normalise: rank\n");
    for (size_t row = 1; row < t.n_rows; row++) {
        const size_t country = csi_countries_find(&c.countries, t.cell[row][0]);
        for (size_t column = 1; column < t.n_columns; column++) {
            const size_t q = csi_framework_find_series(c.framework, t.cell[0][column]);
            const csi_panel *treated = c.result->stage[3];
            const bool is_marked = treated->state[csi_panel_at(treated, q, 0, country)] & CSI_CELL_TREATED;
            cr_expect_eq(is_marked, strncmp(t.cell[row][column], "win", 3) == 0, "%s %s", t.cell[row][0],
                         t.cell[0][column]);
            n_points += is_marked;
        }
    }
    cr_expect_gt(n_points, 10);
    coin_free(&c);
}

/* Goalposts, scales and ranges of each indicator's own, from COINr's iMeta with parameters; on raw data. */
Test(coinr, parameters_by_indicator)
{
    static const struct {
        const char *golden, *format;
        const char *column[4];
    } cases[] = {
        {"06_norm_iMeta_n_minmax", "- normalise: {method: minmax, goalposts: yearly, range: [%s, %s], indicators: [%s]}\n",
         {"minmax_lower", "minmax_upper"}},
        {"06_norm_iMeta_n_zscore", "- normalise: {method: zscore, mean: %s, sd: %s, indicators: [%s]}\n",
         {"zscore_mean", "zscore_sd"}},
        {"06_norm_iMeta_n_scaled", "- normalise: {method: scaled, bounds: [%s, %s], factor: 100, indicators: [%s]}\n",
         {"scaled_lower", "scaled_upper"}},
    };
    const table meta = coinr_table("06_iMeta_with_norm_params");
    char steps[20000];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
        size_t n = 0;
        for (size_t q = 0; q < 49; q++) {
            const size_t row = table_row(&meta, table_column(&meta, "iCode"), c.framework->node[q].code);
            n += (size_t)snprintf(steps + n, sizeof steps - n, cases[i].format,
                                  meta.cell[row][table_column(&meta, cases[i].column[0])],
                                  meta.cell[row][table_column(&meta, cases[i].column[1])], c.framework->node[q].code);
        }
        coin_must_run(&c, steps);
        expect_golden(&c, c.result->normalised, cases[i].golden);
        coin_free(&c);
    }
}

Test(coinr, goalposts)
{
    coin c = asem("06_iMeta_with_norm_params", "asem/ASEM_iData");
    coin_must_run(&c, "- normalise: {method: minmax, goalposts: framework, range: [0, 100]}\n");
    expect_golden(&c, c.result->normalised, "06_norm_iMeta_n_goalposts");
    coin_must_run(&c, "- normalise: {method: minmax, goalposts: framework, range: [0, 100], clip: false}\n");
    expect_golden(&c, c.result->normalised, "06_norm_iMeta_n_goalposts_notrunc");
    coin_free(&c);
}

/* 05_treat_boxcox is no golden table: COINr's Treat hands all columns back as they came. Ours transforms those that fail
 * its check, and log_GII, which COINr 1.1.14 returns untransformed too: it maps the smallest value to 0, the largest to
 * ln of it. */
Test(coinr, treatments_that_coinr_leaves_undone)
{
    coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
    const table t = coinr_table("05_treat_boxcox"), imputed = coinr_table("03_imputed_i_mean_grp");
    const size_t q = csi_framework_find(c.framework, "Flights"), raw = csi_framework_find(c.framework, "Goods");
    coin_must_run(&c, COINR_TO_IMPUTED "- treat: {method: box_cox, lambda: 0.5, shift: min, when: fails}\n- normalise: rank");
    cr_expect(coin_worst(&c, c.result->stage[1], &t, 49) <= TOLERANCE, "the golden table is its own input");
    cr_expect(coin_worst(&c, c.result->stage[1], &imputed, 49) <= TOLERANCE);
    const double *in = csi_panel_column(c.result->stage[1], q, 0), *out = csi_panel_column(c.result->stage[2], q, 0);
    double low = in[0];
    for (size_t i = 0; i < c.countries.n; i++) {
        low = fmin(low, in[i]);
    }
    for (size_t i = 0; i < c.countries.n; i++) {
        cr_expect_float_eq(out[i], 2 * (sqrt(in[i] - low + 1) - 1), 1e-12);
    }
    coin_must_run(&c, "- treat: {method: log, form: gii, indicators: [Goods]}\n- normalise: rank");
    const double *before = csi_panel_column(c.raw, raw, 0), *after = csi_panel_column(c.result->stage[0], raw, 0);
    double smallest = HUGE_VAL, largest = -HUGE_VAL;
    for (size_t i = 0; i < c.countries.n; i++) {
        smallest = isnan(before[i]) ? smallest : fmin(smallest, before[i]);
        largest = isnan(before[i]) ? largest : fmax(largest, before[i]);
    }
    for (size_t i = 0; i < c.countries.n; i++) {
        const double x = (largest - 1) * (before[i] - smallest) / (largest - smallest) + 1;
        cr_expect(is_near(after[i], log(x), 1e-12));
    }
    coin_free(&c);
}

/* Treatments of single raw columns. */
Test(coinr, transforms)
{
    static const struct {
        char suffix[16], step[120];
    } cases[] = {
        {"log_CT", "{method: log, form: ct}"},
        {"log_CT_plus", "{method: log, form: ct_signed}"},
        {"log_CT_orig", "{method: log, form: ct_original}"},
        {"boxcox0.5", "{method: box_cox, lambda: 0.5, shift: min}"},
        {"boxcox0", "{method: box_cox, lambda: 0, shift: min}"},
        {"winsorise5", "{method: winsorise, max_count: 5}"},
        {"winforce3", "{method: winsorise, max_count: 3, force: 3}"},
    };
    static const char *const indicators[] = {"Goods", "Services", "Gas", "FemLab", "Flights"};
    const table t = coinr_table("05_transforms_raw");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = asem("asem/ASEM_iMeta", "asem/ASEM_iData");
        char steps[400];
        snprintf(steps, sizeof steps, "- treat: %s\n- normalise: zscore\n", cases[i].step);
        coin_must_run(&c, steps);
        for (size_t k = 0; k < 5; k++) {
            const size_t column = table_column(&t, csi_arena_format(c.arena, "%s.%s", indicators[k], cases[i].suffix));
            const size_t q = csi_framework_find(c.framework, indicators[k]);
            for (size_t row = 1; row < t.n_rows; row++) {
                const size_t country = csi_countries_find(&c.countries, t.cell[row][0]);
                const double got = csi_panel_get(c.result->stage[0], q, 0, country), want = table_number(&t, row, column);
                cr_expect(is_near(got, want, 1e-9 * fmax(1, fabs(want))), "%s %s: %.12g, not %.12g", t.cell[0][column],
                          t.cell[row][0], got, want);
            }
        }
        coin_free(&c);
    }
}

/* A panel of five years with gaps: the last value carried forward, with and without a limit. COINr's "constant" is an
 * interpolation that holds the value before, so it fills forward first and then backward. */
Test(coinr, carried_panel)
{
    static const struct {
        char golden[40], step[60];
    } cases[] = {
        {"15_impute_panel_latest", "{method: carry, limit: none}"},
        {"15_impute_panel_latest_max1", "{method: carry, limit: 1}"},
        {"15_impute_panel_constant", "{method: carry, limit: none, direction: both}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = asem("asem/ASEM_iMeta", "15_panel_holes_input");
        char steps[200];
        snprintf(steps, sizeof steps, "- impute: %s\n- normalise: rank\n", cases[i].step);
        coin_must_run(&c, steps);
        cr_assert_eq(c.raw->n_years, 5);
        expect_golden(&c, c.result->stage[0], cases[i].golden);
        coin_free(&c);
    }
}
