/* Where the cells of the raw panel came from. A row that gives a series over the years keeps its place once, and the file
 * which field each year stands in; single cells keep their own. */
#ifndef CSI_INGEST_ORIGIN_H
#define CSI_INGEST_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* file is an index into csi_raw.source; line 0: the cell is missing. */
typedef struct csi_origin {
    uint32_t line;
    uint16_t column; /* field number from 1 */
    uint16_t file;
} csi_origin;

typedef struct csi_origins {
    size_t n_series, n_years, n_countries;
    const uint16_t **column; /* [file]: by year, of files that are read a row at a time; else NULL. Borrowed */
    csi_origin *row;         /* [series][country]; line 0: no row gives the series. Owned */
    csi_origin *cell;        /* [block][year][country], of the series that single cells gave too. Owned */
    size_t *block;           /* [series]; CSI_NONE: no block. Owned */
} csi_origins;

/* For so many series, of which those with has_cells[series] get a block, whose cells hold anything. `column` is borrowed.
 * Fails with CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_origins_init(csi_origins *origins, size_t n_series, size_t n_years, size_t n_countries,
                                         const bool *has_cells, const uint16_t **column);
void csi_origins_clear(csi_origins *origins); /* zeroed ones are allowed */

/* Of a year in the row at [series][country]; line 0 where there is none. */
csi_origin csi_origins_of_row(const csi_origins *origins, csi_origin row, size_t year);

/* Of a cell of the panel that is not missing. */
csi_origin csi_origins_at(const csi_origins *origins, size_t series, size_t year, size_t country);

#endif
