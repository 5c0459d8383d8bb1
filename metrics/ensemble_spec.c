/* The section `ensemble:` of index.yaml, and what stands where it says nothing.
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
 * Every factor is drawn unless frozen. The defaults: weights and goalposts as above; imputation without its linear
 * interpolation; fixed goalposts or those of the panel; at the top, the arithmetic mean beside the geometric one or the
 * other way round; no alternative treatment and nothing left out. The lower levels keep their rule: within a principle
 * the indicators stand in for one another, and a geometric mean over yes-or-no indicators says little but that one of them
 * is no. */
#include "metrics/ensemble.h"

#include <math.h>
#include <string.h>

#define USUAL_REPLICATES 10000
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

typedef struct reader {
    csi_arena *arena;
    const csi_framework *framework;
    const csi_recipe *recipe;
    csi_diag *diag;
    csi_ensemble_spec *spec;
} reader;

static void *take(const reader *r, size_t n, size_t size)
{
    return csi_arena_alloc(r->arena, n == 0 ? 1 : n, size);
}

static csi_status no_memory(const reader *r)
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
    csi_step *step = take(r, n, sizeof *step);
    csi_status status = step == NULL ? no_memory(r) : CSI_OK;
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
    csi_alternative *alternative = take(r, list->n, sizeof *alternative);
    status = alternative == NULL ? no_memory(r) : CSI_OK;
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
    csi_rule_alternative *rule = take(r, list->n, sizeof *rule);
    csi_step *step = take(r, list->n, sizeof *step);
    status = rule == NULL || step == NULL ? no_memory(r) : CSI_OK;
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
    const double **expert = take(r, list->n, sizeof *expert);
    status = expert == NULL ? no_memory(r) : CSI_OK;
    for (size_t i = 0; i < list->n && status == CSI_OK; i++) {
        double *weight = take(r, r->framework->n_nodes, sizeof *weight);
        status = weight == NULL ? no_memory(r) : read_expert(r, &list->item[i], weight);
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

static const csi_step *stage_of(const csi_recipe *recipe, csi_step_kind kind, size_t *n)
{
    const csi_step *first = NULL;
    *n = 0;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        if (recipe->stage[i].method->step == kind) {
            first = first == NULL ? &recipe->stage[i] : first;
            (*n)++;
        }
    }
    return first;
}

/* The configured imputing steps but the linear ones. */
static csi_status usual_imputation(const reader *r)
{
    size_t n = 0, kept = 0;
    (void)stage_of(r->recipe, CSI_STEP_IMPUTE, &n);
    csi_step *step = take(r, n, sizeof *step);
    csi_alternative *alternative = take(r, 1, sizeof *alternative);
    if (step == NULL || alternative == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        const csi_method *method = r->recipe->stage[i].method;
        if (method->step == CSI_STEP_IMPUTE && strcmp(method->name, "linear") != 0) {
            step[kept++] = r->recipe->stage[i];
        }
    }
    *alternative = (csi_alternative){step, kept};
    r->spec->alternative[CSI_FACTOR_IMPUTATION] = alternative;
    r->spec->n_alternatives[CSI_FACTOR_IMPUTATION] = kept > 0 && kept < n;
    return CSI_OK;
}

/* Min-max with fixed goalposts also with those of the panel. */
static csi_status usual_normalisation(const reader *r)
{
    size_t n = 0;
    const csi_step *given = stage_of(r->recipe, CSI_STEP_NORMALISE, &n);
    if (n != 1 || strcmp(given->method->name, "minmax") != 0 || csi_step_choice(given, "goalposts") != 0) {
        return CSI_OK;
    }
    csi_option_value *value = take(r, given->method->n_options, sizeof *value);
    csi_step *step = take(r, 1, sizeof *step);
    csi_alternative *alternative = take(r, 1, sizeof *alternative);
    if (value == NULL || step == NULL || alternative == NULL) {
        return no_memory(r);
    }
    memcpy(value, given->value, given->method->n_options * sizeof *value);
    for (size_t i = 0; i < given->method->n_options; i++) {
        if (strcmp(given->method->option[i].name, "goalposts") == 0) {
            value[i].choice = 1;
            value[i].text = "panel";
        }
    }
    *step = *given;
    step->value = value;
    *alternative = (csi_alternative){step, 1};
    r->spec->alternative[CSI_FACTOR_NORMALISATION] = alternative;
    r->spec->n_alternatives[CSI_FACTOR_NORMALISATION] = 1;
    return CSI_OK;
}

/* Whether no normalised value can be zero or less: every normalisation is min-max onto a positive range, clipped. A
 * geometric mean would fail where one is. */
static bool is_positive(const csi_recipe *recipe)
{
    bool is_any = false;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        const csi_step *step = &recipe->stage[i];
        if (step->method->step != CSI_STEP_NORMALISE) {
            continue;
        }
        if (strcmp(step->method->name, "minmax") != 0 || !csi_step_boolean(step, "clip") ||
            !(csi_step_value(step, "range")->numbers[0] > 0)) {
            return false;
        }
        is_any = true;
    }
    return is_any;
}

/* At the top the geometric mean beside the arithmetic one, or the other way round. */
static csi_status usual_aggregation(const reader *r)
{
    const size_t root = r->framework->n_nodes - 1;
    const char *name = r->recipe->node_rule[root].step->method->name;
    const bool is_arithmetic = strcmp(name, "arithmetic") == 0, is_geometric = strcmp(name, "geometric") == 0;
    if (!is_geometric && !(is_arithmetic && is_positive(r->recipe))) {
        return CSI_OK;
    }
    csi_step *step = take(r, 1, sizeof *step);
    csi_rule_alternative *rule = take(r, 1, sizeof *rule);
    if (step == NULL || rule == NULL) {
        return no_memory(r);
    }
    const csi_method *other = csi_method_find(CSI_STEP_AGGREGATE, is_arithmetic ? "geometric" : "arithmetic");
    const csi_status status = csi_step_make(r->arena, other, NULL, NULL, 0, r->diag, step);
    *rule = (csi_rule_alternative){r->framework->n_levels, step};
    r->spec->rule = rule;
    r->spec->n_rules = 1;
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
    size_t *top = take(r, list->n, sizeof *top);
    if (top == NULL) {
        return no_memory(r);
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
    CSI_TRY(given[CSI_FACTOR_IMPUTATION] == NULL ? usual_imputation(r) : CSI_OK);
    CSI_TRY(given[CSI_FACTOR_NORMALISATION] == NULL ? usual_normalisation(r) : CSI_OK);
    CSI_TRY(given[CSI_FACTOR_AGGREGATION] == NULL ? usual_aggregation(r) : read_rules(r, given[CSI_FACTOR_AGGREGATION]));
    CSI_TRY(given[CSI_FACTOR_WEIGHTS] == NULL ? CSI_OK : read_weights(r, given[CSI_FACTOR_WEIGHTS]));
    CSI_TRY(given[CSI_FACTOR_GOALPOSTS] == NULL ? CSI_OK : read_goalposts(r, given[CSI_FACTOR_GOALPOSTS], is_fixed));
    CSI_TRY(given[CSI_FACTOR_ERRORS] == NULL ? CSI_OK : read_errors(r, given[CSI_FACTOR_ERRORS]));
    CSI_TRY(given[CSI_FACTOR_LEAVE_OUT] == NULL ? CSI_OK : read_leave_out(r, given[CSI_FACTOR_LEAVE_OUT]));
out:
    return status;
}

/* How many completed data sets the steps make: the number of draws of their step of multiple imputation, else 0. */
static size_t count_draws(const csi_step *step, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (csi_step_is_multiple(&step[i]) && csi_step_number(&step[i], "draw") <= 0.0) {
            return (size_t)csi_step_number(&step[i], "multiple");
        }
    }
    return 0;
}

/* The steps with the draw of that number in place of the average. */
static csi_status take_draw(const reader *r, const csi_step *from, size_t n, size_t number, csi_alternative *to)
{
    csi_step *step = take(r, n, sizeof *step);
    if (step == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i < n; i++) {
        const csi_method *method = from[i].method;
        csi_option_value *value = take(r, method->n_options, sizeof *value);
        if (value == NULL) {
            return no_memory(r);
        }
        memcpy(value, from[i].value, method->n_options * sizeof *value);
        for (size_t k = 0; k < method->n_options && csi_step_is_multiple(&from[i]); k++) {
            value[k].number = strcmp(method->option[k].name, "draw") == 0 ? (double)number : value[k].number;
        }
        step[i] = (csi_step){method, value, from[i].place};
    }
    *to = (csi_alternative){step, n};
    return CSI_OK;
}

/* Puts in place of every list of imputing steps that averages draws these draws one by one. The configured list stays
 * choice 0, for where imputation is frozen. */
static csi_status expand_imputation(const reader *r)
{
    csi_ensemble_spec *spec = r->spec;
    const csi_alternative *given = spec->alternative[CSI_FACTOR_IMPUTATION];
    const size_t n_given = spec->n_alternatives[CSI_FACTOR_IMPUTATION];
    size_t n_own = 0, n = 0, n_all = 0;
    csi_step *own = take(r, r->recipe->n_stages, sizeof *own);
    csi_choices *choices = take(r, n_given + 1, sizeof *choices);
    csi_status status = CSI_OK;
    if (own == NULL || choices == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        if (r->recipe->stage[i].method->step == CSI_STEP_IMPUTE) {
            own[n_own++] = r->recipe->stage[i];
        }
    }
    for (size_t i = 0; i <= n_given; i++) {
        n_all += 1 + (i == 0 ? count_draws(own, n_own) : count_draws(given[i - 1].step, given[i - 1].n));
    }
    csi_alternative *expanded = take(r, n_all, sizeof *expanded);
    if (expanded == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i <= n_given; i++) {
        const csi_alternative steps = i == 0 ? (csi_alternative){own, n_own} : given[i - 1];
        const size_t n_draws = count_draws(steps.step, steps.n);
        choices[i] = (csi_choices){i == 0 && n_draws == 0 ? 0 : n + 1, n_draws == 0 ? 1 : n_draws};
        for (size_t draw = 1; draw <= n_draws; draw++) {
            CSI_TRY(take_draw(r, steps.step, steps.n, draw, &expanded[n++]));
        }
        if (i > 0 && n_draws == 0) {
            expanded[n++] = steps;
        }
    }
    spec->alternative[CSI_FACTOR_IMPUTATION] = expanded;
    spec->n_alternatives[CSI_FACTOR_IMPUTATION] = n;
    spec->imputation = choices;
    spec->n_imputations = n_given + 1;
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

bool csi_step_is_multiple(const csi_step *step)
{
    return step->method->step == CSI_STEP_IMPUTE && csi_step_has(step, "draw") && csi_step_number(step, "multiple") > 0.0;
}

csi_status csi_ensemble_read(csi_arena *arena, const csi_framework *framework, const csi_recipe *recipe,
                             const csi_setting *section, uint64_t context_seed, csi_diag *diag,
                             csi_ensemble_spec **spec)
{
    static const char *const known[] = {"replicates", "seed", "freeze", "imputation", "treatment", "normalisation",
                                        "aggregation", "weights", "goalposts", "errors", "leave_out", "top"};
    csi_ensemble_spec *s = csi_arena_alloc(arena, 1, sizeof *s);
    bool *is_fixed = csi_arena_alloc(arena, framework->n_indicators + 1, sizeof *is_fixed);
    const reader r = {arena, framework, recipe, diag, s};
    csi_status status = CSI_OK;
    *spec = NULL;
    if (s == NULL || is_fixed == NULL) {
        return no_memory(&r);
    }
    *s = (csi_ensemble_spec){.n_replicates = USUAL_REPLICATES, .seed = context_seed, .weight_spread = USUAL_SPREAD,
                             .weight_concentration = USUAL_CONCENTRATION, .goalpost_spread = USUAL_POST_SPREAD,
                             .goalpost_is_fixed = is_fixed};
    if (section != NULL) {
        CSI_TRY(csi_setting_expect(section, CSI_SETTING_MAP, diag));
        CSI_TRY(csi_setting_check_keys(section, "ensemble", known, sizeof known / sizeof *known, diag));
    }
    const csi_setting *replicates = csi_setting_find(section, "replicates"), *seed = csi_setting_find(section, "seed");
    int64_t number = 0;
    if (replicates != NULL) {
        CSI_TRY(csi_setting_integer(replicates, 1, INT64_C(1000000000), diag, &number));
        s->n_replicates = (uint64_t)number;
    }
    if (seed != NULL) {
        CSI_TRY(csi_setting_integer(seed, 0, INT64_MAX, diag, &number));
        s->seed = (uint64_t)number;
    }
    CSI_TRY(read_factors(&r, section, is_fixed));
    CSI_TRY(expand_imputation(&r));
    settle(s);
    CSI_TRY(read_freeze(&r, csi_setting_find(section, "freeze")));
    CSI_TRY(read_top(&r, csi_setting_find(section, "top")));
    *spec = s;
out:
    return status;
}
