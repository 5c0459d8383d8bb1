/* Multivariate normal data with gaps: maximum likelihood by EM, the gaps' expectations, and draws for multiple imputation.
 *
 * Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39:1-38; Little & Rubin (2002), Statistical
 * Analysis with Missing Data; OECD/JRC Handbook (2008), eq. (4)-(13), p. 57-61. */
#ifndef CSI_METRICS_EM_H
#define CSI_METRICS_EM_H

#include "metrics/column.h"

#define CSI_EM_MAX_COLUMNS 64

typedef struct csi_em {
    size_t p;
    double *mean;       /* [p], owned, as covariance: p x p, divisor n */
    double *covariance;
    double log_likelihood; /* of the observed cells on standardised columns, without the constant */
    double largest_fall;   /* how much it ever fell from one round to the next, relatively: rounding only */
    size_t n_rounds;
    double ridge;          /* that had to be added to the standardised covariance; 0: none */
    bool has_settled;
} csi_em;

/* Fits. Rows without any value are skipped. CSI_ERR_DATA when a column has fewer than two values or is constant, or its
 * variance is beyond what a double holds, or p exceeds CSI_EM_MAX_COLUMNS. Stops when no standardised parameter moves by
 * more than `tolerance`, or after max_rounds. */
CSI_MUST_USE csi_status csi_em_fit(const csi_columns *columns, double tolerance, size_t max_rounds, csi_em *em);
void csi_em_free(csi_em *em);

/* Fills the gaps of row[p] with their expectation given the rest; with `normal` (p standard normal draws) a draw of the
 * conditional distribution instead. */
CSI_MUST_USE csi_status csi_em_complete(const csi_em *em, double *row, const double *normal);

/* Rubin's rules over n estimates with their variances: mean, total variance, degrees of freedom (infinite when the
 * estimates agree). By hand: 1, 3 with variances 1, 1: mean 2, total 1 + 1.5 * 2 = 4, df (1 + 1/3)^2 = 1.7778. */
typedef struct csi_pooled {
    double mean, variance, degrees;
} csi_pooled;
csi_pooled csi_rubin_pool(const double *estimate, const double *variance, size_t n);

#endif
