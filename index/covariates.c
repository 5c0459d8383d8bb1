/* See covariates.h. A country is found by its code alone: the table is the project's own, so nothing is guessed. */
#include "index/covariates.h"

#include <math.h>
#include <string.h>

#include "core/number.h"
#include "index/rows.h"

struct csi_covariates {
    const char *label;
    csi_arena *arena;
    size_t n_columns, n_countries, key;
    const char **heading;
    const char **cell; /* [country][column]; NULL: no row or blank */
};

static const char *const keys[] = {"iso3", "code", "country", "unit"};

static csi_status no_memory(csi_diag *diag)
{
    return csi_diag_no_memory(diag, "reading the covariates");
}

static csi_status read_heading(csi_covariates *table, const csi_rows *rows, csi_diag *diag)
{
    table->key = CSI_NONE;
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *heading = csi_rows_heading(rows, i);
        table->heading[i] = csi_arena_copy(table->arena, heading, strlen(heading));
        if (table->heading[i] == NULL) {
            return no_memory(diag);
        }
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys && table->key == CSI_NONE; i++) {
        table->key = csi_rows_find(rows, keys[i]);
    }
    if (table->key == CSI_NONE) {
        return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = table->label, .line = 1},
                              "the table of covariates needs a column \"iso3\"");
    }
    return CSI_OK;
}

static csi_status read_row(csi_covariates *table, const csi_rows *rows, size_t country, csi_diag *diag)
{
    const char **cell = table->cell + country * table->n_columns;
    if (cell[table->key] != NULL) {
        const csi_place place = csi_rows_place(rows);
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "a second row of \"%s\"", cell[table->key]);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *text = csi_rows_text(rows, i);
        if (text[0] != '\0') {
            cell[i] = csi_arena_copy(table->arena, text, strlen(text));
            if (cell[i] == NULL) {
                return no_memory(diag);
            }
        }
    }
    return CSI_OK;
}

csi_status csi_covariates_read(csi_arena *arena, const char *path, const char *label, const csi_countries *countries,
                               csi_diag *diag, csi_covariates **covariates)
{
    csi_rows *rows = NULL;
    bool has_row;
    csi_status status;
    *covariates = NULL;
    csi_covariates *table = csi_arena_alloc(arena, 1, sizeof *table);
    CSI_TRY(csi_rows_open(path, label, diag, &rows));
    const size_t n = csi_rows_n_columns(rows);
    const char **heading = csi_arena_alloc(arena, n, sizeof *heading);
    const char **cell = csi_arena_alloc(arena, (countries->n + 1) * n, sizeof *cell);
    if (table == NULL || heading == NULL || cell == NULL) {
        CSI_TRY(no_memory(diag));
    }
    *table = (csi_covariates){.label = csi_arena_copy(arena, label, strlen(label)), .arena = arena, .n_columns = n,
                              .n_countries = countries->n, .heading = heading, .cell = cell};
    if (table->label == NULL) {
        CSI_TRY(no_memory(diag));
    }
    CSI_TRY(read_heading(table, rows, diag));
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        const size_t country = csi_countries_find(countries, csi_rows_text(rows, table->key));
        if (country != CSI_NONE) {
            CSI_TRY(read_row(table, rows, country, diag));
        }
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
    *covariates = table;
out:
    csi_rows_close(rows);
    return status;
}

static csi_status find(const csi_covariates *table, const char *heading, const csi_place *place, csi_diag *diag,
                       size_t *column)
{
    if (table == NULL) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, place,
                              "\"%s\" is asked for, but there is no table of covariates", heading);
    }
    for (*column = 0; *column < table->n_columns; ++*column) {
        if (*column != table->key && strcmp(table->heading[*column], heading) == 0) {
            return CSI_OK;
        }
    }
    const char *near = csi_nearest_name(heading, table->heading, table->n_columns);
    return csi_diag_error(diag, CSI_ERR_CONFIG, place, "%s has no column \"%s\"%s%s%s", table->label, heading,
                          near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"" : "");
}

csi_status csi_covariates_texts(const csi_covariates *covariates, const char *heading, const csi_place *place,
                                csi_diag *diag, const char **text)
{
    size_t column = 0;
    const csi_status status = find(covariates, heading, place, diag, &column);
    for (size_t c = 0; status == CSI_OK && c < covariates->n_countries; c++) {
        text[c] = covariates->cell[c * covariates->n_columns + column];
    }
    return status;
}

csi_status csi_covariates_numbers(const csi_covariates *covariates, const char *heading, const csi_place *place,
                                  csi_diag *diag, double *value)
{
    size_t column = 0;
    csi_status status;
    CSI_TRY(find(covariates, heading, place, diag, &column));
    for (size_t c = 0; c < covariates->n_countries; c++) {
        const char *const *cell = covariates->cell + c * covariates->n_columns;
        value[c] = (double)NAN;
        if (cell[column] != NULL && csi_number_read(cell[column], strlen(cell[column]), &value[c]) != CSI_NUMBER_OK) {
            return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = covariates->label},
                                  "the \"%s\" of \"%s\", \"%s\", is not a number", heading, cell[covariates->key],
                                  cell[column]);
        }
    }
out:
    return status;
}
