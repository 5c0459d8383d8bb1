/* See batch.h. */
#include "ingest/batch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)1 << 20)
#define MAX_FINDINGS 128   /* a slice; the diagnostics keep fewer */
#define MAX_SHOWN_LINE 400 /* bytes of a source line worth printing */
#define MAX_SHOWN_TEXT 60

/* What the memo of units holds: one of these or slot + 16. */
enum { UNIT_AGGREGATE = 1, UNIT_AMBIGUOUS, UNIT_UNKNOWN, UNIT_DATED, UNIT_SLOTS = 16 };
/* What the memo of series holds: this or series + 2. */
enum { SERIES_UNKNOWN = 1, SERIES_FIRST };

csi_status csi_known_init(csi_known *known)
{
    *known = (csi_known){csi_memo_new(), csi_memo_new(), csi_memo_new(), csi_memo_new(), NULL, 0};
    if (known->aggregates == NULL || known->units == NULL || known->dated_units == NULL || known->series == NULL) {
        csi_known_clear(known);
        return CSI_ERR_MEMORY;
    }
    return CSI_OK;
}

void csi_known_clear(csi_known *known)
{
    csi_memo_free(known->aggregates);
    csi_memo_free(known->units);
    csi_memo_free(known->dated_units);
    csi_memo_free(known->series);
    free(known->described);
    *known = (csi_known){0};
}

void csi_batch_init(csi_batch *batch, const csi_plan *plan)
{
    *batch = (csi_batch){.plan = plan, .values = {.first_room = FIRST_CHUNK, .alignment = _Alignof(double)}};
    batch->has_spreads = plan->bound != NULL;
    for (size_t i = 0; i < plan->n_values; i++) {
        batch->has_spreads = batch->has_spreads || plan->value[i].error_column != CSI_NO_COLUMN;
    }
}

void csi_batch_restart(csi_batch *batch, csi_known *known)
{
    for (size_t i = 0; i < batch->n_findings; i++) {
        free(batch->finding[i].text);
        free(batch->finding[i].source_line);
    }
    batch->n = batch->n_rows = batch->n_findings = 0;
    batch->n_records = batch->n_missing = 0;
    batch->left_out = (csi_left_out){0};
    batch->known = known;
}

void csi_batch_clear(csi_batch *batch)
{
    csi_batch_restart(batch, NULL);
    free(batch->observation);
    free(batch->spread);
    free(batch->share);
    free(batch->row);
    csi_chunks_free(&batch->values);
    free(batch->finding);
    free(batch->key);
    free(batch->field);
    *batch = (csi_batch){0};
}

static csi_status grow_shares(csi_batch *batch, size_t room)
{
    csi_share *grown = reallocarray(batch->share, room, sizeof *grown);
    batch->share = grown != NULL ? grown : batch->share;
    return grown != NULL ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status grow_spreads(csi_batch *batch, size_t room)
{
    csi_spread *grown = reallocarray(batch->spread, room, sizeof *grown);
    batch->spread = grown != NULL ? grown : batch->spread;
    return grown != NULL ? CSI_OK : CSI_ERR_MEMORY;
}

csi_status csi_batch_reserve(csi_batch *batch, size_t n)
{
    csi_status status = CSI_OK;
    if (batch->room - batch->n >= n) {
        return CSI_OK;
    }
    const size_t room = batch->n + n > 2 * batch->room ? batch->n + n + 1024 : 2 * batch->room;
    csi_observation *grown = reallocarray(batch->observation, room, sizeof *grown);
    if (grown == NULL) {
        return CSI_ERR_MEMORY;
    }
    batch->observation = grown;
    if (batch->has_spreads) {
        CSI_TRY(grow_spreads(batch, room));
    }
    if (batch->share != NULL) {
        CSI_TRY(grow_shares(batch, room));
    }
    batch->room = room;
out:
    return status;
}

csi_status csi_batch_share(csi_batch *batch, const csi_observation *seen, const csi_share *share)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_batch_reserve(batch, 1));
    if (batch->share == NULL) {
        CSI_TRY(grow_shares(batch, batch->room));
    }
    batch->share[batch->n] = *share;
    batch->observation[batch->n++] = *seen;
out:
    return status;
}

bool *csi_batch_described(csi_batch *batch, uint32_t slot)
{
    csi_known *known = batch->known;
    if (slot >= known->n_described) {
        const size_t n = ((size_t)slot + 1) * 2;
        bool *grown = realloc(known->described, n);
        if (grown == NULL) {
            return NULL;
        }
        memset(grown + known->n_described, 0, n - known->n_described);
        known->described = grown;
        known->n_described = n;
    }
    return &known->described[slot];
}

csi_field *csi_batch_fields(csi_batch *batch, size_t n)
{
    if (n > batch->field_room) {
        csi_field *grown = realloc(batch->field, n * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        batch->field = grown;
        batch->field_room = n;
    }
    return batch->field;
}

size_t csi_shown_length(const char *text, size_t length)
{
    if (length <= MAX_SHOWN_TEXT) {
        return length;
    }
    length = MAX_SHOWN_TEXT;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    return length;
}

/* Takes the texts of the finding, also when it fails. */
static csi_status add_finding(csi_batch *batch, csi_finding *finding)
{
    if (batch->n_findings == batch->finding_room) {
        const size_t room = batch->finding_room == 0 ? 8 : batch->finding_room * 2;
        csi_finding *grown = realloc(batch->finding, room * sizeof *grown);
        if (grown == NULL) {
            free(finding->text);
            free(finding->source_line);
            return CSI_ERR_MEMORY;
        }
        batch->finding = grown;
        batch->finding_room = room;
    }
    batch->finding[batch->n_findings++] = *finding;
    return CSI_OK;
}

csi_status csi_batch_report(csi_batch *batch, csi_severity severity, bool once, const csi_record *record,
                            uint32_t field, const char *format, ...)
{
    if (batch->n_findings >= MAX_FINDINGS) {
        return CSI_OK;
    }
    const csi_dialect *dialect = &batch->plan->dialect;
    const uint32_t raw = field == CSI_NO_COLUMN ? 0 : csi_plan_raw_column(batch->plan, field);
    const csi_field_place place = csi_record_locate(record, raw, dialect->delimiter, dialect->quote);
    csi_finding finding = {
        .severity = severity, .once = once, .line = place.line, .column = place.column, .length = place.length};
    va_list arguments;
    va_start(arguments, format);
    finding.text = csi_text_format_list(format, arguments);
    va_end(arguments);
    if (finding.text == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (field == CSI_NO_COLUMN) {
        finding.column = finding.length = 0;
    } else if (place.line_length <= MAX_SHOWN_LINE) {
        finding.source_line = strndup(place.line_text, place.line_length);
    }
    return add_finding(batch, &finding);
}

static csi_severity severity_of(csi_policy policy)
{
    return policy == CSI_POLICY_ERROR ? CSI_ERROR : CSI_WARNING;
}

/* --- units --- */

/* Resolves a text, or what the configuration says to take it for. */
static csi_status resolve(const csi_plan *plan, const char *text, size_t length, int year, csi_unit_answer *answer)
{
    for (size_t i = 0; i < plan->n_unit_aliases; i++) {
        const csi_alias *alias = &plan->unit_alias[i];
        if (strncmp(alias->from, text, length) == 0 && alias->from[length] == '\0') {
            if (strcmp(alias->to, "none") == 0) {
                *answer = (csi_unit_answer){.kind = CSI_UNIT_AGGREGATE};
                return CSI_OK;
            }
            return csi_units_resolve(plan->units, alias->to, strlen(alias->to), CSI_COUNTRY_ANY, year, answer);
        }
    }
    return csi_units_resolve(plan->units, text, length, plan->scheme, year, answer);
}

/* What is remembered of a text as of a year (0: of all years), resolving it when it is new. */
static csi_status recall_unit_at(csi_batch *batch, const csi_field *field, int year, uint32_t *found)
{
    size_t length = field->length;
    const char *text = csi_trim(field->text, &length);
    const csi_plan *plan = batch->plan;
    char dated[256];
    csi_memo *memo = batch->known->units;
    size_t key_length = length;
    const char *key = text;
    if (year != 0 && length + 8 < sizeof dated) {
        key_length = (size_t)snprintf(dated, sizeof dated, "%04d%.*s", year, (int)length, text);
        key = dated;
        memo = batch->known->dated_units;
    }
    uint32_t *known = csi_memo_at(memo, key, key_length);
    if (known == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (*known == 0) {
        csi_unit_answer answer;
        const csi_status status = resolve(plan, text, length, year, &answer);
        if (status != CSI_OK) {
            return status;
        }
        *known = answer.kind == CSI_UNIT_FOUND       ? answer.slot + UNIT_SLOTS
                 : answer.kind == CSI_UNIT_AGGREGATE ? UNIT_AGGREGATE
                 : answer.kind == CSI_UNIT_AMBIGUOUS ? UNIT_AMBIGUOUS
                 : answer.kind == CSI_UNIT_DATED     ? UNIT_DATED
                                                     : UNIT_UNKNOWN;
    }
    *found = *known;
    return CSI_OK;
}

/* The same, asking for the year only of what depends on it. */
static csi_status recall_unit(csi_batch *batch, const csi_field *field, int year, uint32_t *found)
{
    const csi_status status = recall_unit_at(batch, field, 0, found);
    return status == CSI_OK && *found == UNIT_DATED && year != 0 ? recall_unit_at(batch, field, year, found) : status;
}

static void list_candidates(const csi_country_answer *answer, char *to, size_t room)
{
    size_t used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < answer->n_candidates && i < CSI_COUNTRY_CANDIDATES && used < room; i++) {
        const csi_country_facts *facts = csi_country_find(answer->candidate[i]);
        used += (size_t)snprintf(to + used, room - used, "%s%s (%s)", i == 0 ? "" : ", ", answer->candidate[i],
                                 facts != NULL ? facts->name : "");
    }
}

static csi_status report_unit(csi_batch *batch, const csi_record *record, uint32_t column, const csi_field *field,
                              uint32_t found, int year)
{
    const csi_plan *plan = batch->plan;
    if (plan->options->unknown_countries == CSI_POLICY_IGNORE) {
        return CSI_OK;
    }
    const csi_severity severity = severity_of(plan->options->unknown_countries);
    size_t length = field->length;
    const char *text = csi_trim(field->text, &length);
    if (length == 0) {
        return csi_batch_report(batch, severity, false, record, column, "column \"%s\": no country is given",
                                plan->heading[column]);
    }
    csi_unit_answer answer;
    const csi_status status = resolve(plan, text, length, year, &answer);
    if (status != CSI_OK) {
        return status;
    }
    char candidates[320];
    list_candidates(&answer.country, candidates, sizeof candidates);
    if (found == UNIT_AMBIGUOUS) {
        return csi_batch_report(batch, severity, true, record, column,
                                "column \"%s\": \"%.*s\" may be any of %s: say which with countries: {\"%.*s\": CODE}",
                                plan->heading[column], (int)csi_shown_length(text, length), text, candidates,
                                (int)csi_shown_length(text, length), text);
    }
    return csi_batch_report(batch, severity, true, record, column,
                            "column \"%s\": \"%.*s\" is not a country that is known here%s%s (for it, countries: can name a code, "
                            "or none to leave it out)",
                            plan->heading[column], (int)csi_shown_length(text, length), text,
                            candidates[0] == '\0' ? "" : "; similar: ", candidates);
}

static csi_status note_aggregate(csi_batch *batch, const csi_field *field)
{
    size_t length = field->length;
    const char *text = csi_trim(field->text, &length);
    batch->left_out.aggregates++;
    uint32_t *met = csi_memo_at(batch->known->aggregates, text, length);
    if (met == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (*met == 0) {
        *met = 1;
        csi_finding finding = {.is_aggregate = true, .text = strndup(text, csi_shown_length(text, length))};
        return finding.text == NULL ? CSI_ERR_MEMORY : add_finding(batch, &finding);
    }
    return CSI_OK;
}

/* The field that names an aggregate best. */
static const csi_field *name_field(const csi_plan *plan, const csi_record *record)
{
    const bool has_name = plan->name_column != CSI_NO_COLUMN && record->field[plan->name_column].length > 0;
    return &record->field[has_name ? plan->name_column : plan->unit_column];
}

csi_status csi_batch_unit(csi_batch *batch, const csi_record *record, int year, uint32_t *slot)
{
    const csi_plan *plan = batch->plan;
    uint32_t column = plan->unit_column, found = UNIT_UNKNOWN, by_code;
    csi_status status = recall_unit(batch, &record->field[column], year, &found);
    by_code = found;
    if (status == CSI_OK && (found == UNIT_UNKNOWN || found == UNIT_AMBIGUOUS) && plan->name_column != CSI_NO_COLUMN) {
        status = recall_unit(batch, &record->field[plan->name_column], year, &found);
        if (found == UNIT_UNKNOWN) {
            found = by_code;
        }
        if (record->field[column].length == 0) {
            column = plan->name_column;
        }
    }
    if (status != CSI_OK) {
        return status;
    }
    *slot = CSI_NO_SLOT;
    if (found >= UNIT_SLOTS) {
        *slot = found - UNIT_SLOTS;
        return CSI_OK;
    }
    if (found == UNIT_DATED) {
        *slot = CSI_DATED_SLOT;
        return CSI_OK;
    }
    if (found == UNIT_AGGREGATE) {
        return note_aggregate(batch, name_field(plan, record));
    }
    batch->left_out.unknown_units++;
    return report_unit(batch, record, column, &record->field[column], found, year);
}

csi_status csi_batch_unit_of(csi_batch *batch, const csi_record *record, const csi_field *item, int year, uint32_t *slot)
{
    uint32_t found = UNIT_UNKNOWN;
    *slot = CSI_NO_SLOT;
    const csi_status status = recall_unit(batch, item, year, &found);
    if (status != CSI_OK) {
        return status;
    }
    if (found >= UNIT_SLOTS) {
        *slot = found - UNIT_SLOTS;
        return CSI_OK;
    }
    if (found == UNIT_AGGREGATE) {
        return note_aggregate(batch, item);
    }
    batch->left_out.unknown_units++;
    return report_unit(batch, record, batch->plan->unit_column, item, found, year);
}

/* --- indicators --- */

static csi_status row_key(csi_batch *batch, const csi_record *record, const char **key, size_t *length)
{
    const csi_plan *plan = batch->plan;
    if (plan->n_keys == 1) {
        *length = record->field[plan->key_column[0]].length;
        *key = csi_trim(record->field[plan->key_column[0]].text, length);
        return CSI_OK;
    }
    size_t needed = plan->n_keys;
    for (size_t i = 0; i < plan->n_keys; i++) {
        needed += record->field[plan->key_column[i]].length;
    }
    if (needed > batch->key_room) {
        char *grown = realloc(batch->key, needed);
        if (grown == NULL) {
            return CSI_ERR_MEMORY;
        }
        batch->key = grown;
        batch->key_room = needed;
    }
    size_t n = 0;
    for (size_t i = 0; i < plan->n_keys; i++) {
        size_t part = record->field[plan->key_column[i]].length;
        const char *text = csi_trim(record->field[plan->key_column[i]].text, &part);
        if (i > 0) {
            batch->key[n++] = '.';
        }
        memcpy(batch->key + n, text, part);
        n += part;
    }
    *key = batch->key;
    *length = n;
    return CSI_OK;
}

static csi_status report_series(csi_batch *batch, const csi_record *record, const char *key, size_t length)
{
    const csi_plan *plan = batch->plan;
    const uint32_t column = plan->key_column[0];
    if (length == 0) {
        return csi_batch_report(batch, CSI_ERROR, false, record, column, "column \"%s\": no indicator is given",
                                plan->heading[column]);
    }
    if (plan->options->unknown_indicators == CSI_POLICY_IGNORE) {
        return CSI_OK;
    }
    char code[64];
    snprintf(code, sizeof code, "%.*s", (int)(length < sizeof code ? length : 0), key);
    const char *near = csi_framework_nearest_series(plan->framework, code);
    const int shown = (int)csi_shown_length(key, length);
    if (near != NULL) {
        return csi_batch_report(batch, severity_of(plan->options->unknown_indicators), true, record, column,
                                "column \"%s\": indicator \"%.*s\" is not in the framework; did you mean \"%s\"?",
                                plan->heading[column], shown, key, near);
    }
    return csi_batch_report(batch, severity_of(plan->options->unknown_indicators), true, record, column,
                            "column \"%s\": indicator \"%.*s\" is not in the framework: say which one it is with "
                            "indicators: {\"%.*s\": CODE}, or leave such rows out with unknown_indicators: ignore",
                            plan->heading[column], shown, key, shown, key);
}

csi_status csi_batch_series(csi_batch *batch, const csi_record *record, uint32_t *series)
{
    const char *key;
    size_t length;
    csi_status status = row_key(batch, record, &key, &length);
    if (status != CSI_OK) {
        return status;
    }
    uint32_t *known = csi_memo_at(batch->known->series, key, length);
    if (known == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (*known == 0) {
        const size_t found = csi_plan_find_series(batch->plan, key, length);
        *known = found == CSI_NONE ? (uint32_t)SERIES_UNKNOWN : (uint32_t)found + SERIES_FIRST;
        if (found == CSI_NONE) {
            status = report_series(batch, record, key, length);
        }
    }
    *series = CSI_NO_SLOT;
    if (*known == SERIES_UNKNOWN) {
        batch->left_out.unknown_indicators++;
    } else {
        *series = *known - SERIES_FIRST;
    }
    return status;
}
