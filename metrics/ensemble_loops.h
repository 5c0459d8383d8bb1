/* The loops of the ensemble's kernel over lanes of countries, each compiled for several instruction sets. For
 * ensemble_kernel.c alone, which says what they are for. */
#ifndef CSI_METRICS_ENSEMBLE_LOOPS_H
#define CSI_METRICS_ENSEMBLE_LOOPS_H

#include <math.h>

#include "metrics/ensemble_model.h"
#include "metrics/lanes_divide.h"
#include "metrics/lanes_math.h"
#include "metrics/rng.h"

#define BLOCK CSI_DRAW_GROUP /* lanes that are summed at a time */
#define TOGETHER 4           /* replicates whose sums over the same columns are taken at once */
#define LEAST_LOGARITHM (-700.0) /* scores below its exponential are 0 */

/* y = a + width z, z the place between the goalposts, held between z_low and z_high; `missing` where there is no value. */
CSI_INLINE void place_body(const double *restrict x, size_t n, double from, double scale, double z_low, double z_high,
                           double a, double width, double missing, double *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        double z = (x[i] - from) * scale;
        z = z < z_low ? z_low : z;
        z = z > z_high ? z_high : z;
        y[i] = x[i] == x[i] ? a + width * z : missing;
    }
}
static void place(const double *restrict x, size_t n, double from, double scale, double z_low, double z_high, double a,
                  double width, double missing, double *restrict y);
CSI_LANES(place,
          (const double *restrict x, size_t n, double from, double scale, double z_low, double z_high, double a,
           double width, double missing, double *restrict y),
          (x, n, from, scale, z_low, z_high, a, width, missing, y))

CSI_INLINE void add_error_body(const double *restrict size, const uint32_t *restrict at, const float *restrict error,
                               size_t n, double *restrict x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] += size[i] * error[at[i]];
    }
}
static void add_error(const double *restrict size, const uint32_t *restrict at, const float *restrict error, size_t n,
                      double *restrict x);
CSI_LANES(add_error,
          (const double *restrict size, const uint32_t *restrict at, const float *restrict error, size_t n,
           double *restrict x),
          (size, at, error, n, x))

CSI_INLINE void fill_body(const double *restrict x, size_t n, double *restrict filled)
{
    for (size_t i = 0; i < n; i++) {
        filled[i] = x[i] == x[i] ? x[i] : 0.0;
    }
}
static void fill(const double *restrict x, size_t n, double *restrict filled);
CSI_LANES(fill, (const double *restrict x, size_t n, double *restrict filled), (x, n, filled))

CSI_INLINE void logarithms_body(const double *restrict x, size_t n, double floor, double *restrict logarithm)
{
    for (size_t i = 0; i < n; i++) {
        const double raised = x[i] < floor ? floor : x[i];
        const double l = raised > 0.0 ? csi_lane_log(raised) : -(double)INFINITY;
        logarithm[i] = x[i] == x[i] ? l : 0.0;
    }
}
static void logarithms(const double *restrict x, size_t n, double floor, double *restrict logarithm);
CSI_LANES(logarithms, (const double *restrict x, size_t n, double floor, double *restrict logarithm), (x, n, floor, logarithm))

CSI_INLINE void inverses_body(const double *restrict x, size_t n, double floor, double *restrict inverse)
{
    for (size_t i = 0; i < n; i++) {
        const double inverted = 1.0 / (x[i] < floor ? floor : x[i]);
        inverse[i] = x[i] == x[i] ? inverted : 0.0;
    }
}
static void inverses(const double *restrict x, size_t n, double floor, double *restrict inverse);
CSI_LANES(inverses, (const double *restrict x, size_t n, double floor, double *restrict inverse), (x, n, floor, inverse))

typedef double block __attribute__((vector_size(64), aligned(8), may_alias));

/* sum = the weighted sum of the columns, over n lanes rounded up to whole blocks. */
CSI_INLINE void add_children_body(const double *const *column, const double *weight, size_t n_children, size_t n,
                                  double *sum)
{
    for (size_t i = 0; i < n; i += BLOCK) {
        block s0 = {0.0}, s1 = {0.0}, s2 = {0.0}, s3 = {0.0};
        for (size_t q = 0; q < n_children; q++) {
            const block *x = (const block *)(const void *)(column[q] + i);
            const double w = weight[q];
            s0 += w * x[0];
            s1 += w * x[1];
            s2 += w * x[2];
            s3 += w * x[3];
        }
        block *to = (block *)(void *)(sum + i);
        to[0] = s0;
        to[1] = s1;
        to[2] = s2;
        to[3] = s3;
    }
}
static void add_children(const double *const *column, const double *weight, size_t n_children, size_t n, double *sum);
CSI_LANES(add_children,
          (const double *const *column, const double *weight, size_t n_children, size_t n, double *sum),
          (column, weight, n_children, n, sum))

/* The same for TOGETHER sums of the same columns with weights of their own: a column is fetched once. */
CSI_INLINE void add_together_body(const double *const *column, const double *const *weight, size_t n_children, size_t n,
                                  double *const *sum)
{
    for (size_t i = 0; i < n; i += BLOCK / 2) {
        block s[TOGETHER][2] = {{{0.0}}};
        for (size_t q = 0; q < n_children; q++) {
            const block *x = (const block *)(const void *)(column[q] + i);
            for (size_t r = 0; r < TOGETHER; r++) {
                s[r][0] += weight[r][q] * x[0];
                s[r][1] += weight[r][q] * x[1];
            }
        }
        for (size_t r = 0; r < TOGETHER; r++) {
            block *to = (block *)(void *)(sum[r] + i);
            to[0] = s[r][0];
            to[1] = s[r][1];
        }
    }
}
static void add_together(const double *const *column, const double *const *weight, size_t n_children, size_t n,
                         double *const *sum);
CSI_LANES(add_together,
          (const double *const *column, const double *const *weight, size_t n_children, size_t n, double *const *sum),
          (column, weight, n_children, n, sum))

/* The mean in the terms of the rule, by the weight that each country's pattern has. Divided and not multiplied by an
 * inverse, so that the mean of equal values is that value whatever is missing: such countries tie. */
CSI_INLINE void divide_body(const double *restrict sum, const double *restrict by_pattern, size_t n_patterns,
                            const uint8_t *restrict of, size_t n, double *restrict mean)
{
    if (n_patterns == 1) {
        for (size_t i = 0; i < n; i++) {
            mean[i] = sum[i] / by_pattern[0];
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        mean[i] = sum[i] / by_pattern[of[i]];
    }
}

CSI_INLINE void divide_fused_body(const double *restrict sum, const double *restrict by_pattern, size_t n_patterns,
                                  const uint8_t *restrict of, size_t n, double *restrict mean)
{
    const double divisor = by_pattern[0], inverse = 1.0 / divisor;
    uint64_t odd = 0;
    for (size_t i = 0; i < n && n_patterns == 1; i++) {
        odd |= csi_divide_is_odd(sum[i]);
        mean[i] = csi_lane_divide(sum[i], divisor, inverse);
    }
    if (n_patterns > 1 || odd != 0) {
        divide_body(sum, by_pattern, n_patterns, of, n, mean);
    }
}
static void divide(const double *restrict sum, const double *restrict by_pattern, size_t n_patterns,
                   const uint8_t *restrict of, size_t n, double *restrict mean);
CSI_LANES_FUSED(divide,
                (const double *restrict sum, const double *restrict by_pattern, size_t n_patterns,
                 const uint8_t *restrict of, size_t n, double *restrict mean),
                (sum, by_pattern, n_patterns, of, n, mean))

CSI_INLINE void exponentials_body(const double *restrict t, size_t n, double *restrict x)
{
    for (size_t i = 0; i < n; i++) {
        const double e = csi_lane_exp(t[i]); /* not under the condition: a look-up there is not vectorised */
        x[i] = t[i] < LEAST_LOGARITHM ? 0.0 : e;
    }
}
static void exponentials(const double *restrict t, size_t n, double *restrict x);
CSI_LANES(exponentials, (const double *restrict t, size_t n, double *restrict x), (t, n, x))

/* The logarithms of geometric means as a geometric mean above takes them. */
CSI_INLINE void pass_on_body(const double *restrict t, size_t n, double *restrict logarithm)
{
    for (size_t i = 0; i < n; i++) {
        const double l = t[i] < LEAST_LOGARITHM ? -(double)INFINITY : t[i];
        logarithm[i] = t[i] == t[i] ? l : 0.0;
    }
}
static void pass_on(const double *restrict t, size_t n, double *restrict logarithm);
CSI_LANES(pass_on, (const double *restrict t, size_t n, double *restrict logarithm), (t, n, logarithm))

#endif
