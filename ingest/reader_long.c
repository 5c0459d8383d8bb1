/* Long files: one value a row, with columns for the unit, the year, the indicator and the value.
 *
 * Covers `iso3,year,indicator,value[,standard_error]` and every export of that shape; a file of one indicator needs no
 * indicator column when the configuration names it. Several key columns are joined by a point. */
#include "ingest/columns.h"

#include <limits.h>

static bool has_unit(const csi_preview *preview, const csi_record *record)
{
    const csi_input_settings *settings = preview->settings;
    return settings->unit != NULL ? csi_columns_named(record, settings->unit) != CSI_NO_COLUMN
                                  : csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
                                        csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN;
}

static bool has(const csi_record *record, const char *heading, csi_role role)
{
    return (heading != NULL ? csi_columns_named(record, heading) : csi_columns_find(record, role)) != CSI_NO_COLUMN;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    const csi_input_settings *settings = preview->settings;
    for (size_t i = 0; i < preview->n_headings; i++) {
        const csi_record *record = &preview->record[i];
        const bool has_indicator = settings->indicator != NULL || settings->n_keys > 0 ||
                                   has(record, NULL, CSI_ROLE_INDICATOR) || has(record, NULL, CSI_ROLE_INDICATOR_NAME);
        if (has_unit(preview, record) && has_indicator && has(record, settings->value, CSI_ROLE_VALUE) &&
            (settings->fixed_year != INT_MIN || has(record, settings->year, CSI_ROLE_YEAR))) {
            *header = i;
            return 90;
        }
    }
    return 0;
}

static csi_status missing_column(const csi_preview *preview, size_t header, const char *what, const char *option,
                                 csi_diag *diag)
{
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "no column of %s is found: name it with columns: {%s: ...}", what,
                          option);
}

static csi_status plan_series(const csi_preview *preview, size_t header, csi_plan *plan, csi_value_column *value,
                              csi_diag *diag)
{
    value->series = CSI_SERIES_OF_ROW;
    if (preview->settings->indicator != NULL) {
        return csi_columns_fix_series(preview, preview->settings->indicator, &value->series, diag);
    }
    return csi_columns_plan_keys(preview, header, plan, diag);
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    csi_value_column *value = csi_arena_alloc(arena, 1, sizeof *value);
    if (value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    CSI_TRY(plan_series(preview, header, plan, value, diag));
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_VALUE, diag, &value->column));
    if (value->column == CSI_NO_COLUMN) {
        return missing_column(preview, header, "values", "value", diag);
    }
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_STANDARD_ERROR, diag, &value->error_column));
    CSI_TRY(csi_columns_plan_year(preview, header, plan, &value->year, diag));
    plan->value = value;
    plan->n_values = 1;
    uint32_t low, high;
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_LOW, diag, &low));
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_HIGH, diag, &high));
    CSI_TRY(csi_columns_set_bounds(arena, preview, plan, 0, low, high, diag));
out:
    return status;
}

const csi_reader csi_reader_long = {
    .name = "long",
    .summary = "one value a row: iso3,year,indicator,value[,standard_error], under any of the usual headings",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
