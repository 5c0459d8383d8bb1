/* Rows that give one series over the years, read straight to where they stay: no observation is made of each cell. */
#ifndef CSI_INGEST_ROWS_H
#define CSI_INGEST_ROWS_H

#include "ingest/batch.h"

typedef struct csi_row_cell {
    uint32_t column, year; /* year: index along the panel's axis */
} csi_row_cell;

/* What such a file's rows hold. */
typedef struct csi_row_plan {
    uint32_t series; /* of all rows, or CSI_SERIES_OF_ROW */
    size_t n;
    const csi_row_cell *cell; /* the columns of years that are asked for */
    size_t n_other_years;     /* columns of other years */
    uint16_t *column;         /* by year: its field in the file, from 1; 0: none */
} csi_row_plan;

/* Sets plan->rows when each column of values is a year of the same series, and the years are most of those asked for; else it
 * stays NULL. Fails with CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_rows_plan(csi_arena *arena, csi_plan *plan);

/* Reads the values of a record whose unit and series are known into the batch. */
CSI_MUST_USE csi_status csi_rows_read(csi_batch *batch, const csi_record *record, uint32_t slot, uint32_t series);

#endif
