/* V-Dem's shape: country_name, country_text_id, year, historical_date, one column a measure, and beside each score, where
 * an ensemble was run, _sd, _codelow and _codehigh as V-Dem means them: standard deviation and 68 % bounds (the 16 % and
 * 84 % quantiles of uncertainty.csv.gz; V-Dem's are of highest posterior density). The 5 % and 95 % quantiles keep their
 * own names, so that nobody reads 90 % as 68 %. country_id is V-Dem's number where the country table knows it, else
 * blank. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "index/csv.h"
#include "index/rows.h"
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

enum { SD, LOW, HIGH, N_BOUNDS };
static const char *const bound_suffix[N_BOUNDS] = {"_sd", "_codelow", "_codehigh"};
static const char *const bound_heading[N_BOUNDS] = {"score_sd", "score_q16", "score_q84"};

/* What stands in uncertainty.csv.gz: [node][year][country][N_BOUNDS]; NULL where the release has none. */
typedef double bounds[N_BOUNDS];

static size_t bound_at(const csi_release *release, size_t node, size_t year, size_t country)
{
    return (node * release->results->n_years + year) * release->results->countries.n + country;
}

static csi_status read_bound_row(const csi_release *release, const csi_rows *rows, const size_t *column, csi_diag *diag,
                                 bounds *bound)
{
    const csi_results *results = release->results;
    const char *code = csi_rows_text(rows, column[N_BOUNDS + 2]);
    const size_t country = csi_countries_find(&results->countries, csi_rows_text(rows, column[N_BOUNDS]));
    const size_t node = csi_names_find(results->nodes, code, strlen(code));
    int year = 0;
    csi_status status;
    CSI_TRY(csi_rows_integer(rows, column[N_BOUNDS + 1], 0, diag, &year));
    if (country == CSI_NONE || node == CSI_NONE || year < results->first_year ||
        (size_t)(year - results->first_year) >= results->n_years) {
        const csi_place place = csi_rows_place(rows);
        status = csi_diag_error(diag, CSI_ERR_DATA, &place, "this row is of no score in scores.csv.gz");
        goto out;
    }
    for (size_t i = 0; i < N_BOUNDS; i++) {
        CSI_TRY(csi_rows_number(rows, column[i], diag,
                                &bound[bound_at(release, node, (size_t)(year - results->first_year), country)][i]));
    }
out:
    return status;
}

static csi_status read_rows(const csi_release *release, csi_rows *rows, csi_diag *diag, bounds *bound)
{
    static const char *const key[] = {"iso3", "year", "code"};
    size_t column[N_BOUNDS + 3];
    bool has_row = true;
    csi_status status;
    for (size_t i = 0; i < N_BOUNDS + 3; i++) {
        CSI_TRY(csi_rows_expect(rows, i < N_BOUNDS ? bound_heading[i] : key[i - N_BOUNDS], diag, &column[i]));
    }
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        CSI_TRY(read_bound_row(release, rows, column, diag, bound));
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
out:
    return status;
}

static bool has_file(const csi_release *release, const char *name)
{
    const csi_setting *outputs = csi_setting_find(release->results->manifest, "outputs");
    for (size_t i = 0; outputs != NULL && outputs->kind == CSI_SETTING_LIST && i < outputs->n; i++) {
        const csi_setting *path = csi_setting_find(&outputs->item[i], "path");
        if (path != NULL && path->kind == CSI_SETTING_TEXT && strcmp(path->text, name) == 0) {
            return true;
        }
    }
    return false;
}

static csi_status read_bounds(const csi_release *release, csi_diag *diag, bounds **out)
{
    const csi_results *results = release->results;
    const size_t n = csi_names_count(results->nodes) * results->n_years * results->countries.n;
    csi_rows *rows = NULL;
    csi_status status;
    *out = NULL;
    if (!has_file(release, "uncertainty.csv.gz")) {
        return CSI_OK;
    }
    bounds *bound = csi_arena_alloc(release->arena, n + 1, sizeof *bound);
    if (bound == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    for (size_t i = 0; i < n * N_BOUNDS; i++) {
        bound[i / N_BOUNDS][i % N_BOUNDS] = (double)NAN;
    }
    const char *path = csi_release_text(release, "%s/uncertainty.csv.gz", release->directory);
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    CSI_TRY(read_rows(release, rows, diag, bound));
    *out = bound;
out:
    csi_rows_close(rows);
    return status;
}

static void write_row(const csi_release *release, const csi_wide_column *column, size_t n, bounds *bound, int id,
                      size_t year, size_t country, csi_csv *csv)
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
        for (size_t k = 0; k < N_BOUNDS && bound != NULL && column[i].kind == CSI_WIDE_SCORE; k++) {
            csi_csv_number(csv, bound[bound_at(release, column[i].node, year, country)][k]);
        }
    }
    csi_csv_end_row(csv);
}

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const char *const keys[] = {"country_name", "country_text_id", "country_id", "year", "historical_date"};
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    bounds *bound = NULL;
    int *id = NULL;
    csi_status status;
    csi_csv csv;
    CSI_TRY(read_bounds(release, diag, &bound));
    id = find_ids(release);
    if (column == NULL || id == NULL) {
        status = csi_diag_no_memory(diag, "exporting");
        goto out;
    }
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        csi_csv_text(&csv, keys[i]);
    }
    for (size_t i = 0; i < n; i++) {
        csi_csv_text(&csv, column[i].name);
        for (size_t k = 0; k < N_BOUNDS && bound != NULL && column[i].kind == CSI_WIDE_SCORE; k++) {
            csi_csv_text(&csv, csi_release_text(release, "%s%s", column[i].name, bound_suffix[k]));
        }
    }
    csi_csv_end_row(&csv);
    for (size_t c = 0; c < release->results->countries.n; c++) {
        for (size_t year = 0; year < release->results->n_years; year++) {
            write_row(release, column, n, bound, id[c], year, c, &csv);
        }
    }
    csi_csv_flush(&csv);
out:
    free(id);
    return status;
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
