/* Least squares and analysis of variance. */
#ifndef CSI_METRICS_REGRESSION_H
#define CSI_METRICS_REGRESSION_H

#include <stddef.h>

#include "core/status.h"

/* y = X beta by singular value decomposition of the balanced columns, never by normal equations. x is n x k row-major (put
 * the column of ones in yourself); sd[k] and *rss may be NULL. CSI_ERR_DATA when n < k. */
CSI_MUST_USE csi_status csi_ols(const double *x, const double *y, size_t n, size_t k, double *beta, double *sd,
                                double *rss);

/* One-way analysis of variance of y[n] in groups 0..n_groups-1: the first value is taken off before the sums, which keeps
 * the digits that data like 1000000000.4 would lose. */
typedef struct csi_anova_answer {
    double between, within; /* sums of squares */
    double f;               /* NaN when undefined */
    double ratio;           /* correlation ratio: between / total; NaN when y is constant */
} csi_anova_answer;
csi_anova_answer csi_anova(const double *y, const size_t *group, size_t n, size_t n_groups);

#endif
