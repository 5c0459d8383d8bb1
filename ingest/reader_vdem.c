/* V-Dem country-year files: COINr's shape with V-Dem's own country codes (PSG, SML, ZZB are not ISO's) and, where given,
 * the posterior standard deviation of <code> in <code>_sd, which is its standard error. With `bounds: 0.68` the uncertainty
 * is taken from <code>_codelow and <code>_codehigh instead, between which V-Dem puts 68 % of the posterior: near the ends
 * of a scale they are far from symmetric. */
#include "ingest/columns.h"

#include <string.h>

static int sniff(const csi_preview *preview, size_t *header)
{
    for (size_t i = 0; i < preview->n_headings; i++) {
        const csi_record *record = &preview->record[i];
        if (csi_columns_named(record, "country_text_id") != CSI_NO_COLUMN &&
            csi_columns_named(record, "country_id") != CSI_NO_COLUMN && csi_columns_named(record, "year") != CSI_NO_COLUMN) {
            *header = i;
            return 95;
        }
    }
    return 0;
}

static csi_status make_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_ingest_options options = *preview->options;
    csi_preview own = *preview;
    options.unknown_indicators = CSI_POLICY_IGNORE; /* nobody wants all of its hundreds of columns */
    own.options = &options;
    csi_status status = csi_reader_wide_indicator.plan(arena, &own, header, plan, diag);
    if (status != CSI_OK) {
        return status;
    }
    plan->scheme = CSI_COUNTRY_VDEM;
    plan->label_column = CSI_NO_COLUMN;
    for (size_t i = 0; i < plan->n_values; i++) {
        const char *heading = plan->heading[plan->value[i].column];
        const char *deviation = csi_arena_format(arena, "%s_sd", heading);
        const char *low = csi_arena_format(arena, "%s_codelow", heading);
        const char *high = csi_arena_format(arena, "%s_codehigh", heading);
        if (deviation == NULL || low == NULL || high == NULL) {
            return csi_diag_no_memory(diag, "planning a reader");
        }
        const csi_record *record = &preview->record[header];
        plan->value[i].error_column = csi_columns_named(record, deviation);
        if (preview->settings->bounds > 0) {
            CSI_TRY(csi_columns_set_bounds(arena, preview, plan, i, csi_columns_named(record, low),
                                           csi_columns_named(record, high), diag));
        }
    }
out:
    return status;
}

const csi_reader csi_reader_vdem = {
    .name = "vdem",
    .summary = "V-Dem country-year files: country_name,country_text_id,country_id,year, a column a variable and its _sd",
    .sniff = sniff,
    .plan = make_plan,
    .read = csi_plan_read,
};
