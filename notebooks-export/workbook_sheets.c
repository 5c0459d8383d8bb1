/* See workbook_sheets.h. The creation time inside is fixed. Text is defused as in the CSV files: whoever saves a sheet as
 * CSV must not get a formula. */
#include "notebooks-export/workbook_sheets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "index/csv.h"
#include "notebooks-export/markdown.h"

#define FIXED_TIME 946684800 /* 2000-01-01T00:00:00Z */
#define MAX_METHOD_BYTES ((size_t)16 << 20)
enum { CELL_LIMIT = 32767, CHARTED = 5, WIDE = 16, PAPER_A4 = 9, PAGES_ACROSS = 4, PROSE_WIDTH = 66, LINE_POINTS = 15,
       HEADING_WIDTH = 10, HEADING_LINES = 6, COLOUR_LOW = 0xf7fbff, COLOUR_HIGH = 0x6baed6, COLOUR_BAR = 0x9ecae1 };

void csi_sheets_keep(csi_sheets *to, lxw_error error)
{
    if (error != LXW_NO_ERROR && to->status == CSI_OK) {
        to->status = error == LXW_ERROR_MEMORY_MALLOC_FAILED
                         ? csi_diag_no_memory(to->diag, "writing the workbook")
                         : csi_diag_error(to->diag, CSI_ERR_SYSTEM, NULL, "workbook: %s", lxw_strerror(error));
    }
}

/* A cut text ends at a whole character. */
static size_t cut_length(const char *text, size_t limit)
{
    size_t n = strlen(text);
    if (n > limit) {
        n = limit;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
            n--;
        }
    }
    return n;
}

static void put_text(csi_sheets *to, lxw_worksheet *sheet, lxw_row_t row, size_t column, const char *text, lxw_format *format)
{
    if (text[0] == '\0') {
        return;
    }
    const char *const safe = csi_release_text(to->release, "%s%.*s", csi_csv_is_formula(text) ? "'" : "",
                                              (int)cut_length(text, CELL_LIMIT - 1), text);
    csi_sheets_keep(to, worksheet_write_string(sheet, row, (lxw_col_t)column, safe, format));
}

static void put_number(csi_sheets *to, lxw_worksheet *sheet, lxw_row_t row, size_t column, double value, lxw_format *format)
{
    if (!isnan(value)) {
        csi_sheets_keep(to, worksheet_write_number(sheet, row, (lxw_col_t)column, value, format));
    }
}

static lxw_worksheet *add_sheet(csi_sheets *to, const char *name)
{
    lxw_worksheet *const sheet = workbook_add_worksheet(to->book, name);
    if (sheet == NULL) {
        csi_sheets_keep(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
    }
    return sheet;
}

/* The first `n_texts` stand above texts, the others above numbers. */
static void put_headings(csi_sheets *to, lxw_worksheet *sheet, const char *const *heading, size_t n, size_t n_texts)
{
    for (size_t i = 0; i < n; i++) {
        put_text(to, sheet, 0, i, heading[i], i < n_texts ? to->heading : to->number_heading);
    }
}

static void show_bars(csi_sheets *to, lxw_worksheet *sheet, size_t column, size_t n_rows)
{
    lxw_conditional_format bars = {
        .type = LXW_CONDITIONAL_DATA_BAR,
        .bar_color = COLOUR_BAR,
        .bar_solid = LXW_TRUE,
        .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
        .min_value = to->release->scale.low,
        .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
        .max_value = to->release->scale.high,
    };
    if (n_rows > 0) {
        csi_sheets_keep(to, worksheet_conditional_format_range(sheet, 1, (lxw_col_t)column, (lxw_row_t)n_rows, (lxw_col_t)column,
                                                    &bars));
    }
}

static void show_scale(csi_sheets *to, lxw_worksheet *sheet, size_t first, size_t last, size_t n_rows)
{
    lxw_conditional_format scale = {
        .type = LXW_CONDITIONAL_2_COLOR_SCALE, .min_color = COLOUR_LOW, .max_color = COLOUR_HIGH};
    if (n_rows > 0 && last >= first) {
        csi_sheets_keep(to, worksheet_conditional_format_range(sheet, 1, (lxw_col_t)first, (lxw_row_t)n_rows, (lxw_col_t)last,
                                                    &scale));
    }
}

/* A4 with page numbers; one page wide. */
static void set_paper(csi_sheets *to, lxw_worksheet *sheet)
{
    worksheet_set_paper(sheet, PAPER_A4);
    worksheet_fit_to_pages(sheet, 1, 0);
    csi_sheets_keep(to, worksheet_set_footer(sheet, "&L&A&R&P / &N"));
}

/* Columns of fixed width, the heading row and the first columns held in place, a filter over all. On paper the headings
 * stand on each page, and a table too wide to be read on one goes on beside its first columns. */
static void finish_sheet(csi_sheets *to, lxw_worksheet *sheet, size_t n_columns, size_t n_rows, size_t n_frozen,
                         size_t name_column)
{
    const lxw_col_t last = (lxw_col_t)(n_columns == 0 ? 0 : n_columns - 1);
    const lxw_col_t name = (lxw_col_t)name_column;
    const double width = n_columns > WIDE ? 22 : 13;
    if (name > 0) { /* ranges must not overlap: Excel takes such a file for damaged */
        csi_sheets_keep(to, worksheet_set_column(sheet, 0, (lxw_col_t)(name - 1), width, NULL));
    }
    csi_sheets_keep(to, worksheet_set_column(sheet, name, name, 34, NULL));
    if (name < last) {
        csi_sheets_keep(to, worksheet_set_column(sheet, (lxw_col_t)(name + 1), last, width, NULL));
    }
    worksheet_freeze_panes(sheet, 1, (lxw_col_t)n_frozen);
    set_paper(to, sheet);
    worksheet_set_landscape(sheet);
    csi_sheets_keep(to, worksheet_repeat_rows(sheet, 0, 0));
    if (n_columns > WIDE && n_frozen > 0) {
        worksheet_fit_to_pages(sheet, PAGES_ACROSS, 0);
        csi_sheets_keep(to, worksheet_repeat_columns(sheet, 0, (lxw_col_t)(n_frozen - 1)));
    }
    csi_sheets_keep(to, worksheet_autofilter(sheet, 0, 0, (lxw_row_t)n_rows, last));
}

static void write_ranking_row(csi_sheets *to, lxw_worksheet *sheet, lxw_row_t row, size_t country)
{
    const csi_results *const results = to->release->results;
    const csi_score_row *const top = csi_results_at(results, 0, to->release->latest, country);
    put_number(to, sheet, row, 0, top->rank == 0 ? (double)NAN : top->rank, to->count);
    put_text(to, sheet, row, 1, results->countries.country[country].iso3, to->text);
    put_text(to, sheet, row, 2, results->countries.country[country].name, to->text);
    put_number(to, sheet, row, 3, top->score, to->score);
    put_number(to, sheet, row, 4, top->score_q05, to->score);
    put_number(to, sheet, row, 5, top->score_q95, to->score);
    put_number(to, sheet, row, 6, top->rank_q05, to->count);
    put_number(to, sheet, row, 7, top->rank_q95, to->count);
    put_number(to, sheet, row, 8, top->coverage, to->share);
    put_number(to, sheet, row, 9, top->imputed_share, to->share);
    put_text(to, sheet, row, 10, csi_score_status_name(top->status), to->text);
}

static void write_ranking(csi_sheets *to)
{
    static const char *const heading[] = {"rank", "iso3", "country", "score", "score_q05", "score_q95", "rank_q05",
                                          "rank_q95", "coverage", "imputed_share", "status"};
    enum { N = sizeof heading / sizeof *heading };
    const size_t n = to->release->results->countries.n;
    lxw_worksheet *const sheet = add_sheet(to, "Ranking");
    if (sheet == NULL) {
        return;
    }
    put_headings(to, sheet, heading, N, 0);
    put_text(to, sheet, 0, 1, heading[1], to->heading);
    put_text(to, sheet, 0, 2, heading[2], to->heading);
    put_text(to, sheet, 0, N - 1, heading[N - 1], to->heading);
    for (size_t i = 0; i < n; i++) {
        write_ranking_row(to, sheet, (lxw_row_t)i + 1, to->order[i]);
    }
    show_bars(to, sheet, 3, n);
    finish_sheet(to, sheet, N, n, 3, 2);
}

static void put_country(csi_sheets *to, lxw_worksheet *sheet, lxw_row_t row, size_t country)
{
    put_text(to, sheet, row, 0, to->release->results->countries.country[country].iso3, to->text);
    put_text(to, sheet, row, 1, to->release->results->countries.country[country].name, to->text);
}

static void write_scores(csi_sheets *to)
{
    const csi_results *const results = to->release->results;
    lxw_worksheet *const sheet = add_sheet(to, "Scores");
    if (sheet == NULL) {
        return;
    }
    put_headings(to, sheet, (const char *const[]){"iso3", "country"}, 2, 2);
    for (size_t year = 0; year < results->n_years; year++) {
        put_number(to, sheet, 0, year + 2, results->first_year + (int)year, to->heading);
    }
    for (size_t i = 0; i < results->countries.n; i++) {
        put_country(to, sheet, (lxw_row_t)i + 1, to->order[i]);
        for (size_t year = 0; year < results->n_years; year++) {
            put_number(to, sheet, (lxw_row_t)i + 1, year + 2, csi_results_at(results, 0, year, to->order[i])->score,
                       to->score);
        }
    }
    show_scale(to, sheet, 2, results->n_years + 1, results->countries.n);
    finish_sheet(to, sheet, results->n_years + 2, results->countries.n, 2, 1);
}

static void write_parts(csi_sheets *to)
{
    const csi_results *const results = to->release->results;
    const size_t n_nodes = csi_names_count(results->nodes);
    lxw_worksheet *const sheet = add_sheet(to, "Parts");
    if (sheet == NULL) {
        return;
    }
    put_headings(to, sheet, (const char *const[]){"iso3", "country"}, 2, 2);
    size_t n_lines = 1; /* not every program finds the height itself */
    for (size_t node = 0; node < n_nodes; node++) {
        put_text(to, sheet, 0, node + 2, results->node_name[node], to->title);
        const size_t n = strlen(results->node_name[node]) / HEADING_WIDTH + 1;
        n_lines = n > n_lines && n <= HEADING_LINES ? n : n_lines;
    }
    csi_sheets_keep(to, worksheet_set_row(sheet, 0, LINE_POINTS * (double)n_lines, NULL));
    for (size_t i = 0; i < results->countries.n; i++) {
        put_country(to, sheet, (lxw_row_t)i + 1, to->order[i]);
        for (size_t node = 0; node < n_nodes; node++) {
            put_number(to, sheet, (lxw_row_t)i + 1, node + 2,
                       csi_results_at(results, node, to->release->latest, to->order[i])->score, to->score);
        }
    }
    show_scale(to, sheet, 2, n_nodes + 1, results->countries.n);
    finish_sheet(to, sheet, n_nodes + 2, results->countries.n, 2, 1);
}

static lxw_chart *new_chart(csi_sheets *to, uint8_t kind, const char *title)
{
    lxw_chart *const chart = workbook_add_chart(to->book, kind);
    if (chart == NULL) {
        csi_sheets_keep(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    chart_title_set_name(chart, title);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    return chart;
}

/* About as wide as a page, the upper edge at `row`. */
static void place_chart(csi_sheets *to, lxw_worksheet *sheet, lxw_row_t row, lxw_chart *chart)
{
    lxw_chart_options size = {.x_scale = 1.9, .y_scale = 1.6};
    csi_sheets_keep(to, worksheet_insert_chart_opt(sheet, row, 0, chart, &size));
}

static void paint(lxw_chart_series *series, size_t k, bool is_line)
{
    static const lxw_color_t ink[CHARTED] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9};
    lxw_chart_line line = {.color = ink[k], .width = 2.25};
    lxw_chart_fill fill = {.color = ink[k]};
    if (is_line) {
        chart_series_set_line(series, &line);
    } else {
        chart_series_set_fill(series, &fill);
    }
}

/* The first rows of a sheet's table, columns first to last under the headings, as lines or bars. */
static void add_rows(lxw_chart *chart, const char *from, size_t n, lxw_col_t first, lxw_col_t last, bool is_line)
{
    for (size_t k = 0; k < n; k++) {
        const lxw_row_t row = (lxw_row_t)k + 1;
        lxw_chart_series *const series = chart_add_series(chart, NULL, NULL);
        chart_series_set_categories(series, from, 0, first, 0, last);
        chart_series_set_values(series, from, row, first, row, last);
        chart_series_set_name_range(series, from, row, 1);
        paint(series, k, is_line);
    }
}

/* After the sheets that it draws from. */
static void write_charts(csi_sheets *to)
{
    const csi_results *const results = to->release->results;
    const size_t n_nodes = csi_names_count(results->nodes);
    size_t n = 0; /* ranked countries, which stand first */
    while (n < results->countries.n && csi_results_at(results, 0, to->release->latest, to->order[n])->rank > 0) {
        n++;
    }
    lxw_worksheet *const sheet = add_sheet(to, "Charts");
    if (sheet == NULL) {
        return;
    }
    set_paper(to, sheet);
    lxw_chart *chart = n > 0 ? new_chart(to, LXW_CHART_LINE, "The best of the latest year over time") : NULL;
    if (chart != NULL) {
        add_rows(chart, "Scores", n < CHARTED ? n : CHARTED, 2, (lxw_col_t)(results->n_years + 1), true);
        chart_axis_set_name(chart->y_axis, "score");
        place_chart(to, sheet, 0, chart);
    }
    chart = n > 0 && n_nodes > 1 ? new_chart(to, LXW_CHART_BAR, "The first two, part by part") : NULL;
    if (chart != NULL) {
        add_rows(chart, "Parts", n < 2 ? n : 2, 3, (lxw_col_t)(n_nodes + 1), false);
        chart_axis_set_reverse(chart->y_axis);
        if (to->release->scale.low < 0) {
            chart_axis_set_min(chart->x_axis, to->release->scale.low);
        }
        chart_axis_set_max(chart->x_axis, to->release->scale.high);
        place_chart(to, sheet, 25, chart);
    }
}

static void write_codebook(csi_sheets *to)
{
    const csi_release *const release = to->release;
    lxw_worksheet *const sheet = add_sheet(to, "Codebook");
    if (sheet == NULL) {
        return;
    }
    put_headings(to, sheet, release->heading, release->n_headings, release->n_headings);
    for (size_t i = 0; i < release->n_entries; i++) {
        for (size_t column = 0; column < release->n_headings; column++) {
            const char *const text = release->entry[i].cell[column];
            double value = NAN;
            if (csi_number_read(text, strlen(text), &value) == CSI_NUMBER_OK) {
                put_number(to, sheet, (lxw_row_t)i + 1, column, value, NULL);
            } else {
                put_text(to, sheet, (lxw_row_t)i + 1, column, text, to->text);
            }
        }
    }
    const size_t name = csi_release_heading(release, "iName");
    finish_sheet(to, sheet, release->n_headings, release->n_entries, 3, name == CSI_NONE ? 0 : name);
}

/* The methodology text that the run wrote, a line a row. */
static void write_method(csi_sheets *to)
{
    char *bytes = NULL;
    size_t n = 0;
    const char *const path = csi_release_text(to->release, "%s/methodology.md", to->release->directory);
    lxw_worksheet *const sheet = add_sheet(to, "Method");
    if (sheet == NULL) {
        return;
    }
    const csi_status status = csi_file_read(path, MAX_METHOD_BYTES, to->diag, &bytes, &n);
    if (status != CSI_OK) {
        to->status = status;
        return;
    }
    csi_sheets_keep(to, worksheet_set_column(sheet, 0, 0, PROSE_WIDTH, NULL));
    set_paper(to, sheet);
    lxw_row_t row = 0;
    for (char *line = bytes; line != NULL;) {
        char *const end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        const bool is_heading = line[0] == '#';
        if (csi_markdown_to_plain(line)) {
            const size_t n_lines = strlen(line) / PROSE_WIDTH + 1; /* not every program finds the height itself */
            put_text(to, sheet, row, 0, line, is_heading ? to->title : to->prose);
            csi_sheets_keep(to, worksheet_set_row(sheet, row, LINE_POINTS * (double)n_lines, NULL));
            row++;
        }
        line = end == NULL ? NULL : end + 1;
    }
    free(bytes);
}

static bool add_formats(csi_sheets *to)
{
    lxw_format **const made[] = {&to->heading, &to->number_heading, &to->score, &to->share, &to->count, &to->text,
                                  &to->title,   &to->prose};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        *made[i] = workbook_add_format(to->book);
        if (*made[i] == NULL) {
            return false;
        }
    }
    format_set_bold(to->heading);
    format_set_bottom(to->heading, LXW_BORDER_THIN);
    format_set_indent(to->heading, 1);
    format_set_bold(to->number_heading);
    format_set_bottom(to->number_heading, LXW_BORDER_THIN);
    format_set_align(to->number_heading, LXW_ALIGN_RIGHT);
    format_set_bold(to->title);
    format_set_bottom(to->title, LXW_BORDER_THIN);
    format_set_text_wrap(to->title);
    static const char *const score_format[] = {"0", "0.0", "0.00", "0.000"};
    format_set_num_format(to->score, score_format[to->release->scale.decimals]);
    format_set_num_format(to->share, "0%");
    format_set_num_format(to->count, "0");
    format_set_align(to->text, LXW_ALIGN_VERTICAL_TOP);
    format_set_indent(to->text, 1);
    format_set_align(to->prose, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(to->prose);
    return true;
}

void csi_sheets_write(csi_sheets *to)
{
    lxw_doc_properties facts = {.title = (char *)(uintptr_t)to->release->name, .created = FIXED_TIME};
    if (!add_formats(to)) {
        csi_sheets_keep(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    csi_sheets_keep(to, workbook_set_properties(to->book, &facts));
    write_ranking(to);
    write_scores(to);
    write_parts(to);
    write_charts(to);
    write_codebook(to);
    write_method(to);
}
