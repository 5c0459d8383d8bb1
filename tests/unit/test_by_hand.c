/* Numbers that can be worked out by hand, at the edges of the methods: one value left, ties, constants, zeros, each way to
 * take the sample, each form. The first line of a case is the step, the numbers are what must come of it. */
#include <math.h>

#include "tests/support/coin.h"

#define MOST 12

/* `want` is the series (n_indicators: the index) of year 0, then of year 1, country by country. */
typedef struct sum {
    const char *steps;
    int direction; /* of x0 */
    size_t n_indicators, n_countries, n_years, series;
    double value[MOST], want[MOST];
} sum;

static void expect_sums(const sum *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        const sum *s = &cases[i];
        const int direction[] = {s->direction, 1, 1, 1};
        coin c = coin_make(s->n_indicators, s->n_countries, s->n_years, s->value, direction);
        c.framework->node[0].target = 10;
        coin_must_run(&c, s->steps);
        for (size_t k = 0; k < s->n_years * s->n_countries; k++) {
            const double got = csi_panel_get(c.result->scores, s->series, k / s->n_countries, k % s->n_countries);
            cr_expect(is_near(got, s->want[k], 1e-12), "%s(%zu) %zu: %.17g, not %.17g", s->steps, i, k, got, s->want[k]);
        }
        coin_free(&c);
    }
}

#define EXPECT(cases) expect_sums(cases, sizeof(cases) / sizeof(cases)[0])

Test(by_hand, normalisation)
{
    static const sum cases[] = {
        {"- normalise: {method: zscore, over: base_year}\n", 1, 1, 3, 2, 0, {1, 2, 3, 5, NAN, 0}, {-1, 0, 1, 3, NAN, -2}},
        {"- normalise: {method: zscore, over: base_year, base_year: 2001}\n", 1, 1, 3, 2, 0, {5, 7, 0, 1, 2, 3},
         {3, 5, -2, -1, 0, 1}},
        {"- normalise: {method: zscore, divisor: population, mean: 10, sd: 2}\n", 1, 1, 2, 1, 0, {1, 3}, {8, 12}},
        {"- normalise: {method: zscore, over: yearly}\n", 1, 1, 2, 2, 0, {1, 3, 4, 4}, {-M_SQRT1_2, M_SQRT1_2, NAN, NAN}},
        {"- normalise: {method: rank, ties: max}\n", 1, 1, 4, 1, 0, {5, 7, 7, NAN}, {1, 3, 3, NAN}},
        {"- normalise: {method: rank, ties: average}\n", -1, 1, 4, 1, 0, {5, 7, 7, 4}, {3, 1.5, 1.5, 4}},
        {"- normalise: {method: rank, ties: max, over: base_year}\n", 1, 1, 2, 2, 0, {5, 7, 6, 8}, {1, 2, 2, 3}},
        {"- normalise: {method: bands, edges: [0.25, 0.5], points: [1, 2, 3]}\n", 1, 1, 4, 1, 0, {4, 3, 2, 1}, {3, 3, 2, 1}},
        {"- normalise: {method: trapezoid, corners: [0, 10, 20, 40], range: [0, 1]}\n", 1, 1, 10, 1, 0,
         {-5, 0, 5, 10, 15, 20, 30, 40, 50, NAN}, {0, 0, 0.5, 1, 1, 1, 0.5, 0, 0, NAN}},
        {"- normalise: above_below\n", -1, 1, 4, 1, 0, {1, 2, 3, NAN}, {1, 0, -1, NAN}},
        {"- normalise: {method: fraction, over: base_year}\n", -1, 1, 2, 2, 0, {2, 4, 0, 8}, {1, 0.5, NAN, 0.25}},
        {"- normalise: {method: fraction, less_is_better: negate}\n", -1, 1, 2, 1, 0, {2, 4}, {1, 2}},
        {"- normalise: change\n", -1, 1, 2, 2, 0, {10, 0, 12, 5}, {NAN, NAN, -20, NAN}},
        {"- normalise: {method: change, form: difference}\n", 1, 1, 2, 2, 0, {10, 0, 12, 5}, {NAN, NAN, 2, 5}},
        {"- normalise: {method: change, except: [x0]}\n", 1, 2, 1, 2, 0, {10, 1, 12, 2}, {10, 12}},
        {"- normalise: {method: reference, reference: A001}\n", -1, 1, 3, 1, 0, {0, 4, 8}, {NAN, 1, 0.5}},
        {"- normalise: {method: reference, reference: A000, over: panel}\n", 1, 1, 2, 2, 0, {2, 6, NAN, 4}, {1, 3, NAN, 2}},
        {"- normalise: {method: reference, reference: A000}\n", 1, 1, 2, 2, 0, {2, 6, NAN, 4}, {1, 3, NAN, NAN}},
        {"- normalise: {method: reference, form: relative}\n", -1, 1, 2, 1, 0, {1, 3}, {0.5, -0.5}},
        {"- normalise: {method: reference, reference: A001, form: minmax, cap: true}\n", 1, 1, 3, 1, 0, {0, 5, 10}, {0, 1, 1}},
        {"- normalise: {method: reference, reference: A001, form: minmax}\n", -1, 1, 3, 1, 0, {0, 5, 10}, {2, 1, 0}},
        {"- normalise: target\n", 1, 1, 4, 1, 0, {0, 5, 10, 15}, {0, 0.5, 1, 1}},
        {"- normalise: {method: target, cap: false, range: [1, 3]}\n", 1, 1, 3, 1, 0, {0, 15, NAN}, {1, 4, NAN}},
        {"- normalise: {method: target, indicators: [x0]}\n", 1, 2, 2, 1, 0, {NAN, 1, NAN, 2}, {NAN, NAN}},
        {"- normalise: {method: scaled, bounds: [0, 10]}\n", -1, 1, 1, 1, 0, {4}, {60}},
        {"- normalise: {method: scaled, bounds: [0, 10], less_is_better: negate}\n", -1, 1, 1, 1, 0, {4}, {-40}},
        {"- normalise: {method: ampi, reference: panel}\n", 1, 1, 2, 2, 0, {1, 3, 2, 4}, {70, 110, 90, 130}},
        {"- normalise: {method: ampi, base_year: 2001}\n", -1, 1, 2, 2, 0, {1, 3, 2, 4}, {140, 100, 120, 80}},
        {"- normalise: {method: minmax, goalposts: base_year, range: [0, 1], clip: false}\n", -1, 1, 2, 2, 0, {0, 4, 6, -2},
         {1, 0, -0.5, 1.5}},
        {"- normalise: {method: minmax, range: [0, 1]}\n", 1, 1, 3, 1, 0, {-10, 25, 110}, {0, 0.25, 1}},
        {"- normalise: percentile\n", 1, 1, 4, 1, 0, {3, 4, 5, 5}, {25, 50, 87.5, 87.5}},
        {"- normalise: {method: percentile, form: exclusive}\n", 1, 1, 3, 1, 0, {3, 4, 5}, {0, 50, 100}},
        {"- normalise: {method: percentile, form: midpoint, range: [0, 1]}\n", 1, 1, 2, 1, 0, {3, 4}, {0.25, 0.75}},
        {"- normalise: {method: percentile, form: midpoint}\n", 1, 1, 2, 1, 0, {3, NAN}, {50, NAN}},
        {"- normalise: {method: percentile, except: [x0]}\n", 1, 1, 2, 1, 0, {3, 4}, {3, 4}},
    };
    EXPECT(cases);
}

Test(by_hand, treatment_and_imputation)
{
    static const sum cases[] = {
        {"- treat: {method: trim, share: 0.25}\n", 1, 1, 5, 1, 0, {1, 2, 3, 4, 100}, {2, 2, 3, 4, 4}},
        {"- treat: {method: trim, share: 0.25}\n", 1, 1, 3, 1, 0, {1, 100, NAN}, {1, 100, NAN}},
        {"- treat: {method: trim, share: 0.4}\n", 1, 1, 5, 1, 0, {1, 3, 3, 3, 100}, {1, 3, 3, 3, 100}},
        {"- treat: {method: winsorise, force: 1}\n", 1, 1, 4, 1, 0, {1, 2, 3, 9}, {1, 2, 3, 3}},
        {"- treat: {method: winsorise, force: 1}\n", 1, 1, 4, 1, 0, {-9, 2, 3, 4}, {2, 2, 3, 4}},
        {"- treat: {method: winsorise, force: 1}\n", 1, 1, 4, 1, 0, {1, 2, 9, 9}, {1, 2, 9, 9}},
        {"- treat: {method: winsorise, force: 3}\n", 1, 1, 5, 1, 0, {1, 2, 3, 9, 9}, {1, 2, 3, 3, 3}},
        {"- treat: {method: box_cox, lambda: 0}\n", 1, 1, 2, 1, 0, {1, M_E}, {0, 1}},
        {"- treat: {method: box_cox, lambda: 0.5}\n", 1, 1, 3, 1, 0, {1, 4, NAN}, {0, 2, NAN}},
        {"- treat: {method: box_cox, lambda: 2, shift: min}\n", 1, 1, 2, 1, 0, {4, 6}, {0, 4}},
        {"- treat: {method: box_cox, lambda: 2, shift: -1}\n", 1, 1, 2, 1, 0, {2, 4}, {0, 4}},
        {"- treat: {method: box_cox, lambda: 2}\n", 1, 1, 2, 1, 0, {-1, 1}, {0, 4}},
        {"- treat: {method: box_cox, when: fails}\n", 1, 1, 3, 1, 0, {1, 2, 3}, {1, 2, 3}},
        {"- treat: {method: box_cox, lambda: 0}\n", 1, 1, 2, 1, 0, {3, 3}, {3, 3}},
        {"- treat: {method: box_cox, lambda: 0, except: [x0]}\n", 1, 1, 2, 1, 0, {3, 4}, {3, 4}},
        {"- treat: {method: log, form: ln, when: fails}\n", 1, 1, 2, 1, 0, {1, M_E}, {1, M_E}},
        {"- treat: {method: log, form: ct}\n", 1, 1, 3, 1, 0, {1, 2, 11}, {-2.3025850929940455, 0.09531017980432493, 2.312535423847214}},
        {"- treat: {method: log, form: ct_signed}\n", 1, 1, 3, 1, 0, {0, 9, 10},
         {-2.312535423847214, -0.09531017980432493, 2.3025850929940455}},
        {"- treat: {method: log, form: ct_signed}\n", 1, 1, 3, 1, 0, {1, 2, 11},
         {-2.3025850929940455, 0.09531017980432493, 2.312535423847214}},
        {"- treat: {method: log, form: ct_original}\n", 1, 1, 3, 1, 0, {1, 2, 11}, {0, M_LN2, 2.3978952727983707}},
        {"- treat: {method: log, form: gii}\n", 1, 1, 3, 1, 0, {1, 2, 11}, {0, M_LN2, 2.3978952727983707}},
        {"- treat: {method: log, form: gii}\n", 1, 1, 3, 1, 0, {-1, 0, 1}, {-1, 0, 1}},
        {"- treat: {method: log, form: log1p}\n", 1, 1, 2, 1, 0, {0, M_E - 1}, {0, 1}},
        {"- treat: {method: log, form: log1p}\n", 1, 1, 2, 1, 0, {-1, 1}, {-1, 1}},
        {"- treat: {method: log, form: asinh}\n", 1, 1, 2, 1, 0, {0, 0.75}, {0, M_LN2}},
        {"- treat: {method: log, form: ct}\n", 1, 1, 2, 1, 0, {3, 3}, {3, 3}},
        {"- impute: {method: cohort, statistic: mean}\n", 1, 1, 4, 1, 0, {1, NAN, 3, 5}, {1, 3, 3, 5}},
        {"- impute: {method: cohort, except: [x0]}\n", 1, 1, 3, 1, 0, {1, NAN, 3}, {1, NAN, 3}},
        {"- impute: cohort\n", 1, 1, 2, 2, 0, {NAN, NAN, 2, NAN}, {NAN, NAN, 2, 2}},
        {"- impute: {method: carry, limit: 1, direction: backward}\n", 1, 1, 2, 2, 0, {NAN, 1, 2, NAN}, {2, 1, 2, NAN}},
        {"- impute: {method: carry, limit: 1, direction: both}\n", 1, 1, 2, 2, 0, {NAN, 1, 2, NAN}, {2, 1, 2, 1}},
        {"- impute: {method: carry, limit: 1, except: [x0]}\n", 1, 1, 2, 2, 0, {1, 1, 2, NAN}, {1, 1, 2, NAN}},
        {"- impute: {method: linear, except: [x0]}\n", 1, 1, 1, 3, 0, {1, NAN, 3}, {1, NAN, 3}},
        {"- denominate: {method: by, by: x1, scale: 10}\n", 1, 2, 2, 1, 0, {6, 2, 5, 0}, {30, NAN}},
        {"- denominate: by\n", 1, 1, 2, 1, 0, {6, 2}, {6, 2}},
        {"- denominate: {method: by, by: x1, except: [x0]}\n", 1, 2, 2, 1, 0, {6, 2, 5, 1}, {6, 5}},
    };
    EXPECT(cases);
}

/* Who is screened out: by gaps, by zeros, over all years or each. The index is the mean of what is left. */
Test(by_hand, screening)
{
    static const sum cases[] = {
        {"- screen: {method: countries, min_share: 1}\n- aggregate: {method: arithmetic, min_weight_share: 0}\n", 1, 2, 2, 2, 2,
         {1, 3, 4, 6, 5, NAN, 8, 2}, {2, 5, NAN, 5}},
        {"- screen: {method: countries, min_share: 1, over: panel}\n- aggregate: {method: arithmetic, min_weight_share: 0}\n", 1,
         2, 2, 2, 2, {1, 3, 4, 6, 5, NAN, 8, 2}, {NAN, 5, NAN, 5}},
        {"- screen: {method: countries, rule: zeros, min_nonzero: 0.6}\n", 1, 2, 3, 1, 2, {0, 2, 4, 6, 0, 0}, {NAN, 5, NAN}},
        {"- screen: {method: countries, rule: missing_and_zeros, min_share: 1, min_nonzero: 0.5}\n", 1, 2, 3, 1, 2,
         {0, 2, 4, NAN, 0, 0}, {1, NAN, NAN}},
        {"- screen: {method: countries, rule: zeros, exclude: [A000], include: [A001]}\n", 1, 2, 2, 1, 2, {1, 3, 0, 0}, {NAN, 0}},
        {"- screen: {method: indicators, min_share: 0.6}\n- aggregate: {method: arithmetic, min_weight_share: 0}\n", 1, 2, 2, 1, 2,
         {1, 3, 5, NAN}, {1, 5}},
        {"- screen: {method: indicators, min_share: 0.6, except: [x1]}\n- aggregate: {method: arithmetic, min_weight_share: 0}\n",
         1, 2, 2, 1, 2, {1, 3, 5, NAN}, {2, 5}},
    };
    EXPECT(cases);
}

/* Every mean of one child is that child: the other is missing, or weighs nothing. */
Test(by_hand, mean_of_one)
{
    static const char *const rules[] = {"arithmetic", "geometric", "harmonic", "mean_min", "median",
                                        "{method: power, power: 2}", "{method: power, power: 0}", "{method: power, power: -1}",
                                        "mpi"};
    const double value[] = {4, NAN, NAN, 9};
    const double beside_nothing[] = {4, 9, 9, 25};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        coin c = coin_make(2, 2, 1, value, NULL);
        coin_must_run(&c, text_format("- aggregate: %s\n", rules[i]));
        cr_expect(is_near(coin_at(&c, 2, 0), 4, 1e-12) && is_near(coin_at(&c, 2, 1), 9, 1e-12), "%s", rules[i]);
        coin_free(&c);
        c = coin_make(2, 2, 1, beside_nothing, NULL);
        coin_must_run(&c, text_format("- weight: {method: given, weights: {x1: 0}}\n- aggregate: %s\n", rules[i]));
        cr_expect(is_near(coin_at(&c, 2, 0), 4, 1e-12) && is_near(coin_at(&c, 2, 1), 9, 1e-12), "%s", rules[i]);
        coin_free(&c);
    }
}

Test(by_hand, aggregation)
{
    static const sum cases[] = {
        {"- aggregate: {method: power, power: 0}\n", 1, 2, 1, 1, 2, {4, 9}, {6}},
        {"- aggregate: {method: power, power: 2}\n", 1, 2, 1, 1, 2, {1, 7}, {5}},
        {"- aggregate: {method: power, power: -1, floor: 2}\n", 1, 2, 1, 1, 2, {0, 6}, {3}},
        {"- aggregate: {method: mpi, divisor: sample}\n", 1, 2, 3, 1, 2, {4, 8, 5, NAN, -1, 1}, {6 - 8 / 6.0, NAN, NAN}},
        {"- aggregate: {method: mpi, penalty: up}\n", 1, 2, 1, 1, 2, {4, 8}, {6 + 4 / 6.0}},
        {"- aggregate: median\n", 1, 3, 2, 1, 3, {5, 1, 3, 7, NAN, 1}, {3, 4}},
        {"- weight: {method: given, weights: {x0: 3}}\n- aggregate: median\n", 1, 3, 1, 1, 3, {5, 1, 3}, {5}},
        {"- aggregate: {method: owa, places: [1, 0]}\n", 1, 2, 2, 1, 2, {4, 9, NAN, 3}, {9, 3}},
        {"- aggregate: {method: owa, places: [3, 1]}\n", 1, 3, 1, 1, 3, {3, 6, 9}, {(9 * 1 + 6 * 2 / 3.0 + 3 / 3.0) / 2}},
        {"- aggregate: {method: mean_min, alpha: 0.5}\n", 1, 2, 1, 1, 2, {4, 8}, {5}},
        {"- aggregate: {method: mean_min, beta: 4}\n", 1, 2, 1, 1, 2, {4, 10}, {7 - (5 - 4)}},
        {"- aggregate: {method: borda, min_weight_share: 0}\n", 1, 2, 3, 1, 2, {1, NAN, 2, 7, 3, NAN}, {0, 0.5, 2}},
        {"- aggregate: {method: bod, blend: 0.25}\n", 1, 2, 3, 1, 2, {2, 2, 1, 2, 1, 1}, {1, 0.25, 0}},
        {"- aggregate: {method: bod, over: panel, scale: 100}\n", 1, 1, 2, 2, 1, {1, 2, 3, 4}, {25, 50, 75, 100}},
        {"- aggregate: {method: bod, over: base_year}\n", 1, 1, 2, 2, 1, {1, 2, 3, 4}, {0.5, 1, 1.5, 2}},
        {"- aggregate: {method: bod, over: base_year, base_year: 2001}\n", 1, 1, 2, 2, 1, {1, 2, 3, 4}, {0.25, 0.5, 0.75, 1}},
        {"- aggregate: bod\n", 1, 2, 2, 1, 2, {0, 0, 2, 4}, {0, 1}},
    };
    EXPECT(cases);
}

/* The weights of x0 in the first and the last year, and of the others in the first. */
Test(by_hand, weights)
{
    static const struct {
        const char *steps;
        size_t p, n, n_years;
        double value[MOST], first, last, second;
    } cases[] = {
        {"- weight: equal\n", 3, 2, 1, {1, 2, 3, 4, 5, 6}, 1 / 3.0, 1 / 3.0, 1 / 3.0},
        {"- weight: {method: given, weights: {x0: 3, Index: 7}}\n", 2, 2, 1, {1, 2, 3, 4}, 0.75, 0.75, 0.25},
        {"- weight: {method: budget, budgets: [[1, 3], [10, 10]]}\n", 2, 2, 1, {1, 2, 3, 4}, 0.375, 0.375, 0.625},
        {"- weight: {method: entropy, over: yearly}\n", 2, 2, 2, {1, 2, 3, 2, 2, 1, 2, 3}, 1, 0, 0},
        {"- weight: {method: entropy, over: base_year}\n", 2, 2, 2, {1, 2, 3, 2, 2, 1, 2, 3}, 1, 1, 0},
        {"- weight: {method: entropy, over: base_year, base_year: 2001}\n", 2, 2, 2, {1, 2, 3, 2, 2, 1, 2, 3}, 0, 0, 1},
        {"- weight: entropy\n", 2, 2, 1, {0, 3, 4, 3}, 1, 1, 0},
        {"- weight: entropy\n", 2, 2, 1, {3, 3, 3, 3}, 0.5, 0.5, 0.5},
        {"- weight: entropy\n", 2, 1, 1, {3, 5}, 0.5, 0.5, 0.5},
        {"- weight: entropy\n", 2, 2, 1, {0, 3, 0, 5}, 0, 0, 1},
        {"- weight: critic\n", 2, 2, 1, {3, 3, 3, 3}, 0.5, 0.5, 0.5},
        {"- weight: critic\n", 2, 3, 1, {3, 3, 3, 4, 3, NAN}, 0, 0, 1},
        {"- weight: {method: ahp, matrix: [[1]]}\n", 1, 2, 1, {1, 2}, 1, 1, 1},
        {"- weight: {method: ahp, matrix: [[1, 3], [0, 1]]}\n", 2, 2, 1, {1, 2, 3, 4}, 0.75, 0.75, 0.25},
        {"- weight: {method: ahp, max_ratio: 0, matrix: [[1, 3], [0, 1]]}\n", 2, 2, 1, {1, 2, 3, 4}, 0.75, 0.75, 0.25},
        {"- weight: {method: balance, target: {x0: 1, x1: 1}}\n", 2, 3, 1, {1, 2, 2, 1, 3, 3}, 0.5, 0.5, 0.5},
        {"- weight: balance\n", 1, 3, 1, {1, 2, 4}, 1, 1, 1},
        {"- weight: {method: pca, factors: 9}\n", 2, 3, 1, {1, 2, 2, 1, 3, 3}, 0.5, 0.5, 0.5},
        {"- weight: {method: bod_common, criterion: sum, high: 0.5}\n", 2, 2, 1, {1, 2, 2, 1}, 0.5, 0.5, 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = coin_make(cases[i].p, cases[i].n, cases[i].n_years, cases[i].value, NULL);
        coin_must_run(&c, cases[i].steps);
        const double *weight = c.result->weight; /* [node][year] */
        const double second = weight[cases[i].p > 1 ? cases[i].n_years : 0];
        cr_expect(is_near(weight[0], cases[i].first, 1e-6) && is_near(weight[cases[i].n_years - 1], cases[i].last, 1e-6) &&
                      is_near(second, cases[i].second, 1e-6), "%s(%zu): %g %g %g", cases[i].steps, i, weight[0],
                  weight[cases[i].n_years - 1], second);
        coin_free(&c);
    }
}

/* What comes before the first treatment is in the units of the file: what the published table of data shows. */
Test(by_hand, panel_in_file_units)
{
    static const struct {
        const char *steps;
        double imputed;
    } cases[] = {
        {"- treat: {method: box_cox, lambda: 0}\n", 1},
        {"- normalise: {method: zscore}\n", 1},
        {"- impute: cohort\n- normalise: {method: zscore}\n", 1},
        {"- screen: countries\n- denominate: {method: by, by: x1}\n- normalise: rank\n", 0.5},
        {"- denominate: {method: by, by: x1}\n- treat: {method: box_cox, lambda: 0}\n", 0.5},
        {"- treat: none\n- impute: cohort\n", 1},
        {"- impute: linear\n", 1},
        {"", 1},
    };
    static const double value[] = {1, 2, 4, 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = coin_make(2, 2, 1, value, NULL);
        coin_must_run(&c, cases[i].steps[0] == '\0' ? "[]\n" : cases[i].steps);
        cr_expect_eq(csi_panel_get(c.result->imputed, 0, 0, 0), cases[i].imputed, "%s", cases[i].steps);
        coin_free(&c);
    }
}

/* Cells laid on a goalpost are counted, in the scored years alone. */
Test(by_hand, clipped_cells)
{
    static const double value[] = {-5, 50, 130, 101, 100, 0};
    coin c = coin_make(1, 3, 2, value, NULL);
    coin_must_run(&c, "- normalise: minmax\n");
    cr_expect_eq(c.result->n_clipped, 3);
    c.first_scored = 1;
    coin_must_run(&c, "- normalise: minmax\n");
    cr_expect_eq(c.result->n_clipped, 1);
    coin_must_run(&c, "- normalise: {method: minmax, clip: false}\n");
    cr_expect_eq(c.result->n_clipped, 0);
    coin_free(&c);
}
