/* See head.h. */
#include "ingest/head.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

csi_status csi_head_choose(const csi_preview *preview, csi_diag *diag, const csi_reader **reader, size_t *header)
{
    const csi_place place = {.file = preview->label, .line = preview->record[0].line};
    *reader = NULL;
    *header = 0;
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
    if (*reader == NULL) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "the shape of this file is not recognised: no line near its start has headings for the "
                              "country and for years, values or indicators; name them with columns: {country: ..., "
                              "year: ..., indicator: ..., value: ...}, and where headings fill several lines, say with "
                              "skip_lines: N that line N + 1 holds those that count");
    }
    return CSI_OK;
}
