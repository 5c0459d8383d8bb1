/* The children of a node over the sample years as a plain matrix, for weights learnt from data. */
#ifndef CSI_METRICS_COLUMN_H
#define CSI_METRICS_COLUMN_H

#include "metrics/method.h"

/* n rows (country within year) by p columns (children), row-major; NaN missing unless `complete_only`. */
typedef struct csi_columns {
    size_t n, p;
    double *value; /* owned */
} csi_columns;

CSI_MUST_USE csi_status csi_columns_of_node(const csi_context *context, const csi_panel *scores, size_t node,
                                            size_t first_year, size_t n_years, bool complete_only, csi_columns *columns);
void csi_columns_free(csi_columns *columns);

/* Column q as a contiguous array of n. */
void csi_columns_get(const csi_columns *columns, size_t q, double *column);

#endif
