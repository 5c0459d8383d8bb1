/* Pre-aggregated rows: country, year, indicator, n, mean[, m2], as a database makes them of billions of measurements.
 *
 * Rows of the same cell, in one file or in many, are merged exactly (tally.h), so every shard may be written on its own:
 *
 *     SELECT iso3 AS country, year, metric AS indicator, count(*) AS n, avg(x) AS mean,
 *            var_pop(x) * count(*) AS m2 FROM measurements GROUP BY ALL                            -- DuckDB
 *
 * The value of a cell is its mean (statistic: sum or count for others), its standard error that of the mean. */
#include <math.h>

#include "ingest/batch.h"
#include "ingest/columns.h"
#include "ingest/period.h"
#include "ingest/tally.h"

typedef struct parts {
    uint32_t n, mean, m2; /* columns; m2 may be CSI_NO_COLUMN */
    csi_statistic statistic;
} parts;

static bool find_parts(const csi_record *record, parts *p)
{
    p->n = csi_columns_named(record, "n");
    p->n = p->n == CSI_NO_COLUMN ? csi_columns_named(record, "count") : p->n;
    p->mean = csi_columns_named(record, "mean");
    p->m2 = csi_columns_named(record, "m2");
    return p->n != CSI_NO_COLUMN && p->mean != CSI_NO_COLUMN;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    for (size_t i = 0; i < preview->n_headings; i++) {
        parts p;
        const csi_record *record = &preview->record[i];
        const bool has_unit = csi_columns_find(record, CSI_ROLE_CODE) != CSI_NO_COLUMN ||
                              csi_columns_find(record, CSI_ROLE_NAME) != CSI_NO_COLUMN;
        if (has_unit && find_parts(record, &p) && p.m2 != CSI_NO_COLUMN) {
            *header = i;
            return 95;
        }
    }
    return 0;
}

static csi_status set_statistics(const csi_preview *preview, const csi_plan *plan, csi_statistic statistic, csi_diag *diag)
{
    const size_t n_series = csi_framework_n_series(preview->framework);
    const csi_place place = {.file = preview->label};
    const csi_value_column *value = &plan->value[0];
    for (size_t series = 0; series < n_series; series++) {
        if ((value->series == CSI_SERIES_OF_ROW || value->series == series) &&
            !csi_tally_set(preview->tally, series, statistic, 0, false)) {
            return csi_diag_error(diag, CSI_ERR_DATA, &place, "another input makes the same indicators with another statistic");
        }
    }
    return CSI_OK;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    static const char *const names[] = {"mean", "sum", "count"};
    static const csi_statistic statistics[] = {CSI_STAT_MEAN, CSI_STAT_SUM, CSI_STAT_COUNT};
    csi_status status = CSI_OK;
    size_t choice = 0;
    parts *p = csi_arena_alloc(arena, 1, sizeof *p);
    plan->value = csi_arena_alloc(arena, 1, sizeof *plan->value);
    if (p == NULL || plan->value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    CSI_TRY(csi_columns_plan(arena, preview, header, plan, diag));
    if (!find_parts(&preview->record[header], p)) {
        const csi_place place = {.file = preview->label, .line = plan->header_line};
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "pre-aggregated rows need the columns n and mean, and m2 for standard errors");
    }
    plan->value->column = p->mean;
    plan->value->error_column = CSI_NO_COLUMN;
    plan->value->series = CSI_SERIES_OF_ROW;
    if (preview->settings->indicator != NULL) {
        CSI_TRY(csi_columns_fix_series(preview, preview->settings->indicator, &plan->value->series, diag));
    }
    CSI_TRY(csi_columns_plan_keys(preview, header, plan, diag));
    CSI_TRY(csi_columns_plan_year(preview, header, plan, &plan->value->year, diag));
    const csi_setting *setting = csi_setting_find(preview->settings->options, "statistic");
    if (setting != NULL) {
        CSI_TRY(csi_setting_choice(setting, names, 3, diag, &choice));
    }
    p->statistic = statistics[choice];
    plan->n_values = 1;
    CSI_TRY(set_statistics(preview, plan, p->statistic, diag));
    plan->is_tallied = true;
    plan->parts = p;
out:
    return status;
}

static csi_status read_part(csi_batch *batch, const csi_record *record, uint32_t column, double low, double *number, bool *ok)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[column];
    const char *why = "is missing";
    const csi_reading reading = csi_dialect_read(&plan->dialect, field->text, field->length, number, &why);
    *ok = reading == CSI_READ_NUMBER && *number >= low;
    if (*ok) {
        return CSI_OK;
    }
    return csi_batch_report(batch, CSI_ERROR, false, record, column, "column \"%s\": \"%.*s\" %s", plan->heading[column],
                            CSI_SHOWN_LENGTH(field), field->text, reading == CSI_READ_NUMBER ? "is negative" : why);
}

static csi_status read_share(csi_batch *batch, const csi_record *record, const parts *p, csi_share *share, bool *ok)
{
    *share = (csi_share){0};
    csi_status status = read_part(batch, record, p->n, 0, &share->n, ok);
    if (status == CSI_OK && *ok && share->n > 0) {
        share->m2 = p->m2 == CSI_NO_COLUMN && share->n > 1 ? (double)NAN : 0; /* unknown: a standard error of 0 would be a lie */
        status = read_part(batch, record, p->mean, -1.7e308, &share->mean, ok);
        if (status == CSI_OK && *ok && p->m2 != CSI_NO_COLUMN) {
            status = read_part(batch, record, p->m2, 0, &share->m2, ok);
        }
    }
    return status;
}

static csi_status read_record(const csi_plan *plan, const csi_record *given, csi_batch *batch)
{
    csi_record record;
    bool goes_on;
    csi_plan_key key;
    csi_status status = csi_plan_begin(plan, given, batch, &record, &goes_on);
    if (status == CSI_OK && goes_on) {
        status = csi_plan_read_key(plan, &record, batch, &key, &goes_on);
    }
    if (status != CSI_OK || !goes_on) {
        return status;
    }
    csi_share share;
    bool ok;
    status = read_share(batch, &record, plan->parts, &share, &ok);
    if (status != CSI_OK || !ok || share.n <= 0) {
        return status;
    }
    const csi_origin origin = {.line = (uint32_t)record.line, .column = (uint16_t)(plan->value->column + 1), .file = plan->file};
    const csi_observation seen = {
        .origin = origin, .slot = key.slot, .series = key.series, .year = (uint32_t)(key.year - plan->options->first_year)};
    return csi_batch_share(batch, &seen, &share);
}

const csi_reader csi_reader_aggregated = {
    .name = "aggregated",
    .summary = "pre-aggregated rows, merged exactly: country,year,indicator,n,mean,m2 (from DuckDB, ClickHouse, Spark)",
    .sniff = sniff,
    .plan = make_plan,
    .read = read_record,
};
