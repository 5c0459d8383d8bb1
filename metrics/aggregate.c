/* From normalised indicators to the scores of every node: weights, thresholds, the rule, and what share of the weight
 * below stood on data. */
#include "metrics/pipeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12 /* forgiven when a share of weight is held against its threshold */

typedef struct aggregation {
    const csi_recipe *recipe;
    const csi_context *context;
    csi_result *result;
    csi_diag *diag;
    size_t n_years, n_countries;
    const double **child;  /* [year * n_children + q] of the node at hand */
    double *family_weight; /* [q] */
    double *drawn_weight;  /* [q]: multiplied by the context's factors */
    bool *is_scored;
} aggregation;

/* The weight step's own sample, so that weights learnt from data are the same every year unless asked otherwise. */
static csi_status weigh(const aggregation *a, const csi_step *step, size_t node, size_t year, double *weight)
{
    size_t first = 0, n = a->n_years;
    const csi_over over = csi_step_has(step, "over") ? (csi_over)csi_step_choice(step, "over") : CSI_OVER_PANEL;
    if (over == CSI_OVER_YEARLY) {
        first = year;
        n = 1;
    } else if (over == CSI_OVER_BASE_YEAR) {
        const csi_option_value *asked = csi_step_value(step, "base_year");
        first = isnan(asked->number) ? 0 : csi_panel_find_year(a->result->scores, (int)asked->number);
        n = 1;
        if (first == CSI_NONE) {
            return csi_diag_error(a->diag, CSI_ERR_CONFIG, &asked->place, "base year %d is not among the scored years",
                                  (int)asked->number);
        }
    }
    const csi_status status = step->method->weigh(step, a->context, a->result->scores, node, first, n, weight, a->diag);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(a->diag, step->method->name) : status;
}

static void nominal_weights(const csi_framework *framework, size_t node, double *weight)
{
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        weight[q] = framework->node[framework->node[node].child[q]].weight;
    }
}

/* Scales weights to sum to 1. Refuses what no weighting may give: negative, not finite, nothing at all. */
static csi_status scale_weights(const aggregation *a, size_t node, double *weight)
{
    const csi_node *parent = &a->context->framework->node[node];
    const csi_step *step = a->recipe->node_weight[node];
    double sum = 0;
    for (size_t q = 0; q < parent->n_children; q++) {
        if (!(weight[q] >= 0) || isinf(weight[q])) {
            return csi_diag_error(a->diag, CSI_ERR_CONFIG, step == NULL ? NULL : &step->place,
                                  "the weight of \"%s\" within \"%s\" is not a number of at least 0",
                                  a->context->framework->node[parent->child[q]].code, parent->code);
        }
        sum += weight[q];
    }
    if (sum == 0) {
        return csi_diag_error(a->diag, CSI_ERR_CONFIG, step == NULL ? NULL : &step->place,
                              "the weights within \"%s\" sum to 0", parent->code);
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        weight[q] /= sum;
    }
    return CSI_OK;
}

/* Weights of the node's children in `year`, into family_weight and the result. */
static csi_status set_weights(const aggregation *a, size_t node, size_t year)
{
    const csi_node *parent = &a->context->framework->node[node];
    const csi_step *step = a->recipe->node_weight[node];
    const bool is_yearly =
        step != NULL && csi_step_has(step, "over") && csi_step_choice(step, "over") == CSI_OVER_YEARLY;
    csi_status status = CSI_OK;
    if (year == 0 || is_yearly) {
        if (step == NULL) {
            nominal_weights(a->context->framework, node, a->family_weight);
        } else {
            CSI_TRY(weigh(a, step, node, year, a->family_weight));
        }
        CSI_TRY(scale_weights(a, node, a->family_weight));
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        a->result->weight[parent->child[q] * a->n_years + year] = a->family_weight[q];
    }
out:
    return status;
}

/* The weight of the children that count at all: 1 unless one of them is left out. */
static double whole_weight(const aggregation *a, const csi_family *family)
{
    const csi_node *parent = &a->context->framework->node[family->node];
    double sum = 0;
    if (a->context->left_out == 0 || a->context->framework->node[a->context->left_out - 1].parent != family->node) {
        return 1;
    }
    for (size_t q = 0; q < family->n_children; q++) {
        sum += parent->child[q] + 1 != a->context->left_out ? family->weight[q] : 0;
    }
    return sum;
}

/* Who has enough of the children, by weight and by number. */
static void mark_scored(const aggregation *a, const csi_family *family)
{
    const csi_node_rule *rule = &a->recipe->node_rule[family->node];
    const size_t *child = a->context->framework->node[family->node].child;
    const double whole = whole_weight(a, family);
    for (size_t c = 0; c < a->n_countries; c++) {
        double share = 0;
        size_t n = 0;
        for (size_t q = 0; q < family->n_children; q++) {
            if (!isnan(family->child[q][c]) && child[q] + 1 != a->context->left_out) {
                share += family->weight[q];
                n++;
            }
        }
        share /= whole;
        a->is_scored[c] = n >= rule->min_children && share > 0 && share >= rule->min_weight_share - ROUNDING;
    }
}

/* Shares of the indicator weight below the node that are present, and of those that are imputed. Both are kept as sums
 * over the weight until the very end (see divide_imputed). */
static void add_shares(const aggregation *a, size_t node, size_t year)
{
    const csi_node *parent = &a->context->framework->node[node];
    const csi_panel *scores = a->result->scores;
    for (size_t c = 0; c < a->n_countries; c++) {
        double present = 0, imputed = 0;
        for (size_t q = 0; q < parent->n_children; q++) {
            const size_t at = csi_panel_at(scores, parent->child[q], year, c);
            const double w = a->result->weight[parent->child[q] * a->n_years + year];
            present += w * a->result->coverage[at];
            imputed += w * a->result->imputed_share[at];
        }
        a->result->coverage[csi_panel_at(scores, node, year, c)] = fmin(present, 1);
        a->result->imputed_share[csi_panel_at(scores, node, year, c)] = imputed;
    }
}

static void divide_imputed(csi_result *result)
{
    const csi_panel *scores = result->scores;
    for (size_t i = 0; i < scores->n_series * scores->n_years * scores->n_countries; i++) {
        const double present = result->coverage[i];
        result->imputed_share[i] = present > 0 ? fmin(result->imputed_share[i] / present, 1) : NAN;
    }
}

static const double *draw_weights(const aggregation *a, size_t node)
{
    const csi_node *parent = &a->context->framework->node[node];
    double sum = 0;
    if (a->context->weight_factor == NULL) {
        return a->family_weight;
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        a->drawn_weight[q] = a->family_weight[q] * a->context->weight_factor[parent->child[q]];
        sum += a->drawn_weight[q];
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        a->drawn_weight[q] /= sum;
    }
    return a->drawn_weight;
}

/* A score that is too large for a double is refused, as an indicator's is (metrics/pipeline.c). */
static csi_status set_score(const aggregation *a, size_t node, size_t year, size_t country, double score)
{
    if (isinf(score)) {
        const csi_step *step = a->recipe->node_rule[node].step;
        return csi_diag_error(a->diag, CSI_ERR_DATA, &step->place, "aggregate: method \"%s\" makes no finite score of \"%s\", %s, %d",
                              step->method->name, a->context->framework->node[node].code,
                              a->context->countries->country[country].iso3, a->result->scores->first_year + (int)year);
    }
    csi_panel_set(a->result->scores, node, year, country, score, CSI_CELL_OBSERVED);
    return CSI_OK;
}

static csi_status score_year(const aggregation *a, size_t node, size_t year)
{
    const csi_node_rule *rule = &a->recipe->node_rule[node];
    double *score = csi_panel_column(a->result->scores, node, year);
    const size_t n_children = a->context->framework->node[node].n_children;
    csi_family family = {
        .node = node, .year = year, .n_children = n_children, .n_countries = a->n_countries,
        .child = a->child + year * n_children, .weight = a->family_weight, .is_scored = a->is_scored,
        .n_years = a->n_years, .child_all_years = a->child,
    };
    csi_status status = set_weights(a, node, year);
    if (status != CSI_OK) {
        return status;
    }
    mark_scored(a, &family);
    family.weight = draw_weights(a, node);
    status = rule->step->method->aggregate(rule->step, a->context, &family, score, a->diag);
    if (status == CSI_ERR_MEMORY) {
        return csi_diag_no_memory(a->diag, rule->step->method->name);
    }
    for (size_t c = 0; c < a->n_countries && status == CSI_OK; c++) {
        status = set_score(a, node, year, c, score[c]);
    }
    add_shares(a, node, year);
    return status;
}

static csi_status score_node(const aggregation *a, size_t node)
{
    const csi_node *parent = &a->context->framework->node[node];
    for (size_t year = 0; year < a->n_years; year++) {
        for (size_t q = 0; q < parent->n_children; q++) {
            a->child[year * parent->n_children + q] = csi_panel_column(a->result->scores, parent->child[q], year);
        }
    }
    csi_status status = CSI_OK;
    for (size_t year = 0; year < a->n_years && status == CSI_OK; year++) {
        status = score_year(a, node, year);
    }
    return status;
}

/* Indicators enter the score panel as they are, but for what is masked; only scored years. */
static void copy_indicators(const aggregation *a)
{
    const csi_panel *from = a->result->normalised;
    csi_panel *scores = a->result->scores;
    for (size_t node = 0; node < a->context->framework->n_indicators; node++) {
        const size_t n = a->n_years * a->n_countries;
        const size_t to_at = csi_panel_at(scores, node, 0, 0);
        const size_t from_at = csi_panel_at(from, node, a->context->first_scored_year, 0);
        memcpy(scores->value + to_at, from->value + from_at, n * sizeof *scores->value);
        memcpy(scores->state + to_at, from->state + from_at, n * sizeof *scores->state);
        for (size_t i = 0; i < n && a->context->is_masked != NULL; i++) {
            if (csi_is_masked(a->context, node, i % a->n_countries)) {
                scores->value[to_at + i] = (double)NAN;
                scores->state[to_at + i] = CSI_CELL_MISSING;
            }
        }
        for (size_t i = to_at; i < to_at + n; i++) {
            a->result->coverage[i] = scores->state[i] != CSI_CELL_MISSING;
            a->result->imputed_share[i] = csi_cell_is_imputed(scores->state[i]);
            a->result->n_clipped += (scores->state[i] & CSI_CELL_CLIPPED) != 0;
        }
    }
}

static csi_status make_storage(aggregation *a)
{
    const csi_framework *framework = a->context->framework;
    csi_result *result = a->result;
    const csi_panel *from = result->normalised;
    size_t widest = 1;
    for (size_t node = framework->n_indicators; node < framework->n_nodes; node++) {
        const size_t n = framework->node[node].n_children;
        widest = n > widest ? n : widest;
    }
    if (csi_panel_new(framework->n_nodes, from->first_year + (int)a->context->first_scored_year, a->n_years,
                      a->n_countries, false, &result->scores) != CSI_OK) {
        return csi_diag_no_memory(a->diag, "the scores");
    }
    const size_t n_cells = framework->n_nodes * a->n_years * a->n_countries;
    result->weight = calloc(framework->n_nodes * a->n_years + 1, sizeof *result->weight);
    result->coverage = calloc(n_cells + 1, sizeof *result->coverage);
    result->imputed_share = calloc(n_cells + 1, sizeof *result->imputed_share);
    a->child = calloc(widest * a->n_years + 1, sizeof *a->child);
    a->family_weight = calloc(widest, sizeof *a->family_weight);
    a->drawn_weight = calloc(widest, sizeof *a->drawn_weight);
    a->is_scored = calloc(a->n_countries + 1, sizeof *a->is_scored);
    if (result->weight == NULL || result->coverage == NULL || result->imputed_share == NULL || a->child == NULL ||
        a->family_weight == NULL || a->drawn_weight == NULL || a->is_scored == NULL) {
        return csi_diag_no_memory(a->diag, "the scores");
    }
    for (size_t year = 0; year < a->n_years; year++) {
        result->weight[(framework->n_nodes - 1) * a->n_years + year] = 1;
    }
    return CSI_OK;
}

csi_status csi_aggregate_run(const csi_recipe *recipe, const csi_context *context, csi_result *result, csi_diag *diag)
{
    csi_context own = *context;
    own.treatments = result->treatments;
    own.scored_from = result->normalised->first_year + (int)context->first_scored_year;
    aggregation a = {.recipe = recipe, .context = &own, .result = result, .diag = diag,
                     .n_years = context->n_scored_years, .n_countries = result->normalised->n_countries};
    csi_status status;
    CSI_TRY(make_storage(&a));
    copy_indicators(&a);
    for (size_t node = context->framework->n_indicators; node < context->framework->n_nodes; node++) {
        CSI_TRY(score_node(&a, node));
    }
    divide_imputed(result);
out:
    free(a.child);
    free(a.family_weight);
    free(a.drawn_weight);
    free(a.is_scored);
    return status;
}
