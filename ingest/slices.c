/* See slices.h. */
#include "ingest/slices.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)512 * 1024)
#define SLICE ((size_t)256 * 1024) /* with what is read out of it, it stays in a near cache */
#define DEFAULT_MAX_RECORD ((uint64_t)16 << 20)
#define LARGEST_MAX_RECORD ((uint64_t)1 << 31)

struct csi_slices {
    const char *label;
    csi_source *source;
    csi_decoder decoder;
    csi_encoding guess;
    bool has_bom;
    char quote, delimiter;
    bool is_lenient;
    size_t max_record;
    bool at_end;  /* of the source; what is held may remain */
    char *held;   /* read, decoded, not yet handed out */
    size_t held_n, held_room;
    char *raw;    /* undecoded bytes of one read; NULL while the file is UTF-8 */
    uint64_t raw_offset;
    uint64_t offset, line, index;
};

static size_t count_byte(const char *bytes, size_t n, char wanted)
{
    size_t total = 0;
    for (size_t at = 0; at < n; at += 255) {
        const size_t end = n - at < 255 ? n : at + 255;
        uint8_t part = 0; /* narrow, so that the compiler counts sixteen bytes at a time */
        for (size_t i = at; i < end; i++) {
            part = (uint8_t)(part + (bytes[i] == wanted));
        }
        total += part;
    }
    return total;
}

uint64_t csi_count_lines(const char *text, size_t n)
{
    uint64_t lines = count_byte(text, n, '\n');
    const char *end = text + n;
    for (const char *at = text; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++) {
        lines += at + 1 == end || at[1] != '\n';
    }
    return lines;
}

/* The end of the last whole record in bytes[0..n), 0 when there is none. */
static size_t find_cut(const char *bytes, size_t n, char quote)
{
    bool is_open = quote != '\0' && count_byte(bytes, n, quote) % 2 == 1;
    for (size_t i = n; i-- > 0;) {
        const char c = bytes[i];
        if (c == quote && quote != '\0') {
            is_open = !is_open;
        } else if (!is_open && (c == '\n' || (c == '\r' && i + 1 < n))) {
            return i + 1;
        }
    }
    return 0;
}

/* The same by libcsv's lenient grammar: only a quote at the start of a field opens one. */
static size_t find_lenient_cut(const char *bytes, size_t n, char quote, char delimiter)
{
    enum { FIELD_START, UNQUOTED, QUOTED, MAY_HAVE_ENDED } state = FIELD_START;
    size_t cut = 0;
    bool has_blank = false;
    for (size_t i = 0; i < n; i++) {
        const char c = bytes[i];
        const bool ends_line = c == '\n' || c == '\r', is_blank = c == ' ' || c == '\t';
        if (state == QUOTED) {
            state = c == quote ? MAY_HAVE_ENDED : QUOTED;
            has_blank = false;
        } else if (ends_line) {
            cut = c == '\n' || i + 1 < n ? i + 1 : cut;
            state = FIELD_START;
        } else if (c == delimiter) {
            state = FIELD_START;
        } else if (state == FIELD_START && !is_blank) {
            state = c == quote ? QUOTED : UNQUOTED;
        } else if (state == MAY_HAVE_ENDED && !is_blank) {
            state = c == quote && has_blank ? MAY_HAVE_ENDED : QUOTED;
            has_blank = false;
        } else if (state == MAY_HAVE_ENDED) {
            has_blank = true;
        }
    }
    return cut;
}

static csi_status ensure(char **bytes, size_t *room, size_t wanted, csi_diag *diag)
{
    if (*room >= wanted) {
        return CSI_OK;
    }
    char *grown = realloc(*bytes, wanted);
    if (grown == NULL) {
        return csi_diag_no_memory(diag, "reading an input");
    }
    *bytes = grown;
    *room = wanted;
    return CSI_OK;
}

static csi_status decode_block(csi_slices *slices, size_t got, char *to, csi_diag *diag, size_t *n)
{
    size_t bad;
    *n = csi_decode(&slices->decoder, slices->raw, got, to, &bad);
    const csi_place place = {.file = slices->label};
    if (bad < got) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "the byte at offset %" PRIu64 " cannot be read as %s",
                              slices->raw_offset + bad, csi_encoding_name(slices->decoder.encoding));
    }
    slices->raw_offset += got;
    if (slices->at_end && slices->decoder.n_held > 0) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "ends in the middle of a character of %s",
                              csi_encoding_name(slices->decoder.encoding));
    }
    return CSI_OK;
}

/* Appends to to[*n..room) what the source gives, decoded. */
static csi_status fill(csi_slices *slices, char *to, size_t room, csi_diag *diag, size_t *n)
{
    while (!slices->at_end && *n < room) {
        size_t got, written;
        csi_status status;
        if (slices->raw == NULL) {
            status = csi_source_read(slices->source, to + *n, room - *n, diag, &got);
            slices->at_end = got < room - *n;
            written = got;
        } else {
            const size_t part = (room - *n) / 3;
            if (part < 8) {
                return CSI_OK;
            }
            const size_t want = part < BLOCK ? part : BLOCK;
            status = csi_source_read(slices->source, slices->raw, want, diag, &got);
            slices->at_end = got < want;
            written = 0;
            if (status == CSI_OK) {
                status = decode_block(slices, got, to + *n, diag, &written);
            }
        }
        if (status != CSI_OK) {
            return status;
        }
        *n += written;
    }
    return CSI_OK;
}

csi_status csi_slices_peek(csi_slices *slices, size_t want, csi_diag *diag, const char **bytes, size_t *n)
{
    csi_status status = ensure(&slices->held, &slices->held_room, want + 64, diag);
    if (status == CSI_OK) {
        status = fill(slices, slices->held, slices->held_room, diag, &slices->held_n);
    }
    *bytes = slices->held;
    *n = slices->held_n;
    return status;
}

void csi_slices_skip(csi_slices *slices, size_t n)
{
    n = n < slices->held_n ? n : slices->held_n; /* a heading without a line end counts as if it had one */
    slices->line += csi_count_lines(slices->held, n);
    slices->offset += n;
    slices->held_n -= n;
    memmove(slices->held, slices->held + n, slices->held_n);
}

/* What the first bytes tell; a file that cannot be text, or not the text it is said to be, is refused here. */
static csi_status look_at_head(csi_slices *slices, const csi_slices_options *options, csi_diag *diag)
{
    const csi_place place = {.file = slices->label, .line = 1};
    const char *bytes;
    size_t n, n_bom;
    csi_status status = csi_slices_peek(slices, BLOCK, diag, &bytes, &n);
    if (status != CSI_OK) {
        return status;
    }
    const char *foreign = csi_encoding_foreign(bytes, n);
    if (foreign != NULL) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "is %s, not a table of text", foreign);
    }
    slices->guess = csi_encoding_guess(bytes, n, &n_bom);
    slices->has_bom = n_bom > 0;
    const bool is_utf16 = slices->guess == CSI_UTF16LE || slices->guess == CSI_UTF16BE;
    if (!options->is_encoding_set && (!options->accepts_guess || slices->guess == CSI_UTF8)) {
        if (is_utf16) {
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "byte 0x%02x at offset %zu is not UTF-8: the file looks like %s "
                                  "(set encoding: %s for it)",
                                  (unsigned char)bytes[csi_utf8_check(bytes, n)], csi_utf8_check(bytes, n),
                                  csi_encoding_name(slices->guess), csi_encoding_name(slices->guess));
        }
        csi_slices_skip(slices, n_bom);
        return CSI_OK;
    }
    slices->decoder.encoding = options->is_encoding_set ? options->encoding : slices->guess;
    if (is_utf16 && n_bom > 0 &&
        (slices->decoder.encoding == CSI_UTF16LE || slices->decoder.encoding == CSI_UTF16BE)) {
        slices->decoder.encoding = slices->guess; /* the mark knows the order better than the configuration */
    }
    if (slices->decoder.encoding == CSI_UTF8) {
        csi_slices_skip(slices, slices->guess == CSI_UTF8 ? n_bom : 0);
        return CSI_OK;
    }
    slices->raw = malloc(BLOCK > n ? BLOCK : n);
    if (slices->raw == NULL) {
        return csi_diag_no_memory(diag, "decoding an input");
    }
    const size_t mark = slices->decoder.encoding == slices->guess ? n_bom : 0;
    memcpy(slices->raw, bytes + mark, n - mark);
    slices->raw_offset = mark;
    slices->held_n = 0;
    status = ensure(&slices->held, &slices->held_room, 3 * n + 64, diag);
    if (status == CSI_OK) {
        status = decode_block(slices, n - mark, slices->held, diag, &slices->held_n);
    }
    return status;
}

csi_status csi_slices_open(const char *path, const char *label, const csi_slices_options *options, csi_diag *diag,
                           csi_slices **slices)
{
    csi_status status = CSI_OK;
    *slices = NULL;
    csi_slices *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return csi_diag_no_memory(diag, "opening an input");
    }
    made->label = label;
    made->quote = '"';
    made->line = 1;
    const uint64_t max_record = options->max_record_bytes == 0 ? DEFAULT_MAX_RECORD : options->max_record_bytes;
    made->max_record = (size_t)(max_record < LARGEST_MAX_RECORD ? max_record : LARGEST_MAX_RECORD);
    CSI_TRY(csi_source_open(path, label, &options->source, diag, &made->source));
    CSI_TRY(look_at_head(made, options, diag));
    *slices = made;
    made = NULL;
out:
    csi_slices_close(made);
    return status;
}

void csi_slices_close(csi_slices *slices)
{
    if (slices != NULL) {
        csi_source_close(slices->source);
        free(slices->held);
        free(slices->raw);
        free(slices);
    }
}

void csi_slices_set_quote(csi_slices *slices, char quote, char delimiter, bool is_lenient)
{
    slices->quote = quote;
    slices->delimiter = delimiter;
    slices->is_lenient = is_lenient;
}

/* Fills the slice until it ends with a whole record; *cut is how much of it that is. */
static csi_status gather(csi_slices *slices, csi_diag *diag, csi_slice *slice, size_t *cut)
{
    *cut = 0;
    for (size_t room = SLICE;; room *= 2) {
        const size_t wanted = room > slice->n + 1 ? room : slice->n + 1;
        csi_status status = ensure(&slice->bytes, &slice->room, wanted + 64, diag);
        if (status == CSI_OK) {
            status = fill(slices, slice->bytes, slice->room - 1, diag, &slice->n);
        }
        if (status != CSI_OK) {
            return status;
        }
        if (slices->at_end) {
            *cut = slice->n;
            return CSI_OK;
        }
        *cut = slices->is_lenient ? find_lenient_cut(slice->bytes, slice->n, slices->quote, slices->delimiter)
                                  : find_cut(slice->bytes, slice->n, slices->quote);
        if (*cut > 0) {
            return CSI_OK;
        }
        if (slice->n >= slices->max_record) {
            slice->is_cut_short = true;
            *cut = slice->n;
            return CSI_OK;
        }
    }
}

csi_status csi_slices_next(csi_slices *slices, csi_diag *diag, csi_slice *slice)
{
    slice->n = 0;
    slice->index = slices->index++;
    csi_status status = ensure(&slice->bytes, &slice->room, slices->held_n + SLICE, diag);
    if (status != CSI_OK) {
        return status;
    }
    memcpy(slice->bytes, slices->held, slices->held_n);
    slice->n = slices->held_n;
    slices->held_n = 0;
    slice->is_cut_short = false;
    size_t cut;
    status = gather(slices, diag, slice, &cut);
    if (status == CSI_OK) {
        status = ensure(&slices->held, &slices->held_room, slice->n - cut, diag);
    }
    if (status != CSI_OK) {
        slice->n = 0;
        return status;
    }
    slices->held_n = slice->n - cut;
    memcpy(slices->held, slice->bytes + cut, slices->held_n);
    slice->n = cut;
    slice->first_line = slices->line;
    slice->offset = slices->offset;
    slices->offset += cut;
    slices->line += csi_count_lines(slice->bytes, cut);
    if (cut > 0 && slices->at_end && slices->held_n == 0 && slice->bytes[cut - 1] != '\n' && slice->bytes[cut - 1] != '\r') {
        slice->bytes[slice->n++] = '\n';
    }
    return CSI_OK;
}

void csi_slice_clear(csi_slice *slice)
{
    free(slice->bytes);
    *slice = (csi_slice){0};
}

bool csi_slices_is_small(const csi_slices *slices)
{
    return slices->at_end;
}

csi_source *csi_slices_source(csi_slices *slices)
{
    return slices->source;
}

csi_encoding csi_slices_guess(const csi_slices *slices)
{
    return slices->guess;
}

bool csi_slices_has_bom(const csi_slices *slices)
{
    return slices->has_bom;
}

uint64_t csi_slices_offset(const csi_slices *slices)
{
    return slices->offset;
}
