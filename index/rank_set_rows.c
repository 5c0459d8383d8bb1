/* See rank_set_rows.h. */
#include "index/rank_set_rows.h"

#include <string.h>

#include "index/rows.h"

#define FILE_NAME "rank_sets.csv.gz"

enum { ISO3, YEAR, CODE, LOW, HIGH, GROUP, DATA_LOW, DATA_HIGH, DATA_GROUP, N_COLUMNS };
static const char *const headings[N_COLUMNS] = {"iso3",  "year",         "code",          "set_low",   "set_high",
                                                "group", "data_set_low", "data_set_high", "data_group"};

static csi_status read_row(const csi_rows *rows, const size_t *column, csi_diag *diag, csi_rank_set *set)
{
    csi_status status;
    CSI_TRY(csi_rows_integer(rows, column[LOW], 0, diag, &set->low));
    CSI_TRY(csi_rows_integer(rows, column[HIGH], 0, diag, &set->high));
    CSI_TRY(csi_rows_integer(rows, column[GROUP], 0, diag, &set->group));
    CSI_TRY(csi_rows_integer(rows, column[DATA_LOW], 0, diag, &set->data_low));
    CSI_TRY(csi_rows_integer(rows, column[DATA_HIGH], 0, diag, &set->data_high));
    CSI_TRY(csi_rows_integer(rows, column[DATA_GROUP], 0, diag, &set->data_group));
out:
    return status;
}

csi_status csi_rank_set_rows_read(const csi_results *results, size_t node, size_t year, csi_diag *diag,
                                  csi_rank_set *set)
{
    const char *code = csi_names_at(results->nodes, node);
    const int wanted = results->first_year + (int)year;
    csi_rows *rows = NULL;
    size_t column[N_COLUMNS];
    bool has_row;
    int found;
    csi_status status;
    if (results->directory == NULL || !csi_results_hold(results, FILE_NAME)) {
        return csi_diag_error(diag, CSI_ERR_NO_INPUT, NULL,
                              "sets of ranks need an ensemble: `csindex run` draws one and writes " FILE_NAME);
    }
    const char *path = csi_arena_format(results->arena, "%s/" FILE_NAME, results->directory);
    if (path == NULL) {
        return csi_diag_no_memory(diag, "reading the sets of ranks");
    }
    CSI_TRY(csi_results_check(results, FILE_NAME, path, diag));
    memset(set, 0, results->countries.n * sizeof *set);
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    for (size_t i = 0; i < N_COLUMNS; i++) {
        CSI_TRY(csi_rows_expect(rows, headings[i], diag, &column[i]));
    }
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        CSI_TRY(csi_rows_integer(rows, column[YEAR], 0, diag, &found));
        if (found == wanted && strcmp(csi_rows_text(rows, column[CODE]), code) == 0) {
            const size_t country = csi_countries_find(&results->countries, csi_rows_text(rows, column[ISO3]));
            if (country != CSI_NONE) {
                CSI_TRY(read_row(rows, column, diag, &set[country]));
            }
        }
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
out:
    csi_rows_close(rows);
    return status;
}
