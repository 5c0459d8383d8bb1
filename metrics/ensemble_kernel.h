/* One year the fast way of a batch of replicates: begun once, then node after node, children before their parent. */
#ifndef CSI_METRICS_ENSEMBLE_KERNEL_H
#define CSI_METRICS_ENSEMBLE_KERNEL_H

#include "metrics/abreast.h"
#include "metrics/ensemble_model.h"

/* A workspace for one batch; the nodes that is_wanted[aggregate] are scored. Owned by the caller; CSI_ERR_MEMORY. */
typedef struct csi_kernel csi_kernel;
CSI_MUST_USE csi_status csi_kernel_new(const csi_ensemble *ensemble, const bool *is_wanted, csi_kernel **kernel);
void csi_kernel_free(csi_kernel *kernel);

/* Every aggregate, in the order in which they are to be scored: each subtree together, so that what its nodes hand on
 * to their parents is still in the near cache. */
const size_t *csi_kernel_order(const csi_kernel *kernel);

/* 1 to CSI_ABREAST replicates, none of them slow, of the same number of rules. kept: what csi_kept_errors gave for
 * their error keys. What is passed must stay until the last node. */
void csi_kernel_begin(csi_kernel *kernel, const csi_replicate *const *replicate, size_t n_replicates, const float *kept,
                      size_t year);

/* Writes the scores of the node to score[row][CSI_ABREAST], NaN for who has none and for replicates beyond the last,
 * rows that are not scored in any branch left alone, if the node is wanted, else perhaps. take: NULL is allowed. */
void csi_kernel_node(csi_kernel *kernel, size_t node, double *score, csi_take_rows *take, void *user);

#endif
