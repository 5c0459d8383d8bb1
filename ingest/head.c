/* See head.h. */
#include "ingest/head.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/batch.h"
#include "ingest/columns.h"
#include "ingest/sniff.h"

#define HEAD_BYTES ((size_t)256 * 1024)
#define HEAD_LIMIT ((size_t)64 * 1024 * 1024)
#define HEAD_RECORDS 400
#define HEAD_FIELDS 40000
#define HEADING_RECORDS 40

csi_status csi_report_fault(const char *label, const csi_split_fault *fault, csi_diag *diag)
{
    char line[512];
    csi_place place = {.file = label, .line = fault->line, .column = fault->column, .length = 1};
    if (fault->source_length < sizeof line) {
        memcpy(line, fault->source_line, fault->source_length);
        line[fault->source_length] = '\0';
        place.source_line = line;
    }
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "%s", fault->what);
}

csi_status csi_report_byte(const char *label, const csi_slice *slice, size_t bad, const csi_slices *slices, csi_diag *diag)
{
    const unsigned char byte = (unsigned char)slice->bytes[bad];
    size_t line_start = bad;
    while (line_start > 0 && slice->bytes[line_start - 1] != '\n' && slice->bytes[line_start - 1] != '\r') {
        line_start--;
    }
    const csi_place place = {.file = label,
                             .line = slice->first_line + csi_count_lines(slice->bytes, line_start),
                             .column = (uint32_t)(bad - line_start + 1),
                             .length = 1};
    const uint64_t offset = slice->offset + bad;
    if (byte == 0) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "a NUL byte at offset %" PRIu64 ": this is no text file", offset);
    }
    const csi_encoding guess = csi_slices_guess(slices) == CSI_UTF8 ? CSI_CP1252 : csi_slices_guess(slices);
    return csi_diag_error(diag, CSI_ERR_DATA, &place,
                          "byte 0x%02x at offset %" PRIu64 " is not UTF-8: the file looks like %s (set encoding: %s for it)",
                          byte, offset, csi_encoding_name(guess), csi_encoding_name(guess));
}

static csi_status no_memory(csi_diag *diag)
{
    return csi_diag_no_memory(diag, "looking at the head of a file");
}

/* The end of the last line of bytes[0..n) that ends outside quotes. */
static size_t whole_records(const char *bytes, size_t n, char quote)
{
    bool is_open = false;
    size_t end = 0;
    for (size_t i = 0; i < n; i++) {
        if (quote != '\0' && bytes[i] == quote) {
            is_open = !is_open;
        } else if (!is_open && (bytes[i] == '\n' || (bytes[i] == '\r' && i + 1 < n && bytes[i + 1] != '\n'))) {
            end = i + 1;
        }
    }
    return end;
}

/* A slice over the head: whole records only, ended by a line end. */
static csi_status take_head(csi_slices *slices, char quote, csi_diag *diag, csi_slice *slice)
{
    const char *bytes = NULL;
    size_t n = 0, end = 0;
    for (size_t want = HEAD_BYTES; want <= HEAD_LIMIT; want *= 2) {
        const csi_status status = csi_slices_peek(slices, want, diag, &bytes, &n);
        if (status != CSI_OK) {
            return status;
        }
        end = n < want ? n : whole_records(bytes, n, quote);
        if (end > 0 || n < want) {
            break;
        }
    }
    slice->bytes = malloc(end + 1);
    if (slice->bytes == NULL) {
        return no_memory(diag);
    }
    memcpy(slice->bytes, bytes, end);
    slice->n = end;
    if (end > 0 && bytes[end - 1] != '\n' && bytes[end - 1] != '\r') {
        slice->bytes[slice->n++] = '\n';
    }
    slice->first_line = 1;
    slice->offset = csi_slices_offset(slices);
    return CSI_OK;
}

static csi_status keep_record(csi_arena *arena, const csi_record *from, csi_record *to)
{
    csi_field *field = csi_arena_alloc(arena, from->n_fields, sizeof *field);
    const char *raw = csi_arena_copy(arena, from->raw, from->raw_length);
    if (field == NULL || raw == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < from->n_fields; i++) {
        field[i] = from->field[i];
        field[i].text = csi_arena_copy(arena, from->field[i].text, from->field[i].length);
        if (field[i].text == NULL) {
            return CSI_ERR_MEMORY;
        }
    }
    *to = (csi_record){field, from->n_fields, from->line, raw, from->raw_length};
    return CSI_OK;
}

static csi_status split_head(csi_arena *arena, const csi_slice *slice, const csi_input_settings *settings, csi_diag *diag,
                             csi_preview *preview)
{
    csi_record *record = csi_arena_alloc(arena, HEAD_RECORDS, sizeof *record);
    size_t *end = csi_arena_alloc(arena, HEAD_RECORDS, sizeof *end);
    csi_splitter *splitter = csi_splitter_new(settings->delimiter, settings->quote);
    csi_status status = record == NULL || end == NULL || splitter == NULL ? no_memory(diag) : CSI_OK;
    if (status == CSI_OK && csi_splitter_set_lenient(splitter, settings->is_lenient) != CSI_OK) {
        status = no_memory(diag);
    }
    if (status == CSI_OK) {
        csi_splitter_start(splitter, slice);
    }
    size_t n_fields = 0;
    while (status == CSI_OK && preview->n < HEAD_RECORDS && n_fields < HEAD_FIELDS) {
        csi_record found;
        status = csi_splitter_next(splitter, &found);
        if (status == CSI_ERR_DATA) {
            status = csi_report_fault(preview->label, csi_splitter_fault(splitter), diag);
        } else if (status == CSI_OK && found.n_fields == 0) {
            break;
        } else if (status == CSI_OK) {
            status = keep_record(arena, &found, &record[preview->n]);
            end[preview->n++] = csi_splitter_at(splitter) < slice->n ? csi_splitter_at(splitter) : slice->n;
            n_fields += found.n_fields;
        }
        status = status == CSI_ERR_MEMORY ? no_memory(diag) : status;
    }
    csi_splitter_free(splitter);
    preview->record = record;
    preview->end = end;
    preview->n_headings = preview->n < HEADING_RECORDS ? preview->n : HEADING_RECORDS;
    if (settings->skip_lines >= 0) {
        while (preview->n > 0 && preview->record->line <= (uint64_t)settings->skip_lines) {
            preview->record++;
            preview->end++;
            preview->n--;
        }
        preview->n_headings = preview->n > 0 ? 1 : 0;
    }
    return status;
}

csi_status csi_head_read(csi_arena *arena, csi_slices *slices, csi_input_settings *settings, csi_diag *diag,
                         csi_preview *preview)
{
    csi_slice slice = {0};
    csi_status status = take_head(slices, settings->quote, diag, &slice);
    if (status != CSI_OK) {
        goto out;
    }
    const size_t bad = csi_utf8_check(slice.bytes, slice.n);
    if (bad < slice.n) {
        status = csi_report_byte(preview->label, &slice, bad, slices, diag);
        goto out;
    }
    if (settings->delimiter == '\0') {
        settings->delimiter = csi_sniff_delimiter(slice.bytes, slice.n, settings->quote);
    }
    csi_slices_set_quote(slices, settings->quote, settings->delimiter, settings->is_lenient);
    CSI_TRY(split_head(arena, &slice, settings, diag, preview));
    if (preview->n == 0) {
        const csi_place place = {.file = preview->label};
        status = csi_diag_error(diag, CSI_ERR_DATA, &place, "holds no records");
    }
out:
    csi_slice_clear(&slice);
    return status;
}

/* What a line of headings has of what a shape needs, and what these columns are called elsewhere. */
typedef struct part {
    const char *what, *option, *usual;
    csi_role role, other;
} part;

static const part parts[] = {
    {"countries", "country", "iso3, Country Code, Country", CSI_ROLE_CODE, CSI_ROLE_NAME},
    {"years", "year", "Year, Time", CSI_ROLE_YEAR, CSI_ROLE_YEAR},
    {"indicators", "indicator", "Indicator Code, Series Code", CSI_ROLE_INDICATOR, CSI_ROLE_INDICATOR_NAME},
    {"values", "value", "Value, OBS_VALUE", CSI_ROLE_VALUE, CSI_ROLE_VALUE},
};
enum { N_PARTS = sizeof parts / sizeof *parts };

/* The heading that the configuration names for it; NULL: none. */
static const char *configured(const csi_input_settings *settings, const part *wanted)
{
    switch (wanted->role) {
    case CSI_ROLE_CODE: return settings->unit != NULL ? settings->unit : settings->name;
    case CSI_ROLE_YEAR: return settings->year;
    case CSI_ROLE_INDICATOR: return settings->n_keys > 0 ? settings->key[0] : NULL;
    default: return settings->value;
    }
}

static uint32_t column_of(const csi_preview *preview, const csi_record *record, const part *wanted)
{
    const char *heading = configured(preview->settings, wanted);
    if (heading != NULL) {
        return csi_columns_named(record, heading);
    }
    const uint32_t column = csi_columns_find(record, wanted->role);
    return column != CSI_NO_COLUMN ? column : csi_columns_find(record, wanted->other);
}

/* Said once for the whole file, so that no column is wanted. */
static bool is_fixed(const csi_input_settings *settings, const part *wanted)
{
    return (wanted->role == CSI_ROLE_INDICATOR && settings->indicator != NULL) ||
           (wanted->role == CSI_ROLE_YEAR && settings->fixed_year != INT_MIN);
}

/* The line that has most of them; *n is how many. */
static const csi_record *nearest_headings(const csi_preview *preview, size_t *n)
{
    const csi_record *nearest = &preview->record[0];
    *n = 0;
    for (size_t i = 0; i < preview->n_headings; i++) {
        size_t n_here = 0;
        for (size_t p = 0; p < N_PARTS; p++) {
            n_here += column_of(preview, &preview->record[i], &parts[p]) != CSI_NO_COLUMN;
        }
        if (n_here > *n) {
            *n = n_here;
            nearest = &preview->record[i];
        }
    }
    return nearest;
}

static void append(char *to, size_t room, const char *between, const char *format, ...) CSI_PRINTF(4, 5);
static void append(char *to, size_t room, const char *between, const char *format, ...)
{
    const size_t used = strlen(to);
    const int joined = snprintf(to + used, room - used, "%s", used > 0 ? between : "");
    va_list arguments;
    va_start(arguments, format);
    if (joined >= 0 && (size_t)joined < room - used) {
        vsnprintf(to + used + joined, room - used - (size_t)joined, format, arguments);
    }
    va_end(arguments);
}

/* No reader takes the file: says which columns the line nearest to a heading has, and which it lacks. */
static csi_status report_shape(const csi_preview *preview, csi_diag *diag)
{
    size_t n;
    const csi_record *record = nearest_headings(preview, &n);
    const csi_place place = {.file = preview->label, .line = record->line};
    char has[300] = "", lacks[300] = "", options[120] = "";
    for (size_t p = 0; p < N_PARTS; p++) {
        const uint32_t column = column_of(preview, record, &parts[p]);
        const char *heading = configured(preview->settings, &parts[p]);
        if (is_fixed(preview->settings, &parts[p])) {
            continue;
        }
        if (column != CSI_NO_COLUMN) {
            append(has, sizeof has, ", ", "%s (\"%.*s\")", parts[p].what, CSI_SHOWN_LENGTH(&record->field[column]),
                   record->field[column].text);
        } else {
            append(lacks, sizeof lacks, ", ", "%s (%s%s)", parts[p].what, heading != NULL ? heading : parts[p].usual,
                   heading != NULL ? ", which the configuration names" : "");
            append(options, sizeof options, ", ", "%s: ...", parts[p].option);
        }
    }
    if (n == 0 || has[0] == '\0' || lacks[0] == '\0') {
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "the shape of this file is not recognised: no line near its start has headings for the "
                              "country and for years, values or indicators; name them with columns: {country: ..., "
                              "year: ..., indicator: ..., value: ...}, and where headings fill several lines, say with "
                              "skip_lines: N that line N + 1 holds those that count");
    }
    return csi_diag_error(diag, CSI_ERR_DATA, &place,
                          "the shape of this file is not recognised: this line has a column of %s, but none of %s, and no "
                          "headings that are years or indicators of the framework; name what is there under another "
                          "heading with columns: {%s}, and where headings fill several lines, say with skip_lines: N that "
                          "line N + 1 holds those that count", has, lacks, options);
}

static bool is_same_record(const csi_record *a, const csi_record *b)
{
    return a->raw_length == b->raw_length && memcmp(a->raw, b->raw, a->raw_length) == 0;
}

static csi_status choose(const csi_preview *preview, csi_diag *diag, const csi_reader **reader, size_t *header)
{
    if (preview->settings->reader != NULL) {
        *reader = csi_reader_find(preview->settings->reader);
        if ((*reader)->sniff(preview, header) == 0) {
            *header = 0;
        }
        return CSI_OK;
    }
    int best = 0;
    for (size_t i = 0; i < csi_n_readers; i++) {
        size_t at = 0;
        const int sure = csi_readers[i]->sniff(preview, &at);
        if (sure > best) {
            best = sure;
            *reader = csi_readers[i];
            *header = at;
        }
    }
    return *reader != NULL ? CSI_OK : report_shape(preview, diag);
}

csi_status csi_head_choose(const csi_preview *preview, csi_diag *diag, const csi_reader **reader, size_t *header)
{
    *reader = NULL;
    *header = 0;
    const csi_status status = choose(preview, diag, reader, header);
    while (status == CSI_OK && *header + 1 < preview->n &&
           is_same_record(&preview->record[*header], &preview->record[*header + 1])) {
        (*header)++; /* some exports write their headings several times */
    }
    return status;
}
