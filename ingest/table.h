/* Records: a slice split into records that remember their line.
 *
 * libcsv in strict mode is the grammar of record: blanks around unquoted fields are dropped, blank lines skipped, a quote
 * inside an unquoted field and text after a closing quote are faults. libcsv knows no line numbers, so it is fed one line
 * at a time. Records whose quotes are plain (none, or around whole fields with none inside) are split here without
 * it, several times faster; tests/fuzz proves both ways equal, byte for byte. */
#ifndef CSI_INGEST_TABLE_H
#define CSI_INGEST_TABLE_H

#include "ingest/slices.h"

typedef struct csi_field {
    const char *text; /* borrowed until the next record; not terminated */
    uint32_t length;
    bool is_null;     /* nothing between the delimiters, not even quotes */
} csi_field;

typedef struct csi_record {
    const csi_field *field;
    size_t n_fields;
    uint64_t line;    /* of its first byte */
    const char *raw;  /* its bytes in the slice, without the line end */
    size_t raw_length;
} csi_record;

/* Why a slice cannot be split further, and where. */
typedef struct csi_split_fault {
    const char *what; /* NULL: no fault */
    uint64_t line;
    uint32_t column;  /* in bytes, from 1 */
    const char *source_line;
    size_t source_length;
} csi_split_fault;

typedef struct csi_splitter csi_splitter;

csi_splitter *csi_splitter_new(char delimiter, char quote); /* NULL when out of memory; quote '\0': none */
void csi_splitter_free(csi_splitter *splitter);

/* True: a quote inside an unquoted field, or text after a closing one, is taken as it stands and is no fault. */
CSI_MUST_USE csi_status csi_splitter_set_lenient(csi_splitter *splitter, bool is_lenient);

/* False: every record goes through libcsv. For the tests that compare the two. */
void csi_splitter_set_fast(csi_splitter *splitter, bool is_fast);

/* Begins a slice, which must outlive the records taken from it. */
void csi_splitter_start(csi_splitter *splitter, const csi_slice *slice);

/* The next record; record->n_fields is 0 at the end of the slice. CSI_ERR_DATA: see csi_splitter_fault. */
CSI_MUST_USE csi_status csi_splitter_next(csi_splitter *splitter, csi_record *record);
const csi_split_fault *csi_splitter_fault(const csi_splitter *splitter);
size_t csi_splitter_at(const csi_splitter *splitter); /* bytes of the slice used so far */

/* Where field number `index` (from 0) of a record stands: its line, its first byte's column, its length in the source
 * (quotes included, cut at a line end) and the line it stands in. An index past the last field gives the record's end. */
typedef struct csi_field_place {
    uint64_t line;
    uint32_t column, length;
    const char *line_text;
    size_t line_length;
} csi_field_place;
csi_field_place csi_record_locate(const csi_record *record, size_t index, char delimiter, char quote);

#endif
