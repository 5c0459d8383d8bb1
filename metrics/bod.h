/* Benefit of the doubt: each country is scored with the weights that suit it best, as long as nobody gets more than 1.
 *
 *     max sum w_q x_qc   subject to   sum w_q x_qk <= 1 for all k,   w >= 0,   and the restrictions asked for
 *
 * Melyn & Moesen (1991); Cherchye et al. (2007), Social Indicators Research 82:111-145; OECD/JRC Handbook (2008), p.
 * 92-94. The linear programs are GLPK's. */
#ifndef CSI_METRICS_BOD_H
#define CSI_METRICS_BOD_H

#include "metrics/method.h"

typedef enum csi_bod_restriction {
    CSI_BOD_NONE,
    CSI_BOD_RELATIVE, /* low <= w_q / sum w <= high */
    CSI_BOD_SHARES,   /* low <= w_q x_qc / sum w x_c <= high: shares of the country's own score */
    CSI_BOD_ORDINAL,  /* w never grows along `order` */
} csi_bod_restriction;
#define CSI_BOD_RESTRICTIONS "none|relative|shares|ordinal"

typedef struct csi_bod {
    size_t n_children;
    size_t n_units;
    const double *unit;   /* [k * n_children + q], non-negative, complete: those that may not get more than 1 */
    csi_bod_restriction restriction;
    double low, high;
    const size_t *order;  /* ORDINAL: children, the weightiest first */
    bool is_worst;        /* the other side: min, subject to sum w x_k >= 1 */
} csi_bod;

/* Scores `own`, one unit's children; weight may be NULL. CSI_ERR_DATA where no weights satisfy the restrictions or the
 * score is unbounded. A score of 1 leaves the weights undetermined: any optimal ones are given. */
CSI_MUST_USE csi_status csi_bod_score(const csi_bod *bod, const double *own, double *score, double *weight);

/* One set of weights for everybody: the one that leaves the smallest sum (or the smallest largest) of 1 - score. */
CSI_MUST_USE csi_status csi_bod_common(const csi_bod *bod, bool is_minimax, double *weight);

/* Drops units that another one is at least as good as everywhere: they bind nobody (is_worst: the other way round).
 * Works in place on unit[n_units * n_children]; returns how many are left. */
size_t csi_bod_frontier(double *unit, size_t n_units, size_t n_children, bool is_worst);

/* Gives back what GLPK keeps for this thread. */
void csi_bod_release(void);

#endif
