/* What must hold for any data: ten thousand random panels a property, from a fixed seed, so that a failure comes back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/rng.h"
#include "tests/support/coin.h"

enum { N_CASES = CASES(10000, 1000), N = 7, P = 4, YEARS = 2, CELLS = N * P * YEARS };

/* Numbers of one case. */
typedef struct dice {
    csi_stream stream;
    uint32_t at;
} dice;

static double uniform(dice *d)
{
    return csi_draw_uniform(&d->stream, d->at++);
}

static size_t below(dice *d, size_t n)
{
    return (size_t)(uniform(d) * (double)n);
}

/* Values 1..99 with some ties and skew; `gaps` of them missing, but never a whole column of a year. */
static void fill(dice *d, double *value, double gaps)
{
    for (size_t i = 0; i < CELLS; i++) {
        const double u = uniform(d);
        value[i] = uniform(d) < 0.2 ? 10 + 10 * floor(5 * u) : 1 + 98 * u * u;
        value[i] = uniform(d) < gaps && i % (N * P) >= 3 * P ? NAN : value[i];
    }
}

static void put(coin *c, const double *value)
{
    for (size_t i = 0; i < CELLS; i++) {
        csi_panel_set(c->raw, i % P, i / (N * P), i / P % N, value[i], CSI_CELL_OBSERVED);
    }
}

/* A coin whose recipe is read once; again() runs it on other values. */
static coin prepare(const char *steps, const int *direction)
{
    double value[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        value[i] = (double)(i * 7 % 90) + 1;
    }
    coin c = coin_make(P, N, YEARS, value, direction);
    coin_must_run(&c, steps);
    return c;
}

static bool again(coin *c, const double *value)
{
    put(c, value);
    c->context.countries = &c->countries; /* the coin has moved since prepare() */
    csi_result_free(c->result);
    c->result = NULL;
    return csi_pipeline_run(c->recipe, &c->context, c->raw, NULL, &c->result) == CSI_OK;
}

static double score(const coin *c, size_t year, size_t country)
{
    return csi_panel_get(c->result->scores, P, year, country);
}

static const char *const recipes[] = {
    "- normalise: {method: minmax, goalposts: panel}\n",
    "- normalise: {method: minmax, goalposts: yearly, range: [1, 100]}\n- aggregate: geometric\n",
    "- normalise: zscore\n",
    "- normalise: rank\n- aggregate: median\n",
    "- normalise: minmax\n- aggregate: {method: power, power: -0.5}\n",
    "- normalise: minmax\n- aggregate: borda\n",
    "- normalise: minmax\n- aggregate: copeland\n",
    "- normalise: minmax\n- aggregate: {method: owa, places: [4, 3, 2, 1]}\n",
    "- normalise: {method: zscore, mean: 100, sd: 10}\n- aggregate: mpi\n",
    "- impute: cohort\n- treat: winsorise\n- normalise: {method: minmax, goalposts: panel}\n- weight: entropy\n",
    "- impute: row\n- normalise: {method: minmax, goalposts: panel}\n- weight: critic\n- aggregate: mean_min\n",
    "- impute: cohort\n- normalise: {method: minmax, goalposts: panel}\n- weight: pca\n- aggregate: harmonic\n",
    "- normalise: percentile\n", "- normalise: {method: percentile, form: exclusive, over: panel}\n",
    "- normalise: borda\n", "- normalise: {method: reference, form: relative, reference: worst}\n",
    "- normalise: fraction\n", "- normalise: scaled\n", "- normalise: above_below\n", "- normalise: bands\n",
    "- normalise: change\n", "- normalise: {method: trapezoid, corners: [0, 20, 40, 100]}\n",
    "- normalise: ampi\n- aggregate: {method: mpi, penalty: up}\n",
    "- normalise: minmax\n- aggregate: bod\n",
    "- normalise: minmax\n- aggregate: {method: bod, restriction: shares, low: 0.01, high: 0.9, min_weight_share: 1}\n",
    "- impute: regression\n- treat: trim\n- normalise: zscore\n",
    "- treat: {method: log, form: gii}\n- normalise: {method: minmax, goalposts: panel}\n",
    "- treat: {method: winsorise, max_count: 1, then: ct_signed}\n- normalise: zscore\n",
    "- treat: {method: box_cox, lambda: 0.5}\n- normalise: zscore\n",
    "- screen: {method: countries, min_share: 0.75}\n- normalise: zscore\n",
};
/* Left out, for they may rightly differ: Kemeny takes the first of several best orders, as a note says; the weights that
 * are sought by iteration (ucm, balance, em) stop where nothing moves, which rounding moves by more than 1e-9; common
 * weights need not be unique. */
enum { N_RECIPES = sizeof recipes / sizeof recipes[0] };

static void permutation(dice *d, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t j = below(d, i + 1);
        order[i] = i;
        order[i] = order[j];
        order[j] = i;
    }
}

/* Countries in another order, indicators in another order: the same scores. */
Test(metrics, permutations)
{
    for (size_t k = 0; k < N_RECIPES; k++) {
        coin a = prepare(recipes[k], NULL), b = prepare(recipes[k], NULL);
        for (size_t i = k; i < N_CASES; i += N_RECIPES) {
            dice d = {{11, i, 0}, 0};
            double value[CELLS], other[CELLS];
            size_t rows[N], columns[P];
            fill(&d, value, 0.15);
            permutation(&d, rows, N);
            permutation(&d, columns, P);
            for (size_t at = 0; at < CELLS; at++) {
                const size_t year = at / (N * P), row = at / P % N, column = at % P;
                other[(year * N + rows[row]) * P + columns[column]] = value[at];
            }
            cr_assert(again(&a, value) && again(&b, other), "%s case %zu", recipes[k], i);
            for (size_t at = 0; at < N * YEARS; at++) {
                const double x = score(&a, at / N, at % N), y = score(&b, at / N, rows[at % N]);
                cr_assert(is_near(x, y, 1e-9 * fmax(1, fabs(x))), "%s case %zu: %.15g %.15g", recipes[k], i, x, y);
            }
        }
        coin_free(&a);
        coin_free(&b);
    }
}

/* Another unit, and the opposite scale with the opposite direction: the same scores, where goalposts come from the data. */
Test(metrics, units_and_directions)
{
    static const char *const steps[] = {
        "- normalise: {method: minmax, goalposts: panel}\n", "- normalise: {method: minmax, goalposts: yearly}\n",
        "- normalise: zscore\n", "- normalise: rank\n", "- normalise: percentile\n", "- normalise: borda\n",
        "- treat: winsorise\n- normalise: {method: minmax, goalposts: panel}\n", "- normalise: ampi\n",
        "- treat: {method: log, form: ct, indicators: [x0]}\n- normalise: zscore\n",
        "- treat: {method: log, form: ct_signed}\n- normalise: zscore\n", "- treat: trim\n- normalise: zscore\n",
        "- normalise: bands\n", "- normalise: {method: percentile, form: midpoint, over: panel}\n",
        "- normalise: {method: reference, form: minmax, reference: best}\n",
        "- impute: cohort\n- normalise: zscore\n", "- impute: row\n- normalise: {method: minmax, goalposts: panel}\n",
        "- impute: regression\n- normalise: {method: minmax, goalposts: panel}\n",
        "- normalise: {method: minmax, goalposts: panel}\n- weight: critic\n",
        "- normalise: {method: minmax, goalposts: panel}\n- aggregate: copeland\n",
        "- normalise: ampi\n- aggregate: mpi\n",
    };
    static const int flipped[P] = {1, 1, -1, -1};
    enum { N_STEPS = sizeof steps / sizeof steps[0] };
    for (size_t k = 0; k < N_STEPS; k++) {
        coin a = prepare(steps[k], NULL), b = prepare(steps[k], flipped);
        for (size_t i = k; i < N_CASES; i += N_STEPS) {
            dice d = {{12, i, 0}, 0};
            double value[CELLS], other[CELLS], factor[P], shift[P];
            fill(&d, value, 0.1);
            for (size_t q = 0; q < P; q++) {
                factor[q] = exp(10 * uniform(&d) - 5);
                shift[q] = 1000 * uniform(&d);
            }
            for (size_t at = 0; at < CELLS; at++) {
                other[at] = flipped[at % P] * (factor[at % P] * value[at] + shift[at % P]);
            }
            cr_assert(again(&a, value) && again(&b, other));
            for (size_t at = 0; at < N * YEARS; at++) {
                const double x = score(&a, at / N, at % N), y = score(&b, at / N, at % N);
                cr_assert(is_near(x, y, 1e-7 * fmax(1, fabs(x))), "%s case %zu: %.15g %.15g", steps[k], i, x, y);
            }
        }
        coin_free(&a);
        coin_free(&b);
    }
}

/* With fixed goalposts one value raised never lowers its country, and leaves all others as they are. */
Test(metrics, monotony)
{
    static const char *const steps[] = {
        "- normalise: minmax\n", "- normalise: minmax\n- aggregate: geometric\n",
        "- normalise: minmax\n- aggregate: harmonic\n", "- normalise: minmax\n- aggregate: {method: power, power: 3}\n",
        "- normalise: minmax\n- aggregate: {method: power, power: -2}\n", "- normalise: minmax\n- aggregate: median\n",
        "- normalise: minmax\n- aggregate: {method: mean_min, alpha: 0.7, beta: 5}\n",
        "- normalise: minmax\n- aggregate: {method: owa, places: [1, 2, 3, 4]}\n",
        "- normalise: scaled\n", "- treat: {method: log, form: log1p}\n- normalise: minmax\n",
    };
    enum { N_STEPS = sizeof steps / sizeof steps[0] };
    for (size_t k = 0; k < N_STEPS; k++) {
        coin a = prepare(steps[k], NULL), b = prepare(steps[k], NULL);
        for (size_t i = k; i < N_CASES; i += N_STEPS) {
            dice d = {{13, i, 0}, 0};
            double value[CELLS], other[CELLS];
            fill(&d, value, 0.1);
            memcpy(other, value, sizeof value);
            const size_t raised = below(&d, CELLS);
            other[raised] += 30 * uniform(&d);
            cr_assert(again(&a, value) && again(&b, other));
            for (size_t at = 0; at < N * YEARS; at++) {
                const double x = score(&a, at / N, at % N), y = score(&b, at / N, at % N);
                const bool is_own = at == raised / P;
                cr_assert(isnan(x) ? isnan(y) : is_own ? y >= x - 1e-9 : y == x, "%s case %zu: %.15g %.15g", steps[k], i, x,
                          y);
            }
        }
        coin_free(&a);
        coin_free(&b);
    }
}

/* A country that gains by its own figures does not lose by benefit of the doubt either, the others' figures being equal. */
Test(metrics, benefit_of_the_doubt_is_monotone_and_bounded)
{
    coin a = prepare("- normalise: minmax\n- aggregate: bod\n", NULL), b = prepare("- normalise: minmax\n- aggregate: bod\n", NULL);
    for (size_t i = 0; i < N_CASES; i++) {
        dice d = {{14, i, 0}, 0};
        double value[CELLS], other[CELLS];
        fill(&d, value, 0.1);
        memcpy(other, value, sizeof value);
        const size_t raised = below(&d, CELLS), at = raised / P;
        other[raised] += 30 * uniform(&d);
        cr_assert(again(&a, value) && again(&b, other));
        const double x = score(&a, at / N, at % N), y = score(&b, at / N, at % N);
        cr_assert(isnan(x) ? isnan(y) : y >= x - 1e-9, "case %zu: %.15g %.15g", i, x, y);
        for (size_t cell = 0; cell < N * YEARS; cell++) {
            const double s = score(&a, cell / N, cell % N);
            cr_assert(isnan(s) || (s > 0 && s <= 1 + 1e-9), "case %zu: %.15g", i, s);
        }
    }
    coin_free(&a);
    coin_free(&b);
}

/* No treatment puts a country before one that it was behind. */
Test(metrics, treatment_keeps_order)
{
    static const char *const steps[] = {
        "- treat: winsorise\n", "- treat: {method: winsorise, force: 2, over: yearly}\n",
        "- treat: {method: winsorise, max_count: 1, then: ct}\n", "- treat: {method: log, form: ln}\n",
        "- treat: {method: log, form: ct_signed}\n", "- treat: {method: log, form: gii}\n", "- treat: box_cox\n",
        "- treat: {method: winsorise, max_count: 1, then: gii}\n", "- treat: {method: winsorise, max_count: none}\n",
        "- treat: {method: winsorise, max_count: 2, then: ct_signed, over: yearly}\n",
        "- treat: {method: log, form: log1p}\n", "- treat: {method: log, form: ct}\n",
        "- treat: {method: log, form: ct_original, over: yearly}\n", "- treat: {method: box_cox, lambda: -1}\n",
        "- treat: {method: box_cox, shift: min, over: yearly}\n", "- treat: {method: trim, share: 0.2, over: yearly}\n",
        "- treat: trim\n", "- treat: {method: log, form: asinh, when: fails, skewness: 0.2, kurtosis: -2}\n",
    };
    enum { N_STEPS = sizeof steps / sizeof steps[0] };
    for (size_t k = 0; k < N_STEPS; k++) {
        coin c = prepare(steps[k], NULL);
        for (size_t i = k; i < N_CASES; i += N_STEPS) {
            dice d = {{15, i, 0}, 0};
            double value[CELLS];
            fill(&d, value, 0.1);
            value[below(&d, CELLS)] = 5000;
            cr_assert(again(&c, value));
            for (size_t column = 0; column < P * YEARS; column++) {
                const double *x = csi_panel_column(c.raw, column % P, column / P);
                const double *y = csi_panel_column(c.result->normalised, column % P, column / P);
                for (size_t pair = 0; pair < N * N; pair++) {
                    const size_t m = pair / N, n = pair % N;
                    cr_assert(x[m] < x[n] ? y[m] <= y[n] : true, "%s case %zu", steps[k], i);
                    cr_assert(x[m] == x[n] ? y[m] == y[n] : true, "%s case %zu", steps[k], i);
                }
            }
        }
        coin_free(&c);
    }
}

/* No imputation touches what was observed, and every cell that it fills says so. */
Test(metrics, imputation_keeps_what_is_known)
{
    static const char *const steps[] = {
        "- impute: linear\n", "- impute: {method: carry, limit: none, direction: both}\n", "- impute: cohort\n",
        "- impute: {method: cohort, statistic: mean}\n", "- impute: row\n", "- impute: regression\n",
        "- impute: {method: carry, direction: backward}\n", "- impute: {method: row, statistic: median, within: all}\n",
        "- impute: {method: regression, within: all, min_ratio: 1}\n",
        "- impute: {method: em, max_rounds: 50}\n", "- impute: {method: em, multiple: 2, max_rounds: 20}\n",
    };
    enum { N_STEPS = sizeof steps / sizeof steps[0] };
    for (size_t k = 0; k < N_STEPS; k++) {
        coin c = prepare(steps[k], NULL);
        size_t n_filled = 0;
        for (size_t i = k; i < N_CASES; i += N_STEPS) {
            dice d = {{16, i, 0}, 0};
            double value[CELLS];
            fill(&d, value, 0.3);
            if (!again(&c, value)) {
                cr_assert(strstr(steps[k], "em,") != NULL, "%s case %zu", steps[k], i); /* a bootstrap sample may be constant */
                continue;
            }
            for (size_t at = 0; at < CELLS; at++) {
                const double x = c.raw->value[at], y = c.result->normalised->value[at];
                const csi_cell state = c.result->normalised->state[at];
                cr_assert(isnan(x) ? isnan(y) == (state == CSI_CELL_MISSING) && (isnan(y) || csi_cell_is_imputed(state))
                                   : y == x && state == CSI_CELL_OBSERVED, "%s case %zu", steps[k], i);
                n_filled += isnan(x) && !isnan(y);
            }
        }
        cr_assert(n_filled > 0 || k == 0, "%s fills nothing", steps[k]); /* two years have no gap between them */
        coin_free(&c);
    }
}

/* Weights matter by their proportions alone. */
Test(metrics, weights_scale_together)
{
    static const char *const rules[] = {"arithmetic", "geometric", "median", "copeland", "borda", "mpi", "harmonic", "mean_min",
                                        "{method: power, power: 2}", "{method: owa, places: [2, 1, 1]}", "bod", "kemeny"};
    enum { N_RULES = sizeof rules / sizeof rules[0] };
    for (size_t k = 0; k < N_RULES; k++) {
        char steps[120];
        snprintf(steps, sizeof steps, "- normalise: minmax\n- aggregate: %s\n", rules[k]);
        coin a = prepare(steps, NULL), b = prepare(steps, NULL);
        for (size_t i = k; i < N_CASES; i += N_RULES) {
            dice d = {{17, i, 0}, 0};
            double value[CELLS];
            fill(&d, value, 0.1);
            const double factor = ldexp(1, (int)below(&d, 12) - 6);
            for (size_t q = 0; q < P; q++) {
                a.framework->node[q].weight = 0.1 + uniform(&d);
                b.framework->node[q].weight = factor * a.framework->node[q].weight;
            }
            cr_assert(again(&a, value) && again(&b, value));
            for (size_t at = 0; at < N * YEARS; at++) {
                const double x = score(&a, at / N, at % N), y = score(&b, at / N, at % N);
                cr_assert(is_near(x, y, 1e-12 * fmax(1, fabs(x))), "%s case %zu: %.17g %.17g", rules[k], i, x, y);
            }
        }
        coin_free(&a);
        coin_free(&b);
    }
}

/* Contributions of the quasi-arithmetic rules add up to the score. */
Test(metrics, contributions_add_up)
{
    static const char *const rules[] = {"arithmetic", "geometric", "harmonic", "{method: power, power: 0.4}",
                                        "{method: power, power: -3}"};
    for (size_t k = 0; k < 5; k++) {
        char steps[120];
        snprintf(steps, sizeof steps, "- normalise: {method: minmax, range: [%d, 100]}\n- aggregate: %s\n", (int)(k % 2),
                 rules[k]);
        coin c = prepare(steps, NULL);
        for (size_t i = k; i < N_CASES; i += 5) {
            dice d = {{18, i, 0}, 0};
            double value[CELLS], weight[P], contribution[P];
            fill(&d, value, 0.1);
            cr_assert(again(&c, value));
            const size_t year = below(&d, YEARS), country = below(&d, N);
            const double s = score(&c, year, country);
            double sum = 0;
            csi_contributions(c.recipe, c.result, c.framework, P, year, country, weight, contribution);
            for (size_t q = 0; q < P; q++) {
                sum += isnan(contribution[q]) ? 0 : contribution[q];
            }
            cr_assert(isnan(s) || is_near(sum, s, 1e-9 * fmax(1, s)), "%s case %zu: %.15g %.15g", rules[k], i, sum, s);
        }
        coin_free(&c);
    }
}
