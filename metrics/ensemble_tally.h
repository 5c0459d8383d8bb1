/* Tallies: what an ensemble leaves behind. Integers only (and extremes, which no order can change), so that any division
 * of the replicates over threads, shards or processes adds up to the same bytes. */
#ifndef CSI_METRICS_ENSEMBLE_TALLY_H
#define CSI_METRICS_ENSEMBLE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "metrics/ensemble_rank.h"

#define CSI_TALLY_BINS (CSI_RANK_BINS + 1) /* of scores: bin 0 counts the replicates without one */
#define CSI_TALLY_FIXED 0x1p24 /* a score counts as this many units in the sums */
#define CSI_TALLY_SQUARE 0x1p33 /* a thousand million replicates fit into 63 bits */

typedef struct csi_tallies_shape {
    size_t n_nodes;      /* of those asked for */
    size_t n_years;
    size_t n_countries;
    double low, high;    /* of the score bins; scores outside fall into the end bins, and the extremes are kept */
    bool with_pairs;     /* of the last node asked for */
    size_t pairs_first;  /* in this year and all later ones; at most n_years */
} csi_tallies_shape;

/* One (node, year, country). */
typedef struct csi_tallies_cell {
    double least, most;  /* of the scores; infinite while there are none */
    int64_t sum;         /* of the scores, in units of 1 / CSI_TALLY_FIXED */
    int64_t square;      /* of their places, 0 to 1 between the ends of the bins, in units of 1 / CSI_TALLY_SQUARE */
} csi_tallies_cell;

typedef struct csi_tallies {
    csi_tallies_shape shape;
    uint64_t n_replicates;
    size_t n_rank_bins;      /* bin 0: not ranked; then ranks 1..n_countries, several to a bin beyond 2048 countries */
    size_t ranks_per_bin;
    csi_tallies_cell *cell;    /* [node][year][country] */
    uint32_t *score_bin;     /* [node][year][country][CSI_TALLY_BINS] */
    uint32_t *rank_bin;      /* [node][year][country][n_rank_bins] */
    uint32_t *above;         /* see csi_tallies_above; NULL without pairs */
} csi_tallies;

CSI_MUST_USE csi_status csi_tallies_new(const csi_tallies_shape *shape, csi_tallies **tally);
void csi_tallies_free(csi_tallies *tally);

/* An empty tally of n_nodes nodes, without pairs, in the counters that another one, which is empty, has for as many of its
 * nodes; clear them before that one is used again. Borrows them and is not freed: fresh memory takes longer than what is
 * counted in it. */
csi_tallies csi_tallies_borrow(const csi_tallies *empty, size_t first_node, size_t n_nodes);

/* Has the pages of one node and year of an empty tally made, for threads that share that out before they count: a page that
 * is made while counters are added up holds up the others, who wait for the same year. */
void csi_tallies_touch(csi_tallies *tally, size_t node, size_t year);

/* Empties one node and year, pairs aside. */
void csi_tallies_clear(csi_tallies *tally, size_t node, size_t year);

static inline size_t csi_tallies_at(const csi_tallies *tally, size_t node, size_t year, size_t country)
{
    return (node * tally->shape.n_years + year) * tally->shape.n_countries + country;
}

/* How many counters of pairs there are. */
static inline size_t csi_tallies_n_above(const csi_tallies_shape *shape)
{
    return shape->with_pairs ? (shape->n_years - shape->pairs_first) * shape->n_countries * shape->n_countries : 0;
}

/* The replicates in which each country ranks behind `country`, of a year that has pairs: [n_countries]. */
static inline uint32_t *csi_tallies_above(const csi_tallies *tally, size_t year, size_t country)
{
    return tally->above + ((year - tally->shape.pairs_first) * tally->shape.n_countries + country) * tally->shape.n_countries;
}

/* By what a score's distance from the low end is multiplied to be its place; 0 where the ends are one. */
static inline double csi_tallies_scale(const csi_tallies_shape *shape)
{
    return shape->high > shape->low ? 1.0 / (shape->high - shape->low) : 0.0;
}

/* Adds who ranks above whom in n replicates (at most 65535), ranks of lane i at rank[i * stride + replicate], 0 being none.
 * Lane i is country[i]. Not thread-safe within the same year. */
void csi_tallies_add_pairs(csi_tallies *tally, size_t year, const uint16_t *rank, size_t stride, size_t n, size_t n_lanes,
                           const size_t *country);

/* Adds `from` to `to`; shapes must be the same (CSI_ERR_DATA). */
CSI_MUST_USE csi_status csi_tallies_merge(csi_tallies *to, const csi_tallies *from);

/* The replicates in which the country is scored. */
uint64_t csi_tallies_count(const csi_tallies *tally, size_t node, size_t year, size_t country);

/* Quantiles over the replicates in which the country is scored, type 7; NaN when there are none. Ranks are exact (up to
 * 2048 countries); scores are placed evenly within their bin and held between the extremes, so that a certain score is a
 * point. */
double csi_tallies_score_quantile(const csi_tallies *tally, size_t node, size_t year, size_t country, double p);
double csi_tallies_rank_quantile(const csi_tallies *tally, size_t node, size_t year, size_t country, double p);

/* The same at n rising shares p[]. */
void csi_tallies_score_quantiles(const csi_tallies *tally, size_t node, size_t year, size_t country, const double *p,
                                 size_t n, double *value);
void csi_tallies_rank_quantiles(const csi_tallies *tally, size_t node, size_t year, size_t country, const double *p,
                                size_t n, double *value);

double csi_tallies_score_mean(const csi_tallies *tally, size_t node, size_t year, size_t country);
double csi_tallies_score_sd(const csi_tallies *tally, size_t node, size_t year, size_t country); /* divisor n */
double csi_tallies_rank_mean(const csi_tallies *tally, size_t node, size_t year, size_t country);

/* The replicates in which the country has rank k or a better one; exact up to 2048 countries. */
uint64_t csi_tallies_rank_count(const csi_tallies *tally, size_t node, size_t year, size_t country, size_t k);

/* How far the ranks of a year lie from nominal[country] (0: not ranked): the sum of the distances over all replicates and
 * countries that are ranked both ways, and how many these are. A country that a replicate does not score tells nothing
 * about ranks and is left out there. Adds to *sum and *n; exact up to 2048 countries. */
void csi_tallies_rank_shift(const csi_tallies *tally, size_t node, size_t year, const int *nominal, uint64_t *sum,
                            uint64_t *n);

#endif
