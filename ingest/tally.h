/* Tallies: cells that many rows make together, as events are counted and pre-aggregated rows merged.
 *
 * Each cell keeps n, mean and M2 (the sum of squared deviations) and merges by Chan, Golub and LeVeque's formula (1979),
 * which gives the same as one pass over all values; memory follows the cells and, for distinct counts and quantiles, the
 * distinct events, never the rows. Batches come in the order of the file, so the last digit is the same for any number
 * of threads. By hand: {1, 2} and {4} give n 3, mean 7/3, M2 14/3. */
#ifndef CSI_INGEST_TALLY_H
#define CSI_INGEST_TALLY_H

#include "ingest/cube.h"

typedef enum csi_statistic {
    CSI_STAT_NONE,     /* the row's value is the cell's */
    CSI_STAT_COUNT,
    CSI_STAT_DISTINCT, /* of ids within country and year */
    CSI_STAT_SUM,
    CSI_STAT_MEAN,     /* its standard error is sqrt(M2 / (n - 1) / n) */
    CSI_STAT_QUANTILE, /* type 7 */
} csi_statistic;

typedef struct csi_tally csi_tally;

/* What one row adds to a cell. */
typedef struct csi_share {
    double n, mean, m2;
    uint32_t id; /* of the event, for distinct counts */
} csi_share;

csi_tally *csi_tally_new(size_t n_series, size_t n_years, size_t n_files); /* NULL when out of memory */
void csi_tally_free(csi_tally *tally);

/* Says what becomes of a series' cells. `probability` is for quantiles. With `zero_absent`, a unit that any input gives
 * a value for counts 0 in every year from the first to the last that has an event. False: the series has another
 * statistic already. */
CSI_MUST_USE bool csi_tally_set(csi_tally *tally, size_t series, csi_statistic statistic, double probability,
                                bool zero_absent);

/* Adds the rows seen[0..n), in their order. `share` stands beside them; NULL: each is a value of its own. */
CSI_MUST_USE csi_status csi_tally_add(csi_tally *tally, const csi_observation *seen, const csi_share *share, size_t n);

/* Whether the series is made of rows. */
bool csi_tally_makes(const csi_tally *tally, size_t series);

/* Whether any row was added for the unit. */
bool csi_tally_has(const csi_tally *tally, uint32_t slot);

/* What the rows make of such a series of a unit, by year; line 0: nothing, and the value is NaN. `error`, NaN where there is
 * none, may be NULL. One thread a series. */
void csi_tally_get(csi_tally *tally, uint32_t slot, size_t series, double *value, double *error, csi_origin *origin);

/* How many cells the rows make, in n_put[file of the first row]. A cell that a file gave directly stays as it is; *n_taken
 * counts those. */
void csi_tally_settle(const csi_tally *tally, const csi_cube *cube, size_t n_units, size_t n_files, uint64_t *n_put,
                      uint64_t *n_taken);

#endif
