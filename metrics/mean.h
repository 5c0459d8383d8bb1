/* The quasi-arithmetic means share one walk over a family: phi^-1(sum w phi(x)), weights rescaled over who is present. */
#ifndef CSI_METRICS_MEAN_H
#define CSI_METRICS_MEAN_H

#include "metrics/method.h"

/* The weight present for country c; 0 where none is. */
double csi_family_weight(const csi_family *family, size_t country);

/* Divides sum[0..n_countries) by it. */
void csi_family_divide(const csi_family *family, double *sum);

/* Fails on a child that is negative, for the rules that have no answer to one. */
CSI_MUST_USE csi_status csi_family_check_positive(const csi_step *step, const csi_context *context,
                                                  const csi_family *family, csi_diag *diag);

/* What the means that need positive values do about zeros: the option, and the value it makes of x. */
#define CSI_OPTION_FLOOR                                                                                           \
    {"floor", CSI_OPTION_NUMBER, "0", 0, 1e9, NULL,                                                                \
     "raise smaller values to this one; at 0 a single 0 makes the mean 0"}
double csi_floored(const csi_step *step, double x);

#endif
