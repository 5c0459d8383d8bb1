/* The ensemble of a variant that keeps some of the indicators.
 *
 * It is the project's own with the other indicators masked and without weight and with the variant's thresholds, but over the
 * same nodes: a draw is keyed by its node, so that a replicate of the variant is the replicate of the full series under the
 * same doubt. Where weights are learnt from the data they stay those that the published variant has. */
#include <math.h>
#include <string.h>

#include "index/variant.h"

bool csi_variant_can_be_drawn(const csi_variant *variant)
{
    const csi_variant *v = variant;
    const size_t n_years = v->run.result->scores->n_years;
    bool is_constant = true;
    for (size_t i = 0; i < v->project.framework->n_nodes * n_years; i++) {
        is_constant = is_constant && fabs(v->run.result->weight[i] - v->run.result->weight[i / n_years * n_years]) <= 0.0;
    }
    return is_constant;
}

/* The full framework and recipe with the variant's weights and thresholds; nodes that it does not have weigh nothing. */
static csi_status widen(const csi_variant *v, const csi_run *run, csi_framework **framework, csi_recipe **recipe)
{
    const csi_framework *full = run->project->framework;
    csi_framework *f = csi_arena_alloc(v->arena, 1, sizeof *f);
    csi_recipe *r = csi_arena_alloc(v->arena, 1, sizeof *r);
    csi_node *node = csi_arena_alloc(v->arena, full->n_nodes, sizeof *node);
    csi_node_rule *rule = csi_arena_alloc(v->arena, full->n_nodes, sizeof *rule);
    const csi_step **weight = csi_arena_alloc(v->arena, full->n_nodes, sizeof *weight);
    if (f == NULL || r == NULL || node == NULL || rule == NULL || weight == NULL) {
        return CSI_ERR_MEMORY;
    }
    *f = *full;
    *r = *run->project->recipe;
    memcpy(node, full->node, full->n_nodes * sizeof *node);
    memcpy(rule, r->node_rule, full->n_nodes * sizeof *rule);
    for (size_t i = 0; i < full->n_nodes; i++) {
        const size_t parent = full->node[i].parent;
        if (parent != CSI_NONE && v->is_in[parent] && !v->is_in[i]) {
            node[i].weight = 0.0;
        }
    }
    for (size_t k = 0; k < v->project.framework->n_nodes; k++) {
        const size_t i = v->node_of[k], parent = full->node[i].parent;
        rule[i] = v->project.recipe->node_rule[k];
        if (parent != CSI_NONE && r->node_weight[parent] != NULL) {
            node[i].weight = v->run.result->weight[k * v->run.result->scores->n_years];
        }
    }
    f->node = node;
    r->node_rule = rule;
    r->node_weight = weight;
    *framework = f;
    *recipe = r;
    return CSI_OK;
}

static csi_status mask(const csi_variant *v, const csi_run *run, const bool **is_masked)
{
    const size_t n = run->raw->countries.n, n_indicators = run->project->framework->n_indicators;
    bool *made = csi_arena_alloc(v->arena, n_indicators * n + 1, sizeof *made);
    for (size_t k = 0; k < n_indicators * n && made != NULL; k++) {
        made[k] = !v->is_in[k / n] || (v->spec->is_matched && !csi_variant_has_all_years(run, k / n, k % n));
    }
    *is_masked = made;
    return made == NULL ? CSI_ERR_MEMORY : CSI_OK;
}

/* What the methods warn of, the full ensemble's have said. */
csi_status csi_variant_ensemble(const csi_variant *variant, const csi_run *run, const csi_ensemble_spec *spec, csi_diag *diag,
                                csi_ensemble **ensemble)
{
    const csi_variant *v = variant;
    csi_context context = run->context;
    csi_framework *framework = NULL;
    csi_recipe *recipe = NULL;
    *ensemble = NULL;
    csi_diag *quiet = csi_diag_new(0);
    csi_status status;
    CSI_TRY(quiet == NULL || widen(v, run, &framework, &recipe) != CSI_OK || mask(v, run, &context.is_masked) != CSI_OK
                ? csi_diag_no_memory(diag, "the ensemble of a variant")
                : CSI_OK);
    context.framework = framework;
    status = csi_ensemble_new(spec, recipe, &context, run->raw->panel, quiet, ensemble);
    if (status != CSI_OK) {
        csi_diag_pass_on(diag, quiet);
    }
out:
    csi_diag_free(quiet);
    return status;
}
