/* The section `ensemble:` of index.yaml, key by key.
 *
 *     ensemble:
 *       replicates: 10000
 *       seed: 20181112                                  # default: the index's own
 *       freeze: [treatment]                             # factors that are not drawn
 *       top: [1, 3, 10, 20, 50]                         # how often a country is among the first so many
 *       weights: {draw: uniform, spread: 0.25}          # or dirichlet (concentration), or experts (list of maps)
 *       imputation: {alternatives: [[{method: carry}]]} # each a step or a list of steps, besides the configured ones;
 *                                                       # of `em` with `multiple: M` one of the M draws is taken
 *       treatment: {alternatives: [{method: winsorise}]}
 *       normalisation: {alternatives: [{method: minmax, goalposts: panel}]}
 *       aggregation: {alternatives: [{level: 3, method: arithmetic}]} # without level: at every level at once
 *       goalposts: {spread: 0.1, except: [a_code]}
 *       errors: {correlation: 0}
 *       leave_out: {level: 2}
 *
 * Every factor is drawn unless frozen. The defaults: weights and goalposts as above; no alternative treatment and
 * nothing left out; the alternatives of metrics/ensemble_usual.c. */
#include "metrics/ensemble_spec.h"

#include <math.h>
#include <string.h>

#define USUAL_REPLICATES 10000
#define MOST_OF_VARIANTS 100000 /* those of a year are kept one by one */
#define USUAL_SPREAD 0.25
#define USUAL_POST_SPREAD 0.1
#define USUAL_CONCENTRATION 20.0

static const char *const factor_names[CSI_N_FACTORS] = {
    [CSI_FACTOR_IMPUTATION] = "imputation",   [CSI_FACTOR_TREATMENT] = "treatment",
    [CSI_FACTOR_NORMALISATION] = "normalisation", [CSI_FACTOR_AGGREGATION] = "aggregation",
    [CSI_FACTOR_WEIGHTS] = "weights",         [CSI_FACTOR_GOALPOSTS] = "goalposts",
    [CSI_FACTOR_ERRORS] = "errors",           [CSI_FACTOR_LEAVE_OUT] = "leave_out",
};
static const csi_step_kind stage_kinds[3] = {CSI_STEP_IMPUTE, CSI_STEP_TREAT, CSI_STEP_NORMALISE};

const char *csi_factor_name(csi_factor factor)
{
    return factor_names[factor];
}

bool csi_factor_is_data(csi_factor factor)
{
    return factor == CSI_FACTOR_IMPUTATION || factor == CSI_FACTOR_ERRORS;
}

typedef csi_spec_reader reader;

void *csi_spec_take(const reader *r, size_t n, size_t size)
{
    return csi_arena_alloc(r->arena, n == 0 ? 1 : n, size);
}

csi_status csi_spec_no_memory(const reader *r)
{
    return csi_diag_no_memory(r->diag, "reading the ensemble");
}

static csi_status read_step(const reader *r, csi_step_kind kind, const csi_setting *map, csi_step *step)
{
    static const char *const ignored[] = {"method", "level"};
    const csi_setting *name = map->kind == CSI_SETTING_MAP ? csi_setting_find(map, "method") : map;
    const char *text = NULL;
    csi_status status = CSI_OK;
    if (name == NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &map->place, "the key \"method\" is missing");
    }
    CSI_TRY(csi_setting_text(name, r->diag, &text));
    const csi_method *method = csi_method_find(kind, text);
    if (method == NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &name->place, "there is no %s method \"%s\"",
                              csi_step_kind_name(kind), text);
    }
    status = csi_step_make(r->arena, method, map->kind == CSI_SETTING_MAP ? map : NULL, ignored,
                           kind == CSI_STEP_AGGREGATE ? 2 : 1, r->diag, step);
out:
    return status;
}

/* One alternative: a step or a list of steps. */
static csi_status read_alternative(const reader *r, csi_step_kind kind, const csi_setting *item, csi_alternative *to)
{
    const bool is_list = item->kind == CSI_SETTING_LIST;
    const size_t n = is_list ? item->n : 1;
    csi_step *step = csi_spec_take(r, n, sizeof *step);
    csi_status status = step == NULL ? csi_spec_no_memory(r) : CSI_OK;
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        status = read_step(r, kind, is_list ? &item->item[i] : item, &step[i]);
    }
    *to = (csi_alternative){step, n};
    return status;
}

static csi_status find_alternatives(const reader *r, const csi_setting *map, const char *what, const csi_setting **list)
{
    static const char *const known[] = {"alternatives"};
    csi_status status = csi_setting_check_keys(map, what, known, 1, r->diag);
    *list = csi_setting_find(map, "alternatives");
    if (status == CSI_OK && *list == NULL) {
        status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &map->place, "%s: the key \"alternatives\" is missing", what);
    }
    return status != CSI_OK ? status : csi_setting_expect(*list, CSI_SETTING_LIST, r->diag);
}

static csi_status read_alternatives(const reader *r, size_t factor, const csi_setting *map)
{
    const csi_setting *list = NULL;
    csi_status status = find_alternatives(r, map, factor_names[factor], &list);
    if (status != CSI_OK) {
        return status;
    }
    csi_alternative *alternative = csi_spec_take(r, list->n, sizeof *alternative);
    status = alternative == NULL ? csi_spec_no_memory(r) : CSI_OK;
    for (size_t i = 0; i < list->n && status == CSI_OK; i++) {
        status = read_alternative(r, stage_kinds[factor], &list->item[i], &alternative[i]);
    }
    r->spec->alternative[factor] = alternative;
    r->spec->n_alternatives[factor] = list->n;
    return status;
}

static csi_status read_rules(const reader *r, const csi_setting *map)
{
    const csi_setting *list = NULL;
    csi_status status = find_alternatives(r, map, "aggregation", &list);
    if (status != CSI_OK) {
        return status;
    }
    csi_rule_alternative *rule = csi_spec_take(r, list->n, sizeof *rule);
    csi_step *step = csi_spec_take(r, list->n, sizeof *step);
    status = rule == NULL || step == NULL ? csi_spec_no_memory(r) : CSI_OK;
    for (size_t i = 0; i < list->n && status == CSI_OK; i++) {
        const csi_setting *level = csi_setting_find(&list->item[i], "level");
        int64_t number = 0;
        if (level != NULL) {
            CSI_TRY(csi_setting_integer(level, 2, r->framework->n_levels, r->diag, &number));
        }
        CSI_TRY(read_step(r, CSI_STEP_AGGREGATE, &list->item[i], &step[i]));
        rule[i] = (csi_rule_alternative){(int)number, &step[i]};
    }
    r->spec->rule = rule;
    r->spec->n_rules = list->n;
out:
    return status;
}

static csi_status read_expert(const reader *r, const csi_setting *map, double *weight)
{
    csi_status status = csi_setting_expect(map, CSI_SETTING_MAP, r->diag);
    for (size_t node = 0; node < r->framework->n_nodes; node++) {
        weight[node] = (double)NAN;
    }
    for (size_t i = 0; i < map->n && status == CSI_OK; i++) {
        const size_t node = csi_framework_find(r->framework, map->item[i].key);
        if (node == CSI_NONE) {
            return csi_diag_error(r->diag, CSI_ERR_CONFIG, &map->item[i].key_place, "there is no node \"%s\"",
                                  map->item[i].key);
        }
        status = csi_setting_number(&map->item[i], 0.0, 1e9, r->diag, &weight[node]);
    }
    return status;
}

static csi_status read_experts(const reader *r, const csi_setting *list)
{
    csi_status status = csi_setting_expect(list, CSI_SETTING_LIST, r->diag);
    if (status != CSI_OK) {
        return status;
    }
    const double **expert = csi_spec_take(r, list->n, sizeof *expert);
    status = expert == NULL ? csi_spec_no_memory(r) : CSI_OK;
    for (size_t i = 0; i < list->n && status == CSI_OK; i++) {
        double *weight = csi_spec_take(r, r->framework->n_nodes, sizeof *weight);
        status = weight == NULL ? csi_spec_no_memory(r) : read_expert(r, &list->item[i], weight);
        expert[i] = weight;
    }
    r->spec->expert = expert;
    r->spec->n_experts = list->n;
    return status;
}

static csi_status read_weights(const reader *r, const csi_setting *map)
{
    static const char *const known[] = {"draw", "spread", "concentration", "experts"};
    static const char *const draws[] = {"uniform", "dirichlet", "experts"};
    csi_ensemble_spec *spec = r->spec;
    csi_status status;
    size_t draw = 0;
    CSI_TRY(csi_setting_check_keys(map, "weights", known, 4, r->diag));
    const csi_setting *kind = csi_setting_find(map, "draw"), *spread = csi_setting_find(map, "spread");
    const csi_setting *concentration = csi_setting_find(map, "concentration"), *experts = csi_setting_find(map, "experts");
    CSI_TRY(kind == NULL ? CSI_OK : csi_setting_choice(kind, draws, 3, r->diag, &draw));
    CSI_TRY(spread == NULL ? CSI_OK : csi_setting_number(spread, 0.0, 0.99, r->diag, &spec->weight_spread));
    CSI_TRY(concentration == NULL ? CSI_OK : csi_setting_number(concentration, 1e-3, 1e6, r->diag,
                                                                &spec->weight_concentration));
    CSI_TRY(experts == NULL ? CSI_OK : read_experts(r, experts));
    spec->weight_draw = (csi_weight_draw)draw;
    if (spec->weight_draw == CSI_WEIGHTS_EXPERTS && spec->n_experts == 0) {
        status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &map->place, "weights: drawing experts needs a list \"experts\"");
    }
out:
    return status;
}

static csi_status read_goalposts(const reader *r, const csi_setting *map, bool *is_fixed)
{
    static const char *const known[] = {"spread", "except"};
    csi_status status;
    CSI_TRY(csi_setting_check_keys(map, "goalposts", known, 2, r->diag));
    const csi_setting *spread = csi_setting_find(map, "spread"), *except = csi_setting_find(map, "except");
    CSI_TRY(spread == NULL ? CSI_OK : csi_setting_number(spread, 0.0, 0.45, r->diag, &r->spec->goalpost_spread));
    CSI_TRY(except == NULL ? CSI_OK : csi_setting_expect(except, CSI_SETTING_LIST, r->diag));
    for (size_t i = 0; except != NULL && i < except->n; i++) {
        const char *code = NULL;
        CSI_TRY(csi_setting_text(&except->item[i], r->diag, &code));
        const size_t node = csi_framework_find(r->framework, code);
        if (node >= r->framework->n_indicators) {
            status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &except->item[i].place, "there is no indicator \"%s\"", code);
            goto out;
        }
        is_fixed[node] = true;
    }
out:
    return status;
}

static csi_status read_errors(const reader *r, const csi_setting *map)
{
    static const char *const known[] = {"correlation"};
    const csi_setting *correlation = csi_setting_find(map, "correlation");
    const csi_status status = csi_setting_check_keys(map, "errors", known, 1, r->diag);
    return status != CSI_OK || correlation == NULL
               ? status
               : csi_setting_number(correlation, 0.0, 1.0, r->diag, &r->spec->error_correlation);
}

static csi_status read_leave_out(const reader *r, const csi_setting *map)
{
    static const char *const known[] = {"level"};
    int64_t level = 2;
    const csi_setting *given = csi_setting_find(map, "level");
    csi_status status = csi_setting_check_keys(map, "leave_out", known, 1, r->diag);
    if (status == CSI_OK && given != NULL) {
        status = csi_setting_integer(given, 1, r->framework->n_levels - 1, r->diag, &level);
    }
    r->spec->leave_out_level = (int)level;
    return status;
}

static csi_status read_top(const reader *r, const csi_setting *list)
{
    static const size_t usual[] = {1, 3, 10, 20, 50};
    csi_status status = CSI_OK;
    r->spec->top = usual;
    r->spec->n_top = sizeof usual / sizeof *usual;
    if (list == NULL) {
        return CSI_OK;
    }
    CSI_TRY(csi_setting_expect(list, CSI_SETTING_LIST, r->diag));
    size_t *top = csi_spec_take(r, list->n, sizeof *top);
    if (top == NULL) {
        return csi_spec_no_memory(r);
    }
    for (size_t i = 0; i < list->n; i++) {
        int64_t number = 0;
        CSI_TRY(csi_setting_integer(&list->item[i], i == 0 ? 1 : (int64_t)top[i - 1] + 1, 1000000, r->diag, &number));
        top[i] = (size_t)number;
    }
    r->spec->top = top;
    r->spec->n_top = list->n;
out:
    return status;
}

static csi_status read_freeze(const reader *r, const csi_setting *list)
{
    csi_status status = list == NULL ? CSI_OK : csi_setting_expect(list, CSI_SETTING_LIST, r->diag);
    for (size_t i = 0; list != NULL && status == CSI_OK && i < list->n; i++) {
        size_t factor = 0;
        status = csi_setting_choice(&list->item[i], factor_names, CSI_N_FACTORS, r->diag, &factor);
        r->spec->is_active[factor] = false;
    }
    return status;
}

/* The factors' own maps, each either given or usual. */
static csi_status read_factors(const reader *r, const csi_setting *section, bool *is_fixed)
{
    const csi_setting *given[CSI_N_FACTORS];
    csi_status status;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        given[factor] = csi_setting_find(section, factor_names[factor]);
        CSI_TRY(given[factor] == NULL ? CSI_OK : csi_setting_expect(given[factor], CSI_SETTING_MAP, r->diag));
    }
    for (size_t factor = 0; factor < 3; factor++) {
        CSI_TRY(given[factor] == NULL ? CSI_OK : read_alternatives(r, factor, given[factor]));
    }
    CSI_TRY(given[CSI_FACTOR_IMPUTATION] == NULL ? csi_spec_usual_imputation(r) : CSI_OK);
    CSI_TRY(given[CSI_FACTOR_NORMALISATION] == NULL ? csi_spec_usual_normalisation(r) : CSI_OK);
    CSI_TRY(given[CSI_FACTOR_AGGREGATION] == NULL ? csi_spec_usual_aggregation(r) : read_rules(r, given[CSI_FACTOR_AGGREGATION]));
    CSI_TRY(given[CSI_FACTOR_WEIGHTS] == NULL ? CSI_OK : read_weights(r, given[CSI_FACTOR_WEIGHTS]));
    CSI_TRY(given[CSI_FACTOR_GOALPOSTS] == NULL ? CSI_OK : read_goalposts(r, given[CSI_FACTOR_GOALPOSTS], is_fixed));
    CSI_TRY(given[CSI_FACTOR_ERRORS] == NULL ? CSI_OK : read_errors(r, given[CSI_FACTOR_ERRORS]));
    CSI_TRY(given[CSI_FACTOR_LEAVE_OUT] == NULL ? CSI_OK : read_leave_out(r, given[CSI_FACTOR_LEAVE_OUT]));
out:
    return status;
}

/* A factor with nothing to choose from is not active. */
static void settle(csi_ensemble_spec *spec)
{
    for (size_t factor = 0; factor < 3; factor++) {
        spec->is_active[factor] = spec->n_alternatives[factor] > 0;
    }
    spec->is_active[CSI_FACTOR_AGGREGATION] = spec->n_rules > 0;
    spec->is_active[CSI_FACTOR_WEIGHTS] = spec->weight_draw != CSI_WEIGHTS_UNIFORM || spec->weight_spread > 0.0;
    spec->is_active[CSI_FACTOR_GOALPOSTS] = spec->goalpost_spread > 0.0;
    spec->is_active[CSI_FACTOR_ERRORS] = true;
    spec->is_active[CSI_FACTOR_LEAVE_OUT] = spec->leave_out_level > 0;
}

csi_status csi_ensemble_read(csi_arena *arena, const csi_framework *framework, const csi_recipe *recipe,
                             const csi_setting *section, uint64_t context_seed, csi_diag *diag,
                             csi_ensemble_spec **spec)
{
    static const char *const known[] = {"replicates", "seed", "freeze", "imputation", "treatment", "normalisation",
                                        "aggregation", "weights", "goalposts", "errors", "leave_out", "top", "variants"};
    csi_ensemble_spec *s = csi_arena_alloc(arena, 1, sizeof *s);
    bool *is_fixed = csi_arena_alloc(arena, framework->n_indicators + 1, sizeof *is_fixed);
    const reader r = {arena, framework, recipe, diag, s};
    csi_status status = CSI_OK;
    *spec = NULL;
    if (s == NULL || is_fixed == NULL) {
        return csi_spec_no_memory(&r);
    }
    *s = (csi_ensemble_spec){.n_replicates = USUAL_REPLICATES, .seed = context_seed, .weight_spread = USUAL_SPREAD,
                             .weight_concentration = USUAL_CONCENTRATION, .goalpost_spread = USUAL_POST_SPREAD,
                             .goalpost_is_fixed = is_fixed};
    if (section != NULL) {
        CSI_TRY(csi_setting_expect(section, CSI_SETTING_MAP, diag));
        CSI_TRY(csi_setting_check_keys(section, "ensemble", known, sizeof known / sizeof *known, diag));
    }
    const csi_setting *replicates = csi_setting_find(section, "replicates"), *seed = csi_setting_find(section, "seed");
    const csi_setting *variants = csi_setting_find(section, "variants");
    int64_t number = 0;
    if (replicates != NULL) {
        CSI_TRY(csi_setting_integer(replicates, 1, INT64_C(1000000000), diag, &number));
        s->n_replicates = (uint64_t)number;
    }
    if (variants != NULL) {
        CSI_TRY(csi_setting_integer(variants, 0, MOST_OF_VARIANTS, diag, &number));
        s->n_of_variants = (uint64_t)number;
    }
    if (seed != NULL) {
        CSI_TRY(csi_setting_integer(seed, 0, INT64_MAX, diag, &number));
        s->seed = (uint64_t)number;
    }
    CSI_TRY(read_factors(&r, section, is_fixed));
    CSI_TRY(csi_spec_expand_imputation(&r));
    settle(s);
    CSI_TRY(read_freeze(&r, csi_setting_find(section, "freeze")));
    CSI_TRY(read_top(&r, csi_setting_find(section, "top")));
    *spec = s;
out:
    return status;
}
