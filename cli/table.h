/* Tables: gathered cell by cell, then shown as a table for people, as CSV or as JSON.
 *
 * CSV and JSON carry every digit and every column; the table for people rounds, fits the screen, and may draw. A column
 * that does not fit is first shortened when it is text, then left out, the last `spare` ones first. */
#ifndef CSI_CLI_TABLE_H
#define CSI_CLI_TABLE_H

#include <stdint.h>

#include "cli/command.h"

typedef enum csi_column_kind {
    CSI_COLUMN_TEXT,
    CSI_COLUMN_PROSE,  /* text that goes on in further lines rather than being cut;  */
    CSI_COLUMN_NUMBER, /* rounded for people */
    CSI_COLUMN_EXACT,  /* all digits, for people too */
    CSI_COLUMN_COUNT,  /* whole numbers */
    CSI_COLUMN_SHARE,  /* 0 to 1, shown to people as a percentage */
    CSI_COLUMN_BAR,    /* drawn from low to high with a mark, or to both sides of 0 where low is below it; not in CSV, JSON */
    CSI_COLUMN_DRAWN,  /* text that is a drawing; not in CSV and JSON */
} csi_column_kind;

typedef struct csi_column {
    const char *key;     /* in CSV and JSON; NULL: not there */
    const char *heading; /* for people; NULL: not shown to them */
    csi_column_kind kind;
    int spare;           /* above 0: left out where there is no room, the highest first */
    double low, high;    /* CSI_COLUMN_BAR: the ends of the scale */
} csi_column;

typedef struct csi_table csi_table;

/* A table of these columns (borrowed). Owned by the caller. */
CSI_MUST_USE csi_status csi_table_new(const csi_column *column, size_t n_columns, csi_diag *diag, csi_table **table);
void csi_table_free(csi_table *table); /* NULL is allowed */

/* The cells of a row in turn, from left to right. Texts are copied. Running out of memory is remembered and reported by
 * csi_table_show. */
void csi_table_text(csi_table *table, const char *text); /* NULL: blank */
void csi_table_number(csi_table *table, double value);   /* NaN: blank */
void csi_table_count(csi_table *table, int64_t value);
void csi_table_rank(csi_table *table, int rank);         /* 0: blank */
void csi_table_interval(csi_table *table, double low, double high); /* "3-9"; blank for NaN */
void csi_table_blank(csi_table *table);
void csi_table_bar(csi_table *table, double low, double mark, double high); /* NaN low or high: no interval */
void csi_table_marks(csi_table *table, const double *value, size_t n); /* n values on the column's scale; copied */

/* The next row stands out (bold), or parts a group (an empty line before it), for people. */
void csi_table_emphasise(csi_table *table);
void csi_table_part(csi_table *table);

/* Digits after the point for people where --digits does not say; 2 otherwise. */
void csi_table_usual_digits(csi_table *table, int digits);

size_t csi_table_n_rows(const csi_table *table);

/* Shows the table on call->out as --format says; `title` and `notes` (NULL: none) stand around it for people. */
CSI_MUST_USE csi_status csi_table_show(const csi_table *table, const csi_call *call, const char *title,
                                       const char *notes);

#endif
