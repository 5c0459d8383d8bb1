/* See plan.h. */
#include "ingest/plan.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "ingest/batch.h"
#include "ingest/period.h"
#include "ingest/rows.h"

size_t csi_plan_find_series(const csi_plan *plan, const char *text, size_t length)
{
    char code[256];
    if (length >= sizeof code) {
        return CSI_NONE;
    }
    memcpy(code, text, length);
    code[length] = '\0';
    for (size_t i = 0; i < plan->n_aliases; i++) {
        if (strcmp(plan->alias[i].from, code) == 0) {
            return csi_framework_find_series(plan->framework, plan->alias[i].to);
        }
    }
    return csi_framework_find_series(plan->framework, code);
}

static bool passes(const csi_row_filter *filter, const csi_record *record)
{
    size_t length = record->field[filter->column].length;
    const char *text = csi_trim(record->field[filter->column].text, &length);
    for (size_t i = 0; i < filter->n_texts; i++) {
        if (strncmp(filter->text[i], text, length) == 0 && filter->text[i][length] == '\0') {
            return true;
        }
    }
    return false;
}

static const char *code_of_series(const csi_plan *plan, uint32_t series)
{
    const csi_framework *framework = plan->framework;
    return series < framework->n_indicators ? framework->node[series].code
                                            : framework->denominator[series - framework->n_indicators].code;
}

csi_status csi_plan_report_cell(csi_batch *batch, const csi_record *record, uint32_t column, uint32_t slot, uint32_t series,
                                int year, const char *why)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[column];
    return csi_batch_report(batch, CSI_ERROR, false, record, column,
                            "column \"%s\": indicator \"%s\", country \"%s\", year %d: \"%.*s\" %s",
                            plan->heading[column], code_of_series(plan, series), csi_units_code(plan->units, slot), year,
                            CSI_SHOWN_LENGTH(field), field->text, why);
}

double csi_plan_bound_distance(double probability)
{
    return gsl_cdf_ugaussian_Pinv(0.5 * (1.0 + probability));
}

/* What a cell says about the error of a value. */
typedef struct error_cell {
    const csi_record *record;
    uint32_t slot, series;
    int year;
} error_cell;

/* The number in `column`; NaN when it is missing; !*is_good: it is none, which was reported. */
static csi_status read_error_cell(csi_batch *batch, const error_cell *at, uint32_t column, double *number, bool *is_good)
{
    const csi_field *field = &at->record->field[column];
    const char *why = NULL;
    const csi_reading reading = csi_dialect_read(&batch->plan->dialect, field->text, field->length, number, &why);
    *is_good = reading != CSI_READ_BAD;
    if (reading == CSI_READ_MISSING) {
        *number = NAN;
    }
    return *is_good ? CSI_OK : csi_plan_report_cell(batch, at->record, column, at->slot, at->series, at->year, why);
}

/* Bounds that do not hold the value between them, or of which one is missing, are mistakes of the file. */
static csi_status read_bounds(csi_batch *batch, const error_cell *at, const csi_bound_columns *bound, double value,
                              csi_spread *spread, bool *is_good)
{
    double low = NAN, high = NAN;
    csi_status status;
    CSI_TRY(read_error_cell(batch, at, bound->low, &low, is_good));
    CSI_TRY(*is_good ? read_error_cell(batch, at, bound->high, &high, is_good) : CSI_OK);
    if (!*is_good || (isnan(low) && isnan(high))) {
        return CSI_OK;
    }
    const char *why = isnan(high)   ? "is a lower bound without an upper one"
                      : isnan(low)  ? "is an upper bound without a lower one"
                      : low > value ? "is a lower bound above the value"
                      : high < value ? "is an upper bound below the value"
                                     : NULL;
    if (why != NULL) {
        *is_good = false;
        return csi_plan_report_cell(batch, at->record, isnan(low) || (!isnan(high) && low <= value) ? bound->high : bound->low,
                           at->slot, at->series, at->year, why);
    }
    const double z = batch->plan->bound_distance;
    *spread = (csi_spread){(high - value) / z, (value - low) / z};
out:
    return status;
}

static csi_status read_spread(csi_batch *batch, const error_cell *at, const csi_value_column *column, double value,
                              csi_spread *spread, bool *is_good)
{
    const csi_plan *plan = batch->plan;
    csi_status status = CSI_OK;
    *spread = (csi_spread){NAN, NAN};
    if (plan->bound != NULL && plan->bound[column - plan->value].low != CSI_NO_COLUMN) {
        CSI_TRY(read_bounds(batch, at, &plan->bound[column - plan->value], value, spread, is_good));
    }
    if (!*is_good || !isnan(spread->above) || column->error_column == CSI_NO_COLUMN) {
        return CSI_OK;
    }
    CSI_TRY(read_error_cell(batch, at, column->error_column, &spread->above, is_good));
    if (*is_good && spread->above < 0) {
        *is_good = false;
        status = csi_plan_report_cell(batch, at->record, column->error_column, at->slot, at->series, at->year,
                             "is negative, and no standard error can be");
    }
out:
    return status;
}

/* One cell, for which the batch has room. */
static csi_status read_value(csi_batch *batch, const csi_record *record, const csi_value_column *value, uint32_t slot,
                             uint32_t series, uint32_t year)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[value->column];
    csi_observation *seen = &batch->observation[batch->n];
    const char *why = NULL;
    bool is_good = true;
    csi_status status = CSI_OK;
    const csi_reading reading = csi_dialect_read(&plan->dialect, field->text, field->length, &seen->value, &why);
    if (reading == CSI_READ_MISSING) {
        batch->n_missing++;
        return CSI_OK;
    }
    if (reading == CSI_READ_BAD) {
        return csi_plan_report_cell(batch, record, value->column, slot, series, plan->options->first_year + (int)year, why);
    }
    seen->origin = (csi_origin){.line = (uint32_t)record->line,
                                .column = (uint16_t)(csi_plan_raw_column(plan, value->column) + 1),
                                .file = plan->file};
    seen->slot = slot;
    seen->series = series;
    seen->year = year;
    if (batch->has_spreads) {
        const error_cell at = {record, slot, series, plan->options->first_year + (int)year};
        status = read_spread(batch, &at, value, seen->value, &batch->spread[batch->n], &is_good);
    }
    batch->n += is_good;
    return status;
}

/* Tells the name and the groups of the row's unit: of each, the first row that gives it counts, whichever thread reads it. */
static csi_status describe_unit(csi_batch *batch, const csi_record *record, uint32_t slot)
{
    const csi_plan *plan = batch->plan;
    csi_status status = CSI_OK;
    bool all_given = true;
    bool *described = csi_batch_described(batch, slot);
    if (described == NULL || *described) {
        return described == NULL ? CSI_ERR_MEMORY : CSI_OK;
    }
    if (plan->label_column != CSI_NO_COLUMN) {
        size_t length = record->field[plan->label_column].length;
        const char *text = csi_trim(record->field[plan->label_column].text, &length);
        all_given = length > 0;
        if (length > 0) {
            CSI_TRY(csi_units_describe(plan->units, slot, CSI_UNIT_NAME, plan->file, record->line, text, length));
        }
    }
    for (size_t g = 0; g < plan->n_groups; g++) {
        size_t length = record->field[plan->group[g].column].length;
        const char *text = csi_trim(record->field[plan->group[g].column].text, &length);
        double ignored;
        const char *why;
        const bool is_given = csi_dialect_read(&plan->dialect, text, length, &ignored, &why) != CSI_READ_MISSING;
        all_given = all_given && is_given;
        if (is_given) {
            CSI_TRY(csi_units_describe(plan->units, slot, plan->group[g].grouping, plan->file, record->line, text, length));
        }
    }
    *described = all_given;
out:
    return status;
}

/* The calendar year of the row; 0 when the cell is not one, which was reported then. */
static csi_status read_row_year(csi_batch *batch, const csi_record *record, int *year)
{
    const csi_plan *plan = batch->plan;
    const csi_field *field = &record->field[plan->year_column];
    const csi_period_kind kind = csi_period_read(field->text, field->length, year);
    if (kind == CSI_PERIOD_YEAR || kind == CSI_PERIOD_RANGE) {
        return CSI_OK;
    }
    *year = 0;
    return csi_batch_report(batch, CSI_ERROR, false, record, plan->year_column, "column \"%s\": \"%.*s\" is not a year%s",
                            plan->heading[plan->year_column], CSI_SHOWN_LENGTH(field), field->text,
                            kind == CSI_PERIOD_DATE ? " but a part of one" : " between 1000 and 2999");
}

static csi_status read_values(csi_batch *batch, const csi_record *record, uint32_t slot, uint32_t row_series,
                              int row_year)
{
    const csi_plan *plan = batch->plan;
    const csi_ingest_options *options = plan->options;
    csi_status status = csi_batch_reserve(batch, plan->n_values);
    for (size_t i = 0; i < plan->n_values && status == CSI_OK; i++) {
        const csi_value_column *value = &plan->value[i];
        const uint32_t series = value->series == CSI_SERIES_OF_ROW ? row_series : value->series;
        const int year = value->year == CSI_YEAR_OF_ROW ? row_year : value->year;
        if (year < options->first_year || year > options->last_year) {
            batch->left_out.other_years++;
            continue;
        }
        if (year < plan->valid_from[series]) {
            batch->left_out.not_yet_valid++;
            continue;
        }
        uint32_t unit = slot;
        if (slot == CSI_DATED_SLOT) {
            double ignored;
            const char *why;
            const csi_field *field = &record->field[value->column];
            if (csi_dialect_read(&plan->dialect, field->text, field->length, &ignored, &why) == CSI_READ_MISSING) {
                batch->n_missing++;
                continue; /* a country that is no more need not be known in years without a value */
            }
            status = csi_batch_unit(batch, record, year, &unit);
            if (status != CSI_OK || unit == CSI_NO_SLOT) {
                continue;
            }
        }
        status = read_value(batch, record, value, unit, series, (uint32_t)(year - options->first_year));
    }
    return status;
}

static csi_status report_width(csi_batch *batch, const csi_record *record)
{
    const csi_plan *plan = batch->plan;
    return csi_batch_report(batch, CSI_ERROR, false, record, CSI_NO_COLUMN,
                            "this row has %zu field%s where the heading has %zu", record->n_fields,
                            record->n_fields == 1 ? "" : "s", plan->n_columns);
}

static bool are_empty(const csi_record *record, size_t from)
{
    for (size_t i = from; i < record->n_fields; i++) {
        if (record->field[i].length > 0) {
            return false;
        }
    }
    return true;
}

/* Notes that publishers put below their tables: a row with nothing but its first field, which begins like one. */
static bool is_footer(const csi_plan *plan, const csi_record *record)
{
    static const char *const starts[] = {"Data from database", "Last Updated", "Source", "Note", "International Monetary Fund",
                                         "(C)", "\xc2\xa9"};
    const csi_field *field = &record->field[0];
    if (plan->n_columns < 3 || plan->n_packed > 0 || field->length < 2 || !are_empty(record, 1)) {
        return false;
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t n = strlen(starts[i]);
        if (field->length >= n && memcmp(field->text, starts[i], n) == 0) {
            return true;
        }
    }
    return plan->skips_footers;
}

/* The record at the width of the heading: empty fields beyond it are dropped, and missing ones added where the
 * configuration allows that. False: it cannot be, and was reported. */
static csi_status fit_width(csi_batch *batch, const csi_record *record, csi_record *fitted, bool *fits)
{
    const csi_plan *plan = batch->plan;
    *fitted = *record;
    *fits = record->n_fields == plan->n_columns;
    if (record->n_fields > plan->n_columns && are_empty(record, plan->n_columns)) {
        fitted->n_fields = plan->n_columns;
        *fits = true;
    } else if (record->n_fields < plan->n_columns && plan->ragged == CSI_RAGGED_PAD) {
        csi_field *field = csi_batch_fields(batch, plan->n_columns);
        if (field == NULL) {
            return CSI_ERR_MEMORY;
        }
        memmove(field, record->field, record->n_fields * sizeof *field);
        for (size_t i = record->n_fields; i < plan->n_columns; i++) {
            field[i] = (csi_field){"", 0, true};
        }
        fitted->field = field;
        fitted->n_fields = plan->n_columns;
        *fits = true;
    }
    return *fits ? CSI_OK : report_width(batch, record);
}

/* The codes of cells that read "code: label". */
static csi_status cut_labels(csi_batch *batch, csi_record *record)
{
    csi_field *field = csi_batch_fields(batch, record->n_fields);
    if (field == NULL) {
        return CSI_ERR_MEMORY;
    }
    memmove(field, record->field, record->n_fields * sizeof *field);
    for (size_t i = 0; i < record->n_fields; i++) {
        const char *colon = memchr(field[i].text, ':', field[i].length);
        if (colon != NULL && colon + 1 < field[i].text + field[i].length && colon[1] == ' ') {
            field[i].length = (uint32_t)(colon - field[i].text);
        }
    }
    record->field = field;
    return CSI_OK;
}

csi_status csi_plan_begin(const csi_plan *plan, const csi_record *given, csi_batch *batch, csi_record *record,
                          bool *goes_on)
{
    batch->n_records++;
    *record = *given;
    *goes_on = false;
    if (given->n_fields < 3 || given->field[1].length == 0) {
        if (is_footer(plan, given)) {
            batch->left_out.footers++;
            return CSI_OK;
        }
    }
    if (given->n_fields != plan->n_columns) {
        bool fits;
        const csi_status status = fit_width(batch, given, record, &fits);
        if (!fits) {
            return status;
        }
    }
    if (record->field[plan->unit_column].length == 0 && are_empty(record, 0)) {
        return CSI_OK; /* a blank row, drawn out with delimiters */
    }
    if (plan->has_labels && cut_labels(batch, record) != CSI_OK) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < plan->n_filters; i++) {
        if (!passes(&plan->filter[i], record)) {
            batch->left_out.filtered++;
            return CSI_OK;
        }
    }
    *goes_on = true;
    return CSI_OK;
}

csi_status csi_plan_read_key(const csi_plan *plan, const csi_record *record, csi_batch *batch, csi_plan_key *key,
                             bool *goes_on)
{
    const csi_value_column *value = &plan->value[0];
    csi_status status = CSI_OK;
    *key = (csi_plan_key){.slot = CSI_NO_SLOT, .series = value->series, .year = value->year};
    *goes_on = false;
    if (value->series == CSI_SERIES_OF_ROW) {
        CSI_TRY(csi_batch_series(batch, record, &key->series));
        if (key->series == CSI_NO_SLOT) {
            goto out;
        }
    }
    if (value->year == CSI_YEAR_OF_ROW) {
        CSI_TRY(read_row_year(batch, record, &key->year));
        if (key->year == 0) {
            goto out;
        }
    }
    if (key->year < plan->options->first_year || key->year > plan->options->last_year) {
        batch->left_out.other_years++;
        goto out;
    }
    if (key->year < plan->valid_from[key->series]) {
        batch->left_out.not_yet_valid++;
        goto out;
    }
    CSI_TRY(csi_batch_unit(batch, record, key->year, &key->slot));
    *goes_on = key->slot != CSI_NO_SLOT;
out:
    return status;
}

csi_status csi_plan_read(const csi_plan *plan, const csi_record *given, csi_batch *batch)
{
    csi_record laid_out;
    const csi_record *record = &laid_out;
    csi_status status = CSI_OK;
    bool goes_on;
    uint32_t slot, series = CSI_NO_SLOT;
    CSI_TRY(csi_plan_begin(plan, given, batch, &laid_out, &goes_on));
    if (!goes_on) {
        goto out;
    }
    if (plan->n_keys > 0) {
        CSI_TRY(csi_batch_series(batch, record, &series));
        if (series == CSI_NO_SLOT) {
            goto out;
        }
    }
    int year = 0;
    if (plan->year_column != CSI_NO_COLUMN) {
        CSI_TRY(read_row_year(batch, record, &year));
        if (year == 0) {
            goto out;
        }
    }
    CSI_TRY(csi_batch_unit(batch, record, 0, &slot));
    if (slot == CSI_NO_SLOT) {
        goto out;
    }
    if (slot != CSI_DATED_SLOT && (plan->label_column != CSI_NO_COLUMN || plan->n_groups > 0)) {
        CSI_TRY(describe_unit(batch, record, slot));
    }
    if (plan->rows != NULL && slot != CSI_DATED_SLOT) {
        CSI_TRY(csi_rows_read(batch, record, slot, plan->n_keys > 0 ? series : plan->rows->series));
    } else {
        CSI_TRY(read_values(batch, record, slot, series, year));
    }
out:
    return status;
}
