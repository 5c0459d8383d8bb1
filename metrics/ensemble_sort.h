/* Sorting sixteen columns at once: what the ensemble's ranks are made of. */
#ifndef CSI_METRICS_ENSEMBLE_SORT_H
#define CSI_METRICS_ENSEMBLE_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "metrics/abreast.h"

#define CSI_SORT_TILE 16 /* rows */

/* Sorts each column of key[row][CSI_ABREAST], greatest first. `key` is aligned to 64 bytes and has room for a multiple
 * of CSI_SORT_TILE rows, of which those behind n become INT32_MIN. */
void csi_sort_columns(int32_t *key, size_t n);

/* The same on any processor, comparator by comparator: n rows and no more. */
void csi_sort_columns_plainly(int32_t *key, size_t n);

#endif
