/* The plan for one file: what its dialect is and what each column holds. Const while records are read.
 *
 * A reader makes it from the head of the file; nearly all shapes differ only in where the unit, the year, the indicator
 * and the values stand, so one function (csi_plan_read) reads the records of all of them. */
#ifndef CSI_INGEST_PLAN_H
#define CSI_INGEST_PLAN_H

#include "ingest/dialect.h"
#include "ingest/ingest.h"
#include "ingest/table.h"
#include "ingest/units.h"

#define CSI_NO_COLUMN UINT32_MAX
#define CSI_SERIES_OF_ROW UINT32_MAX /* the row's indicator columns tell */
#define CSI_YEAR_OF_ROW INT32_MAX    /* the row's year column tells */
#define CSI_MAX_KEYS 8

/* A column of values. */
typedef struct csi_value_column {
    uint32_t column;
    uint32_t error_column; /* of standard errors; CSI_NO_COLUMN: none */
    uint32_t series;       /* or CSI_SERIES_OF_ROW */
    int32_t year;          /* or CSI_YEAR_OF_ROW */
} csi_value_column;

/* The columns of a value's lower and upper bound. */
typedef struct csi_bound_columns {
    uint32_t low, high;    /* CSI_NO_COLUMN: none */
} csi_bound_columns;

/* Rows whose column does not hold one of these texts are left out. */
typedef struct csi_row_filter {
    uint32_t column;
    const char *const *text;
    size_t n_texts;
} csi_row_filter;

typedef struct csi_group_column {
    uint32_t column;
    size_t grouping;
} csi_group_column;

typedef struct csi_alias {
    const char *from, *to;
} csi_alias;

typedef enum csi_ragged { CSI_RAGGED_ERROR, CSI_RAGGED_PAD } csi_ragged;

struct csi_reader;

typedef struct csi_plan {
    const struct csi_reader *reader;
    const char *label;   /* of the file */
    uint16_t file;       /* its number among the inputs */
    csi_dialect dialect;
    csi_country_scheme scheme;
    csi_ragged ragged;
    bool is_lenient;     /* about quotes */
    size_t n_packed;     /* the first field of each record holds so many columns, joined by commas; 0: it does not */
    bool has_labels;     /* cells read "code: label", of which the code counts */
    bool skips_footers;  /* rows of a single field are notes below the table, whatever they say */
    size_t header_bytes; /* of the text: data begin after them */
    uint64_t header_line;
    const char *const *heading;
    size_t n_columns;
    uint32_t unit_column;  /* what is resolved first: a code where there is one */
    uint32_t name_column;  /* what is resolved when the code says nothing; CSI_NO_COLUMN: none */
    uint32_t label_column; /* the unit's name for people; CSI_NO_COLUMN: none */
    uint32_t year_column;
    uint32_t action_column; /* of SDMX: rows that delete; CSI_NO_COLUMN: none */
    uint32_t key_column[CSI_MAX_KEYS]; /* of the row's indicator; several are joined by "." */
    size_t n_keys;
    csi_value_column *value;
    size_t n_values;
    const csi_bound_columns *bound; /* [n_values]; NULL: no value has bounds */
    double bound_distance; /* of a bound from the value, in standard errors: z of the share between the two */
    csi_group_column *group;
    size_t n_groups;
    csi_row_filter *filter;
    size_t n_filters;
    const struct csi_row_plan *rows; /* of files whose rows give a series over the years; else NULL */
    bool is_tallied;     /* rows make cells together, through the tally */
    const void *events;  /* what the reader of events, or of pre-aggregated rows, knows beyond this */
    const void *parts;
    const csi_alias *unit_alias; /* the file's names of units to others; "none": left out */
    size_t n_unit_aliases;
    const csi_alias *alias; /* the file's names of indicators to the framework's codes */
    size_t n_aliases;
    /* the same for all files */
    const csi_framework *framework;
    const csi_ingest_options *options;
    csi_units *units;
    const int *valid_from; /* by series; INT_MIN: always */
} csi_plan;

/* The series that the file calls text[0..length), or CSI_NONE. */
size_t csi_plan_find_series(const csi_plan *plan, const char *text, size_t length);

/* The standard errors to either side that bounds tell of, such that they are quantiles of a law with its median at the value:
 * normal to either side, half of the probability on each. */
#define CSI_LEAST_BOUNDS 0.5
#define CSI_MOST_BOUNDS 0.9999
double csi_plan_bound_distance(double probability);

/* The field of the record as it stands in the file that column `column` of the plan comes from. */
static inline uint32_t csi_plan_raw_column(const csi_plan *plan, uint32_t column)
{
    return plan->n_packed == 0 ? column : column < plan->n_packed ? 0 : column - (uint32_t)plan->n_packed + 1;
}

struct csi_batch;

/* What every reader of rows does first: blank rows, footers, width, labels, filters. *record is the record as it is to be
 * read on; !*goes_on: there is nothing to read. */
CSI_MUST_USE csi_status csi_plan_begin(const csi_plan *plan, const csi_record *given, struct csi_batch *batch,
                                       csi_record *record, bool *goes_on);

/* The cell that a row of one value belongs to; !*goes_on: none, which was counted or reported. */
typedef struct csi_plan_key {
    uint32_t slot, series;
    int year;
} csi_plan_key;
CSI_MUST_USE csi_status csi_plan_read_key(const csi_plan *plan, const csi_record *record, struct csi_batch *batch,
                                          csi_plan_key *key, bool *goes_on);

/* Notes that a cell is no value of the series: `why` says what it is. */
CSI_MUST_USE csi_status csi_plan_report_cell(struct csi_batch *batch, const csi_record *record, uint32_t column, uint32_t slot,
                                             uint32_t series, int year, const char *why);

/* Reads one record into the batch. Fails only when out of memory; what is wrong with the data is noted in the batch. */
CSI_MUST_USE csi_status csi_plan_read(const csi_plan *plan, const csi_record *record, struct csi_batch *batch);

#endif
