/* The state and value of every cell, from contributions.csv.gz (the latest year's normalised values) and quality.csv.gz
 * (what was observed in every year that the run read). */
#include <string.h>

#include "notebooks-export/report_gather.h"

/* The columns that say what a row of contributions or quality is about. */
typedef struct key_columns {
    size_t iso3, year, code;
} key_columns;

static csi_status find_keys(const csi_rows *rows, csi_diag *diag, key_columns *keys)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_rows_expect(rows, "iso3", diag, &keys->iso3));
    CSI_TRY(csi_rows_expect(rows, "year", diag, &keys->year));
    CSI_TRY(csi_rows_expect(rows, "code", diag, &keys->code));
out:
    return status;
}

/* The position of the row's cell in [indicator][country]; CSI_NONE when it is no indicator or country of ours. */
static size_t cell_of(const csi_gatherer *g, const csi_rows *rows, const key_columns *keys)
{
    const char *code = csi_rows_text(rows, keys->code);
    const size_t indicator = csi_names_find(g->codes, code, strlen(code));
    const size_t country = csi_countries_find(&g->results->countries, csi_rows_text(rows, keys->iso3));
    return indicator == CSI_NONE || country == CSI_NONE ? CSI_NONE : indicator * g->results->countries.n + country;
}

static int latest_year(const csi_gatherer *g)
{
    return g->results->first_year + (int)g->data->latest;
}

csi_status csi_gather_contributions(csi_gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    key_columns keys;
    size_t normalised;
    bool has_row;
    int year;
    CSI_TRY(csi_gather_open(g, "contributions.csv.gz", &rows));
    CSI_TRY(find_keys(rows, g->diag, &keys));
    CSI_TRY(csi_rows_expect(rows, "normalised", g->diag, &normalised));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(csi_rows_integer(rows, keys.year, 0, g->diag, &year));
        const size_t cell = year == latest_year(g) ? cell_of(g, rows, &keys) : CSI_NONE;
        if (cell != CSI_NONE) {
            CSI_TRY(csi_rows_number(rows, normalised, g->diag, &g->data->normalised[cell]));
        }
    }
out:
    csi_rows_close(rows);
    return status;
}

static csi_cell state_of(const char *name)
{
    for (csi_cell state = CSI_CELL_OBSERVED; state <= CSI_CELL_MODELLED; state++) {
        if (strcmp(name, csi_cell_origin_name(state)) == 0) {
            return state;
        }
    }
    return CSI_CELL_MISSING;
}

/* The columns of quality.csv.gz that the page shows. */
typedef struct quality_columns {
    key_columns key;
    size_t state, raw;
} quality_columns;

static csi_status read_quality_row(csi_gatherer *g, const csi_rows *rows, const quality_columns *column)
{
    csi_report_data *d = g->data;
    csi_status status = CSI_OK;
    int year;
    CSI_TRY(csi_rows_integer(rows, column->key.year, 0, g->diag, &year));
    const size_t cell = cell_of(g, rows, &column->key);
    if (cell == CSI_NONE || year < d->first_read || year - d->first_read >= (int)d->n_read) {
        return CSI_OK;
    }
    const size_t at = cell * d->n_read + (size_t)(year - d->first_read);
    d->state[at] = state_of(csi_rows_text(rows, column->state));
    if (d->state[at] == CSI_CELL_OBSERVED) {
        CSI_TRY(csi_rows_number(rows, column->raw, g->diag, &d->raw[at]));
    }
out:
    return status;
}

csi_status csi_gather_quality(csi_gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    quality_columns column;
    bool has_row;
    CSI_TRY(csi_gather_open(g, "quality.csv.gz", &rows));
    CSI_TRY(find_keys(rows, g->diag, &column.key));
    CSI_TRY(csi_rows_expect(rows, "state", g->diag, &column.state));
    CSI_TRY(csi_rows_expect(rows, "raw", g->diag, &column.raw));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(read_quality_row(g, rows, &column));
    }
out:
    csi_rows_close(rows);
    return status;
}
