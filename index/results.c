/* Published results read back into one block of rows. The files must be those that the manifest vouches for: a set that
 * a killed run left half switched is refused, not half believed. */
#include "index/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outfile.h"
#include "index/rows.h"
#include "index/verify.h"

static csi_status new_results(csi_diag *diag, csi_results **out)
{
    csi_arena *arena = csi_arena_new();
    csi_results *results = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *results);
    if (results == NULL) {
        csi_arena_free(arena);
        return csi_diag_no_memory(diag, "reading results");
    }
    results->arena = arena;
    *out = results;
    return CSI_OK;
}

void csi_results_free(csi_results *results)
{
    if (results != NULL) {
        csi_arena_free(results->arena);
    }
}

static const csi_score_row blank_row = {
    .score = NAN, .coverage = NAN, .imputed_share = NAN, .status = CSI_SCORE_MISSING, .score_q05 = NAN, .score_q50 = NAN,
    .score_q95 = NAN, .rank_q05 = NAN, .rank_q50 = NAN, .rank_q95 = NAN,
};

/* Rows for every cell, all blank. */
static csi_status allocate_rows(csi_results *results, csi_diag *diag)
{
    const size_t n_nodes = csi_names_count(results->nodes), n_countries = results->countries.n;
    size_t n_cells;
    if (__builtin_mul_overflow(n_nodes, results->n_years, &n_cells) ||
        __builtin_mul_overflow(n_cells, n_countries, &n_cells)) {
        return csi_diag_no_memory(diag, "reading results");
    }
    results->row = csi_arena_alloc(results->arena, n_cells, sizeof *results->row);
    if (results->row == NULL && n_cells > 0) {
        return csi_diag_no_memory(diag, "reading results");
    }
    for (size_t i = 0; i < n_cells; i++) {
        results->row[i] = blank_row;
    }
    return CSI_OK;
}

static csi_score_row *row_at(const csi_results *results, size_t node, size_t year, size_t country)
{
    return &results->row[(node * results->n_years + year) * results->countries.n + country];
}

const csi_score_row *csi_results_at(const csi_results *results, size_t node, size_t year, size_t country)
{
    return row_at(results, node, year, country);
}

size_t csi_results_latest_year(const csi_results *results)
{
    for (size_t year = results->n_years; year-- > 0;) {
        for (size_t c = 0; c < results->countries.n; c++) {
            if (!isnan(row_at(results, 0, year, c)->score)) {
                return year;
            }
        }
    }
    return CSI_NONE;
}

/* One row of scores.csv.gz as it was read. */
typedef struct loose_row {
    size_t node, country;
    int year;
    csi_score_row row;
} loose_row;

typedef struct loose_rows {
    loose_row *row;
    size_t n, room;
    csi_names *countries;
    const char **country_name; /* by country, in the arena */
    size_t country_room;
    int *level; /* by node */
    size_t level_room;
} loose_rows;

enum { ISO3, COUNTRY, YEAR, CODE, LEVEL, SCORE, RANK, N_RANKED, COVERAGE, IMPUTED, S05, S50, S95, R05, R50, R95, STATUS, N_COLUMNS };
static const char *const headings[N_COLUMNS] = {
    "iso3",          "country",   "year",      "code",      "level",    "score",    "rank",     "n_ranked", "coverage",
    "imputed_share", "score_q05", "score_q50", "score_q95", "rank_q05", "rank_q50", "rank_q95", "status",
};

static csi_status read_status(const csi_rows *rows, size_t column, csi_diag *diag, csi_score_status *out)
{
    for (int i = 0; i < CSI_N_SCORE_STATUS; i++) {
        if (strcmp(csi_rows_text(rows, column), csi_score_status_name((csi_score_status)i)) == 0) {
            *out = (csi_score_status)i;
            return CSI_OK;
        }
    }
    const csi_place place = csi_rows_place(rows);
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "unknown status \"%s\"", csi_rows_text(rows, column));
}

static csi_status read_values(const csi_rows *rows, const size_t *column, csi_diag *diag, csi_score_row *row)
{
    csi_status status;
    CSI_TRY(csi_rows_number(rows, column[SCORE], diag, &row->score));
    CSI_TRY(csi_rows_integer(rows, column[RANK], 0, diag, &row->rank));
    CSI_TRY(csi_rows_integer(rows, column[N_RANKED], 0, diag, &row->n_ranked));
    CSI_TRY(csi_rows_number(rows, column[COVERAGE], diag, &row->coverage));
    CSI_TRY(csi_rows_number(rows, column[IMPUTED], diag, &row->imputed_share));
    CSI_TRY(csi_rows_number(rows, column[S05], diag, &row->score_q05));
    CSI_TRY(csi_rows_number(rows, column[S50], diag, &row->score_q50));
    CSI_TRY(csi_rows_number(rows, column[S95], diag, &row->score_q95));
    CSI_TRY(csi_rows_number(rows, column[R05], diag, &row->rank_q05));
    CSI_TRY(csi_rows_number(rows, column[R50], diag, &row->rank_q50));
    CSI_TRY(csi_rows_number(rows, column[R95], diag, &row->rank_q95));
    CSI_TRY(read_status(rows, column[STATUS], diag, &row->status));
out:
    return status;
}

/* Room for one more item of `size` bytes behind `n`; false when out of memory. */
static bool grow(void **block, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return true;
    }
    const size_t wanted = *room == 0 ? 256 : 2 * *room;
    void *larger = reallocarray(*block, wanted, size);
    if (larger == NULL) {
        return false;
    }
    *block = larger;
    *room = wanted;
    return true;
}

static csi_status name_country(csi_results *results, const csi_rows *rows, const size_t *column, loose_rows *loose,
                               csi_diag *diag, size_t *country)
{
    const char *iso3 = csi_rows_text(rows, column[ISO3]), *name = csi_rows_text(rows, column[COUNTRY]);
    const size_t n_before = csi_names_count(loose->countries);
    csi_status status;
    CSI_TRY(csi_names_add(loose->countries, iso3, strlen(iso3), country));
    if (*country < n_before) {
        return CSI_OK;
    }
    if (n_before > 0 && strcmp(csi_names_at(loose->countries, n_before - 1), iso3) >= 0) {
        const csi_place place = csi_rows_place(rows);
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "the countries are not sorted by code here");
    }
    if (!grow((void **)&loose->country_name, n_before, &loose->country_room, sizeof *loose->country_name)) {
        return csi_diag_no_memory(diag, "reading results");
    }
    loose->country_name[n_before] = csi_arena_copy(results->arena, name, strlen(name));
    if (loose->country_name[n_before] == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
out:
    return status;
}

static csi_status name_node(csi_results *results, const csi_rows *rows, const size_t *column, loose_rows *loose,
                            csi_diag *diag, size_t *node)
{
    const char *code = csi_rows_text(rows, column[CODE]);
    const size_t n_before = csi_names_count(results->nodes);
    csi_status status;
    CSI_TRY(csi_names_add(results->nodes, code, strlen(code), node));
    if (*node == n_before) {
        if (!grow((void **)&loose->level, n_before, &loose->level_room, sizeof *loose->level)) {
            return csi_diag_no_memory(diag, "reading results");
        }
        CSI_TRY(csi_rows_integer(rows, column[LEVEL], 0, diag, &loose->level[n_before]));
    }
out:
    return status;
}

static csi_status read_row(csi_results *results, const csi_rows *rows, const size_t *column, loose_rows *loose,
                           csi_diag *diag)
{
    csi_status status;
    if (!grow((void **)&loose->row, loose->n, &loose->room, sizeof *loose->row)) {
        return csi_diag_no_memory(diag, "reading results");
    }
    loose_row *row = &loose->row[loose->n];
    CSI_TRY(name_country(results, rows, column, loose, diag, &row->country));
    CSI_TRY(name_node(results, rows, column, loose, diag, &row->node));
    CSI_TRY(csi_rows_integer(rows, column[YEAR], 0, diag, &row->year));
    CSI_TRY(read_values(rows, column, diag, &row->row));
    loose->n++;
out:
    return status;
}

static csi_status read_loose(csi_results *results, const char *path, csi_diag *diag, loose_rows *loose)
{
    csi_rows *rows = NULL;
    size_t column[N_COLUMNS];
    bool has_row;
    csi_status status;
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    for (int i = 0; i < N_COLUMNS; i++) {
        CSI_TRY(csi_rows_expect(rows, headings[i], diag, &column[i]));
    }
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        CSI_TRY(read_row(results, rows, column, loose, diag));
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
    if (loose->n == 0) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path}, "there are no scores here");
    }
out:
    csi_rows_close(rows);
    return status;
}

static csi_status lay_out(csi_results *results, const loose_rows *loose, csi_diag *diag)
{
    const size_t n_countries = csi_names_count(loose->countries), n_nodes = csi_names_count(results->nodes);
    csi_country *country = csi_arena_alloc(results->arena, n_countries, sizeof *country);
    int *level = csi_arena_alloc(results->arena, n_nodes, sizeof *level);
    int first = loose->row[0].year, last = first;
    if (country == NULL || level == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
    for (size_t i = 0; i < loose->n; i++) {
        first = loose->row[i].year < first ? loose->row[i].year : first;
        last = loose->row[i].year > last ? loose->row[i].year : last;
    }
    for (size_t c = 0; c < n_countries; c++) {
        country[c] = (csi_country){.iso3 = csi_names_at(loose->countries, c), .name = loose->country_name[c]};
    }
    memcpy(level, loose->level, n_nodes * sizeof *level);
    results->node_level = level;
    results->countries = (csi_countries){.n = n_countries, .country = country};
    results->first_year = first;
    results->n_years = (size_t)((long)last - first) + 1;
    const csi_status status = allocate_rows(results, diag);
    for (size_t i = 0; status == CSI_OK && i < loose->n; i++) {
        const loose_row *row = &loose->row[i];
        *row_at(results, row->node, (size_t)(row->year - first), row->country) = row->row;
    }
    return status;
}

static csi_status read_scores(csi_results *results, const char *path, csi_diag *diag)
{
    loose_rows loose = {.countries = csi_names_new(results->arena)};
    csi_status status;
    results->nodes = csi_names_new(results->arena);
    if (loose.countries == NULL || results->nodes == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
    CSI_TRY(read_loose(results, path, diag, &loose));
    CSI_TRY(lay_out(results, &loose, diag));
out:
    free(loose.row);
    free(loose.country_name);
    free(loose.level);
    return status;
}

static csi_status read_names(csi_results *results, const char *path, csi_diag *diag)
{
    const char **name = csi_arena_alloc(results->arena, csi_names_count(results->nodes), sizeof *name);
    csi_rows *rows = NULL;
    size_t code_column, name_column;
    bool has_row;
    csi_status status;
    if (name == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
    for (size_t i = 0; i < csi_names_count(results->nodes); i++) {
        name[i] = csi_names_at(results->nodes, i);
    }
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    CSI_TRY(csi_rows_expect(rows, "iCode", diag, &code_column));
    CSI_TRY(csi_rows_expect(rows, "iName", diag, &name_column));
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        const char *code = csi_rows_text(rows, code_column), *text = csi_rows_text(rows, name_column);
        const size_t node = csi_names_find(results->nodes, code, strlen(code));
        if (node != CSI_NONE && text[0] != '\0') {
            name[node] = csi_arena_copy(results->arena, text, strlen(text));
            if (name[node] == NULL) {
                status = csi_diag_no_memory(diag, "reading results");
                goto out;
            }
        }
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
    results->node_name = name;
out:
    csi_rows_close(rows);
    return status;
}

/* Checks that the file is the one that the manifest vouches for. */
csi_status csi_results_check(const csi_results *results, const char *name, const char *path, csi_diag *diag)
{
    const csi_setting *outputs = csi_setting_find(results->manifest, "outputs");
    char hex[CSI_DIGEST_HEX];
    const csi_status status = csi_digest_file(path, diag, hex);
    if (status != CSI_OK) {
        return status;
    }
    for (size_t i = 0; outputs != NULL && i < outputs->n; i++) {
        const csi_setting *file = csi_setting_find(&outputs->item[i], "path");
        const csi_setting *digest = csi_setting_find(&outputs->item[i], "sha256");
        if (file != NULL && digest != NULL && strcmp(file->text, name) == 0 && strcmp(digest->text, hex) == 0) {
            return CSI_OK;
        }
    }
    return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path},
                          "this is not the file that manifest.json vouches for; run the index again");
}

bool csi_results_hold(const csi_results *results, const char *name)
{
    const csi_setting *outputs = csi_setting_find(results->manifest, "outputs");
    for (size_t i = 0; outputs != NULL && i < outputs->n; i++) {
        const csi_setting *file = csi_setting_find(&outputs->item[i], "path");
        if (file != NULL && file->kind == CSI_SETTING_TEXT && strcmp(file->text, name) == 0) {
            return true;
        }
    }
    return false;
}

static csi_status read_all(csi_results *results, csi_diag *diag)
{
    const char *name = results->variant == NULL
                           ? "scores.csv.gz"
                           : csi_arena_format(results->arena, "scores_%s.csv.gz", results->variant);
    const char *scores = name == NULL ? NULL : csi_arena_format(results->arena, "%s/%s", results->directory, name);
    const char *codebook = csi_arena_format(results->arena, "%s/codebook.csv", results->directory);
    csi_status status;
    if (scores == NULL || codebook == NULL) {
        return csi_diag_no_memory(diag, "reading results");
    }
    CSI_TRY(csi_directory_recover(results->directory, diag));
    CSI_TRY(csi_manifest_read(results->arena, results->directory, diag, &results->manifest));
    if (results->variant != NULL && !csi_results_hold(results, name)) {
        return csi_diag_error(diag, CSI_ERR_USAGE, NULL, "the results in %s have no variant \"%s\"", results->directory,
                              results->variant);
    }
    CSI_TRY(csi_results_check(results, name, scores, diag));
    CSI_TRY(csi_results_check(results, "codebook.csv", codebook, diag));
    CSI_TRY(read_scores(results, scores, diag));
    CSI_TRY(read_names(results, codebook, diag));
out:
    return status;
}

csi_status csi_results_read(const char *directory, csi_diag *diag, csi_results **out)
{
    return csi_results_read_variant(directory, NULL, diag, out);
}

csi_status csi_results_read_variant(const char *directory, const char *variant, csi_diag *diag, csi_results **out)
{
    csi_results *results = NULL;
    *out = NULL;
    csi_status status = new_results(diag, &results);
    if (status != CSI_OK) {
        return status;
    }
    results->directory = csi_arena_copy(results->arena, directory, strlen(directory));
    results->variant = variant == NULL ? NULL : csi_arena_copy(results->arena, variant, strlen(variant));
    const bool is_copied = results->directory != NULL && (variant == NULL || results->variant != NULL);
    status = !is_copied ? csi_diag_no_memory(diag, "reading results") : read_all(results, diag);
    if (status != CSI_OK) {
        csi_results_free(results);
        return status;
    }
    *out = results;
    return CSI_OK;
}
