/* Our World in Data's shape: <slug>.csv with Entity, Code, Year and one column a measure, and <slug>.metadata.json with a
 * record a column. Column names are snake case, as their importer wants. Dates of update are left out: the same results
 * must give the same bytes, and OWID sets its own. */
#include <math.h>
#include <string.h>

#include "core/json.h"
#include "index/csv.h"
#include "notebooks-export/export.h"

/* Lower-case letters, digits and underscores; lives in the arena. */
static const char *snake_case(const csi_release *release, const char *name)
{
    char *const text = csi_arena_copy(release->arena, name, strlen(name));
    for (char *at = text; at != NULL && *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z') {
            *at = (char)(*at - 'A' + 'a');
        } else if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9'))) {
            *at = '_';
        }
    }
    *release->is_out_of_memory = *release->is_out_of_memory || text == NULL;
    return text == NULL ? "" : text;
}

static csi_status fill_table(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    const csi_results *const results = release->results;
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    if (column == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    csi_csv_text(&csv, "Entity");
    csi_csv_text(&csv, "Code");
    csi_csv_text(&csv, "Year");
    for (size_t i = 0; i < n; i++) {
        csi_csv_text(&csv, snake_case(release, column[i].name));
    }
    csi_csv_end_row(&csv);
    for (size_t c = 0; c < results->countries.n; c++) {
        for (size_t year = 0; year < results->n_years; year++) {
            csi_csv_text(&csv, results->countries.country[c].name);
            csi_csv_text(&csv, results->countries.country[c].iso3);
            csi_csv_integer(&csv, results->first_year + (int)year);
            for (size_t i = 0; i < n; i++) {
                csi_csv_number(&csv, csi_wide_value(release, &column[i], year, c));
            }
            csi_csv_end_row(&csv);
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

static const char *unit_of(csi_wide_kind kind)
{
    switch (kind) {
    case CSI_WIDE_SCORE:
    case CSI_WIDE_SCORE_Q05:
    case CSI_WIDE_SCORE_Q50:
    case CSI_WIDE_SCORE_Q95:
        return "points";
    case CSI_WIDE_N_RANKED:
        return "countries";
    case CSI_WIDE_COVERAGE:
    case CSI_WIDE_IMPUTED:
        return "share";
    default:
        return "";
    }
}

static const char *citation(const csi_release *release)
{
    return csi_release_text(release, "%s, version %s", release->name, release->version);
}

static void write_column(const csi_release *release, const csi_wide_column *column, csi_json *json)
{
    const int first = release->results->first_year, last = first + (int)release->results->n_years - 1;
    csi_json_key(json, snake_case(release, column->name));
    csi_json_begin_object(json);
    csi_json_text_at(json, "titleShort", column->label);
    csi_json_text_at(json, "titleLong", csi_release_text(release, "%s, version %s: %s", release->name,
                                                         release->version, column->label));
    csi_json_text_at(json, "descriptionShort", column->label);
    csi_json_text_at(json, "unit", unit_of(column->kind));
    csi_json_text_at(json, "shortUnit", "");
    csi_json_text_at(json, "timespan", csi_release_text(release, "%d-%d", first, last));
    csi_json_text_at(json, "type", "Numeric");
    csi_json_text_at(json, "shortName", snake_case(release, column->name));
    csi_json_text_at(json, "citationShort", citation(release));
    csi_json_text_at(json, "citationLong", citation(release));
    csi_json_end_object(json);
}

static csi_status fill_metadata(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    if (column == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    csi_json json;
    csi_json_init_file(&json, file, true);
    csi_json_begin_object(&json);
    csi_json_key(&json, "chart");
    csi_json_begin_object(&json);
    csi_json_text_at(&json, "title", release->name);
    csi_json_text_at(&json, "subtitle", release->description);
    csi_json_text_at(&json, "citation", citation(release));
    csi_json_end_object(&json);
    csi_json_key(&json, "columns");
    csi_json_begin_object(&json);
    for (size_t i = 0; i < n; i++) {
        write_column(release, &column[i], &json);
    }
    csi_json_end_object(&json);
    csi_json_end_object(&json);
    return CSI_OK;
}

static csi_status write_owid(const csi_release *release, const char *directory, csi_diag *diag)
{
    csi_status status;
    const char *const slug = snake_case(release, release->id[0] == '\0' ? "index" : release->id);
    const char *const table = csi_release_text(release, "owid_%s.csv", slug);
    const char *const metadata = csi_release_text(release, "owid_%s.metadata.json", slug);
    CSI_TRY(csi_export_file(release, directory, table, fill_table, diag));
    CSI_TRY(csi_export_file(release, directory, metadata, fill_metadata, diag));
out:
    return status;
}

const csi_exporter csi_exporter_owid = {
    .name = "owid",
    .files = "owid_<id>.csv, owid_<id>.metadata.json",
    .title = "Our World in Data's table and its metadata",
    .write = write_owid,
};
