/* See sniff.h. */
#include "ingest/sniff.h"

#include <inttypes.h>
#include <string.h>

#define MAX_RECORDS 200
#define MAX_FIELDS 4096

/* Returns the largest number of fields that any record had. */
static size_t count_record(uint16_t count[MAX_FIELDS], size_t n_fields, size_t most)
{
    const size_t at = n_fields < MAX_FIELDS ? n_fields : MAX_FIELDS - 1;
    count[at]++;
    return at > most ? at : most;
}

/* How even the table is: the share of records that have the commonest number of fields, weighted by that number. */
static double evenness(const char *text, size_t n, char delimiter, char quote)
{
    uint16_t count[MAX_FIELDS] = {0};
    size_t n_records = 0, n_fields = 1, most = 1;
    bool is_open = false, is_blank = true;
    for (size_t i = 0; i < n && n_records < MAX_RECORDS; i++) {
        const char c = text[i];
        if (quote != '\0' && c == quote) {
            is_open = !is_open;
        } else if (!is_open && c == delimiter) {
            n_fields++;
        } else if (!is_open && (c == '\n' || c == '\r')) {
            if (!is_blank) {
                most = count_record(count, n_fields, most);
                n_records++;
            }
            n_fields = 1;
            is_blank = true;
            continue;
        }
        is_blank = false;
    }
    if (!is_blank && n_records == 0) {
        most = count_record(count, n_fields, most);
        n_records++;
    }
    size_t best = 1;
    for (size_t fields = 2; fields <= most; fields++) {
        if (count[fields] >= count[best] || best == 1) {
            best = count[fields] > 0 ? fields : best;
        }
    }
    if (best == 1) {
        return 0;
    }
    const double share = (double)count[best] / (double)n_records;
    return share * share * (1 + (double)best / (double)(best + 8));
}

char csi_sniff_delimiter(const char *text, size_t n, char quote)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    const char *line_end = memchr(text, '\n', n);
    const size_t first = line_end != NULL ? (size_t)(line_end - text) : n;
    if (memmem(text, first, "\\TIME_PERIOD\t", 13) != NULL || memmem(text, first, "\\time\t", 6) != NULL ||
        memmem(text, first, "\\TIME\t", 6) != NULL) {
        return '\t'; /* Eurostat, whose packed dimensions are joined by commas */
    }
    char best = ',';
    double best_score = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        const double score = evenness(text, n, candidates[i], quote);
        if (score > best_score) {
            best = candidates[i];
            best_score = score;
        }
    }
    return best;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A number's text taken apart. */
typedef struct shape {
    size_t n_digits, n_points, n_commas;
    size_t before_first_mark, after_last_mark; /* digits */
    char last_mark;
    bool is_number; /* digits and marks only, but for sign, exponent, symbol and flags */
    bool has_symbol, has_flag;
} shape;

static shape take_apart(const char *text, size_t length)
{
    shape s = {.is_number = true};
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (is_digit(c)) {
            s.n_digits++;
            s.after_last_mark++;
            s.before_first_mark += s.last_mark == '\0';
        } else if (c == '.' || c == ',') {
            s.n_points += c == '.';
            s.n_commas += c == ',';
            s.last_mark = c;
            s.after_last_mark = 0;
        } else if (c == '%' || c == '$' || (unsigned char)c == 0xa3 || (unsigned char)c == 0xac) {
            s.has_symbol = true;
        } else if (is_letter(c) && s.n_digits > 0 && i + 4 >= length && !(c == 'e' || c == 'E')) {
            s.has_flag = true;
        } else if (c != '-' && c != '+' && c != 'e' && c != 'E' && c != ' ' && (unsigned char)c < 0x80) {
            s.is_number = false;
        }
    }
    s.is_number = s.is_number && s.n_digits > 0;
    return s;
}

static void count_marks(const shape *s, uint64_t line, csi_marks *marks)
{
    const bool has_both = s->n_points > 0 && s->n_commas > 0;
    const bool is_grouped = s->after_last_mark == 3 && s->before_first_mark >= 1 && s->before_first_mark <= 3;
    if (has_both) {
        const bool is_comma = s->last_mark == ',';
        marks->n_comma += is_comma;
        marks->n_point_thousands += is_comma;
        marks->n_point += !is_comma;
        marks->n_thousands += !is_comma;
    } else if (s->n_commas > 1) {
        marks->n_thousands++;
    } else if (s->n_points > 1) {
        marks->n_point_thousands++;
    } else if (s->n_commas == 1 && is_grouped) {
        marks->n_ambiguous++;
    } else if (s->n_commas == 1) {
        marks->n_comma++;
    } else if (s->n_points == 1) {
        marks->n_point += !is_grouped;
    }
    marks->comma_line = marks->comma_line == 0 && marks->n_comma > 0 ? line : marks->comma_line;
    marks->thousands_line = marks->thousands_line == 0 && marks->n_thousands > 0 ? line : marks->thousands_line;
    marks->n_symbols += s->has_symbol;
    marks->symbols_line = marks->symbols_line == 0 && s->has_symbol ? line : marks->symbols_line;
    marks->n_flags += s->has_flag;
}

csi_marks csi_sniff_marks(const csi_preview *preview, size_t header, const csi_plan *plan)
{
    csi_marks marks = {0};
    for (size_t i = header + 1; i < preview->n; i++) {
        const csi_record *record = &preview->record[i];
        for (size_t v = 0; v < plan->n_values; v++) {
            const uint32_t column = csi_plan_raw_column(plan, plan->value[v].column);
            if (column >= record->n_fields || record->field[column].length == 0) {
                continue;
            }
            const shape s = take_apart(record->field[column].text, record->field[column].length);
            marks.n_cells++;
            if (s.is_number) {
                count_marks(&s, record->line, &marks);
            }
        }
    }
    return marks;
}

void csi_sniff_values(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    const csi_marks marks = csi_sniff_marks(preview, header, plan);
    csi_place place = {.file = preview->label};
    if (settings->decimal == '\0' && marks.n_comma > 0 && marks.n_point == 0 && marks.n_thousands == 0) {
        plan->dialect.decimal = ',';
        place.line = marks.comma_line;
        if (!settings->is_thousands_set && marks.n_point_thousands > 0) {
            plan->dialect.thousands = '.';
        }
        csi_diag_note(diag, &place, "decimal commas%s, as this line shows (to overrule, set decimal: point)",
                      plan->dialect.thousands == '.' ? " and points between thousands" : "");
    }
    if (!settings->is_thousands_set && plan->dialect.decimal == '.' && marks.n_thousands > 0 && marks.n_comma == 0) {
        plan->dialect.thousands = ',';
        place.line = marks.thousands_line;
        csi_diag_note(diag, &place, "commas between thousands, as this line shows (to overrule, set thousands: none)");
    }
    if (marks.n_symbols > 0 && marks.n_symbols == marks.n_cells) {
        plan->dialect.has_symbols = true;
        place.line = marks.symbols_line;
        csi_diag_note(diag, &place, "percent or currency signs around the numbers are dropped; 12 %% reads as 12");
    }
}
