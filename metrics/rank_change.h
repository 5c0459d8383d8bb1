/* Why a rank changed between two years: Shapley values, since ranks do not add. */
#ifndef CSI_METRICS_RANK_CHANGE_H
#define CSI_METRICS_RANK_CHANGE_H

#include "metrics/decompose.h"

typedef struct csi_rank_effect {
    size_t node;   /* the indicator or part; CSI_NONE: the other countries' scores (and weights that change) */
    double before, after; /* its normalised value or score; NaN: missing */
    double effect; /* places: negative towards the top */
    double error;  /* standard error where orders were sampled; 0: exact */
} csi_rank_effect;

/* The scores of all countries on a node in one year, rising; missing ones are left out. */
typedef struct csi_rivals {
    double *rising;
    size_t n;
} csi_rivals;

/* CSI_ERR_MEMORY. Cleared by the caller in either case. */
CSI_MUST_USE csi_status csi_rivals_make(const csi_result *result, size_t node, size_t year, csi_rivals *rivals);
void csi_rivals_clear(csi_rivals *rivals);

typedef struct csi_rank_change_options {
    size_t max_exact; /* players, the others among them, up to which every coalition is evaluated; at most 20 */
    size_t n_orders;  /* sampled pairs of orders beyond */
    const csi_rivals *rivals[2]; /* of the node in the two years, where many countries are asked for; NULL: made here */
    bool only_alone;  /* 0 effects where a rule below the node needs the other countries, which takes long */
} csi_rank_change_options;

/* Fills effect[] (room for n_nodes + 1) with what moved the rank of `node` from a to b, two years of one country; the
 * effects add up to rank_b - rank_a. Players are the indicators below the node where they are few enough, else its
 * children, and the others. 0 effects where the country is not scored in both. Within a coalition that mixes the years the
 * node is scored from whatever is present, thresholds hold below it; without anything it stands last. */
CSI_MUST_USE csi_status csi_rank_change(const csi_recipe *recipe, const csi_context *context, const csi_point *a,
                                        const csi_point *b, size_t node, const csi_rank_change_options *options,
                                        csi_diag *diag, csi_rank_effect *effect, size_t *n_effects);

#endif
