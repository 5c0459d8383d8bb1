/* Stata (.dta, version 118) and SPSS (.sav) through ReadStat: the wide layout with a label on every variable and the
 * values of the status labelled. Missing scores are system-missing. ReadStat stamps files with the local time, so it is
 * given the moment whose local time is the start of 2000: equal results give equal bytes in every time zone. */
#include <math.h>
#include <readstat.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "notebooks-export/export.h"

enum { NAME_LIMIT = 32, LABEL_LIMIT = 80, FILE_LABEL_LIMIT = 60, STATA_UTF8_FORMAT = 118, SPSS_FORMAT = 2 };

typedef struct variables {
    readstat_variable_t *iso3, *country, *year;
    readstat_variable_t **column;
} variables;

static ssize_t to_file(const void *bytes, size_t n, void *user)
{
    csi_outfile_write(user, bytes, n);
    return (ssize_t)n;
}

static time_t fixed_time(void)
{
    struct tm start = {.tm_year = 100, .tm_mday = 1, .tm_isdst = -1};
    return mktime(&start);
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* At most `limit` bytes of a label, cut at a character. */
static const char *label_of(const csi_release *release, const char *text, size_t limit)
{
    size_t n = strlen(text);
    if (n > limit) {
        n = limit;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
            n--;
        }
    }
    return csi_release_text(release, "%.*s", (int)n, text);
}

/* A name that both programs take: letters, digits and underscores, a letter first. Where it must be cut its place among
 * the columns keeps it apart from others. */
static const char *variable_name(const csi_release *release, const csi_wide_column *column, size_t at)
{
    const char *const prefix = is_letter(column[at].name[0]) ? "" : "v";
    const bool is_cut = strlen(prefix) + strlen(column[at].name) > NAME_LIMIT;
    char *const name = is_cut ? csi_arena_format(release->arena, "%s%.*s_%zu", prefix, NAME_LIMIT - 8, column[at].name, at)
                              : csi_arena_format(release->arena, "%s%s", prefix, column[at].name);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        *c = is_letter(*c) || (*c >= '0' && *c <= '9') ? *c : '_';
    }
    return name;
}

static size_t longest_name(const csi_countries *countries)
{
    size_t longest = 1;
    for (size_t c = 0; c < countries->n; c++) {
        const size_t length = strlen(countries->country[c].name);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static size_t longest_code(const csi_countries *countries)
{
    size_t longest = 1;
    for (size_t c = 0; c < countries->n; c++) {
        const size_t length = strlen(countries->country[c].iso3);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static readstat_label_set_t *label_status(readstat_writer_t *writer)
{
    readstat_label_set_t *const set = readstat_add_label_set(writer, READSTAT_TYPE_DOUBLE, "status");
    for (int status = 0; set != NULL && status < CSI_N_SCORE_STATUS; status++) {
        readstat_label_double_value(set, status, csi_score_status_name((csi_score_status)status));
    }
    return set;
}

static bool add_variables(const csi_release *release, readstat_writer_t *writer, const csi_wide_column *column, size_t n,
                          variables *made)
{
    const csi_countries *const countries = &release->results->countries;
    readstat_label_set_t *const status = label_status(writer);
    made->iso3 = readstat_add_variable(writer, "iso3", READSTAT_TYPE_STRING, longest_code(countries));
    made->country = readstat_add_variable(writer, "country", READSTAT_TYPE_STRING, longest_name(countries));
    made->year = readstat_add_variable(writer, "year", READSTAT_TYPE_DOUBLE, 0);
    made->column = csi_arena_alloc(release->arena, n, sizeof *made->column);
    if (status == NULL || made->iso3 == NULL || made->country == NULL || made->year == NULL || made->column == NULL) {
        return false;
    }
    readstat_variable_set_label(made->iso3, "Country, ISO 3166-1 alpha-3");
    readstat_variable_set_label(made->country, "Country");
    readstat_variable_set_label(made->year, "Year");
    for (size_t i = 0; i < n; i++) {
        const char *const name = variable_name(release, column, i);
        made->column[i] = name == NULL ? NULL : readstat_add_variable(writer, name, READSTAT_TYPE_DOUBLE, 0);
        if (made->column[i] == NULL) {
            return false;
        }
        readstat_variable_set_label(made->column[i], label_of(release, column[i].label, LABEL_LIMIT));
        if (column[i].kind == CSI_WIDE_STATUS) {
            readstat_variable_set_label_set(made->column[i], status);
        }
    }
    return true;
}

static readstat_error_t write_row(const csi_release *release, readstat_writer_t *writer, const variables *made,
                                  const csi_wide_column *column, size_t n, size_t year, size_t country)
{
    const csi_results *const results = release->results;
    readstat_error_t error = readstat_begin_row(writer);
    if (error == READSTAT_OK) {
        error = readstat_insert_string_value(writer, made->iso3, results->countries.country[country].iso3);
    }
    if (error == READSTAT_OK) {
        error = readstat_insert_string_value(writer, made->country, results->countries.country[country].name);
    }
    if (error == READSTAT_OK) {
        error = readstat_insert_double_value(writer, made->year, results->first_year + (int)year);
    }
    for (size_t i = 0; error == READSTAT_OK && i < n; i++) {
        const double value = csi_wide_value(release, &column[i], year, country);
        error = isnan(value) ? readstat_insert_missing_value(writer, made->column[i])
                             : readstat_insert_double_value(writer, made->column[i], value);
    }
    return error == READSTAT_OK ? readstat_end_row(writer) : error;
}

static readstat_error_t write_rows(const csi_release *release, readstat_writer_t *writer, const variables *made,
                                   const csi_wide_column *column, size_t n)
{
    readstat_error_t error = READSTAT_OK;
    for (size_t c = 0; error == READSTAT_OK && c < release->results->countries.n; c++) {
        for (size_t year = 0; error == READSTAT_OK && year < release->results->n_years; year++) {
            error = write_row(release, writer, made, column, n, year, c);
        }
    }
    return error == READSTAT_OK ? readstat_end_writing(writer) : error;
}

typedef readstat_error_t (*begin_writing)(readstat_writer_t *writer, void *user, long n_rows);

static csi_status fill(const csi_release *release, begin_writing begin, uint8_t version, csi_outfile *file, csi_diag *diag)
{
    size_t n = 0;
    const csi_wide_column *const column = csi_wide_columns(release, &n);
    readstat_writer_t *const writer = readstat_writer_init();
    variables made = {0};
    csi_status status = CSI_OK;
    if (column == NULL || writer == NULL || !add_variables(release, writer, column, n, &made)) {
        CSI_TRY(csi_diag_no_memory(diag, "exporting"));
    }
    readstat_set_data_writer(writer, to_file);
    readstat_writer_set_file_timestamp(writer, fixed_time());
    readstat_writer_set_file_format_version(writer, version);
    readstat_writer_set_file_label(writer, label_of(release, release->name, FILE_LABEL_LIMIT));
    readstat_error_t error =
        begin(writer, file, (long)(release->results->countries.n * release->results->n_years));
    if (error == READSTAT_OK) {
        error = write_rows(release, writer, &made, column, n);
    }
    if (error != READSTAT_OK) {
        status = csi_diag_error(diag, CSI_ERR_SYSTEM, NULL, "ReadStat: %s", readstat_error_message(error));
    }
out:
    if (writer != NULL) {
        readstat_writer_free(writer);
    }
    return status;
}

static csi_status fill_stata(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return fill(release, readstat_begin_writing_dta, STATA_UTF8_FORMAT, file, diag);
}

static csi_status fill_spss(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return fill(release, readstat_begin_writing_sav, SPSS_FORMAT, file, diag);
}

static csi_status write_stata(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "csindex.dta", fill_stata, diag);
}

static csi_status write_spss(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "csindex.sav", fill_spss, diag);
}

const csi_exporter csi_exporter_stata = {
    .name = "stata",
    .files = "csindex.dta",
    .title = "Stata, one row a country and year, labelled",
    .write = write_stata,
};

const csi_exporter csi_exporter_spss = {
    .name = "spss",
    .files = "csindex.sav",
    .title = "SPSS, one row a country and year, labelled",
    .write = write_spss,
};
