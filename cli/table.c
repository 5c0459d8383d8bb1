/* See table.h. The cells are kept as given; the layout is worked out when the table is shown. */
#include "cli/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/draw.h"
#include "cli/layout.h"
#include "cli/text.h"
#include "core/json.h"
#include "core/number.h"
#include "index/csv.h"

csi_status csi_table_new(const csi_column *column, size_t n_columns, csi_diag *diag, csi_table **table)
{
    *table = calloc(1, sizeof **table);
    if (*table == NULL) {
        return csi_diag_no_memory(diag, "making a table");
    }
    (*table)->column = column;
    (*table)->n_columns = n_columns;
    (*table)->usual_digits = 2;
    return CSI_OK;
}

void csi_table_free(csi_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n_cells; i++) {
        free(table->cell[i].text);
        free(table->cell[i].marks);
    }
    free(table->cell);
    free(table->mark);
    free(table);
}

static bool grow_marks(csi_table *table)
{
    if (table->n_cells % table->n_columns != 0) {
        return true;
    }
    const size_t row = table->n_cells / table->n_columns;
    if (row < table->room_rows) {
        return true;
    }
    const size_t room = table->room_rows == 0 ? 64 : table->room_rows * 2;
    csi_row_mark *mark = realloc(table->mark, room * sizeof *mark);
    if (mark == NULL) {
        return false;
    }
    memset(mark + table->room_rows, 0, (room - table->room_rows) * sizeof *mark);
    table->mark = mark;
    table->room_rows = room;
    return true;
}

static csi_table_cell *add(csi_table *table, csi_table_cell_kind kind)
{
    static csi_table_cell nowhere;
    if (table->n_cells == table->room_cells && !table->is_out_of_memory) {
        const size_t room = table->room_cells == 0 ? 256 : table->room_cells * 2;
        csi_table_cell *cell = realloc(table->cell, room * sizeof *cell);
        table->is_out_of_memory = cell == NULL;
        table->cell = cell != NULL ? cell : table->cell;
        table->room_cells = cell != NULL ? room : table->room_cells;
    }
    if (table->is_out_of_memory || !grow_marks(table)) {
        table->is_out_of_memory = true;
        nowhere = (csi_table_cell){.kind = CSI_TABLE_BLANK};
        return &nowhere;
    }
    if (table->n_cells % table->n_columns == 0) {
        table->mark[table->n_cells / table->n_columns] = table->next_mark;
        table->next_mark = (csi_row_mark){0};
    }
    table->cell[table->n_cells] = (csi_table_cell){.kind = kind};
    return &table->cell[table->n_cells++];
}

void csi_table_text(csi_table *table, const char *text)
{
    char *copy = text != NULL ? strdup(text) : NULL;
    if (text != NULL && copy == NULL) {
        table->is_out_of_memory = true;
    }
    csi_table_cell *cell = add(table, copy != NULL ? CSI_TABLE_TEXT : CSI_TABLE_BLANK);
    if (table->is_out_of_memory) {
        free(copy);
        return;
    }
    cell->text = copy;
}

void csi_table_number(csi_table *table, double value)
{
    add(table, isnan(value) ? CSI_TABLE_BLANK : CSI_TABLE_NUMBER)->value = value;
}

void csi_table_count(csi_table *table, int64_t value)
{
    add(table, CSI_TABLE_COUNT)->count = value;
}

void csi_table_rank(csi_table *table, int rank)
{
    if (rank > 0) {
        csi_table_count(table, rank);
    } else {
        csi_table_blank(table);
    }
}

void csi_table_interval(csi_table *table, double low, double high)
{
    char text[2 * CSI_NUMBER_MAX + 1];
    if (isnan(low) || isnan(high)) {
        csi_table_blank(table);
        return;
    }
    size_t n = csi_number_write_fixed(low, 0, text);
    text[n++] = '-';
    csi_number_write_fixed(high, 0, text + n);
    csi_table_text(table, text);
}

void csi_table_blank(csi_table *table)
{
    (void)add(table, CSI_TABLE_BLANK);
}

void csi_table_bar(csi_table *table, double low, double mark, double high)
{
    csi_table_cell *cell = add(table, CSI_TABLE_BAR);
    cell->value = mark;
    cell->low = low;
    cell->high = high;
}

void csi_table_marks(csi_table *table, const double *value, size_t n)
{
    double *copy = calloc(n + 1, sizeof *copy);
    if (copy == NULL) {
        table->is_out_of_memory = true;
    }
    csi_table_cell *cell = add(table, CSI_TABLE_MARKS);
    if (table->is_out_of_memory) {
        free(copy);
        return;
    }
    memcpy(copy, value, n * sizeof *copy);
    cell->marks = copy;
    cell->count = (int64_t)n;
}

void csi_table_emphasise(csi_table *table)
{
    table->next_mark.is_strong = true;
}

void csi_table_part(csi_table *table)
{
    table->next_mark.is_parted = true;
}

void csi_table_usual_digits(csi_table *table, int digits)
{
    table->usual_digits = digits;
}

size_t csi_table_n_rows(const csi_table *table)
{
    return table->n_cells / table->n_columns;
}

static void write_bytes(void *user, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, user);
}

static void show_csv(const csi_table *table, FILE *out)
{
    csi_csv csv;
    csi_csv_init(&csv, write_bytes, out);
    for (size_t c = 0; c < table->n_columns; c++) {
        if (table->column[c].key != NULL) {
            csi_csv_text(&csv, table->column[c].key);
        }
    }
    csi_csv_end_row(&csv);
    for (size_t i = 0; i < table->n_cells; i++) {
        const csi_table_cell *cell = &table->cell[i];
        if (table->column[i % table->n_columns].key == NULL) {
        } else if (cell->kind == CSI_TABLE_NUMBER) {
            csi_csv_number(&csv, cell->value);
        } else if (cell->kind == CSI_TABLE_COUNT) {
            csi_csv_integer(&csv, cell->count);
        } else {
            csi_csv_text(&csv, cell->kind == CSI_TABLE_TEXT ? cell->text : NULL);
        }
        if (i % table->n_columns == table->n_columns - 1) {
            csi_csv_end_row(&csv);
        }
    }
    csi_csv_flush(&csv);
}

static void show_json(const csi_table *table, FILE *out)
{
    csi_json json;
    csi_json_init(&json, write_bytes, out, true);
    csi_json_begin_array(&json);
    for (size_t i = 0; i < table->n_cells; i++) {
        const csi_table_cell *cell = &table->cell[i];
        const size_t c = i % table->n_columns;
        const char *key = table->column[c].key;
        if (c == 0) {
            csi_json_begin_object(&json);
        }
        if (key == NULL) {
        } else if (cell->kind == CSI_TABLE_NUMBER) {
            csi_json_number_at(&json, key, cell->value);
        } else if (cell->kind == CSI_TABLE_COUNT) {
            csi_json_integer_at(&json, key, cell->count);
        } else {
            csi_json_text_at(&json, key, cell->kind == CSI_TABLE_TEXT ? cell->text : NULL);
        }
        if (c == table->n_columns - 1) {
            csi_json_end_object(&json);
        }
    }
    csi_json_end_array(&json);
    fputc('\n', out);
}

csi_status csi_table_show(const csi_table *table, const csi_call *call, const char *title, const char *notes)
{
    if (table->is_out_of_memory) {
        return csi_diag_no_memory(call->diag, "laying out a table");
    }
    const size_t format = csi_call_choice(call, CSI_OPT_FORMAT);
    if (format == 1) {
        show_csv(table, call->out);
    } else if (format == 2) {
        show_json(table, call->out);
    } else {
        return csi_layout_show(table, call, title, notes);
    }
    return CSI_OK;
}
