/* Our own CSV files read back row by row: published tables and the table of sources. */
#ifndef CSI_INDEX_ROWS_H
#define CSI_INDEX_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/diag.h"

typedef struct csi_rows csi_rows;

/* Opens a CSV file, plain or gzip, and reads its heading; `label` is what messages show and must outlive the rows.
 * *rows is owned by the caller. An empty file is CSI_ERR_DATA. */
CSI_MUST_USE csi_status csi_rows_open(const char *path, const char *label, csi_diag *diag, csi_rows **rows);
void csi_rows_close(csi_rows *rows); /* NULL is allowed */

size_t csi_rows_n_columns(const csi_rows *rows);
const char *csi_rows_heading(const csi_rows *rows, size_t column);

/* The column with this heading; CSI_NONE when there is none. */
size_t csi_rows_find(const csi_rows *rows, const char *heading);

/* The column with this heading; an error that names the file when there is none. */
CSI_MUST_USE csi_status csi_rows_expect(const csi_rows *rows, const char *heading, csi_diag *diag, size_t *column);

/* Moves to the next row; *has_row is false at the end. A row with another number of fields than the heading is
 * CSI_ERR_DATA. */
CSI_MUST_USE csi_status csi_rows_next(csi_rows *rows, csi_diag *diag, bool *has_row);

/* The fields of the row: terminated, as csi_csv_text was given them; borrowed until the next row. */
const char *csi_rows_text(const csi_rows *rows, size_t column);

/* The field as a number; NaN when blank. */
CSI_MUST_USE csi_status csi_rows_number(const csi_rows *rows, size_t column, csi_diag *diag, double *value);

/* The field as an integer; `blank` when blank. */
CSI_MUST_USE csi_status csi_rows_integer(const csi_rows *rows, size_t column, int blank, csi_diag *diag, int *value);

/* The place of the row, for messages. */
csi_place csi_rows_place(const csi_rows *rows);

#endif
