/* See layout.h. Every cell is written to text once; then the widths are settled; then the lines are written. */
#include "cli/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/draw.h"
#include "cli/memory.h"
#include "cli/text.h"
#include "core/arena.h"
#include "core/number.h"

#define GAP 2
#define NAME_MIN 8
#define PROSE_MIN 24
#define BAR_MIN 10
#define BAR_WANTED 24
#define BAR_USUAL 30

typedef struct layout {
    const csi_table *table;
    const csi_terminal *screen;
    int digits;
    char **text; /* one a cell; NULL: blank or bar */
    int *width;  /* one a column; 0: left out */
    csi_memory line; /* gathers a line */
} layout;

static char *cell_text(const layout *l, const csi_table_cell *cell, csi_column_kind kind)
{
    char number[CSI_NUMBER_MAX];
    switch (cell->kind) {
    case CSI_TABLE_TEXT:
        return strdup(cell->text);
    case CSI_TABLE_COUNT:
        csi_number_write_integer(cell->count, number);
        return strdup(number);
    case CSI_TABLE_NUMBER:
        if (kind == CSI_COLUMN_EXACT) {
            csi_number_write(cell->value, number);
        } else if (kind == CSI_COLUMN_SHARE) {
            const size_t n = csi_number_write_fixed(100 * cell->value, 0, number);
            memcpy(number + n, " %", 3);
        } else {
            csi_number_write_fixed(cell->value, l->digits, number);
        }
        return strdup(number);
    default:
        return NULL;
    }
}

static bool has_bars(const csi_column *column)
{
    return column->kind == CSI_COLUMN_BAR;
}

static bool write_cells(layout *l)
{
    const csi_table *table = l->table;
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *heading = table->column[c].heading;
        l->width[c] = heading == NULL ? 0 : csi_text_width(heading, strlen(heading));
    }
    for (size_t i = 0; i < table->n_cells; i++) {
        const size_t c = i % table->n_columns;
        if (table->column[c].heading == NULL || table->cell[i].kind == CSI_TABLE_BLANK || has_bars(&table->column[c])) {
            continue;
        }
        l->text[i] = cell_text(l, &table->cell[i], table->column[c].kind);
        if (l->text[i] == NULL) {
            return false;
        }
        const int wide = csi_text_width(l->text[i], strlen(l->text[i]));
        l->width[c] = wide > l->width[c] ? wide : l->width[c];
    }
    return true;
}

static int total_width(const layout *l)
{
    int sum = -GAP;
    for (size_t c = 0; c < l->table->n_columns; c++) {
        sum += l->width[c] > 0 ? l->width[c] + GAP : 0;
    }
    return sum;
}

/* Takes `excess` columns off the widest columns of this kind, none below `least`; returns what is still too much. */
static int shorten(layout *l, csi_column_kind kind, int least, int excess)
{
    while (excess > 0) {
        size_t widest = CSI_NONE;
        for (size_t c = 0; c < l->table->n_columns; c++) {
            if (l->table->column[c].kind == kind && l->width[c] > least &&
                (widest == CSI_NONE || l->width[c] > l->width[widest])) {
                widest = c;
            }
        }
        if (widest == CSI_NONE) {
            return excess;
        }
        l->width[widest]--;
        excess--;
    }
    return 0;
}

/* How much could be taken off by shortening texts to no less than `text_least` columns. */
static int count_slack(const layout *l, int text_least)
{
    int slack = 0;
    for (size_t c = 0; c < l->table->n_columns; c++) {
        const csi_column_kind kind = l->table->column[c].kind;
        const int least = kind == CSI_COLUMN_PROSE ? PROSE_MIN : text_least;
        if ((kind == CSI_COLUMN_TEXT || kind == CSI_COLUMN_PROSE) && l->width[c] > least) {
            slack += l->width[c] - least;
        }
    }
    return slack;
}

/* The widest column of the highest `spare`, counted from the right; CSI_NONE when none can be spared. */
static size_t find_spare(const layout *l)
{
    size_t found = CSI_NONE;
    for (size_t c = 0; c < l->table->n_columns; c++) {
        if (l->width[c] > 0 && l->table->column[c].spare > 0 &&
            (found == CSI_NONE || l->table->column[c].spare >= l->table->column[found].spare)) {
            found = c;
        }
    }
    return found;
}

static void settle_widths(layout *l)
{
    const csi_table *table = l->table;
    size_t bar = CSI_NONE;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (has_bars(&table->column[c]) && table->column[c].heading != NULL) {
            bar = c;
            l->width[c] = l->width[c] > BAR_WANTED ? l->width[c] : BAR_WANTED;
        }
    }
    const int limit = l->screen->width;
    if (bar != CSI_NONE && limit > 0) {
        const int beyond = total_width(l) - limit - count_slack(l, 3 * NAME_MIN);
        const int least = BAR_WANTED - BAR_MIN;
        l->width[bar] -= beyond <= 0 ? 0 : beyond < least ? beyond : least;
    }
    while (limit > 0 && total_width(l) > limit) {
        const int excess = total_width(l) - limit;
        const size_t spare = find_spare(l);
        if (excess > count_slack(l, 2 * NAME_MIN) && spare != CSI_NONE) {
            l->width[spare] = 0;
            continue;
        }
        int more = shorten(l, CSI_COLUMN_PROSE, PROSE_MIN, excess);
        more = shorten(l, CSI_COLUMN_TEXT, 2 * NAME_MIN, more);
        more = shorten(l, CSI_COLUMN_PROSE, 2 * NAME_MIN, more);
        (void)shorten(l, CSI_COLUMN_TEXT, NAME_MIN, more);
        break;
    }
    if (bar != CSI_NONE && l->width[bar] > 0) {
        const int room = limit > 0 ? limit - total_width(l) + l->width[bar] : BAR_USUAL;
        l->width[bar] = room > 2 * BAR_USUAL ? 2 * BAR_USUAL : room > l->width[bar] ? room : l->width[bar];
    }
}

static void blanks(FILE *out, int n)
{
    for (int i = 0; i < n; i++) {
        fputc(' ', out);
    }
}

static void write_text(const layout *l, FILE *out, const char *text, int width, bool to_right, bool is_last)
{
    const size_t length = strlen(text);
    const int wide = csi_text_width(text, length);
    if (wide <= width) {
        blanks(out, to_right ? width - wide : 0);
        csi_text_put(out, text, length);
        blanks(out, to_right || is_last ? 0 : width - wide);
        return;
    }
    const size_t kept = csi_text_fit(text, length, width - 1);
    csi_text_put(out, text, kept);
    fputs(l->screen->has_unicode ? "\u2026" : "~", out);
    blanks(out, is_last ? 0 : width - 1 - csi_text_width(text, kept));
}

static bool is_to_right(csi_column_kind kind)
{
    return kind == CSI_COLUMN_NUMBER || kind == CSI_COLUMN_EXACT || kind == CSI_COLUMN_COUNT ||
           kind == CSI_COLUMN_SHARE;
}

/* The bytes of the words of text that fit into `width` columns; one word at least, cut when it is wider. */
static size_t fit_words(const char *text, int width)
{
    const size_t length = strlen(text);
    const size_t fits = csi_text_fit(text, length, width);
    if (fits == length) {
        return length;
    }
    for (size_t at = fits; at > 0; at--) {
        if (text[at] == ' ') {
            return at;
        }
    }
    return fits > 0 ? fits : length;
}

/* Writes the next line of a prose cell and moves *text on; true when there is more. */
static bool write_prose(FILE *out, const char **text, int width, bool is_last)
{
    const size_t n = fit_words(*text, width);
    csi_text_put(out, *text, n);
    blanks(out, is_last ? 0 : width - csi_text_width(*text, n));
    *text += n;
    *text += **text == ' ';
    return **text != '\0';
}

static void write_heading(const layout *l, FILE *out, size_t c, bool is_last)
{
    const csi_column *column = &l->table->column[c];
    write_text(l, out, column->heading, l->width[c], is_to_right(column->kind), is_last);
}

/* Writes line `line` of the cell; true when the cell goes on below. */
static bool write_cell(const layout *l, FILE *out, size_t row, size_t c, size_t line, bool is_last)
{
    const csi_column *column = &l->table->column[c];
    const size_t i = row * l->table->n_columns + c;
    const csi_table_cell *cell = &l->table->cell[i];
    const char *text = l->text[i] != NULL ? l->text[i] : "";
    if (column->kind == CSI_COLUMN_PROSE) {
        for (size_t before = 0; before < line && *text != '\0'; before++) {
            text += fit_words(text, l->width[c]);
            text += *text == ' ';
        }
        return write_prose(out, &text, l->width[c], is_last);
    }
    if (cell->kind == CSI_TABLE_BAR && line == 0 && column->low < 0 && isnan(cell->low)) {
        csi_draw_signed(out, l->screen, l->width[c], fmax(column->high, -column->low), cell->value);
    } else if (cell->kind == CSI_TABLE_BAR && line == 0) {
        csi_draw_bar(out, l->screen, l->width[c], column->low, column->high, cell->low, cell->value, cell->high);
    } else if (cell->kind == CSI_TABLE_MARKS && line == 0) {
        csi_draw_marks(out, l->screen, l->width[c], column->low, column->high, cell->marks, (size_t)cell->count);
    } else {
        write_text(l, out, line == 0 ? text : "", l->width[c], is_to_right(column->kind), is_last);
    }
    return false;
}

/* `row` CSI_NONE is the heading. Returns true when a cell of the row goes on below. */
static bool write_cells_of(const layout *l, FILE *out, size_t row, size_t line)
{
    const bool is_strong = l->screen->has_color && (row == CSI_NONE || l->table->mark[row].is_strong);
    bool is_first = true, goes_on = false;
    size_t last = 0;
    for (size_t c = 0; c < l->table->n_columns; c++) {
        last = l->width[c] > 0 ? c : last;
    }
    fputs(is_strong ? CSI_INK_BOLD : "", out);
    for (size_t c = 0; c < l->table->n_columns; c++) {
        if (l->width[c] == 0) {
            continue;
        }
        blanks(out, is_first ? 0 : GAP);
        is_first = false;
        if (row == CSI_NONE) {
            write_heading(l, out, c, c == last);
        } else {
            goes_on = write_cell(l, out, row, c, line, c == last) || goes_on;
        }
    }
    fputs(is_strong ? CSI_INK_OFF : "", out);
    return goes_on;
}

/* The same as a line of its own, without the blanks at its end. */
static bool write_line(layout *l, FILE *out, size_t row, size_t line)
{
    const bool goes_on = write_cells_of(l, l->line.stream, row, line);
    if (!csi_memory_settle(&l->line)) {
        return false;
    }
    size_t n = l->line.n;
    while (n > 0 && l->line.bytes[n - 1] == ' ') {
        n--;
    }
    fwrite(l->line.bytes, 1, n, out);
    csi_memory_clear(&l->line);
    fputc('\n', out);
    return goes_on;
}

/* A rule under the heading, so that it stands out where there is no bold. */
static void write_rule(const layout *l, FILE *out)
{
    bool is_first = true;
    for (size_t c = 0; c < l->table->n_columns; c++) {
        if (l->width[c] == 0) {
            continue;
        }
        blanks(out, is_first ? 0 : GAP);
        is_first = false;
        for (int i = 0; i < l->width[c]; i++) {
            fputs(l->screen->has_unicode ? "\u2500" : "-", out);
        }
    }
    fputc('\n', out);
}

static void write_words(const layout *l, FILE *out, const char *words)
{
    csi_text_wrap(out, words, 0, 0, l->screen->width > 0 ? l->screen->width : 100);
}

static void write_table(layout *l, FILE *out, const char *title, const char *notes)
{
    if (title != NULL) {
        write_words(l, out, title);
        fputc('\n', out);
    }
    (void)write_line(l, out, CSI_NONE, 0);
    write_rule(l, out);
    for (size_t row = 0; row < csi_table_n_rows(l->table); row++) {
        if (l->table->mark[row].is_parted) {
            fputc('\n', out);
        }
        for (size_t line = 0; write_line(l, out, row, line); line++) {
        }
    }
    if (notes != NULL) {
        fputc('\n', out);
        write_words(l, out, notes);
    }
}

csi_status csi_layout_show(const csi_table *table, const csi_call *call, const char *title, const char *notes)
{
    csi_status status = CSI_OK;
    int64_t digits = table->usual_digits;
    layout l = {.table = table, .screen = &call->screen};
    l.text = calloc(table->n_cells + 1, sizeof *l.text);
    l.width = calloc(table->n_columns, sizeof *l.width);
    const bool has_line = csi_memory_open(&l.line);
    CSI_TRY(csi_call_integer(call, CSI_OPT_DIGITS, 0, 15, &digits));
    l.digits = (int)digits;
    if (table->is_out_of_memory || l.text == NULL || l.width == NULL || !has_line || !write_cells(&l)) {
        status = csi_diag_no_memory(call->diag, "laying out a table");
        goto out;
    }
    settle_widths(&l);
    write_table(&l, call->out, title, notes);
    if (l.line.has_failed) {
        status = csi_diag_no_memory(call->diag, "laying out a table");
    }
out:
    for (size_t i = 0; l.text != NULL && i < table->n_cells; i++) {
        free(l.text[i]);
    }
    csi_memory_close(&l.line);
    free(l.text);
    free(l.width);
    return status;
}
