/* The weightings as functions of plain matrices, for tests, the audit and the ensemble. Weights come unscaled unless a
 * contract says otherwise. */
#ifndef CSI_METRICS_WEIGHTING_H
#define CSI_METRICS_WEIGHTING_H

#include "metrics/column.h"

/* CSI_ERR_DATA when a value is negative. */
CSI_MUST_USE csi_status csi_entropy_weights(const csi_columns *columns, double *weight);
CSI_MUST_USE csi_status csi_critic_weights(const csi_columns *columns, double *weight);

/* The analytic hierarchy process on an n x n matrix (row-major, reciprocal). Weights sum to 1; lambda is the Perron
 * eigenvalue, index (lambda - n)/(n - 1). CSI_ERR_DATA when an entry is not positive or a_ij a_ji is not 1 (1e-9). */
typedef struct csi_ahp_answer {
    double lambda, index;
} csi_ahp_answer;
CSI_MUST_USE csi_status csi_ahp_weights(const double *a, size_t n, double *weight, csi_ahp_answer *answer);

/* Saaty's consistency ratio index/RI(n): the random indices of Saaty (2005) or Donegan & Dodd (1991), n <= 15; 0 for n <=
 * 2, NaN beyond. */
typedef enum csi_random_index { CSI_RANDOM_SAATY, CSI_RANDOM_DONEGAN_DODD } csi_random_index;
double csi_ahp_ratio(const csi_ahp_answer *answer, size_t n, csi_random_index table);

/* Nicoletti, Scarpetta & Boylaud (2000) on a p x p matrix of loadings after rotation to k factors (row-major p x k):
 * each child's squared loading, as a share of its factor's variance, times the factor's share; a child counts for the
 * factor with its highest signed loading. */
void csi_factor_weights(const double *loading, size_t p, size_t k, double *weight);

/* The unobserved components model: y_q = alpha_q + beta_q (g + e_q), g of variance 1, e_q of variance sigma2_q, by EM on
 * standardised columns with cells missing. sigma2[p] is filled; weights are 1 / sigma2. CSI_ERR_DATA below three
 * columns or when a column is constant. */
CSI_MUST_USE csi_status csi_ucm_fit(const csi_columns *columns, double *sigma2, double *beta);

/* Weights (summing to 1, non-negative) at which the squared correlations of the columns with their weighted mean stand
 * to one another as `target` does (summing to 1 or not). `miss` is the root of the mean squared difference of the
 * normalised shares that is left: large when no weights reach the target. */
CSI_MUST_USE csi_status csi_balance_weights(const csi_columns *columns, const double *target, double *weight,
                                            double *miss);

#endif
