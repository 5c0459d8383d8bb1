/* A batch of replicates scored together, node after node: those that are fast by the kernel, with their errors drawn; those
 * that walked the pipeline from what the walk left. */
#ifndef CSI_METRICS_ENSEMBLE_BATCH_H
#define CSI_METRICS_ENSEMBLE_BATCH_H

#include "metrics/ensemble_model.h"

/* A thread's workspace. Owned by the caller; CSI_ERR_MEMORY. */
typedef struct csi_batch csi_batch;
CSI_MUST_USE csi_status csi_batch_new(const csi_ensemble *ensemble, csi_batch **batch);
void csi_batch_free(csi_batch *batch);

/* Begins a year of up to CSI_KERNEL_MOST replicates. walked[i][aggregate][year][country] holds the scores of replicate i
 * where that is slow; NULL where none is. What is passed must stay until the last node. */
void csi_batch_begin(csi_batch *batch, const csi_replicate *const *replicate, const double *const *walked, size_t n,
                     size_t year, const bool *is_wanted);

/* The scores of the next aggregate, in the order of the framework: those of replicate i from i * stride on, by lane, in the
 * batch's own memory until the next node. Only wanted nodes (is_wanted[aggregate]) are sure to have any. */
const double *csi_batch_node(csi_batch *batch, size_t node);

#endif
