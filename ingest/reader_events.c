/* Events: one row an event, to be counted, summed or averaged by country and year.
 *
 * A cell of countries may list several ("Ukraine; Poland" with separator ";", or a list as Python prints it,
 * "['Ukraine', 'Poland']"); the event counts once for each. Rows are not events: one incident of EuRepoC fills up to
 * hundreds of them, so count_distinct counts ids. Taken only when the configuration says reader: events. */
#include <string.h>

#include "ingest/batch.h"
#include "ingest/columns.h"
#include "ingest/events.h"
#include "ingest/period.h"

#include <limits.h>

static int sniff(const csi_preview *preview, size_t *header)
{
    (void)preview;
    *header = 0;
    return 0;
}

static csi_status read_statistic(const csi_preview *preview, csi_diag *diag, csi_event_plan *events)
{
    static const char *const names[] = {"count", "count_distinct", "sum", "mean", "quantile"};
    static const csi_statistic statistics[] = {CSI_STAT_COUNT, CSI_STAT_DISTINCT, CSI_STAT_SUM, CSI_STAT_MEAN,
                                               CSI_STAT_QUANTILE};
    const csi_setting *options = preview->settings->options, *setting;
    csi_status status = CSI_OK;
    size_t choice = 0;
    if ((setting = csi_setting_find(options, "statistic")) != NULL) {
        CSI_TRY(csi_setting_choice(setting, names, sizeof names / sizeof *names, diag, &choice));
    }
    events->statistic = statistics[choice];
    events->probability = 0.5;
    if ((setting = csi_setting_find(options, "quantile")) != NULL) {
        CSI_TRY(csi_setting_number(setting, 0, 1, diag, &events->probability));
    }
    if ((setting = csi_setting_find(options, "absent")) != NULL) {
        static const char *const absents[] = {"missing", "zero"};
        CSI_TRY(csi_setting_choice(setting, absents, 2, diag, &choice));
        events->zero_absent = choice == 1;
    }
    if ((setting = csi_setting_find(options, "separator")) != NULL) {
        CSI_TRY(csi_setting_text(setting, diag, &events->separator));
    }
out:
    return status;
}

/* The column that `columns` names by this key; CSI_NO_COLUMN when it names none, an error when the file lacks it. */
static csi_status column_of(const csi_preview *preview, size_t header, const char *key, csi_diag *diag, uint32_t *column)
{
    const csi_setting *setting = csi_setting_find(csi_setting_find(preview->settings->options, "columns"), key);
    *column = CSI_NO_COLUMN;
    if (setting == NULL) {
        return CSI_OK;
    }
    *column = csi_columns_named(&preview->record[header], setting->text);
    if (*column == CSI_NO_COLUMN) {
        return csi_diag_error(diag, CSI_ERR_DATA, &setting->place, "%s has no column headed \"%s\"", preview->label,
                              setting->text);
    }
    return CSI_OK;
}

static csi_status plan_events(const csi_preview *preview, size_t header, csi_plan *plan, csi_event_plan *events,
                              csi_diag *diag)
{
    csi_status status = CSI_OK;
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    const csi_input_settings *settings = preview->settings;
    CSI_TRY(read_statistic(preview, diag, events));
    CSI_TRY(column_of(preview, header, "date", diag, &events->date_column));
    CSI_TRY(column_of(preview, header, "id", diag, &events->id_column));
    CSI_TRY(column_of(preview, header, "value", diag, &events->value_column));
    events->fixed_year = settings->fixed_year;
    if (events->date_column == CSI_NO_COLUMN && settings->fixed_year == INT_MIN) {
        events->date_column = csi_columns_find(&preview->record[header], CSI_ROLE_YEAR);
    }
    if (settings->indicator == NULL) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "say which indicator the events make: indicator: CODE");
    }
    CSI_TRY(csi_columns_fix_series(preview, settings->indicator, &events->series, diag));
    if (events->date_column == CSI_NO_COLUMN && settings->fixed_year == INT_MIN) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "no column of dates is found: name it with columns: {date: ...}, or set year: YYYY");
    }
    if (events->statistic == CSI_STAT_DISTINCT && events->id_column == CSI_NO_COLUMN) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "count_distinct needs columns: {id: ...}");
    }
    if (events->statistic >= CSI_STAT_SUM && events->value_column == CSI_NO_COLUMN) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "this statistic needs columns: {value: ...}");
    }
    if (!csi_tally_set(preview->tally, events->series, events->statistic, events->probability, events->zero_absent)) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "another input makes the indicator \"%s\" with another statistic",
                              settings->indicator);
    }
    plan->is_tallied = true;
out:
    return status;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_event_plan *events = csi_arena_alloc(arena, 1, sizeof *events);
    if (events == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    csi_status status = csi_columns_plan(arena, preview, header, plan, diag);
    if (status == CSI_OK) {
        status = plan_events(preview, header, plan, events, diag);
    }
    plan->events = events;
    return status;
}

/* The next country of a list at *at; false at its end. */
static bool next_item(const csi_event_plan *events, const char **at, const char *end, csi_field *item)
{
    const bool is_python = events->is_python_list;
    while (*at < end && (is_python ? memchr("[], ", **at, 4) != NULL : **at == ' ')) {
        (*at)++;
    }
    if (*at >= end) {
        return false;
    }
    const char *from = *at, *to = end;
    if (is_python && (*from == '\'' || *from == '"')) {
        from++;
        to = memchr(from, **at, (size_t)(end - from));
        to = to == NULL ? end : to;
        *at = to < end ? to + 1 : end;
    } else if (is_python) { /* a number or a bare word */
        for (to = from; to < end && *to != ',' && *to != ']';) {
            to++;
        }
        *at = to;
    } else if (events->separator != NULL) {
        const char *found = memmem(from, (size_t)(end - from), events->separator, strlen(events->separator));
        to = found == NULL ? end : found;
        *at = found == NULL ? end : found + strlen(events->separator);
    } else {
        *at = end;
    }
    *item = (csi_field){from, (uint32_t)(to - from), false};
    return true;
}

static csi_status event_year(csi_batch *batch, const csi_event_plan *events, const csi_record *record, int *year)
{
    *year = events->fixed_year;
    if (events->date_column == CSI_NO_COLUMN) {
        return CSI_OK;
    }
    const csi_field *field = &record->field[events->date_column];
    if (csi_period_read(field->text, field->length, year) != CSI_PERIOD_NONE) {
        return CSI_OK;
    }
    *year = INT_MIN;
    double ignored;
    const char *why;
    if (csi_dialect_read(&batch->plan->dialect, field->text, field->length, &ignored, &why) == CSI_READ_MISSING) {
        batch->left_out.undated++;
        return CSI_OK;
    }
    return csi_batch_report(batch, CSI_ERROR, false, record, events->date_column, "column \"%s\": \"%.*s\" is not a date",
                            batch->plan->heading[events->date_column], CSI_SHOWN_LENGTH(field), field->text);
}

static csi_status event_value(csi_batch *batch, const csi_event_plan *events, const csi_record *record, csi_share *share,
                              bool *is_given)
{
    *is_given = true;
    *share = (csi_share){.n = 1};
    if (events->id_column != CSI_NO_COLUMN) {
        const csi_field *field = &record->field[events->id_column];
        const csi_status status = csi_units_number_id(batch->plan->units, field->text, field->length, &share->id);
        if (status != CSI_OK) {
            return status;
        }
    }
    if (events->statistic < CSI_STAT_SUM) {
        return CSI_OK;
    }
    const csi_field *field = &record->field[events->value_column];
    const char *why = NULL;
    const csi_reading reading = csi_dialect_read(&batch->plan->dialect, field->text, field->length, &share->mean, &why);
    *is_given = reading == CSI_READ_NUMBER;
    if (reading == CSI_READ_BAD) {
        return csi_batch_report(batch, CSI_ERROR, false, record, events->value_column, "column \"%s\": \"%.*s\" %s",
                                batch->plan->heading[events->value_column], CSI_SHOWN_LENGTH(field), field->text, why);
    }
    batch->n_missing += reading == CSI_READ_MISSING;
    return CSI_OK;
}

/* The event for each country of its list, each once. */
static csi_status share_out(csi_batch *batch, const csi_event_plan *events, const csi_record *record, int year,
                            const csi_share *share)
{
    const csi_plan *plan = batch->plan;
    const csi_field whole = record->field[plan->unit_column];
    const char *at = whole.text, *end = whole.text + whole.length;
    uint32_t done[64];
    size_t n_done = 0;
    csi_field item;
    csi_event_plan list = *events;
    list.is_python_list = whole.length > 0 && whole.text[0] == '[';
    csi_status status = CSI_OK;
    while (status == CSI_OK && next_item(&list, &at, end, &item)) {
        uint32_t slot;
        status = csi_batch_unit_of(batch, record, &item, year, &slot);
        bool is_done = slot == CSI_NO_SLOT;
        for (size_t i = 0; i < n_done && !is_done; i++) {
            is_done = done[i] == slot;
        }
        if (status != CSI_OK || is_done) {
            continue;
        }
        if (n_done < sizeof done / sizeof *done) {
            done[n_done++] = slot;
        }
        const csi_origin origin = {.line = (uint32_t)record->line, .column = (uint16_t)(plan->unit_column + 1), .file = plan->file};
        const csi_observation seen = {
            .origin = origin, .slot = slot, .series = events->series, .year = (uint32_t)(year - plan->options->first_year)};
        status = csi_batch_share(batch, &seen, share);
    }
    return status;
}

static csi_status read_record(const csi_plan *plan, const csi_record *given, csi_batch *batch)
{
    const csi_event_plan *events = plan->events;
    csi_record record;
    bool goes_on;
    csi_status status = csi_plan_begin(plan, given, batch, &record, &goes_on);
    if (status != CSI_OK || !goes_on) {
        return status;
    }
    int year;
    status = event_year(batch, events, &record, &year);
    if (status != CSI_OK || year == INT_MIN) {
        return status;
    }
    if (year < plan->options->first_year || year > plan->options->last_year || year < plan->valid_from[events->series]) {
        batch->left_out.other_years++;
        return CSI_OK;
    }
    csi_share share;
    bool is_given;
    status = event_value(batch, events, &record, &share, &is_given);
    return status == CSI_OK && is_given ? share_out(batch, events, &record, year, &share) : status;
}

const csi_reader csi_reader_events = {
    .name = "events",
    .summary = "one event a row, made an indicator by statistic: count, count_distinct, sum, mean or quantile (on request)",
    .sniff = sniff,
    .plan = make_plan,
    .read = read_record,
};
