/* Principal components and their rotation. Matrices are row-major. */
#ifndef CSI_METRICS_FACTOR_H
#define CSI_METRICS_FACTOR_H

#include "metrics/column.h"

/* Correlations of the columns over the rows that are complete in each pair; a constant column correlates 0 with others. */
void csi_correlation_matrix(const csi_columns *columns, double *r);

/* Eigenvalues of a symmetric p x p matrix, the largest first, and their vectors as columns of vector[p * p]. The sign of
 * a vector is arbitrary; ours makes its component of largest size positive. */
CSI_MUST_USE csi_status csi_eigen(const double *matrix, size_t p, double *value, double *vector);

/* Loadings of the first k components of a correlation matrix: vector times sqrt(value); p x k. */
void csi_loadings(const double *value, const double *vector, size_t p, size_t k, double *loading);

/* Varimax rotation with Kaiser's normalisation (1958), in place; columns' signs make their sums positive. */
CSI_MUST_USE csi_status csi_varimax(double *loading, size_t p, size_t k);

/* How many components to keep: eigenvalue above `least`, each explaining more than `each` of the variance, and as many
 * more as it takes to explain `together`; at least 1. */
size_t csi_factor_count(const double *value, size_t p, double least, double each, double together);

#endif
