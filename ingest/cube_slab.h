/* What the cube is made of, for the two files that know: cube.c fills it, cube_move.c empties it into the panel.
 *
 * Cells are kept in slabs, a slab being some series of all units, because that is how the panel wants them: slab after
 * slab is moved and given back, so that single cells are never in memory twice. Within a slab the years of a unit's series
 * lie side by side, as files bring them. Rows and single cells of a series stand beside each other, never for the same
 * year. */
#ifndef CSI_INGEST_CUBE_SLAB_H
#define CSI_INGEST_CUBE_SLAB_H

#include <stdlib.h>

#include "ingest/cube.h"

#define CSI_SLAB_SERIES 64

typedef struct csi_cell_given {
    double value;
    csi_origin origin; /* line 0: empty */
} csi_cell_given;

/* A series of a unit as a row gave it; value NULL: none did. */
typedef struct csi_row_given {
    const double *value; /* [year], NaN: none */
    csi_origin origin;   /* column 0 */
} csi_row_given;

/* A unit's part of a slab; NULL: nothing of that kind yet. */
typedef struct csi_slab_unit {
    csi_cell_given *cell; /* [series in the slab][year], then their spreads likewise */
    csi_row_given *row;   /* [series in the slab] */
} csi_slab_unit;

typedef struct csi_slab {
    csi_slab_unit *unit; /* by slot */
    size_t n_units;
    bool has_cells, has_rows;
    csi_chunks chunks;
} csi_slab;

struct csi_cube {
    size_t n_series, n_years;
    int first_year;
    bool with_standard_error;
    bool has_below; /* some spread is another below than above */
    csi_slab *slab;
    size_t n_slabs;
    bool *has; /* by slot */
    size_t n_slots;
    csi_chunks values; /* of rows */
};

/* The number of series that a slab holds: all slabs hold the same but where the framework has fewer. */
static inline size_t csi_series_in_slab(const csi_cube *cube)
{
    return cube->n_series < CSI_SLAB_SERIES ? cube->n_series : CSI_SLAB_SERIES;
}

/* The spread beside the first of a unit's cells. */
static inline csi_spread *csi_slab_spreads(const csi_cube *cube, csi_cell_given *unit)
{
    return (csi_spread *)(void *)(unit + csi_series_in_slab(cube) * cube->n_years);
}

static inline void csi_slab_clear(csi_slab *slab)
{
    csi_chunks_free(&slab->chunks);
    free(slab->unit);
    *slab = (csi_slab){0};
}

#endif
