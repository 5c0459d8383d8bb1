/* The pipeline: the configured steps in order, each from a const panel into a new one, no stage overwritten. */
#ifndef CSI_METRICS_PIPELINE_H
#define CSI_METRICS_PIPELINE_H

#include "metrics/method.h"

/* The rule of one aggregate node and when it counts as scored. */
typedef struct csi_node_rule {
    const csi_step *step;      /* method and options */
    double min_weight_share;   /* of the children's weight that must be present; 0..1 */
    size_t min_children;       /* how many children must be present; at least 1 */
} csi_node_rule;

/* The steps as configured. */
typedef struct csi_recipe {
    size_t n_stages;            /* denominate, screen, impute, treat, normalise, in the order given */
    csi_step *stage;
    const csi_step **node_weight;  /* [n_nodes]: the weighting of this parent's children; NULL: as the framework says */
    csi_node_rule *node_rule;      /* [n_nodes]: of aggregates; unused for indicators */
    double scale_low, scale_high;  /* the range that normalised values are meant to lie in: 1..100 by default */
} csi_recipe;

/* Reads the list `steps:` of index.yaml. Lives in `arena`. */
CSI_MUST_USE csi_status csi_recipe_read(csi_arena *arena, const csi_framework *framework, const csi_setting *steps,
                                        csi_diag *diag, csi_recipe **recipe);

/* Whether no score can be above scale_high: all indicators are normalised onto a range, and every aggregate is a mean or a
 * median of its children. Else (z-scores, counts of wins) scores have no upper end to be measured from. */
bool csi_recipe_is_bounded(const csi_recipe *recipe, const csi_framework *framework);

/* Everything the pipeline computed. Panels are owned by the result. */
typedef struct csi_result {
    size_t n_stages;
    csi_panel **stage;            /* [s]: the panel after recipe->stage[s]; the raw panel is not among them */
    const csi_panel *imputed;     /* borrowed: the last panel before treatment: values in the units of the file */
    const csi_panel *normalised;  /* borrowed: the last stage (the raw panel when there is none) */
    csi_panel *scores;            /* series = nodes of the framework; years = the scored years. An indicator's score is
                                     its normalised value with its state; an aggregate's state is CSI_CELL_OBSERVED */
    double *weight;               /* [node][year]: the weight of the node among its siblings, summing to 1 over all of
                                     them, missing ones too; 1 for the root */
    double *coverage;             /* as scores->value: share of the indicator weight below the node that is present */
    double *imputed_share;        /* likewise: share of the present weight that is imputed */
    csi_treatments *treatments;
    size_t n_clipped;             /* scored cells that were clipped at a goalpost */
} csi_result;

/* Runs the stages over `raw` and aggregates. context->treatments is ignored. `raw` must outlive the result. A country
 * scores on a node where at least min_weight_share of the children's weight and min_children children are present
 * (a difference of 1e-12 in the share is rounding and forgiven), and some weight at all. */
CSI_MUST_USE csi_status csi_pipeline_run(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw,
                                         csi_diag *diag, csi_result **result);
void csi_result_free(csi_result *result);

/* The two halves of it, for whoever repeats one of them. csi_stages_run fills everything of a fresh result up to
 * `normalised`; csi_aggregate_run fills the rest from result->normalised. What it filled before must be dropped first. */
CSI_MUST_USE csi_status csi_stages_run(const csi_recipe *recipe, const csi_context *context, const csi_panel *raw,
                                       csi_diag *diag, csi_result **result);
void csi_result_drop_scores(csi_result *result);
CSI_MUST_USE csi_status csi_aggregate_run(const csi_recipe *recipe, const csi_context *context, csi_result *result,
                                          csi_diag *diag);

/* Competition ranks of a column: rank[i] is 1 + how many of value[0..n) are greater; NaN gets 0. Returns how many are
 * ranked. `work` needs n entries. */
size_t csi_rank_column(const double *value, size_t n, int *rank, size_t *work);

/* What each child contributes to its parent's score for a country and year, in the parent's units; they add up to the
 * score. For a quasi-arithmetic rule with phi, from the scale's floor r:
 *     c_q = w_q r + (s - r) w_q (phi(x_q) - phi(r)) / (phi(s) - phi(r))
 * (arithmetic: w_q x_q; geometric: the logarithmic-mean Divisia form). Where phi(r) is not finite the limit is used.
 * NaN for children that are missing and for other rules. weight[q], the share of the weight present (NaN where the child
 * or the score is missing), and contribution[q] are filled for n_children. */
void csi_contributions(const csi_recipe *recipe, const csi_result *result, const csi_framework *framework, size_t node,
                       size_t year, size_t country, double *weight, double *contribution);

#endif
