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
#include "metrics/pipeline.h"
#include "metrics/wide.h"

#define COLUMNS CSI_ABREAST
#define BIN_BITS 10
#define KEY_BITS 31
#define LONG_RUN 24 /* from where on sorting beats counting who is greater */

struct csi_ranker {
    unsigned entry_bits;    /* of a key; the others are the place */
    double low, scale;
    int32_t last_place;
    int32_t *key;           /* [entry][COLUMNS]; negative: no score */
    int32_t *rank;          /* likewise */
    uint16_t *differs;      /* [entry]: see find_ranks_plainly */
    struct {                /* entries of equal place */
        double *score;
        int *rank;
        size_t *work;
    } run;
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
    const size_t n_cells = (n_most / CSI_SORT_TILE + 1) * CSI_SORT_TILE * COLUMNS;
    r->key = aligned_alloc(64, n_cells * sizeof *r->key);
    r->rank = aligned_alloc(64, n_cells * sizeof *r->rank);
    r->differs = calloc(n_most + 1, sizeof *r->differs);
    r->run.score = calloc(n_most + 1, sizeof *r->run.score);
    r->run.rank = calloc(n_most + 1, sizeof *r->run.rank);
    r->run.work = calloc(n_most + 1, sizeof *r->run.work);
    if (r->key == NULL || r->rank == NULL || r->differs == NULL || r->run.score == NULL || r->run.rank == NULL ||
        r->run.work == NULL) {
        csi_ranker_free(r);
        return CSI_ERR_MEMORY;
    }
    *ranker = r;
    return CSI_OK;
}

void csi_ranker_free(csi_ranker *ranker)
{
    if (ranker != NULL) {
        free(ranker->key);
        free(ranker->rank);
        free(ranker->differs);
        free(ranker->run.score);
        free(ranker->run.rank);
        free(ranker->run.work);
        free(ranker);
    }
}

size_t csi_rank_bin_of(double score, double low, double high)
{
    /* Places are a power of two as many as bins: the same rounding. */
    const double at = (score - low) * scale_of(CSI_RANK_BINS, low, high);
    return 1 + (at > 0.0 ? (size_t)fmin(at, CSI_RANK_BINS - 1) : 0);
}

/* The key of each score, its place above its entry, and its bin. */
CSI_INLINE void find_keys_body(const double *restrict score, size_t first, size_t n, double low, double scale, int32_t last_place,
                               unsigned entry_bits, int32_t *restrict key, uint16_t *restrict bin)
{
    const double last = last_place;
    for (size_t i = first; i < first + n; i++) {
        int32_t place[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++) {
            const double own = score[i * COLUMNS + k];
            double x = (own - low) * scale;
            x = x > 0.0 ? x : 0.0;
            x = x < last ? x : last;
            place[k] = own == own ? (int32_t)x : -1;
        }
        for (size_t k = 0; k < COLUMNS; k++) {
            key[i * COLUMNS + k] = (int32_t)((uint32_t)place[k] << entry_bits | (uint32_t)i);
        }
        for (size_t k = 0; k < COLUMNS; k++) {
            bin[i * COLUMNS + k] = (uint16_t)((place[k] >> (KEY_BITS - entry_bits - BIN_BITS)) + 1);
        }
    }
}
static void find_keys(const double *restrict score, size_t first, size_t n, double low, double scale, int32_t last_place,
                      unsigned entry_bits, int32_t *restrict key, uint16_t *restrict bin);
CSI_LANES(find_keys,
          (const double *restrict score, size_t first, size_t n, double low, double scale, int32_t last_place,
           unsigned entry_bits, int32_t *restrict key, uint16_t *restrict bin),
          (score, first, n, low, scale, last_place, entry_bits, key, bin))

/* Whether the entries of two keys of equal place have different scores, in each column of a bit. */
static uint16_t compare_ties(const int32_t *before, const int32_t *here, int32_t mask, const double *score, unsigned columns)
{
    unsigned differs = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        const double x = score[(size_t)(before[k] & mask) * COLUMNS + k], y = score[(size_t)(here[k] & mask) * COLUMNS + k];
        differs |= (columns >> k & 1) != 0 && (x < y || x > y) ? 1U << k : 0;
    }
    return (uint16_t)differs;
}

/* Ranks by place in the sorted columns, neighbours of equal place sharing one. differs[place] tells, a bit each, in which
 * columns the entry there and the one before are such neighbours and have different scores after all; returned is whether
 * any are. */
static bool find_ranks_plainly(const int32_t *key, size_t n, unsigned entry_bits, const double *score, int32_t *rank,
                               uint16_t *differs)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << entry_bits) - 1);
    int32_t last[COLUMNS], own[COLUMNS];
    unsigned any = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        last[k] = -1;
        own[k] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const int32_t *here = key + i * COLUMNS;
        unsigned tied = 0;
        for (size_t k = 0; k < COLUMNS; k++) {
            const int32_t place = here[k] >> entry_bits;
            tied |= place == last[k] && place >= 0 ? 1U << k : 0;
            own[k] = place < 0 ? 0 : place == last[k] ? own[k] : (int32_t)i + 1;
            last[k] = place;
            rank[(size_t)(here[k] & mask) * COLUMNS + k] = own[k];
        }
        differs[i] = tied == 0 ? 0 : compare_ties(here - COLUMNS, here, mask, score, tied);
        any |= differs[i];
    }
    return any != 0;
}

#if defined(CSI_HAS_WIDE)

/* The same: compilers do not scatter by themselves. */
CSI_WIDE static bool find_ranks_wide(const int32_t *key, size_t n, unsigned entry_bits, const double *score, int32_t *rank,
                                     uint16_t *differs)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << entry_bits) - 1);
    const __m512i number = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i entry_mask = _mm512_set1_epi32(mask), zero = _mm512_setzero_si512();
    const __m128i bits = _mm_cvtsi32_si128((int)entry_bits);
    __m512i last = _mm512_set1_epi32(-1), own = zero;
    unsigned any = 0;
    for (size_t i = 0; i < n; i++) {
        const __m512i here = _mm512_load_si512((const void *)(key + i * COLUMNS)), place = _mm512_sra_epi32(here, bits);
        const __mmask16 is_there = _mm512_cmpge_epi32_mask(place, zero);
        const __mmask16 is_new = _mm512_cmpneq_epi32_mask(place, last), tied = is_there & (__mmask16)~is_new;
        const __m512i at = _mm512_add_epi32(_mm512_slli_epi32(_mm512_and_si512(here, entry_mask), 4), number);
        own = _mm512_maskz_mov_epi32(is_there, _mm512_mask_mov_epi32(own, is_new, _mm512_set1_epi32((int)i + 1)));
        last = place;
        _mm512_i32scatter_epi32(rank, at, own, 4);
        differs[i] = tied == 0 ? 0 : compare_ties(key + (i - 1) * COLUMNS, key + i * COLUMNS, mask, score, tied);
        any |= differs[i];
    }
    return any != 0;
}

#endif

static bool find_ranks(const int32_t *key, size_t n, unsigned entry_bits, const double *score, int32_t *rank,
                       uint16_t *differs)
{
#if defined(CSI_HAS_WIDE)
    if (csi_is_wide()) {
        return find_ranks_wide(key, n, entry_bits, score, rank, differs);
    }
#endif
    return find_ranks_plainly(key, n, entry_bits, score, rank, differs);
}

static void count_greater(const double *score, size_t n, int *rank)
{
    for (size_t i = 0; i < n; i++) {
        rank[i] = 1;
        for (size_t j = 0; j < n; j++) {
            rank[i] += score[j] > score[i];
        }
    }
}

/* Ranks the entries at places begin .. end of a sorted column, which are equal to the keys, by their scores. */
static void rank_run(const csi_ranker *r, const int32_t *key, size_t begin, size_t end, const double *score, int32_t *rank)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << r->entry_bits) - 1);
    const size_t n = end - begin;
    for (size_t i = 0; i < n; i++) {
        r->run.score[i] = score[(size_t)(key[(begin + i) * COLUMNS] & mask) * COLUMNS];
    }
    if (n > LONG_RUN) {
        csi_rank_column(r->run.score, n, r->run.rank, r->run.work);
    } else {
        count_greater(r->run.score, n, r->run.rank);
    }
    for (size_t i = 0; i < n; i++) {
        rank[(size_t)(key[(begin + i) * COLUMNS] & mask) * COLUMNS] = (int32_t)begin + r->run.rank[i];
    }
}

/* Splits the runs of equal place whose scores differ, each once: at the first place where they do. */
static void split_ties(const csi_ranker *r, size_t n, const double *score)
{
    for (size_t i = 0; i < n; i++) {
        for (unsigned left = r->differs[i]; left != 0; left &= left - 1) {
            const size_t k = (size_t)__builtin_ctz(left);
            const int32_t *key = r->key + k, shared = key[i * COLUMNS] >> r->entry_bits;
            size_t begin = i - 1, end = i + 1;
            while (begin > 0 && key[(begin - 1) * COLUMNS] >> r->entry_bits == shared && (r->differs[begin] >> k & 1) == 0) {
                begin--;
            }
            while (end < n && key[end * COLUMNS] >> r->entry_bits == shared) {
                end++;
            }
            if ((r->differs[begin] >> k & 1) == 0) {
                rank_run(r, key, begin, end, score + k, r->rank + k);
            }
        }
    }
}

CSI_INLINE void narrow_body(const int32_t *restrict from, size_t n, uint16_t *restrict to)
{
    for (size_t i = 0; i < n * COLUMNS; i++) {
        to[i] = (uint16_t)from[i];
    }
}
static void narrow(const int32_t *restrict from, size_t n, uint16_t *restrict to);
CSI_LANES(narrow, (const int32_t *restrict from, size_t n, uint16_t *restrict to), (from, n, to))

void csi_ranker_take(csi_ranker *ranker, const double *score, size_t first, size_t n, uint16_t *bin)
{
    const csi_ranker *r = ranker;
    find_keys(score, first, n, r->low, r->scale, r->last_place, r->entry_bits, r->key, bin);
}

void csi_ranker_rank(csi_ranker *ranker, const double *score, size_t n, uint16_t *rank)
{
    const csi_ranker *r = ranker;
    csi_sort_columns(r->key, n);
    if (find_ranks(r->key, n, r->entry_bits, score, r->rank, r->differs)) {
        split_ties(r, n, score);
    }
    narrow(r->rank, n, rank);
}
