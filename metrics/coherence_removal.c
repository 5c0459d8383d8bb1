/* What ranks owe to one indicator or principle: the index again without it.
 *
 *     mean over countries of |rank - rank without|
 *
 * OECD/JRC Handbook (2008), eq. (38), p. 118. The weights of the run are taken as given and only shared out anew; methods
 * that would learn other weights without the node are not run again. By hand: nothing moves when the node weighs 0. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/coherence.h"

/* The framework with the run's weights of `year`, and none for the node (for its parent where it has no sibling). */
static csi_status without(const csi_framework *framework, const csi_result *result, size_t year, size_t node,
                          csi_framework *copy)
{
    const size_t n_years = result->scores->n_years;
    *copy = *framework;
    copy->node = malloc(framework->n_nodes * sizeof *copy->node);
    if (copy->node == NULL) {
        return CSI_ERR_MEMORY;
    }
    memcpy(copy->node, framework->node, framework->n_nodes * sizeof *copy->node);
    for (size_t i = 0; i < framework->n_nodes; i++) {
        copy->node[i].weight = result->weight[i * n_years + year];
    }
    for (bool is_alone = true; is_alone && copy->node[node].parent != CSI_NONE; node = copy->node[node].parent) {
        const csi_node *parent = &copy->node[copy->node[node].parent];
        double others = 0;
        for (size_t q = 0; q < parent->n_children; q++) {
            others += parent->child[q] == node ? 0 : copy->node[parent->child[q]].weight;
        }
        is_alone = others == 0;
        copy->node[node].weight = is_alone ? copy->node[node].weight : 0;
    }
    return CSI_OK;
}

static csi_status compare_ranks(const double *before, const double *after, size_t n, double *mean, double *largest)
{
    int *rank = calloc(2 * n + 1, sizeof *rank);
    size_t *work = calloc(n + 1, sizeof *work), n_both = 0;
    if (rank == NULL || work == NULL) {
        free(rank);
        free(work);
        return CSI_ERR_MEMORY;
    }
    csi_rank_column(before, n, rank, work);
    csi_rank_column(after, n, rank + n, work);
    *mean = *largest = 0;
    for (size_t c = 0; c < n; c++) {
        if (rank[c] > 0 && rank[n + c] > 0) {
            const double change = abs(rank[c] - rank[n + c]);
            *mean += change;
            *largest = fmax(*largest, change);
            n_both++;
        }
    }
    *mean /= (double)n_both;
    free(rank);
    free(work);
    return CSI_OK;
}

csi_status csi_removal_effect(const csi_recipe *recipe, const csi_context *context, const csi_result *result, size_t year,
                              size_t node, csi_diag *diag, double *mean_change, double *largest_change)
{
    csi_framework framework = {0};
    csi_recipe plain = *recipe;
    csi_context own = *context;
    csi_result again = {.normalised = result->normalised, .treatments = NULL};
    const size_t root = context->framework->n_nodes - 1;
    csi_status status;
    plain.node_weight = calloc(root + 1, sizeof *plain.node_weight);
    CSI_TRY(plain.node_weight == NULL ? CSI_ERR_MEMORY : CSI_OK);
    CSI_TRY(without(context->framework, result, year, node, &framework));
    own.framework = &framework;
    own.first_scored_year += year;
    own.n_scored_years = 1;
    CSI_TRY(csi_aggregate_run(&plain, &own, &again, diag));
    CSI_TRY(compare_ranks(csi_panel_column(result->scores, root, year), csi_panel_column(again.scores, root, 0),
                          result->scores->n_countries, mean_change, largest_change));
out:
    if (status == CSI_ERR_MEMORY) {
        csi_diag_no_memory(diag, "ranking without one node");
    }
    free(plain.node_weight);
    free(framework.node);
    csi_panel_free(again.scores);
    free(again.weight);
    free(again.coverage);
    free(again.imputed_share);
    return status;
}
