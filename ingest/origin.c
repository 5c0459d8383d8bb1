/* See origin.h. */
#include "ingest/origin.h"

#include <stdlib.h>

#include "core/arena.h"

csi_status csi_origins_init(csi_origins *origins, size_t n_series, size_t n_years, size_t n_countries, const bool *has_cells,
                            const uint16_t **column)
{
    *origins = (csi_origins){.n_series = n_series, .n_years = n_years, .n_countries = n_countries, .column = column};
    size_t n_blocks = 0, n_rows, n_cells;
    origins->block = calloc(n_series + 1, sizeof *origins->block);
    for (size_t i = 0; i < n_series && origins->block != NULL; i++) {
        origins->block[i] = has_cells[i] ? n_blocks++ : CSI_NONE;
    }
    if (origins->block == NULL || __builtin_mul_overflow(n_series, n_countries, &n_rows) ||
        __builtin_mul_overflow(n_blocks * n_years, n_countries, &n_cells)) {
        csi_origins_clear(origins);
        return CSI_ERR_MEMORY;
    }
    origins->row = calloc(n_rows + 1, sizeof *origins->row);
    origins->cell = calloc(n_cells + 1, sizeof *origins->cell);
    if (origins->row == NULL || origins->cell == NULL) {
        csi_origins_clear(origins);
        return CSI_ERR_MEMORY;
    }
    csi_large_pages(origins->cell, n_cells * sizeof *origins->cell);
    return CSI_OK;
}

void csi_origins_clear(csi_origins *origins)
{
    free(origins->block);
    free(origins->row);
    free(origins->cell);
    *origins = (csi_origins){0};
}

csi_origin csi_origins_of_row(const csi_origins *origins, csi_origin row, size_t year)
{
    return (csi_origin){row.line, row.line == 0 ? 0 : origins->column[row.file][year], row.file};
}

csi_origin csi_origins_at(const csi_origins *origins, size_t series, size_t year, size_t country)
{
    const size_t block = origins->block[series];
    if (block != CSI_NONE) {
        return origins->cell[(block * origins->n_years + year) * origins->n_countries + country];
    }
    return csi_origins_of_row(origins, origins->row[series * origins->n_countries + country], year);
}
