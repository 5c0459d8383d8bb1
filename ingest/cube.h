/* The cube being filled: cells by unit, series and year before it is known which units there will be.
 *
 * Each unit has a block of its own, made at its first observation, so that memory follows what was seen and not how long
 * the files are. A row that gives a series over the years is taken as it is, where the reading thread wrote it. One thread
 * at a time puts (reading.c takes the batches in the order of the file). */
#ifndef CSI_INGEST_CUBE_H
#define CSI_INGEST_CUBE_H

#include "ingest/chunks.h"
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

struct csi_tally;

/* What a row of a file says of a series over the years. */
typedef struct csi_series_row {
    const double *value; /* [year along the panel's axis], NaN: none; borrowed until the cube is freed */
    uint32_t slot, series, line;
    uint16_t file;
    size_t n_given;
} csi_series_row;

csi_cube *csi_cube_new(size_t n_series, int first_year, size_t n_years, bool with_standard_error); /* NULL: no memory */
void csi_cube_free(csi_cube *cube);

/* Puts seen[0..n) in their order, up to the first whose cell is taken: *n_put is how many were put, and when that is less
 * than n, *taken tells by whom. `spread` stands beside seen; NULL: none is given. */
CSI_MUST_USE csi_status csi_cube_put_all(csi_cube *cube, const csi_observation *seen, const csi_spread *spread, size_t n,
                                         size_t *n_put, csi_origin *taken);

/* Puts a row where nothing is known of the unit's series. Else *is_put is false: it is to be put cell by cell. */
CSI_MUST_USE csi_status csi_cube_put_row(csi_cube *cube, const csi_series_row *row, bool *is_put);

/* Takes the storage of rows over, to be freed with the cube. */
void csi_cube_keep(csi_cube *cube, csi_chunks *values);

/* Whether any value of the unit was put. */
bool csi_cube_has(const csi_cube *cube, uint32_t slot);

/* Whether it may be that any value of the unit's series was put, and whether that of a year was. */
bool csi_cube_has_series(const csi_cube *cube, uint32_t slot, size_t series);
bool csi_cube_gives(const csi_cube *cube, uint32_t slot, size_t series, size_t year);

/* The panel and the origins over all units with an observation, of the cube and, where it has none, of the tally; empties the
 * cube. `column` becomes that of the origins. */
CSI_MUST_USE csi_status csi_cube_finish(csi_cube *cube, struct csi_tally *tally, csi_units *units, const uint16_t **column,
                                        size_t n_threads, csi_arena *arena, csi_raw *raw);

#endif
