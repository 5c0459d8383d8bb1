/* COINr's input: iMeta.csv (the framework) and iData.csv (the raw values, one row a country and year), so that an R user
 * can rebuild the index with new_coin() or check ours. Values are those that the run read, before any imputation; years
 * before the first scored one are there too, since the imputation looks at them. NA is written out, as R reads it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "index/csv.h"
#include "index/rows.h"
#include "notebooks-export/export.h"

/* Raw values of quality.csv.gz. */
typedef struct raw_cube {
    int first_year;
    size_t n_years;
    size_t n_series;
    const char **code; /* in the order of the codebook */
    double *value;     /* [country][year][series] */
} raw_cube;

static void list_series(const csi_release *release, raw_cube *cube)
{
    for (size_t i = 0; i < release->n_entries; i++) {
        if (strcmp(release->entry[i].type, "Aggregate") != 0) {
            cube->code[cube->n_series++] = release->entry[i].code;
        }
    }
}

static size_t find_series(const raw_cube *cube, const char *code, size_t hint)
{
    for (size_t i = 0; i < cube->n_series; i++) {
        const size_t series = (hint + i) % cube->n_series;
        if (strcmp(cube->code[series], code) == 0) {
            return series;
        }
    }
    return CSI_NONE;
}

typedef struct quality_columns {
    size_t iso3, year, code, raw;
} quality_columns;

static csi_status open_quality(const csi_release *release, csi_diag *diag, csi_rows **rows, quality_columns *column)
{
    csi_status status;
    const char *const path = csi_release_text(release, "%s/quality.csv.gz", release->directory);
    CSI_TRY(csi_rows_open(path, path, diag, rows));
    CSI_TRY(csi_rows_expect(*rows, "iso3", diag, &column->iso3));
    CSI_TRY(csi_rows_expect(*rows, "year", diag, &column->year));
    CSI_TRY(csi_rows_expect(*rows, "code", diag, &column->code));
    CSI_TRY(csi_rows_expect(*rows, "raw", diag, &column->raw));
out:
    return status;
}

static csi_status allocate(const csi_release *release, csi_diag *diag, raw_cube *cube)
{
    const csi_results *const results = release->results;
    const int last_year = results->first_year + (int)results->n_years - 1;
    size_t n = 0;
    cube->first_year = release->first_read_year;
    cube->n_years = (size_t)(last_year - cube->first_year + 1);
    if (!__builtin_mul_overflow(results->countries.n, cube->n_years, &n) &&
        !__builtin_mul_overflow(n, cube->n_series, &n)) {
        cube->value = calloc(n + 1, sizeof *cube->value);
    }
    if (cube->value == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    for (size_t i = 0; i < n; i++) {
        cube->value[i] = NAN;
    }
    return CSI_OK;
}

static csi_status read_raw(const csi_release *release, csi_diag *diag, raw_cube *cube)
{
    csi_rows *rows = NULL;
    quality_columns column;
    bool has_row = false;
    size_t series = 0;
    csi_status status;
    CSI_TRY(allocate(release, diag, cube));
    CSI_TRY(open_quality(release, diag, &rows, &column));
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        int year = 0;
        double value = NAN;
        CSI_TRY(csi_rows_integer(rows, column.year, 0, diag, &year));
        CSI_TRY(csi_rows_number(rows, column.raw, diag, &value));
        const size_t country = csi_countries_find(&release->results->countries, csi_rows_text(rows, column.iso3));
        series = find_series(cube, csi_rows_text(rows, column.code), series == CSI_NONE ? 0 : series);
        const long offset = (long)year - cube->first_year;
        if (country != CSI_NONE && series != CSI_NONE && offset >= 0 && (size_t)offset < cube->n_years) {
            cube->value[(country * cube->n_years + (size_t)offset) * cube->n_series + series] = value;
        }
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
out:
    csi_rows_close(rows);
    return status;
}

static void put_number(csi_csv *csv, double value)
{
    if (isnan(value)) {
        csi_csv_text(csv, "NA");
    } else {
        csi_csv_number(csv, value);
    }
}

static void write_data(const csi_release *release, const raw_cube *cube, csi_outfile *file)
{
    const csi_countries *const countries = &release->results->countries;
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    csi_csv_text(&csv, "uCode");
    csi_csv_text(&csv, "uName");
    csi_csv_text(&csv, "Time");
    for (size_t series = 0; series < cube->n_series; series++) {
        csi_csv_text(&csv, cube->code[series]);
    }
    csi_csv_end_row(&csv);
    for (size_t c = 0; c < countries->n; c++) {
        for (size_t year = 0; year < cube->n_years; year++) {
            csi_csv_text(&csv, countries->country[c].iso3);
            csi_csv_text(&csv, countries->country[c].name);
            csi_csv_integer(&csv, cube->first_year + (int)year);
            for (size_t series = 0; series < cube->n_series; series++) {
                put_number(&csv, cube->value[(c * cube->n_years + year) * cube->n_series + series]);
            }
            csi_csv_end_row(&csv);
        }
    }
    csi_csv_flush(&csv);
}

static csi_status fill_data(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    raw_cube cube = {.code = calloc(release->n_entries + 1, sizeof *cube.code)};
    csi_status status;
    if (cube.code == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    list_series(release, &cube);
    CSI_TRY(read_raw(release, diag, &cube));
    write_data(release, &cube, file);
out:
    free(cube.value);
    free(cube.code);
    return status;
}

static csi_status fill_meta(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const char *const heading[] = {"Level", "iCode", "iName", "Parent", "Direction", "Weight", "Type", "Unit",
                                          "Target", "Denominator"};
    enum { N = sizeof heading / sizeof *heading };
    size_t column[N];
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < N; i++) {
        column[i] = csi_release_heading(release, heading[i]);
        csi_csv_text(&csv, heading[i]);
    }
    csi_csv_end_row(&csv);
    for (size_t entry = 0; entry < release->n_entries; entry++) {
        for (size_t i = 0; i < N; i++) {
            const char *const text = column[i] == CSI_NONE ? "" : release->entry[entry].cell[column[i]];
            double number = NAN;
            if (csi_number_read(text, strlen(text), &number) == CSI_NUMBER_OK) {
                csi_csv_number(&csv, number); /* -1 must not be taken for a formula */
            } else {
                csi_csv_text(&csv, text[0] == '\0' ? "NA" : text);
            }
        }
        csi_csv_end_row(&csv);
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

static csi_status write_coinr(const csi_release *release, const char *directory, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(csi_export_file(release, directory, "iData.csv", fill_data, diag));
    CSI_TRY(csi_export_file(release, directory, "iMeta.csv", fill_meta, diag));
out:
    return status;
}

const csi_exporter csi_exporter_coinr = {
    .name = "coinr",
    .files = "iData.csv, iMeta.csv",
    .title = "COINr's iData and iMeta, raw values before imputation",
    .write = write_coinr,
};
