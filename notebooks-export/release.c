/* Reading a release: the results, and the codebook with every column that it has. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/rows.h"
#include "notebooks-export/export.h"

#define MAX_PACKAGE_BYTES ((size_t)64 << 20)

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static const char *text_in(const csi_setting *map, const char *key)
{
    const csi_setting *found = csi_setting_find(map, key);
    return found != NULL && found->kind == CSI_SETTING_TEXT ? or_empty(found->text) : "";
}

size_t csi_release_heading(const csi_release *release, const char *heading)
{
    for (size_t i = 0; i < release->n_headings; i++) {
        if (strcmp(release->heading[i], heading) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}

size_t csi_release_entry(const csi_release *release, const char *code)
{
    for (size_t i = 0; i < release->n_entries; i++) {
        if (strcmp(release->entry[i].code, code) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}

static csi_status read_headings(csi_release *release, const csi_rows *rows, csi_diag *diag)
{
    const size_t n = csi_rows_n_columns(rows);
    const char **heading = csi_arena_alloc(release->arena, n, sizeof *heading);
    if (heading == NULL) {
        return csi_diag_no_memory(diag, "reading the codebook");
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = csi_rows_heading(rows, i);
        heading[i] = csi_arena_copy(release->arena, text, strlen(text));
        if (heading[i] == NULL) {
            return csi_diag_no_memory(diag, "reading the codebook");
        }
    }
    release->heading = heading;
    release->n_headings = n;
    return CSI_OK;
}

/* Columns that every codebook has. */
typedef struct codebook_columns {
    size_t level, code, name, parent, type, unit;
} codebook_columns;

static csi_status find_columns(const csi_rows *rows, csi_diag *diag, codebook_columns *column)
{
    csi_status status;
    CSI_TRY(csi_rows_expect(rows, "Level", diag, &column->level));
    CSI_TRY(csi_rows_expect(rows, "iCode", diag, &column->code));
    CSI_TRY(csi_rows_expect(rows, "iName", diag, &column->name));
    CSI_TRY(csi_rows_expect(rows, "Parent", diag, &column->parent));
    CSI_TRY(csi_rows_expect(rows, "Type", diag, &column->type));
    CSI_TRY(csi_rows_expect(rows, "Unit", diag, &column->unit));
out:
    return status;
}

static csi_status read_entry(csi_release *release, const csi_rows *rows, const codebook_columns *column, csi_diag *diag,
                             csi_entry *entry)
{
    const char **cell = csi_arena_alloc(release->arena, release->n_headings, sizeof *cell);
    for (size_t i = 0; cell != NULL && i < release->n_headings; i++) {
        const char *text = csi_rows_text(rows, i);
        cell[i] = csi_arena_copy(release->arena, text, strlen(text));
        cell = cell[i] == NULL ? NULL : cell;
    }
    if (cell == NULL) {
        return csi_diag_no_memory(diag, "reading the codebook");
    }
    *entry = (csi_entry){.type = cell[column->type], .code = cell[column->code], .name = cell[column->name],
                         .parent = cell[column->parent], .unit = cell[column->unit], .cell = cell};
    return csi_rows_integer(rows, column->level, 0, diag, &entry->level);
}

static csi_status read_entries(csi_release *release, csi_rows *rows, csi_diag *diag)
{
    csi_entry *entry = NULL;
    size_t n = 0, room = 0;
    codebook_columns column;
    bool has_row = false;
    csi_status status;
    CSI_TRY(find_columns(rows, diag, &column));
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        if (n == room) {
            room = room == 0 ? 64 : 2 * room;
            csi_entry *more = reallocarray(entry, room, sizeof *entry);
            if (more == NULL) {
                CSI_TRY(csi_diag_no_memory(diag, "reading the codebook"));
            }
            entry = more;
        }
        CSI_TRY(read_entry(release, rows, &column, diag, &entry[n]));
        n++;
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
    csi_entry *kept = csi_arena_alloc(release->arena, n, sizeof *kept);
    if (kept == NULL && n > 0) {
        CSI_TRY(csi_diag_no_memory(diag, "reading the codebook"));
    }
    if (n > 0) {
        memcpy(kept, entry, n * sizeof *kept);
    }
    release->entry = kept;
    release->n_entries = n;
out:
    free(entry);
    return status;
}

static csi_status read_codebook(csi_release *release, csi_diag *diag)
{
    csi_rows *rows = NULL;
    csi_status status;
    const char *path = csi_arena_format(release->arena, "%s/codebook.csv", release->directory);
    if (path == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "reading the codebook"));
    }
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    CSI_TRY(read_headings(release, rows, diag));
    CSI_TRY(read_entries(release, rows, diag));
out:
    csi_rows_close(rows);
    return status;
}

static bool has_intervals(const csi_results *results)
{
    const size_t n = csi_names_count(results->nodes) * results->n_years * results->countries.n;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(results->row[i].score_q05)) {
            return true;
        }
    }
    return false;
}

/* The description and the licence stand in the data package alone. */
static csi_status read_package(csi_release *release, csi_diag *diag)
{
    const char *const path = csi_arena_format(release->arena, "%s/datapackage.json", release->directory);
    const csi_setting *package = NULL;
    char *bytes = NULL;
    size_t n = 0;
    csi_status status;
    if (path == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
    CSI_TRY(csi_file_read(path, MAX_PACKAGE_BYTES, diag, &bytes, &n));
    CSI_TRY(csi_settings_parse(release->arena, path, bytes, n, diag, &package));
    const csi_setting *const licences = csi_setting_find(package, "licenses");
    release->description = text_in(package, "description");
    release->licence = licences == NULL || licences->n == 0 ? "" : text_in(&licences->item[0], "name");
out:
    free(bytes);
    return status;
}

static csi_status describe(csi_release *release, csi_diag *diag)
{
    const csi_setting *const index = csi_setting_find(release->results->manifest, "index");
    const csi_setting *const read_from = csi_setting_find(index, "read_from");
    int64_t first_read = release->results->first_year;
    csi_status status = CSI_OK;
    release->id = text_in(index, "id");
    release->name = text_in(index, "name");
    release->version = text_in(index, "version");
    if (read_from != NULL) {
        CSI_TRY(csi_setting_integer(read_from, INT16_MIN, first_read, diag, &first_read));
    }
    release->first_read_year = (int)first_read;
    release->has_intervals = has_intervals(release->results);
    const size_t latest = csi_results_latest_year(release->results);
    release->latest = latest == CSI_NONE ? 0 : latest;
    release->scale = csi_results_scale(release->results);
    CSI_TRY(read_package(release, diag));
out:
    return status;
}

csi_status csi_release_read(const char *directory, csi_diag *diag, csi_release **release)
{
    *release = NULL;
    csi_release *made = NULL;
    csi_status status;
    csi_arena *arena = csi_arena_new();
    made = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *made);
    if (made == NULL) {
        csi_arena_free(arena);
        return csi_diag_no_memory(diag, "reading results");
    }
    made->arena = arena;
    made->directory = csi_arena_copy(arena, directory, strlen(directory));
    made->is_out_of_memory = csi_arena_alloc(arena, 1, sizeof *made->is_out_of_memory);
    if (made->directory == NULL || made->is_out_of_memory == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "reading results"));
    }
    CSI_TRY(csi_results_read(directory, diag, &made->results));
    CSI_TRY(read_codebook(made, diag));
    CSI_TRY(describe(made, diag));
    *release = made;
    return CSI_OK;
out:
    csi_release_free(made);
    return status;
}

void csi_release_free(csi_release *release)
{
    if (release != NULL) {
        csi_results_free(release->results);
        csi_arena_free(release->arena);
    }
}

void csi_release_order(const csi_release *release, size_t year, size_t *order)
{
    const csi_results *const results = release->results;
    size_t at = 0;
    for (int rank = 1; (size_t)rank <= results->countries.n; rank++) {
        for (size_t c = 0; c < results->countries.n; c++) {
            if (csi_results_at(results, 0, year, c)->rank == rank) {
                order[at++] = c;
            }
        }
    }
    for (size_t c = 0; c < results->countries.n; c++) {
        if (csi_results_at(results, 0, year, c)->rank == 0) {
            order[at++] = c;
        }
    }
}

const char *csi_release_text(const csi_release *release, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    char *const text = length < 0 ? NULL : csi_arena_alloc(release->arena, (size_t)length + 1, 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    *release->is_out_of_memory = *release->is_out_of_memory || text == NULL;
    return text == NULL ? "" : text;
}

csi_status csi_export_file(const csi_release *release, const char *directory, const char *name, csi_fill fill,
                           csi_diag *diag)
{
    csi_outfile *file = NULL;
    csi_status status;
    CSI_TRY(csi_outfile_open(directory, name, CSI_PLAIN, diag, &file));
    CSI_TRY(fill(release, file, diag));
    if (*release->is_out_of_memory) {
        CSI_TRY(csi_diag_no_memory(diag, "exporting"));
    }
    return csi_outfile_commit(file, diag, NULL);
out:
    csi_outfile_abandon(file);
    return status;
}
