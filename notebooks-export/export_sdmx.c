/* SDMX-CSV 2.0 (SDMX 3.0): one observation a row, for portals. A missing score is a row of status M with a blank value,
 * as everywhere in a release; a score whose own year is not complete yet is P (provisional), one that rests on imputed
 * values E (estimated), all others A (normal). The bounds are the ensemble's 5 % and 95 % quantiles. */
#include <math.h>
#include <string.h>

#include "index/csv.h"
#include "notebooks-export/export.h"

/* An SDMX identifier: letters, digits and _; upper case by convention. NULL when out of memory. */
static const char *identifier(const csi_release *release, const char *name)
{
    char *const text = csi_arena_copy(release->arena, name, strlen(name));
    for (char *at = text; at != NULL && *at != '\0'; at++) {
        if (*at >= 'a' && *at <= 'z') {
            *at = (char)(*at - 'a' + 'A');
        } else if (!((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9'))) {
            *at = '_';
        }
    }
    return text;
}

static const char *observation_status(const csi_score_row *row)
{
    if (isnan(row->score)) {
        return "M";
    }
    if (row->status == CSI_SCORE_PROVISIONAL) {
        return "P";
    }
    return row->imputed_share > 0 ? "E" : "A";
}

static void write_row(const csi_release *release, const char *structure, size_t node, size_t year, size_t country,
                      csi_csv *csv)
{
    const csi_results *const results = release->results;
    const csi_score_row *const row = csi_results_at(results, node, year, country);
    csi_csv_text(csv, "dataflow");
    csi_csv_text(csv, structure);
    csi_csv_text(csv, "R");
    csi_csv_text(csv, "A");
    csi_csv_text(csv, results->countries.country[country].iso3);
    csi_csv_text(csv, csi_names_at(results->nodes, node));
    csi_csv_integer(csv, results->first_year + (int)year);
    csi_csv_number(csv, row->score);
    csi_csv_text(csv, observation_status(row));
    csi_csv_text(csv, "IX");
    csi_csv_number(csv, row->score_q05);
    csi_csv_number(csv, row->score_q95);
    csi_csv_count(csv, row->rank);
    csi_csv_end_row(csv);
}

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const char *const heading[] = {
        "STRUCTURE", "STRUCTURE_ID", "ACTION",       "FREQ",      "REF_AREA",  "INDICATOR", "TIME_PERIOD",
        "OBS_VALUE", "OBS_STATUS",   "UNIT_MEASURE", "OBS_LOWER", "OBS_UPPER", "RANK",
    };
    const csi_results *const results = release->results;
    const char *const id = identifier(release, release->id);
    if (id == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    const char *const structure = csi_release_text(release, "CSINDEX:%s(%s)", id, release->version);
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < sizeof heading / sizeof *heading; i++) {
        csi_csv_text(&csv, heading[i]);
    }
    csi_csv_end_row(&csv);
    for (size_t node = 0; node < csi_names_count(results->nodes); node++) {
        for (size_t year = 0; year < results->n_years; year++) {
            for (size_t c = 0; c < results->countries.n; c++) {
                write_row(release, structure, node, year, c, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

static csi_status write_sdmx(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "sdmx.csv", fill, diag);
}

const csi_exporter csi_exporter_sdmx = {
    .name = "sdmx",
    .files = "sdmx.csv",
    .title = "SDMX-CSV 2.0, one observation a row, for statistical portals",
    .write = write_sdmx,
};
