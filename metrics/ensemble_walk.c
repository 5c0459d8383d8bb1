/* One replicate through the pipeline itself: what the kernel must reproduce, and what stands in where it cannot.
 *
 * The raw values get their errors, the steps run, the min-max step is repeated with the drawn goalposts, and the tree is
 * aggregated with the drawn rules and weights. Goalposts that are taken from the sample stay those of the measured
 * values: an error moves a country against the goalposts, not the goalposts. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static csi_status add_errors(const csi_ensemble *e, const csi_replicate *r, const float *error, csi_panel **raw)
{
    csi_status status = csi_panel_copy(e->raw, raw);
    const size_t n_years = e->raw->n_years;
    for (size_t k = 0; k < e->n_erring && status == CSI_OK && r->has_errors; k++) {
        for (size_t year = 0; year < n_years; year++) {
            for (size_t c = 0; c < e->n_countries; c++) {
                const size_t at = csi_panel_at(e->raw, e->erring[k], year, c);
                const double size = csi_error_size(e->raw, at);
                if (size > 0.0) {
                    (*raw)->value[at] += size * error[(k * n_years + year) * e->stride + c];
                }
            }
        }
    }
    return status;
}

static double between(const csi_branch *v, double x, double low, double high, int direction)
{
    double z = (direction < 0 ? high - x : x - low) / (high - low);
    if (v->clips && (z < 0.0 || z > 1.0)) {
        z = z < 0.0 ? 0.0 : 1.0;
    }
    return v->a + (v->b - v->a) * z;
}

static void normalise(const csi_ensemble *e, const csi_replicate *r, const csi_panel *treated, csi_panel *out)
{
    const csi_branch *v = r->branch;
    for (size_t i = 0; i < e->n_indicators; i++) {
        for (size_t year = 0; year < e->n_years; year++) {
            const double low = v->low[i * e->n_years + year], width = v->high[i * e->n_years + year] - low;
            const double from = r->has_goalposts ? low + r->low[i] * width : low;
            const double to = r->has_goalposts ? v->high[i * e->n_years + year] + r->high[i] * width
                                               : v->high[i * e->n_years + year];
            for (size_t lane = 0; lane < e->n_countries; lane++) {
                const size_t at = csi_panel_at(treated, i, year + e->context.first_scored_year, e->country[lane]);
                const bool is_there = !isnan(v->treated[(year * e->n_indicators + i) * e->stride + lane]);
                out->value[at] = is_there ? between(v, treated->value[at], from, to,
                                                    e->context.framework->node[i].direction)
                                          : (double)NAN;
                out->state[at] = is_there ? treated->state[at] : CSI_CELL_MISSING;
            }
        }
    }
}

/* The configured thresholds with the drawn rules. */
static csi_status draw_recipe(const csi_ensemble *e, const csi_replicate *r, csi_recipe *recipe)
{
    *recipe = r->branch->recipe;
    recipe->node_rule = calloc(e->n_nodes, sizeof *recipe->node_rule);
    if (recipe->node_rule == NULL) {
        return CSI_ERR_MEMORY;
    }
    memcpy(recipe->node_rule, e->recipe->node_rule, e->n_nodes * sizeof *recipe->node_rule);
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        recipe->node_rule[node].step = r->rule[node];
    }
    return CSI_OK;
}

static csi_status copy_scores(void *user, const csi_recipe *recipe, const csi_context *context, const csi_result *result)
{
    const csi_panel *scores = result->scores;
    const size_t first = context->framework->n_indicators;
    (void)recipe;
    memcpy(user, scores->value + csi_panel_at(scores, first, 0, 0),
           (scores->n_series - first) * scores->n_years * scores->n_countries * sizeof *scores->value);
    return CSI_OK;
}

/* Draws of multiple imputation do not answer to errors (metrics/ensemble_noise.c), the other imputing steps do. */
static csi_status impute_with_errors(const csi_ensemble *e, const csi_branch *v, const csi_context *context,
                                     const csi_panel *raw, csi_diag *diag, csi_panel **imputed)
{
    csi_result *whole = NULL, *moved = NULL;
    csi_recipe imputing, steps;
    csi_status status;
    CSI_TRY(csi_branch_imputing(e, v, diag, &imputing, &steps));
    CSI_TRY(csi_stages_run(&imputing, context, e->raw, diag, &whole));
    CSI_TRY(csi_stages_run(&steps, context, raw, diag, &moved));
    CSI_TRY(csi_panel_copy(whole->normalised, imputed));
    for (size_t i = 0; i < raw->n_series * raw->n_years * raw->n_countries; i++) {
        const double own = moved->normalised->value[i];
        (*imputed)->value[i] = isnan(own) ? (*imputed)->value[i] : own;
    }
out:
    csi_result_free(whole);
    csi_result_free(moved);
    return status;
}

/* The steps up to the drawn normalisation. *imputed is what the result may borrow; NULL where it borrows `raw`. */
static csi_status run_unnormalised(const csi_ensemble *e, const csi_replicate *r, const csi_context *context,
                                   const csi_panel *raw, csi_diag *diag, csi_panel **imputed, csi_result **result)
{
    const csi_branch *v = r->branch;
    csi_recipe rest = v->unnormalised;
    size_t n_before = 0;
    csi_status status;
    bool is_multiple = false;
    for (size_t i = 0; i < rest.n_stages; i++) {
        is_multiple = is_multiple || csi_step_is_multiple(&rest.stage[i]);
        n_before = rest.stage[i].method->step == CSI_STEP_IMPUTE ? i + 1 : n_before;
    }
    if (!r->has_errors || !is_multiple || !v->has_error_map) {
        return csi_stages_run(v->has_posts ? &rest : &v->recipe, context, raw, diag, result);
    }
    CSI_TRY(impute_with_errors(e, v, context, raw, diag, imputed));
    rest.stage += n_before;
    rest.n_stages -= n_before;
    CSI_TRY(csi_stages_run(&rest, context, *imputed, diag, result));
out:
    return status;
}

/* Aggregating multiplies by the factors on its way; what explains a score wants the weights that it was made with. */
static void draw_weights(const csi_replicate *r, csi_result *result)
{
    const size_t n_years = result->scores->n_years;
    for (size_t at = 0; at < result->scores->n_series * n_years && r->has_weights; at++) {
        result->weight[at] *= r->weight_factor[at / n_years];
    }
}

csi_status csi_walk_use(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error, csi_diag *diag,
                        csi_use_walk *use, void *user)
{
    const csi_branch *v = replicate->branch;
    csi_context context = ensemble->context;
    csi_panel *raw = NULL, *imputed = NULL, *normalised = NULL;
    csi_result *result = NULL;
    csi_recipe recipe = {.node_rule = NULL};
    csi_status status;
    context.weight_factor = replicate->has_weights ? replicate->weight_factor : NULL;
    context.left_out = replicate->left_out;
    if (replicate->has_errors) {
        csi_replicate_errors(ensemble, replicate, error);
    }
    CSI_TRY(draw_recipe(ensemble, replicate, &recipe));
    CSI_TRY(add_errors(ensemble, replicate, error, &raw));
    CSI_TRY(run_unnormalised(ensemble, replicate, &context, raw, diag, &imputed, &result));
    if (v->has_posts) {
        CSI_TRY(csi_panel_copy(result->normalised, &normalised));
        normalise(ensemble, replicate, result->normalised, normalised);
        result->normalised = normalised;
    }
    context.treatments = result->treatments;
    CSI_TRY(csi_aggregate_run(&recipe, &context, result, diag));
    draw_weights(replicate, result);
    CSI_TRY(use(user, &recipe, &context, result));
out:
    free(recipe.node_rule);
    csi_result_free(result);
    csi_panel_free(normalised);
    csi_panel_free(imputed);
    csi_panel_free(raw);
    return status;
}

csi_status csi_walk(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error, csi_diag *diag,
                    double *score)
{
    return csi_walk_use(ensemble, replicate, error, diag, copy_scores, score);
}

bool csi_walk_tell(const csi_diag *quiet, csi_diag *diag)
{
    size_t n = 0;
    const csi_message *message = csi_diag_messages(quiet, &n);
    for (size_t i = 0; i < n; i++) {
        if (message[i].severity == CSI_ERROR) {
            const csi_place place = {.file = message[i].file, .line = message[i].line, .column = message[i].column};
            (void)csi_diag_error(diag, message[i].status, &place, "in a replicate of the ensemble: %s", message[i].text);
            return true;
        }
    }
    return false;
}

csi_status csi_ensemble_walk(const csi_ensemble *ensemble, const csi_draw_plan *plan, csi_diag *diag, double *score)
{
    csi_replicate *replicate = NULL;
    csi_status status = CSI_ERR_MEMORY;
    double *scratch = calloc(csi_draw_room(ensemble), sizeof *scratch);
    float *error = calloc(csi_error_room(ensemble), sizeof *error);
    if (scratch != NULL && error != NULL && csi_replicate_new(ensemble, &replicate) == CSI_OK) {
        csi_replicate_draw(ensemble, plan, scratch, replicate);
        status = csi_walk(ensemble, replicate, error, diag, score);
    }
    csi_replicate_free(replicate);
    free(scratch);
    free(error);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "a replicate") : status;
}
