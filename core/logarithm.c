/* See core/logarithm.h. */
#include "core/logarithm.h"

#include <float.h>
#include <math.h>

#define LANE_EXP_MOST 700.0 /* beyond, the exponential of a half is squared */
#define EXP_MOST 1500.0     /* whose exponential is infinite, or 0, for certain */

#if defined(__x86_64__) && !defined(CSINDEX_ONE_LANE)

__attribute__((target("fma"))) static double log_fused(double x)
{
    return csi_lane_log(x);
}

__attribute__((target("fma"))) static double exp_fused(double x)
{
    return csi_lane_exp(x);
}

/* The same, by the processor's own instruction where it has one. */
static double log_here(double x)
{
    return __builtin_cpu_supports("fma") ? log_fused(x) : csi_lane_log(x);
}

static double exp_here(double x)
{
    return __builtin_cpu_supports("fma") ? exp_fused(x) : csi_lane_exp(x);
}

#else

#define log_here csi_lane_log
#define exp_here csi_lane_exp

#endif

double csi_log(double x)
{
    if (x >= DBL_MIN && x <= DBL_MAX) {
        return log_here(x);
    }
    if (x > 0.0 && x < DBL_MIN) {
        return log_here(x * 0x1p54) - 54.0 * log_here(2.0);
    }
    return x == 0.0 ? -(double)INFINITY : x > 0.0 ? x : (double)NAN;
}

double csi_exp(double x)
{
    if (fabs(x) < LANE_EXP_MOST) {
        return exp_here(x);
    }
    if (fabs(x) < EXP_MOST) {
        const double root = exp_here(0.5 * x);
        return root * root;
    }
    return x > 0.0 ? (double)INFINITY : x < 0.0 ? 0.0 : x;
}

double csi_log1p(double x)
{
    const double u = 1.0 + x;
    if (u == 1.0) {
        return x;
    }
    return u > 0.0 && u <= DBL_MAX ? csi_log(u) * (x / (u - 1.0)) : csi_log(u);
}

double csi_expm1(double x)
{
    const double u = csi_exp(x), less = u - 1.0;
    return less == 0.0 ? x : fabs(x) > 1.0 ? less : less * (x / csi_log(u));
}

double csi_pow(double x, double power)
{
    return power == 1.0 ? x : power == 0.0 ? 1.0 : csi_exp(power * csi_log(x));
}

double csi_asinh(double x)
{
    const double size = fabs(x), square = size * size;
    const double own = size > 0x1p500 ? csi_log(size) + csi_log(2.0) : csi_log1p(size + square / (1.0 + sqrt(1.0 + square)));
    return copysign(own, x);
}
