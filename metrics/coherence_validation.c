/* How good the imputation is, on cells whose true values are known.
 *
 *     R2 = corr(P, O)^2,  RMSE, MAE,  Willmott's d = 1 - sum (P - O)^2 / sum (|P - mean O| + |O - mean O|)^2
 *
 * OECD/JRC Handbook (2008), Box 4, p. 62; Willmott (1981), Physical Geography 2:184-194. By hand: predictions equal to the
 * truth have d = 1, the mean for everybody has d = 0. Cells are hidden by keyed draws, so that two methods are tried on
 * the same ones. Edges: nothing hidden or filled: n_filled is 0 and the measures are NaN; the overall line is on values
 * standardised by indicator, so that large units do not decide it. */
#include <math.h>
#include <stdlib.h>

#include "metrics/coherence.h"
#include "metrics/rng.h"
#include "metrics/sample.h"

#define STREAM 0x7a11u

typedef struct pairs {
    double *observed, *predicted; /* NaN predicted: not filled */
    size_t n;
} pairs;

static void judge(const pairs *p, csi_validation *answer)
{
    double error = 0, absolute = 0, potential = 0, n = 0, mean = 0;
    *answer = (csi_validation){p->n, 0, NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < p->n; i++) {
        if (!isnan(p->predicted[i])) {
            mean += p->observed[i];
            n++;
        }
    }
    mean /= n;
    for (size_t i = 0; i < p->n; i++) {
        const double d = p->predicted[i] - p->observed[i];
        if (!isnan(d)) {
            const double reach = fabs(p->predicted[i] - mean) + fabs(p->observed[i] - mean);
            error += d * d;
            absolute += fabs(d);
            potential += reach * reach;
        }
    }
    answer->n_filled = (size_t)n;
    if (n > 0) {
        const double r = csi_sample_correlation(p->observed, p->predicted, p->n, NULL);
        answer->r2 = r * r;
        answer->rmse = sqrt(error / n);
        answer->mae = absolute / n;
        answer->willmott = potential > 0 ? 1 - error / potential : NAN;
    }
}

/* Whether the cell is among those hidden. */
static bool is_hidden(const csi_context *context, const csi_panel *raw, size_t at, double share)
{
    const csi_stream stream = {context->seed, 0, STREAM};
    return (raw->state[at] & CSI_CELL_ORIGIN) == CSI_CELL_OBSERVED && csi_draw_uniform(&stream, (uint32_t)at) < share;
}

static size_t hide(const csi_context *context, const csi_panel *raw, double share, csi_panel *thinned)
{
    size_t n = 0;
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        const size_t from = csi_panel_at(raw, series, context->first_scored_year, 0);
        for (size_t at = from; at < from + context->n_scored_years * raw->n_countries; at++) {
            if (is_hidden(context, raw, at, share)) {
                thinned->value[at] = NAN;
                thinned->state[at] = CSI_CELL_MISSING;
                n++;
            }
        }
    }
    return n;
}

/* The steps up to the last imputation, without screening: hidden cells must not throw countries out. */
static size_t imputing_steps(const csi_recipe *recipe, csi_step *step)
{
    size_t last = 0, n = 0;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        last = recipe->stage[i].method->step == CSI_STEP_IMPUTE ? i + 1 : last;
    }
    for (size_t i = 0; i < last; i++) {
        if (recipe->stage[i].method->step == CSI_STEP_IMPUTE) {
            step[n++] = recipe->stage[i];
        }
    }
    return n;
}

static void compare(const csi_context *context, const csi_panel *raw, const csi_panel *filled, double share, pairs *one,
                    pairs *all, csi_validation *answer)
{
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        const size_t from = csi_panel_at(raw, series, context->first_scored_year, 0);
        const size_t n = context->n_scored_years * raw->n_countries;
        const double mean = csi_sample_mean(raw->value + from, n), sd = csi_sample_sd(raw->value + from, n);
        one->n = 0;
        for (size_t at = from; at < from + n; at++) {
            if (is_hidden(context, raw, at, share)) {
                one->observed[one->n] = raw->value[at];
                one->predicted[one->n++] = filled->value[at];
                all->observed[all->n] = sd > 0 ? (raw->value[at] - mean) / sd : 0;
                all->predicted[all->n++] = sd > 0 ? (filled->value[at] - mean) / sd : NAN;
            }
        }
        judge(one, &answer[series]);
    }
    judge(all, &answer[context->framework->n_indicators]);
}

csi_status csi_validate_steps(const csi_step *step, size_t n_steps, const csi_context *context, const csi_panel *raw,
                              double share, csi_diag *diag, csi_validation *answer)
{
    csi_panel *thinned = NULL;
    csi_result *result = NULL;
    double *room = NULL;
    csi_status status = CSI_OK;
    csi_recipe recipe = {.n_stages = n_steps, .stage = calloc(n_steps + 1, sizeof *recipe.stage)};
    CSI_TRY(recipe.stage == NULL ? CSI_ERR_MEMORY : CSI_OK);
    for (size_t i = 0; i < n_steps; i++) {
        recipe.stage[i] = step[i];
    }
    CSI_TRY(csi_panel_copy(raw, &thinned));
    const size_t n = hide(context, raw, share, thinned);
    CSI_TRY(csi_stages_run(&recipe, context, thinned, diag, &result));
    room = calloc(4 * n + 4, sizeof *room);
    CSI_TRY(room == NULL ? CSI_ERR_MEMORY : CSI_OK);
    pairs one = {room, room + n + 1, 0}, all = {room + 2 * n + 2, room + 3 * n + 3, 0};
    compare(context, raw, result->normalised, share, &one, &all, answer);
out:
    free(room);
    csi_result_free(result);
    csi_panel_free(thinned);
    free(recipe.stage);
    return status;
}

csi_status csi_validate_imputation(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw,
                                   double share, csi_diag *diag, csi_validation *answer)
{
    csi_step *step = calloc(recipe->n_stages + 1, sizeof *step);
    const csi_status status = step == NULL ? CSI_ERR_MEMORY
                                           : csi_validate_steps(step, imputing_steps(recipe, step), context, raw, share,
                                                                diag, answer);
    free(step);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "validating the imputation") : status;
}
