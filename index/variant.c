/* A variant is a run of its own that shares the raw panel and the normalised values with the run that it is made of; where
 * the indicators are all there, the scores too. So the tables of scores, the views and the exports know no variants, only
 * runs.
 *
 * "Matched" is taken strictly: an indicator counts for a country when the country has it in every scored year, so that no
 * part of a change can come from an indicator entering or leaving. An indicator that nobody has in some year leaves the
 * framework altogether, or it would weigh on the thresholds of what must be present. */
#include "index/variant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static csi_status no_memory(csi_diag *diag)
{
    return csi_diag_no_memory(diag, "computing a variant");
}

bool csi_variant_has_all_years(const csi_run *run, size_t indicator, size_t country)
{
    const csi_panel *scores = run->result->scores;
    for (size_t year = 0; year < scores->n_years; year++) {
        if (isnan(csi_panel_get(scores, indicator, year, country))) {
            return false;
        }
    }
    return true;
}

/* Whether somebody has the indicator in each of the years; not necessarily the same country. */
static bool is_never_absent(const csi_run *run, size_t indicator)
{
    const csi_panel *scores = run->result->scores;
    for (size_t year = 0; year < scores->n_years; year++) {
        bool is_here = false;
        for (size_t c = 0; c < scores->n_countries && !is_here; c++) {
            is_here = !isnan(csi_panel_get(scores, indicator, year, c));
        }
        if (!is_here) {
            return false;
        }
    }
    return true;
}

static bool is_of_kind(const csi_variant_spec *spec, const char *kind)
{
    for (size_t i = 0; i < spec->n_kinds; i++) {
        if (strcmp(spec->kind[i], kind) == 0) {
            return true;
        }
    }
    return spec->n_kinds == 0;
}

static bool is_left_out(const csi_framework *framework, const csi_variant_spec *spec, size_t node)
{
    for (; node != CSI_NONE; node = framework->node[node].parent) {
        for (size_t i = 0; i < spec->n_without; i++) {
            if (spec->without[i] == node) {
                return true;
            }
        }
    }
    return false;
}

/* Which indicators stay, and with them every node above one. */
static csi_status choose(csi_variant *v, const csi_run *run, csi_diag *diag, size_t *n_kept)
{
    const csi_framework *framework = run->project->framework;
    bool *is_in = csi_arena_alloc(v->arena, framework->n_nodes, sizeof *is_in);
    if (is_in == NULL) {
        return no_memory(diag);
    }
    for (size_t i = 0; i < framework->n_indicators; i++) {
        is_in[i] = is_of_kind(v->spec, framework->node[i].kind) && !is_left_out(framework, v->spec, i) &&
                   (!v->spec->is_matched || is_never_absent(run, i));
        for (size_t at = framework->node[i].parent; is_in[i] && at != CSI_NONE; at = framework->node[at].parent) {
            is_in[at] = true;
        }
    }
    *n_kept = 0;
    for (size_t i = 0; i < framework->n_nodes; i++) {
        *n_kept += is_in[i];
    }
    v->is_in = is_in;
    return *n_kept > 0 ? CSI_OK
                       : csi_diag_error(diag, CSI_ERR_CONFIG, &v->spec->place,
                                        "the variant \"%s\" leaves no indicator", v->spec->name);
}

/* Whether somebody's judgement of just these children weighs them, which has nothing to say of a part of them: then the
 * weights that it gave are kept among those that stay. Weights that come from the data are computed anew. */
static bool is_judged_apart(const csi_variant *v, const csi_run *run, size_t node)
{
    static const char *const judged[] = {"given", "budget", "ahp"};
    const csi_node *parent = &run->project->framework->node[node];
    const csi_step *step = run->project->recipe->node_weight[node];
    bool is_judged = false, is_whole = true;
    for (size_t i = 0; step != NULL && i < sizeof judged / sizeof *judged; i++) {
        is_judged = is_judged || strcmp(step->method->name, judged[i]) == 0;
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        is_whole = is_whole && v->is_in[parent->child[q]];
    }
    return is_judged && !is_whole;
}

/* The framework of what stays; denominators have done their work by then. */
static csi_status reduce_framework(csi_variant *v, const csi_run *run, size_t n, csi_diag *diag)
{
    const csi_framework *full = run->project->framework;
    csi_node *node = csi_arena_alloc(v->arena, n, sizeof *node);
    const char **parent = csi_arena_alloc(v->arena, n, sizeof *parent);
    size_t *node_of = csi_arena_alloc(v->arena, n, sizeof *node_of);
    size_t k = 0;
    if (node == NULL || parent == NULL || node_of == NULL) {
        return no_memory(diag);
    }
    for (size_t i = 0; i < full->n_nodes; i++) {
        if (v->is_in[i]) {
            node[k] = full->node[i];
            node[k].denominator = NULL;
            node[k].n_children = 0;
            if (full->node[i].parent != CSI_NONE && is_judged_apart(v, run, full->node[i].parent)) {
                node[k].weight = run->result->weight[i * run->result->scores->n_years];
            }
            parent[k++] = full->node[i].parent == CSI_NONE ? "" : full->node[full->node[i].parent].code;
        }
    }
    const csi_status status = csi_framework_build(v->arena, full->file, node, parent, n, diag, &v->project.framework);
    for (size_t i = 0; status == CSI_OK && i < n; i++) {
        node_of[i] = csi_framework_find(full, v->project.framework->node[i].code);
    }
    v->node_of = node_of;
    return status;
}

/* The rules of the nodes that stay. A part that asks for more children than are left asks for all of them. */
static csi_status reduce_recipe(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    const csi_framework *framework = v->project.framework;
    const csi_recipe *full = run->project->recipe;
    csi_recipe *recipe = csi_arena_alloc(v->arena, 1, sizeof *recipe);
    const csi_step **weight = csi_arena_alloc(v->arena, framework->n_nodes, sizeof *weight);
    csi_node_rule *rule = csi_arena_alloc(v->arena, framework->n_nodes, sizeof *rule);
    if (recipe == NULL || weight == NULL || rule == NULL) {
        return no_memory(diag);
    }
    for (size_t i = 0; i < framework->n_nodes; i++) {
        weight[i] = is_judged_apart(v, run, v->node_of[i]) ? NULL : full->node_weight[v->node_of[i]];
        rule[i] = full->node_rule[v->node_of[i]];
        if (i >= framework->n_indicators && rule[i].min_children > framework->node[i].n_children) {
            rule[i].min_children = framework->node[i].n_children;
        }
    }
    *recipe = (csi_recipe){.n_stages = 0, .node_weight = weight, .node_rule = rule, .scale_low = full->scale_low,
                           .scale_high = full->scale_high};
    v->project.recipe = recipe;
    return CSI_OK;
}

/* The normalised values of the indicators that stay; matched: none of a country's that lacks one of the years. */
static csi_status take_normalised(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    const csi_framework *framework = v->project.framework;
    const csi_panel *from = run->result->normalised;
    csi_result *result = calloc(1, sizeof *result);
    v->run.result = result;
    if (result == NULL || (result->stage = calloc(1, sizeof *result->stage)) == NULL ||
        (result->treatments = csi_treatments_new(framework->n_indicators)) == NULL ||
        csi_panel_new(framework->n_indicators, from->first_year, from->n_years, from->n_countries, false,
                      &result->stage[0]) != CSI_OK) {
        return no_memory(diag);
    }
    result->n_stages = 1;
    result->imputed = result->normalised = result->stage[0];
    const size_t n = from->n_years * from->n_countries;
    for (size_t i = 0; i < framework->n_indicators; i++) {
        const size_t source = csi_panel_at(from, v->node_of[i], 0, 0), target = csi_panel_at(result->stage[0], i, 0, 0);
        memcpy(result->stage[0]->value + target, from->value + source, n * sizeof *from->value);
        memcpy(result->stage[0]->state + target, from->state + source, n * sizeof *from->state);
        for (size_t c = 0; v->spec->is_matched && c < from->n_countries; c++) {
            for (size_t year = 0; year < from->n_years && !csi_variant_has_all_years(run, v->node_of[i], c); year++) {
                csi_panel_set(result->stage[0], i, year, c, (double)NAN, CSI_CELL_MISSING);
            }
        }
    }
    return CSI_OK;
}

static csi_status aggregate(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    size_t n_kept;
    csi_status status;
    CSI_TRY(choose(v, run, diag, &n_kept));
    CSI_TRY(reduce_framework(v, run, n_kept, diag));
    CSI_TRY(reduce_recipe(v, run, diag));
    CSI_TRY(take_normalised(v, run, diag));
    v->run.context.framework = v->project.framework;
    CSI_TRY(csi_aggregate_run(v->project.recipe, &v->run.context, v->run.result, diag));
out:
    return status;
}

static double *copy_values(const double *from, size_t n)
{
    double *to = calloc(n + 1, sizeof *to);
    if (to != NULL) {
        memcpy(to, from, n * sizeof *to);
    }
    return to;
}

/* All indicators stay: the scores are those of the run. */
static csi_status take_scores(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    const csi_result *from = run->result;
    const size_t n_nodes = from->scores->n_series, n_years = from->scores->n_years;
    const size_t n = n_nodes * n_years * from->scores->n_countries;
    csi_result *result = calloc(1, sizeof *result);
    size_t *node_of = csi_arena_alloc(v->arena, n_nodes, sizeof *node_of);
    bool *is_in = csi_arena_alloc(v->arena, n_nodes, sizeof *is_in);
    v->run.result = result;
    if (result == NULL || node_of == NULL || is_in == NULL || csi_panel_copy(from->scores, &result->scores) != CSI_OK) {
        return no_memory(diag);
    }
    result->weight = copy_values(from->weight, n_nodes * n_years);
    result->coverage = copy_values(from->coverage, n);
    result->imputed_share = copy_values(from->imputed_share, n);
    if (result->weight == NULL || result->coverage == NULL || result->imputed_share == NULL) {
        return no_memory(diag);
    }
    for (size_t i = 0; i < n_nodes; i++) {
        node_of[i] = i;
        is_in[i] = true;
    }
    v->node_of = node_of;
    v->is_in = is_in;
    return CSI_OK;
}

/* What an indicator waits for, it waits for in a variant too; nodes above wait with the indicators that they still have. */
static void take_statuses(csi_variant *v, const csi_run *run)
{
    const csi_framework *framework = v->project.framework;
    const csi_panel *scores = v->run.result->scores;
    const size_t n = scores->n_years * scores->n_countries;
    for (size_t i = 0; i < framework->n_nodes; i++) {
        unsigned char *status = v->run.status + i * n;
        const unsigned char *full = run->status + v->node_of[i] * n;
        for (size_t k = 0; k < n; k++) {
            bool is_waiting = i < framework->n_indicators && full[k] == CSI_SCORE_PROVISIONAL;
            for (size_t q = 0; q < framework->node[i].n_children; q++) {
                is_waiting |= v->run.status[framework->node[i].child[q] * n + k] == CSI_SCORE_PROVISIONAL;
            }
            status[k] = isnan(scores->value[i * n + k]) ? CSI_SCORE_MISSING
                        : is_waiting                    ? CSI_SCORE_PROVISIONAL
                                                        : CSI_SCORE_FINAL;
        }
    }
}

static bool is_another_set(const csi_variant_spec *spec)
{
    return spec->is_matched || spec->n_kinds > 0 || spec->n_without > 0;
}

static csi_status make(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(is_another_set(v->spec) ? aggregate(v, run, diag) : take_scores(v, run, diag));
    CSI_TRY(csi_run_allocate(&v->run, diag));
    take_statuses(v, run);
    if (v->spec->groups != NULL) {
        CSI_TRY(csi_variant_group(v, run, diag));
    }
    if (v->spec->base_year != CSI_NO_YEAR) {
        CSI_TRY(csi_variant_rebase(v, diag));
    }
    CSI_TRY(csi_run_rank(&v->run, diag));
    if (v->spec->groups != NULL) {
        csi_variant_unrank_world(v);
    }
out:
    return status;
}

csi_status csi_variant_make(const csi_run *run, const csi_variant_spec *spec, csi_diag *diag, csi_variant **variant)
{
    *variant = NULL;
    csi_variant *v = calloc(1, sizeof *v);
    csi_arena *arena = csi_arena_new();
    if (v == NULL || arena == NULL) {
        free(v);
        csi_arena_free(arena);
        return no_memory(diag);
    }
    v->spec = spec;
    v->arena = arena;
    v->project = *run->project;
    v->raw = *run->raw;
    v->run = (csi_run){.project = &v->project, .raw = &v->raw, .context = run->context};
    const csi_status status = make(v, run, diag);
    if (status != CSI_OK) {
        csi_variant_free(v);
        return status;
    }
    *variant = v;
    return CSI_OK;
}

void csi_variant_free(csi_variant *variant)
{
    if (variant != NULL) {
        csi_run_clear(&variant->run);
        csi_arena_free(variant->arena);
        free(variant);
    }
}
