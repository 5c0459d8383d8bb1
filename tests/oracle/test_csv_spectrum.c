/* csv-spectrum: twelve files whose tables are given as JSON. */
#include <string.h>

#include "core/outfile.h"
#include "core/settings.h"
#include "ingest/slices.h"
#include "ingest/table.h"
#include "tests/support/support.h"

static const char *const names[] = {
    "comma_in_quotes", "empty",  "empty_crlf",   "escaped_quotes",      "json",   "location_coordinates",
    "newlines",        "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
};

static const csi_setting *read_json(csi_arena *arena, const char *name)
{
    char *bytes;
    size_t n;
    const csi_setting *root = NULL;
    csi_diag *diag = csi_diag_new(0);
    cr_assert(csi_file_read(oracle_path(text_format("csv-spectrum/json/%s.json", name)), 1 << 20, diag, &bytes, &n) == CSI_OK);
    cr_assert(csi_settings_parse(arena, name, bytes, n, diag, &root) == CSI_OK, "%s", name);
    csi_diag_free(diag);
    return root;
}

/* A file of one row may be given as one object in place of a list. */
static const csi_setting *row_of(const csi_setting *expected, size_t row)
{
    return expected->kind == CSI_SETTING_MAP ? expected : &expected->item[row];
}

static size_t count_rows(const csi_setting *expected)
{
    return expected->kind == CSI_SETTING_MAP ? 1 : expected->n;
}

/* Upstream's own slip: its JSON has another telephone number than its CSV. */
static int is_known_slip(const char *name, const char *heading)
{
    return strcmp(name, "location_coordinates") == 0 && strcmp(heading, "Contact Phone Number") == 0;
}

static int is_equal(const csi_field *field, const char *expected)
{
    return field->length == strlen(expected) && memcmp(field->text, expected, field->length) == 0;
}

static size_t compare(csi_splitter *splitter, const csi_setting *expected, const char *name)
{
    csi_record record;
    char *heading[16];
    size_t n_headings = 0, row = 0;
    while (csi_splitter_next(splitter, &record) == CSI_OK && record.n_fields > 0) {
        if (n_headings == 0) {
            for (size_t i = 0; i < record.n_fields; i++) {
                heading[n_headings++] = text_format("%.*s", (int)record.field[i].length, record.field[i].text);
            }
            continue;
        }
        cr_assert(row < count_rows(expected) && record.n_fields == n_headings, "%s: row %zu", name, row);
        for (size_t i = 0; i < record.n_fields; i++) {
            const csi_setting *cell = csi_setting_find(row_of(expected, row), heading[i]);
            cr_expect(cell != NULL && (is_equal(&record.field[i], cell->text) || is_known_slip(name, heading[i])), "%s: row %zu, %s: \"%.*s\"", name, row,
                      heading[i], (int)record.field[i].length, record.field[i].text);
        }
        row++;
    }
    return row;
}

Test(csv_spectrum, all_twelve)
{
    csi_arena *arena = csi_arena_new();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const csi_setting *expected = read_json(arena, names[i]);
        csi_slices *slices = NULL;
        csi_slice slice = {0};
        const csi_slices_options options = {0};
        cr_assert(csi_slices_open(oracle_path(text_format("csv-spectrum/csvs/%s.csv", names[i])), names[i], &options, NULL,
                                  &slices) == CSI_OK);
        cr_assert(csi_slices_next(slices, NULL, &slice) == CSI_OK);
        for (int fast = 0; fast <= 1; fast++) {
            csi_splitter *splitter = csi_splitter_new(',', '"');
            csi_splitter_set_fast(splitter, fast == 1);
            /* its degrees and seconds hold quotes inside unquoted fields, which strictly is no CSV */
            const bool is_lenient = strcmp(names[i], "location_coordinates") == 0;
            cr_assert(csi_splitter_set_lenient(splitter, is_lenient) == CSI_OK);
            csi_splitter_start(splitter, &slice);
            cr_expect(compare(splitter, expected, names[i]) == count_rows(expected), "%s: rows", names[i]);
            csi_splitter_free(splitter);
        }
        csi_slice_clear(&slice);
        csi_slices_close(slices);
    }
    csi_arena_free(arena);
}
