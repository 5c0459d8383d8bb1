/* Exact ranks of a column, fast: what the ensemble does once for every replicate, node and year. */
#ifndef CSI_METRICS_ENSEMBLE_RANK_H
#define CSI_METRICS_ENSEMBLE_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define CSI_RANK_PAD 32 /* columns are padded to a multiple of so many entries */

static inline size_t csi_rank_padded(size_t n)
{
    return (n + CSI_RANK_PAD - 1) / CSI_RANK_PAD * CSI_RANK_PAD;
}

/* A thread's workspace for columns of up to n entries. */
typedef struct csi_ranker csi_ranker;
CSI_MUST_USE csi_status csi_ranker_new(size_t n, csi_ranker **ranker);
void csi_ranker_free(csi_ranker *ranker);

/* The 16-bit key of each score by its place between low and high, greater for a greater score: CSI_KEY_NONE where it is
 * NaN, else CSI_KEY_FIRST .. INT16_MAX; scores outside are laid on the ends. */
#define CSI_KEY_NONE INT16_MIN
#define CSI_KEY_FIRST (INT16_MIN + 64)
void csi_rank_keys(const double *score, size_t n, double low, double high, int16_t *key);

/* rank[i] is 1 + how many of score[0..n) are greater, ties sharing the smaller rank; 0 where the score is NaN. The same
 * as csi_rank_column, from full precision, whatever range the keys were made with. `key` and `rank` have
 * csi_rank_padded(n) entries, keys beyond n being CSI_KEY_NONE. */
void csi_ranker_rank(csi_ranker *ranker, const double *score, const int16_t *key, size_t n, uint16_t *rank);

#endif
