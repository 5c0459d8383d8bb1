/* Changes like for like in every replicate: the same as when the pipeline itself is walked and the change of each country
 * taken apart, whatever is drawn; and with nothing drawn the change that is published. */
#include <math.h>
#include <stdlib.h>

#include "metrics/decompose.h"
#include "metrics/ensemble_alike.h"
#include "metrics/ensemble_model.h"
#include "tests/support/ensemble.h"

#define N_REPLICATES 19 /* a batch and a part of one */

typedef struct expected {
    const subject *s;
    size_t node, from, to;
    double *like; /* [country] */
} expected;

static csi_status take_apart(void *user, const csi_recipe *recipe, const csi_context *context, const csi_result *result)
{
    const expected *x = user;
    csi_effect *effect = calloc(csi_max_effects(context->framework) + 1, sizeof *effect);
    csi_status status = effect == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t c = 0; c < x->s->n_countries && status == CSI_OK; c++) {
        const csi_point a = {result, x->from, c}, b = {result, x->to, c};
        size_t n = 0;
        status = csi_decompose(recipe, context, &a, &b, x->node, x->s->diag, effect, &n);
        x->like[c] = csi_panel_get(result->scores, x->node, x->to, c) - csi_panel_get(result->scores, x->node, x->from, c);
        for (size_t i = 0; i < n; i++) {
            const bool is_apart = effect[i].cause == CSI_CAUSE_COVERAGE || effect[i].cause == CSI_CAUSE_BREAK;
            x->like[c] -= is_apart ? effect[i].effect : 0;
        }
    }
    free(effect);
    return status;
}

static csi_status walk_and_take_apart(const expected *x, uint64_t number)
{
    const csi_draw_plan plan = plan_of(number);
    double *scratch = calloc(csi_draw_room(x->s->ensemble), sizeof *scratch);
    float *error = calloc(csi_error_room(x->s->ensemble) + 1, sizeof *error);
    csi_replicate *replicate = NULL;
    csi_status status = CSI_ERR_MEMORY;
    if (scratch != NULL && error != NULL && csi_replicate_new(x->s->ensemble, &replicate) == CSI_OK) {
        csi_replicate_draw(x->s->ensemble, &plan, scratch, replicate);
        status = csi_walk_use(x->s->ensemble, replicate, error, x->s->diag, take_apart, (void *)x);
    }
    csi_replicate_free(replicate);
    free(error);
    free(scratch);
    return status;
}

/* Some replicates of one node and pair of years; returns how many differences were compared. */
static size_t compare(const subject *s, const char *section, size_t node, size_t from, size_t to)
{
    const csi_alike_options options = {.node = node, .from = from, .to = to, .n_replicates = N_REPLICATES, .n_threads = 2};
    float *difference = calloc(s->n_countries * N_REPLICATES, sizeof *difference);
    expected x = {s, node, from, to, calloc(s->n_countries, sizeof(double))};
    size_t n = 0;
    cr_assert(csi_ensemble_alike(s->ensemble, &options, s->diag, difference) == CSI_OK);
    for (uint64_t r = 0; r < N_REPLICATES; r += CASES(3, 9)) {
        cr_assert(walk_and_take_apart(&x, r) == CSI_OK);
        for (size_t c = 0; c < s->n_countries; c++) {
            const double got = difference[c * N_REPLICATES + r];
            cr_expect(isnan(got) == isnan(x.like[c]) && (isnan(got) || fabs(got - x.like[c]) < 2e-5),
                      "%s, node %zu, replicate %zu, country %zu: %g, not %g", section, node, (size_t)r, c, got, x.like[c]);
            n += !isnan(got);
        }
    }
    free(difference);
    free(x.like);
    return n;
}

Test(ensemble_alike, as_walked)
{
    static const char *const sections[] = {
        "{}",
        "{leave_out: {level: 1}}",
        "{weights: {draw: dirichlet}, aggregation: {alternatives: [{level: 3, method: harmonic}, {level: 2, method: geometric}]}}",
        ("{normalisation: {alternatives: [{method: minmax, goalposts: panel, range: [0, 100]}]},"
         " aggregation: {alternatives: [{level: 3, method: geometric, floor: 20}]}}"),
        "{normalisation: {alternatives: [{method: percentile, range: [1, 100]}]}}",
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        subject s = open_subject(sections[i]);
        const size_t root = s.project->framework->n_nodes - 1;
        cr_expect(compare(&s, sections[i], root, 0, s.n_years - 1) > CASES(1000, 300));
        if (i == 0) {
            for (size_t node = s.project->framework->n_indicators; node < root; node += 3) {
                cr_expect(compare(&s, sections[i], node, 1, 5) > CASES(1000, 300));
            }
        }
        close_subject(&s);
    }
}
