/* Ranks of sixteen columns at once, sorted side by side (metrics/ensemble_sort.h).
 *
 * An entry becomes 31 bits: its score's place in the range, coarsely, above its number. Places are coarser than scores, so
 * neighbours with equal places are compared again by their scores: the result is exact. By hand: 3, 1, 3, 2 have ranks
 * 1, 4, 1, 3. Edges: one entry, all equal, none ranked, scores 1 ulp apart. */
#include "metrics/ensemble_rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_sort.h"
#include "metrics/lanes.h"

#define COLUMNS CSI_SORT_COLUMNS
#define BIN_BITS 10
#define KEY_BITS 31

struct csi_ranker {
    unsigned entry_bits;    /* of a key; the others are the place */
    double low, scale;
    int32_t last_place;
    size_t place_stride;
    int32_t *place;         /* [COLUMNS][place_stride]; negative: no score */
    int32_t *key;           /* [entry][COLUMNS]; likewise */
    uint16_t *bin;          /* [entry][COLUMNS] */
    uint16_t *rank, *entry; /* [place in order][COLUMNS] */
};

/* How many of the n equal parts of the range fit into 1; 0 where it has no parts. */
static double scale_of(double n, double low, double high)
{
    const double scale = high > low ? n / (high - low) : 0.0;
    return isfinite(scale) ? scale : 0.0;
}

csi_status csi_ranker_new(size_t n_most, double low, double high, csi_ranker **ranker)
{
    *ranker = NULL;
    csi_ranker *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return CSI_ERR_MEMORY;
    }
    while ((size_t)1 << r->entry_bits < n_most) {
        r->entry_bits++;
    }
    r->last_place = (int32_t)(CSI_RANK_BINS << (KEY_BITS - r->entry_bits - BIN_BITS)) - 1;
    r->low = low;
    r->scale = scale_of((double)r->last_place + 1.0, low, high);
    r->place_stride = (n_most + COLUMNS - 1) / COLUMNS * COLUMNS;
    r->place = calloc(r->place_stride * COLUMNS + 1, sizeof *r->place);
    r->key = aligned_alloc(64, (r->place_stride + 1) * COLUMNS * sizeof *r->key);
    r->bin = calloc((r->place_stride + 1) * COLUMNS, sizeof *r->bin);
    r->rank = calloc((r->place_stride + 1) * COLUMNS, sizeof *r->rank);
    r->entry = calloc((r->place_stride + 1) * COLUMNS, sizeof *r->entry);
    if (r->place == NULL || r->key == NULL || r->bin == NULL || r->rank == NULL || r->entry == NULL) {
        csi_ranker_free(r);
        return CSI_ERR_MEMORY;
    }
    *ranker = r;
    return CSI_OK;
}

void csi_ranker_free(csi_ranker *ranker)
{
    if (ranker != NULL) {
        free(ranker->place);
        free(ranker->key);
        free(ranker->bin);
        free(ranker->rank);
        free(ranker->entry);
        free(ranker);
    }
}

size_t csi_rank_bin_of(double score, double low, double high)
{
    /* Places are a power of two as many as bins: the same rounding. */
    const double at = (score - low) * scale_of(CSI_RANK_BINS, low, high);
    return 1 + (at > 0.0 ? (size_t)fmin(at, CSI_RANK_BINS - 1) : 0);
}

/* The places of one column, -1 where there is no score. */
CSI_INLINE void find_places_body(const double *restrict score, size_t n, double low, double scale, int32_t last_place,
                                 int32_t *restrict place)
{
    const double last = last_place;
    for (size_t i = 0; i < n; i++) {
        double x = (score[i] - low) * scale;
        x = x > 0.0 ? x : 0.0;
        x = x < last ? x : last;
        place[i] = score[i] == score[i] ? (int32_t)x : -1;
    }
}
static void find_places(const double *restrict score, size_t n, double low, double scale, int32_t last_place,
                        int32_t *restrict place);
CSI_LANES(find_places,
          (const double *restrict score, size_t n, double low, double scale, int32_t last_place, int32_t *restrict place),
          (score, n, low, scale, last_place, place))

/* The bins that the places of keys fall into, entry by entry. */
CSI_INLINE void find_bins_body(const int32_t *restrict key, size_t n, unsigned shift, uint16_t *restrict bin)
{
    for (size_t i = 0; i < n * COLUMNS; i++) {
        const int32_t own = key[i] >> shift;
        bin[i] = (uint16_t)((own < 0 ? -1 : own) + 1);
    }
}
static void find_bins(const int32_t *restrict key, size_t n, unsigned shift, uint16_t *restrict bin);
CSI_LANES(find_bins, (const int32_t *restrict key, size_t n, unsigned shift, uint16_t *restrict bin),
          (key, n, shift, bin))

/* key[entry][column] of the first n entries, rounded up to whole blocks, from place[column][place_stride]. */
CSI_INLINE void make_keys_body(const int32_t *restrict place, size_t place_stride, size_t n, unsigned entry_bits,
                               int32_t *restrict key)
{
    for (size_t first = 0; first < n; first += COLUMNS) {
        for (size_t i = 0; i < COLUMNS; i++) {
            for (size_t k = 0; k < COLUMNS; k++) {
                key[(first + i) * COLUMNS + k] = place[k * place_stride + first + i];
            }
        }
        for (size_t i = 0; i < COLUMNS; i++) {
            for (size_t k = 0; k < COLUMNS; k++) {
                int32_t *own = &key[(first + i) * COLUMNS + k];
                *own = (int32_t)((uint32_t)*own << entry_bits | (uint32_t)(first + i));
            }
        }
    }
}
static void make_keys(const int32_t *restrict place, size_t place_stride, size_t n, unsigned entry_bits,
                      int32_t *restrict key);
CSI_LANES(make_keys,
          (const int32_t *restrict place, size_t place_stride, size_t n, unsigned entry_bits, int32_t *restrict key),
          (place, place_stride, n, entry_bits, key))

/* Ranks by place in the sorted columns, neighbours of equal place sharing one, and whose they are; `differs` says in which
 * columns such neighbours have different scores after all. */
CSI_INLINE void find_ranks_body(const int32_t *restrict key, size_t n, unsigned entry_bits, const double *restrict score,
                                const size_t *restrict column_at, uint16_t *restrict rank, uint16_t *restrict entry,
                                int64_t *restrict differs)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << entry_bits) - 1);
    int32_t last[COLUMNS], own[COLUMNS];
    for (size_t k = 0; k < COLUMNS; k++) {
        last[k] = -1;
        own[k] = 0;
        differs[k] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        int32_t any = 0;
        for (size_t k = 0; k < COLUMNS; k++) {
            const int32_t place = key[i * COLUMNS + k] >> entry_bits;
            any |= place == last[k] && place >= 0 ? 1 : 0;
            own[k] = place == last[k] ? own[k] : (int32_t)i + 1;
            own[k] = place < 0 ? 0 : own[k];
            last[k] = place;
        }
        for (size_t k = 0; k < COLUMNS; k++) {
            rank[i * COLUMNS + k] = (uint16_t)own[k];
        }
        for (size_t k = 0; k < COLUMNS; k++) {
            entry[i * COLUMNS + k] = (uint16_t)(key[i * COLUMNS + k] & mask);
        }
        for (size_t k = 0; k < COLUMNS && any != 0; k++) {
            const int32_t before = key[(i - 1) * COLUMNS + k], here = key[i * COLUMNS + k];
            const double x = score[column_at[k] + (size_t)(before & mask)], y = score[column_at[k] + (size_t)(here & mask)];
            differs[k] |= (before >> entry_bits) == (here >> entry_bits) && here >= 0 && (x < y || x > y) ? 1 : 0;
        }
    }
}
static void find_ranks(const int32_t *restrict key, size_t n, unsigned entry_bits, const double *restrict score,
                       const size_t *restrict column_at, uint16_t *restrict rank, uint16_t *restrict entry,
                       int64_t *restrict differs);
CSI_LANES(find_ranks,
          (const int32_t *restrict key, size_t n, unsigned entry_bits, const double *restrict score,
           const size_t *restrict column_at, uint16_t *restrict rank, uint16_t *restrict entry,
           int64_t *restrict differs),
          (key, n, entry_bits, score, column_at, rank, entry, differs))

/* Ranks of places begin .. end of the sorted column, which are equal to the keys, by their scores. */
static void rank_run(const uint16_t *entry, size_t begin, size_t end, const double *score, uint16_t *rank)
{
    for (size_t i = begin; i < end; i++) {
        size_t greater = 0;
        for (size_t j = begin; j < end; j++) {
            greater += score[entry[j * COLUMNS]] > score[entry[i * COLUMNS]];
        }
        rank[i * COLUMNS] = (uint16_t)(begin + 1 + greater);
    }
}

/* Entries of equal place have the same rank so far. */
static void split_ties(const uint16_t *entry, size_t n, const double *score, uint16_t *rank)
{
    for (size_t begin = 0, end; begin < n && rank[begin * COLUMNS] != 0; begin = end) {
        const uint16_t shared = rank[begin * COLUMNS];
        for (end = begin + 1; end < n && rank[end * COLUMNS] == shared; end++) {
        }
        if (end - begin > 1) {
            rank_run(entry, begin, end, score, rank);
        }
    }
}

csi_ranked csi_ranker_rank(csi_ranker *ranker, const double *score, size_t score_stride, size_t n_columns, size_t n)
{
    const csi_ranker *r = ranker;
    size_t column_at[COLUMNS];
    int64_t differs[COLUMNS];
    for (size_t k = 0; k < COLUMNS; k++) {
        column_at[k] = (k < n_columns ? k : n_columns - 1) * score_stride;
        find_places(score + column_at[k], n, r->low, r->scale, r->last_place, r->place + k * r->place_stride);
    }
    make_keys(r->place, r->place_stride, n, r->entry_bits, r->key);
    find_bins(r->key, n, KEY_BITS - BIN_BITS, r->bin);
    csi_sort_columns(r->key, n);
    find_ranks(r->key, n, r->entry_bits, score, column_at, r->rank, r->entry, differs);
    for (size_t k = 0; k < n_columns; k++) {
        if (differs[k] != 0) {
            split_ties(r->entry + k, n, score + column_at[k], r->rank + k);
        }
    }
    return (csi_ranked){r->bin, r->rank, r->entry};
}
