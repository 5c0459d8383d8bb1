/* The edge cases of the methods, a line each: what happens when nothing is left, all are equal, one is alone, a value is 0 or
 * negative, weights are void; and what a configuration may not say.
 *
 * The policy, line by line: all-equal column dropped with a warning (constant_indicator); no variance in a sensitivity
 * analysis (constant_output_in_sensitivity); zero or negative under a geometric mean (geometric_zero_and_negative);
 * all-missing row or column (all_missing); single unit (single_country); ties (ties; their order by code in
 * golden/test_groups.py); weights summing to 0 and negative ones (void_weights); weight on what is missing
 * (weight_of_the_missing); fewer countries than indicators (too_few_for_components); duplicate key (duplicates); infinite
 * value (infinite_values); a range of rounding (range_of_rounding). */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/coherence.h"
#include "metrics/em.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"
#include "metrics/sensitivity.h"
#include "tests/support/coin.h"

#define MINMAX_YEARLY "- normalise: {method: minmax, goalposts: yearly}\n"

static double index_score(const coin *c, size_t country)
{
    return csi_panel_get(c->result->scores, c->framework->n_nodes - 1, 0, country);
}

/* A column whose values are all the same is left out with a warning, whatever the sample-based method; its sibling takes
 * its weight, and the coverage says so. */
Test(edges, constant_indicator)
{
    static const char *const steps[] = {MINMAX_YEARLY, "- normalise: zscore\n", "- normalise: ampi\n"};
    const double value[] = {5, 1, 5, 2, 5, 3};
    for (size_t i = 0; i < 3; i++) {
        coin c = coin_make(2, 3, 1, value, NULL);
        coin_must_run(&c, steps[i]);
        cr_expect(coin_said(&c, "indicator \"x0\" is left out: all its values are the same") ||
                  coin_said(&c, "indicator \"x0\" is left out in 2000: all its values are the same"));
        cr_expect_eq(index_score(&c, 2), csi_panel_get(c.result->scores, 1, 0, 2));
        cr_expect_eq(c.result->coverage[csi_panel_at(c.result->scores, 2, 0, 0)], 0.5);
        coin_free(&c);
    }
}

/* A range of rounding errors is no range: 4 eps of the largest value. */
Test(edges, range_of_rounding)
{
    const double near[] = {1, 1 + 2 * DBL_EPSILON, 1}, apart[] = {1, 1 + 16 * DBL_EPSILON, 1};
    cr_expect(csi_sample_is_constant(near[0], near[1]) && !csi_sample_is_constant(apart[0], apart[1]));
    cr_expect(csi_sample_is_constant(0, 0) && !csi_sample_is_constant(0, DBL_MIN / 4));
    coin c = coin_make(1, 3, 1, near, NULL);
    coin_must_run(&c, MINMAX_YEARLY);
    cr_expect(isnan(index_score(&c, 0)));
    coin_free(&c);
}

/* Nothing at all: the indicator goes, the country is unranked, everyone else stays. */
Test(edges, all_missing)
{
    const double value[] = {NAN, 1, NAN, 2, NAN, NAN};
    coin c = coin_make(2, 3, 1, value, NULL);
    int rank[3];
    size_t work[3];
    coin_must_run(&c, MINMAX_YEARLY);
    cr_expect(isnan(index_score(&c, 2)) && !isnan(index_score(&c, 0)));
    cr_expect_eq(csi_rank_column(csi_panel_column(c.result->scores, 2, 0), 3, rank, work), 2);
    cr_expect(rank[0] == 2 && rank[1] == 1 && rank[2] == 0);
    cr_expect_eq(c.result->coverage[csi_panel_at(c.result->scores, 2, 0, 2)], 0);
    cr_expect(isnan(c.result->imputed_share[csi_panel_at(c.result->scores, 2, 0, 2)]));
    coin_free(&c);
}

/* One country: a score with fixed goalposts, none from a sample of one. */
Test(edges, single_country)
{
    const double value[] = {40, 60};
    coin c = coin_make(2, 1, 1, value, NULL);
    coin_must_run(&c, "- normalise: {method: minmax, range: [0, 100]}\n");
    cr_expect_float_eq(index_score(&c, 0), 50, 1e-12);
    coin_must_run(&c, MINMAX_YEARLY);
    cr_expect(isnan(index_score(&c, 0)));
    coin_must_run(&c, "- normalise: zscore\n");
    cr_expect(isnan(index_score(&c, 0)));
    coin_must_run(&c, "- normalise: {method: percentile, form: exclusive}\n");
    cr_expect(isnan(index_score(&c, 0)));
    coin_free(&c);
}

/* Zero and negative values under means that need positive ones. */
Test(edges, geometric_zero_and_negative)
{
    const double zero[] = {0, 4}, negative[] = {-1, 4};
    coin c = coin_make(2, 1, 1, zero, NULL);
    coin_must_run(&c, "- aggregate: geometric\n");
    cr_expect_eq(index_score(&c, 0), 0);
    coin_must_run(&c, "- aggregate: harmonic\n");
    cr_expect_eq(index_score(&c, 0), 0);
    coin_must_run(&c, "- aggregate: {method: power, power: -2}\n");
    cr_expect_eq(index_score(&c, 0), 0);
    coin_must_run(&c, "- aggregate: {method: geometric, floor: 1}\n");
    cr_expect_float_eq(index_score(&c, 0), 2, 1e-12);
    coin_must_run(&c, "- aggregate: geometric\n- weight: {method: given, weights: {x0: 0}}\n");
    cr_expect_float_eq(index_score(&c, 0), 4, 1e-12);
    coin_free(&c);
    c = coin_make(2, 1, 1, negative, NULL);
    cr_expect_eq(coin_run(&c, "- aggregate: geometric\n"), CSI_ERR_DATA);
    cr_expect(coin_said(&c, "the geometric mean is not defined: \"x0\" is -1 for \"A000\""));
    cr_expect_eq(coin_run(&c, "- aggregate: bod\n"), CSI_ERR_DATA);
    coin_free(&c);
}

/* Equal scores share the smaller rank; the next rank leaves room. */
Test(edges, ties)
{
    const double value[] = {3, 7, 7, 9, NAN, 7};
    int rank[6];
    size_t work[6];
    cr_expect_eq(csi_rank_column(value, 6, rank, work), 5);
    cr_expect(rank[3] == 1 && rank[1] == 2 && rank[2] == 2 && rank[5] == 2 && rank[0] == 5 && rank[4] == 0);
}

/* Weights that say nothing or less. */
Test(edges, void_weights)
{
    const double value[] = {1, 2, 3, 4};
    coin c = coin_make(2, 2, 1, value, NULL);
    cr_expect_eq(coin_run(&c, "- weight: {method: given, weights: {x0: 0, x1: 0}}\n"), CSI_ERR_CONFIG);
    cr_expect(coin_said(&c, "the weights within \"Index\" sum to 0"));
    cr_expect_eq(coin_run(&c, "- weight: {method: given, weights: {x0: -1}}\n"), CSI_ERR_CONFIG);
    cr_expect_eq(coin_run(&c, "- weight: {method: budget, budgets: [[1, 2, 3]]}\n"), CSI_ERR_CONFIG);
    cr_expect_eq(coin_run(&c, "- weight: {method: budget, budgets: [[0, 0]]}\n"), CSI_ERR_CONFIG);
    cr_expect_eq(coin_run(&c, "- weight: {method: ahp, matrix: [[1, 2], [2, 1]]}\n"), CSI_ERR_CONFIG);
    coin_free(&c);
}

/* An inconsistent judgement is refused with its ratio; a consistent one with the lower half left out is taken. */
Test(edges, inconsistent_judgements)
{
    const double value[] = {1, 2, 3, 4, 5, 6};
    coin c = coin_make(3, 2, 1, value, NULL);
    cr_expect_eq(coin_run(&c, "- weight: {method: ahp, matrix: [[1, 9, 0.125], [0, 1, 9], [0, 0, 1]]}\n"), CSI_ERR_CONFIG);
    cr_expect(coin_said(&c, "the judgements are inconsistent"));
    coin_must_run(&c, "- weight: {method: ahp, matrix: [[1, 2, 4], [0, 1, 2], [0, 0, 1]]}\n");
    cr_expect_float_eq(c.result->weight[0], 4.0 / 7, 1e-12);
    coin_free(&c);
}

/* Fewer countries than indicators: no components. */
Test(edges, too_few_for_components)
{
    const double value[] = {1, 2, 3, 4, 5, 6};
    coin c = coin_make(3, 2, 1, value, NULL);
    cr_expect_eq(coin_run(&c, "- weight: pca\n"), CSI_ERR_DATA);
    cr_expect(coin_said(&c, "too few for components"));
    coin_free(&c);
}

/* Pairwise comparison with values missing does not depend on the order of the rows (COINr 1.1.14's does). */
Test(edges, copeland_with_missing_values)
{
    const double there[] = {3, NAN, 2, 5, 1, 4}, back[] = {1, 4, 2, 5, 3, NAN};
    coin a = coin_make(2, 3, 1, there, NULL), b = coin_make(2, 3, 1, back, NULL);
    coin_must_run(&a, "- aggregate: {method: copeland, min_weight_share: 0}\n");
    coin_must_run(&b, "- aggregate: {method: copeland, min_weight_share: 0}\n");
    for (size_t c = 0; c < 3; c++) {
        cr_expect_eq(index_score(&a, c), 2 - 2 * (double)c);
        cr_expect_eq(index_score(&a, c), index_score(&b, 2 - c));
    }
    coin_free(&a);
    coin_free(&b);
}

/* A 0/1 column with a single 1 fails the rule and is still not flattened (COINr 1.1.14 aborts). */
Test(edges, winsorise_binary)
{
    double value[20] = {1};
    const csi_outlier_rule rule = {2, 3.5};
    cr_expect(csi_outliers_fail(value, 20, &rule));
    coin c = coin_make(1, 20, 1, value, NULL);
    coin_must_run(&c, "- treat: winsorise\n");
    cr_expect(index_score(&c, 0) == 1 && index_score(&c, 1) == 0);
    coin_free(&c);
    memset(value, 0, sizeof value);
    cr_expect_not(csi_outliers_fail(value, 20, &rule));
    cr_expect(isnan(csi_sample_skewness(value, 20)) && isnan(csi_sample_kurtosis(value, 3)));
}

/* The thresholds of a node: half of the weight, counted exactly; a number of children. */
Test(edges, thresholds)
{
    const double value[] = {1, 2, 3, 4, 5, 6, 7, NAN, NAN, NAN, NAN, NAN, 7, 8, 9, NAN, NAN, NAN};
    coin c = coin_make(6, 3, 1, value, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect(isnan(index_score(&c, 1)) && !isnan(index_score(&c, 0)) && !isnan(index_score(&c, 2)));
    coin_must_run(&c, "- aggregate: {method: arithmetic, min_children: 4}\n");
    cr_expect(isnan(index_score(&c, 2)) && !isnan(index_score(&c, 0)));
    coin_must_run(&c, "- aggregate: {method: arithmetic, min_weight_share: 0}\n");
    cr_expect_float_eq(index_score(&c, 1), 7, 1e-12);
    cr_expect_eq(coin_run(&c, "- aggregate: {method: arithmetic, min_children: 7}\n"), CSI_ERR_CONFIG);
    coin_free(&c);
}

/* A value that is no finite number is refused, not averaged: as it comes, and as a method makes it. */
Test(edges, infinite_values)
{
    const double value[] = {1, INFINITY, 3, 4}, huge[] = {1e308, 1, 2, 3};
    coin c = coin_make(2, 2, 1, value, NULL);
    cr_expect_eq(coin_run(&c, "- impute: cohort\n"), CSI_ERR_DATA);
    cr_expect(coin_said(&c, "makes no finite number of \"x1\", A000, 2000"));
    coin_free(&c);
    c = coin_make(2, 2, 1, huge, NULL);
    cr_expect_eq(coin_run(&c, "- normalise: {method: scaled, bounds: [0, 1e-10]}\n"), CSI_ERR_DATA);
    coin_free(&c);
}

/* Two nodes of one code, and a key given twice, are errors; no last one wins. */
Test(edges, duplicates)
{
    const double value[] = {1, 2};
    coin c = coin_make(2, 1, 1, value, NULL);
    cr_expect_neq(coin_run(&c, "- normalise: {method: minmax, range: [0, 1], range: [1, 100]}\n"), CSI_OK);
    cr_expect(coin_said(&c, "stands here twice"));
    const char *parents[] = {"i", "i", NULL};
    csi_node nodes[3] = {{.code = "x"}, {.code = "x"}, {.code = "i"}};
    csi_framework *framework = NULL;
    for (size_t i = 0; i < 3; i++) {
        nodes[i].name = nodes[i].unit = nodes[i].measure = nodes[i].kind = "";
        nodes[i].level = i < 2 ? 1 : 2;
        nodes[i].direction = 1;
        nodes[i].weight = 1;
        nodes[i].goal_low = nodes[i].goal_high = nodes[i].target = NAN;
    }
    cr_expect_neq(csi_framework_build(c.arena, "twice", nodes, parents, 3, c.diag, &framework), CSI_OK);
    cr_expect(framework == NULL);
    coin_free(&c);
}

/* An output that does not vary has no shares of variance. */
Test(edges, constant_output_in_sensitivity)
{
    const double same[] = {5, 5, 5, 5};
    const double *const ab[] = {same};
    const csi_design_output output = {4, 1, same, same, ab, NULL};
    double first, total;
    cr_expect_eq(csi_sensitivity_indices(&output, CSI_JANSEN, 4, &first, &total), CSI_SENSITIVITY_CONSTANT);
    cr_expect(isnan(first) && isnan(total));
}

/* The weight of a missing child goes to its siblings in proportion, and the coverage says how much was there. */
Test(edges, weight_of_the_missing)
{
    const double value[] = {10, 20, NAN, 40, 50, 60};
    coin c = coin_make(3, 2, 1, value, NULL);
    coin_must_run(&c, "- weight: {method: given, weights: {x0: 3, x1: 1, x2: 4}}\n- aggregate: arithmetic\n");
    cr_expect_float_eq(index_score(&c, 0), (3 * 10 + 20) / 4.0, 1e-12);
    cr_expect_float_eq(index_score(&c, 1), (3 * 40 + 50 + 4 * 60) / 8.0, 1e-12);
    cr_expect_float_eq(c.result->coverage[csi_panel_at(c.result->scores, 3, 0, 0)], 0.5, 1e-12);
    cr_expect_eq(c.result->coverage[csi_panel_at(c.result->scores, 3, 0, 1)], 1);
    coin_free(&c);
}

/* Denominators with gaps: the quotient is missing and said to be; imputed before it is divided by, or filled after. */
Test(edges, denominators)
{
    static char *meta_rows[][5] = {{"Level", "iCode", "Parent", "Type", "Denominator"},
                                   {"1", "x", "all", "Indicator", "pop"},
                                   {"2", "all", "", "Aggregate", ""},
                                   {"", "pop", "", "Denominator", ""}};
    static char *data_rows[][4] = {{"uCode", "Time", "x", "pop"}, {"AAA", "2000", "10", "2"}, {"AAA", "2001", "12", ""},
                                   {"AAA", "2002", "14", "4"},    {"BBB", "2000", "6", "3"},  {"BBB", "2001", "8", "0"},
                                   {"BBB", "2002", "9", ""}};
    char **meta_at[4], **data_at[7];
    for (size_t i = 0; i < 7; i++) {
        data_at[i] = data_rows[i];
        meta_at[i % 4] = meta_rows[i % 4];
    }
    const table meta = {4, 5, meta_at}, data = {7, 4, data_at};
    static const struct {
        const char *steps;
        double want[6]; /* AAA 2000.., BBB 2000.. */
    } cases[] = {{"- denominate: by\n", {5, NAN, 3.5, 2, NAN, NAN}},
                 {"- impute: linear\n- denominate: by\n", {5, 4, 3.5, 2, NAN, NAN}},
                 {"- impute: {method: carry, limit: 1}\n- denominate: by\n", {5, 6, 3.5, 2, NAN, NAN}},
                 {"- denominate: by\n- impute: linear\n", {5, 4.25, 3.5, 2, NAN, NAN}},
                 {"- denominate: by\n- impute: {method: carry, limit: 2}\n", {5, 5, 3.5, 2, 2, 2}}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        coin c = coin_read(&meta, &data);
        coin_must_run(&c, cases[k].steps);
        for (size_t i = 0; i < 6; i++) {
            const double got = csi_panel_get(c.result->normalised, 0, i % 3, i / 3);
            cr_expect(is_near(got, cases[k].want[i], 1e-12), "%s %zu: %g", cases[k].steps, i, got);
        }
        cr_expect(coin_said(&c, "values are left out, for \"pop\" is missing or zero there"), "%s", cases[k].steps);
        coin_free(&c);
    }
}

/* Carried values do not feed another carry; gaps are interpolated, ends are not. */
Test(edges, imputation_in_time)
{
    const double value[] = {NAN, 2, NAN, NAN, 8, NAN, NAN, NAN};
    coin c = coin_make(1, 1, 8, value, NULL);
    coin_must_run(&c, "- impute: linear\n- impute: {method: carry, limit: 1}\n- impute: {method: carry, limit: 1}\n");
    static const double want[] = {NAN, 2, 4, 6, 8, 8, NAN, NAN};
    static const csi_cell origin[] = {CSI_CELL_MISSING, CSI_CELL_OBSERVED, CSI_CELL_INTERPOLATED, CSI_CELL_INTERPOLATED,
                                      CSI_CELL_OBSERVED, CSI_CELL_CARRIED, CSI_CELL_MISSING, CSI_CELL_MISSING};
    for (size_t year = 0; year < 8; year++) {
        cr_expect(is_near(csi_panel_get(c.result->normalised, 0, year, 0), want[year], 1e-12), "year %zu", year);
        cr_expect_eq(c.result->normalised->state[csi_panel_at(c.result->normalised, 0, year, 0)], origin[year]);
    }
    coin_must_run(&c, "- impute: {method: linear, max_gap: 1}\n");
    cr_expect(isnan(csi_panel_get(c.result->normalised, 0, 2, 0)));
    coin_free(&c);
}

/* Goalposts and targets go through the transform of their indicator; a year-by-year map has no one image of them. */
Test(edges, goalposts_follow_the_transform)
{
    const double value[] = {0, M_E - 1, 99, 9};
    coin c = coin_make(1, 2, 2, value, NULL);
    c.framework->node[0].goal_high = 99;
    c.framework->node[0].transform = CSI_TRANSFORM_LOG1P;
    coin_must_run(&c, "- treat: transform\n- normalise: {method: minmax, range: [0, 1]}\n");
    cr_expect_float_eq(index_score(&c, 1), 1 / log(100), 1e-12);
    cr_expect_float_eq(csi_panel_get(c.result->scores, 1, 1, 1), 0.5, 1e-12);
    cr_expect_eq(coin_run(&c, "- treat: {method: log, form: ct, over: yearly}\n- normalise: minmax\n"), CSI_ERR_CONFIG);
    c.framework->node[0].goal_low = NAN;
    cr_expect_eq(coin_run(&c, "- normalise: minmax\n"), CSI_ERR_CONFIG);
    cr_expect(coin_said(&c, "\"x0\" has no goal_low and goal_high"));
    coin_free(&c);
}

/* A value outside a transform's domain is named. */
Test(edges, outside_the_domain)
{
    const double value[] = {-1, 2};
    coin c = coin_make(1, 2, 1, value, NULL);
    c.framework->node[0].transform = CSI_TRANSFORM_LOG;
    cr_expect_eq(coin_run(&c, "- treat: transform\n"), CSI_ERR_DATA);
    cr_expect(coin_said(&c, "indicator \"x0\", country \"A000\": its value has no image"));
    cr_expect_eq(coin_run(&c, "- treat: {method: box_cox, shift: 0}\n"), CSI_ERR_DATA);
    coin_free(&c);
}

/* EM refuses what has no distribution. */
Test(edges, em)
{
    double constant[] = {1, 2, 1, 3, 1, 4}, sparse[] = {1, NAN, 2, NAN, 3, NAN};
    const csi_columns a = {3, 2, constant}, b = {3, 2, sparse};
    csi_em em;
    cr_expect_eq(csi_em_fit(&a, 1e-10, 100, &em), CSI_ERR_DATA);
    cr_expect_eq(csi_em_fit(&b, 1e-10, 100, &em), CSI_ERR_DATA);
}

/* Benefit of the doubt, by hand; and bounds that nothing satisfies. */
Test(edges, benefit_of_the_doubt)
{
    const double value[] = {1, 0.2, 0.2, 1, 0.5, 0.5};
    coin c = coin_make(2, 3, 1, value, NULL);
    coin_must_run(&c, "- aggregate: bod\n");
    cr_expect(is_near(index_score(&c, 0), 1, 1e-12) && is_near(index_score(&c, 2), 5.0 / 6, 1e-12));
    coin_must_run(&c, "- aggregate: {method: bod, restriction: ordinal, order: [x0, x1]}\n");
    cr_expect(is_near(index_score(&c, 0), 1, 1e-12) && is_near(index_score(&c, 1), 1, 1e-12));
    coin_must_run(&c, "- weight: bod_common\n");
    cr_expect_float_eq(c.result->weight[0], 0.5, 1e-9);
    cr_expect_eq(coin_run(&c, "- aggregate: {method: bod, restriction: relative, low: 0.6}\n"), CSI_ERR_DATA);
    cr_expect_eq(coin_run(&c, "- aggregate: {method: bod, restriction: ordinal, order: [x0]}\n"), CSI_ERR_CONFIG);
    coin_free(&c);
}

/* What a configuration may not say, and the words that tell. */
Test(edges, configuration)
{
    static const struct {
        const char *steps, *words;
    } cases[] = {
        {"- normalize: minmax\n", "normalise"},
        {"- normalise: minmaxx\n", "minmax"},
        {"- normalise: {method: minmax, rnage: [1, 2]}\n", "range"},
        {"- normalise: {method: minmax, range: [2, 1]}\n", "the smaller first"},
        {"- normalise: {range: [1, 2]}\n", "\"method\" is missing"},
        {"- aggregate: power\n", "needs the option \"power\""},
        {"- aggregate: {level: 2, node: Index, method: arithmetic}\n", "a level or a node"},
        {"- aggregate: {level: 3, method: arithmetic}\n", "3"},
        {"- aggregate: {node: x0, method: arithmetic}\n", "no aggregate"},
        {"- normalise: rank\n- impute: linear\n", "after normalise"},
        {"- {normalise: rank, treat: none}\n", "one step an entry"},
        {"- treat: {method: winsorise, max_count: some}\n", "some"},
        {"- normalise: {method: zscore, over: base_year, base_year: 1990}\n", "1990"},
        {"- screen: {method: countries, include: [XYZ]}\n", "XYZ"},
        {"- impute: {method: cohort, groups: [planet]}\n", "planet"},
        {"- normalise: {method: reference, reference: XYZ}\n", "XYZ"},
        {"- denominate: {method: by, by: gold}\n", "gold"},
    };
    const double value[] = {1, 2, 3, 4};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = coin_make(2, 2, 1, value, NULL);
        cr_expect_eq(coin_run(&c, cases[i].steps), CSI_ERR_CONFIG, "%s", cases[i].steps);
        cr_expect(coin_said(&c, cases[i].words), "%s", cases[i].steps);
        coin_free(&c);
    }
    static const int down[] = {1, -1};
    coin c = coin_make(2, 2, 1, value, down);
    cr_expect_eq(coin_run(&c, "- impute: linear\n"), CSI_ERR_CONFIG);
    cr_expect(coin_said(&c, "\"x1\" has direction -1"));
    coin_free(&c);
}

/* Every method has its words, and every option a meaning and a default that reads. */
Test(edges, methods_are_described)
{
    csi_arena *arena = csi_arena_new();
    for (size_t i = 0; i < csi_method_count(); i++) {
        const csi_method *m = csi_method_at(i);
        csi_step step;
        bool needs = false;
        cr_expect(m->title && m->formula && m->source && m->edges, "%s", m->name);
        cr_expect_eq(csi_method_find(m->step, m->name), m);
        for (size_t k = 0; k < m->n_options; k++) {
            needs = needs || m->option[k].fallback == NULL;
            cr_expect(m->option[k].meaning[0] != '\0', "%s %s", m->name, m->option[k].name);
        }
        cr_expect_eq(csi_step_make(arena, m, NULL, NULL, 0, NULL, &step), needs ? CSI_ERR_CONFIG : CSI_OK, "%s", m->name);
    }
    csi_arena_free(arena);
}
