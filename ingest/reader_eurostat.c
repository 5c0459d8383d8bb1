/* Eurostat TSV: a first column that packs the dimensions ("freq,unit,na_item,geo\TIME_PERIOD"), then one a year.
 *
 * Cells read "8393.5 d" (flags after a blank), ": " or ": c" (missing). Every dimension is a column of its own to `where`
 * and `columns`; unless the configuration says otherwise the indicator is named by all dimensions but freq and geo,
 * joined by points ("CLV10_MEUR.B1GQ"), and the unit is geo. */
#include <string.h>

#include "ingest/batch.h"
#include "ingest/columns.h"
#include "ingest/period.h"

static bool is_packed(const csi_field *field)
{
    const char *slash = memchr(field->text, '\\', field->length);
    if (slash == NULL) {
        return false;
    }
    size_t n = field->length - (size_t)(slash + 1 - field->text);
    const char *text = csi_trim(slash + 1, &n);
    return (n == 4 && memcmp(text, "time", 4) == 0) || (n == 11 && memcmp(text, "TIME_PERIOD", 11) == 0) ||
           (n == 4 && memcmp(text, "TIME", 4) == 0);
}

static size_t count_packed(const char *text, size_t length)
{
    size_t n = 1;
    for (size_t i = 0; i < length; i++) {
        n += text[i] == ',';
    }
    return n;
}

/* Splits text[0..length) at commas into n fields; false when it has another number of them. */
static bool unpack(const char *text, size_t length, csi_field *field, size_t n)
{
    if (count_packed(text, length) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *comma = memchr(text, ',', length);
        const size_t part = comma == NULL ? length : (size_t)(comma - text);
        field[i] = (csi_field){text, (uint32_t)part, part == 0};
        text += part + (comma != NULL);
        length -= part + (comma != NULL);
    }
    return true;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    if (is_packed(&preview->record[0].field[0])) {
        *header = 0;
        return 100;
    }
    return 0;
}

/* The heading with its dimensions unpacked. */
static csi_status lay_out_heading(csi_arena *arena, const csi_record *from, csi_record *to, size_t *n_packed)
{
    const csi_field *first = &from->field[0];
    const char *slash = memchr(first->text, '\\', first->length);
    const size_t length = slash != NULL ? (size_t)(slash - first->text) : first->length;
    *n_packed = count_packed(first->text, length);
    csi_field *field = csi_arena_alloc(arena, *n_packed + from->n_fields, sizeof *field);
    if (field == NULL) {
        return CSI_ERR_MEMORY;
    }
    (void)unpack(first->text, length, field, *n_packed);
    memcpy(field + *n_packed, from->field + 1, (from->n_fields - 1) * sizeof *field);
    *to = *from;
    to->field = field;
    to->n_fields = *n_packed + from->n_fields - 1;
    return CSI_OK;
}

static csi_status plan_keys(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    if (settings->indicator != NULL || settings->n_keys > 0) {
        return csi_columns_plan_keys(preview, header, plan, diag);
    }
    for (uint32_t i = 0; i < plan->n_packed && plan->n_keys < CSI_MAX_KEYS; i++) {
        if (i != plan->unit_column && strcmp(plan->heading[i], "freq") != 0) {
            plan->key_column[plan->n_keys++] = i;
        }
    }
    return CSI_OK;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    csi_record laid_out[1];
    size_t n_packed;
    if (lay_out_heading(arena, &preview->record[header], &laid_out[0], &n_packed) != CSI_OK) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    csi_preview heading = *preview;
    heading.record = laid_out;
    heading.end = preview->end + header;
    heading.n = 1;
    CSI_TRY(csi_columns_plan(arena, &heading, 0, plan, diag));
    plan->n_packed = n_packed;
    CSI_TRY(plan_keys(&heading, 0, plan, diag));
    CSI_TRY(csi_columns_plan_years(arena, &heading, 0, plan, diag));
    plan->dialect.has_flags = true;
    CSI_TRY(csi_columns_add_missing(arena, plan, ":", diag));
out:
    return status;
}

static csi_status read_record(const csi_plan *plan, const csi_record *record, csi_batch *batch)
{
    const size_t wide = plan->n_packed + record->n_fields; /* room for padding too: the scratch must not move then */
    csi_field *field = csi_batch_fields(batch, wide > plan->n_columns ? wide : plan->n_columns);
    if (field == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (!unpack(record->field[0].text, record->field[0].length, field, plan->n_packed)) {
        batch->n_records++;
        return csi_batch_report(batch, CSI_ERROR, false, record, 0, "\"%.*s\" does not hold %zu dimensions",
                                CSI_SHOWN_LENGTH(&record->field[0]), record->field[0].text, plan->n_packed);
    }
    memcpy(field + plan->n_packed, record->field + 1, (record->n_fields - 1) * sizeof *field);
    csi_record laid_out = *record;
    laid_out.field = field;
    laid_out.n_fields = plan->n_packed + record->n_fields - 1;
    return csi_plan_read(plan, &laid_out, batch);
}

const csi_reader csi_reader_eurostat = {
    .name = "eurostat_tsv",
    .summary = "Eurostat's tab-separated files: freq,unit,na_item,geo\\TIME_PERIOD, then a column a year, with flags",
    .sniff = sniff,
    .plan = make_plan,
    .read = read_record,
};
