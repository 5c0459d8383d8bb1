/* The rank of a country is a function of its own figures and of the others' scores. Its players take their later value one
 * by one, the others all together, and each is given what it adds on average over all orders (Shapley 1953):
 *
 *     F(S) = 1 + number of others whose score is above the country's, its parts in S as of the later year
 *
 * Where every rule below the node is a quasi-arithmetic mean a country's score needs no other country, so that many
 * coalitions are aggregated at once, a coalition a column; any other rule is evaluated with all countries for each
 * coalition of its children. By hand: score = x, others 4 and 6, x from 5 to 7, others stay: rank 2 to 1, all of it x;
 * x stays 5, others to 6 and 6: rank 2 to 3, all of it the others. Edges: a tie shares the smaller rank. */
#include "metrics/rank_change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/lanes.h"

#define BLOCK 512
#define SLOW_EXACT 12 /* players, where each coalition takes all countries */

typedef struct contest {
    const csi_recipe *recipe;
    const csi_context *context;
    const csi_point *point[2];
    size_t node, n_parts;
    const size_t *part;     /* [n_parts] */
    csi_diag *diag;
    bool *is_part, *is_below; /* [n_nodes]: below the node, and it itself */
    size_t *slot;           /* [n_nodes]: which column is the node's */
    double *column;         /* [parts and what lies between them and the node][BLOCK] */
    const double **child;   /* [n_nodes]: of the family at hand */
    double *weight;         /* [n_nodes] */
    double share[BLOCK];    /* of the family's weight, present in each coalition */
    double n_present[BLOCK];
    uint64_t from[BLOCK];   /* none of the countries before it lies above */
    bool is_scored[BLOCK];
    csi_rivals rivals[2];
    bool has_same_weights;
    double *value;          /* [2^(n_parts + 1)], where every coalition is evaluated */
} contest;

static double *column_of(const contest *c, size_t node)
{
    return c->column + c->slot[node] * BLOCK;
}

static double score_at(const csi_point *point, size_t node)
{
    return csi_panel_get(point->result->scores, node, point->year, point->country);
}

static double weight_at(const csi_point *point, size_t node)
{
    return point->result->weight[node * point->result->scores->n_years + point->year];
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

csi_status csi_rivals_make(const csi_result *result, size_t node, size_t year, csi_rivals *rivals)
{
    const double *score = csi_panel_column(result->scores, node, year);
    double *rising = calloc(result->scores->n_countries + 1, sizeof *rising);
    *rivals = (csi_rivals){.rising = rising};
    if (rising == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t k = 0; k < result->scores->n_countries; k++) {
        if (!isnan(score[k])) {
            rising[rivals->n++] = score[k];
        }
    }
    qsort(rising, rivals->n, sizeof *rising, compare);
    return CSI_OK;
}

void csi_rivals_clear(csi_rivals *rivals)
{
    free(rivals->rising);
    *rivals = (csi_rivals){0};
}

/* One step of looking scores up among rising ones: none of those before from[i] lies above score[i]. */
CSI_INLINE void halve_body(const double *restrict rising, const double *restrict score, size_t n, uint64_t half,
                           uint64_t *restrict from)
{
    for (size_t i = 0; i < n; i++) {
        from[i] += rising[from[i] + half - 1] > score[i] ? 0 : half;
    }
}
static void halve(const double *restrict rising, const double *restrict score, size_t n, uint64_t half,
                  uint64_t *restrict from);
CSI_LANES(halve,
          (const double *restrict rising, const double *restrict score, size_t n, uint64_t half, uint64_t *restrict from),
          (rising, score, n, half, from))

/* 1 + how many of the others lie above each score; behind all where there is none. All are looked up a step at a time,
 * without branches, since what is looked up follows no pattern. */
static void rank_among(contest *c, size_t side, const double *score, size_t n, double *rank)
{
    const double *rising = c->rivals[side].rising, own = score_at(c->point[side], c->node);
    const size_t n_all = c->rivals[side].n; /* the country itself is one of them */
    size_t left = n_all;
    memset(c->from, 0, n * sizeof *c->from);
    for (; left > 1; left -= left / 2) {
        halve(rising, score, n, left / 2, c->from);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t n_before = c->from[i] + (rising[c->from[i]] > score[i] ? 0 : 1);
        rank[i] = (double)(isnan(score[i]) ? n_all : n_all - n_before + 1 - (own > score[i]));
    }
}

/* Which coalitions have enough of the family at hand; the node itself takes whatever is there. */
static void mark_scored(contest *c, size_t node, size_t n)
{
    const csi_node_rule *rule = &c->recipe->node_rule[node];
    const size_t n_children = c->context->framework->node[node].n_children;
    memset(c->share, 0, n * sizeof *c->share);
    memset(c->n_present, 0, n * sizeof *c->n_present);
    for (size_t q = 0; q < n_children; q++) {
        const double *child = c->child[q], weight = c->weight[q];
        for (size_t i = 0; i < n; i++) {
            c->share[i] += isnan(child[i]) ? 0 : weight;
            c->n_present[i] += isnan(child[i]) ? 0 : 1.0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        c->is_scored[i] = c->share[i] > 0 && (node == c->node || (c->n_present[i] >= (double)rule->min_children &&
                                                                  c->share[i] >= rule->min_weight_share - 1e-12));
    }
}

static csi_status aggregate(contest *c, size_t node, size_t side, size_t n)
{
    const csi_node *facts = &c->context->framework->node[node];
    const csi_step *step = c->recipe->node_rule[node].step;
    for (size_t q = 0; q < facts->n_children; q++) {
        c->child[q] = column_of(c, facts->child[q]);
        c->weight[q] = weight_at(c->point[side], facts->child[q]);
    }
    mark_scored(c, node, n);
    const csi_family family = {.node = node, .year = 0, .n_children = facts->n_children, .n_countries = n,
                               .child = c->child, .weight = c->weight, .is_scored = c->is_scored, .n_years = 1,
                               .child_all_years = c->child};
    return step->method->aggregate(step, c->context, &family, column_of(c, node), c->diag);
}

/* The node's scores of n coalitions, into its column. */
static csi_status score_coalitions(contest *c, const uint64_t *coalition, size_t n, size_t side)
{
    csi_status status = CSI_OK;
    for (size_t k = 0; k < c->n_parts; k++) {
        const double own[2] = {score_at(c->point[0], c->part[k]), score_at(c->point[1], c->part[k])};
        double *column = column_of(c, c->part[k]);
        for (size_t i = 0; i < n; i++) {
            column[i] = own[coalition[i] >> k & 1];
        }
    }
    for (size_t node = 0; node <= c->node; node++) {
        if (c->is_below[node] && !c->is_part[node]) {
            CSI_TRY(aggregate(c, node, side, n));
        }
    }
out:
    return status;
}

static csi_status fill_values(contest *c)
{
    const uint64_t n_mixes = (uint64_t)1 << c->n_parts;
    uint64_t coalition[BLOCK];
    const double *const score = column_of(c, c->node);
    csi_status status = CSI_OK;
    for (uint64_t first = 0; first < n_mixes; first += BLOCK) {
        const size_t n = n_mixes - first < BLOCK ? (size_t)(n_mixes - first) : BLOCK;
        for (size_t i = 0; i < n; i++) {
            coalition[i] = first + i;
        }
        for (size_t side = 0; side < 2; side++) {
            if (side == 0 || !c->has_same_weights) {
                CSI_TRY(score_coalitions(c, coalition, n, side));
            }
            rank_among(c, side, score, n, c->value + first + (side == 1 ? n_mixes : 0));
        }
    }
out:
    return status;
}

static csi_status play(void *user, uint64_t players, double *value)
{
    contest *c = user;
    const uint64_t coalition = players & (((uint64_t)1 << c->n_parts) - 1);
    const size_t side = players >> c->n_parts & 1;
    const csi_status status = score_coalitions(c, &coalition, 1, side);
    rank_among(c, side, column_of(c, c->node), 1, value);
    return status;
}

/* Marks what lies below the node; false where a rule there needs the other countries. */
static bool mark_below(contest *c)
{
    const csi_framework *framework = c->context->framework;
    bool is_alone = true;
    c->is_below[c->node] = true;
    for (size_t i = c->node + 1; i-- > 0;) {
        const size_t parent = framework->node[i].parent;
        c->is_below[i] = c->is_below[i] || (parent != CSI_NONE && parent <= c->node && c->is_below[parent]);
        is_alone = is_alone && !(c->is_below[i] && i >= framework->n_indicators &&
                                 c->recipe->node_rule[i].step->method->phi == NULL);
    }
    return is_alone;
}

/* The indicators below where they are few enough, else the children, in the order of the framework. */
static void choose_parts(contest *c, size_t max_exact, size_t *part)
{
    const csi_framework *framework = c->context->framework;
    size_t n = 0;
    for (size_t i = 0; i < framework->n_indicators; i++) {
        n += c->is_below[i];
    }
    const bool by_indicator = n < max_exact;
    for (size_t i = 0; i < c->node; i++) {
        if (c->is_below[i] && (by_indicator ? i < framework->n_indicators : framework->node[i].parent == c->node)) {
            part[c->n_parts++] = i;
            c->is_part[i] = true;
        }
    }
    for (size_t i = c->node; i-- > 0;) { /* what lies below a part is not looked at */
        const size_t parent = framework->node[i].parent;
        if (c->is_below[i] && parent != c->node && (c->is_part[parent] || !c->is_below[parent])) {
            c->is_below[i] = false;
        }
    }
    for (size_t q = 0; q < framework->node[c->node].n_children; q++) {
        c->has_same_weights = c->has_same_weights && weight_at(c->point[0], framework->node[c->node].child[q]) ==
                                                         weight_at(c->point[1], framework->node[c->node].child[q]);
    }
    for (size_t i = 0; i < c->node; i++) {
        c->has_same_weights = c->has_same_weights && (!c->is_below[i] || weight_at(c->point[0], i) == weight_at(c->point[1], i));
    }
}

/* Columns for what is looked at alone: a small block is had for nothing, a large one is not. */
static csi_status allocate_columns(contest *c)
{
    size_t n = 0;
    for (size_t i = 0; i <= c->node; i++) {
        c->slot[i] = n;
        n += c->is_below[i];
    }
    c->column = calloc(n * BLOCK, sizeof *c->column);
    return c->column == NULL ? CSI_ERR_MEMORY : CSI_OK;
}

static csi_status share_out(contest *c, const csi_rank_change_options *options, double *share, double *error)
{
    const size_t n_players = c->n_parts + 1;
    csi_status status = CSI_OK;
    CSI_TRY(allocate_columns(c));
    for (size_t side = 0; side < 2; side++) {
        const csi_point *point = c->point[side];
        if (options->rivals[side] != NULL) {
            c->rivals[side] = *options->rivals[side];
        } else {
            CSI_TRY(csi_rivals_make(point->result, c->node, point->year, &c->rivals[side]));
        }
    }
    if (n_players > options->max_exact || n_players > CSI_SHAPLEY_EXACT) {
        CSI_TRY(csi_shapley_sampled(n_players, play, c, options->n_orders, c->context->seed, share, error));
    } else {
        c->value = calloc((size_t)2 << c->n_parts, sizeof *c->value);
        CSI_TRY(c->value == NULL ? CSI_ERR_MEMORY : fill_values(c));
        CSI_TRY(csi_shapley_of_values(n_players, c->value, share));
    }
out:
    for (size_t side = 0; side < 2; side++) {
        if (options->rivals[side] == NULL) {
            csi_rivals_clear(&c->rivals[side]);
        }
    }
    return status;
}

static csi_status change(contest *c, const csi_rank_change_options *options, size_t *part, double *share,
                         csi_rank_effect *effect, size_t *n_effects)
{
    const csi_node *node = &c->context->framework->node[c->node];
    double *error = share + c->context->framework->n_nodes + 1;
    csi_status status = CSI_OK;
    if (mark_below(c)) {
        choose_parts(c, options->max_exact, part);
        CSI_TRY(share_out(c, options, share, error));
    } else if (options->only_alone) {
        return CSI_OK;
    } else {
        memcpy(part, node->child, node->n_children * sizeof *part);
        c->n_parts = node->n_children;
        CSI_TRY(csi_rank_shares(c->recipe, c->context, c->point[0], c->point[1], c->node,
                                c->n_parts < SLOW_EXACT ? 0 : options->n_orders, c->diag, share, error));
    }
    for (size_t k = 0; k <= c->n_parts; k++) {
        const bool is_part = k < c->n_parts;
        effect[k] = (csi_rank_effect){.node = is_part ? part[k] : CSI_NONE,
                                      .before = is_part ? score_at(c->point[0], part[k]) : (double)NAN,
                                      .after = is_part ? score_at(c->point[1], part[k]) : (double)NAN,
                                      .effect = share[k], .error = error[k]};
    }
    *n_effects = c->n_parts + 1;
out:
    return status;
}

csi_status csi_rank_change(const csi_recipe *recipe, const csi_context *context, const csi_point *a, const csi_point *b,
                           size_t node, const csi_rank_change_options *options, csi_diag *diag, csi_rank_effect *effect,
                           size_t *n_effects)
{
    const size_t n = context->framework->n_nodes;
    *n_effects = 0;
    if (isnan(score_at(a, node)) || isnan(score_at(b, node)) || node < context->framework->n_indicators) {
        return CSI_OK;
    }
    size_t *part = calloc(n + 1, sizeof *part);
    double *share = calloc(2 * (n + 1), sizeof *share);
    contest c = {.recipe = recipe, .context = context, .point = {a, b}, .node = node, .part = part, .diag = diag,
                 .is_part = calloc(n + 1, sizeof(bool)), .is_below = calloc(n + 1, sizeof(bool)),
                 .slot = calloc(n + 1, sizeof(size_t)), .child = calloc(n + 1, sizeof(double *)),
                 .weight = calloc(n + 1, sizeof(double)), .has_same_weights = true};
    csi_status status = CSI_ERR_MEMORY;
    if (part != NULL && share != NULL && c.is_part != NULL && c.is_below != NULL && c.slot != NULL && c.child != NULL &&
        c.weight != NULL) {
        status = change(&c, options, part, share, effect, n_effects);
    }
    free(part);
    free(share);
    free(c.is_part);
    free(c.is_below);
    free(c.slot);
    free(c.column);
    free(c.child);
    free(c.weight);
    free(c.value);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "explaining a change of rank") : status;
}
