/* The standard normal quantile by AS 241 (Wichura 1988, Applied Statistics 37:477-484, PPND16).
 *
 * Three rational functions, all of degree 7 over 7: one of q = p - 1/2 in the middle (85 % of draws), two of
 * r = sqrt(-ln min(p, 1-p)) in the tails. The middle one is evaluated for every lane and the tails are then put right:
 * drawing by inversion keeps one uniform for one normal, which quasi-random points need.
 *
 * By hand: p = 1/2 gives 0, p = 0.975 gives 1.959963984540054, p = 2^-33 gives -6.338... The two sides are symmetric. */
#include "metrics/rng.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/lanes.h"

#define MIDDLE 0.425

/* Written out: a loop over the coefficients would keep the loop over lanes from being vectorised. */
CSI_INLINE double ratio(const double a[8], const double b[7], double r)
{
    const double top = ((((((a[7] * r + a[6]) * r + a[5]) * r + a[4]) * r + a[3]) * r + a[2]) * r + a[1]) * r + a[0];
    const double bottom = ((((((b[6] * r + b[5]) * r + b[4]) * r + b[3]) * r + b[2]) * r + b[1]) * r + b[0]) * r + 1.0;
    return top / bottom;
}

static const double middle_top[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                     3.3430575583588128105e4, 2.5090809287301226727e3};
static const double middle_bottom[7] = {4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                                        5.2264952788528545610e3};
static const double near_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,  5.76949722146069140550e0,
                                   3.64784832476320460504e0,  1.27045825245236838258e0,  2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double near_bottom[7] = {2.05319162663775882187e0,  1.67638483018380384940e0,  6.89767334985100004550e-1,
                                      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                      1.05075007164441684324e-9};
static const double far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double far_bottom[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                     2.04426310338993978564e-15};

/* The quantile far out, for words of 32 bits never: there r stays below 4.8. */
static double far(double p)
{
    const double r = sqrt(-csi_log(p < 0.5 ? p : 1.0 - p));
    return ratio(far_top, far_bottom, r - 5.0);
}

CSI_INLINE void middles_body(const double *restrict p, double *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double q = p[i] - 0.5;
        x[i] = q * ratio(middle_top, middle_bottom, MIDDLE * MIDDLE - q * q);
    }
}
static void middles(const double *restrict p, double *restrict x, size_t n);
CSI_LANES(middles, (const double *restrict p, double *restrict x, size_t n), (p, x, n))

CSI_INLINE void tails_body(const double *restrict p, double *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double r = sqrt(-csi_lane_log(p[i] < 0.5 ? p[i] : 1.0 - p[i]));
        x[i] = ratio(near_top, near_bottom, r - 1.6);
    }
}
static void tails(const double *restrict p, double *restrict x, size_t n);
CSI_LANES(tails, (const double *restrict p, double *restrict x, size_t n), (p, x, n))

#define CHUNK 256

/* Puts the tails of one chunk right: they are gathered, so that they too run in lanes. */
static void mend_tails(const double *p, double *x, size_t n)
{
    double tail_p[CHUNK], tail_x[CHUNK];
    uint16_t at[CHUNK + 1];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        at[m] = (uint16_t)i;
        m += fabs(p[i] - 0.5) > MIDDLE;
    }
    for (size_t j = 0; j < m; j++) {
        tail_p[j] = p[at[j]];
    }
    tails(tail_p, tail_x, m);
    for (size_t j = 0; j < m; j++) {
        const double size = fabs(tail_p[j] - 0.5) < 0.5 - 1e-11 ? tail_x[j] : far(tail_p[j]);
        x[at[j]] = tail_p[j] < 0.5 ? -size : size;
    }
}

void csi_normal_quantiles(double *uniform, size_t n)
{
    double p[CHUNK];
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t m = n - from < CHUNK ? n - from : CHUNK;
        memcpy(p, uniform + from, m * sizeof *p);
        middles(p, uniform + from, m);
        mend_tails(p, uniform + from, m);
    }
}

double csi_normal_quantile(double p)
{
    csi_normal_quantiles(&p, 1);
    return p;
}
