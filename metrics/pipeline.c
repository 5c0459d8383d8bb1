/* Running a recipe: the stages one after the other, then the tree from the bottom up.
 *
 * Every stage gets a copy of the panel before it, so nothing is overwritten and any stage can be shown. Nodes come in an
 * order in which children precede their parents, so one pass over them is the whole aggregation. */
#include "metrics/pipeline.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A copy without standard errors: those belong to the raw values alone. */
static csi_status copy_values(const csi_panel *from, csi_panel **to)
{
    const csi_status status =
        csi_panel_new_unfilled(from->n_series, from->first_year, from->n_years, from->n_countries, false, to);
    if (status == CSI_OK) {
        const size_t n = from->n_series * from->n_years * from->n_countries;
        memcpy((*to)->value, from->value, n * sizeof *from->value);
        memcpy((*to)->state, from->state, n * sizeof *from->state);
    }
    return status;
}

/* Whether values and states say the same, and no value is infinite. Without a branch a cell: there are many, and hardly ever
 * one that is not settled. */
static bool is_settled(const csi_panel *panel, size_t begin, size_t n)
{
    unsigned any = 0;
    for (size_t i = begin; i < begin + n; i++) {
        any |= (unsigned)(isnan(panel->value[i]) != (panel->state[i] == CSI_CELL_MISSING)) |
               (unsigned)(fabs(panel->value[i]) > DBL_MAX);
    }
    return any == 0;
}

/* Makes NaN and CSI_CELL_MISSING say the same again after a method wrote values alone; an infinite value is refused. */
static csi_status settle(const csi_step *step, const csi_context *context, csi_panel *panel, csi_diag *diag)
{
    for (size_t series = 0; series < panel->n_series; series++) {
        const size_t begin = csi_panel_at(panel, series, 0, 0);
        if (is_settled(panel, begin, panel->n_years * panel->n_countries)) {
            continue;
        }
        for (size_t i = begin; i < begin + panel->n_years * panel->n_countries; i++) {
            if (isnan(panel->value[i])) {
                panel->state[i] = CSI_CELL_MISSING;
            } else if (isinf(panel->value[i]) || panel->state[i] == CSI_CELL_MISSING) {
                const size_t year = (i - begin) / panel->n_countries, country = (i - begin) % panel->n_countries;
                return csi_diag_error(diag, isinf(panel->value[i]) ? CSI_ERR_DATA : CSI_ERR_INTERNAL, &step->place,
                                      "%s: method \"%s\" makes no finite number of \"%s\", %s, %d",
                                      csi_step_kind_name(step->method->step), step->method->name,
                                      csi_series_node(context->framework, series)->code,
                                      context->countries->country[country].iso3, panel->first_year + (int)year);
            }
        }
    }
    return CSI_OK;
}

static bool is_before_treatment(csi_step_kind kind)
{
    return kind == CSI_STEP_DENOMINATE || kind == CSI_STEP_SCREEN || kind == CSI_STEP_IMPUTE;
}

static csi_status run_stages(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw, csi_diag *diag,
                             csi_result *result)
{
    const csi_panel *before = raw;
    bool in_file_units = true;
    csi_status status = CSI_OK;
    result->imputed = raw;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        const csi_step *step = &recipe->stage[i];
        if (copy_values(before, &result->stage[i]) != CSI_OK) {
            return csi_diag_no_memory(diag, "a copy of the panel");
        }
        result->n_stages = i + 1;
        status = step->method->apply(step, context, before, result->stage[i], diag);
        if (status == CSI_ERR_MEMORY) {
            return csi_diag_no_memory(diag, step->method->name);
        }
        if (status == CSI_OK) {
            status = settle(step, context, result->stage[i], diag);
        }
        if (status != CSI_OK) {
            return status;
        }
        before = result->stage[i];
        in_file_units = in_file_units && is_before_treatment(step->method->step);
        result->imputed = in_file_units ? before : result->imputed;
    }
    result->normalised = before;
    return CSI_OK;
}

csi_status csi_stages_run(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw, csi_diag *diag,
                          csi_result **result)
{
    csi_status status = CSI_OK;
    csi_result *r = calloc(1, sizeof *r);
    csi_context own = *context;
    *result = NULL;
    if (r == NULL || (r->stage = calloc(recipe->n_stages + 1, sizeof(csi_panel *))) == NULL ||
        (r->treatments = csi_treatments_new(raw->n_series)) == NULL) {
        status = csi_diag_no_memory(diag, "the pipeline");
        goto out;
    }
    own.treatments = r->treatments;
    own.scored_from = raw->first_year + (int)context->first_scored_year;
    CSI_TRY(run_stages(recipe, &own, raw, diag, r));
    *result = r;
    r = NULL;
out:
    csi_result_free(r);
    return status;
}

void csi_result_drop_scores(csi_result *result)
{
    csi_panel_free(result->scores);
    free(result->weight);
    free(result->coverage);
    free(result->imputed_share);
    result->scores = NULL;
    result->weight = result->coverage = result->imputed_share = NULL;
}

void csi_result_free(csi_result *result)
{
    if (result == NULL) {
        return;
    }
    for (size_t i = 0; i < result->n_stages; i++) {
        csi_panel_free(result->stage[i]);
    }
    free(result->stage);
    csi_treatments_free(result->treatments);
    csi_result_drop_scores(result);
    free(result);
}

csi_status csi_pipeline_run(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw, csi_diag *diag,
                            csi_result **result)
{
    csi_status status = csi_stages_run(recipe, context, raw, diag, result);
    if (status == CSI_OK) {
        status = csi_aggregate_run(recipe, context, *result, diag);
    }
    if (status != CSI_OK) {
        csi_result_free(*result);
        *result = NULL;
    }
    return status;
}
