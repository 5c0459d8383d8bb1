/* The list `steps:` of index.yaml as a recipe.
 *
 * Each item is a map of one key, the step, to a method's name or to a map of `method` and its options; `aggregate` and
 * `weight` may hold a list of such maps, each for a level, a node or everything. Later entries override earlier ones.
 * Nodes that no entry names are averaged arithmetically, where half of their children's weight is present. */
#include "metrics/pipeline.h"

#include <string.h>

#define USUAL_WEIGHT_SHARE 0.5

typedef struct reader {
    csi_arena *arena;
    const csi_framework *framework;
    csi_diag *diag;
    csi_recipe *recipe;
} reader;

static const char *const target_keys[] = {"method", "level", "node", "min_weight_share", "min_children"};
static const size_t n_target_keys = sizeof target_keys / sizeof target_keys[0];

static csi_status find_method(const reader *r, csi_step_kind kind, const csi_setting *name, const csi_method **method)
{
    const char *names[128];
    size_t n = 0;
    for (size_t i = 0; i < csi_method_count(); i++) {
        if (csi_method_at(i)->step == kind && n < sizeof names / sizeof names[0]) {
            names[n++] = csi_method_at(i)->name;
        }
    }
    size_t chosen = 0;
    const csi_status status = csi_setting_choice(name, names, n, r->diag, &chosen);
    *method = status == CSI_OK ? csi_method_find(kind, names[chosen]) : NULL;
    return status;
}

/* One step from a bare method name or a map with `method` and options. */
static csi_status read_step(const reader *r, csi_step_kind kind, const csi_setting *setting, size_t n_ignored,
                            csi_step *step)
{
    const csi_method *method = NULL;
    const bool is_map = setting->kind == CSI_SETTING_MAP;
    const csi_setting *name = is_map ? csi_setting_find(setting, "method") : setting;
    csi_status status;
    if (name == NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &setting->place, "%s: the key \"method\" is missing",
                              csi_step_kind_name(kind));
    }
    status = find_method(r, kind, name, &method);
    if (status == CSI_OK) {
        status = csi_step_make(r->arena, method, is_map ? setting : NULL, target_keys, n_ignored, r->diag, step);
    }
    if (!is_map) {
        step->place = setting->place;
    }
    return status;
}

/* Which aggregates an entry is for. */
typedef struct target {
    size_t node; /* CSI_NONE: all of the level */
    int level;   /* 0: every level */
} target;

static bool hits(const target *t, const csi_framework *framework, size_t node)
{
    return t->node != CSI_NONE ? node == t->node : t->level == 0 || framework->node[node].level == t->level;
}

static csi_status read_target_node(const reader *r, const csi_setting *node, target *t)
{
    const char *code = NULL;
    const csi_status status = csi_setting_text(node, r->diag, &code);
    if (status != CSI_OK) {
        return status;
    }
    t->node = csi_framework_find(r->framework, code);
    if (t->node == CSI_NONE || t->node < r->framework->n_indicators) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &node->place, "\"%s\" is no aggregate of the framework", code);
    }
    return CSI_OK;
}

static csi_status read_target(const reader *r, const csi_setting *map, target *t)
{
    *t = (target){.node = CSI_NONE};
    const csi_setting *level = csi_setting_find(map, "level"), *node = csi_setting_find(map, "node");
    if (level != NULL && node != NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &node->key_place, "give a level or a node, not both");
    }
    if (node != NULL) {
        return read_target_node(r, node, t);
    }
    if (level == NULL) {
        return CSI_OK;
    }
    int64_t number = 0;
    const csi_status status = csi_setting_integer(level, 2, r->framework->n_levels, r->diag, &number);
    t->level = (int)number;
    return status;
}

/* The least number of children that may be asked of every node hit. */
static size_t fewest_children(const reader *r, const target *t)
{
    size_t fewest = SIZE_MAX;
    for (size_t node = r->framework->n_indicators; node < r->framework->n_nodes; node++) {
        const size_t n = r->framework->node[node].n_children;
        fewest = hits(t, r->framework, node) && n < fewest ? n : fewest;
    }
    return fewest;
}

static csi_status read_thresholds(const reader *r, const csi_setting *map, const target *t, csi_node_rule *rule)
{
    const csi_setting *share = csi_setting_find(map, "min_weight_share"), *least = csi_setting_find(map, "min_children");
    csi_status status = CSI_OK;
    rule->min_weight_share = least != NULL ? 0 : USUAL_WEIGHT_SHARE;
    rule->min_children = 1;
    if (share != NULL) {
        status = csi_setting_number(share, 0, 1, r->diag, &rule->min_weight_share);
    }
    if (status == CSI_OK && least != NULL) {
        int64_t number = 1;
        status = csi_setting_integer(least, 1, (int64_t)fewest_children(r, t), r->diag, &number);
        rule->min_children = (size_t)number;
    }
    return status;
}

/* One entry of `aggregate` or `weight`. */
static csi_status read_entry(const reader *r, csi_step_kind kind, const csi_setting *setting)
{
    const bool is_aggregate = kind == CSI_STEP_AGGREGATE;
    const csi_setting *map = setting->kind == CSI_SETTING_MAP ? setting : NULL;
    csi_step *step = csi_arena_alloc(r->arena, 1, sizeof *step);
    csi_node_rule rule = {.step = step};
    target t;
    csi_status status;
    if (step == NULL) {
        return csi_diag_no_memory(r->diag, "reading the steps");
    }
    CSI_TRY(read_step(r, kind, setting, is_aggregate ? n_target_keys : 3, step));
    CSI_TRY(read_target(r, map, &t));
    CSI_TRY(is_aggregate ? read_thresholds(r, map, &t, &rule) : CSI_OK);
    for (size_t node = r->framework->n_indicators; node < r->framework->n_nodes; node++) {
        if (hits(&t, r->framework, node) && is_aggregate) {
            r->recipe->node_rule[node] = rule;
        } else if (hits(&t, r->framework, node)) {
            r->recipe->node_weight[node] = step;
        }
    }
out:
    return status;
}

static csi_status read_entries(const reader *r, csi_step_kind kind, const csi_setting *setting)
{
    if (setting->kind != CSI_SETTING_LIST) {
        return read_entry(r, kind, setting);
    }
    csi_status status = CSI_OK;
    for (size_t i = 0; i < setting->n && status == CSI_OK; i++) {
        status = read_entry(r, kind, &setting->item[i]);
    }
    return status;
}

/* Denominators, exclusions and imputation in any order; but what works on normalised values comes after them. */
static csi_status read_stage(const reader *r, csi_step_kind kind, const csi_setting *setting)
{
    csi_recipe *recipe = r->recipe;
    csi_step *step = &recipe->stage[recipe->n_stages];
    const csi_status status = read_step(r, kind, setting, 1, step);
    if (status != CSI_OK) {
        return status;
    }
    if (recipe->n_stages > 0 && recipe->stage[recipe->n_stages - 1].method->step == CSI_STEP_NORMALISE &&
        kind != CSI_STEP_NORMALISE) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &setting->place, "%s comes after normalise; put it before",
                              csi_step_kind_name(kind));
    }
    recipe->n_stages++;
    if (kind == CSI_STEP_NORMALISE && csi_step_has(step, "range")) {
        recipe->scale_low = csi_step_value(step, "range")->numbers[0];
        recipe->scale_high = csi_step_value(step, "range")->numbers[1];
    }
    return CSI_OK;
}

static csi_status read_item(const reader *r, const csi_setting *item)
{
    const char *names[CSI_N_STEPS];
    for (int kind = 0; kind < CSI_N_STEPS; kind++) {
        names[kind] = csi_step_kind_name((csi_step_kind)kind);
    }
    csi_status status = csi_setting_expect(item, CSI_SETTING_MAP, r->diag);
    if (status == CSI_OK) {
        status = csi_setting_check_keys(item, "steps", names, CSI_N_STEPS, r->diag);
    }
    if (status == CSI_OK && item->n != 1) {
        status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &item->place, "one step an entry: this one has %zu", item->n);
    }
    for (int kind = 0; kind < CSI_N_STEPS && status == CSI_OK; kind++) {
        if (strcmp(names[kind], item->item[0].key) == 0) {
            status = kind < CSI_STEP_WEIGHT ? read_stage(r, (csi_step_kind)kind, &item->item[0])
                                            : read_entries(r, (csi_step_kind)kind, &item->item[0]);
        }
    }
    return status;
}

static csi_status make_recipe(reader *r, size_t n_stages)
{
    csi_recipe *recipe = csi_arena_alloc(r->arena, 1, sizeof *recipe);
    csi_step *usual = csi_arena_alloc(r->arena, 1, sizeof *usual);
    if (recipe == NULL || usual == NULL) {
        return csi_diag_no_memory(r->diag, "reading the steps");
    }
    const size_t n_nodes = r->framework->n_nodes;
    recipe->stage = csi_arena_alloc(r->arena, n_stages + 1, sizeof *recipe->stage);
    recipe->node_weight = csi_arena_alloc(r->arena, n_nodes, sizeof *recipe->node_weight);
    recipe->node_rule = csi_arena_alloc(r->arena, n_nodes, sizeof *recipe->node_rule);
    if (recipe->stage == NULL || recipe->node_weight == NULL || recipe->node_rule == NULL) {
        return csi_diag_no_memory(r->diag, "reading the steps");
    }
    recipe->scale_low = 1;
    recipe->scale_high = 100;
    const csi_method *arithmetic = csi_method_find(CSI_STEP_AGGREGATE, "arithmetic");
    const csi_status status = csi_step_make(r->arena, arithmetic, NULL, NULL, 0, r->diag, usual);
    for (size_t node = r->framework->n_indicators; node < n_nodes; node++) {
        recipe->node_rule[node] = (csi_node_rule){usual, USUAL_WEIGHT_SHARE, 1};
    }
    r->recipe = recipe;
    return status;
}

bool csi_recipe_is_bounded(const csi_recipe *recipe, const csi_framework *framework)
{
    bool has_range = false;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        const csi_step *step = &recipe->stage[i];
        if (step->method->step == CSI_STEP_NORMALISE && !csi_step_has(step, "range")) {
            return false;
        }
        has_range = has_range || step->method->step == CSI_STEP_NORMALISE;
    }
    for (size_t node = framework->n_indicators; node < framework->n_nodes; node++) {
        const csi_method *rule = recipe->node_rule[node].step->method;
        if (rule->phi == NULL && strcmp(rule->name, "median") != 0 && strcmp(rule->name, "owa") != 0) {
            return false;
        }
    }
    return has_range;
}

/* Directions are applied by the normalisation: without one, an indicator of which less is better would count wrong. */
static csi_status check_directions(const reader *r, const csi_setting *steps)
{
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        if (r->recipe->stage[i].method->step == CSI_STEP_NORMALISE) {
            return CSI_OK;
        }
    }
    for (size_t i = 0; i < r->framework->n_indicators; i++) {
        if (r->framework->node[i].direction < 0) {
            return csi_diag_error(r->diag, CSI_ERR_CONFIG, &steps->place,
                                  "indicator \"%s\" has direction -1, which only a normalise step applies, and there is "
                                  "none", r->framework->node[i].code);
        }
    }
    return CSI_OK;
}

csi_status csi_recipe_read(csi_arena *arena, const csi_framework *framework, const csi_setting *steps, csi_diag *diag,
                           csi_recipe **recipe)
{
    reader r = {.arena = arena, .framework = framework, .diag = diag};
    csi_status status;
    *recipe = NULL;
    CSI_TRY(csi_setting_expect(steps, CSI_SETTING_LIST, diag));
    CSI_TRY(make_recipe(&r, steps->n));
    for (size_t i = 0; i < steps->n; i++) {
        CSI_TRY(read_item(&r, &steps->item[i]));
    }
    CSI_TRY(check_directions(&r, steps));
    *recipe = r.recipe;
out:
    return status;
}
