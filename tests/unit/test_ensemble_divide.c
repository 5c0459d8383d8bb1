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

/* Rows of all sizes one behind the other: those that take the processor's own division are put where they belong. */
Test(ensemble_divide, many_rows)
{
    enum { ROWS = 64, CELLS = ROWS * CSI_ABREAST };
    double dividend[CELLS], quotient[CELLS], divisor[DIVISORS * CSI_ABREAST], inverse[DIVISORS * CSI_ABREAST];
    uint8_t of[ROWS];
    for (uint32_t i = 0; i < DIVISORS * CSI_ABREAST; i++) {
        divisor[i] = 0.5 + drawn(i);
    }
    for (uint32_t i = 0; i < CELLS; i++) {
        of[i / CSI_ABREAST] = (uint8_t)(i / CSI_ABREAST * 7 % DIVISORS);
        dividend[i] = ldexp(drawn(i + 91), i % 37 == 5 ? -1000 : (int)(i % 11)); /* some rows have an odd one, some none */
    }
    csi_divide_invert(divisor, DIVISORS, inverse);
    csi_divide_rows(dividend, divisor, inverse, of, ROWS, quotient);
    for (size_t i = 0; i < CELLS; i++) {
        const double by = divisor[of[i / CSI_ABREAST] * CSI_ABREAST + i % CSI_ABREAST];
        cr_expect(quotient[i] == dividend[i] / by, "cell %zu: %a / %a", i, dividend[i], by);
    }
}

static void expect_tame_quotient(double dividend, double divisor)
{
    const double inverse = 1.0 / divisor;
    const double quotient = csi_divide_tame(dividend, divisor, inverse, csi_divide_rest(divisor, inverse));
    cr_assert(quotient == dividend / divisor, "%a / %a is %a, not %a", dividend, divisor, quotient, dividend / divisor);
}

/* Between the ends of what is tame, and next to quotients that lie half-way between two numbers or next to one. */
Test(ensemble_divide, tame_numbers)
{
    static const double ends[] = {0.0, -0.0, 0x1p300, 0x1p-300, 0x1.fffffffffffffp299, 0x1.0000000000001p-300, 1.0, 0x1p-353};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t k = 2; k < 7; k++) {
            expect_tame_quotient(ends[i], ends[k]);
            expect_tame_quotient(-ends[i], ends[k]);
            expect_tame_quotient(ends[i], -3.0 * ends[k] / 4.0);
        }
    }
    for (uint32_t cell = 0; cell < CASES(3000000, 60000); cell += 3) {
        const double divisor = ldexp(1.0 + drawn(cell), (int)(cell % 599) - 300);
        expect_tame_quotient(ldexp(2.0 * drawn(cell + 1) - 1.0, (int)(cell % 301) - 150), divisor);
        const double near = (1.0 + drawn(cell + 2)) * divisor;
        expect_tame_quotient(near, divisor);
        expect_tame_quotient(nextafter(near, 0.0), -divisor);
    }
}

Test(ensemble_divide, what_is_tame)
{
    static const double tame[] = {0.0, -0.0, 1.0, -0x1p300, 0x1p-300, NAN}, wild[] = {0x1.1p300, -0x1.fp-301, INFINITY, 0x1p-1074};
    for (size_t i = 0; i < sizeof tame / sizeof *tame; i++) {
        cr_expect(csi_is_tame(tame[i]), "%a", tame[i]);
    }
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        cr_expect(csi_is_tame(wild[i]) == false, "%a", wild[i]);
    }
}
