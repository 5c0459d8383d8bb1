/* A table laid out for people. */
#ifndef CSI_CLI_LAYOUT_H
#define CSI_CLI_LAYOUT_H

#include "cli/table.h"

typedef enum csi_table_cell_kind {
    CSI_TABLE_BLANK,
    CSI_TABLE_TEXT,
    CSI_TABLE_NUMBER,
    CSI_TABLE_COUNT,
    CSI_TABLE_BAR,
    CSI_TABLE_MARKS
} csi_table_cell_kind;

typedef struct csi_table_cell {
    csi_table_cell_kind kind;
    char *text; /* owned */
    int64_t count;
    double value, low, high;
    double *marks; /* owned; count of them */
} csi_table_cell;

typedef struct csi_row_mark {
    bool is_strong, is_parted;
} csi_row_mark;

struct csi_table {
    const csi_column *column;
    size_t n_columns;
    csi_table_cell *cell; /* row by row */
    size_t n_cells, room_cells;
    csi_row_mark *mark;   /* one a row */
    size_t room_rows;
    csi_row_mark next_mark;
    int usual_digits;
    bool is_out_of_memory;
};

CSI_MUST_USE csi_status csi_layout_show(const csi_table *table, const csi_call *call, const char *title,
                                        const char *notes);

#endif
