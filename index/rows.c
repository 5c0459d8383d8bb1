/* Rows of a CSV file on the ingest's own slices and splitter, so that what is published is read back by the same strict
 * grammar that reads foreign files. */
#include "index/rows.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/number.h"
#include "index/csv.h"
#include "ingest/table.h"

struct csi_rows {
    const char *label;
    csi_arena *arena; /* of the heading */
    csi_slices *slices;
    csi_slice slice;
    csi_splitter *splitter;
    bool is_in_slice;
    size_t n_columns;
    const char **heading;
    const char **text; /* [n_columns], into `bytes` */
    char *bytes;
    size_t room;
    uint64_t line;
};

static csi_status report_fault(const csi_rows *rows, csi_diag *diag)
{
    const csi_split_fault *fault = csi_splitter_fault(rows->splitter);
    const csi_place place = {.file = rows->label, .line = fault->line, .column = fault->column};
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "%s", fault->what == NULL ? "no CSV" : fault->what);
}

/* The next record of the file; n_fields is 0 at its end. */
static csi_status next_record(csi_rows *rows, csi_diag *diag, csi_record *record)
{
    csi_status status = CSI_OK;
    for (;;) {
        if (rows->is_in_slice) {
            status = csi_splitter_next(rows->splitter, record);
            if (status != CSI_OK) {
                return status == CSI_ERR_DATA ? report_fault(rows, diag) : csi_diag_no_memory(diag, "reading a table");
            }
            if (record->n_fields > 0) {
                rows->line = record->line;
                return CSI_OK;
            }
        }
        CSI_TRY(csi_slices_next(rows->slices, diag, &rows->slice));
        if (rows->slice.n == 0) {
            *record = (csi_record){0};
            return CSI_OK;
        }
        csi_splitter_start(rows->splitter, &rows->slice);
        rows->is_in_slice = true;
    }
out:
    return status;
}

static csi_status keep_heading(csi_rows *rows, const csi_record *record, csi_diag *diag)
{
    rows->n_columns = record->n_fields;
    rows->heading = csi_arena_alloc(rows->arena, record->n_fields, sizeof *rows->heading);
    rows->text = csi_arena_alloc(rows->arena, record->n_fields, sizeof *rows->text);
    for (size_t i = 0; rows->heading != NULL && i < record->n_fields; i++) {
        rows->heading[i] = csi_arena_copy(rows->arena, record->field[i].text, record->field[i].length);
        if (rows->heading[i] == NULL) {
            return csi_diag_no_memory(diag, "reading a table");
        }
        rows->heading[i] = csi_csv_undefuse(rows->heading[i]);
    }
    return rows->heading == NULL || rows->text == NULL ? csi_diag_no_memory(diag, "reading a table") : CSI_OK;
}

csi_status csi_rows_open(const char *path, const char *label, csi_diag *diag, csi_rows **out)
{
    const csi_slices_options options = {.source.without_digest = true};
    csi_rows *rows = calloc(1, sizeof *rows);
    csi_record record;
    csi_status status;
    *out = NULL;
    if (rows == NULL) {
        return csi_diag_no_memory(diag, "reading a table");
    }
    rows->label = label;
    rows->arena = csi_arena_new();
    rows->splitter = csi_splitter_new(',', '"');
    if (rows->arena == NULL || rows->splitter == NULL) {
        status = csi_diag_no_memory(diag, "reading a table");
        goto out;
    }
    CSI_TRY(csi_slices_open(path, label, &options, diag, &rows->slices));
    CSI_TRY(next_record(rows, diag, &record));
    if (record.n_fields == 0) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = label}, "the table is empty");
        goto out;
    }
    CSI_TRY(keep_heading(rows, &record, diag));
    *out = rows;
out:
    if (status != CSI_OK) {
        csi_rows_close(rows);
    }
    return status;
}

void csi_rows_close(csi_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    csi_slices_close(rows->slices);
    csi_slice_clear(&rows->slice);
    csi_splitter_free(rows->splitter);
    csi_arena_free(rows->arena);
    free(rows->bytes);
    free(rows);
}

size_t csi_rows_n_columns(const csi_rows *rows)
{
    return rows->n_columns;
}

const char *csi_rows_heading(const csi_rows *rows, size_t column)
{
    return rows->heading[column];
}

size_t csi_rows_find(const csi_rows *rows, const char *heading)
{
    for (size_t i = 0; i < rows->n_columns; i++) {
        if (strcmp(rows->heading[i], heading) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}

csi_status csi_rows_expect(const csi_rows *rows, const char *heading, csi_diag *diag, size_t *column)
{
    *column = csi_rows_find(rows, heading);
    return *column != CSI_NONE ? CSI_OK
                               : csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = rows->label, .line = 1},
                                                "there is no column \"%s\"", heading);
}

static csi_status make_room(csi_rows *rows, size_t n, csi_diag *diag)
{
    if (n <= rows->room) {
        return CSI_OK;
    }
    char *bytes = realloc(rows->bytes, 2 * n);
    if (bytes == NULL) {
        return csi_diag_no_memory(diag, "reading a table");
    }
    rows->bytes = bytes;
    rows->room = 2 * n;
    return CSI_OK;
}

csi_status csi_rows_next(csi_rows *rows, csi_diag *diag, bool *has_row)
{
    csi_record record;
    csi_status status;
    *has_row = false;
    CSI_TRY(next_record(rows, diag, &record));
    if (record.n_fields == 0) {
        return CSI_OK;
    }
    if (record.n_fields != rows->n_columns) {
        const csi_place place = csi_rows_place(rows);
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "this row has %zu fields, the heading has %zu",
                              record.n_fields, rows->n_columns);
    }
    size_t n = record.n_fields;
    for (size_t i = 0; i < record.n_fields; i++) {
        n += record.field[i].length;
    }
    CSI_TRY(make_room(rows, n, diag));
    char *at = rows->bytes;
    for (size_t i = 0; i < record.n_fields; i++) {
        memcpy(at, record.field[i].text, record.field[i].length);
        at[record.field[i].length] = '\0';
        rows->text[i] = csi_csv_undefuse(at);
        at += record.field[i].length + 1;
    }
    *has_row = true;
out:
    return status;
}

const char *csi_rows_text(const csi_rows *rows, size_t column)
{
    return rows->text[column];
}

csi_place csi_rows_place(const csi_rows *rows)
{
    return (csi_place){.file = rows->label, .line = rows->line};
}

csi_status csi_rows_number(const csi_rows *rows, size_t column, csi_diag *diag, double *value)
{
    const char *text = rows->text[column];
    *value = NAN;
    if (text[0] == '\0' || csi_number_read(text, strlen(text), value) == CSI_NUMBER_OK) {
        return CSI_OK;
    }
    const csi_place place = csi_rows_place(rows);
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "column \"%s\": \"%s\" is not a number", rows->heading[column], text);
}

csi_status csi_rows_integer(const csi_rows *rows, size_t column, int blank, csi_diag *diag, int *value)
{
    const char *text = rows->text[column];
    int64_t number = blank;
    if (text[0] == '\0' || (csi_number_read_integer(text, strlen(text), &number) == CSI_NUMBER_OK && number >= INT_MIN &&
                            number <= INT_MAX)) {
        *value = (int)number;
        return CSI_OK;
    }
    const csi_place place = csi_rows_place(rows);
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "column \"%s\": \"%s\" is not a whole number",
                          rows->heading[column], text);
}
