/* See rows.h. */
#include "ingest/rows.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_SHARE 4 /* at least one in so many of the years asked for stands in a row, else its cells are kept singly */

static bool is_asked_for(const csi_plan *plan, const csi_value_column *value)
{
    return value->year >= plan->options->first_year && value->year <= plan->options->last_year;
}

static bool gives_series(const csi_plan *plan)
{
    if (plan->is_tallied || plan->bound != NULL || plan->n_values == 0) {
        return false;
    }
    for (size_t i = 0; i < plan->n_values; i++) {
        const csi_value_column *value = &plan->value[i];
        if (value->series != plan->value[0].series || value->year == CSI_YEAR_OF_ROW ||
            value->error_column != CSI_NO_COLUMN) {
            return false;
        }
    }
    return true;
}

csi_status csi_rows_plan(csi_arena *arena, csi_plan *plan)
{
    const size_t n_years = (size_t)(plan->options->last_year - plan->options->first_year) + 1;
    if (!gives_series(plan)) {
        return CSI_OK;
    }
    csi_row_plan *rows = csi_arena_alloc(arena, 1, sizeof *rows);
    csi_row_cell *cell = csi_arena_alloc(arena, plan->n_values, sizeof *cell);
    uint16_t *column = csi_arena_alloc(arena, n_years, sizeof *column);
    if (rows == NULL || cell == NULL || column == NULL) {
        return CSI_ERR_MEMORY;
    }
    *rows = (csi_row_plan){.series = plan->value[0].series, .cell = cell, .column = column};
    for (size_t i = 0; i < plan->n_values; i++) {
        if (!is_asked_for(plan, &plan->value[i])) {
            rows->n_other_years++;
            continue;
        }
        const uint32_t year = (uint32_t)(plan->value[i].year - plan->options->first_year);
        if (column[year] != 0) {
            return CSI_OK; /* two columns of one year */
        }
        column[year] = (uint16_t)(csi_plan_raw_column(plan, plan->value[i].column) + 1);
        cell[rows->n++] = (csi_row_cell){plan->value[i].column, year};
    }
    plan->rows = rows->n * LEAST_SHARE >= n_years ? rows : NULL;
    return CSI_OK;
}

static csi_status keep(csi_batch *batch, const csi_series_row *row)
{
    if (batch->n_rows == batch->row_room) {
        const size_t room = batch->row_room == 0 ? 256 : 2 * batch->row_room;
        csi_batch_row *grown = reallocarray(batch->row, room, sizeof *grown);
        if (grown == NULL) {
            return CSI_ERR_MEMORY;
        }
        batch->row = grown;
        batch->row_room = room;
    }
    batch->row[batch->n_rows++] = (csi_batch_row){.row = *row, .n_before = batch->n};
    return CSI_OK;
}

/* A cell that is no plain number: NaN where it is missing, or none at all, which was reported. */
static csi_status read_cell(csi_batch *batch, const csi_record *record, const csi_row_cell *cell, uint32_t slot,
                            uint32_t series, double *value)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[cell->column];
    const char *why = NULL;
    const csi_reading reading = csi_dialect_read(&plan->dialect, field->text, field->length, value, &why);
    if (reading == CSI_READ_NUMBER) {
        return CSI_OK;
    }
    *value = NAN;
    if (reading == CSI_READ_MISSING) {
        batch->n_missing++;
        return CSI_OK;
    }
    return csi_plan_report_cell(batch, record, cell->column, slot, series, plan->options->first_year + (int)cell->year, why);
}

/* The record's values by year; *n_given is how many there are. */
static csi_status read_cells(csi_batch *batch, const csi_record *record, uint32_t slot, uint32_t series, double *value,
                             size_t *n_given)
{
    const csi_plan *plan = batch->plan;
    const csi_row_plan *rows = plan->rows;
    const bool is_plain = csi_dialect_is_plain(&plan->dialect);
    const long valid_from = (long)plan->valid_from[series] - plan->options->first_year;
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const csi_row_cell cell = rows->cell[i];
        const csi_field *field = &record->field[cell.column];
        if ((long)cell.year < valid_from) {
            batch->left_out.not_yet_valid++;
            value[cell.year] = NAN;
        } else if (field->length == 0) {
            batch->n_missing++;
            value[cell.year] = NAN;
        } else if (is_plain && csi_number_read_plain(field->text, field->length, &value[cell.year])) {
            n++;
        } else {
            const csi_status status = read_cell(batch, record, &cell, slot, series, &value[cell.year]);
            if (status != CSI_OK) {
                return status;
            }
            n += (size_t)!isnan(value[cell.year]);
        }
    }
    *n_given = n;
    return CSI_OK;
}

csi_status csi_rows_read(csi_batch *batch, const csi_record *record, uint32_t slot, uint32_t series)
{
    csi_status status = CSI_OK;
    const csi_plan *plan = batch->plan;
    const size_t n_years = (size_t)(plan->options->last_year - plan->options->first_year) + 1;
    size_t n_given;
    double *value = csi_chunks_take(&batch->values, n_years * sizeof *value);
    if (value == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t year = 0; plan->rows->n < n_years && year < n_years; year++) {
        value[year] = NAN;
    }
    batch->left_out.other_years += plan->rows->n_other_years;
    CSI_TRY(read_cells(batch, record, slot, series, value, &n_given));
    if (n_given == 0) {
        csi_chunks_return(&batch->values, n_years * sizeof *value);
        return CSI_OK;
    }
    const csi_series_row row = {value, slot, series, (uint32_t)record->line, plan->file, n_given};
    status = keep(batch, &row);
out:
    return status;
}
