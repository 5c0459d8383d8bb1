/* See ensemble_divide.h. Where there are fused multiply-adds, from the inverse of the divisor by two corrections with the exact
 * remainder, a third of the time of the processor's own division.
 *
 * Source: Markstein (1990), "Computation of elementary functions on the IBM RISC System/6000 processor", IBM J. Res. Dev.
 * 34:111-119, theorem on the last correction: with the correctly rounded inverse and a quotient that is off by less than a
 * unit in the last place, the corrected quotient is correctly rounded. By hand: 1 / 3 = 0x1.5555555555555p-2.
 * Edges: infinite dividends have no remainder and keep the product; dividends below 2^-900 in size, whose remainders could
 * underflow, are divided. */
#include "metrics/ensemble_divide.h"

#include "metrics/lanes.h"
#include "metrics/wide.h"

CSI_INLINE void csi_divide_invert_body(const double *restrict divisor, size_t n, double *restrict inverse)
{
    for (size_t i = 0; i < n * CSI_ABREAST; i++) {
        inverse[i] = 1.0 / divisor[i];
    }
}
CSI_LANES(csi_divide_invert, (const double *restrict divisor, size_t n, double *restrict inverse), (divisor, n, inverse))

static void divide_plainly(const double *dividend, const double *divisor, const uint8_t *of, size_t n, double *quotient)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            quotient[i * CSI_ABREAST + r] = dividend[i * CSI_ABREAST + r] / divisor[of[i] * CSI_ABREAST + r];
        }
    }
}

#if defined(CSI_HAS_WIDE)

/* Returns which of eight quotients may be off. */
CSI_INLINE CSI_WIDE __mmask8 divide_eight(const double *dividend, const double *divisor, const double *inverse, double *quotient)
{
    const __m512d x = _mm512_loadu_pd(dividend), d = _mm512_loadu_pd(divisor), v = _mm512_loadu_pd(inverse);
    const __m512d rough = _mm512_mul_pd(x, v);
    const __m512d near = _mm512_fmadd_pd(_mm512_fnmadd_pd(rough, d, x), v, rough);
    const __m512d exact = _mm512_fmadd_pd(_mm512_fnmadd_pd(near, d, x), v, near);
    const __m512i size = _mm512_and_epi64(_mm512_castpd_si512(x), _mm512_set1_epi64(INT64_MAX));
    const __m512i one = _mm512_set1_epi64(1), least = _mm512_set1_epi64((INT64_C(123) << 52) - 1);
    _mm512_storeu_pd(quotient, _mm512_mask_mov_pd(rough, _mm512_cmp_pd_mask(exact, exact, _CMP_EQ_OQ), exact));
    return _mm512_cmplt_epu64_mask(_mm512_sub_epi64(size, one), least);
}

CSI_WIDE static void divide_wide(const double *dividend, const double *divisor, const double *inverse, const uint8_t *of, size_t n,
                             double *quotient)
{
    for (size_t i = 0; i < n; i++) {
        const size_t at = i * CSI_ABREAST, by = of[i] * CSI_ABREAST;
        __mmask8 odd = 0;
        for (size_t r = 0; r < CSI_ABREAST; r += 8) {
            odd |= divide_eight(dividend + at + r, divisor + by + r, inverse + by + r, quotient + at + r);
        }
        if (odd != 0) {
            divide_plainly(dividend + at, divisor, of + i, 1, quotient + at);
        }
    }
}

#endif

bool csi_divide_is_fused(void)
{
#if defined(CSI_HAS_WIDE)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

void csi_divide_rows(const double *dividend, const double *divisor, const double *inverse, const uint8_t *of, size_t n,
                     double *quotient)
{
#if defined(CSI_HAS_WIDE)
    if (csi_is_wide()) {
        divide_wide(dividend, divisor, inverse, of, n, quotient);
        return;
    }
#endif
    (void)inverse;
    divide_plainly(dividend, divisor, of, n, quotient);
}
