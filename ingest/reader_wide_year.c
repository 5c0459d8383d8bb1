/* Wide by year: one row a unit and indicator, one column a year, as the World Bank publishes them.
 *
 * The lines before the heading ("Data Source", "Last Updated Date") are passed over: the heading is the first record
 * that has a column of countries and a year label. */
#include <string.h>

#include "ingest/columns.h"
#include "ingest/period.h"


#define MAX_HEADING 64 /* longer cells with a year in them are sentences, not headings */

/* Headings that are years, and those that hold one beside other words. */
static size_t count_years(const csi_record *record, size_t *n_beside)
{
    size_t n = 0;
    *n_beside = 0;
    for (size_t i = 0; i < record->n_fields; i++) {
        int year;
        size_t length = record->field[i].length, from = 0, to = 0;
        const char *text = csi_trim(record->field[i].text, &length);
        if (length <= MAX_HEADING && csi_period_find(text, length, &year, &from, &to) != CSI_PERIOD_NONE) {
            *n_beside += from > 0 || to < length;
            n += from == 0 && to == length;
        }
    }
    return n;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    const csi_input_settings *settings = preview->settings;
    for (size_t i = 0; i < preview->n_headings; i++) {
        const csi_record *record = &preview->record[i];
        const bool has_unit = settings->unit != NULL ? csi_columns_named(record, settings->unit) != CSI_NO_COLUMN
                                                     : csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
                                                           csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN;
        size_t n_beside = 0;
        const size_t n_years = has_unit ? count_years(record, &n_beside) : 0;
        if (n_years > 0 || (n_beside > 0 && i == 0)) {
            *header = i;
            return n_years > 1 ? 80 : n_years == 1 ? 40 : 35;
        }
    }
    return 0;
}

/* DataBank writes "2002 [YR2002]" in its headings and ".." for what it does not have. */
static bool is_databank(const csi_record *record)
{
    for (size_t i = 0; i < record->n_fields; i++) {
        if (memmem(record->field[i].text, record->field[i].length, " [YR", 4) != NULL) {
            return true;
        }
    }
    return false;
}

/* True when every column of values says its indicator in its heading, beside the year. */
static bool headings_name_series(const csi_plan *plan)
{
    for (size_t i = 0; i < plan->n_values; i++) {
        if (plan->value[i].series == CSI_SERIES_OF_ROW) {
            return false;
        }
    }
    return plan->n_values > 0;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    CSI_TRY(csi_columns_plan_years(arena, preview, header, plan, diag));
    if (!headings_name_series(plan)) {
        CSI_TRY(csi_columns_plan_keys(preview, header, plan, diag));
    }
    if (is_databank(&preview->record[header])) {
        CSI_TRY(csi_columns_add_missing(arena, plan, "..", diag));
    }
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
