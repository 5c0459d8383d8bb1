/* What the steps refuse, and what they leave out with a warning: the status, and the words that say why. A line each; the
 * data are three countries, two indicators and two years unless the line has its own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/coin.h"

static void infinite_weight(coin *c)
{
    c->framework->node[0].weight = INFINITY;
}

static void no_weights(coin *c)
{
    c->framework->node[0].weight = c->framework->node[1].weight = 0;
}

static void logarithm(coin *c)
{
    c->framework->node[0].transform = CSI_TRANSFORM_LOG;
}

static void half_goalposts(coin *c)
{
    c->framework->node[0].goal_high = NAN;
}

static void turned_goalposts(coin *c)
{
    c->framework->node[0].goal_low = 100;
    c->framework->node[0].goal_high = 0;
}

static void equal_goalposts(coin *c)
{
    c->framework->node[0].goal_low = c->framework->node[0].goal_high = 50;
}

static void easy_target(coin *c)
{
    c->framework->node[0].target = c->framework->node[1].target = 1;
}

static void one_scored_year(coin *c)
{
    c->first_scored = 1;
}

typedef struct refusal {
    const char *steps;
    csi_status status;
    const char *words;
    void (*edit)(coin *c);
} refusal;

static void expect_refusals(const refusal *cases, size_t n_cases, size_t p, size_t n, size_t n_years, const double *value)
{
    for (size_t i = 0; i < n_cases; i++) {
        coin c = coin_make(p, n, n_years, value, NULL);
        if (cases[i].edit != NULL) {
            cases[i].edit(&c);
        }
        const csi_status status = coin_run(&c, cases[i].steps);
        cr_expect_eq(status, cases[i].status, "%s: status %d", cases[i].steps, (int)status);
        cr_expect(coin_said(&c, cases[i].words), "%s: no word of \"%s\"", cases[i].steps, cases[i].words);
        coin_free(&c);
    }
}

#define EXPECT(cases, p, n, n_years, value) expect_refusals(cases, sizeof(cases) / sizeof(cases)[0], p, n, n_years, value)

Test(refusals, configuration)
{
    static const double value[] = {1, 2, 3, 4, 5, 7, 2, 1, 4, 6, 6, 5};
    static const refusal cases[] = {
        {"- weight: {method: entropy, over: base_year, base_year: 1990}\n", CSI_ERR_CONFIG,
         "base year 1990 is not among the scored years", NULL},
        {"- aggregate: {method: bod, over: base_year, base_year: 1999}\n", CSI_ERR_CONFIG,
         "base year 1999 is not among the scored years", NULL},
        {"- aggregate: {method: bod, over: base_year, base_year: 2002}\n", CSI_ERR_CONFIG,
         "base year 2002 is not among the scored years", NULL},
        {"- normalise: {method: zscore, over: base_year, base_year: 2002}\n", CSI_ERR_CONFIG,
         "base year 2002 is not among the scored years 2000 to 2001", NULL},
        {"- normalise: {method: zscore, over: base_year, base_year: 2000}\n", CSI_ERR_CONFIG,
         "base year 2000 is not among the scored years 2001 to 2001", one_scored_year},
        {"- aggregate: arithmetic\n", CSI_ERR_CONFIG,
         "the weight of \"x0\" within \"Index\" is not a number of at least 0", infinite_weight},
        {"- weight: {method: given, weights: {x1: 2}}\n", CSI_ERR_CONFIG,
         "the weight of \"x0\" within \"Index\" is not a number of at least 0", infinite_weight},
        {"- aggregate: arithmetic\n", CSI_ERR_CONFIG, "the weights within \"Index\" sum to 0", no_weights},
        {"- aggregate: {method: bod, restriction: ordinal, order: [x0, x0]}\n", CSI_ERR_CONFIG,
         "the order must name each of its children once", NULL},
        {"- aggregate: {method: bod, restriction: ordinal, order: [x1, x0, x1]}\n", CSI_ERR_CONFIG,
         "the order must name each of its children once", NULL},
        {"- aggregate: {method: owa, places: [0, 0]}\n", CSI_ERR_CONFIG, "the weights of the places sum to 0", NULL},
        {"- aggregate: {node: nowhere, method: arithmetic}\n", CSI_ERR_CONFIG, "\"nowhere\" is no aggregate", NULL},
        {"- weight: {method: budget, budgets: []}\n", CSI_ERR_CONFIG, "there is no expert", NULL},
        {"- weight: {method: ahp, matrix: [[1]]}\n", CSI_ERR_CONFIG, "has 2 children: the matrix must have as many", NULL},
        {"- weight: {method: ahp, matrix: [[1, 2], [1]]}\n", CSI_ERR_CONFIG, "as many rows and columns", NULL},
        {"- weight: {method: ahp, matrix: [[1, 0], [0, 1]]}\n", CSI_ERR_CONFIG, "judgements must be positive", NULL},
        {"- weight: {method: given, weights: {zz: 1}}\n", CSI_ERR_CONFIG, "no node \"zz\" in the framework", NULL},
        {"- normalise: {method: minmax, range: [1]}\n", CSI_ERR_CONFIG, "the range must be two numbers", NULL},
        {"- normalise: {method: scaled, bounds: [1]}\n", CSI_ERR_CONFIG, "the bounds must be two numbers", NULL},
        {"- normalise: {method: scaled, bounds: [2, 1]}\n", CSI_ERR_CONFIG, "the bounds must be two numbers", NULL},
        {"- normalise: {method: trapezoid, corners: [1, 2, 3]}\n", CSI_ERR_CONFIG, "four corners in ascending order", NULL},
        {"- normalise: {method: trapezoid, corners: [1, 2, 4, 3]}\n", CSI_ERR_CONFIG, "four corners in ascending", NULL},
        {"- normalise: {method: trapezoid, corners: [4, 3, 2, 1]}\n", CSI_ERR_CONFIG, "four corners in ascending", NULL},
        {"- normalise: {method: bands, edges: [0.5, 0.2, 0.9], points: [1, 2, 3, 4]}\n", CSI_ERR_CONFIG,
         "bands need ascending edges", NULL},
        {"- normalise: {method: bands, edges: [0.5], points: [1]}\n", CSI_ERR_CONFIG, "one more number of points", NULL},
        {"- treat: transform\n- normalise: {method: trapezoid, corners: [-1, 1, 2, 3]}\n", CSI_ERR_CONFIG,
         "the corners have no image under the transform of indicator \"x0\"", logarithm},
        {"- normalise: minmax\n", CSI_ERR_CONFIG, "\"x0\" has no goal_low and goal_high", half_goalposts},
        {"- normalise: minmax\n", CSI_ERR_CONFIG, "the goalposts of indicator \"x0\" have no image", turned_goalposts},
        {"- normalise: minmax\n", CSI_ERR_CONFIG, "the goalposts of indicator \"x0\" have no image", equal_goalposts},
        {"- treat: transform\n- normalise: minmax\n", CSI_ERR_CONFIG, "of indicator \"x0\" have no image", logarithm},
        {"- normalise: target\n", CSI_ERR_CONFIG, "indicator \"x0\" has no target that can be used", NULL},
        {"- normalise: target\n", CSI_ERR_DATA, "\"x0\": its target is no better than its worst value", easy_target},
        {"- treat: {method: trim, share: 0.6}\n", CSI_ERR_CONFIG, "0.6", NULL},
        {"- normalise: {method: zscore, sd: [1]}\n", CSI_ERR_CONFIG, "sd", NULL},
        {"- normalise: {method: zscore, mean: high}\n", CSI_ERR_CONFIG, "high", NULL},
        {"- treat: {method: winsorise, max_count: 1.5}\n", CSI_ERR_CONFIG, "1.5", NULL},
        {"- weight: {method: ahp, matrix: [1, 2]}\n", CSI_ERR_CONFIG, "list", NULL},
        {"- weight: ucm\n", CSI_ERR_DATA, "an unobserved component needs three children", NULL},
        {"- weight: {method: bod_common, low: 0.6}\n", CSI_ERR_DATA, "no common weights satisfy the bounds", NULL},
        {"- weight: {method: balance, target: {x0: 1000000, x1: 0}}\n", CSI_OK, "no weights reach the importance", NULL},
        {"- normalise: {method: reference, reference: worst, form: minmax}\n", CSI_OK,
         "its reference is the worst value", NULL},
    };
    EXPECT(cases, 2, 3, 2, value);
}

/* Data that a method has no answer for: negative, constant, missing, too few. */
Test(refusals, data)
{
    static const double negative[] = {-1, -2, -3, 4, -5, -7}, flat[] = {1, 3, 5, 2, 3, 7, 4, 3, 9, 3, 3, 1};
    static const double zero[] = {0, 2, 3, 0, -3, 0}, few[] = {1, NAN, 2, NAN, 3, 5};
    static const refusal of_negative[] = {
        {"- denominate: {method: by, by: x1}\n", CSI_ERR_DATA, "the denominator of \"x0\" is negative for A000 in 2000", NULL},
        {"- weight: entropy\n", CSI_ERR_DATA, "entropy is not defined for negative values", NULL},
        {"- weight: bod_common\n", CSI_ERR_DATA, "benefit of the doubt is not defined for negative values", NULL},
    };
    static const refusal of_flat[] = {
        {"- weight: ucm\n", CSI_ERR_DATA, "three children, none of them constant", NULL},
        {"- weight: balance\n", CSI_ERR_DATA, "none of them constant", NULL},
    };
    static const refusal of_zero[] = {
        {"- normalise: {method: reference, reference: A000}\n", CSI_OK, "\"x0\" in 2000 is left out: its reference is 0", NULL},
        {"- normalise: above_below\n", CSI_OK, "\"x0\" in 2000 is left out: its mean is 0", NULL},
        {"- treat: log\n", CSI_OK, "the logarithm \"ln\" is not defined for it", NULL},
    };
    static const refusal of_few[] = {
        {"- screen: indicators\n", CSI_OK, "indicator \"x1\" is dropped: 33.3 % of its values are present", NULL},
        {"- weight: balance\n", CSI_ERR_DATA, "balance needs three countries with every child", NULL},
        {"- weight: pca\n", CSI_ERR_DATA, "1 countries have all of its 2 children: too few for components", NULL},
    };
    static const double below_zero[] = {-1, -2, 0};
    static const refusal of_below_zero[] = {
        {"- normalise: fraction\n", CSI_OK, "indicator \"x0\" is left out: its best value is 0", NULL},
    };
    EXPECT(of_negative, 2, 3, 1, negative);
    EXPECT(of_flat, 3, 4, 1, flat);
    EXPECT(of_zero, 2, 3, 1, zero);
    EXPECT(of_few, 2, 3, 1, few);
    EXPECT(of_below_zero, 1, 3, 1, below_zero);
}

/* Benefit of the doubt: the same score for all leaves nothing to blend; bounds that the children present cannot meet. */
Test(refusals, benefit_of_the_doubt)
{
    static const double equal[] = {1, 0.2, 0.2, 1, 0.5, 0.5}, gap[] = {1, 2, 3, 4, 5, NAN};
    static const refusal cases[] = {
        {"- aggregate: {method: bod, blend: 0.5}\n", CSI_OK, "node \"Index\" has no scores in 2000: all countries are equal",
         NULL},
    };
    static const refusal of_gap[] = {
        {"- aggregate: {method: bod, restriction: relative, high: 0.5}\n", CSI_OK,
         "\"A002\": not scored: the children it has cannot meet the bounds", NULL},
    };
    EXPECT(cases, 2, 3, 1, equal);
    EXPECT(of_gap, 2, 3, 1, gap);
}

/* Components that run against the others are weighed, and named. */
Test(refusals, against_the_others)
{
    static const double value[] = {1, 1.1, 5, 2, 2.3, 4.2, 3, 2.8, 3.3, 4, 4.1, 1.9, 5, 5.2, 1};
    static const refusal cases[] = {
        {"- weight: {method: pca, form: first}\n", CSI_OK, "\"x2\" loads negatively: check its direction", NULL},
        {"- weight: ucm\n", CSI_OK, "\"x2\" runs against the common component", NULL},
    };
    EXPECT(cases, 3, 5, 1, value);
}

/* Judgements of more than 15 children: there is no random index to hold them against. */
Test(refusals, more_judgements_than_random_indices)
{
    enum { P = 16 };
    double value[2 * P];
    char steps[2000] = "- weight: {method: ahp, matrix: [";
    for (size_t i = 0; i < 2 * P; i++) {
        value[i] = (double)i;
    }
    for (int i = 0; i < P; i++) {
        for (int j = 0; j < P; j++) {
            strcat(steps, j > 0 ? ", 1" : i > 0 ? ", [1" : "[1");
        }
        strcat(steps, "]");
    }
    strcat(steps, "]}\n");
    coin c = coin_make(P, 2, 1, value, NULL);
    cr_expect_eq(coin_run(&c, steps), CSI_ERR_CONFIG);
    cr_expect(coin_said(&c, "node \"Index\": no random index is known beyond 15 children"));
    coin_free(&c);
}
