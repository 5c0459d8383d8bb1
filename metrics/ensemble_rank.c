/* Ranks without sorting: every score becomes a 16-bit key, monotone within the column, and a rank is one plus the number
 * of greater keys, counted for 16 entries at once. That is n^2 / 16 steps, which up to some hundred entries beats any sort.
 * Longer columns are sorted by radix on 32-bit keys.
 *
 * Keys are coarser than scores, so entries with equal keys are compared again by their scores: the result is exact.
 * Whether there are any shows in the sum of counts, n (n - 1) / 2 if and only if all keys differ.
 * By hand: 3, 1, 3, 2 have ranks 1, 4, 1, 3. Edges: one entry, all equal, none ranked, scores 1 ulp apart. */
#include "metrics/ensemble_rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/lanes.h"

#define COUNTING_MOST 640 /* longer columns are sorted */
#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)
#define WIDTH 16 /* entries of one vector */
#define VECTORS 13 /* counts that fit into registers beside the rest: 208 entries at once */
#define NO_ENTRY UINT16_MAX

typedef int16_t keys __attribute__((vector_size(2 * WIDTH)));
typedef int16_t stored_keys __attribute__((vector_size(2 * WIDTH), aligned(2), may_alias));

struct csi_ranker {
    size_t room;
    int16_t *count;   /* [padded] */
    uint16_t *head;   /* [n]: the last entry that has this count */
    uint16_t *next;   /* [n]: the one before it with the same count */
    uint16_t *again;  /* [n]: entries whose count was met before */
    uint64_t *pair;   /* [2][n]: key and entry, for the sort */
    uint32_t *digits; /* [3][DIGITS] */
};

csi_status csi_ranker_new(size_t n, csi_ranker **ranker)
{
    const size_t padded = csi_rank_padded(n);
    *ranker = NULL;
    csi_ranker *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return CSI_ERR_MEMORY;
    }
    r->room = n;
    r->count = aligned_alloc(64, (padded * sizeof *r->count + 63) / 64 * 64);
    r->head = calloc(n + 1, sizeof *r->head);
    r->next = calloc(n + 1, sizeof *r->next);
    r->again = calloc(n + 1, sizeof *r->again);
    r->pair = calloc(2 * n + 1, sizeof *r->pair);
    r->digits = calloc(3 * DIGITS, sizeof *r->digits);
    if (r->count == NULL || r->head == NULL || r->next == NULL || r->again == NULL ||
        r->pair == NULL || r->digits == NULL) {
        csi_ranker_free(r);
        return CSI_ERR_MEMORY;
    }
    *ranker = r;
    return CSI_OK;
}

void csi_ranker_free(csi_ranker *ranker)
{
    if (ranker != NULL) {
        free(ranker->count);
        free(ranker->head);
        free(ranker->next);
        free(ranker->again);
        free(ranker->pair);
        free(ranker->digits);
        free(ranker);
    }
}

/* Counts of `n_vectors` (a constant, so that they stay in registers) vectors of entries against all n keys. */
CSI_INLINE void count_block(const int16_t *key, size_t n, const stored_keys *own, const int n_vectors,
                            stored_keys *out)
{
    keys count[VECTORS];
    for (int v = 0; v < n_vectors; v++) {
        count[v] = own[v] ^ own[v];
    }
    for (size_t j = 0; j < n; j++) {
        const int16_t k = key[j];
        const keys other = {k, k, k, k, k, k, k, k, k, k, k, k, k, k, k, k};
        for (int v = 0; v < n_vectors; v++) {
            count[v] -= (keys)(other > own[v]);
        }
    }
    for (int v = 0; v < n_vectors; v++) {
        out[v] = count[v];
    }
}

/* count[i] = how many of key[0..n) are greater than key[i]; both arrays are padded to CSI_RANK_PAD. */
CSI_INLINE void count_greater_body(const int16_t *key, size_t n, int16_t *count)
{
    const stored_keys *own = (const stored_keys *)(const void *)key;
    stored_keys *out = (stored_keys *)(void *)count;
    size_t left = (n + WIDTH - 1) / WIDTH;
    while (left > 0) {
        const size_t done = left >= 13 ? 13 : left >= 7 ? 7 : left >= 3 ? 3 : 1;
        if (done == 13) {
            count_block(key, n, own, 13, out);
        } else if (done == 7) {
            count_block(key, n, own, 7, out);
        } else if (done == 3) {
            count_block(key, n, own, 3, out);
        } else {
            count_block(key, n, own, 1, out);
        }
        own += done;
        out += done;
        left -= done;
    }
}
static void count_greater(const int16_t *key, size_t n, int16_t *count);
CSI_LANES_NARROW(count_greater, (const int16_t *key, size_t n, int16_t *count), (key, n, count))

/* rank = count + 1, or 0 where the key says so; how many are ranked, and the sum of their counts. */
CSI_INLINE void make_ranks_body(const int16_t *restrict key, const int16_t *restrict count, size_t n,
                                uint16_t *restrict rank, uint32_t *n_ranked, uint32_t *sum)
{
    uint32_t total = 0, m = 0;
    for (size_t i = 0; i < n; i++) {
        const bool is_ranked = key[i] != CSI_KEY_NONE;
        rank[i] = (uint16_t)(is_ranked ? count[i] + 1 : 0);
        total += is_ranked ? (uint16_t)count[i] : 0;
        m += is_ranked;
    }
    *n_ranked = m;
    *sum = total;
}
static void make_ranks(const int16_t *restrict key, const int16_t *restrict count, size_t n, uint16_t *restrict rank,
                       uint32_t *n_ranked, uint32_t *sum);
CSI_LANES(make_ranks,
          (const int16_t *restrict key, const int16_t *restrict count, size_t n, uint16_t *restrict rank,
           uint32_t *n_ranked, uint32_t *sum),
          (key, count, n, rank, n_ranked, sum))

CSI_INLINE void make_keys_body(const double *restrict score, size_t n, double low, double scale, int16_t *restrict key)
{
    for (size_t i = 0; i < n; i++) {
        double place = (score[i] - low) * scale;
        place = place > 0.0 ? place : 0.0;
        place = place < INT16_MAX - CSI_KEY_FIRST ? place : INT16_MAX - CSI_KEY_FIRST;
        key[i] = (int16_t)(score[i] == score[i] ? (int32_t)place + CSI_KEY_FIRST : CSI_KEY_NONE);
    }
}
static void make_keys(const double *restrict score, size_t n, double low, double scale, int16_t *restrict key);
CSI_LANES(make_keys, (const double *restrict score, size_t n, double low, double scale, int16_t *restrict key),
          (score, n, low, scale, key))

void csi_rank_keys(const double *score, size_t n, double low, double high, int16_t *key)
{
    const double scale = high > low ? (double)(INT16_MAX - CSI_KEY_FIRST + 1) / (high - low) : 0.0;
    make_keys(score, n, low, isfinite(scale) ? scale : 0.0, key);
    for (size_t i = n; i < csi_rank_padded(n); i++) {
        key[i] = CSI_KEY_NONE;
    }
}

/* Puts the entries chained at `count` in order by their scores; mostly they are true ties and stay. */
static void split_chain(const csi_ranker *r, const double *score, int16_t count, uint16_t *rank)
{
    const uint16_t first = r->head[count];
    bool differs = false;
    for (uint16_t i = r->next[first]; i != NO_ENTRY; i = r->next[i]) {
        differs = differs || score[i] < score[first] || score[i] > score[first];
    }
    for (uint16_t i = first; differs && i != NO_ENTRY; i = r->next[i]) {
        uint16_t greater = 0;
        for (uint16_t j = first; j != NO_ENTRY; j = r->next[j]) {
            greater = (uint16_t)(greater + (score[j] > score[i]));
        }
        rank[i] = (uint16_t)(rank[i] + greater);
    }
}

/* Entries with equal keys have equal counts, and so far equal ranks. */
static void split_equals(csi_ranker *r, const double *score, const int16_t *key, size_t n, uint16_t *rank)
{
    size_t n_again = 0;
    memset(r->head, 0xff, n * sizeof *r->head);
    for (size_t i = 0; i < n; i++) {
        if (key[i] != CSI_KEY_NONE) {
            uint16_t *head = &r->head[r->count[i]];
            r->again[n_again] = (uint16_t)i;
            n_again += *head != NO_ENTRY;
            r->next[i] = *head;
            *head = (uint16_t)i;
        }
    }
    for (size_t k = 0; k < n_again; k++) {
        const int16_t count = r->count[r->again[k]];
        if (r->head[count] != NO_ENTRY) {
            split_chain(r, score, count, rank);
            r->head[count] = NO_ENTRY;
        }
    }
}

static void rank_by_counting(csi_ranker *r, const double *score, const int16_t *key, size_t n, uint16_t *rank)
{
    uint32_t n_ranked = 0, sum = 0;
    count_greater(key, n, r->count);
    make_ranks(key, r->count, n, rank, &n_ranked, &sum);
    if (n_ranked > 0 && sum != n_ranked * (n_ranked - 1) / 2) {
        split_equals(r, score, key, n, rank);
    }
}

/* Sorts pair[0..n) by its upper 32 bits, greatest first, in three passes; the result is in the second half. */
static const uint64_t *sort_pairs(csi_ranker *r, size_t n)
{
    uint64_t *from = r->pair, *to = r->pair + r->room;
    memset(r->digits, 0, 3 * DIGITS * sizeof *r->digits);
    for (size_t i = 0; i < n; i++) {
        const uint32_t key = (uint32_t)(from[i] >> 32);
        r->digits[key % DIGITS]++;
        r->digits[DIGITS + (key >> DIGIT_BITS) % DIGITS]++;
        r->digits[2 * DIGITS + (key >> 2 * DIGIT_BITS)]++;
    }
    for (int pass = 0; pass < 3; pass++) {
        uint32_t *start = r->digits + pass * DIGITS, sum = 0;
        for (size_t digit = DIGITS; digit-- > 0;) {
            const uint32_t here = start[digit];
            start[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) {
            to[start[(from[i] >> (32 + pass * DIGIT_BITS)) % DIGITS]++] = from[i];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void rank_by_sorting(csi_ranker *r, const double *score, size_t n, uint16_t *rank)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        low = score[i] < low ? score[i] : low;
        high = score[i] > high ? score[i] : high;
    }
    const double scale = high > low ? 4294967294.0 / (high - low) : 0.0;
    for (size_t i = 0; i < n; i++) {
        rank[i] = 0;
        if (!isnan(score[i])) {
            r->pair[m++] = (uint64_t)((score[i] - low) * (isfinite(scale) ? scale : 0.0)) << 32 | i;
        }
    }
    const uint64_t *sorted = sort_pairs(r, m);
    for (size_t begin = 0, end; begin < m; begin = end) {
        bool differs = false;
        const double first = score[sorted[begin] & UINT32_MAX];
        for (end = begin + 1; end < m && sorted[end] >> 32 == sorted[begin] >> 32; end++) {
            differs = differs || score[sorted[end] & UINT32_MAX] < first || score[sorted[end] & UINT32_MAX] > first;
        }
        for (size_t a = begin; a < end; a++) {
            const size_t i = sorted[a] & UINT32_MAX;
            size_t greater = begin;
            for (size_t b = begin; differs && b < end; b++) {
                greater += score[sorted[b] & UINT32_MAX] > score[i];
            }
            rank[i] = (uint16_t)(greater + 1);
        }
    }
}

void csi_ranker_rank(csi_ranker *ranker, const double *score, const int16_t *key, size_t n, uint16_t *rank)
{
    if (n <= COUNTING_MOST) {
        rank_by_counting(ranker, score, key, n, rank);
    } else {
        rank_by_sorting(ranker, score, n, rank);
    }
}
