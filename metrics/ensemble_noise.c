/* How the sources' errors reach imputed cells, learnt from the imputing steps themselves.
 *
 * A step that fills a series from its own other years (a line, the last value) gives a cell sum_t a_t x_t. The a_t are
 * found by running the steps on panels of the same gaps whose values are 1 in year t and 0 elsewhere; where the sum does
 * not reproduce the imputed panel, the steps are not of that kind and the replicates walk the pipeline instead.
 *
 * Draws of multiple imputation behind such steps fill what is left. They stay as they are: a draw already holds the
 * noise of its cell, and the model is that of the values as published. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <string.h>

#define TERMS 2

csi_status csi_error_map(csi_ensemble *ensemble, csi_branch *branch, csi_diag *diag);

typedef struct mapping {
    csi_ensemble *e;
    csi_branch *v;
    csi_diag *diag;
    csi_recipe imputing;    /* up to the last imputing step */
    csi_recipe steps;       /* the same without multiple imputation */
    csi_panel *probe;
    double *share[TERMS];   /* [erring][scored year][stride] */
    uint32_t *from[TERMS];  /* panel year; same shape */
    uint8_t *n_terms;
    bool is_linear;
} mapping;

static size_t cells_of(const csi_ensemble *e)
{
    return e->n_erring * e->n_years * e->stride;
}

static bool are_simple(const mapping *m)
{
    const csi_recipe *recipe = &m->v->unnormalised;
    bool simple = m->v->has_posts, has_draws = false;
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

static bool is_transformed(const mapping *m, size_t indicator)
{
    const csi_recipe *recipe = &m->v->unnormalised;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        const csi_step *step = &recipe->stage[i];
        if (step->method->step == CSI_STEP_TREAT && strcmp(step->method->name, "transform") == 0 &&
            csi_step_concerns(step, m->e->context.framework->node[indicator].code)) {
            return true;
        }
    }
    return false;
}

/* Keeps the shares that the cells of the erring indicators take from panel year `t`. */
static void gather(mapping *m, const csi_panel *imputed, size_t t)
{
    const csi_ensemble *e = m->e;
    for (size_t k = 0; k < e->n_erring; k++) {
        for (size_t year = 0; year < e->n_years; year++) {
            const double *x = csi_panel_column(imputed, e->erring[k], year + e->context.first_scored_year);
            for (size_t c = 0; c < e->n_countries; c++) {
                const size_t at = (k * e->n_years + year) * e->stride + c;
                if (isnan(x[c]) || fabs(x[c]) <= 0.0) {
                    continue;
                }
                if (m->n_terms[at] == TERMS) {
                    m->is_linear = false;
                    continue;
                }
                m->share[m->n_terms[at]][at] = x[c];
                m->from[m->n_terms[at]][at] = (uint32_t)t;
                m->n_terms[at]++;
            }
        }
    }
}

static csi_status probe_year(mapping *m, size_t t)
{
    const csi_panel *raw = m->e->raw;
    csi_result *result = NULL;
    for (size_t series = 0; series < raw->n_series; series++) {
        for (size_t year = 0; year < raw->n_years; year++) {
            for (size_t c = 0; c < raw->n_countries; c++) {
                const csi_cell state = raw->state[csi_panel_at(raw, series, year, c)];
                csi_panel_set(m->probe, series, year, c, state == CSI_CELL_MISSING ? (double)NAN : year == t ? 1.0 : 0.0,
                              state);
            }
        }
    }
    const csi_status status = csi_stages_run(&m->steps, &m->e->context, m->probe, m->diag, &result);
    if (status == CSI_OK) {
        gather(m, result->normalised, t);
    }
    csi_result_free(result);
    return status;
}

static csi_status make_column(const mapping *m, const csi_panel *imputed, size_t k, size_t year, bool *is_needed,
                              csi_error_column **to)
{
    const csi_ensemble *e = m->e;
    const size_t indicator = e->erring[k], at = (k * e->n_years + year) * e->stride;
    csi_error_column *column = csi_arena_alloc(e->arena, 1, sizeof *column);
    double *x = csi_arena_alloc(e->arena, e->stride, sizeof *x);
    double *size[TERMS];
    uint32_t *index[TERMS];
    bool has_second = false;
    for (size_t term = 0; term < TERMS; term++) {
        size[term] = csi_arena_alloc(e->arena, e->stride, sizeof **size);
        index[term] = csi_arena_alloc(e->arena, e->stride, sizeof **index);
        if (column == NULL || x == NULL || size[term] == NULL || index[term] == NULL) {
            return csi_diag_no_memory(m->diag, "the ensemble");
        }
    }
    for (size_t lane = 0; lane < e->stride; lane++) {
        const bool is_country = lane < e->n_countries;
        const size_t c = is_country ? e->country[lane] : lane;
        x[lane] = is_country ? csi_panel_get(imputed, indicator, year + e->context.first_scored_year, c) : (double)NAN;
        for (size_t term = 0; term < TERMS; term++) {
            const bool is_term = is_country && term < m->n_terms[at + c];
            const size_t t = is_term ? m->from[term][at + c] : year;
            const double error = is_term ? csi_error_size(e->raw, csi_panel_at(e->raw, indicator, t, c)) : 0.0;
            size[term][lane] = is_term ? m->share[term][at + c] * error : 0.0;
            index[term][lane] = (uint32_t)((k * e->raw->n_years + t) * e->stride + c);
            is_needed[k * e->raw->n_years + t] = is_needed[k * e->raw->n_years + t] || size[term][lane] > 0.0;
            has_second = has_second || (term > 0 && size[term][lane] > 0.0);
        }
    }
    *column = (csi_error_column){.x = x, .size = {size[0], has_second ? size[1] : NULL}, .at = {index[0], index[1]},
                                 .transform = is_transformed(m, indicator)
                                                  ? e->context.framework->node[indicator].transform
                                                  : CSI_TRANSFORM_NONE};
    *to = column;
    return CSI_OK;
}

/* Whether the shares give back the imputed values. */
static bool reproduces(const mapping *m, const csi_panel *imputed)
{
    const csi_ensemble *e = m->e;
    for (size_t k = 0; k < e->n_erring; k++) {
        for (size_t year = 0; year < e->n_years; year++) {
            for (size_t c = 0; c < e->n_countries; c++) {
                const size_t at = (k * e->n_years + year) * e->stride + c;
                const double x = csi_panel_get(imputed, e->erring[k], year + e->context.first_scored_year, c);
                double sum = 0.0, size = 0.0;
                for (size_t term = 0; term < m->n_terms[at]; term++) {
                    const double part =
                        m->share[term][at] * csi_panel_get(e->raw, e->erring[k], m->from[term][at], c);
                    sum += part;
                    size += fabs(part);
                }
                if (!isnan(x) && !(fabs(sum - x) <= 1e-9 * (size + fabs(x)))) {
                    return false;
                }
            }
        }
    }
    return true;
}

static csi_status make_columns(mapping *m)
{
    const csi_ensemble *e = m->e;
    csi_result *result = NULL, *whole = NULL;
    csi_status status;
    const csi_error_column **column = csi_arena_alloc(e->arena, e->n_years * e->n_indicators + 1, sizeof *column);
    const size_t n_rows = e->n_erring * e->raw->n_years;
    bool *is_needed = csi_arena_alloc(e->arena, e->n_years * n_rows + 1, sizeof *is_needed);
    if (column == NULL || is_needed == NULL) {
        return csi_diag_no_memory(m->diag, "the ensemble");
    }
    CSI_TRY(csi_stages_run(&m->steps, &e->context, e->raw, m->diag, &result));
    CSI_TRY(csi_stages_run(&m->imputing, &e->context, e->raw, m->diag, &whole));
    m->v->has_error_map = m->is_linear && reproduces(m, result->normalised);
    for (size_t k = 0; k < e->n_erring && m->v->has_error_map; k++) {
        for (size_t year = 0; year < e->n_years; year++) {
            csi_error_column *made = NULL;
            CSI_TRY(make_column(m, whole->normalised, k, year, is_needed + year * n_rows, &made));
            column[year * e->n_indicators + e->erring[k]] = made;
        }
    }
    m->v->error = column;
    m->v->error_is_needed = is_needed;
out:
    csi_result_free(result);
    csi_result_free(whole);
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

csi_status csi_error_map(csi_ensemble *ensemble, csi_branch *branch, csi_diag *diag)
{
    mapping m = {.e = ensemble, .v = branch, .diag = diag, .is_linear = true};
    csi_status status = CSI_OK;
    if (ensemble->n_erring == 0 || !ensemble->spec->is_active[CSI_FACTOR_ERRORS] || !are_simple(&m)) {
        return CSI_OK;
    }
    CSI_TRY(csi_branch_imputing(ensemble, branch, diag, &m.imputing, &m.steps));
    const size_t n = cells_of(ensemble);
    m.n_terms = csi_arena_alloc(ensemble->arena, n, 1);
    for (size_t term = 0; term < TERMS; term++) {
        m.share[term] = csi_arena_alloc(ensemble->arena, n, sizeof **m.share);
        m.from[term] = csi_arena_alloc(ensemble->arena, n, sizeof **m.from);
        if (m.n_terms == NULL || m.share[term] == NULL || m.from[term] == NULL) {
            return csi_diag_no_memory(diag, "the ensemble");
        }
    }
    CSI_TRY(csi_panel_copy(ensemble->raw, &m.probe) == CSI_OK ? CSI_OK : csi_diag_no_memory(diag, "the ensemble"));
    for (size_t t = 0; t < ensemble->raw->n_years; t++) {
        CSI_TRY(probe_year(&m, t));
    }
    CSI_TRY(make_columns(&m));
out:
    csi_panel_free(m.probe);
    return status;
}
