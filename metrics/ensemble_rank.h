/* Exact ranks of columns, fast: what the ensemble does once for every replicate, node and year. */
#ifndef CSI_METRICS_ENSEMBLE_RANK_H
#define CSI_METRICS_ENSEMBLE_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define CSI_RANK_COLUMNS 16 /* ranked at once */
#define CSI_RANK_BINS 1023  /* equally wide, between the ends of the ranker's range */

/* A thread's workspace for columns of up to n_most entries, whose scores mostly lie between low and high: outside, ranks
 * stay exact and bins are the end bins. */
typedef struct csi_ranker csi_ranker;
CSI_MUST_USE csi_status csi_ranker_new(size_t n_most, double low, double high, csi_ranker **ranker);
void csi_ranker_free(csi_ranker *ranker);

/* Up to CSI_RANK_COLUMNS columns of n entries each, column k beginning at score + k * score_stride. The results of entry i
 * are rank[i * stride + k] and bin[i * stride + k]; there is room for CSI_RANK_COLUMNS of them. A rank is 1 + how many
 * entries of the column are greater, ties sharing the smaller rank, as csi_rank_column gives them from full precision; a
 * bin is 1 + the place of the score among the CSI_RANK_BINS. Both are 0 where the score is NaN. n is at most n_most. */
void csi_ranker_rank(csi_ranker *ranker, const double *score, size_t score_stride, size_t n_columns, size_t n,
                     size_t stride, uint16_t *rank, uint16_t *bin);

#endif
