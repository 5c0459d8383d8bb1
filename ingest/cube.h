/* The cube being filled: cells by unit, series and year before it is known which units there will be.
 *
 * Each unit has a block of its own, made at its first observation, so that memory follows what was seen and not how long
 * the files are. One thread at a time writes (ingest.c takes the batches in the order of the file). */
#ifndef CSI_INGEST_CUBE_H
#define CSI_INGEST_CUBE_H

#include "ingest/ingest.h"
#include "ingest/units.h"

typedef struct csi_cube csi_cube;

/* A value's standard errors to either side; NaN below: as above; NaN above: none was given. */
typedef struct csi_spread {
    double above, below;
} csi_spread;

/* What a file says of one cell. */
typedef struct csi_observation {
    double value;
    csi_origin origin;
    uint32_t slot, series, year; /* year: index along the panel's axis */
} csi_observation;

csi_cube *csi_cube_new(size_t n_series, int first_year, size_t n_years, bool with_standard_error); /* NULL: no memory */
void csi_cube_free(csi_cube *cube);

/* Puts a value into an empty cell. A cell that is taken stays as it is, and *taken tells by whom: taken->line is 0 when
 * the value was put. */
CSI_MUST_USE csi_status csi_cube_put(csi_cube *cube, uint32_t slot, size_t series, size_t year, double value,
                                     csi_spread spread, csi_origin origin, csi_origin *taken);

/* Puts seen[0..n) in their order, up to the first whose cell is taken: *n_put is how many were put, and when that is less
 * than n, *taken tells by whom. `spread` stands beside seen; NULL: none is given. */
CSI_MUST_USE csi_status csi_cube_put_all(csi_cube *cube, const csi_observation *seen, const csi_spread *spread, size_t n,
                                         size_t *n_put, csi_origin *taken);

/* Whether any value of the unit was put. */
bool csi_cube_has(const csi_cube *cube, uint32_t slot);

/* The panel and the origins over all units with an observation; empties the cube. */
CSI_MUST_USE csi_status csi_cube_finish(csi_cube *cube, csi_units *units, size_t n_threads, csi_arena *arena, csi_raw *raw);

#endif
