/* The CSV writer. Rows end in LF: every reader takes it, and lines count the same everywhere. A field is quoted only
 * when it must be, so that the files stay small and readable. */
#include "index/csv.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/number.h"

void csi_csv_init(csi_csv *csv, csi_csv_sink sink, void *user)
{
    csv->sink = sink;
    csv->user = user;
    csv->is_row_begun = false;
    csv->n = 0;
}

static void to_file(void *user, const char *bytes, size_t n)
{
    csi_outfile_write(user, bytes, n);
}

void csi_csv_init_file(csi_csv *csv, csi_outfile *file)
{
    csi_csv_init(csv, to_file, file);
}

void csi_csv_flush(csi_csv *csv)
{
    if (csv->n > 0) {
        csv->sink(csv->user, csv->buffer, csv->n);
        csv->n = 0;
    }
}

static void put(csi_csv *csv, const char *bytes, size_t n)
{
    if (n > CSI_CSV_BUFFER - csv->n) {
        csi_csv_flush(csv);
        if (n > CSI_CSV_BUFFER) {
            csv->sink(csv->user, bytes, n);
            return;
        }
    }
    memcpy(csv->buffer + csv->n, bytes, n);
    csv->n += n;
}

void csi_csv_blank(csi_csv *csv)
{
    if (csv->is_row_begun) {
        put(csv, ",", 1);
    }
    csv->is_row_begun = true;
}

void csi_csv_end_row(csi_csv *csv)
{
    put(csv, "\n", 1);
    csv->is_row_begun = false;
}

/* Whether a spreadsheet would take the text for a formula, looking behind single quotes: those must grow too, or taking
 * one off again would change a text that had its own. */
bool csi_csv_is_formula(const char *text)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"}; /* = + - @ */
    text += strspn(text, "'");
    if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (strncmp(text, wide[i], 3) == 0) {
            return true;
        }
    }
    return false;
}

static void put_quoted(csi_csv *csv, const char *text)
{
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        put(csv, text, (size_t)(quote - text));
        put(csv, "\"\"", 2);
    }
    put(csv, text, strlen(text));
}

/* The length of a text that can stand as it is; CSI_NONE for one that must be quoted or defused, or that only a closer
 * look can tell. Most cells are codes, and there are hundreds of thousands of them. */
static size_t plain_length(const char *text)
{
    static const bool needs_quotes[256] = {[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};
    static const bool may_need_more[256] = {['='] = true, ['+'] = true,  ['-'] = true,  ['@'] = true,
                                            [' '] = true, ['\t'] = true, ['\''] = true, [0xef] = true};
    size_t n = 0;
    if (may_need_more[(unsigned char)text[0]]) {
        return CSI_NONE;
    }
    for (; text[n] != '\0'; n++) {
        if (needs_quotes[(unsigned char)text[n]]) {
            return CSI_NONE;
        }
    }
    return n > 0 && text[n - 1] == ' ' ? CSI_NONE : n;
}

void csi_csv_text(csi_csv *csv, const char *text)
{
    csi_csv_blank(csv);
    if (text == NULL || text[0] == '\0') {
        return;
    }
    const size_t n_plain = plain_length(text);
    if (n_plain != CSI_NONE) {
        put(csv, text, n_plain);
        return;
    }
    const size_t n = strlen(text);
    const bool must_defuse = csi_csv_is_formula(text);
    if (!must_defuse && strcspn(text, ",\"\r\n") == n && text[0] != ' ' && text[n - 1] != ' ') {
        put(csv, text, n);
        return;
    }
    put(csv, "\"'", must_defuse ? 2 : 1);
    put_quoted(csv, text);
    put(csv, "\"", 1);
}

const char *csi_csv_undefuse(const char *field)
{
    return field[0] == '\'' && csi_csv_is_formula(field) ? field + 1 : field;
}

void csi_csv_number(csi_csv *csv, double value)
{
    csi_csv_blank(csv);
    if (!isnan(value)) {
        char text[CSI_NUMBER_MAX];
        put(csv, text, csi_number_write(value, text));
    }
}

void csi_csv_fixed(csi_csv *csv, double value, int decimals)
{
    csi_csv_blank(csv);
    if (!isnan(value)) {
        char text[CSI_NUMBER_MAX];
        put(csv, text, csi_number_write_fixed(value, decimals, text));
    }
}

void csi_csv_integer(csi_csv *csv, int64_t value)
{
    char text[CSI_NUMBER_MAX];
    csi_csv_blank(csv);
    put(csv, text, csi_number_write_integer(value, text));
}

void csi_csv_count(csi_csv *csv, int64_t value)
{
    if (value == 0) {
        csi_csv_blank(csv);
    } else {
        csi_csv_integer(csv, value);
    }
}
