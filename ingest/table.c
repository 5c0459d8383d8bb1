/* See table.h. */
#include "ingest/table.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct csi_splitter {
    char delimiter, quote;
    bool is_fast, is_lenient;
    struct csv_parser libcsv;
    const char *bytes; /* the slice */
    size_t n, at;
    uint64_t line;
    bool is_cut_short;
    csi_field *field;
    size_t n_fields, field_room;
    char *text;        /* contents of fields that libcsv unquoted */
    size_t text_n, text_room;
    bool row_done, out_of_memory;
    csi_split_fault fault;
};

/* Makes libcsv's parser anew: it cannot go on after a fault. */
static bool start_libcsv(csi_splitter *splitter)
{
    const unsigned char strict = splitter->is_lenient ? 0 : CSV_STRICT;
    if (csv_init(&splitter->libcsv, (unsigned char)(strict | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL)) != 0) {
        return false;
    }
    csv_set_blk_size(&splitter->libcsv, 4096); /* it grows by as much at a time: 128 bytes unless told */
    csv_set_delim(&splitter->libcsv, (unsigned char)splitter->delimiter);
    csv_set_quote(&splitter->libcsv, (unsigned char)splitter->quote); /* NUL never reaches here: it was refused before */
    return true;
}

csi_splitter *csi_splitter_new(char delimiter, char quote)
{
    csi_splitter *splitter = calloc(1, sizeof *splitter);
    if (splitter == NULL) {
        return NULL;
    }
    splitter->delimiter = delimiter;
    splitter->quote = quote;
    splitter->is_fast = true;
    if (!start_libcsv(splitter)) {
        free(splitter);
        return NULL;
    }
    return splitter;
}

csi_status csi_splitter_set_lenient(csi_splitter *splitter, bool is_lenient)
{
    splitter->is_lenient = is_lenient;
    csv_free(&splitter->libcsv);
    return start_libcsv(splitter) ? CSI_OK : CSI_ERR_MEMORY;
}

void csi_splitter_free(csi_splitter *splitter)
{
    if (splitter != NULL) {
        csv_free(&splitter->libcsv);
        free(splitter->field);
        free(splitter->text);
        free(splitter);
    }
}

void csi_splitter_set_fast(csi_splitter *splitter, bool is_fast)
{
    splitter->is_fast = is_fast;
}

void csi_splitter_start(csi_splitter *splitter, const csi_slice *slice)
{
    splitter->bytes = slice->bytes;
    splitter->n = slice->n;
    splitter->at = 0;
    splitter->line = slice->first_line;
    splitter->is_cut_short = slice->is_cut_short;
    splitter->fault = (csi_split_fault){0};
}

const csi_split_fault *csi_splitter_fault(const csi_splitter *splitter)
{
    return &splitter->fault;
}

size_t csi_splitter_at(const csi_splitter *splitter)
{
    return splitter->at;
}

static bool grow_fields(csi_splitter *splitter)
{
    const size_t room = splitter->field_room == 0 ? 64 : splitter->field_room * 2;
    csi_field *grown = realloc(splitter->field, room * sizeof *grown);
    if (grown == NULL) {
        splitter->out_of_memory = true;
        return false;
    }
    splitter->field = grown;
    splitter->field_room = room;
    return true;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Past one line end at `at`: LF, CR or CRLF. */
static size_t skip_line_end(const char *bytes, size_t n, size_t at)
{
    return at + (bytes[at] == '\r' && at + 1 < n && bytes[at + 1] == '\n' ? 2 : 1);
}

/* --- the grammar of record --- */

static void take_field(void *text, size_t length, void *user)
{
    csi_splitter *splitter = user;
    if (splitter->n_fields == splitter->field_room && !grow_fields(splitter)) {
        return;
    }
    if (splitter->text_n + length > splitter->text_room) {
        const size_t room = (splitter->text_n + length) * 2 + 256;
        char *grown = realloc(splitter->text, room);
        if (grown == NULL) {
            splitter->out_of_memory = true;
            return;
        }
        splitter->text = grown;
        splitter->text_room = room;
    }
    if (length > 0) {
        memcpy(splitter->text + splitter->text_n, text, length);
    }
    splitter->field[splitter->n_fields++] = (csi_field){.length = (uint32_t)length, .is_null = text == NULL};
    splitter->text_n += length;
}

static void take_row(int end, void *user)
{
    (void)end;
    csi_splitter *splitter = user;
    splitter->row_done = true;
}

static size_t line_length_at(const csi_splitter *splitter, size_t start)
{
    size_t end = start;
    while (end < splitter->n && !is_line_end(splitter->bytes[end])) {
        end++;
    }
    return end - start;
}

static csi_status fail_at(csi_splitter *splitter, const char *what, size_t line_start, uint64_t line, size_t column)
{
    splitter->fault = (csi_split_fault){.what = what,
                                        .line = line,
                                        .column = (uint32_t)column,
                                        .source_line = splitter->bytes + line_start,
                                        .source_length = line_length_at(splitter, line_start)};
    return CSI_ERR_DATA;
}

/* The record that starts at `start` has no end: finds the quote that was opened last and never closed. */
static csi_status fail_unterminated(csi_splitter *splitter, size_t start)
{
    size_t line_start = start, open_at = start, open_line_start = start;
    uint64_t line = splitter->line, open_line = line;
    bool is_open = false;
    for (size_t i = start; i < splitter->n;) {
        const char c = splitter->bytes[i];
        if (c == splitter->quote && splitter->quote != '\0') {
            if (!is_open && (i == start || splitter->bytes[i - 1] != c)) {
                open_at = i;
                open_line = line;
                open_line_start = line_start;
            }
            is_open = !is_open;
        }
        if (is_line_end(c)) {
            i = skip_line_end(splitter->bytes, splitter->n, i);
            line++;
            line_start = i;
        } else {
            i++;
        }
    }
    if (!is_open) {
        return fail_at(splitter, "this record is longer than limits: record_bytes allows", start, splitter->line, 1);
    }
    return fail_at(splitter,
                   splitter->is_cut_short
                       ? "the quote opened here is not closed within limits: record_bytes: a stray quote?"
                       : "the quote opened here is never closed",
                   open_line_start, open_line, open_at - open_line_start + 1);
}

static csi_status fail_strict(csi_splitter *splitter, size_t line_start, uint64_t line, size_t offset)
{
    const bool is_quote = splitter->bytes[line_start + offset] == splitter->quote;
    csv_free(&splitter->libcsv);
    if (!start_libcsv(splitter)) {
        return CSI_ERR_MEMORY;
    }
    return fail_at(splitter,
                   is_quote ? "a quote inside an unquoted field, or not doubled inside a quoted one"
                            : "text after the closing quote of a field",
                   line_start, line, offset + 1);
}

static void point_fields_into_text(csi_splitter *splitter)
{
    const char *at = splitter->text == NULL ? "" : splitter->text; /* NULL while every field so far was empty */
    for (size_t i = 0; i < splitter->n_fields; i++) {
        splitter->field[i].text = splitter->field[i].length > 0 ? at : "";
        at += splitter->field[i].length;
    }
}

/* Reads the record at splitter->at through libcsv, a line at a time. */
static csi_status split_by_libcsv(csi_splitter *splitter, csi_record *record)
{
    const size_t start = splitter->at;
    size_t line_start = start;
    uint64_t line = splitter->line;
    splitter->n_fields = splitter->text_n = 0;
    splitter->row_done = false;
    while (!splitter->row_done) {
        if (line_start >= splitter->n) {
            (void)csv_fini(&splitter->libcsv, NULL, NULL, NULL);
            return fail_unterminated(splitter, start);
        }
        size_t end = line_start + line_length_at(splitter, line_start);
        end = end < splitter->n ? skip_line_end(splitter->bytes, splitter->n, end) : end;
        const size_t used = csv_parse(&splitter->libcsv, splitter->bytes + line_start, end - line_start, take_field,
                                      take_row, splitter);
        if (splitter->out_of_memory || csv_error(&splitter->libcsv) == CSV_ENOMEM) {
            return CSI_ERR_MEMORY;
        }
        if (used != end - line_start) {
            return fail_strict(splitter, line_start, line, used);
        }
        line_start = end;
        line++;
    }
    point_fields_into_text(splitter);
    size_t raw_end = line_start;
    while (raw_end > start && is_line_end(splitter->bytes[raw_end - 1])) {
        raw_end--;
    }
    *record = (csi_record){splitter->field, splitter->n_fields, splitter->line, splitter->bytes + start, raw_end - start};
    splitter->at = line_start;
    splitter->line = line;
    return CSI_OK;
}

/* --- the fast way --- */

static const char *trim_end(const char *from, const char *end)
{
    while (end > from && is_blank(end[-1])) {
        end--;
    }
    return end;
}

/* The first byte from `at` on that is `stop`, `quote` or a line end; the slice holds one. Sixteen bytes at a time where
 * the processor can: the ends of fields cannot be foretold, and a loop over bytes pays for each wrong guess. */
static const char *find_stop(const char *at, const char *end, char stop, char quote)
{
#ifdef __SSE2__
    const __m128i stops = _mm_set1_epi8(stop), quotes = _mm_set1_epi8(quote), feeds = _mm_set1_epi8('\n'),
                  returns = _mm_set1_epi8('\r');
    for (; end - at >= 16; at += 16) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(text, stops), _mm_cmpeq_epi8(text, quotes)),
                                           _mm_or_si128(_mm_cmpeq_epi8(text, feeds), _mm_cmpeq_epi8(text, returns)));
        const int mask = _mm_movemask_epi8(found);
        if (mask != 0) {
            return at + __builtin_ctz((unsigned)mask);
        }
    }
#else
    (void)end;
#endif
    while (*at != stop && *at != quote && !is_line_end(*at)) {
        at++;
    }
    return at;
}

/* One quoted field at *at with no quote or line end inside, closed right before a delimiter or line end. False: leave it
 * to libcsv. */
static bool take_plain_quoted(const csi_splitter *splitter, const char **at, csi_field *field)
{
    const char *end = splitter->bytes + splitter->n, *text = *at + 1;
    const char *close = find_stop(text, end, splitter->quote, splitter->quote);
    if (*close != splitter->quote || (close[1] != splitter->delimiter && !is_line_end(close[1]))) {
        return false;
    }
    *field = (csi_field){text, (uint32_t)(close - text), false};
    *at = close + 1;
    return true;
}

/* One unquoted field at *at. False: a quote turns up in it. */
static bool take_unquoted(const csi_splitter *splitter, const char **at, csi_field *field)
{
    const char *text = *at;
    while (is_blank(*text) && *text != splitter->delimiter) {
        text++;
    }
    const char *end = find_stop(text, splitter->bytes + splitter->n, splitter->delimiter, splitter->quote);
    if (*end == splitter->quote) {
        return false;
    }
    *at = end;
    end = trim_end(text, end);
    *field = (csi_field){text, (uint32_t)(end - text), end == text};
    return true;
}

/* Splits the record at splitter->at when its quotes are plain. The slice ends with a line end, so no scan runs over. */
static bool split_fast(csi_splitter *splitter, csi_record *record)
{
    const char *start = splitter->bytes + splitter->at, *at = start;
    size_t n = 0;
    for (;;) {
        if (n == splitter->field_room && !grow_fields(splitter)) {
            return false;
        }
        const bool is_quoted = *at == splitter->quote;
        if (!(is_quoted ? take_plain_quoted(splitter, &at, &splitter->field[n])
                        : take_unquoted(splitter, &at, &splitter->field[n]))) {
            return false;
        }
        n++;
        if (*at != splitter->delimiter) {
            break;
        }
        at++;
    }
    *record = (csi_record){splitter->field, n, splitter->line, start, (size_t)(at - start)};
    splitter->at = skip_line_end(splitter->bytes, splitter->n, (size_t)(at - splitter->bytes));
    splitter->line++;
    return true;
}

/* Lines with nothing but blanks are no records. */
static void skip_blank_lines(csi_splitter *splitter)
{
    while (splitter->at < splitter->n) {
        size_t at = splitter->at;
        while (at < splitter->n && is_blank(splitter->bytes[at]) && splitter->bytes[at] != splitter->delimiter) {
            at++;
        }
        if (at < splitter->n && !is_line_end(splitter->bytes[at])) {
            return;
        }
        splitter->at = at < splitter->n ? skip_line_end(splitter->bytes, splitter->n, at) : at;
        splitter->line++;
    }
}

csi_status csi_splitter_next(csi_splitter *splitter, csi_record *record)
{
    *record = (csi_record){0};
    skip_blank_lines(splitter);
    if (splitter->at >= splitter->n) {
        return CSI_OK;
    }
    if (splitter->is_fast && !splitter->is_cut_short && split_fast(splitter, record)) {
        return CSI_OK;
    }
    return splitter->out_of_memory ? CSI_ERR_MEMORY : split_by_libcsv(splitter, record);
}

/* --- places --- */

/* Past the field that starts at `at`, to its delimiter or the end. */
static size_t field_end(const csi_record *record, size_t at, char delimiter, char quote)
{
    bool is_open = false;
    while (at < record->raw_length) {
        const char c = record->raw[at];
        if (c == quote && quote != '\0') {
            is_open = !is_open;
        } else if (c == delimiter && !is_open) {
            break;
        }
        at++;
    }
    return at;
}

csi_field_place csi_record_locate(const csi_record *record, size_t index, char delimiter, char quote)
{
    size_t at = 0, end = field_end(record, 0, delimiter, quote);
    for (size_t i = 0; i < index && end <= record->raw_length; i++) {
        if (end == record->raw_length) {
            at = end;
            break;
        }
        at = end + 1;
        end = field_end(record, at, delimiter, quote);
    }
    size_t line_start = 0;
    uint64_t line = record->line;
    for (size_t i = 0; i < at;) {
        if (is_line_end(record->raw[i])) {
            i = skip_line_end(record->raw, record->raw_length, i);
            line++;
            line_start = i;
        } else {
            i++;
        }
    }
    size_t line_end = line_start;
    while (line_end < record->raw_length && !is_line_end(record->raw[line_end])) {
        line_end++;
    }
    end = end < line_end ? end : line_end;
    return (csi_field_place){.line = line,
                             .column = (uint32_t)(at - line_start + 1),
                             .length = (uint32_t)(end > at ? end - at : 1),
                             .line_text = record->raw + line_start,
                             .line_length = line_end - line_start};
}
