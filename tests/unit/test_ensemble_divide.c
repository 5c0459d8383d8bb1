/* Rows divided by few divisors: the processor's own quotients, to the last bit. */
#include "metrics/ensemble_divide.h"

#include <math.h>

#include "metrics/rng.h"
#include "tests/support/support.h"

enum { DIVISORS = 4 };

static double drawn(uint32_t cell)
{
    const csi_stream stream = {43, 5, 1};
    return csi_draw_uniform(&stream, cell);
}

static void expect_quotients(const double *dividend, const double *divisor, uint8_t of)
{
    double inverse[DIVISORS * CSI_ABREAST], quotient[CSI_ABREAST];
    csi_divide_invert(divisor, DIVISORS, inverse);
    csi_divide_rows(dividend, divisor, inverse, &of, 1, quotient);
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const double by = divisor[of * CSI_ABREAST + r], expected = dividend[r] / by;
        cr_assert(quotient[r] == expected || (isnan(quotient[r]) && isnan(expected)), "%a / %a", dividend[r], by);
    }
}

Test(ensemble_divide, drawn_numbers)
{
    double dividend[CSI_ABREAST], divisor[DIVISORS * CSI_ABREAST];
    for (uint32_t cell = 0; cell < CASES(2000000, 50000); cell += CSI_ABREAST) {
        for (uint32_t i = 0; i < DIVISORS * CSI_ABREAST; i++) {
            divisor[i] = ldexp(0.5 + drawn(cell + i + 7), (int)((cell + i) % 21) - 20);
        }
        for (uint32_t r = 0; r < CSI_ABREAST; r++) {
            dividend[r] = ldexp(2.0 * drawn(cell + r) - 1.0, (int)((cell / CSI_ABREAST * 7 + r) % 600) - 300);
        }
        expect_quotients(dividend, divisor, (uint8_t)(cell / CSI_ABREAST % DIVISORS));
    }
}

Test(ensemble_divide, edges)
{
    static const double dividends[] = {0.0,      -0.0,      1.0,        -3.0,        INFINITY, -INFINITY,
                                       NAN,      0x1p-899,  0x1p-900,   -0x1.8p-901, 0x1p-1074, -0x1.8p-1030,
                                       0x1.fffffffffffffp1023, 0x1.fffffffffffffp-3, 0x1p-1022, 1e300};
    static const double divisors[] = {1.0, 3.0, 0x1.fffffffffffffp-1, 0x1.0000000000001p0, 0.1, NAN, 0x1.5p-20};
    double divisor[DIVISORS * CSI_ABREAST];
    _Static_assert(sizeof dividends / sizeof *dividends == CSI_ABREAST, "a row");
    for (size_t k = 0; k < sizeof divisors / sizeof *divisors; k++) {
        for (size_t i = 0; i < DIVISORS * CSI_ABREAST; i++) {
            divisor[i] = divisors[(k + i / CSI_ABREAST) % (sizeof divisors / sizeof *divisors)];
        }
        expect_quotients(dividends, divisor, (uint8_t)(k % DIVISORS));
    }
}
