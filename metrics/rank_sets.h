/* Which ranks an estimate can have, and how the spread of countries changes. */
#ifndef CSI_METRICS_RANK_SETS_H
#define CSI_METRICS_RANK_SETS_H

#include <stddef.h>

#include "core/status.h"

/* Joint confidence sets for all ranks at once (Klein, Wright, Wieczorek 2020): low[c]..high[c], 1 is best, for estimates
 * with independent normal errors; the sets hold all true ranks together with probability `level` at least. NaN estimates
 * get 0. `standard_error` may be 0. */
void csi_rank_sets(const double *estimate, const double *standard_error, size_t n, double level, int *low, int *high);

/* Groups by the same intervals: going down from the best, a group holds all whose interval meets that of its best member,
 * and the first that is surely behind begins the next. group[c] counts from 1; NaN estimates get 0. `work` needs n entries. */
void csi_rank_groups(const double *estimate, const double *standard_error, size_t n, double level, int *group,
                     size_t *work);

/* Spread of the same countries at two times. Countries missing at either time are left out. */
typedef struct csi_convergence {
    size_t n;
    double sd_before, sd_after;   /* of the scores (n - 1) */
    double t, p;                  /* Pitman-Morgan test of equal variances of pairs, n - 2 degrees of freedom */
    double beta, beta_error, beta_p; /* change = a + beta * before, ordinary least squares */
    double half_life;             /* years for half the gap to close, from beta; NaN unless -1 < beta < 0 */
} csi_convergence;

/* `years` lie between the two. n below 4 leaves the tests NaN. */
void csi_convergence_test(const double *before, const double *after, size_t n, double years, csi_convergence *result);

#endif
