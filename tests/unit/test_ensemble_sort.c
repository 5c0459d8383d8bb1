/* The sorting network, in registers and row by row, against qsort: every length up to a few tiles, and many beyond. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "metrics/ensemble_sort.h"

#define COLUMNS CSI_ABREAST
#define ROWS_MOST ((size_t)1040)

static int falling(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x < y) - (x > y);
}

static void fill(int32_t *key, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n * COLUMNS; i++) {
        seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
        key[i] = (int32_t)(i % COLUMNS < 4 ? seed % 5 : seed) - 3; /* four columns full of equal keys */
    }
}

static size_t count_wrong(const int32_t *drawn, const int32_t *sorted, size_t n)
{
    size_t n_wrong = 0;
    int32_t column[ROWS_MOST];
    for (size_t k = 0; k < COLUMNS; k++) {
        for (size_t i = 0; i < n; i++) {
            column[i] = drawn[i * COLUMNS + k];
        }
        qsort(column, n, sizeof *column, falling);
        for (size_t i = 0; i < n; i++) {
            n_wrong += column[i] != sorted[i * COLUMNS + k];
        }
    }
    return n_wrong;
}

Test(ensemble_sort, as_qsort)
{
    static const size_t long_ones[] = {191, 195, 196, 208, 245, 256, 257, 271, 300, 511, 512, 513, 529, 545, 560, 577, 600,
                                       769, 777, 817, 1009, 1024, 1025, 1030, 1040};
    const size_t bytes = ROWS_MOST * COLUMNS * sizeof(int32_t);
    int32_t *drawn = malloc(bytes), *key = aligned_alloc(64, bytes);
    for (size_t i = 0; i < 81 + sizeof long_ones / sizeof *long_ones; i++) {
        const size_t n = i < 81 ? i : long_ones[i - 81];
        fill(drawn, n, (uint32_t)n);
        memcpy(key, drawn, bytes);
        csi_sort_columns(key, n);
        cr_expect(count_wrong(drawn, key, n) == 0, "%zu rows", n);
        memcpy(key, drawn, bytes);
        csi_sort_columns_plainly(key, n);
        cr_expect(count_wrong(drawn, key, n) == 0, "%zu rows, plainly", n);
    }
    free(drawn);
    free(key);
}
