/* The CSV writer: quoting as RFC 4180, formulas defused, and every text back as it went in. */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "index/csv.h"

typedef struct sheet {
    size_t n;
    char bytes[1 << 16];
} sheet;

static void collect(void *user, const char *bytes, size_t n)
{
    sheet *s = user;
    cr_assert(s->n + n < sizeof s->bytes);
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
    s->bytes[s->n] = '\0';
}

static const struct {
    const char *text, *written;
} cases[] = {
    {"Finland", "Finland"},
    {"", ""},
    {"Korea, Republic of", "\"Korea, Republic of\""},
    {"a \"b\" c", "\"a \"\"b\"\" c\""},
    {"two\nlines", "\"two\nlines\""},
    {" padded", "\" padded\""},
    {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
    {"+1", "\"'+1\""},
    {"-1", "\"'-1\""},
    {"@SUM(A1)", "\"'@SUM(A1)\""},
    {"\tx", "\"'\tx\""},
    {"\rx", "\"'\rx\""},
    {"\xef\xbc\x9d" "1", "\"'\xef\xbc\x9d" "1\""},
    {"'=1", "\"''=1\""},
    {"'Ivory Coast", "'Ivory Coast"},
    {"a=b", "a=b"},
    {"C\xc3\xb4te d'Ivoire", "C\xc3\xb4te d'Ivoire"},
};

Test(csv, defuses_and_quotes_and_reads_back)
{
    static sheet s;
    static csi_csv csv;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s.n = 0;
        csi_csv_init(&csv, collect, &s);
        csi_csv_text(&csv, cases[i].text);
        csi_csv_flush(&csv);
        cr_expect(strlen(cases[i].written) == s.n && memcmp(s.bytes, cases[i].written, s.n) == 0, "case %zu: %.*s", i,
                  (int)s.n, s.bytes);
        char field[256] = "";
        size_t n = 0;
        const size_t quoted = s.n > 0 && s.bytes[0] == '"';
        for (size_t at = quoted; at + quoted < s.n; at++) {
            at += quoted && s.bytes[at] == '"';
            field[n++] = s.bytes[at];
        }
        cr_expect_str_eq(csi_csv_undefuse(field), cases[i].text, "case %zu does not read back", i);
    }
}

Test(csv, leaves_numbers_alone)
{
    static sheet s;
    static csi_csv csv;
    csi_csv_init(&csv, collect, &s);
    csi_csv_number(&csv, -1.5);
    csi_csv_number(&csv, NAN);
    csi_csv_integer(&csv, -7);
    csi_csv_count(&csv, 0);
    csi_csv_fixed(&csv, 2.345678, 2);
    csi_csv_text(&csv, NULL);
    csi_csv_end_row(&csv);
    csi_csv_text(&csv, "x");
    csi_csv_end_row(&csv);
    csi_csv_flush(&csv);
    cr_expect_str_eq(s.bytes, "-1.5,,-7,,2.35,\nx\n");
}

Test(csv, passes_texts_longer_than_its_buffer)
{
    static sheet s;
    static csi_csv csv;
    static char text[2 * CSI_CSV_BUFFER + 1];
    memset(text, 'x', sizeof text - 1);
    csi_csv_init(&csv, collect, &s);
    csi_csv_text(&csv, "first");
    csi_csv_text(&csv, text);
    csi_csv_end_row(&csv);
    csi_csv_flush(&csv);
    cr_expect(s.n == sizeof text + 6 && memcmp(s.bytes, "first,xxx", 9) == 0 && s.bytes[s.n - 1] == '\n');
}
