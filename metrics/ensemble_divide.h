/* Division of rows by few divisors. */
#ifndef CSI_METRICS_ENSEMBLE_DIVIDE_H
#define CSI_METRICS_ENSEMBLE_DIVIDE_H

#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdbool.h>

#include "core/logarithm.h"
#include "metrics/abreast.h"

/* quotient[row][r] = dividend[row][r] / divisor[of[row]][r] over n rows of CSI_ABREAST, the processor's own quotient to the
 * last bit. inverse holds what csi_divide_invert made of the divisors, which are positive, finite and normal, or NaN. */
void csi_divide_rows(const double *dividend, const double *divisor, const double *inverse, const uint8_t *of, size_t n,
                     double *quotient);

/* inverse = 1 / divisor, of n rows. */
void csi_divide_invert(const double *divisor, size_t n, double *inverse);

/* Whether a number, if it is there, is 0 or so far from what a double cannot hold that csi_divide_tame takes it. */
static inline bool csi_is_tame(double x)
{
    const double size = fabs(x);
    return !(size > 0x1p300) && !(size > 0.0 && size < 0x1p-300);
}

/* What csi_divide_tame needs besides the rounded inverse of a tame divisor: what that one lacks. */
CSI_INLINE double csi_divide_rest(double divisor, double inverse)
{
    return csi_fma(-divisor, inverse, 1.0) * inverse;
}

/* Whether csi_divide_tame is quick here. */
bool csi_divide_is_fused(void);

/* dividend / divisor to the last bit, both tame or made of tame numbers by a few sums and products with draws: for loops where
 * multiplication and addition are fused. The inverse and its rest give all but the last bit, one correction the last one (see
 * ensemble_divide.c). */
CSI_INLINE double csi_divide_tame(double dividend, double divisor, double inverse, double rest)
{
    const double near = csi_fma(dividend, inverse, dividend * rest);
    return csi_fma(csi_fma(-near, divisor, dividend), inverse, near);
}

#endif
