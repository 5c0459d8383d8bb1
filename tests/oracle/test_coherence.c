/* Coherence statistics against COINr, R psych, printed tables and closed forms. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/coherence.h"
#include "metrics/factor.h"
#include "metrics/sample.h"
#include "tests/support/coin.h"

static const double *column(const coin *c, const char *code)
{
    return csi_panel_column(c->result->scores, csi_framework_find(c->framework, code), 0);
}

Test(coherence, correlations)
{
    static const struct {
        const char *golden;
        csi_association kind;
    } cases[] = {{"10_corr_L1_pearson", CSI_PEARSON}, {"10_corr_L1_spearman", CSI_SPEARMAN},
                 {"10_corr_L1_kendall", CSI_KENDALL}, {"10_corr_L2", CSI_PEARSON}, {"10_corr_L2_L4", CSI_PEARSON},
                 {"10_corr_L1_L2_parent", CSI_PEARSON}};
    coin c = coinr_example();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const table t = coinr_table(cases[i].golden);
        double worst = 0;
        for (size_t row = 1; row < t.n_rows; row++) {
            double r;
            cr_assert_eq(csi_associate(cases[i].kind, column(&c, t.cell[row][0]), column(&c, t.cell[row][1]), 51, &r,
                                       NULL), CSI_OK);
            worst = fmax(worst, fabs(r - table_number(&t, row, 2)));
        }
        cr_expect(worst <= 1e-9 && t.n_rows > 8, "%s: off by %g", cases[i].golden, worst);
    }
    const table p = coinr_table("10_pvals_pearson");
    for (size_t i = 1; i < p.n_rows; i++) {
        for (size_t j = 1; j < p.n_columns; j++) {
            size_t n;
            const double r = csi_sample_correlation(column(&c, p.cell[i][0]), column(&c, p.cell[0][j]), 51, &n);
            cr_expect(is_near(csi_correlation_p(r, n), table_number(&p, i, j), 1e-9), "%s %s", p.cell[i][0], p.cell[0][j]);
        }
    }
    coin_free(&c);
}

/* Alpha of every pillar. */
Test(coherence, cronbach)
{
    const table t = coinr_table("10_cronbach_norm");
    coin c = coinr_example();
    size_t n_checked = 0;
    for (size_t row = 2; row < t.n_rows; row++) {
        const size_t node = csi_framework_find(c.framework, t.cell[row][0]);
        csi_columns columns;
        csi_reliability answer;
        if (node == CSI_NONE) {
            continue;
        }
        cr_assert_eq(csi_columns_of_node(&c.context, c.result->scores, node, 0, 1, true, &columns), CSI_OK);
        cr_assert_eq(csi_cronbach(&columns, &answer, NULL, NULL), CSI_OK);
        cr_expect_float_eq(answer.alpha, table_number(&t, row, 1), 1e-9, "%s", t.cell[row][0]);
        csi_columns_free(&columns);
        n_checked++;
    }
    cr_expect_geq(n_checked, 8);
    coin_free(&c);
}

static csi_columns tai(void)
{
    const table t = oracle_table("worked/tai_raw_23");
    csi_columns columns = {23, 8, calloc(23 * 8, sizeof(double))};
    for (size_t i = 0; i < 23 * 8; i++) {
        columns.value[i] = table_number(&t, i / 8 + 1, i % 8 + 1);
    }
    return columns;
}

/* Handbook Tables 6 and 11; R psych for KMO and Bartlett. */
Test(coherence, tai)
{
    const table t6 = oracle_table("worked/tai_table06_correlation"), t11 = oracle_table("worked/tai_table11_cronbach");
    const table psych = oracle_table("worked/tai_kmo_bartlett_psych");
    csi_columns columns = tai();
    csi_reliability reliability;
    csi_adequacy adequacy;
    double r[64], rest[8], without[8], msa[8];
    csi_correlation_matrix(&columns, r);
    for (size_t i = 0; i < 64; i++) {
        const double printed = table_number(&t6, i / 8 + 1, i % 8 + 1);
        cr_expect(isnan(printed) || fabs(printed - r[i]) <= 0.02);
    }
    cr_assert_eq(csi_cronbach(&columns, &reliability, rest, without), CSI_OK);
    cr_expect_float_eq(reliability.standardised, 0.70, 0.0051);
    for (size_t q = 0; q < 8; q++) {
        cr_expect_float_eq(rest[q], table_number(&t11, q + 1, 1), 0.006);
        cr_expect_float_eq(without[q], table_number(&t11, q + 1, 2), 0.0015);
    }
    cr_assert_eq(csi_adequacy_of(r, 8, 23, &adequacy, msa), CSI_OK);
    cr_expect_float_eq(adequacy.kmo, table_number(&psych, 1, 1), 1e-9);
    for (size_t q = 0; q < 8; q++) {
        cr_expect_float_eq(msa[q], table_number(&psych, q + 2, 1), 1e-9);
    }
    cr_expect_float_eq(adequacy.chi2, table_number(&psych, 10, 1), 1e-9);
    cr_expect_float_eq(adequacy.df, 28, 0);
    cr_expect_float_eq(adequacy.p, table_number(&psych, 12, 1), 1e-15);
    free(columns.value);
}

/* r^2 of each indicator with the equal-weight min-max index; and a parabola, which no line sees. */
Test(coherence, importance)
{
    const table t = oracle_table("worked/tai_linear_importance"), raw = oracle_table("worked/tai_raw_23");
    double value[23 * 8], x[201], y[201];
    csi_importance s;
    for (size_t i = 0; i < 23 * 8; i++) {
        value[i] = table_number(&raw, i / 8 + 1, i % 8 + 1);
    }
    coin c = coin_make(8, 23, 1, value, NULL);
    coin_must_run(&c, "- normalise: {method: minmax, goalposts: yearly}");
    for (size_t q = 0; q < 8; q++) {
        cr_assert_eq(csi_importance_of(csi_panel_column(c.raw, q, 0), csi_panel_column(c.result->scores, 8, 0), 23, 0, 1,
                                       &s), CSI_OK);
        cr_expect_float_eq(s.linear, table_number(&t, q + 1, 1), 1e-10);
    }
    for (size_t i = 0; i <= 200; i++) {
        x[i] = (double)i - 100;
        y[i] = x[i] * x[i];
    }
    cr_assert_eq(csi_importance_of(x, y, 201, 200, 1, &s), CSI_OK);
    cr_expect(fabs(s.linear) < 1e-12 && s.nonlinear > 0.999 && s.low > 0.99 && s.high <= 1);
    for (size_t i = 0; i <= 200; i++) {
        y[i] = 3 * x[i] - 7;
    }
    cr_assert_eq(csi_importance_of(x, y, 201, 0, 1, &s), CSI_OK);
    cr_expect(is_near(s.linear, 1, 1e-12) && is_near(s.nonlinear, 1, 1e-6));
    for (uint32_t i = 0, noise = 7919; i <= 200; i++) { /* cross-validation must not follow noise: the line is enough */
        noise = noise * 1664525u + 1013904223u;
        y[i] = noise >> 8;
    }
    cr_assert_eq(csi_importance_of(x, y, 201, 0, 1, &s), CSI_OK);
    cr_expect(s.nonlinear < 0.01 && s.linear < 0.01, "%g", s.nonlinear);
    for (size_t i = 0; i <= 200; i++) {
        x[i] = (double)(i % 3);
        y[i] = x[i] == 1 ? 5 : 2;
    }
    cr_assert_eq(csi_importance_of(x, y, 201, 0, 1, &s), CSI_OK);
    cr_expect(is_near(s.nonlinear, 1, 1e-12) && s.linear < 0.1);
    coin_free(&c);
}

/* Horn's limits of two columns of noise are 1 + |r| and 1 - |r|: with 200 rows |r| is below t / sqrt(t^2 + 198), t = 1.972,
 * in 95 % of the draws, and above 0.0628 / sqrt(198.004) in 95 %. */
Test(coherence, parallel_analysis_of_two)
{
    double limit[2];
    cr_assert_eq(csi_parallel_analysis(200, 2, 4000, 1, limit), CSI_OK);
    cr_expect(is_near(limit[0], 1.1388, 0.005), "%g", limit[0]);
    cr_expect(is_near(limit[1], 1 - 0.00446, 0.001), "%g", limit[1]);
}

/* COINr's remove_elements on both levels. */
Test(coherence, removal)
{
    static const char *const tables[] = {"13_remove_L1_meanabs", "13_remove_L2_meanabs"};
    coin c = coinr_example();
    for (size_t k = 0; k < 2; k++) {
        const table t = coinr_table(tables[k]);
        for (size_t row = 2; row < t.n_rows; row++) {
            const size_t node = csi_framework_find(c.framework, t.cell[row][0]);
            double mean, largest;
            cr_assert_neq(node, CSI_NONE);
            cr_assert_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, node, c.diag, &mean, &largest), CSI_OK);
            cr_expect_float_eq(mean, table_number(&t, row, 1), 1e-9, "%s: %g", t.cell[row][0], mean);
        }
    }
    coin_free(&c);
}

/* Handbook p. 76: single linkage on squared distances of standardised data, cut at 4.0, makes ten clusters; Table 13's
 * k-means is a stop of 98.35 where 94.3197 can be had. */
Test(coherence, clusters)
{
    csi_columns columns = tai();
    csi_merge merge[22];
    size_t group[23];
    double scratch[23], within;
    for (size_t q = 0; q < 8; q++) {
        csi_columns_get(&columns, q, scratch);
        const double mean = csi_sample_mean(scratch, 23), sd = csi_sample_sd(scratch, 23);
        for (size_t i = 0; i < 23; i++) {
            columns.value[i * 8 + q] = (scratch[i] - mean) / sd;
        }
    }
    cr_assert_eq(csi_agglomerate(&columns, CSI_SINGLE, merge), CSI_OK);
    cr_expect_eq(csi_cut_tree(merge, 23, 4.0, group), 10);
    cr_assert_eq(csi_kmeans(&columns, 3, 100, 1, group, &within), CSI_OK);
    cr_expect(within <= 94.3198, "%g", within);
    double line[3] = {0, 1, 5};
    const csi_columns points = {3, 1, line};
    cr_assert_eq(csi_agglomerate(&points, CSI_WARD, merge), CSI_OK);
    cr_expect(is_near(merge[0].height, 1, 1e-12) && is_near(merge[1].height, 27, 1e-12));
    cr_assert_eq(csi_agglomerate(&points, CSI_SINGLE, merge), CSI_OK);
    cr_expect_float_eq(merge[1].height, 16, 1e-12);
    free(columns.value);
}

Test(coherence, group_ranks_and_strengths)
{
    static const char *const kinds[] = {"08_strengths_ESP", "08_weaknesses_ESP"};
    const table t = coinr_table("08_groupranks_GDP");
    coin c = coinr_example();
    int rank[51];
    const size_t grouping = csi_countries_grouping(&c.countries, "GDP_group");
    for (size_t column_at = 2; column_at < t.n_columns; column_at++) {
        cr_assert_eq(csi_rank_in_groups(&c.countries, grouping, column(&c, t.cell[0][column_at]), rank), CSI_OK);
        for (size_t row = 1; row < t.n_rows; row++) {
            cr_expect_eq(rank[csi_countries_find(&c.countries, t.cell[row][0])], (int)table_number(&t, row, column_at),
                         "%s %s", t.cell[row][0], t.cell[0][column_at]);
        }
    }
    coin_must_run(&c, "- normalise: rank"); /* COINr's get_str_weak looks at raw data */
    for (size_t k = 0; k < 2; k++) {
        const table want = coinr_table(kinds[k]);
        csi_standing standing[5];
        size_t n = 5;
        cr_assert_eq(csi_standings(c.result->scores, 49, 0, csi_countries_find(&c.countries, "ESP"), k == 1, 0, standing,
                                   &n), CSI_OK);
        cr_assert_eq(n, 5);
        for (size_t i = 0; i < 5; i++) {
            bool is_there = false;
            for (size_t row = 1; row < want.n_rows; row++) {
                is_there = is_there || (strcmp(want.cell[row][0], c.framework->node[standing[i].indicator].code) == 0 &&
                                        standing[i].rank == (int)table_number(&want, row, 3));
            }
            is_there = is_there || (k == 1 && standing[i].rank == 33); /* Poverty and NEET tie for the last place */
            cr_expect(is_there, "%s: %s %d", kinds[k], c.framework->node[standing[i].indicator].code, standing[i].rank);
        }
    }
    coin_free(&c);
}

Test(coherence, tiers)
{
    static const double score[] = {1, NAN, 11, 2, 10, 10};
    static const int want[] = {2, 0, 1, 2, 1, 1};
    int tier[6];
    cr_assert_eq(csi_tiers(score, 6, 2, tier), CSI_OK);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(tier[i], want[i]);
    }
    cr_assert_eq(csi_tiers(score, 6, 9, tier), CSI_OK);
    cr_expect(tier[2] == 1 && tier[4] == 2 && tier[5] == 2 && tier[3] == 3 && tier[0] == 4);
}

/* Weights along the path to the root, and the raw indicators' statistics and p-values (pairs as they come). COINr's alpha
 * of raw data with gaps (10_cronbach_raw) mixes covariances over different countries; ours takes complete rows. */
Test(coherence, weights_and_statistics)
{
    const table weights = coinr_table("09_eff_weights"), stats = coinr_table("11_stats_Raw"), p = coinr_table("10_pvals_pearson_raw");
    const table m = coinr_table("asem/ASEM_iMeta"), d = coinr_table("asem/ASEM_iData");
    coin c = coin_read(&m, &d);
    double sorted[51];
    coin_must_run(&c, "- normalise: rank");
    for (size_t row = 1; row < weights.n_rows; row++) {
        const size_t node = csi_framework_find(c.framework, weights.cell[row][0]);
        cr_expect_float_eq(csi_framework_path_weight(c.framework, node), table_number(&weights, row, 3), 1e-12, "%s",
                           weights.cell[row][0]);
    }
    for (size_t row = 1; row < stats.n_rows; row++) {
        const double *x = csi_panel_column(c.raw, csi_framework_find(c.framework, stats.cell[row][0]), 0);
        const size_t n = csi_sample_pack(x, 51, sorted);
        csi_sample_sort(sorted, n);
        cr_expect_float_eq(csi_sample_mean(x, 51), table_number(&stats, row, table_column(&stats, "Mean")),
                           1e-9 * fmax(1, fabs(sorted[n - 1])));
        cr_expect_float_eq(csi_sample_median(sorted, n), table_number(&stats, row, table_column(&stats, "Median")), 1e-9);
        cr_expect_float_eq(csi_sample_sd(x, 51), table_number(&stats, row, table_column(&stats, "Std")),
                           1e-9 * fmax(1, fabs(sorted[n - 1])));
        cr_expect_eq(n, (size_t)table_number(&stats, row, table_column(&stats, "N.Avail")));
    }
    for (size_t i = 1; i < p.n_rows; i++) {
        for (size_t j = 1; j < p.n_columns; j++) {
            size_t n;
            const double r = csi_sample_correlation(csi_panel_column(c.raw, csi_framework_find(c.framework, p.cell[i][0]), 0),
                                                    csi_panel_column(c.raw, csi_framework_find(c.framework, p.cell[0][j]), 0),
                                                    51, &n);
            cr_expect(is_near(csi_correlation_p(r, n), table_number(&p, i, j), 1e-9), "%s %s", p.cell[i][0], p.cell[0][j]);
        }
    }
    coin_free(&c);
}

/* Kendall's tau: the Handbook's heights and weights (p. 82), and the tied example of Kendall (1976), p. 42. */
Test(coherence, kendall)
{
    const table heights = oracle_table("worked/kendall_handbook_p82"), tied = oracle_table("worked/kendall1976_examples");
    const table want = oracle_table("worked/kendall_expected");
    double x[32], y[32], tau;
    size_t n = heights.n_rows - 1;
    for (size_t row = 1; row <= n; row++) {
        x[row - 1] = table_number(&heights, row, 1);
        y[row - 1] = table_number(&heights, row, 2);
    }
    cr_assert_eq(csi_associate(CSI_KENDALL, x, y, n, &tau, NULL), CSI_OK);
    const double pairs = (double)n * ((double)n - 1) / 2, p = table_number(&want, table_row(&want, 1, "P"), 2);
    cr_expect(is_near(tau, 2 * p / pairs - 1, 1e-12) && is_near(tau, table_number(&want, table_row(&want, 1, "tau"), 2), 0.005));
    for (size_t row = 1; row < tied.n_rows; row++) {
        if (strcmp(tied.cell[row][0], "3.4_p42") == 0) {
            n = row;
            x[row - 1] = table_number(&tied, row, 1);
            y[row - 1] = table_number(&tied, row, 2);
        }
    }
    cr_assert_eq(csi_associate(CSI_KENDALL, x, y, n, &tau, NULL), CSI_OK);
    cr_expect(is_near(tau, 34 / sqrt(116 * 60), 1e-12), "%g", tau);
}
