/* How the sources' errors reach imputed cells, learnt from the imputing steps themselves.
 *
 * A step that fills a series from its own other years gives a cell the value of one (the last value), or a + (b - a) share
 * of two (a line). The shares are found by running the steps on panels of the same gaps whose values are 1 in year t and 0
 * elsewhere, a job each; where they do not give back the imputed panel to the bit, the steps are not of that kind and the
 * replicates walk the pipeline instead.
 *
 * Draws of multiple imputation behind such steps fill what is left. They stay as they are: a draw already holds the
 * noise of its cell, and the model is that of the values as published. */
#include "metrics/ensemble_noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_divide.h"

#define TERMS 2

/* One list of imputing steps. */
typedef struct mapping {
    const csi_ensemble *e;
    csi_recipe steps;       /* without multiple imputation */
    double *filled;         /* [panel year, and one more for the values themselves][erring][scored year][country] */
    double *share[TERMS];   /* [erring][scored year][stride] */
    uint32_t *from[TERMS];  /* panel year; same shape */
    uint8_t *n_terms;
    bool reproduces;        /* the shares give back the imputed values */
} mapping;

struct csi_error_maps {
    csi_ensemble *e;
    mapping *mapping; /* [branch] at most */
    size_t n;
    size_t *of;       /* [branch]: 1 + the number of its mapping; 0: its steps are not of that kind */
};

static size_t cells_of(const csi_ensemble *e)
{
    return e->n_erring * e->n_years * e->stride;
}

static size_t n_filled(const csi_ensemble *e)
{
    return e->n_erring * e->n_years * e->n_countries;
}

static bool are_simple(const csi_branch *v)
{
    const csi_recipe *recipe = &v->unnormalised;
    bool simple = v->has_posts, has_draws = false;
    for (size_t i = 0; i < recipe->n_stages && simple; i++) {
        const char *name = recipe->stage[i].method->name;
        switch (recipe->stage[i].method->step) {
        case CSI_STEP_SCREEN:
            break;
        case CSI_STEP_IMPUTE:
            simple = csi_step_is_multiple(&recipe->stage[i]) ||
                     (!has_draws && (strcmp(name, "linear") == 0 || strcmp(name, "carry") == 0));
            has_draws = has_draws || csi_step_is_multiple(&recipe->stage[i]);
            break;
        case CSI_STEP_TREAT:
            simple = strcmp(name, "none") == 0 || strcmp(name, "transform") == 0;
            break;
        default:
            simple = false;
        }
    }
    return simple;
}

static bool are_same(const csi_recipe *a, const csi_recipe *b)
{
    bool same = a->n_stages == b->n_stages;
    for (size_t i = 0; i < a->n_stages && same; i++) {
        const csi_method *method = a->stage[i].method;
        same = method == b->stage[i].method &&
               memcmp(a->stage[i].value, b->stage[i].value, method->n_options * sizeof *a->stage[i].value) == 0;
    }
    return same;
}

static bool allocate(mapping *m)
{
    const csi_ensemble *e = m->e;
    const size_t n = cells_of(e);
    bool is_made = (m->n_terms = calloc(n + 1, sizeof *m->n_terms)) != NULL &&
                   (m->filled = calloc((e->raw->n_years + 1) * n_filled(e) + 1, sizeof *m->filled)) != NULL;
    for (size_t term = 0; term < TERMS && is_made; term++) {
        is_made = (m->share[term] = calloc(n + 1, sizeof **m->share)) != NULL &&
                  (m->from[term] = calloc(n + 1, sizeof **m->from)) != NULL;
    }
    return is_made;
}

/* Finds the mapping of a branch among those before, or adds it. */
static csi_status list_branch(csi_error_maps *maps, size_t branch, csi_diag *diag)
{
    csi_recipe imputing, steps;
    size_t k = 0;
    csi_status status = csi_branch_imputing(maps->e, &maps->e->branch[branch], diag, &imputing, &steps);
    while (k < maps->n && status == CSI_OK && !are_same(&maps->mapping[k].steps, &steps)) {
        k++;
    }
    if (status == CSI_OK && k == maps->n) {
        mapping *m = &maps->mapping[maps->n++];
        *m = (mapping){.e = maps->e, .steps = steps};
        status = allocate(m) ? CSI_OK : csi_diag_no_memory(diag, "the ensemble");
    }
    maps->of[branch] = k + 1;
    return status;
}

csi_status csi_error_maps_new(csi_ensemble *ensemble, csi_diag *diag, csi_error_maps **maps)
{
    const bool any = ensemble->n_erring > 0 && ensemble->spec->is_active[CSI_FACTOR_ERRORS];
    csi_error_maps *made = calloc(1, sizeof *made);
    csi_status status = CSI_OK;
    *maps = NULL;
    if (made == NULL || (made->mapping = calloc(ensemble->n_branchs, sizeof *made->mapping)) == NULL ||
        (made->of = calloc(ensemble->n_branchs, sizeof *made->of)) == NULL) {
        status = csi_diag_no_memory(diag, "the ensemble");
        goto out;
    }
    made->e = ensemble;
    for (size_t i = 0; i < ensemble->n_branchs && any; i++) {
        CSI_TRY(are_simple(&ensemble->branch[i]) ? list_branch(made, i, diag) : CSI_OK);
    }
    *maps = made;
    made = NULL;
out:
    csi_error_maps_free(made);
    return status;
}

void csi_error_maps_free(csi_error_maps *maps)
{
    if (maps == NULL) {
        return;
    }
    for (size_t k = 0; k < maps->n; k++) {
        mapping *m = &maps->mapping[k];
        free(m->filled);
        free(m->n_terms);
        for (size_t term = 0; term < TERMS; term++) {
            free(m->share[term]);
            free(m->from[term]);
        }
    }
    free(maps->mapping);
    free(maps->of);
    free(maps);
}

size_t csi_error_maps_n_jobs(const csi_error_maps *maps)
{
    return maps->n * (maps->e->raw->n_years + 1);
}

/* A panel with the gaps of the raw one, 1 in year t and 0 elsewhere. */
static csi_status make_probe(const csi_panel *raw, size_t t, csi_panel **probe)
{
    const csi_status status =
        csi_panel_new_unfilled(raw->n_series, raw->first_year, raw->n_years, raw->n_countries, false, probe);
    for (size_t i = 0; status == CSI_OK && i < raw->n_series * raw->n_years; i++) {
        const double value = i % raw->n_years == t ? 1.0 : 0.0;
        for (size_t at = i * raw->n_countries; at < (i + 1) * raw->n_countries; at++) {
            (*probe)->value[at] = raw->state[at] == CSI_CELL_MISSING ? (double)NAN : value;
            (*probe)->state[at] = raw->state[at];
        }
    }
    return status;
}

csi_status csi_error_maps_run(csi_error_maps *maps, size_t job, csi_diag *diag)
{
    const csi_ensemble *e = maps->e;
    const mapping *m = &maps->mapping[job / (e->raw->n_years + 1)];
    const size_t t = job % (e->raw->n_years + 1);
    csi_panel *probe = NULL;
    csi_result *result = NULL;
    csi_status status = t == e->raw->n_years ? CSI_OK : make_probe(e->raw, t, &probe);
    if (status != CSI_OK) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    CSI_TRY(csi_stages_run(&m->steps, &e->context, probe == NULL ? e->raw : probe, diag, &result));
    for (size_t k = 0; k < e->n_erring; k++) {
        memcpy(m->filled + t * n_filled(e) + k * e->n_years * e->n_countries,
               csi_panel_column(result->normalised, e->erring[k], e->context.first_scored_year),
               e->n_years * e->n_countries * sizeof *m->filled);
    }
out:
    csi_result_free(result);
    csi_panel_free(probe);
    return status;
}

static bool is_transformed(const csi_ensemble *e, const csi_branch *v, size_t indicator)
{
    const csi_recipe *recipe = &v->unnormalised;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        const csi_step *step = &recipe->stage[i];
        if (step->method->step == CSI_STEP_TREAT && strcmp(step->method->name, "transform") == 0 &&
            csi_step_concerns(step, e->context.framework->node[indicator].code)) {
            return true;
        }
    }
    return false;
}

/* Keeps the shares that a cell of erring indicator `k` takes from the years; false where it takes from too many, or where
 * they do not give back its imputed value. */
static bool gather_cell(const mapping *m, size_t k, size_t year, size_t c)
{
    const csi_ensemble *e = m->e;
    const size_t at = (k * e->n_years + year) * e->stride + c, n_cells = n_filled(e);
    const double *filled = m->filled + (k * e->n_years + year) * e->n_countries + c, x = filled[e->raw->n_years * n_cells];
    double again = (double)NAN;
    for (size_t t = 0; t < e->raw->n_years; t++) {
        const double share = filled[t * n_cells];
        if (isnan(share) || fabs(share) <= 0.0) {
            continue;
        }
        if (m->n_terms[at] == TERMS) {
            return false;
        }
        const double value = csi_panel_get(e->raw, e->erring[k], t, c);
        again = m->n_terms[at] == 0 ? value : again + (value - again) * share;
        m->share[m->n_terms[at]][at] = share;
        m->from[m->n_terms[at]][at] = (uint32_t)t;
        m->n_terms[at]++;
    }
    return isnan(x) || fabs(again - x) <= 0.0;
}

void csi_error_maps_gather(csi_error_maps *maps)
{
    const csi_ensemble *e = maps->e;
    for (size_t i = 0; i < maps->n; i++) {
        mapping *m = &maps->mapping[i];
        m->reproduces = true;
        for (size_t row = 0; row < e->n_erring * e->n_years; row++) {
            for (size_t c = 0; c < e->n_countries && m->reproduces; c++) {
                m->reproduces = gather_cell(m, row / e->n_years, row % e->n_years, c);
            }
        }
    }
}

/* The branch that columns are made for; its ensemble may have an arena of its own. */
typedef struct target {
    csi_ensemble *e;
    csi_branch *v;
    const mapping *m;
    csi_diag *diag;
} target;

/* A column being made. */
typedef struct making {
    double *x[TERMS], *size[TERMS], *share;
    uint32_t *at[TERMS];
    bool has_second, is_tame;
} making;

static bool make_room(const csi_ensemble *e, making *to)
{
    *to = (making){.share = csi_arena_alloc(e->arena, e->stride, sizeof *to->share), .is_tame = true};
    bool is_made = to->share != NULL;
    for (size_t term = 0; term < TERMS && is_made; term++) {
        to->x[term] = csi_arena_alloc(e->arena, e->stride, sizeof *to->x[term]);
        to->size[term] = csi_arena_alloc(e->arena, e->stride, sizeof *to->size[term]);
        to->at[term] = csi_arena_alloc(e->arena, e->stride, sizeof *to->at[term]);
        is_made = to->x[term] != NULL && to->size[term] != NULL && to->at[term] != NULL;
    }
    return is_made;
}

/* The lane of a country whose cell is `imputed`. */
static void fill_lane(const mapping *m, size_t k, size_t year, size_t lane, double imputed, making *to, bool *is_needed)
{
    const csi_ensemble *e = m->e;
    const size_t c = e->country[lane], at = (k * e->n_years + year) * e->stride + c, n_terms = m->n_terms[at];
    for (size_t term = 0; term < n_terms; term++) {
        const size_t t = m->from[term][at], raw_at = csi_panel_at(e->raw, e->erring[k], t, c);
        to->x[term][lane] = e->raw->value[raw_at];
        to->size[term][lane] = csi_error_size(e->raw, raw_at);
        to->at[term][lane] = (uint32_t)(t * e->stride + c);
        is_needed[k * e->raw->n_years + t] = is_needed[k * e->raw->n_years + t] || to->size[term][lane] > 0.0;
        to->is_tame = to->is_tame && csi_is_tame(to->x[term][lane]) && csi_is_tame(to->size[term][lane]);
    }
    if (n_terms == TERMS) {
        to->share[lane] = m->share[1][at];
        to->has_second = true;
    } else if (n_terms == 0) { /* filled by a draw of multiple imputation, or missing */
        to->x[0][lane] = imputed;
        to->is_tame = to->is_tame && csi_is_tame(imputed);
    }
}

static csi_status make_column(const target *g, const csi_panel *imputed, size_t k, size_t year, bool *is_needed,
                              csi_error_column **to)
{
    const csi_ensemble *e = g->e;
    const size_t indicator = e->erring[k];
    csi_error_column *column = csi_arena_alloc(e->arena, 1, sizeof *column);
    making own;
    if (column == NULL || !make_room(e, &own)) {
        return csi_diag_no_memory(g->diag, "the ensemble");
    }
    for (size_t lane = 0; lane < e->stride; lane++) {
        own.x[0][lane] = (double)NAN;
        if (lane < e->n_countries && !csi_is_masked(&e->context, indicator, e->country[lane])) {
            fill_lane(g->m, k, year, lane,
                      csi_panel_get(imputed, indicator, year + e->context.first_scored_year, e->country[lane]), &own, is_needed);
        }
    }
    *column = (csi_error_column){.a = {own.x[0], own.size[0], own.at[0]},
                                 .b = {own.x[1], own.size[1], own.at[1]},
                                 .share = own.has_second ? own.share : NULL,
                                 .transform = is_transformed(e, g->v, indicator)
                                                  ? e->context.framework->node[indicator].transform
                                                  : CSI_TRANSFORM_NONE,
                                 .erring = k,
                                 .is_tame = own.is_tame};
    *to = column;
    return CSI_OK;
}

static csi_status make_columns(const target *g, const csi_panel *imputed)
{
    const csi_ensemble *e = g->e;
    csi_status status = CSI_OK;
    const csi_error_column **column = csi_arena_alloc(e->arena, e->n_years * e->n_indicators + 1, sizeof *column);
    const size_t n_rows = e->n_erring * e->raw->n_years;
    bool *is_needed = csi_arena_alloc(e->arena, e->n_years * n_rows + 1, sizeof *is_needed);
    if (column == NULL || is_needed == NULL) {
        return csi_diag_no_memory(g->diag, "the ensemble");
    }
    for (size_t k = 0; k < e->n_erring; k++) {
        for (size_t year = 0; year < e->n_years; year++) {
            csi_error_column *made = NULL;
            CSI_TRY(make_column(g, imputed, k, year, is_needed + year * n_rows, &made));
            column[year * e->n_indicators + e->erring[k]] = made;
        }
    }
    g->v->has_error_map = true;
    g->v->error = column;
    g->v->error_is_needed = is_needed;
out:
    return status;
}

csi_status csi_branch_imputing(const csi_ensemble *ensemble, const csi_branch *branch, csi_diag *diag,
                                csi_recipe *imputing, csi_recipe *steps)
{
    csi_step *kept = csi_arena_alloc(ensemble->arena, branch->unnormalised.n_stages + 1, sizeof *kept);
    if (kept == NULL) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    *imputing = branch->unnormalised;
    while (imputing->n_stages > 0 && imputing->stage[imputing->n_stages - 1].method->step == CSI_STEP_TREAT) {
        imputing->n_stages--;
    }
    *steps = *imputing;
    steps->stage = kept;
    steps->n_stages = 0;
    for (size_t i = 0; i < imputing->n_stages; i++) {
        if (!csi_step_is_multiple(&imputing->stage[i])) {
            kept[steps->n_stages++] = imputing->stage[i];
        }
    }
    return CSI_OK;
}

csi_status csi_error_map(csi_ensemble *ensemble, csi_branch *branch, const csi_error_maps *maps, const csi_result *result,
                         csi_diag *diag)
{
    const size_t of = maps->of[branch - ensemble->branch];
    csi_recipe imputing, steps;
    csi_status status = CSI_OK;
    if (of == 0 || !maps->mapping[of - 1].reproduces) {
        return CSI_OK;
    }
    CSI_TRY(csi_branch_imputing(ensemble, branch, diag, &imputing, &steps));
    const target g = {ensemble, branch, &maps->mapping[of - 1], diag};
    CSI_TRY(make_columns(&g, imputing.n_stages == 0 ? ensemble->raw : result->stage[imputing.n_stages - 1]));
out:
    return status;
}
