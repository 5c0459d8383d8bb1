/* Logarithm and exponential with the same bits on every processor and with every C library. The C library has several of
 * each and takes one by what the processor can do; they differ in the last place, and a score that is computed anew
 * elsewhere would too.
 *
 * Both stay within 1 unit in the last place of the true value over the range that scores live in.
 * log: x = 2^k m with m in [sqrt(1/2), sqrt 2), f = m - 1, s = f / (2 + f); ln m = f - f^2/2 + s (f^2/2 + R(s^2)) with the
 * minimax R of fdlibm's e_log.c (Sun Microsystems 1993). exp: x = k ln 2 + r, Taylor's series of degree 13 in r,
 * in pairs (Estrin 1960), whose terms need not wait for each other.
 * By hand: log(1) = 0 and exp(0) = 1 exactly; log(2) = 0.6931471805599453. */
#ifndef CSI_CORE_LOGARITHM_H
#define CSI_CORE_LOGARITHM_H

#include <stdint.h>
#include <string.h>

#include "core/inline.h"

#define CSI_LN2_HIGH 0x1.62e42fee00000p-1
#define CSI_LN2_LOW 0x1.a39ef35793c76p-33

/* a b + c, rounded once. Where the processor has no such instruction the C library works it out: slowly, to the same bits. */
CSI_INLINE double csi_fma(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}

CSI_INLINE double csi_bits_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

CSI_INLINE uint64_t csi_double_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* For loops over lanes: inline, without a branch. x must be positive, finite and normal: others give garbage, not a trap. */
CSI_INLINE double csi_lane_log(double x)
{
    const uint64_t half_sqrt2 = UINT64_C(0x3fe6a09e667f3bcd), two_52 = UINT64_C(0x4330000000000000);
    const uint64_t shifted = csi_double_bits(x) - half_sqrt2 + (UINT64_C(1023) << 52);
    const double k = csi_bits_double(two_52 | (shifted >> 52)) - (0x1p52 + 1023.0);
    const double m = csi_bits_double((shifted & UINT64_C(0x000fffffffffffff)) + half_sqrt2);
    const double f = m - 1.0, s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
    const double even = csi_fma(w, csi_fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01);
    const double odd = csi_fma(w, csi_fma(w, csi_fma(w, 1.479819860510658591e-01, 1.818357216161805012e-01),
                                          2.857142874366239149e-01), 6.666666666666735130e-01);
    const double rest = csi_fma(s, csi_fma(z, odd, csi_fma(w, even, half)), k * CSI_LN2_LOW);
    return csi_fma(k, CSI_LN2_HIGH, f - (half - rest));
}

/* Likewise, for |x| < 700. */
CSI_INLINE double csi_lane_exp(double x)
{
    const double shift = 0x1.8p52;
    const double t = csi_fma(x, 1.44269504088896338700, shift), k = t - shift;
    const double r = csi_fma(-k, CSI_LN2_LOW, csi_fma(-k, CSI_LN2_HIGH, x)), r2 = r * r, r4 = r2 * r2;
    const double a = csi_fma(r, 1.0 / 6.0, 0.5), b = csi_fma(r, 1.0 / 120.0, 1.0 / 24.0);
    const double c = csi_fma(r, 1.0 / 5040.0, 1.0 / 720.0), d = csi_fma(r, 1.0 / 362880.0, 1.0 / 40320.0);
    const double e = csi_fma(r, 1.0 / 39916800.0, 1.0 / 3628800.0), f = csi_fma(r, 1.0 / 6227020800.0, 1.0 / 479001600.0);
    const double q = csi_fma(r4, csi_fma(r4, csi_fma(r2, f, e), csi_fma(r2, d, c)), csi_fma(r2, b, a));
    return (1.0 + csi_fma(r2, q, r)) * csi_bits_double((csi_double_bits(t) + 1023) << 52);
}

/* The same for every x, with the edges of the C library's functions of these names: csi_log(0) is minus infinity. */
double csi_log(double x);
double csi_exp(double x);

/* Made of them, a few units in the last place off at most, with Kahan's corrections for x near 0. */
double csi_log1p(double x);
double csi_expm1(double x);
double csi_asinh(double x);

/* x^power for x >= 0, about |power ln x| units in the last place off. */
double csi_pow(double x, double power);

#endif
