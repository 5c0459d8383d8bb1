/* The logarithms and exponentials of our own against those of the C library, and their edges. */
#include "core/logarithm.h"

#include <float.h>
#include <math.h>

#include "metrics/rng.h"
#include "tests/support/support.h"

static double apart(double own, double known)
{
    const double ulp = nextafter(fabs(known), INFINITY) - fabs(known);
    return own == known ? 0.0 : fabs(own - known) / ulp;
}

static double log_of(double x)
{
    return csi_lane_log(x);
}

static double exp_of(double x)
{
    return csi_lane_exp(x);
}

typedef struct function {
    const char *name;
    double (*own)(double), (*known)(double);
    double low, high; /* from one to the other by equal factors where low is positive */
    double most;      /* units in the last place */
} function;

Test(logarithm, as_the_c_library)
{
    static const function all[] = {
        {"log of lanes", log_of, log, 1e-3, 1e3, 1.5},   {"exp of lanes", exp_of, exp, -700.0, 700.0, 1.5},
        {"log", csi_log, log, DBL_MIN, DBL_MAX, 1.5},     {"log near 1", csi_log, log, 0.9, 1.1, 1.5},
        {"log of the least", csi_log, log, 5e-324, DBL_MIN, 1.5},
        {"exp", csi_exp, exp, -700.0, 709.0, 3.0},        {"exp far out", csi_exp, exp, 700.0, 709.7, 3.0},
        {"log1p", csi_log1p, log1p, 1e-20, 1e20, 3.0},    {"log1p below 0", csi_log1p, log1p, -0.999, -1e-3, 4.0},
        {"expm1", csi_expm1, expm1, 1e-20, 700.0, 6.0},   {"expm1 below 0", csi_expm1, expm1, -50.0, 0.0, 6.0},
        {"asinh", csi_asinh, asinh, 1e-20, 1e300, 6.0},   {"asinh below 0", csi_asinh, asinh, -1e3, 0.0, 6.0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const function *f = &all[i];
        const csi_stream stream = {42, i, 1};
        double most = 0.0;
        for (uint32_t cell = 0; cell < 20000; cell++) {
            const double u = csi_draw_uniform(&stream, cell);
            const double x = f->low > 0.0 ? exp(log(f->low) + u * (log(f->high) - log(f->low))) : f->low + u * (f->high - f->low);
            most = fmax(most, apart(f->own(x), f->known(x)));
        }
        cr_expect(most <= f->most, "%s: %g units in the last place", f->name, most);
    }
}

Test(logarithm, powers)
{
    const csi_stream stream = {43, 1, 1};
    for (uint32_t cell = 0; cell < 20000; cell++) {
        const double x = exp(20.0 * csi_draw_uniform(&stream, 2 * cell) - 10.0), power = 6.0 * csi_draw_uniform(&stream, 2 * cell + 1) - 3.0;
        const double known = pow(x, power);
        cr_expect(apart(csi_pow(x, power), known) <= 3.0 + 2.0 * fabs(log(known)), "%.17g^%.17g", x, power);
    }
    cr_expect(csi_pow(3.7, 1.0) == 3.7 && csi_pow(3.7, 0.0) == 1.0 && csi_pow(0.0, 2.0) == 0.0 && csi_pow(0.0, 0.0) == 1.0);
    cr_expect(isinf(csi_pow(0.0, -2.0)));
}

Test(logarithm, edges)
{
    cr_expect(csi_log(1.0) == 0.0 && csi_exp(0.0) == 1.0 && csi_lane_log(1.0) == 0.0 && csi_lane_exp(0.0) == 1.0);
    cr_expect(csi_log(0.0) == -INFINITY && csi_log(-0.0) == -INFINITY && isnan(csi_log(-1.0)) && isnan(csi_log(NAN)) &&
              csi_log(INFINITY) == INFINITY);
    cr_expect(csi_exp(INFINITY) == INFINITY && csi_exp(-INFINITY) == 0.0 && isnan(csi_exp(NAN)) && csi_exp(710.0) == INFINITY &&
              csi_exp(-746.0) == 0.0 && csi_exp(1e9) == INFINITY && csi_exp(-1e9) == 0.0);
    cr_expect(csi_exp(-740.0) > 0.0 && csi_exp(-740.0) < DBL_MIN);
    cr_expect(csi_log1p(0.0) == 0.0 && csi_log1p(-1.0) == -INFINITY && isnan(csi_log1p(-1.5)) && isnan(csi_log1p(NAN)) &&
              csi_log1p(INFINITY) == INFINITY && csi_log1p(1e-300) == 1e-300);
    cr_expect(csi_expm1(0.0) == 0.0 && csi_expm1(-INFINITY) == -1.0 && csi_expm1(INFINITY) == INFINITY && isnan(csi_expm1(NAN)));
    cr_expect(csi_asinh(0.0) == 0.0 && csi_asinh(INFINITY) == INFINITY && csi_asinh(-INFINITY) == -INFINITY && isnan(csi_asinh(NAN)));
}
