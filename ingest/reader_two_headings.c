/* Two heading rows: years above, measures below, as the Worldwide Governance Indicators' workbooks export; or three, with
 * groups of years above them.
 *
 * Each column of values is of the year above it and of the measure below ("Estimate", "StdErr"); a year that stands only
 * over the first column of its group holds until the next. Which measure is which indicator is said with `indicators`;
 * "StdErr" beside an "Estimate" of the same year gives its standard error. In a third line above, "Voice" makes the measure
 * "Voice.Estimate", and holds until the next label as the years do. */
#include "ingest/columns.h"

#include <string.h>

#include "ingest/period.h"

/* The year above each column, 0 where there is none; returns how many columns have one. */
static size_t years_above(const csi_record *above, size_t n_columns, int *year_of)
{
    size_t n = 0;
    int current = 0;
    for (size_t i = 0; i < n_columns; i++) {
        int year;
        if (i < above->n_fields && above->field[i].length > 0) {
            const csi_period_kind kind = csi_period_read(above->field[i].text, above->field[i].length, &year);
            current = kind == CSI_PERIOD_YEAR || kind == CSI_PERIOD_RANGE ? year : 0;
        }
        if (year_of != NULL) {
            year_of[i] = current;
        }
        n += current != 0;
    }
    return n;
}

static bool has_units(const csi_record *record)
{
    return csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
           csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    for (size_t i = 1; i < preview->n_headings; i++) {
        const csi_record *record = &preview->record[i];
        if (!has_units(record) || has_units(&preview->record[i - 1])) {
            continue;
        }
        const size_t n = years_above(&preview->record[i - 1], record->n_fields, NULL);
        if (n >= 2 && years_above(record, record->n_fields, NULL) == 0) {
            *header = i;
            return 92;
        }
    }
    return 0;
}

/* The label above the years of each column, NULL where there is none; a line with one label is a title. */
static void groups_above(const csi_record *above, size_t n_columns, const int *year_of, const csi_field **group_of)
{
    const csi_field *current = NULL;
    size_t n_labels = 0;
    for (size_t i = 0; i < n_columns; i++) {
        if (i < above->n_fields && above->field[i].length > 0) {
            current = &above->field[i];
            n_labels += year_of[i] != 0;
        }
        group_of[i] = current;
    }
    for (size_t i = 0; n_labels < 2 && i < n_columns; i++) {
        group_of[i] = NULL;
    }
}

static uint32_t error_column(const csi_record *record, const int *year_of, const csi_field *const *group_of, uint32_t column)
{
    for (uint32_t i = 0; i < record->n_fields; i++) {
        const csi_field *field = &record->field[i];
        const bool is_error = (field->length == 6 && memcmp(field->text, "StdErr", 6) == 0) ||
                              (field->length == 14 && memcmp(field->text, "Standard Error", 14) == 0);
        if (is_error && year_of[i] == year_of[column] && group_of[i] == group_of[column]) {
            return i;
        }
    }
    return CSI_NO_COLUMN;
}

/* The measure as it stands, or else with the label of its group before it. */
static csi_status find_series(csi_arena *arena, const csi_plan *plan, const csi_field *measure, const csi_field *group,
                              size_t *series)
{
    *series = csi_plan_find_series(plan, measure->text, measure->length);
    if (*series == CSI_NONE && group != NULL) {
        const char *joined = csi_arena_format(arena, "%.*s.%.*s", (int)group->length, group->text, (int)measure->length,
                                              measure->text);
        if (joined == NULL) {
            return CSI_ERR_MEMORY;
        }
        *series = csi_plan_find_series(plan, joined, strlen(joined));
    }
    return CSI_OK;
}

/* Two columns for one cell: a line above may tell them apart, but the configuration must say how. */
static csi_status check_value(const csi_preview *preview, size_t header, const csi_plan *plan, const csi_field *group,
                              csi_diag *diag)
{
    const csi_value_column *last = &plan->value[plan->n_values - 1];
    for (size_t i = 0; i + 1 < plan->n_values; i++) {
        if (plan->value[i].series == last->series && plan->value[i].year == last->year) {
            char line[CSI_PLACE_ROOM];
            const csi_place place = csi_columns_place(preview, header, last->column, line);
            const char *measure = plan->heading[last->column];
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "columns %u and %u are both \"%s\" of the year %d%s%.*s%s%s%s", plan->value[i].column + 1,
                                  last->column + 1, measure, last->year,
                                  group == NULL ? "" : "; with the label above the years, indicators: {\"",
                                  group == NULL ? 0 : (int)group->length, group == NULL ? "" : group->text,
                                  group == NULL ? "" : ".", group == NULL ? "" : measure,
                                  group == NULL ? "" : "\": CODE} says which one is meant");
        }
    }
    return CSI_OK;
}

static csi_status plan_values(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan,
                              const int *year_of, const csi_field *const *group_of, csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    for (uint32_t i = 0; i < record->n_fields; i++) {
        size_t series;
        if (find_series(arena, plan, &record->field[i], group_of[i], &series) != CSI_OK) {
            return csi_diag_no_memory(diag, "planning a reader");
        }
        if (year_of[i] != 0 && series != CSI_NONE) {
            plan->value[plan->n_values++] =
                (csi_value_column){i, error_column(record, year_of, group_of, i), (uint32_t)series, year_of[i]};
            const csi_status status = check_value(preview, header, plan, group_of[i], diag);
            if (status != CSI_OK) {
                return status;
            }
        }
    }
    if (plan->n_values > 0) {
        return CSI_OK;
    }
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    return csi_diag_error(diag, CSI_ERR_DATA, &place,
                          "none of the measures in this line is an indicator of the framework: say which one is with "
                          "indicators: {Estimate: CODE}");
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    const size_t n = preview->record[header].n_fields;
    int *year_of = csi_arena_alloc(arena, n + 1, sizeof *year_of);
    const csi_field **group_of = csi_arena_alloc(arena, n + 1, sizeof *group_of);
    plan->value = csi_arena_alloc(arena, n + 1, sizeof *plan->value);
    if (year_of == NULL || group_of == NULL || plan->value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    if (header > 0) {
        (void)years_above(&preview->record[header - 1], n, year_of);
    }
    if (header > 1) {
        groups_above(&preview->record[header - 2], n, year_of, group_of);
    }
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    CSI_TRY(plan_values(arena, preview, header, plan, year_of, group_of, diag));
out:
    return status;
}

const csi_reader csi_reader_two_headings = {
    .name = "two_headings",
    .summary = "two heading rows, years above measures (1996,1996,... over Estimate,StdErr,...): WGI workbooks; a third above names groups",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
