/* See rows.h. */
#include "ingest/rows.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_SHARE 4 /* at least one in so many of the years asked for stands in a row, else its cells are kept singly */

static size_t year_of(const csi_plan *plan, const csi_value_column *value)
{
    return (size_t)(value->year - plan->options->first_year);
}

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
    const csi_value_column **value = csi_arena_alloc(arena, plan->n_values, sizeof *value);
    uint16_t *column = csi_arena_alloc(arena, n_years, sizeof *column);
    if (rows == NULL || value == NULL || column == NULL) {
        return CSI_ERR_MEMORY;
    }
    *rows = (csi_row_plan){.series = plan->value[0].series, .value = value, .column = column};
    for (size_t i = 0; i < plan->n_values; i++) {
        if (!is_asked_for(plan, &plan->value[i])) {
            rows->n_other_years++;
            continue;
        }
        uint16_t *at = &column[year_of(plan, &plan->value[i])];
        if (*at != 0) {
            return CSI_OK; /* two columns of one year */
        }
        *at = (uint16_t)(csi_plan_raw_column(plan, plan->value[i].column) + 1);
        value[rows->n++] = &plan->value[i];
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

/* One cell; NaN where it is missing, or no number, which was reported. */
static inline csi_status read_cell(csi_batch *batch, const csi_record *record, const csi_value_column *column, uint32_t slot,
                                   uint32_t series, double *value)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[column->column];
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
    return csi_plan_report_cell(batch, record, column->column, slot, series, column->year, why);
}

csi_status csi_rows_read(csi_batch *batch, const csi_record *record, uint32_t slot, uint32_t series)
{
    csi_status status = CSI_OK;
    const csi_plan *plan = batch->plan;
    const csi_row_plan *rows = plan->rows;
    const size_t n_years = (size_t)(plan->options->last_year - plan->options->first_year) + 1;
    size_t n_given = 0;
    double *value = csi_chunks_take(&batch->values, n_years * sizeof *value);
    if (value == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t year = 0; rows->n < n_years && year < n_years; year++) {
        value[year] = NAN;
    }
    batch->left_out.other_years += rows->n_other_years;
    for (size_t i = 0; i < rows->n; i++) {
        double *to = &value[year_of(plan, rows->value[i])];
        if (rows->value[i]->year < plan->valid_from[series]) {
            batch->left_out.not_yet_valid++;
            *to = NAN;
            continue;
        }
        CSI_TRY(read_cell(batch, record, rows->value[i], slot, series, to));
        n_given += (size_t)!isnan(*to);
    }
    if (n_given == 0) {
        csi_chunks_return(&batch->values, n_years * sizeof *value);
        return CSI_OK;
    }
    const csi_series_row row = {value, slot, series, (uint32_t)record->line, plan->file, n_given};
    status = keep(batch, &row);
out:
    return status;
}
