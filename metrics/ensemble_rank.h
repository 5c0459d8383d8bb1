/* Exact ranks of columns, fast: what the ensemble does once for every replicate, node and year. */
#ifndef CSI_METRICS_ENSEMBLE_RANK_H
#define CSI_METRICS_ENSEMBLE_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "metrics/ensemble_sort.h"

#define CSI_RANK_BINS 1023 /* equally wide, between the ends of the ranker's range */

/* A thread's workspace for columns of up to n_most entries, whose scores mostly lie between low and high: outside, ranks
 * stay exact and bins are the end bins. */
typedef struct csi_ranker csi_ranker;
CSI_MUST_USE csi_status csi_ranker_new(size_t n_most, double low, double high, csi_ranker **ranker);
void csi_ranker_free(csi_ranker *ranker);

/* The bin of a score that is there, as a ranker of the range low .. high finds it. */
size_t csi_rank_bin_of(double score, double low, double high);

/* CSI_ABREAST columns of n entries each, at most n_most, are ranked in two steps: first every entry is taken, in any order
 * and as many at a time as is convenient; then the columns are ranked. score[entry][CSI_ABREAST] and what is written, of the same
 * shape, begin with entry 0 in every call; 0 is written where there is no score.
 * bin: 1 + the place of the score among the CSI_RANK_BINS. rank: 1 + how many entries of the column are greater, ties
 * sharing the smaller rank, as csi_rank_column gives it from full precision. */
void csi_ranker_take(csi_ranker *ranker, const double *score, size_t first, size_t n, uint16_t *bin);
void csi_ranker_rank(csi_ranker *ranker, const double *score, size_t n, uint16_t *rank);

#endif
