/* One indicator a file: a unit, a year and one column of values whose heading is the indicator's name.
 *
 * Our World in Data ("Entity,Code,Year,Press freedom") and Gapminder's DDF datapoints ("geo,time,internet_users") come so.
 * The value is the column that the framework (or `indicators`) knows; else the only column left over, when the
 * configuration names the file's indicator. */
#include "ingest/columns.h"

#include <limits.h>

/* The columns that are neither unit, name nor year; the last of them in *last. */
static size_t count_left(const csi_record *record, uint32_t code, uint32_t name, uint32_t year, uint32_t *last)
{
    size_t n = 0;
    for (uint32_t i = 0; i < record->n_fields; i++) {
        if (i != code && i != name && i != year && record->field[i].length > 0) {
            *last = i;
            n++;
        }
    }
    return n;
}

static bool find(const csi_preview *preview, const csi_record *record, uint32_t *value)
{
    const csi_input_settings *settings = preview->settings;
    const uint32_t code = settings->unit != NULL ? csi_columns_named(record, settings->unit)
                                                 : csi_columns_find(record, CSI_ROLE_CODE);
    const uint32_t name = csi_columns_find(record, CSI_ROLE_NAME);
    const uint32_t year = settings->year != NULL ? csi_columns_named(record, settings->year)
                                                 : csi_columns_find(record, CSI_ROLE_YEAR);
    if ((code == CSI_NO_COLUMN && name == CSI_NO_COLUMN) || (year == CSI_NO_COLUMN && settings->fixed_year == INT_MIN)) {
        return false;
    }
    if (settings->value != NULL) {
        *value = csi_columns_named(record, settings->value);
        return *value != CSI_NO_COLUMN;
    }
    return count_left(record, code, name, year, value) == 1;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    for (size_t i = 0; i < preview->n_headings; i++) {
        uint32_t value;
        if (find(preview, &preview->record[i], &value)) {
            *header = i;
            return preview->settings->indicator != NULL ? 70 : 30;
        }
    }
    return 0;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    char line[CSI_PLACE_ROOM];
    const csi_input_settings *settings = preview->settings;
    csi_value_column *value = csi_arena_alloc(arena, 1, sizeof *value);
    if (value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    if (!find(preview, &preview->record[header], &value->column)) {
        const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "this file has no single column of values beside country and year: name it with columns: "
                              "{value: ...}");
    }
    value->error_column = CSI_NO_COLUMN;
    if (settings->indicator != NULL) {
        CSI_TRY(csi_columns_fix_series(preview, settings->indicator, &value->series, diag));
    } else {
        const csi_field *field = &preview->record[header].field[value->column];
        const size_t series = csi_plan_find_series(plan, field->text, field->length);
        if (series == CSI_NONE) {
            const csi_place place = csi_columns_place(preview, header, value->column, line);
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "\"%s\" is no indicator of the framework: say which one this file holds with "
                                  "indicator: CODE",
                                  plan->heading[value->column]);
        }
        value->series = (uint32_t)series;
    }
    CSI_TRY(csi_columns_plan_year(preview, header, plan, &value->year, diag));
    plan->value = value;
    plan->n_values = 1;
out:
    return status;
}

const csi_reader csi_reader_one_indicator = {
    .name = "one_indicator",
    .summary = "country, year and one column of values: Our World in Data (Entity,Code,Year,...), Gapminder DDF (geo,time,...)",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
