/* Division of a column by few divisors, inline, the same bits as the processor's own division but without its wait: from the
 * inverse of the divisor, by two corrections with the exact remainder, which a fused multiply-add gives.
 *
 * Source: Markstein (1990), "Computation of elementary functions on the IBM RISC System/6000 processor", IBM J. Res. Dev.
 * 34:111-119, theorem on the last correction: with the correctly rounded inverse and a quotient that is off by less than a
 * unit in the last place, the corrected quotient is correctly rounded. By hand: 1 / 3 = 0x1.5555555555555p-2.
 * Edges: a divisor must be positive, finite and normal, or NaN; an infinite or missing dividend stays so; for dividends below
 * 2^-900 in size, whose remainders could underflow, csi_divide_is_odd tells so, and the plain division must be taken. */
#ifndef CSI_METRICS_LANES_DIVIDE_H
#define CSI_METRICS_LANES_DIVIDE_H

#include "metrics/lanes_math.h"

CSI_INLINE double csi_lane_divide(double dividend, double divisor, double inverse)
{
    const double rough = dividend * inverse;
    const double near = __builtin_fma(__builtin_fma(-rough, divisor, dividend), inverse, rough);
    const double exact = __builtin_fma(__builtin_fma(-near, divisor, dividend), inverse, near);
    return exact == exact ? exact : rough; /* infinite dividends have no remainder */
}

/* 1 where csi_lane_divide may be off. */
CSI_INLINE uint64_t csi_divide_is_odd(double dividend)
{
    const uint64_t size = csi_double_bits(dividend) & ~(UINT64_C(1) << 63), least = UINT64_C(123) << 52; /* 2^-900 */
    return size - 1 < least - 1 ? 1 : 0;
}

#endif
