/* In which order the replicates of a block are scored, and which of them together. */
#ifndef CSI_METRICS_ENSEMBLE_ORDER_H
#define CSI_METRICS_ENSEMBLE_ORDER_H

#include "metrics/ensemble_model.h"

/* Entries first .. first + n of the order. */
typedef struct csi_order_batch {
    size_t first, n;
} csi_order_batch;

typedef struct csi_order {
    size_t *replicate;      /* [entry] */
    csi_order_batch *batch;
    size_t n_batches;
    struct csi_order_entry *entry; /* what they are ordered by */
} csi_order;

/* For up to n_most replicates. Owned by the caller; CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_order_new(const csi_ensemble *ensemble, size_t n_most, csi_order **order);
void csi_order_free(csi_order *order);

/* How many batches n replicates may come to. */
size_t csi_order_most(const csi_ensemble *ensemble, size_t n);

/* Orders n replicates, of which those that do the same come together, and divides them into batches that
 * csi_batch_begin takes. Where two are equal in all that matters, the first comes first. */
void csi_order_make(csi_order *order, const csi_replicate *const *replicate, size_t n);

#endif
