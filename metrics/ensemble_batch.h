/* A batch of replicates scored together, node after node: by the kernel, with their errors drawn, or, where they walked
 * the pipeline, from what the walk left. */
#ifndef CSI_METRICS_ENSEMBLE_BATCH_H
#define CSI_METRICS_ENSEMBLE_BATCH_H

#include "metrics/abreast.h"
#include "metrics/ensemble_model.h"

/* A workspace for one batch; the nodes that is_wanted[aggregate] are scored. Owned by the caller; CSI_ERR_MEMORY. */
typedef struct csi_batch csi_batch;
CSI_MUST_USE csi_status csi_batch_new(const csi_ensemble *ensemble, const bool *is_wanted, csi_batch **batch);
void csi_batch_free(csi_batch *batch);

/* Every aggregate, in the order in which they are to be scored. */
const size_t *csi_batch_order(const csi_batch *batch);

/* Begins a year of 1 to CSI_ABREAST replicates, all slow or all fast and of the same rules. kept: what csi_kept_errors
 * gave for the keys of their errors; walked[i][aggregate][year][country]: the scores of replicate i, which are read where
 * they are slow; NULL where they are fast. What is passed must stay until the last node. */
void csi_batch_begin(csi_batch *batch, const csi_replicate *const *replicate, const double *const *walked, size_t n,
                     const float *kept, size_t year);

/* Writes the scores of the next aggregate to score[row][CSI_ABREAST], NaN for who has none and for replicates beyond
 * the last; rows that are never scored are left alone, and all of a node that is not wanted perhaps. take: NULL is
 * allowed. */
void csi_batch_node(csi_batch *batch, size_t node, double *score, csi_take_rows *take, void *user);

#endif
