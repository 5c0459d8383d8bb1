/* SDMX-CSV 1.0 and 2.0: one observation a row, told by its first heading (DATAFLOW; STRUCTURE, possibly "STRUCTURE[;]").
 *
 * Headings and cells may be "ID: label"; the ID counts. The unit is geo or REF_AREA, the year TIME_PERIOD, the value
 * OBS_VALUE. Rows whose ACTION is D (delete) carry no observation. Flags and other attributes are left alone. */
#include <string.h>

#include "ingest/batch.h"
#include "ingest/columns.h"

static bool starts_with(const csi_field *field, const char *text)
{
    const size_t n = strlen(text);
    return field->length >= n && memcmp(field->text, text, n) == 0;
}

static int sniff(const csi_preview *preview, size_t *header)
{
    const csi_field *first = &preview->record[0].field[0];
    *header = 0;
    return starts_with(first, "STRUCTURE") || starts_with(first, "DATAFLOW") ? 100 : 0;
}

/* "DIM_1: Dimension 1" to "DIM_1" */
static csi_status cut_heading(csi_arena *arena, const csi_record *from, csi_record *to, bool *has_labels)
{
    csi_field *field = csi_arena_alloc(arena, from->n_fields, sizeof *field);
    if (field == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < from->n_fields; i++) {
        field[i] = from->field[i];
        const char *colon = memchr(field[i].text, ':', field[i].length);
        if (colon != NULL && colon > field[i].text) {
            field[i].length = (uint32_t)(colon - field[i].text);
            *has_labels = true;
        }
    }
    *to = *from;
    to->field = field;
    return CSI_OK;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    csi_record cut[1];
    bool has_labels = false;
    if (cut_heading(arena, &preview->record[header], &cut[0], &has_labels) != CSI_OK) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    csi_preview heading = *preview;
    heading.record = cut;
    heading.end = preview->end + header;
    heading.n = 1;
    CSI_TRY(csi_reader_long.plan(arena, &heading, 0, plan, diag));
    plan->has_labels = has_labels;
    plan->action_column = csi_columns_named(&cut[0], "ACTION");
    CSI_TRY(csi_columns_add_missing(arena, plan, "NaN", diag));
out:
    return status;
}

static csi_status read_record(const csi_plan *plan, const csi_record *record, csi_batch *batch)
{
    if (plan->action_column < record->n_fields && record->field[plan->action_column].length == 1 &&
        record->field[plan->action_column].text[0] == 'D') {
        batch->n_records++;
        batch->left_out.filtered++;
        return CSI_OK;
    }
    return csi_plan_read(plan, record, batch);
}

const csi_reader csi_reader_sdmx = {
    .name = "sdmx_csv",
    .summary = "SDMX-CSV 1.0 and 2.0: DATAFLOW or STRUCTURE, dimensions, TIME_PERIOD, OBS_VALUE (Eurostat, OECD, ECB, ILO)",
    .sniff = sniff,
    .plan = make_plan,
    .read = read_record,
};
