/* COINr 1.1.14 on its ASEM data: what an audit looks at. Statistics, availability, correlations, reliability, components
 * of all indicators, weights along the path, removal, optimised weights. Doubles there are %.17g. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/coherence.h"
#include "metrics/factor.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

enum { N_COUNTRIES = 51, N_INDICATORS = 49, N_PILLARS = 8 };
#define TREATED_STAGE 3

static size_t find(const coin *c, const char *code)
{
    const size_t node = csi_framework_find(c->framework, code);
    cr_assert_neq(node, CSI_NONE, "%s", code);
    return node;
}

static const double *score_column(const coin *c, const char *code)
{
    return csi_panel_column(c->result->scores, find(c, code), 0);
}

static double number_at(const table *t, size_t row, const char *heading)
{
    return table_number(t, row, table_column(t, heading));
}

static void expect_near(double got, double want, const char *what)
{
    cr_expect(is_near(got, want, 1e-9 * fmax(1, fabs(want))), "%s: %.15g, not %.15g", what, got, want);
}

static void expect_statistics(const double *x, const table *t, size_t row)
{
    const csi_outlier_rule rule = {2, 3.5};
    const char *code = t->cell[row][0];
    double sorted[N_COUNTRIES];
    const size_t n = csi_sample_pack(x, N_COUNTRIES, sorted);
    size_t n_unique = 0, n_same = 0;
    csi_sample_sort(sorted, n);
    for (size_t i = 0; i < n; i++) {
        const size_t equal = csi_sample_equal(sorted, n, sorted[i]);
        n_unique += csi_sample_below(sorted, n, sorted[i]) == i;
        n_same = equal > n_same ? equal : n_same;
    }
    expect_near(sorted[0], number_at(t, row, "Min"), code);
    expect_near(sorted[n - 1], number_at(t, row, "Max"), code);
    expect_near(csi_sample_mean(x, N_COUNTRIES), number_at(t, row, "Mean"), code);
    expect_near(csi_sample_median(sorted, n), number_at(t, row, "Median"), code);
    expect_near(csi_sample_sd(x, N_COUNTRIES), number_at(t, row, "Std"), code);
    expect_near(csi_sample_skewness(x, N_COUNTRIES), number_at(t, row, "Skew"), code);
    expect_near(csi_sample_kurtosis(x, N_COUNTRIES), number_at(t, row, "Kurt"), code);
    cr_expect_eq(csi_sample_count(x, N_COUNTRIES), (size_t)number_at(t, row, "N.Avail"), "%s", code);
    cr_expect_eq(n - csi_sample_equal(sorted, n, 0), (size_t)number_at(t, row, "N.NonZero"), "%s", code);
    cr_expect_eq(n_unique, (size_t)number_at(t, row, "N.Unique"), "%s: %zu", code, n_unique);
    cr_expect_eq(n_same, (size_t)number_at(t, row, "N.Same"), "%s: %zu", code, n_same);
    cr_expect_eq(csi_outliers_fail(x, N_COUNTRIES, &rule),
                 strcmp(t->cell[row][table_column(t, "Flag.SkewKurt")], "OUT") == 0, "%s", code);
}

Test(coinr_audit, statistics)
{
    coin c = coinr_example();
    const csi_panel *panels[] = {c.raw, c.result->stage[TREATED_STAGE], c.result->scores};
    const char *const names[] = {"11_stats_Raw", "11_stats_Treated", "11_stats_Aggregated"};
    for (size_t k = 0; k < 3; k++) {
        const table t = coinr_table(names[k]);
        cr_assert_geq(t.n_rows, N_INDICATORS + 1);
        for (size_t row = 1; row < t.n_rows; row++) {
            expect_statistics(csi_panel_column(panels[k], find(&c, t.cell[row][0]), 0), &t, row);
        }
    }
    coin_free(&c);
}

/* Who stays at a threshold is who has at least that share: each value of the table is tried as the threshold, so that
 * a share that is off by one cell moves somebody across. */
static void expect_shares(const char *data, const table *t, const char *heading, const char *rule)
{
    coin c = coinr_asem(data);
    for (size_t at = 1; at < t->n_rows; at++) {
        const double threshold = number_at(t, at, heading);
        if (table_row(t, table_column(t, heading), t->cell[at][table_column(t, heading)]) < at) {
            continue;
        }
        coin_must_run(&c, csi_arena_format(c.arena, "- screen: {method: countries, %s %s}\n- normalise: rank\n", rule,
                                           t->cell[at][table_column(t, heading)]));
        for (size_t row = 1; row < t->n_rows; row++) {
            const size_t country = csi_countries_find(&c.countries, t->cell[row][0]);
            size_t n_present = 0;
            for (size_t q = 0; q < N_INDICATORS; q++) {
                n_present += !isnan(csi_panel_get(c.result->stage[0], q, 0, country));
            }
            cr_expect_eq(n_present > 0, number_at(t, row, heading) >= threshold - 1e-12, "%s %s at %g", heading,
                         t->cell[row][0], threshold);
        }
    }
    coin_free(&c);
}

/* By group: a pillar's coverage is COINr's share. Above it ours weighs as the score does, so a pillar of three indicators
 * counts as much as one of eight; COINr counts indicators. */
static void expect_group_shares(const char *data, const table *t)
{
    coin c = coinr_asem(data);
    coin_must_run(&c, "- normalise: rank\n");
    for (size_t node = N_INDICATORS; node < c.framework->n_nodes; node++) {
        const csi_node *group = &c.framework->node[node];
        for (size_t row = 1; row < t->n_rows; row++) {
            const size_t country = csi_countries_find(&c.countries, t->cell[row][0]);
            const double got = c.result->coverage[csi_panel_at(c.result->scores, node, 0, country)];
            double below = 0;
            for (size_t q = 0; q < group->n_children && group->level > 2; q++) {
                const size_t child = group->child[q];
                below += c.result->coverage[csi_panel_at(c.result->scores, child, 0, country)] * c.result->weight[child];
            }
            expect_near(got, group->level > 2 ? below : number_at(t, row, group->code), group->code);
        }
    }
    coin_free(&c);
}

Test(coinr_audit, availability)
{
    static const char *const cases[][3] = {{"asem/ASEM_iData", "11_avail_raw", "11_avail_raw_group"},
                                           {"03_holes_iData", "11_avail_holes", "11_avail_holes_group"}};
    for (size_t k = 0; k < 2; k++) {
        const table t = coinr_table(cases[k][1]), by_group = coinr_table(cases[k][2]);
        cr_assert_eq(t.n_rows, N_COUNTRIES + 1);
        expect_shares(cases[k][0], &t, "Dat_Avail", "min_share:");
        expect_shares(cases[k][0], &t, "Non_Zero", "rule: zeros, min_nonzero:");
        expect_group_shares(cases[k][0], &by_group);
    }
}

/* Within pillars; and with those of p > 0.05 taken out. */
Test(coinr_audit, correlations)
{
    const table within = coinr_table("10_corr_L1_grouplev2"), marked = coinr_table("10_corr_L1_pearson_p05");
    coin c = coinr_example();
    cr_assert_gt(within.n_rows, 300);
    for (size_t row = 1; row < within.n_rows; row++) {
        cr_expect_eq(c.framework->node[find(&c, within.cell[row][0])].parent,
                     c.framework->node[find(&c, within.cell[row][1])].parent);
        expect_near(csi_sample_correlation(score_column(&c, within.cell[row][0]), score_column(&c, within.cell[row][1]),
                                           N_COUNTRIES, NULL), table_number(&within, row, 2), within.cell[row][0]);
    }
    cr_assert_eq(marked.n_rows, N_INDICATORS * N_INDICATORS + 1);
    for (size_t row = 1; row < marked.n_rows; row++) {
        size_t n;
        const double r = csi_sample_correlation(score_column(&c, marked.cell[row][0]),
                                                score_column(&c, marked.cell[row][1]), N_COUNTRIES, &n);
        const bool is_out = csi_correlation_p(r, n) > 0.05 && strcmp(marked.cell[row][0], marked.cell[row][1]) != 0;
        expect_near(is_out ? NAN : r, table_number(&marked, row, 2), marked.cell[row][0]);
    }
    coin_free(&c);
}

/* The row of a pair in a table whose two columns from `first` on name it; 0: not there. */
static size_t pair_row(const table *t, size_t first, const char *a, const char *b)
{
    for (size_t row = 1; row < t->n_rows; row++) {
        const char *x = t->cell[row][first], *y = t->cell[row][first + 1];
        if ((strcmp(x, a) == 0 && strcmp(y, b) == 0) || (strcmp(x, b) == 0 && strcmp(y, a) == 0)) {
            return row;
        }
    }
    return 0;
}

/* Exactly the pairs of a pillar beyond the limits are in the two tables. */
Test(coinr_audit, correlation_flags)
{
    const table high = coinr_table("10_corr_flags_high"), low = coinr_table("10_corr_flags_low");
    coin c = coinr_example();
    size_t n_flags = 0;
    for (size_t q = 0; q < N_INDICATORS; q++) {
        for (size_t k = 0; k < q; k++) {
            const csi_node *a = &c.framework->node[q], *b = &c.framework->node[k];
            const double r = csi_sample_correlation(score_column(&c, a->code), score_column(&c, b->code), N_COUNTRIES,
                                                    NULL);
            const bool is_flagged = a->parent == b->parent && (r > 0.75 || r < -0.5);
            const table *t = r > 0 ? &high : &low;
            const size_t row = pair_row(t, 1, a->code, b->code);
            cr_expect_eq(row > 0, is_flagged, "%s %s: %g", a->code, b->code, r);
            if (row > 0) {
                expect_near(r, table_number(t, row, 3), a->code);
                n_flags++;
            }
        }
    }
    cr_expect_eq(n_flags, high.n_rows + low.n_rows - 2);
    coin_free(&c);
}

/* Exactly the raw indicators that go with a denominator beyond 0.7 are in the table. */
Test(coinr_audit, denominator_correlations)
{
    static const char *const denominators[] = {"Area", "Energy", "GDP", "Population"};
    const table t = coinr_table("10_denom_corr_raw");
    coin c = coinr_asem(COINR_DATA);
    size_t n_found = 0;
    for (size_t q = 0; q < N_INDICATORS; q++) {
        for (size_t k = 0; k < 4; k++) {
            const size_t series = csi_framework_find_series(c.framework, denominators[k]);
            const char *code = c.framework->node[q].code;
            const double r = csi_sample_correlation(csi_panel_column(c.raw, q, 0), csi_panel_column(c.raw, series, 0),
                                                    N_COUNTRIES, NULL);
            const size_t row = pair_row(&t, 0, code, denominators[k]);
            cr_expect_eq(row > 0, fabs(r) > 0.7, "%s %s: %g", code, denominators[k], r);
            if (row > 0) {
                expect_near(r, table_number(&t, row, 2), code);
                n_found++;
            }
        }
    }
    cr_expect_eq(n_found, t.n_rows - 1);
    coin_free(&c);
}

/* The scores of these nodes as one matrix; all indicators where code is NULL. */
static csi_columns matrix_of(const coin *c, const char *const *code, size_t p)
{
    csi_columns columns = {N_COUNTRIES, p, calloc(N_COUNTRIES * p, sizeof(double))};
    for (size_t q = 0; q < p; q++) {
        const double *x = score_column(c, code == NULL ? c->framework->node[q].code : code[q]);
        for (size_t i = 0; i < N_COUNTRIES; i++) {
            columns.value[i * p + q] = x[i];
        }
    }
    return columns;
}

/* Alpha of all indicators and of the pillars of each sub-index; single pillars are compared elsewhere. */
Test(coinr_audit, cronbach)
{
    const table t = coinr_table("10_cronbach_norm");
    coin c = coinr_example();
    csi_columns all = matrix_of(&c, NULL, N_INDICATORS);
    csi_reliability answer;
    cr_assert_eq(csi_cronbach(&all, &answer, NULL, NULL), CSI_OK);
    expect_near(answer.alpha, table_number(&t, table_row(&t, 0, "all"), 1), "all");
    csi_columns_free(&all);
    for (size_t k = 0; k < 2; k++) {
        const char *code = k == 0 ? "Conn" : "Sust";
        csi_columns pillars;
        cr_assert_eq(csi_columns_of_node(&c.context, c.result->scores, find(&c, code), 0, 1, true, &pillars), CSI_OK);
        cr_assert_eq(csi_cronbach(&pillars, &answer, NULL, NULL), CSI_OK);
        expect_near(answer.alpha, table_number(&t, table_row(&t, 0, k == 0 ? "Conn.pillars" : "Sust.pillars"), 1), code);
        csi_columns_free(&pillars);
    }
    coin_free(&c);
}

/* prcomp over all 49 indicators: standard deviations and rotation, the sign of each component being free. */
Test(coinr_audit, components_of_all_indicators)
{
    enum { P = N_INDICATORS };
    const table sdev = coinr_table("09_PCA_L1_all_All_sdev"), rotation = coinr_table("09_PCA_L1_all_All_rotation");
    const table first = coinr_table("09_PCA_L1_all_weights");
    coin c = coinr_example();
    csi_columns all = matrix_of(&c, NULL, P);
    static double r[P * P], value[P], vector[P * P];
    csi_correlation_matrix(&all, r);
    cr_assert_eq(csi_eigen(r, P, value, vector), CSI_OK);
    for (size_t j = 0; j < P; j++) {
        expect_near(sqrt(fmax(0, value[j])), table_number(&sdev, j + 1, 1), "sdev");
        expect_near(value[j] / P, table_number(&sdev, j + 1, 2), "share of variance");
        double same = 0, turned = 0;
        for (size_t i = 0; i < P; i++) {
            const double want = table_number(&rotation, table_row(&rotation, 0, c.framework->node[i].code), j + 1);
            same = fmax(same, fabs(vector[i * P + j] - want));
            turned = fmax(turned, fabs(vector[i * P + j] + want));
        }
        cr_expect(fmin(same, turned) <= 1e-9, "PC%zu: %g", j + 1, fmin(same, turned));
    }
    for (size_t i = 0; i < P; i++) {
        const char *code = c.framework->node[i].code;
        expect_near(fabs(vector[i * P]), fabs(number_at(&first, table_row(&first, table_column(&first, "iCode"), code),
                                                        "Weight")), code);
    }
    csi_columns_free(&all);
    coin_free(&c);
}

/* A table of weights as a step. */
static const char *given(const coin *c, const table *t)
{
    const char *text = "";
    for (size_t row = 1; row < t->n_rows; row++) {
        text = csi_arena_format(c->arena, "%s%s%s: %s", text, row > 1 ? ", " : "", t->cell[row][table_column(t, "iCode")],
                                t->cell[row][table_column(t, "Weight")]);
    }
    return csi_arena_format(c->arena, "- weight: {method: given, weights: {%s}}\n", text);
}

/* Shares of siblings multiplied up to the root. */
Test(coinr_audit, weights_along_the_path)
{
    static const char *const names[] = {"09_eff_weights", "09_eff_weights_alt"};
    coin c = coinr_asem(COINR_DATA);
    for (size_t k = 0; k < 2; k++) {
        const table t = coinr_table(names[k]);
        cr_assert_eq(coinr_run_example(&c, given(&c, &t)), CSI_OK);
        cr_assert_eq(t.n_rows, c.framework->n_nodes + 1);
        for (size_t row = 1; row < t.n_rows; row++) {
            double weight = 1;
            for (size_t node = find(&c, t.cell[row][0]); node != CSI_NONE; node = c.framework->node[node].parent) {
                weight *= c.result->weight[node];
            }
            expect_near(weight, number_at(&t, row, "EffWeight"), t.cell[row][0]);
        }
    }
    coin_free(&c);
}

static const char *const pillars[N_PILLARS] = {"Physical", "ConEcFin", "Political", "Instit",
                                               "P2P",      "Environ",  "Social",    "SusEcFin"};

/* Correlation of each column with the weighted sum of all. */
static void correlate_with_sum(const csi_columns *columns, const double *weight, double *r)
{
    double sum[N_COUNTRIES] = {0}, column[N_COUNTRIES];
    for (size_t i = 0; i < columns->n; i++) {
        for (size_t q = 0; q < columns->p; q++) {
            sum[i] += weight[q] * columns->value[i * columns->p + q];
        }
    }
    for (size_t q = 0; q < columns->p; q++) {
        csi_columns_get(columns, q, column);
        r[q] = csi_sample_correlation(column, sum, columns->n, NULL);
    }
}

/* COINr's objective of balance: log of the mean squared distance of the correlations' shares from equal ones. */
static double unbalance(const double *r)
{
    double sum = 0, gap = 0;
    for (size_t q = 0; q < N_PILLARS; q++) {
        sum += r[q];
    }
    for (size_t q = 0; q < N_PILLARS; q++) {
        gap += (r[q] / sum - 1.0 / N_PILLARS) * (r[q] / sum - 1.0 / N_PILLARS);
    }
    return log(gap / N_PILLARS);
}

/* Pillar weights as COINr applies them: scaled within each sub-index, the two sub-indexes counting alike. */
static void nest(const coin *c, const table *weights, double *weight)
{
    for (size_t q = 0; q < N_PILLARS; q++) {
        const csi_node *parent = &c->framework->node[c->framework->node[find(c, pillars[q])].parent];
        double sum = 0;
        for (size_t k = 0; k < parent->n_children; k++) {
            const char *sibling = c->framework->node[parent->child[k]].code;
            sum += number_at(weights, table_row(weights, table_column(weights, "iCode"), sibling), "Weight");
        }
        weight[q] = number_at(weights, table_row(weights, table_column(weights, "iCode"), pillars[q]), "Weight") / sum / 2;
    }
}

/* Balance of eight pillars in two sub-indexes. COINr's default tolerance stops after nine evaluations, near equal weights:
 * ours is better by COINr's own objective. Its tight one takes weight from Physical and Social below zero, where a
 * better pillar makes a worse index: the weights that balance exactly, those that solve C w = sd, are such, so no
 * weights of ours can; we keep them at zero or above, say what is missing, and refuse COINr's. (The *_corr tables list
 * pillars by alphabet beside weights in another order, so the objective is what is compared.) */
Test(coinr_audit, balanced_pillars)
{
    const table loose = coinr_table("09_opt_balance_L2_default_weights"), tight = coinr_table("09_opt_balance_L2_tight_weights");
    const table loose_end = coinr_table("09_opt_balance_L2_default_optim"), tight_end = coinr_table("09_opt_balance_L2_tight_optim");
    const double equal[N_PILLARS] = {1, 1, 1, 1, 1, 1, 1, 1};
    double weight[N_PILLARS], r[N_PILLARS], miss, sum = 0;
    coin c = coinr_example();
    csi_columns columns = matrix_of(&c, pillars, N_PILLARS);
    nest(&c, &loose, weight);
    correlate_with_sum(&columns, weight, r);
    expect_near(unbalance(r), table_number(&loose_end, 1, 1), "default");
    nest(&c, &tight, weight);
    correlate_with_sum(&columns, weight, r);
    expect_near(unbalance(r), table_number(&tight_end, 1, 1), "tight");
    cr_expect(weight[0] < 0 && weight[6] < 0);
    cr_assert_eq(csi_balance_weights(&columns, equal, weight, &miss), CSI_OK);
    for (size_t q = 0; q < N_PILLARS; q++) {
        cr_expect_geq(weight[q], 0);
        sum += weight[q];
    }
    cr_expect_float_eq(sum, 1, 1e-12);
    correlate_with_sum(&columns, weight, r);
    cr_expect_lt(unbalance(r), table_number(&loose_end, 1, 1) - 3, "%g", unbalance(r));
    cr_expect_gt(miss, 1e-4);
    cr_expect_neq(coinr_run_example(&c, given(&c, &tight)), CSI_OK);
    csi_columns_free(&columns);
    coin_free(&c);
}

/* Infomax seeks the largest sum of correlations with the index. We have no such method, for nothing has to be sought: the
 * sum is greatest, sqrt(sum of R), for equal weights of standardised columns, which is 4.59898 here where COINr's search
 * stops at 4.59255. */
Test(coinr_audit, most_information)
{
    const table weights = coinr_table("09_opt_infomax_L2_weights"), end = coinr_table("09_opt_infomax_L2_optim");
    double weight[N_PILLARS], r[N_PILLARS], matrix[N_PILLARS * N_PILLARS], theirs = 0, ours = 0, greatest = 0;
    coin c = coinr_example();
    csi_columns columns = matrix_of(&c, pillars, N_PILLARS);
    nest(&c, &weights, weight);
    correlate_with_sum(&columns, weight, r);
    for (size_t q = 0; q < N_PILLARS; q++) {
        theirs += r[q];
        weight[q] = 1 / csi_sample_sd(score_column(&c, pillars[q]), N_COUNTRIES);
    }
    expect_near(-theirs, table_number(&end, 1, 1), "infomax");
    correlate_with_sum(&columns, weight, r);
    csi_correlation_matrix(&columns, matrix);
    for (size_t q = 0; q < N_PILLARS; q++) {
        ours += r[q];
    }
    for (size_t i = 0; i < N_PILLARS * N_PILLARS; i++) {
        greatest += matrix[i];
    }
    expect_near(ours, sqrt(greatest), "equal weights of standardised pillars");
    cr_expect_gt(ours, theirs);
    csi_columns_free(&columns);
    coin_free(&c);
}

/* Every country's score and rank with one element taken away, by giving it no weight. */
static void expect_removal(const char *scores_name, const char *ranks_name)
{
    const table scores = coinr_table(scores_name), ranks = coinr_table(ranks_name), nominal = coinr_table("01_weights_original");
    coin c = coinr_asem(COINR_DATA);
    cr_assert_eq(scores.n_rows, N_COUNTRIES + 1);
    for (size_t column = 1; column < scores.n_columns; column++) {
        table weights = nominal;
        int rank[N_COUNTRIES];
        size_t work[N_COUNTRIES];
        const size_t code = table_column(&nominal, "iCode"), weight = table_column(&nominal, "Weight");
        const size_t removed = column == 1 ? 0 : table_row(&nominal, code, scores.cell[0][column]);
        char *kept = weights.cell[removed][weight];
        weights.cell[removed][weight] = removed == 0 ? kept : (char[]){"0"};
        cr_assert_eq(coinr_run_example(&c, given(&c, &weights)), CSI_OK);
        weights.cell[removed][weight] = kept;
        csi_rank_column(score_column(&c, "Index"), N_COUNTRIES, rank, work);
        for (size_t row = 1; row < scores.n_rows; row++) {
            const size_t country = csi_countries_find(&c.countries, scores.cell[row][0]);
            expect_near(score_column(&c, "Index")[country], table_number(&scores, row, column), scores.cell[0][column]);
            cr_expect_eq(rank[country], (int)table_number(&ranks, row, column), "%s without %s", scores.cell[row][0],
                         scores.cell[0][column]);
        }
    }
    coin_free(&c);
}

Test(coinr_audit, removal)
{
    expect_removal("13_remove_L1_scores", "13_remove_L1_ranks");
    expect_removal("13_remove_L2_scores", "13_remove_L2_ranks");
}
