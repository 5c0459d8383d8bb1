/* V-Dem's shape: country_name, country_text_id, year, historical_date, one column a measure. V-Dem's _codelow and
 * _codehigh bound 68 %; a release publishes the ensemble's 5 % and 95 % quantiles, which keep their own names here, so
 * that nobody reads 90 % as 68 %. country_id is V-Dem's number where the country table knows it, else blank. */
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "index/csv.h"
#include "ingest/country.h"
#include "notebooks-export/export.h"

enum { HIGHEST_ID = 999 }; /* V-Dem's numbers have three digits */

/* V-Dem's number of each country of the release, 0 where there is none; owned by the caller, NULL when out of memory. */
static int *find_ids(const csi_release *release)
{
    const csi_countries *const countries = &release->results->countries;
    const int year = release->results->first_year + (int)release->latest;
    int *const id = calloc(countries->n + 1, sizeof *id);
    for (int number = 1; id != NULL && number <= HIGHEST_ID; number++) {
        char text[CSI_NUMBER_MAX];
        const size_t length = csi_number_write_integer(number, text);
        const csi_country_answer answer = csi_country_resolve(text, length, CSI_COUNTRY_VDEM, year);
        const size_t country =
            answer.match == CSI_COUNTRY_FOUND ? csi_countries_find(countries, answer.iso3) : CSI_NONE;
        if (country != CSI_NONE && id[country] == 0) {
            id[country] = number;
        }
    }
    return id;
}

static void write_row(const csi_release *release, const csi_wide_column *column, size_t n, int id, size_t year,
                      size_t country, csi_csv *csv)
{
    const csi_results *const results = release->results;
    const int calendar_year = results->first_year + (int)year;
    csi_csv_text(csv, results->countries.country[country].name);
    csi_csv_text(csv, results->countries.country[country].iso3);
    csi_csv_count(csv, id);
    csi_csv_integer(csv, calendar_year);
    csi_csv_text(csv, csi_release_text(release, "%04d-12-31", calendar_year));
    for (size_t i = 0; i < n; i++) {
        csi_csv_number(csv, csi_wide_value(release, &column[i], year, country));
    }
    csi_csv_end_row(csv);
}

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const char *const keys[] = {"country_name", "country_text_id", "country_id", "year", "historical_date"};
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    int *const id = find_ids(release);
    if (column == NULL || id == NULL) {
        free(id);
        return csi_diag_no_memory(diag, "exporting");
    }
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        csi_csv_text(&csv, keys[i]);
    }
    for (size_t i = 0; i < n; i++) {
        csi_csv_text(&csv, column[i].name);
    }
    csi_csv_end_row(&csv);
    for (size_t c = 0; c < release->results->countries.n; c++) {
        for (size_t year = 0; year < release->results->n_years; year++) {
            write_row(release, column, n, id[c], year, c, &csv);
        }
    }
    csi_csv_flush(&csv);
    free(id);
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
