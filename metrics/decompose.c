/* The difference of two scores through all levels: at each node the rule's own split, and a child's part handed down as
 * so many points of the node that was asked about for each point of the child. A part that is present on one side only,
 * or whose weight differs, is a cause itself and is not taken further apart.
 *
 * A rule without phi (it compares countries) is split by the Shapley value over its children and one more player, the
 * other countries; between two countries it is evaluated in the place of the first. */
#include "metrics/decompose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *csi_cause_name(csi_cause cause)
{
    static const char *const names[CSI_N_CAUSES] = {
        [CSI_CAUSE_VALUE] = "value",       [CSI_CAUSE_IMPUTED] = "imputed", [CSI_CAUSE_BREAK] = "break",
        [CSI_CAUSE_COVERAGE] = "coverage", [CSI_CAUSE_WEIGHT] = "weight",   [CSI_CAUSE_OTHERS] = "others"};
    return names[cause];
}

size_t csi_max_effects(const csi_framework *framework)
{
    return 4 * framework->n_nodes;
}

/* What is handed down the tree. */
typedef struct descent {
    const csi_recipe *recipe;
    const csi_context *context;
    const csi_point *a, *b;
    csi_diag *diag;
    csi_effect *effect;
    size_t n_effects;
    double *slope; /* [node]: points of the asked node per point of this one; NaN: not reached */
} descent;

static double score_at(const csi_point *point, size_t node)
{
    return csi_panel_get(point->result->scores, node, point->year, point->country);
}

static double weight_at(const csi_point *point, size_t node)
{
    return point->result->weight[node * point->result->scores->n_years + point->year];
}

static csi_cell state_at(const csi_point *point, size_t node)
{
    return point->result->scores->state[csi_panel_at(point->result->scores, node, point->year, point->country)];
}

static void add_effect(descent *d, size_t node, csi_cause cause, double effect)
{
    d->effect[d->n_effects++] =
        (csi_effect){.node = node, .cause = cause, .before = score_at(d->a, node), .after = score_at(d->b, node),
                     .effect = effect};
}

bool csi_cause_is_alike(csi_cause cause)
{
    return cause != CSI_CAUSE_COVERAGE && cause != CSI_CAUSE_BREAK;
}

bool csi_indicator_breaks(const csi_node *indicator, int a, int b)
{
    const int earlier = a < b ? a : b, later = a < b ? b : a;
    for (size_t i = 0; i < indicator->n_breaks; i++) {
        if (indicator->breaks[i] > earlier && indicator->breaks[i] <= later) {
            return true;
        }
    }
    return false;
}

bool csi_compares_countries(const csi_recipe *recipe, const csi_framework *framework, size_t node)
{
    const csi_node *own = &framework->node[node];
    bool does = node >= framework->n_indicators && recipe->node_rule[node].step->method->phi == NULL;
    for (size_t q = 0; node >= framework->n_indicators && q < own->n_children && !does; q++) {
        does = csi_compares_countries(recipe, framework, own->child[q]);
    }
    return does;
}

static int year_of(const csi_point *point)
{
    return point->result->scores->first_year + (int)point->year;
}

static void add_indicator(descent *d, size_t node)
{
    const double before = score_at(d->a, node), after = score_at(d->b, node);
    if (isnan(before) || isnan(after)) {
        return;
    }
    const bool is_imputed = csi_cell_is_imputed(state_at(d->a, node)) || csi_cell_is_imputed(state_at(d->b, node));
    const bool is_broken = csi_indicator_breaks(&d->context->framework->node[node], year_of(d->a), year_of(d->b));
    add_effect(d, node, is_broken ? CSI_CAUSE_BREAK : is_imputed ? CSI_CAUSE_IMPUTED : CSI_CAUSE_VALUE,
               d->slope[node] * (after - before));
}

/* Values and weights of the children on both sides, and the parts: six arrays in one block. */
typedef struct family_sides {
    size_t n;
    double *x0, *w0, *x1, *w1;
    csi_parts *part;
} family_sides;

static csi_status take_sides(const descent *d, const csi_node *node, family_sides *sides)
{
    const size_t n = node->n_children;
    double *block = calloc(4 * n + 1, sizeof *block);
    csi_parts *part = calloc(n + 1, sizeof *part);
    if (block == NULL || part == NULL) {
        free(block);
        free(part);
        return csi_diag_no_memory(d->diag, "explaining a difference");
    }
    *sides = (family_sides){.n = n, .x0 = block, .w0 = block + n, .x1 = block + 2 * n, .w1 = block + 3 * n, .part = part};
    for (size_t q = 0; q < n; q++) {
        sides->x0[q] = score_at(d->a, node->child[q]);
        sides->w0[q] = weight_at(d->a, node->child[q]);
        sides->x1[q] = score_at(d->b, node->child[q]);
        sides->w1[q] = weight_at(d->b, node->child[q]);
    }
    return CSI_OK;
}

static void drop_sides(family_sides *sides)
{
    free(sides->x0);
    free(sides->part);
}

/* A family whose rule compares countries, with any mix of the two sides in the place of the country a. */
typedef struct duel {
    const descent *d;
    size_t node;
    const family_sides *sides;
    const double **child;     /* [n_children], then [n_years * n_children] */
    double *column;           /* [n_children][n_countries]: the columns under way */
    double *weight;
    bool *is_scored;
    double *score;
    bool for_rank;            /* the value is the rank of the country, last where it has no score; else its score */
} duel;

static bool has_enough(const csi_node_rule *rule, const duel *game, uint64_t players)
{
    const family_sides *sides = game->sides;
    double present = 0, all = 0;
    size_t n_present = 0;
    for (size_t q = 0; q < sides->n; q++) {
        const double x = players >> q & 1 ? sides->x1[q] : sides->x0[q];
        all += game->weight[q];
        present += isnan(x) ? 0 : game->weight[q];
        n_present += isnan(x) ? 0 : 1;
    }
    return n_present >= rule->min_children && present > 0 && present >= rule->min_weight_share * all - 1e-12;
}

static double rank_of(const duel *game, size_t slot, size_t n_countries)
{
    double rank = 1;
    for (size_t c = 0; c < n_countries; c++) {
        rank += c != slot && !isnan(game->score[c]) && !(game->score[slot] >= game->score[c]) ? 1 : 0;
    }
    return rank;
}

static csi_status play(void *user, uint64_t players, double *value)
{
    duel *game = user;
    const descent *d = game->d;
    const csi_node *node = &d->context->framework->node[game->node];
    const bool is_later = players >> node->n_children & 1;
    const csi_point *frame = is_later ? d->b : d->a;
    const csi_panel *scores = frame->result->scores;
    const size_t n_countries = scores->n_countries, slot = d->a->country;
    for (size_t q = 0; q < node->n_children; q++) {
        double *column = game->column + q * n_countries;
        memcpy(column, csi_panel_column(scores, node->child[q], frame->year), n_countries * sizeof *column);
        column[slot] = players >> q & 1 ? game->sides->x1[q] : game->sides->x0[q];
        game->weight[q] = is_later ? game->sides->w1[q] : game->sides->w0[q];
        for (size_t year = 0; year < scores->n_years; year++) {
            game->child[(year + 1) * node->n_children + q] =
                year == frame->year ? column : csi_panel_column(scores, node->child[q], year);
        }
        game->child[q] = column;
    }
    for (size_t c = 0; c < n_countries; c++) {
        game->is_scored[c] = c != slot && !isnan(csi_panel_get(scores, game->node, frame->year, c));
    }
    const csi_node_rule *rule = &d->recipe->node_rule[game->node];
    game->is_scored[slot] = game->for_rank || has_enough(rule, game, players);
    const csi_family family = {
        .node = game->node, .year = frame->year, .n_children = node->n_children, .n_countries = n_countries,
        .child = game->child, .weight = game->weight, .is_scored = game->is_scored, .n_years = scores->n_years,
        .child_all_years = game->child + node->n_children,
    };
    const csi_status status = rule->step->method->aggregate(rule->step, d->context, &family, game->score, d->diag);
    *value = game->for_rank ? rank_of(game, slot, n_countries) : isnan(game->score[slot]) ? 0 : game->score[slot];
    return status;
}

static csi_status open_duel(const descent *d, size_t node, const family_sides *sides, bool for_rank, duel *game)
{
    const size_t n = d->context->framework->node[node].n_children;
    const csi_panel *scores = d->a->result->scores;
    *game = (duel){
        .d = d, .node = node, .sides = sides, .for_rank = for_rank,
        .child = calloc((scores->n_years + 1) * n, sizeof *game->child),
        .column = calloc(n * scores->n_countries, sizeof *game->column), .weight = calloc(n, sizeof *game->weight),
        .is_scored = calloc(scores->n_countries, sizeof *game->is_scored),
        .score = calloc(scores->n_countries, sizeof *game->score),
    };
    return game->child != NULL && game->column != NULL && game->weight != NULL && game->is_scored != NULL &&
                   game->score != NULL
               ? CSI_OK
               : CSI_ERR_MEMORY;
}

static void close_duel(duel *game)
{
    free(game->child);
    free(game->column);
    free(game->weight);
    free(game->is_scored);
    free(game->score);
}

static csi_status split_by_shapley(descent *d, size_t node_index, family_sides *sides, double difference)
{
    const csi_node *node = &d->context->framework->node[node_index];
    const size_t n = node->n_children;
    duel game;
    double *share = calloc(n + 1, sizeof *share);
    csi_status status = open_duel(d, node_index, sides, false, &game);
    status = share == NULL ? CSI_ERR_MEMORY : status;
    if (status == CSI_OK) {
        status = csi_shapley(n + 1, play, &game, 512, d->context->seed, share, NULL);
    }
    double others = difference;
    for (size_t q = 0; status == CSI_OK && q < n; q++) {
        const bool is_common = !isnan(sides->x0[q]) && !isnan(sides->x1[q]);
        const double change = sides->x1[q] - sides->x0[q];
        others -= share[q];
        sides->part[q] = (csi_parts){.value = is_common ? share[q] : 0, .coverage = is_common ? 0 : share[q],
                                     .slope = is_common && change != 0 ? share[q] / change : 0};
    }
    if (status == CSI_OK && others != 0) {
        add_effect(d, node_index, CSI_CAUSE_OTHERS, d->slope[node_index] * others);
    }
    close_duel(&game);
    free(share);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(d->diag, "explaining a difference") : status;
}

/* Splits the difference of `node` over its children and hands each one's slope down. */
static csi_status split_node(descent *d, size_t node_index)
{
    const csi_node *node = &d->context->framework->node[node_index];
    const csi_step *step = d->recipe->node_rule[node_index].step;
    const double s0 = score_at(d->a, node_index), s1 = score_at(d->b, node_index), slope = d->slope[node_index];
    family_sides sides;
    csi_status status;
    CSI_TRY(take_sides(d, node, &sides));
    if (step->method->phi != NULL) {
        csi_decompose_mean(step->method->phi, step, sides.n, sides.x0, sides.w0, s0, sides.x1, sides.w1, s1, sides.part);
    } else {
        status = split_by_shapley(d, node_index, &sides, s1 - s0);
    }
    for (size_t q = 0; status == CSI_OK && q < sides.n; q++) {
        if (sides.part[q].coverage != 0) {
            add_effect(d, node->child[q], CSI_CAUSE_COVERAGE, slope * sides.part[q].coverage);
        }
        if (sides.part[q].weight != 0) {
            add_effect(d, node->child[q], CSI_CAUSE_WEIGHT, slope * sides.part[q].weight);
        }
        const bool is_common = !isnan(sides.x0[q]) && !isnan(sides.x1[q]);
        d->slope[node->child[q]] = is_common ? slope * sides.part[q].slope : NAN;
    }
    drop_sides(&sides);
out:
    return status;
}

/* What rounding left over the levels, spread in proportion. */
static void close_sum(descent *d, double difference)
{
    double sum = 0, size = 0;
    for (size_t i = 0; i < d->n_effects; i++) {
        sum += d->effect[i].effect;
        size += fabs(d->effect[i].effect);
    }
    for (size_t i = 0; size > 0 && i < d->n_effects; i++) {
        d->effect[i].effect += (difference - sum) * fabs(d->effect[i].effect) / size;
    }
}

csi_status csi_decompose(const csi_recipe *recipe, const csi_context *context, const csi_point *a, const csi_point *b,
                         size_t node, csi_diag *diag, csi_effect *effect, size_t *n_effects)
{
    const csi_framework *framework = context->framework;
    descent d = {.recipe = recipe, .context = context, .a = a, .b = b, .diag = diag, .effect = effect};
    csi_status status = CSI_OK;
    *n_effects = 0;
    if (isnan(score_at(a, node)) || isnan(score_at(b, node))) {
        return CSI_OK;
    }
    d.slope = calloc(framework->n_nodes, sizeof *d.slope);
    if (d.slope == NULL) {
        return csi_diag_no_memory(diag, "explaining a difference");
    }
    for (size_t i = 0; i < framework->n_nodes; i++) {
        d.slope[i] = NAN;
    }
    d.slope[node] = 1;
    for (size_t i = node + 1; i-- > 0;) {
        if (isnan(d.slope[i])) {
            continue;
        }
        if (i < framework->n_indicators) {
            add_indicator(&d, i);
        } else {
            CSI_TRY(split_node(&d, i));
        }
    }
    close_sum(&d, score_at(b, node) - score_at(a, node));
    *n_effects = d.n_effects;
out:
    free(d.slope);
    return status;
}

csi_status csi_rank_shares(const csi_recipe *recipe, const csi_context *context, const csi_point *a, const csi_point *b,
                           size_t node, size_t n_orders, csi_diag *diag, double *share, double *error)
{
    const csi_node *facts = &context->framework->node[node];
    const descent d = {.recipe = recipe, .context = context, .a = a, .b = b, .diag = diag};
    const size_t n_players = facts->n_children + 1;
    family_sides sides;
    duel game;
    csi_status status;
    CSI_TRY(take_sides(&d, facts, &sides));
    status = open_duel(&d, node, &sides, true, &game);
    if (status == CSI_OK) {
        status = n_orders == 0 ? csi_shapley(n_players, play, &game, 0, 0, share, error)
                               : csi_shapley_sampled(n_players, play, &game, n_orders, context->seed, share, error);
    }
    close_duel(&game);
    drop_sides(&sides);
out:
    return status;
}
