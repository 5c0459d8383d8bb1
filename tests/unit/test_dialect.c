/* Cells and years: what is a number, what is missing, what is a year; each list is exact. */
#include <string.h>

#include "ingest/dialect.h"
#include "ingest/encoding.h"
#include "ingest/period.h"
#include "tests/support/support.h"

static const char *const missing[] = {"NA", ".."};
static const csi_dialect plain = {.delimiter = ',', .quote = '"', .decimal = '.', .missing = missing, .n_missing = 2};

enum { NUM = CSI_READ_NUMBER, MISS = CSI_READ_MISSING, BAD = CSI_READ_BAD };

static const struct {
    char text[40];
    int reading;
    double value;
} plain_cases[] = {
    {"1", NUM, 1},         {"+1", NUM, 1},         {"-0.5", NUM, -0.5},   {".5", NUM, 0.5},      {"5.", NUM, 5},
    {"1e5", NUM, 1e5},     {"1E-5", NUM, 1e-5},    {" 12 ", NUM, 12},     {"\t7", NUM, 7},       {"\xc2\xa0" "3", NUM, 3},
    {"", MISS, 0},         {"NA", MISS, 0},        {"..", MISS, 0},       {"  ", MISS, 0},       {" NA ", MISS, 0},
    {"-0", NUM, 0},        {"1e-400", NUM, 0},     {"00012", NUM, 12},    {"0.1", NUM, 0.1},
    {"1e999", BAD, 0},     {"inf", BAD, 0},        {"nan", BAD, 0},       {"NaN", BAD, 0},       {"0x10", BAD, 0},
    {"1_000", BAD, 0},     {"1,000", BAD, 0},      {"1,5", BAD, 0},       {"1d3", BAD, 0},       {"1 000", BAD, 0},
    {"na", BAD, 0},        {"n/a", BAD, 0},        {".", BAD, 0},         {"-", BAD, 0},         {"--1", BAD, 0},
    {"1.2.3", BAD, 0},     {"1e", BAD, 0},         {"e5", BAD, 0},        {"12%", BAD, 0},       {"$5", BAD, 0},
    {"8l.2", BAD, 0},      {"\xd9\xa1\xd9\xa2", BAD, 0}, {"8393.5 d", BAD, 0}, {"...", BAD, 0},  {"N", BAD, 0},
};

static const struct {
    csi_dialect dialect;
    char text[40];
    int reading;
    double value;
} dialect_cases[] = {
    {{.decimal = ','}, "7,82", NUM, 7.82},
    {{.decimal = ','}, "131,999", NUM, 131.999},
    {{.decimal = ','}, "-0,5e3", NUM, -500},
    {{.decimal = ','}, "7.82", BAD, 0},
    {{.decimal = ','}, "1,2,3", BAD, 0},
    {{.decimal = ',', .thousands = '.'}, "1.234.567,5", NUM, 1234567.5},
    {{.decimal = ',', .thousands = '.'}, "1.23", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "4,898.277", NUM, 4898.277},
    {{.decimal = '.', .thousands = ','}, "1,000", NUM, 1000},
    {{.decimal = '.', .thousands = ','}, "1,00", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1000,000", BAD, 0},
    {{.decimal = '.', .thousands = ','}, ",100", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,000,00", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1.000,000", BAD, 0},
    {{.decimal = '.', .thousands = ' '}, "12 345 678", NUM, 12345678},
    {{.decimal = '.', .has_flags = true}, "8393.5 d", NUM, 8393.5},
    {{.decimal = '.', .has_flags = true}, "12.1bu", NUM, 12.1},
    {{.decimal = '.', .has_flags = true, .missing = (const char *const[]){":"}, .n_missing = 1}, ": c", MISS, 0},
    {{.decimal = '.', .has_flags = true, .missing = (const char *const[]){":"}, .n_missing = 1}, ":", MISS, 0},
    {{.decimal = '.', .has_flags = true}, "12.1 estimated", BAD, 0},
    {{.decimal = '.', .has_flags = true}, "abc", BAD, 0},
    {{.decimal = '.', .has_symbols = true}, "22.69%", NUM, 22.69},
    {{.decimal = '.', .has_symbols = true}, "$74.69", NUM, 74.69},
    {{.decimal = '.', .has_symbols = true}, "74.69 \xe2\x82\xac", NUM, 74.69},
    {{.decimal = '.', .has_symbols = true}, "%", BAD, 0},
    {{.decimal = '.', .has_symbols = true}, "%5", BAD, 0},
    {{.decimal = '.', .has_symbols = true}, "\xc2\xa3" "5", NUM, 5},
    {{.decimal = '.'}, "\xe2\x80\xaf" "7\xe2\x80\xaf", NUM, 7},
    {{.decimal = '.'}, "\n7\r", NUM, 7},
    {{.decimal = '.'}, "7\n", NUM, 7},
    {{.decimal = '.'}, "7\xc2\xa0", NUM, 7},
    {{.decimal = '.'}, "\xe2\x80\xb0" "7", BAD, 0},
    {{.decimal = '.'}, "7\xe2\x80\xb0", BAD, 0},
    {{.decimal = '.'}, "7\xc2\xb0", BAD, 0},
    {{.decimal = '.', .has_flags = true}, "12.1 BU", NUM, 12.1},
    {{.decimal = '.', .has_flags = true}, "12.1{", BAD, 0},
    {{.decimal = '.', .has_flags = true}, "12.1@", BAD, 0},
    {{.decimal = '.', .has_flags = true}, "12.1[", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "12,34,567", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,2345", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,000.5", NUM, 1000.5},
    {{.decimal = '.', .thousands = ','}, "1,00.5", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,0000.5", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,00e3", BAD, 0},
    {{.decimal = '.', .thousands = ','}, "1,000e3", NUM, 1000000},
    {{.decimal = '.', .thousands = ','}, "11111,000", BAD, 0},
    {{.decimal = '.', .missing = (const char *const[]){"-9999"}, .n_missing = 1, .has_numeric_missing = true}, "-9999", MISS, 0},
    {{.decimal = '.', .missing = (const char *const[]){"0"}, .n_missing = 1, .has_numeric_missing = true}, "0.5", NUM, 0.5},
};

static void expect(const csi_dialect *dialect, const char *text, int reading, double value)
{
    double found = -1;
    const char *why = NULL;
    const csi_reading got = csi_dialect_read(dialect, text, strlen(text), &found, &why);
    cr_expect(reading == (int)got, "\"%s\" read as %d", text, (int)got);
    cr_expect(reading != NUM || found == value, "\"%s\" read as %.17g", text, found);
    const int has_reason = why != NULL;
    cr_expect(has_reason == (reading == BAD), "\"%s\": why", text);
}

Test(dialect, reads_cells)
{
    for (size_t i = 0; i < sizeof plain_cases / sizeof *plain_cases; i++) {
        expect(&plain, plain_cases[i].text, plain_cases[i].reading, plain_cases[i].value);
    }
    for (size_t i = 0; i < sizeof dialect_cases / sizeof *dialect_cases; i++) {
        expect(&dialect_cases[i].dialect, dialect_cases[i].text, dialect_cases[i].reading, dialect_cases[i].value);
    }
    const csi_dialect numeric = {.missing = (const char *const[]){"NA", "-9"}, .n_missing = 2};
    cr_expect(csi_dialect_has_numeric_missing(&numeric) && !csi_dialect_has_numeric_missing(&plain));
}

static const struct {
    char text[32];
    csi_period_kind kind;
    int year;
} period_cases[] = {
    {"2004", CSI_PERIOD_YEAR, 2004},           {" 2004 ", CSI_PERIOD_YEAR, 2004},
    {"2004 [YR2004]", CSI_PERIOD_YEAR, 2004},  {"2004 [YR2005]", CSI_PERIOD_NONE, 0},
    {"YR2004", CSI_PERIOD_YEAR, 2004},         {"2019/20", CSI_PERIOD_RANGE, 2019},
    {"2019-20", CSI_PERIOD_RANGE, 2019},       {"2007 - 08", CSI_PERIOD_RANGE, 2007},
    {"2019-2020", CSI_PERIOD_RANGE, 2019},     {"2019/2021", CSI_PERIOD_NONE, 0},
    {"1999/00", CSI_PERIOD_RANGE, 1999},       {"201920", CSI_PERIOD_RANGE, 2019},
    {"201905", CSI_PERIOD_NONE, 0},            {"201617", CSI_PERIOD_RANGE, 2016},
    {"2004-05-31", CSI_PERIOD_DATE, 2004},     {"2014-01", CSI_PERIOD_DATE, 2014},
    {"2004-05", CSI_PERIOD_RANGE, 2004},       {"2004-Q2", CSI_PERIOD_DATE, 2004},
    {"2004-W07", CSI_PERIOD_DATE, 2004},       {"31/05/2004", CSI_PERIOD_DATE, 2004},
    {"31.05.2004", CSI_PERIOD_DATE, 2004},     {"2016-12-05T10:00:00", CSI_PERIOD_DATE, 2016},
    {"2004-13-01", CSI_PERIOD_NONE, 0},        {"40/40/2004", CSI_PERIOD_NONE, 0},
    {"0", CSI_PERIOD_NONE, 0},                 {"0000", CSI_PERIOD_NONE, 0},
    {"-1", CSI_PERIOD_NONE, 0},                {"99999", CSI_PERIOD_NONE, 0},
    {"", CSI_PERIOD_NONE, 0},                  {"2004.0", CSI_PERIOD_NONE, 0},
    {"year", CSI_PERIOD_NONE, 0},              {"20o4", CSI_PERIOD_NONE, 0},
    {"3000", CSI_PERIOD_NONE, 0},              {"2004abc", CSI_PERIOD_NONE, 0},
    {"0999", CSI_PERIOD_NONE, 0},              {"2o04", CSI_PERIOD_NONE, 0},
    {"200x", CSI_PERIOD_NONE, 0},              {"x004", CSI_PERIOD_NONE, 0},
    {"\t2004\t", CSI_PERIOD_YEAR, 2004},       {"2004 [YX2004]", CSI_PERIOD_NONE, 0},
    {"2004 [YR20o4]", CSI_PERIOD_NONE, 0},     {"2004 [YR2004)", CSI_PERIOD_NONE, 0},
    {"2004 [YR2004] ", CSI_PERIOD_YEAR, 2004}, {"2004-", CSI_PERIOD_NONE, 0},
    {"2004-x", CSI_PERIOD_NONE, 0},            {"2004-2o05", CSI_PERIOD_NONE, 0},
    {"2004-13", CSI_PERIOD_NONE, 0},           {"2004-00", CSI_PERIOD_NONE, 0},
    {"2004/03", CSI_PERIOD_NONE, 0},           {"2004-x1", CSI_PERIOD_NONE, 0},
    {"2004-Q2000", CSI_PERIOD_NONE, 0},        {"2004-Qx", CSI_PERIOD_NONE, 0},
    {"2004-W1x", CSI_PERIOD_NONE, 0},          {"2004-M1", CSI_PERIOD_DATE, 2004},
    {"2004/05/31", CSI_PERIOD_DATE, 2004},     {"2004/05-31", CSI_PERIOD_NONE, 0},
    {"2004-00-31", CSI_PERIOD_NONE, 0},        {"2004-05-00", CSI_PERIOD_NONE, 0},
    {"2004-05-32", CSI_PERIOD_NONE, 0},        {"2004-xx-31", CSI_PERIOD_NONE, 0},
    {"2004-05-xx", CSI_PERIOD_NONE, 0},        {"2004-05-31 10:00", CSI_PERIOD_DATE, 2004},
    {"2004-05-31x", CSI_PERIOD_NONE, 0},       {"31-05-2004", CSI_PERIOD_DATE, 2004},
    {"05/31/2004", CSI_PERIOD_DATE, 2004},     {"31/05.2004", CSI_PERIOD_NONE, 0},
    {"31:05:2004", CSI_PERIOD_NONE, 0},        {"3x/05/2004", CSI_PERIOD_NONE, 0},
    {"31/x5/2004", CSI_PERIOD_NONE, 0},        {"31/05/20x4", CSI_PERIOD_NONE, 0},
    {"31/05/0999", CSI_PERIOD_NONE, 0},        {"00/05/2004", CSI_PERIOD_NONE, 0},
    {"31/00/2004", CSI_PERIOD_NONE, 0},        {"32/05/2004", CSI_PERIOD_NONE, 0},
    {"05/32/2004", CSI_PERIOD_NONE, 0},        {"13/13/2004", CSI_PERIOD_NONE, 0},
    {"YR20x4", CSI_PERIOD_NONE, 0},            {"XX2004", CSI_PERIOD_NONE, 0},
};

static const struct {
    char text[40];
    int year; /* 0: none */
    size_t from, to;
} label_cases[] = {
    {"Trading_201617", 2016, 8, 14}, {"2007 - 08 Volume", 2007, 0, 9}, {"Population_2018", 2018, 11, 15},
    {"Score 2019", 2019, 6, 10},     {"Rank2019", 0, 0, 0},            {"v2x_polyarchy", 0, 0, 0},
    {"2019", 2019, 0, 4},            {"abc", 0, 0, 0},
    {"2019x", 0, 0, 0},              {"X2019", 0, 0, 0},           {"\xc3\xa9" "2019", 0, 0, 0},
    {"2019Volume", 0, 0, 0},         {"12019", 0, 0, 0},
};

Test(period, reads_years)
{
    for (size_t i = 0; i < sizeof period_cases / sizeof *period_cases; i++) {
        int year = 0;
        const csi_period_kind kind = csi_period_read(period_cases[i].text, strlen(period_cases[i].text), &year);
        cr_expect(kind == period_cases[i].kind, "\"%s\": kind %d", period_cases[i].text, (int)kind);
        cr_expect(kind == CSI_PERIOD_NONE || year == period_cases[i].year, "\"%s\": %d", period_cases[i].text, year);
    }
    for (size_t i = 0; i < sizeof label_cases / sizeof *label_cases; i++) {
        int year = 0;
        size_t from = 0, to = 0;
        const csi_period_kind kind = csi_period_find(label_cases[i].text, strlen(label_cases[i].text), &year, &from, &to);
        const int is_found = kind != CSI_PERIOD_NONE;
        cr_expect(is_found == (label_cases[i].year != 0), "\"%s\"", label_cases[i].text);
        cr_expect(kind == CSI_PERIOD_NONE || (year == label_cases[i].year && from == label_cases[i].from && to == label_cases[i].to),
                  "\"%s\": %d at %zu to %zu", label_cases[i].text, year, from, to);
    }
}

/* The boundary cases of well-formed UTF-8 (Unicode, table 3-7). */
static const struct {
    char bytes[12];
    size_t n, first_bad;
} utf8_cases[] = {
    {"abc", 3, 3},          {"a\xc3\xa9" "b", 4, 4},   {"\xc1\xbf", 2, 0},         {"\xc2\x80", 2, 2},
    {"\xe0\x9f\xbf", 3, 0}, {"\xe0\xa0\x80", 3, 3},    {"\xed\xa0\x80", 3, 0},     {"\xed\x9f\xbf", 3, 3},
    {"\xf0\x8f\xbf\xbf", 4, 0}, {"\xf0\x90\x80\x80", 4, 4}, {"\xf4\x90\x80\x80", 4, 0}, {"\xf4\x8f\xbf\xbf", 4, 4},
    {"\xf5\x80\x80\x80", 4, 0}, {"ab\0c", 4, 2},       {"12345678\x80", 9, 8},     {"123\xe2\x82", 5, 3},
    {"12345678\0", 9, 8},   {"1234567\xff", 8, 7},
};

Test(encoding, checks_and_decodes)
{
    for (size_t i = 0; i < sizeof utf8_cases / sizeof *utf8_cases; i++) {
        const size_t bad = csi_utf8_check(utf8_cases[i].bytes, utf8_cases[i].n);
        cr_expect(bad == utf8_cases[i].first_bad, "case %zu: %zu", i, bad);
    }
    char out[64];
    size_t bad;
    csi_decoder latin = {.encoding = CSI_CP1252};
    size_t n = csi_decode(&latin, "caf\xe9 \x80", 6, out, &bad);
    cr_expect(bad == 6 && n == 9 && memcmp(out, "caf\xc3\xa9 \xe2\x82\xac", 9) == 0);
    csi_decode(&latin, "a\x81", 2, out, &bad);
    cr_expect(bad == 1);
    csi_decoder wide = {.encoding = CSI_UTF16LE}; /* U+1F600 split between two calls */
    n = csi_decode(&wide, "A\0\x3d\xd8\x00", 5, out, &bad);
    n += csi_decode(&wide, "\xde", 1, out + n, &bad);
    cr_expect(n == 5 && memcmp(out, "A\xf0\x9f\x98\x80", 5) == 0 && bad == 1);
    csi_decoder lone = {.encoding = CSI_UTF16BE};
    csi_decode(&lone, "\xdc\x00", 2, out, &bad);
    cr_expect(bad == 1);
    size_t bom;
    cr_expect(csi_encoding_guess("a\0b\0c\0d\0", 8, &bom) == CSI_UTF16LE && bom == 0);
    cr_expect(csi_encoding_guess("\xfe\xff\0a", 4, &bom) == CSI_UTF16BE && bom == 2);
    cr_expect(csi_encoding_guess("caf\xe9,1,2,3", 10, &bom) == CSI_LATIN1);
    cr_expect(csi_encoding_guess("\x93" "a\x94,1,2,3", 9, &bom) == CSI_CP1252);
    cr_expect(csi_encoding_guess("\xef\xbb\xbf" "abc", 6, &bom) == CSI_UTF8 && bom == 3);
    cr_expect(csi_encoding_guess("\0a\0b\0c\0d", 8, &bom) == CSI_UTF16BE && bom == 0);
    cr_expect(csi_encoding_guess("abcdefg\0hijkl", 13, &bom) == CSI_UTF8, "one NUL is no UTF-16");
    cr_expect(csi_encoding_guess("caf\xe9", 4, &bom) == CSI_UTF8, "cut at the end: it may go on well");
    csi_decoder high = {.encoding = CSI_UTF16BE}; /* a high surrogate without its low one */
    csi_decode(&high, "\xd8\x00\x00\x61", 4, out, &bad);
    cr_expect(bad == 3);
    csi_decoder beyond = {.encoding = CSI_UTF16BE};
    csi_decode(&beyond, "\xd8\x00\xe0\x00", 4, out, &bad);
    cr_expect(bad == 3);
    csi_decoder same = {.encoding = CSI_UTF8};
    cr_expect(csi_decode(&same, "abc", 3, out, &bad) == 3 && bad == 3 && memcmp(out, "abc", 3) == 0);
}

Test(encoding, names)
{
    static const struct {
        const char *name;
        csi_encoding encoding;
    } row[] = {{"utf-8", CSI_UTF8},       {"utf8", CSI_UTF8},           {"cp1252", CSI_CP1252},   {"windows-1252", CSI_CP1252},
               {"latin-1", CSI_LATIN1},   {"latin1", CSI_LATIN1},       {"iso-8859-1", CSI_LATIN1}, {"utf-16", CSI_UTF16LE},
               {"utf16", CSI_UTF16LE},    {"utf-16le", CSI_UTF16LE},    {"utf-16be", CSI_UTF16BE}};
    csi_encoding encoding;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cr_expect(csi_encoding_parse(row[i].name, &encoding) && encoding == row[i].encoding, "%s", row[i].name);
    }
    cr_expect(csi_encoding_parse("ebcdic", &encoding) == 0 && csi_encoding_parse("", &encoding) == 0);
}
