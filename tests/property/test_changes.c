/* Why scores and ranks differ, over a small index under every rule: for any two countries or years the effects add up
 * to the difference, name what is there, and are of the kinds that the data allow; those of a rank add up to its change. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/decompose.h"
#include "metrics/rank_change.h"
#include "tests/support/tree.h"

#define BEGIN TREE_FILLED TREE_POSTS
#define FROM_ZERO TREE_FILLED "- normalise: {method: minmax, range: [0, 100]}\n"

typedef struct rule {
    const char *steps;
    bool compares; /* needs the other countries somewhere */
} rule;

static const rule rules[] = {
    {BEGIN "- aggregate: {method: arithmetic, min_weight_share: 0.4}\n", false},
    {BEGIN "- aggregate: [{method: arithmetic, min_weight_share: 0}, {level: 2, method: arithmetic, min_children: 2}]\n",
     false},
    {BEGIN "- aggregate: {method: geometric, min_weight_share: 0.4}\n", false},
    {FROM_ZERO "- aggregate: {method: geometric, min_weight_share: 0.4}\n", false},
    {BEGIN "- aggregate: {method: geometric, floor: 30, min_weight_share: 0.4}\n", false},
    {BEGIN "- aggregate: {method: harmonic, min_weight_share: 0.4}\n", false},
    {BEGIN "- aggregate: {method: power, power: 3, min_weight_share: 0.4}\n", false},
    {BEGIN "- aggregate: {method: power, power: -0.5, min_weight_share: 0.4}\n", false},
    {BEGIN "- weight: [{level: 4, method: entropy}, {level: 3, method: critic}]\n- aggregate: arithmetic\n", false},
    {BEGIN "- weight: [{level: 4, method: entropy, over: yearly}]\n- aggregate: arithmetic\n", false},
    {BEGIN "- weight: [{level: 3, method: entropy, over: yearly}]\n- aggregate: geometric\n", false},
    {BEGIN "- aggregate: {method: arithmetic, min_weight_share: 0.4}\n- aggregate: {level: 3, method: median}\n", true},
    {BEGIN "- aggregate: arithmetic\n- aggregate: {level: 4, method: mean_min}\n", true},
    {BEGIN "- aggregate: arithmetic\n- aggregate: {level: 4, method: mpi}\n", true},
    {BEGIN "- aggregate: arithmetic\n- aggregate: {level: 4, method: borda, min_children: 2}\n", true},
    {BEGIN "- aggregate: {method: copeland, min_weight_share: 0.3}\n", true},
};

static double score_at(const csi_point *p, size_t node)
{
    return csi_panel_get(p->result->scores, node, p->year, p->country);
}

static int is_near_or_both_missing(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-9 * fmax(1, fabs(a));
}

/* Which causes an effect of the node may have. */
static bool is_allowed(const coin *c, const csi_effect *e, const csi_point *a, const csi_point *b)
{
    const bool is_indicator = e->node < TREE_INDICATORS, is_common = !isnan(e->before) && !isnan(e->after);
    const csi_panel *scores = c->result->scores;
    const csi_cell before = scores->state[csi_panel_at(scores, e->node, a->year, a->country)];
    const csi_cell after = scores->state[csi_panel_at(scores, e->node, b->year, b->country)];
    const bool is_imputed = csi_cell_is_imputed(before) || csi_cell_is_imputed(after);
    const bool is_across = (a->year < 2) != (b->year < 2); /* see below: a break before the third scored year */
    switch (e->cause) {
    case CSI_CAUSE_VALUE:
        return is_indicator && is_common && !is_imputed && !(is_across && e->node == 0);
    case CSI_CAUSE_IMPUTED:
        return is_indicator && is_common && is_imputed && !(is_across && e->node == 0);
    case CSI_CAUSE_BREAK:
        return is_common && is_across && e->node == 0;
    case CSI_CAUSE_COVERAGE:
        return is_common == false;
    case CSI_CAUSE_WEIGHT:
        return is_common;
    default:
        return !is_indicator;
    }
}

static void expect_effects(const coin *c, const rule *r, const csi_point *a, const csi_point *b, size_t node)
{
    csi_effect effect[4 * (TREE_INDICATORS + TREE_AGGREGATES)];
    size_t n = 0;
    cr_assert(csi_max_effects(c->framework) == sizeof effect / sizeof *effect);
    cr_assert(csi_decompose(c->recipe, &c->context, a, b, node, c->diag, effect, &n) == CSI_OK, "%s", r->steps);
    const double before = score_at(a, node), after = score_at(b, node);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += effect[i].effect;
        cr_expect(is_near_or_both_missing(effect[i].before, score_at(a, effect[i].node)));
        cr_expect(is_near_or_both_missing(effect[i].after, score_at(b, effect[i].node)));
        cr_expect(is_allowed(c, &effect[i], a, b), "%s: %s of node %zu", r->steps, csi_cause_name(effect[i].cause),
                  effect[i].node);
        cr_expect(r->compares || effect[i].cause != CSI_CAUSE_OTHERS, "%s", r->steps);
    }
    const bool is_scored = !isnan(before) && !isnan(after);
    cr_expect(is_near(sum, is_scored ? after - before : 0, 1e-9), "%s, node %zu: %g, not %g", r->steps, node, sum,
              after - before);
    cr_expect(is_scored || n == 0, "%s", r->steps);
}

/* A year of its sources' methods that a comparison may cross. */
static int first_break[] = {2003};

static void open_rule(const rule *r, coin *c)
{
    *c = tree_make(TREE_EXACT);
    c->framework->node[0].breaks = first_break;
    c->framework->node[0].n_breaks = 1;
    coin_must_run(c, r->steps);
}

Test(changes, effects_add_up)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        coin c;
        open_rule(&rules[i], &c);
        for (size_t from = 0; from < TREE_COUNTRIES; from++) {
            const csi_point a = {c.result, from % TREE_SCORED, from};
            for (size_t year = 0; year < TREE_SCORED; year++) {
                const csi_point later = {c.result, year, from}, other = {c.result, year, (from + 5) % TREE_COUNTRIES};
                expect_effects(&c, &rules[i], &a, &later, TREE_INDICATORS + TREE_AGGREGATES - 1);
                expect_effects(&c, &rules[i], &a, &later, TREE_INDICATORS + from % TREE_AGGREGATES);
                expect_effects(&c, &rules[i], &a, &other, TREE_INDICATORS + TREE_AGGREGATES - 1);
            }
        }
        coin_free(&c);
    }
}

static int rank_of(const csi_point *p, size_t node)
{
    int rank[TREE_COUNTRIES];
    size_t work[TREE_COUNTRIES];
    csi_rank_column(csi_panel_column(p->result->scores, node, p->year), TREE_COUNTRIES, rank, work);
    return rank[p->country];
}

static void expect_ranks(const coin *c, const rule *r, const csi_point *a, const csi_point *b, size_t node,
                         const csi_rank_change_options *options)
{
    csi_rank_effect effect[TREE_INDICATORS + TREE_AGGREGATES + 1];
    size_t n = 0;
    cr_assert(csi_rank_change(c->recipe, &c->context, a, b, node, options, c->diag, effect, &n) == CSI_OK, "%s",
              r->steps);
    const int before = rank_of(a, node), after = rank_of(b, node);
    double sum = 0;
    bool has_others = false;
    for (size_t i = 0; i < n; i++) {
        const bool is_others = effect[i].node == CSI_NONE;
        sum += effect[i].effect;
        cr_expect(is_others ? isnan(effect[i].before) && isnan(effect[i].after)
                            : is_near_or_both_missing(effect[i].before, score_at(a, effect[i].node)) &&
                                  is_near_or_both_missing(effect[i].after, score_at(b, effect[i].node)));
        cr_expect(effect[i].error >= 0, "%s", r->steps);
        has_others = has_others || is_others;
        /* what is the same in both years moves nothing, unless weights follow the year */
        cr_expect(is_others || strstr(r->steps, "entropy") != NULL || effect[i].before != effect[i].after ||
                  fabs(effect[i].effect) <= 1e-9);
    }
    const bool is_told = before > 0 && after > 0 && node >= TREE_INDICATORS && !(options->only_alone && r->compares);
    if (is_told || n > 0) {
        cr_expect(before > 0 && after > 0 && has_others, "%s, node %zu", r->steps, node);
        cr_expect(is_near(sum, after - before, 1e-9), "%s, node %zu: %g, not %d", r->steps, node, sum, after - before);
    }
    cr_expect(n > 0 || is_told == false || node < TREE_INDICATORS + TREE_AGGREGATES - 1, "%s, node %zu", r->steps, node);
}

Test(changes, ranks_add_up)
{
    static const csi_rank_change_options options[] = {
        {.max_exact = 20, .n_orders = 10},
        {.max_exact = 3, .n_orders = 10},
        {.max_exact = 5, .n_orders = 6},
        {.max_exact = 20, .n_orders = 10, .only_alone = true},
        {.max_exact = 2, .n_orders = 4, .only_alone = true},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        coin c;
        open_rule(&rules[i], &c);
        for (size_t country = 0; country < TREE_COUNTRIES; country++) {
            for (size_t year = 0; year < TREE_SCORED; year += CASES(1, 2)) {
                const csi_point a = {c.result, country % TREE_SCORED, country}, b = {c.result, year, country};
                for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
                    expect_ranks(&c, &rules[i], &a, &b, TREE_INDICATORS + TREE_AGGREGATES - 1, &options[o]);
                    const size_t node = (country + o) % (TREE_INDICATORS + TREE_AGGREGATES);
                    expect_ranks(&c, &rules[i], &a, &b, node, &options[o]);
                }
            }
        }
        coin_free(&c);
    }
}

static double identity(const csi_step *step, double x)
{
    (void)step;
    return x;
}

/* Where a side has no score, or no child with a weight, there is nothing to split; where no child is on both sides, all
 * of it is coverage. */
Test(changes, nothing_in_common)
{
    static const struct {
        double x0[2], w0[2], s0, x1[2], w1[2], s1;
        bool is_split;
        double coverage[2];
    } cases[] = {
        {{1, 2}, {1, 1}, 1.5, {3, 4}, {1, 1}, NAN, false, {0, 0}},
        {{1, 2}, {1, 1}, NAN, {3, 4}, {1, 1}, 3.5, false, {0, 0}},
        {{1, 2}, {0, 0}, 1.5, {3, 4}, {1, 1}, 3.5, false, {0, 0}},
        {{1, 2}, {1, 1}, 1.5, {3, 4}, {0, 0}, 3.5, false, {0, 0}},
        {{10, NAN}, {1, 1}, 10, {NAN, 30}, {1, 1}, 30, true, {-10, 30}},
        {{10, 20}, {1, 0}, 10, {10, 30}, {0, 1}, 30, true, {-10, 30}},
        {{NAN, 20}, {1, 1}, 20, {5, 20}, {0, 1}, 20, true, {0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        csi_parts part[2];
        cr_expect(csi_decompose_mean(identity, NULL, 2, cases[i].x0, cases[i].w0, cases[i].s0, cases[i].x1, cases[i].w1,
                                     cases[i].s1, part) == cases[i].is_split, "case %zu", i);
        for (size_t q = 0; q < 2; q++) {
            cr_expect(is_near(part[q].coverage, cases[i].coverage[q], 1e-12), "case %zu: %g", i, part[q].coverage);
            cr_expect(is_near(part[q].value, 0, 1e-12) && is_near(part[q].weight, 0, 1e-12), "case %zu", i);
        }
    }
}
