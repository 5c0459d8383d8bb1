/* What a thread counts of one year before it goes into the tallies: counters of 16 bits, few enough to stay in the
 * nearer caches, and no lock. */
#ifndef CSI_METRICS_ENSEMBLE_COUNT_H
#define CSI_METRICS_ENSEMBLE_COUNT_H

#include "metrics/ensemble_rank.h"
#include "metrics/ensemble_tally.h"

#define CSI_COUNTS_MOST 32768 /* columns between two flushes, those without a replicate included */

/* Counters for the nodes of the tally, `stride` lanes each, all zero. Owned by the caller; CSI_ERR_MEMORY. */
typedef struct csi_counts csi_counts;
CSI_MUST_USE csi_status csi_counts_new(const csi_tallies *tally, size_t stride, csi_counts **counts);
void csi_counts_free(csi_counts *counts);

/* Where the bins and ranks of the node's next batch are to be written (csi_ranker_take, csi_ranker_rank). */
void csi_counts_room(const csi_counts *counts, size_t node, uint16_t **bin, uint16_t **rank);

/* Digests rows `first` on, n of them, of that batch's score[row][CSI_ABREAST]: every row once. */
void csi_counts_digest(csi_counts *counts, size_t node, const double *score, size_t first, size_t n);

/* Counts that batch of n rows. The first n_columns have a replicate each. What was written into the room is used up. */
void csi_counts_add(csi_counts *counts, size_t node, size_t n_columns, size_t n);

/* Adds the node's counters, of n replicates in all, to the year's tallies and clears them. Lane i is country[i]; those
 * from n_lanes on are not scored. Not thread-safe within the same node and year. */
void csi_counts_flush(csi_counts *counts, size_t node, uint64_t n, size_t n_lanes, const size_t *country, size_t year,
                      csi_tallies *tally);

#endif
