/* Leaving a node out, for the kernel: its weight is 0, and who is scored follows from the tree without it. So the tree of
 * every branch is aggregated once for each node that may be left out, by the pipeline's own rules, and only the patterns
 * of who has enough are kept. */
#include "metrics/ensemble_model.h"

/* The nodes of the level. */
static csi_status list_nodes(csi_ensemble *e, csi_diag *diag)
{
    const csi_framework *framework = e->context.framework;
    size_t *node = csi_arena_alloc(e->arena, framework->n_nodes, sizeof *node);
    if (node == NULL) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    e->n_left_out = 0;
    for (size_t i = 0; i < framework->n_nodes; i++) {
        if (framework->node[i].level == e->spec->leave_out_level && framework->node[i].parent != CSI_NONE) {
            node[e->n_left_out++] = i;
        }
    }
    e->left_out = node;
    return CSI_OK;
}

/* Aggregating fills the result anew; what the branch keeps of it is laid out already. */
static csi_status aggregate_without(const csi_ensemble *e, const csi_branch *v, size_t node, csi_result *result,
                                    csi_diag *diag)
{
    csi_context context = e->context;
    double *factor = csi_arena_alloc(e->arena, e->n_nodes, sizeof *factor);
    if (factor == NULL) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    for (size_t i = 0; i < e->n_nodes; i++) {
        factor[i] = i == node ? 0.0 : 1.0;
    }
    context.weight_factor = factor;
    context.left_out = node + 1;
    context.treatments = result->treatments;
    csi_result_drop_scores(result);
    return csi_aggregate_run(&v->recipe, &context, result, diag);
}

csi_status csi_branch_leave_out(csi_ensemble *ensemble, csi_branch *branch, csi_result *result, csi_diag *diag)
{
    csi_ensemble *e = ensemble;
    csi_status status = CSI_OK;
    if (!e->spec->is_active[CSI_FACTOR_LEAVE_OUT]) {
        return CSI_OK;
    }
    CSI_TRY(e->left_out == NULL ? list_nodes(e, diag) : CSI_OK);
    const csi_patterns *const **without = csi_arena_alloc(e->arena, e->n_left_out + 1, sizeof *without);
    for (size_t i = 0; i < e->n_left_out && without != NULL; i++) {
        CSI_TRY(aggregate_without(e, branch, e->left_out[i], result, diag));
        const csi_patterns *const *first = e->branch->without == NULL ? branch->patterns : e->branch->without[i];
        const csi_patterns *const *like[] = {branch->patterns, first};
        without[i] = csi_find_patterns(e, result, e->left_out[i] + 1, like, sizeof like / sizeof *like);
        if (without[i] == NULL) {
            without = NULL;
        }
    }
    branch->without = without;
    status = without == NULL ? csi_diag_no_memory(diag, "the ensemble") : CSI_OK;
out:
    return status;
}
