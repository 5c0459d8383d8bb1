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

/* Ranks CSI_ABREAST columns of n entries each, score[entry][CSI_ABREAST]; n is at most n_most. Of the same shape, and 0 where there
 * is no score: rank, 1 + how many entries of the column are greater, ties sharing the smaller rank, as csi_rank_column gives it
 * from full precision; bin, 1 + the place of the score among the CSI_RANK_BINS. */
void csi_ranker_rank(csi_ranker *ranker, const double *score, size_t n, uint16_t *bin, uint16_t *rank);

#endif
