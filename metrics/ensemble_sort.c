/* Columns sorted side by side by Batcher's bitonic network (1968, "Sorting networks and their applications", AFIPS
 * 32:307-314), in the form whose merges begin by comparing each row with its mirror image, so that every comparator puts
 * the greater key first: rows behind the last one may then be left out. One comparator is a minimum and a maximum of whole
 * rows; nothing branches on keys. Where a row fits into one register, up to sixteen rows are held there for as many stages
 * as concern them alone: going to memory for every comparator takes twice as long.
 *
 * What is sorted by which way differs in nothing but time. By hand: 1, 3, 2 becomes 3, 2, 1. Edges: no row, one row, equal
 * keys. */
#include "metrics/ensemble_sort.h"

#include <string.h>

#include "metrics/lanes.h"
#include "metrics/wide.h"

#define COLUMNS CSI_ABREAST
#define TILE ((size_t)CSI_SORT_TILE) /* rows held at a time */

CSI_INLINE void order_rows(int32_t *greater, int32_t *lesser)
{
    int32_t a[COLUMNS], b[COLUMNS];
    memcpy(a, greater, sizeof a);
    memcpy(b, lesser, sizeof b);
    for (size_t k = 0; k < COLUMNS; k++) {
        greater[k] = a[k] > b[k] ? a[k] : b[k];
    }
    for (size_t k = 0; k < COLUMNS; k++) {
        lesser[k] = a[k] > b[k] ? b[k] : a[k];
    }
}

CSI_INLINE void csi_sort_columns_plainly_body(int32_t *key, size_t n)
{
    for (size_t half = 1; half < n; half *= 2) {
        for (size_t base = 0; base + half < n; base += 2 * half) {
            const size_t last = base + 2 * half - 1;
            for (size_t i = last < n ? 0 : last - n + 1; i < half; i++) {
                order_rows(key + (base + i) * COLUMNS, key + (last - i) * COLUMNS);
            }
        }
        for (size_t apart = half / 2; apart >= 1; apart /= 2) {
            for (size_t base = 0; base + apart < n; base += 2 * apart) {
                for (size_t i = base; i < base + apart && i + apart < n; i++) {
                    order_rows(key + i * COLUMNS, key + (i + apart) * COLUMNS);
                }
            }
        }
    }
}
CSI_LANES_NARROW(csi_sort_columns_plainly, (int32_t *key, size_t n), (key, n))

#if defined(CSI_HAS_WIDE)

typedef __m512i row;

#define EXCLUSIVE_OR 0x96 /* of three, as a truth table */

/* The greater is what the lesser leaves of both: maxima and minima share one unit of the processor, this takes another. */
CSI_INLINE CSI_WIDE void order(row *greater, row *lesser)
{
    const row a = *greater, b = *lesser, least = _mm512_min_epi32(a, b);
    *greater = _mm512_ternarylogic_epi32(a, b, least, EXCLUSIVE_OR);
    *lesser = least;
}

/* The m rows (a constant) of a tile: each with its mirror image. */
CSI_INLINE CSI_WIDE void flip(row *x, const size_t m)
{
    CSI_UNROLL
    for (size_t i = 0; i < m / 2; i++) {
        order(&x[i], &x[m - 1 - i]);
    }
}

/* Each with the one `apart` (a constant) further on. */
CSI_INLINE CSI_WIDE void step(row *x, const size_t m, const size_t apart)
{
    CSI_UNROLL
    for (size_t i = 0; i < m; i++) {
        if ((i & apart) == 0 && i + apart < m) {
            order(&x[i], &x[i + apart]);
        }
    }
}

/* All steps of less than `apart`. */
CSI_INLINE CSI_WIDE void steps_below(row *x, const size_t m, const size_t apart)
{
    if (apart > 8) {
        step(x, m, 8);
    }
    if (apart > 4) {
        step(x, m, 4);
    }
    if (apart > 2) {
        step(x, m, 2);
    }
    if (apart > 1) {
        step(x, m, 1);
    }
}

CSI_INLINE CSI_WIDE void load(const int32_t *key, size_t apart, row *x, const size_t m)
{
    CSI_UNROLL
    for (size_t i = 0; i < m; i++) {
        x[i] = _mm512_load_si512((const void *)(key + i * apart * COLUMNS));
    }
}

CSI_INLINE CSI_WIDE void store(int32_t *key, size_t apart, const row *x, const size_t m)
{
    CSI_UNROLL
    for (size_t i = 0; i < m; i++) {
        _mm512_store_si512((void *)(key + i * apart * COLUMNS), x[i]);
    }
}

/* Sixteen rows sorted. */
CSI_WIDE static void sort_tile(int32_t *key)
{
    row x[TILE];
    load(key, 1, x, TILE);
    step(x, TILE, 1);
    for (size_t i = 0; i < TILE; i += 4) {
        flip(x + i, 4);
    }
    step(x, TILE, 1);
    flip(x, 8);
    flip(x + 8, 8);
    steps_below(x, TILE, 4);
    flip(x, TILE);
    steps_below(x, TILE, 8);
    store(key, 1, x, TILE);
}

/* The last steps of a merge, within sixteen rows. */
CSI_WIDE static void finish_tile(int32_t *key)
{
    row x[TILE];
    load(key, 1, x, TILE);
    steps_below(x, TILE, TILE);
    store(key, 1, x, TILE);
}

/* The first steps of a merge of `half` sorted rows and the n_more sorted ones behind them, m (a constant) rows at a time:
 * rows q apart in the one half, their mirror images in the other. What is missing there is less than all. */
CSI_INLINE CSI_WIDE void merge_rows(int32_t *key, size_t half, size_t n_more, const size_t m)
{
    const size_t q = 2 * half / m;
    for (size_t i = 0; i < q; i++) {
        const size_t mirrored = q - 1 - i, there = n_more <= mirrored ? 0 : (n_more - mirrored + q - 1) / q;
        int32_t *lower = key + i * COLUMNS, *upper = key + (half + mirrored) * COLUMNS;
        row x[TILE];
        load(lower, q, x, m / 2);
        CSI_UNROLL
        for (size_t j = 0; j < m / 2; j++) {
            x[m / 2 + j] = j < there ? _mm512_load_si512((const void *)(upper + j * q * COLUMNS)) : _mm512_set1_epi32(INT32_MIN);
        }
        flip(x, m);
        steps_below(x, m, m / 2);
        store(lower, q, x, m / 2);
        CSI_UNROLL
        for (size_t j = 0; j < m / 2; j++) {
            if (j < there) {
                _mm512_store_si512((void *)(upper + j * q * COLUMNS), x[m / 2 + j]);
            }
        }
    }
}

CSI_WIDE static void merge_two(int32_t *key, size_t half, size_t n_more)
{
    merge_rows(key, half, n_more, 2);
}

CSI_WIDE static void merge_four(int32_t *key, size_t half, size_t n_more)
{
    merge_rows(key, half, n_more, 4);
}

CSI_WIDE static void merge_eight(int32_t *key, size_t half, size_t n_more)
{
    merge_rows(key, half, n_more, 8);
}

CSI_WIDE static void merge_sixteen(int32_t *key, size_t half, size_t n_more)
{
    merge_rows(key, half, n_more, 16);
}

static void merge(int32_t *key, size_t half, size_t n_more)
{
    if (half == TILE) {
        merge_two(key, half, n_more);
    } else if (half == 2 * TILE) {
        merge_four(key, half, n_more);
    } else if (half == 4 * TILE) {
        merge_eight(key, half, n_more);
    } else {
        merge_sixteen(key, half, n_more);
    }
}

/* The steps between sixteen rows that lie so far apart that a tile does not reach. */
CSI_WIDE static void step_rows(int32_t *key, size_t n, size_t apart)
{
    for (size_t base = 0; base + apart < n; base += 2 * apart) {
        for (size_t i = base; i < base + apart && i + apart < n; i++) {
            row x[2];
            load(key + i * COLUMNS, apart, x, 2);
            step(x, 2, 1);
            store(key + i * COLUMNS, apart, x, 2);
        }
    }
}

/* Sorts n rows, a multiple of a tile. */
static void sort_wide(int32_t *key, size_t n)
{
    for (size_t i = 0; i < n; i += TILE) {
        sort_tile(key + i * COLUMNS);
    }
    for (size_t half = TILE; half < n; half *= 2) {
        for (size_t base = 0; base + half < n; base += 2 * half) {
            const size_t more = n - base - half;
            merge(key + base * COLUMNS, half, more < half ? more : half);
        }
        for (size_t apart = half / TILE; apart >= TILE; apart /= 2) {
            step_rows(key, n, apart);
        }
        for (size_t i = 0; i < n; i += TILE) {
            finish_tile(key + i * COLUMNS);
        }
    }
}

#endif

void csi_sort_columns(int32_t *key, size_t n)
{
    const size_t whole = (n + TILE - 1) / TILE * TILE;
    for (size_t i = n * COLUMNS; i < whole * COLUMNS; i++) {
        key[i] = INT32_MIN;
    }
#if defined(CSI_HAS_WIDE)
    if (csi_is_wide()) {
        sort_wide(key, whole);
        return;
    }
#endif
    csi_sort_columns_plainly(key, n);
}
