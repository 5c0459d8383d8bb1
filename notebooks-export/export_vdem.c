/* V-Dem's shape: country_name, country_text_id, year, historical_date, one column a measure. V-Dem's _codelow and
 * _codehigh bound 68 %; a release publishes the ensemble's 5 % and 95 % quantiles, which keep their own names here, so
 * that nobody reads 90 % as 68 %. Its numeric country_id has no meaning outside V-Dem and is left out. */
#include "index/csv.h"
#include "notebooks-export/export.h"

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    const csi_results *const results = release->results;
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    if (column == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    csi_csv_text(&csv, "country_name");
    csi_csv_text(&csv, "country_text_id");
    csi_csv_text(&csv, "year");
    csi_csv_text(&csv, "historical_date");
    for (size_t i = 0; i < n; i++) {
        csi_csv_text(&csv, column[i].name);
    }
    csi_csv_end_row(&csv);
    for (size_t c = 0; c < results->countries.n; c++) {
        for (size_t year = 0; year < results->n_years; year++) {
            const int calendar_year = results->first_year + (int)year;
            csi_csv_text(&csv, results->countries.country[c].name);
            csi_csv_text(&csv, results->countries.country[c].iso3);
            csi_csv_integer(&csv, calendar_year);
            csi_csv_text(&csv, csi_arena_format(release->arena, "%04d-12-31", calendar_year));
            for (size_t i = 0; i < n; i++) {
                csi_csv_number(&csv, csi_wide_value(release, &column[i], year, c));
            }
            csi_csv_end_row(&csv);
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

static csi_status write_vdem(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "vdem.csv", fill, diag);
}

const csi_exporter csi_exporter_vdem = {
    .name = "vdem",
    .files = "vdem.csv",
    .title = "V-Dem's country-year table",
    .write = write_vdem,
};
