/* ingest/table and slices: records, lines, faults; the traps of libcsv; the fast way against libcsv itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/slices.h"
#include "ingest/table.h"
#include "tests/support/support.h"

/* All records of a text as "line:field|field;" with <null> for `,,`, then the fault as "!line:column". */
static char *show(const char *bytes, size_t n, char delimiter, char quote, bool is_fast)
{
    size_t room = 8 * n + 4096, used = 0;
    char *shown = calloc(room, 1);
    char *copy = malloc(n + 1);
    memcpy(copy, bytes, n);
    copy[n] = '\n';
    const bool is_ended = n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r');
    const csi_slice slice = {.bytes = copy, .n = is_ended ? n : n + 1, .first_line = 1};
    csi_splitter *splitter = csi_splitter_new(delimiter, quote);
    csi_splitter_set_fast(splitter, is_fast);
    csi_splitter_start(splitter, &slice);
    csi_record record;
    csi_status status;
    while ((status = csi_splitter_next(splitter, &record)) == CSI_OK && record.n_fields > 0) {
        used += (size_t)snprintf(shown + used, room - used, "%llu:", (unsigned long long)record.line);
        for (size_t i = 0; i < record.n_fields; i++) {
            const csi_field *field = &record.field[i];
            used += (size_t)snprintf(shown + used, room - used, "%s%.*s%s", i > 0 ? "|" : "", (int)field->length,
                                     field->text, field->is_null ? "<null>" : "");
        }
        used += (size_t)snprintf(shown + used, room - used, ";");
    }
    if (status != CSI_OK) {
        const csi_split_fault *fault = csi_splitter_fault(splitter);
        snprintf(shown + used, room - used, "!%llu:%u", (unsigned long long)fault->line, fault->column);
    }
    csi_splitter_free(splitter);
    free(copy);
    return shown;
}

static const struct {
    char text[64], expected[96];
} record_cases[] = {
    {"a,b\n1,2\n", "1:a|b;2:1|2;"},
    {"a,b\r\n1,2\r\n", "1:a|b;2:1|2;"},
    {"a,b\r1,2\r", "1:a|b;2:1|2;"},
    {"a,b\n1,2", "1:a|b;2:1|2;"},
    {"a,b\r\n\n\r1,2\n", "1:a|b;4:1|2;"},
    {"\n\n  \t\na\n\nb\n", "4:a;6:b;"},
    {"a,,b\n", "1:a|<null>|b;"},
    {"a,\"\",b\n", "1:a||b;"},
    {",\n", "1:<null>|<null>;"},
    {"\"\"\n", "1:;"},
    {" a , b\t,  \n", "1:a|b|<null>;"},
    {"\" a \",b\n", "1: a |b;"},
    {"a, \"b\" ,c\n", "1:a|b|c;"},
    {"\"a,b\",\"c\"\"d\"\n", "1:a,b|c\"d;"},
    {"\"a\nb\",c\nd,e\n", "1:a\nb|c;3:d|e;"},
    {"\"a\r\nb\",c\r\nd,e\r\n", "1:a\r\nb|c;3:d|e;"},
    {"\"a\n\nb\"\n\nd\n", "1:a\n\nb;5:d;"},
    {"a;b\n", "1:a;b;"},
    {"x,y\n1,a\"b\n", "1:x|y;!2:4"},
    {"x,y\n1,\"a\"b\n", "1:x|y;!2:6"},
    {"x,y\n1,\"a\" \"\n", "1:x|y;!2:7"},
    {"x,y\n1,2\n3,\"4\n5,6\n", "1:x|y;2:1|2;!3:3"},
    {"\"a\"\"b\n", "!1:1"},
    {"a,\"b\nc\",\"d\n", "!2:4"},
};

Test(table, splits_records_and_knows_their_lines)
{
    for (size_t i = 0; i < sizeof record_cases / sizeof *record_cases; i++) {
        const char *text = record_cases[i].text;
        for (int fast = 0; fast <= 1; fast++) {
            char *shown = show(text, strlen(text), ',', '"', fast == 1);
            cr_expect(strcmp(shown, record_cases[i].expected) == 0, "case %zu, fast %d: %s", i, fast, shown);
            free(shown);
        }
    }
}

Test(table, heeds_other_delimiters_and_quotes)
{
    char *shown = show("a;'b;c';d\n", 10, ';', '\'', true);
    cr_expect_str_eq(shown, "1:a|b;c|d;");
    free(shown);
    shown = show("a\t\tb \"c\"\n", 9, '\t', '\0', true);
    cr_expect_str_eq(shown, "1:a|<null>|b \"c\";");
    free(shown);
}

/* Many short texts of the characters that matter, both ways: the proof that the fast way is libcsv's grammar. */
Test(table, splits_fast_as_libcsv_does)
{
    static const char alphabet[] = {'a', ',', '"', '\n', '\r', ' ', '\t', ';', '"', ','};
    unsigned long long state = 88172645463325252ull;
    for (size_t round = 0; round < CASES(200000, 5000); round++) {
        char text[24];
        size_t n = 0;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        const size_t length = 1 + state % 20;
        unsigned long long bits = state;
        while (n < length) {
            bits = bits * 6364136223846793005ull + 1442695040888963407ull;
            text[n++] = alphabet[(bits >> 33) % sizeof alphabet];
        }
        const char delimiter = round % 3 == 0 ? '\t' : round % 3 == 1 ? ';' : ',';
        char *fast = show(text, n, delimiter, '"', true), *slow = show(text, n, delimiter, '"', false);
        cr_assert(strcmp(fast, slow) == 0, "\"%.*s\": %s, libcsv: %s", (int)n, text, fast, slow);
        free(fast);
        free(slow);
    }
}

static csi_status read_slices(const char *path, const csi_slices_options *options, size_t *n_records, uint64_t *last_line,
                              char words[400])
{
    csi_diag *diag = csi_diag_new(0);
    csi_slices *slices = NULL;
    csi_slice slice = {0};
    csi_record record;
    *n_records = 0;
    csi_status status = csi_slices_open(path, "label", options, diag, &slices);
    csi_splitter *splitter = csi_splitter_new(',', '"');
    while (status == CSI_OK && (status = csi_slices_next(slices, diag, &slice)) == CSI_OK && slice.n > 0) {
        csi_splitter_start(splitter, &slice);
        while ((status = csi_splitter_next(splitter, &record)) == CSI_OK && record.n_fields > 0) {
            (*n_records)++;
            *last_line = record.line;
        }
    }
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    const csi_split_fault *fault = csi_splitter_fault(splitter);
    snprintf(words, 400, "%s", n > 0 ? message[0].text : fault->what != NULL ? fault->what : "");
    csi_splitter_free(splitter);
    csi_slice_clear(&slice);
    csi_slices_close(slices);
    csi_diag_free(diag);
    return status;
}

/* Three megabytes whose quoted fields hold line ends, so that wrong cuts would show in the count and in the lines. */
Test(table, cuts_long_files_between_records)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t e = 0; e < 3; e++) {
        const size_t n_rows = 60000;
        char *text = malloc(n_rows * 64);
        size_t used = 0;
        for (size_t i = 0; i < n_rows; i++) {
            used += i % 7 == 0 ? (size_t)sprintf(text + used, "%zu,\"multi%sline, \"\"quoted\"\"\",x%s", i, ends[e], ends[e])
                               : (size_t)sprintf(text + used, "%zu,plain text here,y%s", i, ends[e]);
        }
        const char *path = write_text_file(temporary_directory(), "long.csv", text);
        free(text);
        const csi_slices_options options = {0};
        size_t n_records;
        uint64_t line = 0;
        char words[400];
        cr_expect(read_slices(path, &options, &n_records, &line, words) == CSI_OK, "%s", words);
        cr_expect(n_records == n_rows, "%zu records", n_records);
        cr_expect(line == n_rows + (n_rows + 6) / 7 - (n_rows % 7 == 1 ? 1 : 0), "last record at line %llu", (unsigned long long)line);
    }
}

Test(table, caps_the_record)
{
    const size_t n = 3000000;
    char *text = malloc(n + 1);
    memset(text, 'x', n);
    memcpy(text, "a,b\n1,\"2\n", 9);
    for (size_t i = 20; i < n; i += 20) {
        text[i] = '\n';
    }
    text[n] = '\0';
    const char *path = write_text_file(temporary_directory(), "stray.csv", text);
    const csi_slices_options options = {.max_record_bytes = 1 << 20};
    size_t n_records;
    uint64_t line;
    char words[400];
    cr_expect(read_slices(path, &options, &n_records, &line, words) == CSI_ERR_DATA);
    cr_expect(strstr(words, "not closed within limits: record_bytes") != NULL, "%s", words);
    memset(text, 'x', n);
    path = write_text_file(temporary_directory(), "long_line.csv", text);
    cr_expect(read_slices(path, &options, &n_records, &line, words) == CSI_ERR_DATA);
    cr_expect(strstr(words, "longer than limits: record_bytes") != NULL, "%s", words);
    free(text);
}
