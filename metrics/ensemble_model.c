/* Building an ensemble: every branch walked once by the pipeline, its cells laid out for the kernel, and a judgement
 * whether the kernel can do all that may be drawn. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_children.h"
#include "metrics/ensemble_divide.h"
#include "metrics/rng.h"

#define MANY_BRANCHS 64
#define UNITS_MOST 65535 /* ranks have 16 bits */

typedef struct builder {
    csi_ensemble *e;
    csi_diag *diag;
} builder;

static const csi_step_kind stage_kinds[3] = {CSI_STEP_IMPUTE, CSI_STEP_TREAT, CSI_STEP_NORMALISE};

static void *take(const builder *b, size_t n, size_t size)
{
    return csi_arena_alloc(b->e->arena, n == 0 ? 1 : n, size);
}

static csi_status no_memory(const builder *b)
{
    return csi_diag_no_memory(b->diag, "the ensemble");
}

static csi_rule_kind kind_of(const csi_step *step, double *floor)
{
    static const char *const name[] = {"arithmetic", "geometric", "harmonic"};
    *floor = csi_step_has(step, "floor") ? csi_step_number(step, "floor") : 0.0;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        if (strcmp(step->method->name, name[i]) == 0) {
            return (csi_rule_kind)i;
        }
    }
    return CSI_RULE_OTHER;
}

/* The recipe with the steps of each kind replaced by those of the alternative chosen (0: as configured). The new steps
 * stand where the first of the kind stood, or at the end of what comes before the kind. */
static csi_status substitute(const builder *b, const csi_recipe *from, csi_step_kind kind, const csi_alternative *other,
                             csi_recipe *to)
{
    csi_step *stage = take(b, from->n_stages + other->n, sizeof *stage);
    size_t n = 0;
    bool is_placed = false;
    if (stage == NULL) {
        return no_memory(b);
    }
    for (size_t i = 0; i <= from->n_stages; i++) {
        const bool is_end = i == from->n_stages;
        if (!is_placed && (is_end || from->stage[i].method->step >= kind)) {
            for (size_t j = 0; j < other->n; j++) {
                stage[n++] = other->step[j];
            }
            is_placed = true;
        }
        if (!is_end && from->stage[i].method->step != kind) {
            stage[n++] = from->stage[i];
        }
    }
    *to = *from;
    to->stage = stage;
    to->n_stages = n;
    return CSI_OK;
}

/* One min-max step over all indicators is what the kernel repeats with other goalposts. */
static bool find_posts_step(const csi_branch *v, const csi_framework *framework, const csi_step **step)
{
    if (v->recipe.n_stages != v->unnormalised.n_stages + 1) {
        return false;
    }
    *step = &v->recipe.stage[v->recipe.n_stages - 1];
    bool concerns_all = strcmp((*step)->method->name, "minmax") == 0;
    for (size_t i = 0; i < framework->n_indicators && concerns_all; i++) {
        concerns_all = csi_step_concerns(*step, framework->node[i].code);
    }
    return concerns_all && csi_step_choice(*step, "goalposts") != 2;
}

static csi_status choose_steps(const builder *b, csi_branch *v)
{
    const csi_step *step = NULL;
    csi_status status = CSI_OK;
    v->recipe = *b->e->recipe;
    for (size_t factor = 0; factor < 3 && status == CSI_OK; factor++) {
        if (v->choice[factor] > 0) {
            const csi_recipe before = v->recipe;
            status = substitute(b, &before, stage_kinds[factor],
                                &b->e->spec->alternative[factor][v->choice[factor] - 1], &v->recipe);
        }
    }
    v->unnormalised = v->recipe;
    while (v->unnormalised.n_stages > 0 &&
           v->unnormalised.stage[v->unnormalised.n_stages - 1].method->step == CSI_STEP_NORMALISE) {
        v->unnormalised.n_stages--;
    }
    v->has_posts = find_posts_step(v, b->e->context.framework, &step);
    return status;
}

static void range_of(const double *x, size_t n, double *low, double *high)
{
    *low = *high = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        *low = !isnan(x[i]) && !(*low <= x[i]) ? x[i] : *low;
        *high = !isnan(x[i]) && !(*high >= x[i]) ? x[i] : *high;
    }
}

/* The goalposts of one indicator and year: the framework's, the panel's, the year's. */
static void find_posts(const csi_ensemble *e, const csi_step *step, const csi_result *result, const csi_panel *treated,
                       size_t indicator, size_t year, double *low, double *high)
{
    const csi_node *node = &e->context.framework->node[indicator];
    const size_t first = e->context.first_scored_year, choice = csi_step_choice(step, "goalposts");
    if (choice == 0) {
        *low = csi_treatments_image(result->treatments, indicator, node->goal_low);
        *high = csi_treatments_image(result->treatments, indicator, node->goal_high);
    } else {
        const size_t from = choice == 1 ? first : first + year, n = choice == 1 ? e->n_years : 1;
        range_of(csi_panel_column(treated, indicator, from), n * e->n_countries, low, high);
    }
}

static csi_status lay_out_posts(const builder *b, csi_branch *v, const csi_result *result)
{
    const csi_ensemble *e = b->e;
    const csi_step *step = &v->recipe.stage[v->recipe.n_stages - 1];
    if (!v->has_posts) {
        return CSI_OK;
    }
    double *low = take(b, e->n_indicators * e->n_years, sizeof *low);
    double *high = take(b, e->n_indicators * e->n_years, sizeof *high);
    double *cell = take(b, e->n_years * e->n_indicators * e->stride, sizeof *cell);
    if (low == NULL || high == NULL || cell == NULL) {
        return no_memory(b);
    }
    const csi_panel *treated = result->n_stages > 1 ? result->stage[result->n_stages - 2] : e->raw;
    const double *range = csi_step_value(step, "range")->numbers;
    v->a = range[0];
    v->b = range[1];
    v->clips = csi_step_boolean(step, "clip");
    v->is_tame = true;
    for (size_t year = 0; year < e->n_years; year++) {
        for (size_t i = 0; i < e->n_indicators; i++) {
            const size_t at = i * e->n_years + year;
            find_posts(e, step, result, treated, i, year, &low[at], &high[at]);
            const double *x = csi_panel_column(treated, i, year + e->context.first_scored_year);
            const double *z = csi_panel_column(result->scores, i, year);
            double *to = cell + (year * e->n_indicators + i) * e->stride;
            for (size_t lane = 0; lane < e->stride; lane++) {
                const bool is_there = lane < e->n_countries && !isnan(z[e->country[lane]]);
                to[lane] = is_there ? x[e->country[lane]] : (double)NAN;
                v->is_tame = v->is_tame && csi_is_tame(to[lane]);
            }
        }
    }
    v->low = low;
    v->high = high;
    v->treated = cell;
    return CSI_OK;
}

static csi_status lay_out_fixed(const builder *b, csi_branch *v, const csi_result *result)
{
    const csi_ensemble *e = b->e;
    const size_t n = e->n_years * e->n_indicators * e->stride;
    double *cell = take(b, n, sizeof *cell), *value = take(b, n, sizeof *value);
    double *logarithm = take(b, n, sizeof *logarithm);
    if (cell == NULL || value == NULL || logarithm == NULL) {
        return no_memory(b);
    }
    for (size_t year = 0; year < e->n_years; year++) {
        for (size_t i = 0; i < e->n_indicators; i++) {
            const double *z = csi_panel_column(result->scores, i, year);
            double *to = cell + (year * e->n_indicators + i) * e->stride;
            for (size_t lane = 0; lane < e->stride; lane++) {
                to[lane] = lane < e->n_countries ? z[e->country[lane]] : (double)NAN;
            }
        }
    }
    csi_make_ready(cell, CSI_RULE_ARITHMETIC, 0.0, n, value);
    csi_make_ready(cell, CSI_RULE_GEOMETRIC, 0.0, n, logarithm);
    v->fixed = cell;
    v->fixed_value = value;
    v->fixed_log = logarithm;
    return CSI_OK;
}

csi_status csi_branch_walk(csi_ensemble *ensemble, csi_branch *branch, csi_diag *diag, csi_result **walked)
{
    csi_ensemble *e = ensemble;
    csi_branch *v = branch;
    const builder own = {e, diag}, *b = &own;
    csi_result *result = NULL;
    csi_status status;
    CSI_TRY(csi_pipeline_run(&v->recipe, &e->context, e->raw, b->diag, &result));
    CSI_TRY(e->country != NULL || csi_order_lanes(e, result) == CSI_OK ? CSI_OK : no_memory(b));
    CSI_TRY(lay_out_posts(b, v, result));
    CSI_TRY(lay_out_fixed(b, v, result));
    v->patterns = csi_find_patterns(e, result, 0, &e->branch->patterns, e->branch->patterns == NULL ? 0 : 1);
    CSI_TRY(v->patterns == NULL ? no_memory(b) : CSI_OK);
    if (e->nominal == NULL) {
        double *nominal = take(b, e->n_nodes * e->n_years, sizeof *nominal);
        if (nominal == NULL) {
            status = no_memory(b);
            goto out;
        }
        memcpy(nominal, result->weight, e->n_nodes * e->n_years * sizeof *nominal);
        e->nominal = nominal;
    }
    CSI_TRY(csi_branch_leave_out(e, v, result, b->diag));
    *walked = result;
    result = NULL;
out:
    csi_result_free(result);
    return status;
}

double csi_error_size(const csi_panel *raw, size_t at)
{
    const double above = csi_panel_error_above(raw, at), below = csi_panel_error_below(raw, at);
    const double most = above > below ? above : below;
    return most > 0.0 ? most : 0.0;
}

/* The factors of indicator `i`, if any of its cells is asymmetric. */
static csi_status find_skew(const builder *b, size_t i, csi_skew *skew)
{
    const csi_ensemble *e = b->e;
    const csi_panel *raw = e->raw;
    const size_t first = csi_panel_at(raw, i, 0, 0);
    bool any = false;
    for (size_t k = 0; k < raw->n_years * raw->n_countries && raw->error_below != NULL; k++) {
        any = any || fabs(csi_panel_error_below(raw, first + k) - csi_panel_error_above(raw, first + k)) > 0.0;
    }
    if (!any) {
        return CSI_OK;
    }
    float *above = take(b, raw->n_years * e->stride, sizeof *above), *below = take(b, raw->n_years * e->stride, sizeof *below);
    if (above == NULL || below == NULL) {
        return no_memory(b);
    }
    for (size_t k = 0; k < raw->n_years * e->stride; k++) {
        const size_t at = csi_panel_at(raw, i, k / e->stride, k % e->stride);
        const double size = k % e->stride < raw->n_countries ? csi_error_size(raw, at) : 0.0;
        above[k] = size > 0.0 ? (float)(csi_panel_error_above(raw, at) / size) : 0.0F;
        below[k] = size > 0.0 ? (float)(csi_panel_error_below(raw, at) / size) : 0.0F;
    }
    *skew = (csi_skew){above, below};
    return CSI_OK;
}

static csi_status find_erring(const builder *b)
{
    csi_ensemble *e = b->e;
    size_t *erring = take(b, e->n_indicators, sizeof *erring);
    csi_skew *skew = take(b, e->n_indicators, sizeof *skew);
    csi_status status = CSI_OK;
    if (erring == NULL || skew == NULL) {
        return no_memory(b);
    }
    const size_t n_cells = e->raw->n_years * e->raw->n_countries;
    for (size_t i = 0; i < e->n_indicators && e->raw->standard_error != NULL; i++) {
        const size_t first = csi_panel_at(e->raw, i, 0, 0);
        bool any = false;
        for (size_t c = 0; c < n_cells; c++) {
            any = any || csi_error_size(e->raw, first + c) > 0.0;
        }
        if (any) {
            CSI_TRY(find_skew(b, i, &skew[e->n_erring]));
            erring[e->n_erring++] = i;
        }
    }
    e->erring = erring;
    e->skew = skew;
out:
    return status;
}

static csi_status find_rules(const builder *b)
{
    csi_ensemble *e = b->e;
    csi_rule_kind *kind = take(b, e->n_nodes, sizeof *kind), *other = take(b, e->spec->n_rules, sizeof *other);
    double *floor = take(b, e->n_nodes, sizeof *floor), *other_floor = take(b, e->spec->n_rules, sizeof *other_floor);
    if (kind == NULL || other == NULL || floor == NULL || other_floor == NULL) {
        return no_memory(b);
    }
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        kind[node] = kind_of(e->recipe->node_rule[node].step, &floor[node]);
    }
    for (size_t i = 0; i < e->spec->n_rules; i++) {
        other[i] = kind_of(e->spec->rule[i].step, &other_floor[i]);
    }
    e->rule_kind = kind;
    e->rule_floor = floor;
    e->other_kind = other;
    e->other_floor = other_floor;
    return CSI_OK;
}

/* The range of all normalised values: where scores lie, however they are averaged. */
static void find_range(csi_ensemble *e)
{
    e->low = e->recipe->scale_low;
    e->high = e->recipe->scale_high;
    const size_t n = e->n_years * e->n_indicators * e->stride;
    for (size_t i = 0; i < e->n_branchs; i++) {
        double low, high;
        range_of(e->branch[i].fixed, n, &low, &high);
        e->low = low < e->low ? low : e->low;
        e->high = high > e->high ? high : e->high;
    }
}

static bool any_kind(const csi_ensemble *e, bool (*holds)(csi_rule_kind))
{
    bool any = false;
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        any = any || holds(e->rule_kind[node]);
    }
    for (size_t i = 0; i < e->spec->n_rules; i++) {
        any = any || holds(e->other_kind[i]);
    }
    return any;
}

static bool is_other(csi_rule_kind kind)
{
    return kind == CSI_RULE_OTHER;
}

static bool needs_positive(csi_rule_kind kind)
{
    return kind == CSI_RULE_GEOMETRIC || kind == CSI_RULE_HARMONIC;
}

/* Whether the kernel does what the pipeline would; else why not, and whether that holds for every branch. */
static void judge(csi_ensemble *e)
{
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        const csi_step *step = e->recipe->node_weight[node];
        if (step != NULL && strcmp(step->method->name, "equal") != 0 && strcmp(step->method->name, "given") != 0) {
            e->slow = "weights that are computed from the data";
            e->is_slow_everywhere = true;
        }
    }
    if (any_kind(e, is_other)) {
        e->slow = "aggregation by other rules than the arithmetic, geometric or harmonic mean";
        e->is_slow_everywhere = true;
    }
    if (any_kind(e, needs_positive) && e->low < 0.0) {
        e->slow = "geometric or harmonic means over a scale that reaches below 0";
        e->is_slow_everywhere = true;
    }
    for (size_t i = 0; i < e->n_branchs && e->spec->is_active[CSI_FACTOR_ERRORS] && e->n_erring > 0; i++) {
        if (!e->branch[i].has_posts || !e->branch[i].has_error_map) {
            e->slow = e->branch[i].has_posts ? "errors carried through imputing or treating steps"
                                              : "errors under a normalisation that depends on the sample";
        }
    }
}

static csi_status make_branchs(const builder *b)
{
    csi_ensemble *e = b->e;
    size_t n[3];
    csi_status status = CSI_OK;
    e->n_branchs = 1;
    for (size_t factor = 0; factor < 3; factor++) {
        n[factor] = 1 + (e->spec->is_active[factor] ? e->spec->n_alternatives[factor] : 0);
        e->n_branchs *= n[factor];
        if (e->n_branchs > MANY_BRANCHS) {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, NULL,
                                  "ensemble: more than %d combinations of imputing, treating and normalising steps",
                                  MANY_BRANCHS);
        }
    }
    e->branch = take(b, e->n_branchs, sizeof *e->branch);
    e->branch_arena = take(b, e->n_branchs, sizeof *e->branch_arena);
    if (e->branch == NULL || e->branch_arena == NULL) {
        return no_memory(b);
    }
    for (size_t i = 0; i < e->n_branchs; i++) {
        csi_branch *v = &e->branch[i];
        v->choice[0] = i % n[0];
        v->choice[1] = i / n[0] % n[1];
        v->choice[2] = i / n[0] / n[1];
        CSI_TRY(choose_steps(b, v));
    }
    CSI_TRY(csi_branchs_walk(e, b->diag));
out:
    return status;
}

csi_status csi_ensemble_new(const csi_ensemble_spec *spec, const csi_recipe *recipe, const csi_context *context,
                            const csi_panel *raw, csi_diag *diag, csi_ensemble **ensemble)
{
    *ensemble = NULL;
    if (raw->n_countries > UNITS_MOST) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, NULL, "an ensemble ranks at most %d units, not %zu: ask for no replicates",
                              UNITS_MOST, raw->n_countries);
    }
    csi_ensemble *e = calloc(1, sizeof *e);
    const builder b = {e, diag};
    csi_status status = CSI_OK;
    if (e == NULL || (e->arena = csi_arena_new()) == NULL) {
        free(e);
        return csi_diag_no_memory(diag, "the ensemble");
    }
    e->spec = spec;
    e->recipe = recipe;
    e->context = *context;
    e->raw = raw;
    e->n_years = context->n_scored_years;
    e->n_countries = raw->n_countries;
    e->stride = (raw->n_countries + CSI_DRAW_GROUP - 1) / CSI_DRAW_GROUP * CSI_DRAW_GROUP;
    e->n_indicators = context->framework->n_indicators;
    e->n_nodes = context->framework->n_nodes;
    CSI_TRY(find_erring(&b));
    CSI_TRY(find_rules(&b));
    CSI_TRY(make_branchs(&b));
    find_range(e);
    judge(e);
    CSI_TRY(csi_count_lanes(e) == CSI_OK ? CSI_OK : no_memory(&b));
    *ensemble = e;
    e = NULL;
out:
    csi_ensemble_free(e);
    return status;
}

void csi_ensemble_free(csi_ensemble *ensemble)
{
    if (ensemble != NULL) {
        for (size_t i = 0; ensemble->branch_arena != NULL && i < ensemble->n_branchs; i++) {
            csi_arena_free(ensemble->branch_arena[i]);
        }
        csi_arena_free(ensemble->arena);
        free(ensemble);
    }
}

bool csi_ensemble_is_fast(const csi_ensemble *ensemble, const char **why)
{
    *why = ensemble->slow;
    return ensemble->slow == NULL;
}
