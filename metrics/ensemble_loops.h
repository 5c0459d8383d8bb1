/* The loops of the ensemble's kernel over rows of CSI_ABREAST replicates, each compiled for several instruction sets.
 * For ensemble_kernel.c alone, which says what they are for. */
#ifndef CSI_METRICS_ENSEMBLE_LOOPS_H
#define CSI_METRICS_ENSEMBLE_LOOPS_H

#include <math.h>

#include "core/logarithm.h"
#include "metrics/ensemble_children.h"
#include "metrics/lanes.h"

#define LEAST_LOGARITHM (-700.0) /* scores below its exponential are 0 */
#define MOST_INVERSE 1e250       /* scores below its inverse are 0 */
#define TOGETHER 4               /* rows that are summed at a time */

/* sum[row][replicate] = the weighted sum of the columns' rows, n of them rounded up to TOGETHER. */
CSI_INLINE void add_children_body(const double *const *x, const bool *is_shared, const double *weight, size_t n_children,
                                  size_t n, double *sum)
{
    for (size_t i = 0; i < n; i += TOGETHER) {
        csi_half s[TOGETHER][2] = {{{0.0}}};
        for (size_t q = 0; q < n_children; q++) {
            const csi_half *w = (const csi_half *)(const void *)(weight + q * CSI_ABREAST);
            if (is_shared[q]) {
                const double *own = x[q] + i;
                for (size_t j = 0; j < TOGETHER; j++) {
                    s[j][0] += w[0] * own[j];
                    s[j][1] += w[1] * own[j];
                }
            } else {
                const csi_half *own = (const csi_half *)(const void *)(x[q] + i * CSI_ABREAST);
                for (size_t j = 0; j < TOGETHER; j++) {
                    s[j][0] += w[0] * own[2 * j];
                    s[j][1] += w[1] * own[2 * j + 1];
                }
            }
        }
        csi_half *to = (csi_half *)(void *)(sum + i * CSI_ABREAST);
        for (size_t j = 0; j < TOGETHER; j++) {
            to[2 * j] = s[j][0];
            to[2 * j + 1] = s[j][1];
        }
    }
}
static void add_children(const double *const *x, const bool *is_shared, const double *weight, size_t n_children, size_t n,
                         double *sum);
CSI_LANES(add_children,
          (const double *const *x, const bool *is_shared, const double *weight, size_t n_children, size_t n, double *sum),
          (x, is_shared, weight, n_children, n, sum))

CSI_INLINE void exponentials_body(const double *restrict t, size_t n, double *restrict x)
{
    for (size_t i = 0; i < n; i++) {
        const double e = csi_lane_exp(t[i]); /* not under the condition: a look-up there is not vectorised */
        x[i] = t[i] < LEAST_LOGARITHM ? 0.0 : e;
    }
}
static void exponentials(const double *restrict t, size_t n, double *restrict x);
CSI_LANES(exponentials, (const double *restrict t, size_t n, double *restrict x), (t, n, x))

CSI_INLINE void harmonics_body(const double *restrict t, size_t n, double *restrict x)
{
    for (size_t i = 0; i < n; i++) {
        const double inverse = 1.0 / t[i];
        x[i] = t[i] > MOST_INVERSE ? 0.0 : inverse;
    }
}
static void harmonics(const double *restrict t, size_t n, double *restrict x);
CSI_LANES(harmonics, (const double *restrict t, size_t n, double *restrict x), (t, n, x))

/* The logarithms of geometric means as a geometric mean above takes them. */
CSI_INLINE void pass_on_body(const double *restrict t, size_t n, double *restrict logarithm)
{
    for (size_t i = 0; i < n; i++) {
        const double l = t[i] < LEAST_LOGARITHM ? CSI_NEVER_LOGARITHM : t[i];
        logarithm[i] = t[i] == t[i] ? l : 0.0;
    }
}
static void pass_on(const double *restrict t, size_t n, double *restrict logarithm);
CSI_LANES(pass_on, (const double *restrict t, size_t n, double *restrict logarithm), (t, n, logarithm))

#endif
