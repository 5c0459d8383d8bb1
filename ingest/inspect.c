/* See inspect.h. */
#include "ingest/inspect.h"

#include <stdio.h>
#include <string.h>

#include "ingest/columns.h"
#include "ingest/head.h"
#include "ingest/period.h"
#include "ingest/sniff.h"

#define MAX_ROWS 400

typedef struct inspection {
    csi_arena *arena;
    csi_diag *diag;
    csi_slices *slices;
    csi_input_settings settings;
    csi_preview preview;
    const csi_reader *reader;
    size_t header;
    bool is_delimiter_given;
    csi_verdict_row row[MAX_ROWS];
    size_t n;
    bool no_memory;
} inspection;

static void say(inspection *s, const char *what, const char *verdict, const char *why, const char *option)
{
    if (s->n < MAX_ROWS) {
        s->row[s->n++] = (csi_verdict_row){what, verdict, why, option};
    }
    s->no_memory = s->no_memory || what == NULL || verdict == NULL || why == NULL;
}

static void say_encoding(inspection *s)
{
    const csi_encoding guess = csi_slices_guess(s->slices);
    const char *why = csi_slices_has_bom(s->slices) ? "it begins with a byte order mark"
                      : guess == CSI_UTF8           ? "every sequence of bytes at its head is well-formed UTF-8"
                      : guess == CSI_UTF16LE || guess == CSI_UTF16BE
                          ? "every other byte is zero"
                          : "there are bytes that UTF-8 does not know";
    const bool is_read = guess == CSI_UTF8 || s->settings.is_encoding_set;
    say(s, "encoding", csi_encoding_name(guess),
        is_read ? why : csi_arena_format(s->arena, "%s; it must be set for a run", why), "encoding");
    if (csi_source_is_gzip(csi_slices_source(s->slices))) {
        say(s, "compression", "gzip", "its first two bytes", "");
    }
}

static void say_line_ends(inspection *s)
{
    const char *bytes;
    size_t n, n_lf = 0, n_cr = 0, n_crlf = 0;
    if (csi_slices_peek(s->slices, 1, s->diag, &bytes, &n) != CSI_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const bool is_pair = bytes[i] == '\r' && i + 1 < n && bytes[i + 1] == '\n';
        n_crlf += is_pair;
        n_cr += bytes[i] == '\r' && !is_pair;
        n_lf += bytes[i] == '\n' && !(i > 0 && bytes[i - 1] == '\r');
    }
    const int n_kinds = (n_lf > 0) + (n_cr > 0) + (n_crlf > 0);
    say(s, "line ends", n_kinds > 1 ? "mixed" : n_crlf > 0 ? "CRLF" : n_cr > 0 ? "CR" : "LF",
        csi_arena_format(s->arena, "%zu LF, %zu CRLF, %zu CR at its head", n_lf, n_crlf, n_cr), "");
}

static const char *name_of(char c)
{
    return c == ',' ? "comma" : c == ';' ? "semicolon" : c == '\t' ? "tab" : c == '|' ? "pipe" : c == '.' ? "point" : "other";
}

static void say_delimiter(inspection *s)
{
    const csi_record *header = &s->preview.record[s->header];
    size_t n_same = 0, n_rows = 0;
    for (size_t i = s->header; i < s->preview.n; i++) {
        n_same += s->preview.record[i].n_fields == header->n_fields;
        n_rows++;
    }
    say(s, "delimiter", name_of(s->settings.delimiter),
        s->is_delimiter_given ? "the configuration says so"
                              : csi_arena_format(s->arena, "it parts %zu of %zu rows into %zu fields", n_same, n_rows,
                                                 header->n_fields),
        "delimiter");
}

/* A column of countries and one of years, which with columns of numbers is how most people keep their own figures. */
static bool is_wide(const inspection *s)
{
    const csi_record *header = &s->preview.record[s->header];
    return s->preview.framework->n_nodes == 0 && csi_columns_find(header, CSI_ROLE_YEAR) != CSI_NO_COLUMN &&
           (csi_columns_find(header, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
            csi_columns_find(header, CSI_ROLE_NAME) != CSI_NO_COLUMN);
}

static void say_heading(inspection *s)
{
    const csi_record *header = &s->preview.record[s->header];
    const char *why = s->reader == NULL ? "no line has headings that are known; this is the first of the table's width"
                      : header->line > 1 ? "the first line with headings that are known; those above it are passed over"
                                         : "the first line has headings that are known";
    say(s, "heading", csi_arena_format(s->arena, "line %llu", (unsigned long long)header->line), why, "");
    if (s->reader != NULL) {
        say(s, "reader", s->reader->name, s->reader->summary, "reader");
    } else if (is_wide(s)) {
        say(s, "reader", "none",
            "no reader is sure of the shape without a framework: where that has the headings of the numbers as codes, or "
            "indicators: {HEADING: CODE} says which they are, it is wide_indicator", "reader");
    } else {
        say(s, "reader", "none",
            "no reader is sure of the shape: columns: {country: ..., year: ..., indicator: ..., value: ...} can say what "
            "is what; a table of events needs reader: events",
            "reader");
    }
}

/* --- what each column holds --- */

typedef struct column_facts {
    const char *role, *why, *option;
    bool is_value; /* may hold numbers */
} column_facts;

static void count_cells(const inspection *s, uint32_t column, size_t *n_numbers, size_t *n_texts)
{
    const csi_dialect plain = {.decimal = '.', .thousands = '\0', .has_flags = true, .has_symbols = true};
    csi_dialect comma = plain;
    comma.decimal = ',';
    *n_numbers = *n_texts = 0;
    for (size_t i = s->header + 1; i < s->preview.n; i++) {
        const csi_record *record = &s->preview.record[i];
        if (column >= record->n_fields || record->field[column].length == 0) {
            continue;
        }
        double value;
        const char *why;
        const csi_field *field = &record->field[column];
        const bool is_number = csi_dialect_read(&plain, field->text, field->length, &value, &why) == CSI_READ_NUMBER ||
                               csi_dialect_read(&comma, field->text, field->length, &value, &why) == CSI_READ_NUMBER;
        *n_numbers += is_number;
        *n_texts += !is_number;
    }
}

static bool is_role(const inspection *s, uint32_t column, csi_role role)
{
    return csi_columns_find(&s->preview.record[s->header], role) == column;
}

static column_facts facts_of(const inspection *s, uint32_t column)
{
    static const struct {
        csi_role role;
        column_facts facts;
    } roles[] = {
        {CSI_ROLE_CODE, {"country: its code", "usual heading", "columns: {country: ...}", false}},
        {CSI_ROLE_NAME, {"country: its name", "usual heading", "columns: {name: ...}", false}},
        {CSI_ROLE_YEAR, {"year", "usual heading", "columns: {year: ...}", false}},
        {CSI_ROLE_INDICATOR, {"indicator: its code", "usual heading", "columns: {indicator: ...}", false}},
        {CSI_ROLE_INDICATOR_NAME, {"indicator: its name", "usual heading", "columns: {indicator: ...}", false}},
        {CSI_ROLE_VALUE, {"value", "usual heading", "columns: {value: ...}", true}},
        {CSI_ROLE_STANDARD_ERROR, {"standard error", "usual heading", "columns: {standard_error: ...}", true}},
    };
    const csi_field *heading = &s->preview.record[s->header].field[column];
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (is_role(s, column, roles[i].role)) {
            return roles[i].facts;
        }
    }
    const csi_plan probe = {.framework = s->preview.framework, .alias = s->settings.alias, .n_aliases = s->settings.n_aliases};
    if (csi_plan_find_series(&probe, heading->text, heading->length) != CSI_NONE) {
        return (column_facts){"values of an indicator", "its heading is in the framework", "indicators: {HEADING: CODE}", true};
    }
    int year;
    size_t from, to, n_numbers, n_texts;
    if (csi_period_find(heading->text, heading->length, &year, &from, &to) != CSI_PERIOD_NONE) {
        return (column_facts){"values of a year", "its heading names a year", "", true};
    }
    count_cells(s, column, &n_numbers, &n_texts);
    if (n_numbers + n_texts == 0) {
        return (column_facts){"nothing", "no cell at the head holds anything", "", false};
    }
    if (n_numbers >= n_texts) {
        return (column_facts){"numbers", "most cells at the head are numbers", "indicators: {HEADING: CODE}", true};
    }
    return (column_facts){"text", "most cells at the head are no numbers", "where: {HEADING: TEXT}", false};
}

/* Neighbours of one kind are told of together. */
static void say_columns(inspection *s)
{
    const csi_record *header = &s->preview.record[s->header];
    for (uint32_t first = 0; first < header->n_fields;) {
        const column_facts facts = facts_of(s, first);
        uint32_t last = first;
        while (last + 1 < header->n_fields && last - first < 1000) {
            const column_facts next = facts_of(s, last + 1);
            if (strcmp(next.role, facts.role) != 0) {
                break;
            }
            last++;
        }
        const csi_field *a = &header->field[first], *b = &header->field[last];
        const char *what = first == last
                               ? csi_arena_format(s->arena, "column %u \"%.*s\"", first + 1,
                                                  (int)(a->length < 40 ? a->length : 40), a->text)
                               : csi_arena_format(s->arena, "columns %u to %u \"%.*s\" to \"%.*s\"", first + 1, last + 1,
                                                  (int)(a->length < 40 ? a->length : 40), a->text,
                                                  (int)(b->length < 40 ? b->length : 40), b->text);
        say(s, what, facts.role, facts.why, facts.option);
        first = last + 1;
    }
}

/* --- how the numbers are written --- */

static csi_plan plan_of_values(inspection *s)
{
    const csi_record *header = &s->preview.record[s->header];
    csi_plan plan = {.value = csi_arena_alloc(s->arena, header->n_fields + 1, sizeof *plan.value)};
    s->no_memory = s->no_memory || plan.value == NULL;
    for (uint32_t i = 0; plan.value != NULL && i < header->n_fields; i++) {
        if (facts_of(s, i).is_value) {
            plan.value[plan.n_values++] = (csi_value_column){.column = i};
        }
    }
    return plan;
}

static void say_marks(inspection *s)
{
    const csi_plan plan = plan_of_values(s);
    const csi_marks marks = csi_sniff_marks(&s->preview, s->header, &plan);
    const bool is_comma = marks.n_comma > 0 && marks.n_point == 0 && marks.n_thousands == 0;
    say(s, "decimal mark", is_comma ? "comma" : "point",
        csi_arena_format(s->arena, "of %zu cells %zu have a point for certain, %zu a comma%s", marks.n_cells, marks.n_point,
                         marks.n_comma,
                         marks.n_comma > 0 && marks.n_point > 0 ? "; both cannot be: cells with the other will be refused" : ""),
        "decimal");
    if (marks.n_thousands + marks.n_point_thousands > 0 || (marks.n_ambiguous > 0 && !is_comma)) {
        const bool is_ambiguous = marks.n_ambiguous > 0 && !is_comma && marks.n_thousands == 0;
        say(s, "thousands mark", is_comma ? (marks.n_point_thousands > 0 ? "point" : "none") : marks.n_thousands > 0 ? "comma" : "none",
            is_ambiguous ? csi_arena_format(s->arena,
                                            "%zu cells such as 131,999 may mean either; they will be refused until this or "
                                            "decimal is set", marks.n_ambiguous)
                         : csi_arena_format(s->arena, "%zu cells show it", marks.n_thousands + marks.n_point_thousands),
            "thousands");
    }
    if (marks.n_flags > 0) {
        say(s, "flags", "letters after numbers", csi_arena_format(s->arena, "%zu cells such as 8393.5 d", marks.n_flags), "flags");
    }
    if (marks.n_symbols > 0) {
        say(s, "signs", "percent or currency", csi_arena_format(s->arena, "%zu cells", marks.n_symbols), "symbols");
    }
}

static void say_missing(inspection *s)
{
    static const char *const markers[] = {"..", ":", "-", ".", "NA", "n/a", "N/A", "#N/A", "NaN", "null", "NULL", "None", "x", "..."};
    const csi_plan plan = plan_of_values(s);
    for (size_t m = 0; m < sizeof markers / sizeof *markers; m++) {
        size_t n = 0;
        for (size_t i = s->header + 1; i < s->preview.n; i++) {
            const csi_record *record = &s->preview.record[i];
            for (size_t v = 0; v < plan.n_values; v++) {
                const uint32_t column = plan.value[v].column;
                size_t length = column < record->n_fields ? record->field[column].length : 0;
                const char *text = length > 0 ? csi_trim(record->field[column].text, &length) : "";
                n += length == strlen(markers[m]) && length > 0 && memcmp(text, markers[m], length) == 0;
            }
        }
        if (n > 0) {
            say(s, "no value", csi_arena_format(s->arena, "\"%s\"", markers[m]),
                csi_arena_format(s->arena, "%zu cells of values at its head; name it if it means that there is none", n), "missing");
        }
    }
}

/* The number of fields that most records of the head have; of equals the larger. */
static size_t usual_width(const csi_preview *preview)
{
    size_t best = 0, best_count = 0;
    for (size_t i = 0; i < preview->n; i++) {
        size_t count = 0;
        for (size_t j = 0; j < preview->n; j++) {
            count += preview->record[j].n_fields == preview->record[i].n_fields;
        }
        if (count > best_count || (count == best_count && preview->record[i].n_fields > best)) {
            best = preview->record[i].n_fields;
            best_count = count;
        }
    }
    return best;
}

/* The heading that the surest reader found, else the first record that is as wide as most are. */
static void choose(inspection *s)
{
    csi_diag *quiet = csi_diag_new(1);
    if (csi_head_choose(&s->preview, quiet, &s->reader, &s->header) != CSI_OK) {
        s->reader = NULL;
        const size_t width = usual_width(&s->preview);
        for (s->header = 0; s->preview.record[s->header].n_fields != width;) {
            s->header++;
        }
    }
    csi_diag_free(quiet);
}

static csi_status look(inspection *s, const csi_input *input, const csi_framework *framework)
{
    static const csi_ingest_options any_year = {.first_year = 1000, .last_year = 2999, .units_are_countries = true};
    csi_status status = CSI_OK;
    s->preview = (csi_preview){.label = input->label, .framework = framework, .options = &any_year, .settings = &s->settings};
    CSI_TRY(csi_input_settings_read(s->arena, input, &any_year, s->diag, &s->settings));
    s->is_delimiter_given = s->settings.delimiter != '\0';
    const csi_slices_options options = {.source = {.without_digest = true},
                                        .is_encoding_set = s->settings.is_encoding_set,
                                        .encoding = s->settings.encoding,
                                        .accepts_guess = true};
    CSI_TRY(csi_slices_open(input->path, input->label, &options, s->diag, &s->slices));
    CSI_TRY(csi_head_read(s->arena, s->slices, &s->settings, s->diag, &s->preview));
    choose(s);
    say_encoding(s);
    say_line_ends(s);
    say_delimiter(s);
    say_heading(s);
    say_marks(s);
    say_missing(s);
    say_columns(s);
out:
    return status;
}

csi_status csi_inspect(csi_arena *arena, const csi_framework *framework, const csi_input *input, csi_diag *diag,
                       const csi_verdict **verdict)
{
    static const csi_framework none = {0};
    *verdict = NULL;
    inspection *s = csi_arena_alloc(arena, 1, sizeof *s);
    csi_verdict *made = csi_arena_alloc(arena, 1, sizeof *made);
    if (s == NULL || made == NULL) {
        return csi_diag_no_memory(diag, "looking at a file");
    }
    s->arena = arena;
    s->diag = diag;
    csi_status status = look(s, input, framework != NULL ? framework : &none);
    csi_slices_close(s->slices);
    if (status == CSI_OK && s->no_memory) {
        status = csi_diag_no_memory(diag, "looking at a file");
    }
    if (status == CSI_OK) {
        *made = (csi_verdict){s->n, s->row, s->reader != NULL ? s->reader->name : NULL};
        *verdict = made;
    }
    return status;
}
