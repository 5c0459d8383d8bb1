/* A batch: what one thread got out of one slice, until its turn comes to be put into the cube.
 *
 * Batches are merged in the order of the file, so that results, messages and their order are the same for any number of
 * threads. */
#ifndef CSI_INGEST_BATCH_H
#define CSI_INGEST_BATCH_H

#include "ingest/memo.h"
#include "ingest/plan.h"
#include "ingest/tally.h"

/* Something to report, in the words it will be reported in. */
typedef struct csi_finding {
    csi_severity severity;
    bool once;         /* per file: the same text is not reported again */
    bool is_aggregate; /* not a message: `text` names an aggregate that was left out */
    uint64_t line;
    uint32_t column, length;
    char *text;        /* owned */
    char *source_line; /* owned; NULL when too long to show */
} csi_finding;

/* Why rows or cells did not become observations. */
typedef struct csi_left_out {
    uint64_t aggregates, unknown_units, unknown_indicators, filtered, footers; /* rows */
    uint64_t undated;                                                 /* events */
    uint64_t other_years, not_yet_valid;                              /* cells */
} csi_left_out;

/* What a thread remembers of the names it met, over all its slices. */
typedef struct csi_known {
    csi_memo *aggregates; /* listed once at the end */
    csi_memo *units, *dated_units, *series;
    bool *described; /* by slot: its name and all its groups were told */
    size_t n_described;
} csi_known;

CSI_MUST_USE csi_status csi_known_init(csi_known *known);
void csi_known_clear(csi_known *known); /* a zeroed one is allowed */

typedef struct csi_batch_row {
    csi_series_row row;
    size_t n_before; /* observations that came before it */
} csi_batch_row;

typedef struct csi_batch {
    const csi_plan *plan;
    csi_observation *observation;
    size_t n, room;
    csi_spread *spread; /* beside each observation; NULL when the plan has no column of them */
    bool has_spreads;
    csi_share *share;   /* beside each observation of readers that give them; else NULL */
    csi_batch_row *row;
    size_t n_rows, row_room;
    csi_chunks values;  /* of rows, which the cube keeps */
    csi_finding *finding;
    size_t n_findings, finding_room;
    uint64_t n_records, n_missing;
    csi_left_out left_out;
    csi_known *known;      /* borrowed from the thread that fills the batch */
    char *key;             /* scratch for joined keys */
    size_t key_room;
    csi_field *field;      /* scratch for records that are laid out anew */
    size_t field_room;
} csi_batch;

void csi_batch_init(csi_batch *batch, const csi_plan *plan);
void csi_batch_clear(csi_batch *batch); /* frees everything */
void csi_batch_restart(csi_batch *batch, csi_known *known); /* empties it for the next slice */

/* Room for n more observations, to be written at observation[n] on; a NULL spread stays NULL. */
CSI_MUST_USE csi_status csi_batch_reserve(csi_batch *batch, size_t n);

/* A row that makes a cell together with others. Readers that use it give nothing but such rows. */
CSI_MUST_USE csi_status csi_batch_share(csi_batch *batch, const csi_observation *seen, const csi_share *share);

/* Notes a finding at a field of a record (field CSI_NO_COLUMN: the record's start). Once the batch holds many, more
 * are dropped: the diagnostics will be full. */
CSI_MUST_USE csi_status csi_batch_report(csi_batch *batch, csi_severity severity, bool once, const csi_record *record,
                                         uint32_t field, const char *format, ...) CSI_PRINTF(6, 7);

/* Where it is kept whether all that is told of the unit was; NULL when out of memory. Valid until the next call. */
bool *csi_batch_described(csi_batch *batch, uint32_t slot);

/* Room for n fields, valid until the next call; NULL when out of memory. */
csi_field *csi_batch_fields(csi_batch *batch, size_t n);

/* Resolves the record's unit in calendar year `year` (0: not known yet). *slot is CSI_NO_SLOT when the record is to be
 * left out (counted and reported as the policy asks), CSI_DATED_SLOT when the year is needed. */
#define CSI_NO_SLOT UINT32_MAX
#define CSI_DATED_SLOT (UINT32_MAX - 1)
CSI_MUST_USE csi_status csi_batch_unit(csi_batch *batch, const csi_record *record, int year, uint32_t *slot);

/* The same for one item of a list in the record's unit column. */
CSI_MUST_USE csi_status csi_batch_unit_of(csi_batch *batch, const csi_record *record, const csi_field *item, int year,
                                          uint32_t *slot);

/* The series that the record's key columns name; CSI_NO_SLOT when it is to be left out. */
CSI_MUST_USE csi_status csi_batch_series(csi_batch *batch, const csi_record *record, uint32_t *series);

/* Text of a field for a message: at most 60 bytes of it, whole characters. */
#define CSI_SHOWN_LENGTH(field) (int)csi_shown_length((field)->text, (field)->length)
size_t csi_shown_length(const char *text, size_t length);

#endif
