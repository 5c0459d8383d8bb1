/* Division of rows by few divisors. */
#ifndef CSI_METRICS_ENSEMBLE_DIVIDE_H
#define CSI_METRICS_ENSEMBLE_DIVIDE_H

#include <stddef.h>
#include <stdint.h>

#include "metrics/abreast.h"

/* quotient[row][r] = dividend[row][r] / divisor[of[row]][r] over n rows of CSI_ABREAST, the processor's own quotient to the last
 * bit. inverse holds what csi_divide_invert made of the divisors, which are positive, finite and normal, or NaN. */
void csi_divide_rows(const double *dividend, const double *divisor, const double *inverse, const uint8_t *of, size_t n,
                     double *quotient);

/* inverse = 1 / divisor, of n rows. */
void csi_divide_invert(const double *divisor, size_t n, double *inverse);

#endif
