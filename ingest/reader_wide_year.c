/* Wide by year: one row a unit and indicator, one column a year, as the World Bank publishes them.
 *
 * The lines before the heading ("Data Source", "Last Updated Date") are passed over: the heading is the first record
 * that has a column of countries and a year label. */
#include "ingest/columns.h"

#include "ingest/period.h"

static bool is_year_heading(const csi_field *field, int *year)
{
    const csi_period_kind kind = csi_period_read(field->text, field->length, year);
    return kind == CSI_PERIOD_YEAR || kind == CSI_PERIOD_RANGE;
}

static size_t count_years(const csi_record *record)
{
    size_t n = 0;
    for (size_t i = 0; i < record->n_fields; i++) {
        int year;
        n += is_year_heading(&record->field[i], &year);
    }
    return n;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    const csi_input_settings *settings = preview->settings;
    for (size_t i = 0; i < preview->n; i++) {
        const csi_record *record = &preview->record[i];
        const bool has_unit = settings->unit != NULL ? csi_columns_named(record, settings->unit) != CSI_NO_COLUMN
                                                     : csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
                                                           csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN;
        const size_t n_years = has_unit ? count_years(record) : 0;
        if (n_years > 0) {
            *header = i;
            return n_years > 1 ? 80 : 40;
        }
    }
    return 0;
}

/* Two columns of one year would be two values for one cell. */
static csi_status check_years(const csi_preview *preview, size_t header, const csi_plan *plan, csi_diag *diag)
{
    for (size_t i = 1; i < plan->n_values; i++) {
        for (size_t j = 0; j < i; j++) {
            if (plan->value[i].year == plan->value[j].year) {
                char line[CSI_PLACE_ROOM];
                const csi_place place = csi_columns_place(preview, header, plan->value[i].column, line);
                return csi_diag_error(diag, CSI_ERR_DATA, &place, "columns %u and %u are both of the year %d",
                                      (unsigned)plan->value[j].column + 1, (unsigned)plan->value[i].column + 1,
                                      plan->value[i].year);
            }
        }
    }
    return CSI_OK;
}

static csi_status plan_years(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    plan->value = csi_arena_alloc(arena, count_years(record) + 1, sizeof *plan->value);
    if (plan->value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    uint32_t series = CSI_SERIES_OF_ROW;
    if (preview->settings->indicator != NULL) {
        const csi_status status = csi_columns_fix_series(preview, preview->settings->indicator, &series, diag);
        if (status != CSI_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < record->n_fields; i++) {
        int year;
        if (is_year_heading(&record->field[i], &year) && year >= preview->options->first_year &&
            year <= preview->options->last_year) {
            plan->value[plan->n_values++] = (csi_value_column){i, CSI_NO_COLUMN, series, year};
        }
    }
    return check_years(preview, header, plan, diag);
}

static csi_status plan_keys(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    const csi_record *record = &preview->record[header];
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    if (settings->indicator != NULL) {
        return CSI_OK;
    }
    plan->n_keys = settings->n_keys > 0 ? settings->n_keys : 1;
    for (size_t i = 0; i < settings->n_keys; i++) {
        plan->key_column[i] = csi_columns_named(record, settings->key[i]);
        if (plan->key_column[i] == CSI_NO_COLUMN) {
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "no column is headed \"%s\", which the configuration names", settings->key[i]);
        }
    }
    if (settings->n_keys == 0) {
        plan->key_column[0] = csi_columns_find(record, CSI_ROLE_INDICATOR);
        if (plan->key_column[0] == CSI_NO_COLUMN) {
            plan->key_column[0] = csi_columns_find(record, CSI_ROLE_INDICATOR_NAME);
        }
        if (plan->key_column[0] == CSI_NO_COLUMN) {
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "no column tells the indicator: if the file holds one only, set indicator: CODE");
        }
    }
    return CSI_OK;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    CSI_TRY(plan_keys(preview, header, plan, diag));
    CSI_TRY(plan_years(arena, preview, header, plan, diag));
out:
    return status;
}

const csi_reader csi_reader_wide_year = {
    .name = "wide_year",
    .summary = "one column a year: Country Name,Country Code,Indicator Name,Indicator Code,1960,1961,... (World Bank)",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
