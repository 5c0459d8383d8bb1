/* What a replicate draws. Each factor has a stream of its own, so that freezing one or taking it from another matrix
 * leaves the draws of the others as they were.
 *
 * Cells: one of imputation, treatment, normalisation and leave_out; of aggregation 0 for all levels together, else
 * level - 1; of weights the node; of goalposts 2 i and 2 i + 1; of errors the cell of the raw panel, countries padded to
 * whole groups. (metrics/ensemble_errors.c). */
#include "metrics/ensemble_model.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/rng.h"

static size_t cells_of(const csi_ensemble *e, csi_factor factor)
{
    switch (factor) {
    case CSI_FACTOR_AGGREGATION:
        return (size_t)e->context.framework->n_levels;
    case CSI_FACTOR_WEIGHTS:
        return e->n_nodes;
    case CSI_FACTOR_GOALPOSTS:
        return 2 * e->n_indicators;
    case CSI_FACTOR_ERRORS:
    case CSI_N_FACTORS:
        return 0;
    default:
        return 1;
    }
}

size_t csi_ensemble_dimensions(const csi_ensemble *ensemble)
{
    size_t n = 0;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        n += ensemble->spec->is_active[factor] ? cells_of(ensemble, (csi_factor)factor) : 0;
    }
    return n;
}

/* Where the coordinates of a factor begin: few and coarse choices first, which the first dimensions serve best. */
static size_t first_dimension(const csi_ensemble *e, csi_factor wanted)
{
    static const csi_factor order[] = {CSI_FACTOR_NORMALISATION, CSI_FACTOR_AGGREGATION, CSI_FACTOR_IMPUTATION,
                                       CSI_FACTOR_TREATMENT, CSI_FACTOR_LEAVE_OUT, CSI_FACTOR_WEIGHTS,
                                       CSI_FACTOR_GOALPOSTS};
    size_t at = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order && order[i] != wanted; i++) {
        at += e->spec->is_active[order[i]] ? cells_of(e, order[i]) : 0;
    }
    return at;
}

static void uniforms(const csi_ensemble *e, const csi_draw_plan *plan, csi_factor factor, double *u)
{
    const size_t n = cells_of(e, factor);
    const csi_stream stream = {e->spec->seed, plan->key[factor], (uint32_t)factor};
    if (plan->sobol == NULL) {
        csi_draw_uniforms(&stream, 0, (n + CSI_DRAW_GROUP - 1) / CSI_DRAW_GROUP * CSI_DRAW_GROUP, u);
        return;
    }
    const bool is_other = (plan->key[factor] & CSI_DRAW_OTHER) != 0;
    const size_t first = first_dimension(e, factor) + (is_other ? csi_sobol_dimensions(plan->sobol) / 2 : 0);
    const size_t end = is_other ? csi_sobol_dimensions(plan->sobol) : csi_sobol_dimensions(plan->sobol) / 2;
    for (size_t i = 0; i < n; i++) {
        u[i] = first + i < end
                   ? csi_word_uniform(csi_sobol_word(plan->sobol, (uint32_t)plan->key[factor], first + i))
                   : csi_draw_uniform(&stream, (uint32_t)i);
    }
}

static size_t choose(double u, size_t n)
{
    const size_t i = (size_t)(u * (double)n);
    return i < n ? i : n - 1;
}

size_t csi_draw_room(const csi_ensemble *ensemble)
{
    const size_t n = ensemble->n_nodes + 2 * ensemble->n_indicators + (size_t)ensemble->context.framework->n_levels;
    return n + 2 * CSI_DRAW_GROUP + ensemble->stride;
}

static bool is_drawn(const csi_ensemble *e, const csi_draw_plan *plan, csi_factor factor)
{
    return e->spec->is_active[factor] && !plan->is_frozen[factor];
}

/* A list of imputing steps, and of the completed data sets that it makes one: what is left of the uniform chooses. */
static size_t choose_imputation(const csi_ensemble_spec *spec, double u)
{
    const size_t i = choose(u, spec->n_imputations);
    const double rest = u * (double)spec->n_imputations - (double)i;
    return spec->imputation[i].first + choose(rest, spec->imputation[i].n);
}

static void draw_branch(const csi_ensemble *e, const csi_draw_plan *plan, double *u, csi_replicate *r)
{
    size_t branch = 0, step = 1;
    for (size_t factor = 0; factor < 3; factor++) {
        const size_t n = 1 + (e->spec->is_active[factor] ? e->spec->n_alternatives[factor] : 0);
        if (is_drawn(e, plan, (csi_factor)factor)) {
            uniforms(e, plan, (csi_factor)factor, u);
            branch += step * (factor == CSI_FACTOR_IMPUTATION ? choose_imputation(e->spec, u[0]) : choose(u[0], n));
        }
        step *= n;
    }
    r->branch = &e->branch[branch];
}

static void set_rules(const csi_ensemble *e, size_t alternative, csi_replicate *r)
{
    const int level = e->spec->rule[alternative].level;
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        if (level == 0 || e->context.framework->node[node].level == level) {
            r->rule[node] = e->spec->rule[alternative].step;
            r->rule_kind[node] = e->other_kind[alternative];
            r->rule_floor[node] = e->other_floor[alternative];
        }
    }
}

/* The configured rules, or one of the alternatives for the level (0: for all levels together). */
static void draw_level(const csi_ensemble *e, int level, double u, csi_replicate *r)
{
    size_t n = 1;
    for (size_t i = 0; i < e->spec->n_rules; i++) {
        n += e->spec->rule[i].level == level;
    }
    size_t left = choose(u, n);
    r->rules = r->rules * n + left;
    for (size_t i = 0; i < e->spec->n_rules && left > 0; i++) {
        left -= e->spec->rule[i].level == level;
        if (left == 0) {
            set_rules(e, i, r);
        }
    }
}

static void draw_rules(const csi_ensemble *e, const csi_draw_plan *plan, double *u, csi_replicate *r)
{
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        r->rule[node] = e->recipe->node_rule[node].step;
        r->rule_kind[node] = e->rule_kind[node];
        r->rule_floor[node] = e->rule_floor[node];
    }
    r->rules = 0;
    if (!is_drawn(e, plan, CSI_FACTOR_AGGREGATION)) {
        return;
    }
    uniforms(e, plan, CSI_FACTOR_AGGREGATION, u);
    for (int level = 2; level <= e->context.framework->n_levels; level++) {
        draw_level(e, level, u[level - 1], r);
    }
    draw_level(e, 0, u[0], r);
}

/* Factors that turn the nominal weights of a family into a draw of Dirichlet's distribution about them. */
static void dirichlet_factors(const csi_ensemble *e, const double *u, csi_replicate *r)
{
    for (size_t node = 0; node + 1 < e->n_nodes; node++) {
        const csi_node *own = &e->context.framework->node[node];
        const double share = e->nominal[node * e->n_years];
        const double shape =
            e->spec->weight_concentration * share * (double)e->context.framework->node[own->parent].n_children;
        r->weight_factor[node] = share > 0.0 ? gsl_cdf_gamma_Pinv(u[node], shape, 1.0) / share : 1.0;
    }
}

static void expert_factors(const csi_ensemble *e, const double *u, csi_replicate *r)
{
    const double *expert = e->spec->expert[choose(u[0], e->spec->n_experts)];
    for (size_t node = 0; node < e->n_nodes; node++) {
        const double share = e->nominal[node * e->n_years];
        r->weight_factor[node] = isnan(expert[node]) || !(share > 0.0) ? 1.0 : expert[node] / share;
    }
}

static void draw_weights(const csi_ensemble *e, const csi_draw_plan *plan, double *u, csi_replicate *r)
{
    for (size_t node = 0; node < e->n_nodes; node++) {
        r->weight_factor[node] = 1.0;
    }
    r->has_weights = is_drawn(e, plan, CSI_FACTOR_WEIGHTS);
    if (r->has_weights) {
        uniforms(e, plan, CSI_FACTOR_WEIGHTS, u);
        if (e->spec->weight_draw == CSI_WEIGHTS_DIRICHLET) {
            dirichlet_factors(e, u, r);
        } else if (e->spec->weight_draw == CSI_WEIGHTS_EXPERTS) {
            expert_factors(e, u, r);
        } else {
            for (size_t node = 0; node < e->n_nodes; node++) {
                r->weight_factor[node] = 1.0 + e->spec->weight_spread * (2.0 * u[node] - 1.0);
            }
        }
    }
}

static void draw_left_out(const csi_ensemble *e, const csi_draw_plan *plan, double *u, csi_replicate *r)
{
    r->left_out = 0;
    if (!is_drawn(e, plan, CSI_FACTOR_LEAVE_OUT)) {
        return;
    }
    uniforms(e, plan, CSI_FACTOR_LEAVE_OUT, u);
    const size_t left = choose(u[0], e->n_left_out + 1); /* nothing left out is one of the cases */
    if (left > 0) {
        r->left_out = e->left_out[left - 1] + 1;
        r->weight_factor[r->left_out - 1] = 0.0;
        r->has_weights = true;
        r->own = *r->branch;
        r->own.patterns = r->branch->without[left - 1];
        r->branch = &r->own;
    }
}

static void draw_goalposts(const csi_ensemble *e, const csi_draw_plan *plan, double *u, csi_replicate *r)
{
    r->has_goalposts = is_drawn(e, plan, CSI_FACTOR_GOALPOSTS);
    if (!r->has_goalposts) {
        return;
    }
    uniforms(e, plan, CSI_FACTOR_GOALPOSTS, u);
    for (size_t i = 0; i < e->n_indicators; i++) {
        const double spread = e->spec->goalpost_is_fixed[i] ? 0.0 : e->spec->goalpost_spread;
        r->low[i] = spread * (2.0 * u[2 * i] - 1.0);
        r->high[i] = spread * (2.0 * u[2 * i + 1] - 1.0);
    }
}

void csi_replicate_draw(const csi_ensemble *ensemble, const csi_draw_plan *plan, double *scratch, csi_replicate *replicate)
{
    draw_branch(ensemble, plan, scratch, replicate);
    draw_rules(ensemble, plan, scratch, replicate);
    draw_weights(ensemble, plan, scratch, replicate);
    draw_left_out(ensemble, plan, scratch, replicate);
    draw_goalposts(ensemble, plan, scratch, replicate);
    replicate->has_errors = is_drawn(ensemble, plan, CSI_FACTOR_ERRORS) && ensemble->n_erring > 0;
    replicate->error_key = plan->key[CSI_FACTOR_ERRORS];
    replicate->is_slow = ensemble->is_slow_everywhere ||
                         (replicate->has_errors && !(replicate->branch->has_posts && replicate->branch->has_error_map));
}

csi_status csi_replicate_new(const csi_ensemble *ensemble, csi_replicate **replicate)
{
    csi_replicate *r = calloc(1, sizeof *r);
    *replicate = r;
    if (r == NULL || (r->rule = calloc(ensemble->n_nodes, sizeof *r->rule)) == NULL ||
        (r->rule_kind = calloc(ensemble->n_nodes, sizeof *r->rule_kind)) == NULL ||
        (r->rule_floor = calloc(ensemble->n_nodes, sizeof *r->rule_floor)) == NULL ||
        (r->weight_factor = calloc(ensemble->n_nodes, sizeof *r->weight_factor)) == NULL ||
        (r->low = calloc(ensemble->n_indicators + 1, sizeof *r->low)) == NULL ||
        (r->high = calloc(ensemble->n_indicators + 1, sizeof *r->high)) == NULL) {
        csi_replicate_free(r);
        *replicate = NULL;
        return CSI_ERR_MEMORY;
    }
    return CSI_OK;
}

void csi_replicate_free(csi_replicate *replicate)
{
    if (replicate != NULL) {
        free(replicate->rule);
        free(replicate->rule_kind);
        free(replicate->rule_floor);
        free(replicate->weight_factor);
        free(replicate->low);
        free(replicate->high);
        free(replicate);
    }
}
