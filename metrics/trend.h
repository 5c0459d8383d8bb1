/* Trends of short series: a robust slope and a test that assumes no distribution.
 *
 * The points are (t, x) with any spacing in t; a NaN x is left out. Years of an index are few, so the exact null
 * distribution is used as long as it is cheap, and the smallest p that so few points can reach is told with it. */
#ifndef CSI_METRICS_TREND_H
#define CSI_METRICS_TREND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

#define CSI_MANN_KENDALL_EXACT 10 /* up to this many points the exact null is used */

typedef struct csi_mann_kendall {
    size_t n;            /* points */
    double s;            /* sum of signs over pairs: positive for a rise */
    double variance;     /* under the null, ties taken into account */
    double z;            /* (S -+ 1)/sqrt(variance), 0 when S is 0 or the variance is */
    double p;            /* two-sided; 1 when all are equal */
    double smallest_p;   /* that n points with these ties can reach */
    bool is_exact;
} csi_mann_kendall;

/* n below 2 gives p = 1, smallest_p = 1. Fails only when out of memory. */
CSI_MUST_USE csi_status csi_mann_kendall_test(const double *t, const double *x, size_t n, csi_mann_kendall *result);

/* The exact two-sided p of |S| for a series whose tied groups have these sizes (summing to n). Fails when out of memory. */
CSI_MUST_USE csi_status csi_mann_kendall_exact(const size_t *group, size_t n_groups, double s, double *p,
                                               double *smallest_p);

typedef struct csi_theil_sen {
    size_t n;
    double slope;        /* median of the pairwise slopes; NaN when fewer than two points */
    double intercept;    /* median(x) - slope * median(t) */
    double low, high;    /* interval of the slope (Sen 1968); NaN when n is too small for the level */
} csi_theil_sen;

/* `level` in (0, 1), 0.9 for a 90 % interval. Pairs with equal t are skipped. */
CSI_MUST_USE csi_status csi_theil_sen_fit(const double *t, const double *x, size_t n, double level,
                                          csi_theil_sen *result);

/* Benjamini-Hochberg: adjusted[i] is the smallest false discovery rate at which p[i] is rejected; NaN stays NaN and does
 * not count. */
CSI_MUST_USE csi_status csi_adjust_bh(const double *p, size_t n, double *adjusted);

#endif
