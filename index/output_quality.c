/* quality.csv.gz: the state of every cell of the data that the run read, also of those that are missing, with the raw
 * value, what became of it, and the file and line it came from. Values that a step left as they were are not repeated; the
 * years of a country stand together. */
#include <math.h>

#include "index/output.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year", .is_required = true},
    {.name = "code", .type = "string", .meaning = "The indicator", .is_required = true},
    {.name = "state", .type = "string", .is_required = true, .choices = "observed|carried|interpolated|modelled|missing",
     .meaning = "Where the value in use comes from"},
    {.name = "marks", .type = "string", .choices = "treated|clipped|treated clipped",
     .meaning = "treated: changed as an outlier; clipped: beyond a goalpost"},
    {.name = "raw", .type = "number", .meaning = "The value in the file; blank when there is none"},
    {.name = "standard_error", .type = "number", .meaning = "The publisher's standard error, where given; of bounds, that above"},
    {.name = "standard_error_below", .type = "number",
     .meaning = "That below the value, where the publisher gives a lower and an upper bound"},
    {.name = "imputed", .type = "number", .meaning = "The value in use, in the same unit, where it is not the raw value"},
    {.name = "treated", .type = "number", .meaning = "The value that is normalised, where a step changed or transformed it"},
    {.name = "file", .type = "string", .meaning = "The input file"},
    {.name = "line", .type = "integer", .meaning = "The line in that file"},
};

static const csi_shape shape = {
    .title = "State and origin of every cell",
    .description = "One row a country, year and indicator: raw value, state, what was imputed or treated, and the "
                   "line it came from. Earlier years than the first scored one only feed the imputation.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|code",
    .link = &csi_link_codebook,
    .n_links = 1,
};

static const char *marks_of(csi_cell state)
{
    const bool is_treated = (state & CSI_CELL_TREATED) != 0, is_clipped = (state & CSI_CELL_CLIPPED) != 0;
    return is_treated && is_clipped ? "treated clipped" : is_treated ? "treated" : is_clipped ? "clipped" : "";
}

static double unless_same(double value, double before)
{
    return value == before ? NAN : value;
}

static void write_row(const csi_run *run, const csi_panel *treated, const char *code, size_t cell, size_t year,
                      size_t country, csi_csv *csv)
{
    const csi_panel *raw = run->raw->panel;
    const double in_use = run->result->imputed->value[cell];
    const csi_cell state = run->result->normalised->state[cell];
    const csi_origin origin = csi_raw_origin(run->raw, cell);
    csi_csv_text(csv, run->raw->countries.country[country].iso3);
    csi_csv_integer(csv, raw->first_year + (int)year);
    csi_csv_text(csv, code);
    csi_csv_text(csv, csi_cell_origin_name(run->result->imputed->state[cell]));
    csi_csv_text(csv, marks_of(state));
    csi_csv_number(csv, raw->value[cell]);
    csi_csv_number(csv, csi_panel_error_above(raw, cell));
    csi_csv_number(csv, raw->error_below == NULL ? NAN : raw->error_below[cell]);
    csi_csv_number(csv, unless_same(in_use, raw->value[cell]));
    csi_csv_number(csv, unless_same(treated->value[cell], in_use));
    csi_csv_text(csv, origin.line == 0 ? NULL : run->raw->source[origin.file].label);
    csi_csv_count(csv, origin.line);
    csi_csv_end_row(csv);
}

static csi_status write_quality(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_framework *framework = run->project->framework;
    const csi_panel *raw = run->raw->panel, *treated = csi_run_treated(run);
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t i = 0; i < raw->n_series; i++) {
        const size_t series = publication->series[i];
        const char *code = series < framework->n_indicators
                               ? framework->node[series].code
                               : framework->denominator[series - framework->n_indicators].code;
        for (size_t c = 0; c < raw->n_countries; c++) {
            for (size_t year = 0; year < raw->n_years; year++) {
                write_row(run, treated, code, csi_panel_at(raw, series, year, c), year, c, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_quality = {
    .file = "quality.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_quality};
