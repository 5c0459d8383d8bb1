/* How far countries moved between two years, why, and whether it is real. */
#ifndef CSI_INDEX_MOVEMENT_H
#define CSI_INDEX_MOVEMENT_H

#include "index/run.h"
#include "metrics/decompose.h"
#include "metrics/paired.h"
#include "metrics/trend.h"

typedef enum csi_verdict {
    CSI_VERDICT_UNSCORED,     /* not scored in one of the years */
    CSI_VERDICT_UNOBSERVED,   /* less than half of the weight was observed in both years: nothing can be said */
    CSI_VERDICT_NO_EVIDENCE,
    CSI_VERDICT_IMPROVED,
    CSI_VERDICT_WORSENED,
} csi_verdict;
const char *csi_verdict_name(csi_verdict verdict); /* "improved", "no evidence of change", ... */

typedef struct csi_movement {
    size_t country;
    double before, after;                /* scores; NaN: missing */
    int rank_before, rank_after;         /* 0: none */
    double by_cause[CSI_N_CAUSES];       /* effects summed by csi_cause; they add up to after - before */
    double like_for_like;                /* after - before without coverage and breaks in sources */
    double observed_share;               /* of the weight of the indicators observed in both years */
    double gap_closed;                   /* like_for_like over what was missing to the scale's upper end before */
    csi_paired draws;                    /* of like_for_like; draws.n 0: no draws were asked for */
    double p_adjusted;                   /* Benjamini-Hochberg over the countries */
    csi_verdict verdict;
    size_t trend_from;                   /* year (index): the first, or that of the last break below the node */
    csi_theil_sen trend;                 /* of the scores from then to `to`, chained like for like; as they are where a rule
                                          * at or below the node compares countries */
    csi_mann_kendall test;
    double trend_p_adjusted;
} csi_movement;

typedef struct csi_movement_options {
    size_t node, from, to;   /* node of the framework; years as indices in the scores, from < to */
    size_t n_draws;          /* 0: none, and no verdict on the change */
    const struct csi_ensemble *ensemble; /* of the run, for the draws; NULL: one is made */
    double false_discovery;  /* share at which p_adjusted counts: 0.05 */
    double level;            /* of the intervals: 0.9 */
} csi_movement_options;

/* Fills movement[0..n_countries), in the order of the countries. Draws are those of the project's ensemble: method and
 * weights the same in both years, the sources' errors as it says. */
CSI_MUST_USE csi_status csi_movements_fill(const csi_run *run, const csi_movement_options *options, csi_diag *diag,
                                           csi_movement *movement);

#endif
