/* Wide by indicator: one row a unit and year, one column an indicator. COINr's iData is of this shape (uName, uCode,
 * groups, Time, then the indicators by their iCode).
 *
 * A file without a year column is one cross-section: the configuration says of which year, unless only one is read. */
#include "ingest/columns.h"

#include <limits.h>

#include "ingest/period.h"

static size_t series_of(const csi_preview *preview, const csi_field *heading)
{
    const csi_plan probe = {.framework = preview->framework,
                            .alias = preview->settings->alias,
                            .n_aliases = preview->settings->n_aliases};
    return csi_plan_find_series(&probe, heading->text, heading->length);
}

static int sniff(const csi_preview *preview, size_t *header)
{
    for (size_t i = 0; i < preview->n_headings; i++) {
        const csi_record *record = &preview->record[i];
        size_t n = 0;
        for (size_t column = 0; column < record->n_fields; column++) {
            n += series_of(preview, &record->field[column]) != CSI_NONE;
        }
        if (n > 0 && (csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
                      csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN || preview->settings->unit != NULL)) {
            *header = i;
            return n > 1 ? 85 : 50;
        }
    }
    return 0;
}

static bool is_listed(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (csi_columns_is_same(list[i], text)) {
            return true;
        }
    }
    return false;
}

/* True when the column has a use of its own or may be passed over without a word. */
static bool is_accounted(const csi_preview *preview, size_t header, const csi_plan *plan, uint32_t column)
{
    const csi_record *record = &preview->record[header];
    if (record->field[column].length == 0 || csi_columns_is_usual(record, column) || column == plan->unit_column ||
        column == plan->year_column) {
        return true;
    }
    for (size_t i = 0; i < plan->n_groups; i++) {
        if (plan->group[i].column == column) {
            return true;
        }
    }
    for (size_t i = 0; i < plan->n_filters; i++) {
        if (plan->filter[i].column == column) {
            return true;
        }
    }
    return is_listed(preview->framework->other, preview->framework->n_others, plan->heading[column]);
}

#define MAX_PLACED 100 /* warnings */

static csi_status report_unknown(const csi_preview *preview, size_t header, const csi_plan *plan, uint32_t column,
                                 csi_diag *diag)
{
    const bool is_error = preview->options->unknown_indicators == CSI_POLICY_ERROR;
    if (preview->options->unknown_indicators == CSI_POLICY_IGNORE) {
        return CSI_OK;
    }
    if (csi_diag_is_full(diag) || csi_diag_n_warnings(diag) > MAX_PLACED) {
        return is_error ? CSI_ERR_DATA : CSI_OK; /* finding a place means reading the whole heading again */
    }
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, column, line);
    if (is_error) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "column \"%s\" is no indicator of the framework: say which one it is with indicators: "
                              "{\"%s\": CODE}, or leave such columns out with unknown_indicators: ignore",
                              plan->heading[column], plan->heading[column]);
    }
    csi_diag_warn(diag, &place, "column \"%s\" is no indicator of the framework and is left out", plan->heading[column]);
    return CSI_OK;
}

static csi_status plan_values(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, int32_t year,
                              csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    const size_t n_series = csi_framework_n_series(preview->framework);
    csi_status status = CSI_OK;
    uint32_t *seen = csi_arena_alloc(arena, n_series + 1, sizeof *seen); /* column + 1 */
    plan->value = csi_arena_alloc(arena, n_series + 1, sizeof *plan->value);
    if (plan->value == NULL || seen == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    for (uint32_t column = 0; column < record->n_fields; column++) {
        const size_t series = series_of(preview, &record->field[column]);
        if (series == CSI_NONE) {
            const csi_status found = is_accounted(preview, header, plan, column)
                                         ? CSI_OK
                                         : report_unknown(preview, header, plan, column, diag);
            status = status == CSI_OK ? found : status;
            continue;
        }
        if (seen[series] != 0) {
            char line[CSI_PLACE_ROOM];
            const csi_place place = csi_columns_place(preview, header, column, line);
            return csi_diag_error(diag, CSI_ERR_DATA, &place, "columns %u and %u are both of the indicator \"%s\"",
                                  (unsigned)seen[series], (unsigned)column + 1, plan->heading[column]);
        }
        seen[series] = column + 1;
        plan->value[plan->n_values++] = (csi_value_column){column, CSI_NO_COLUMN, (uint32_t)series, year};
    }
    return status;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    int32_t year = CSI_YEAR_OF_ROW;
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    CSI_TRY(csi_columns_plan_year(preview, header, plan, &year, diag));
    const uint32_t name = csi_columns_find(&preview->record[header], CSI_ROLE_NAME);
    plan->label_column = name != plan->unit_column ? name : CSI_NO_COLUMN;
    CSI_TRY(plan_values(arena, preview, header, plan, year, diag));
out:
    return status;
}

const csi_reader csi_reader_wide_indicator = {
    .name = "wide_indicator",
    .summary = "one column an indicator: uCode,uName,Time, groups, then a column for each iCode (COINr iData)",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
