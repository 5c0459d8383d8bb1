/* A change is called real only like for like: what comes from indicators that entered or left, or whose source changed its
 * method, is told apart and taken out before the test, and a country most of whose figures were carried over is told to be
 * unobserved, since a carried figure is no evidence of standing still. */
#include "index/movement.h"

#include <math.h>
#include <stdlib.h>

#include "index/output.h"
#include "metrics/ensemble_alike.h"

const char *csi_verdict_name(csi_verdict verdict)
{
    switch (verdict) {
    case CSI_VERDICT_UNSCORED: return "not scored";
    case CSI_VERDICT_UNOBSERVED: return "too little observed";
    case CSI_VERDICT_NO_EVIDENCE: return "no evidence of change";
    case CSI_VERDICT_IMPROVED: return "improved";
    case CSI_VERDICT_WORSENED: return "worsened";
    }
    return "";
}

#define SAME 1e-9 /* points: what scores of two years may differ by and still be called equal */

typedef struct gathering {
    const csi_run *run;
    const csi_movement_options *options;
    csi_diag *diag;
    csi_movement *movement;
    size_t n_countries;
} gathering;

/* The share of the node's weight that indicators observed in both years carry. */
static double observed_share(const gathering *g, size_t node, size_t country)
{
    const csi_framework *framework = g->run->project->framework;
    const csi_panel *scores = g->run->result->scores;
    double sum = 0;
    if (node < framework->n_indicators) {
        const csi_cell a = scores->state[csi_panel_at(scores, node, g->options->from, country)];
        const csi_cell b = scores->state[csi_panel_at(scores, node, g->options->to, country)];
        return (a & CSI_CELL_ORIGIN) == CSI_CELL_OBSERVED && (b & CSI_CELL_ORIGIN) == CSI_CELL_OBSERVED;
    }
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        const size_t child = framework->node[node].child[q];
        sum += csi_run_sibling_weight(g->run, child, g->options->to) * observed_share(g, child, country);
    }
    return sum;
}

static csi_status explain(const gathering *g, size_t country, csi_effect *effect)
{
    const csi_run *run = g->run;
    const csi_panel *scores = run->result->scores;
    const size_t node = g->options->node, from = g->options->from, to = g->options->to;
    const csi_point a = {run->result, from, country}, b = {run->result, to, country};
    csi_movement *m = &g->movement[country];
    size_t n = 0;
    *m = (csi_movement){.country = country, .before = csi_panel_get(scores, node, from, country),
                        .after = csi_panel_get(scores, node, to, country), .p_adjusted = NAN, .trend_p_adjusted = NAN,
                        .draws = {.low = NAN, .high = NAN, .p = NAN}};
    m->rank_before = run->rank[csi_panel_at(scores, node, from, country)];
    m->rank_after = run->rank[csi_panel_at(scores, node, to, country)];
    m->observed_share = observed_share(g, node, country);
    const csi_status status = csi_decompose(run->project->recipe, &run->context, &a, &b, node, g->diag, effect, &n);
    for (size_t i = 0; i < n; i++) {
        m->by_cause[effect[i].cause] += effect[i].effect;
    }
    m->like_for_like = m->after - m->before - m->by_cause[CSI_CAUSE_COVERAGE] - m->by_cause[CSI_CAUSE_BREAK];
    const double missing = run->project->recipe->scale_high - m->before;
    const bool has_top = csi_recipe_is_bounded(run->project->recipe, run->project->framework);
    m->gap_closed = missing > 0 && has_top ? m->like_for_like / missing : NAN;
    return status;
}

static csi_status explain_all(const gathering *g)
{
    csi_effect *effect = calloc(csi_max_effects(g->run->project->framework) + 1, sizeof *effect);
    csi_status status = effect == NULL ? csi_diag_no_memory(g->diag, "explaining the changes") : CSI_OK;
    for (size_t c = 0; status == CSI_OK && c < g->n_countries; c++) {
        status = explain(g, c, effect);
    }
    free(effect);
    return status;
}

static bool is_below(const csi_framework *framework, size_t indicator, size_t node)
{
    for (size_t at = indicator; at != CSI_NONE; at = framework->node[at].parent) {
        if (at == node) {
            return true;
        }
    }
    return false;
}

/* The first year (index) from which no source below the node changed its method. */
static size_t first_comparable(const gathering *g)
{
    const csi_framework *framework = g->run->project->framework;
    const int first_year = g->run->result->scores->first_year;
    int first = first_year;
    for (size_t i = 0; i < framework->n_indicators; i++) {
        for (size_t b = 0; is_below(framework, i, g->options->node) && b < framework->node[i].n_breaks; b++) {
            const int year = framework->node[i].breaks[b];
            first = year > first && year <= first_year + (int)g->options->to ? year : first;
        }
    }
    return (size_t)(first - first_year);
}

/* What moved the node between two years, like for like: effects themselves are added up, so that nothing is exactly nothing. */
static csi_status step_alike(const gathering *g, size_t country, size_t from, size_t to, csi_effect *effect, double *step)
{
    const csi_point a = {g->run->result, from, country}, b = {g->run->result, to, country};
    size_t n = 0;
    const csi_status status =
        csi_decompose(g->run->project->recipe, &g->run->context, &a, &b, g->options->node, g->diag, effect, &n);
    *step = 0;
    for (size_t i = 0; i < n; i++) {
        *step += csi_cause_is_alike(effect[i].cause) ? effect[i].effect : 0;
    }
    return status;
}

/* The scores of the node from year `first` on, x[0..n), chained: each year adds to the last one scored what moved between
 * the two like for like, since an indicator that enters is no trend. What differs by rounding alone is made equal. */
static csi_status chain(const gathering *g, size_t country, size_t first, size_t n, csi_effect *effect, double *x)
{
    const csi_panel *scores = g->run->result->scores;
    const bool is_whole = csi_compares_countries(g->run->project->recipe, g->run->project->framework, g->options->node);
    size_t last = CSI_NONE;
    for (size_t i = 0; i < n; i++) {
        x[i] = csi_panel_get(scores, g->options->node, first + i, country);
        if (isnan(x[i])) {
            continue;
        }
        if (last != CSI_NONE && !is_whole) {
            double step = 0;
            const csi_status status = step_alike(g, country, first + last, first + i, effect, &step);
            if (status != CSI_OK) {
                return status;
            }
            x[i] = x[last] + step;
        }
        for (size_t k = 0; k < i; k++) {
            x[i] = fabs(x[i] - x[k]) < SAME ? x[k] : x[i];
        }
        last = i;
    }
    return CSI_OK;
}

static csi_status fit_trends(const gathering *g)
{
    const csi_panel *scores = g->run->result->scores;
    const size_t first = first_comparable(g), n = g->options->to - first + 1;
    double *t = calloc(2 * n + 1, sizeof *t), *p = calloc(2 * g->n_countries + 1, sizeof *p);
    csi_effect *effect = calloc(csi_max_effects(g->run->project->framework) + 1, sizeof *effect);
    csi_status status = CSI_OK;
    if (t == NULL || p == NULL || effect == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (size_t c = 0; c < g->n_countries; c++) {
        for (size_t i = 0; i < n; i++) {
            t[i] = (double)(scores->first_year + (int)(first + i));
        }
        CSI_TRY(chain(g, c, first, n, effect, t + n));
        g->movement[c].trend_from = first;
        CSI_TRY(csi_theil_sen_fit(t, t + n, n, g->options->level, &g->movement[c].trend));
        CSI_TRY(csi_mann_kendall_test(t, t + n, n, &g->movement[c].test));
        p[c] = g->movement[c].test.n < 2 ? NAN : g->movement[c].test.p;
    }
    CSI_TRY(csi_adjust_bh(p, g->n_countries, p + g->n_countries));
    for (size_t c = 0; c < g->n_countries; c++) {
        g->movement[c].trend_p_adjusted = p[g->n_countries + c];
    }
out:
    free(t);
    free(p);
    free(effect);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(g->diag, "fitting trends") : status;
}

/* The difference like for like, draw by draw: [country][draw]. */
typedef struct draws {
    size_t n_draws, n_countries;
    float *difference;
    double *apart; /* [country]: what coverage and breaks did as configured */
} draws;

static csi_status draw_years(const gathering *g, const csi_ensemble *ensemble, draws *d)
{
    const csi_alike_options options = {
        .node = g->options->node, .from = g->options->from, .to = g->options->to, .n_replicates = d->n_draws,
        .n_threads = g->run->project->n_threads, .apart = d->apart};
    for (size_t c = 0; c < d->n_countries; c++) {
        const csi_movement *m = &g->movement[c];
        d->apart[c] = m->after - m->before - m->like_for_like;
    }
    return csi_ensemble_alike(ensemble, &options, g->diag, d->difference);
}

static csi_status draw_all(const gathering *g, csi_arena *arena, draws *d)
{
    const csi_project *project = g->run->project;
    csi_ensemble_spec *spec = NULL;
    csi_ensemble *ensemble = NULL;
    csi_status status;
    if (g->options->ensemble != NULL) {
        return draw_years(g, g->options->ensemble, d);
    }
    CSI_TRY(csi_ensemble_read(arena, project->framework, project->recipe, csi_setting_find(project->root, "ensemble"),
                              project->seed, g->diag, &spec));
    CSI_TRY(csi_ensemble_new(spec, project->recipe, &g->run->context, g->run->raw->panel, g->diag, &ensemble));
    CSI_TRY(draw_years(g, ensemble, d));
out:
    csi_ensemble_free(ensemble);
    return status;
}

static csi_status judge(const gathering *g, const draws *d)
{
    double *difference = calloc(d->n_draws + 1, sizeof *difference), *p = calloc(2 * d->n_countries + 1, sizeof *p);
    csi_status status = CSI_OK;
    if (difference == NULL || p == NULL) {
        status = csi_diag_no_memory(g->diag, "testing the changes");
        goto out;
    }
    for (size_t c = 0; c < d->n_countries; c++) {
        csi_movement *m = &g->movement[c];
        for (size_t r = 0; r < d->n_draws; r++) {
            difference[r] = (double)d->difference[c * d->n_draws + r];
        }
        csi_paired_test(difference, isnan(m->like_for_like) ? 0 : d->n_draws, g->options->level, &m->draws);
        p[c] = m->draws.p;
    }
    CSI_TRY(csi_adjust_bh(p, d->n_countries, p + d->n_countries));
    for (size_t c = 0; c < d->n_countries; c++) {
        g->movement[c].p_adjusted = p[d->n_countries + c];
    }
out:
    free(difference);
    free(p);
    return status;
}

static void decide(const gathering *g)
{
    for (size_t c = 0; c < g->n_countries; c++) {
        csi_movement *m = &g->movement[c];
        const bool is_real = m->p_adjusted <= g->options->false_discovery;
        m->verdict = isnan(m->like_for_like)    ? CSI_VERDICT_UNSCORED
                     : m->observed_share < 0.5  ? CSI_VERDICT_UNOBSERVED
                     : !is_real                 ? CSI_VERDICT_NO_EVIDENCE
                     : m->like_for_like > 0     ? CSI_VERDICT_IMPROVED
                                                : CSI_VERDICT_WORSENED;
    }
}

csi_status csi_movements_fill(const csi_run *run, const csi_movement_options *options, csi_diag *diag,
                              csi_movement *movement)
{
    const gathering g = {run, options, diag, movement, run->result->scores->n_countries};
    draws d = {.n_draws = options->n_draws, .n_countries = g.n_countries};
    csi_arena *arena = csi_arena_new();
    csi_status status = CSI_OK;
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "looking at the changes");
    }
    CSI_TRY(explain_all(&g));
    CSI_TRY(fit_trends(&g));
    if (options->n_draws > 0) {
        size_t n_cells;
        if (!__builtin_mul_overflow(d.n_countries, d.n_draws, &n_cells)) {
            d.difference = calloc(n_cells + 1, sizeof *d.difference);
            d.apart = calloc(d.n_countries + 1, sizeof *d.apart);
        }
        if (d.difference == NULL || d.apart == NULL) {
            CSI_TRY(csi_diag_no_memory(diag, "testing the changes"));
        }
        CSI_TRY(draw_all(&g, arena, &d));
        CSI_TRY(judge(&g, &d));
    }
    decide(&g);
out:
    free(d.difference);
    free(d.apart);
    csi_arena_free(arena);
    return status;
}
