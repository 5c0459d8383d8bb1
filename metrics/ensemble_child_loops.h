/* The loops that make the rows of indicators, each compiled for several instruction sets. For ensemble_children.c
 * alone, which says what they are for. */
#ifndef CSI_METRICS_ENSEMBLE_CHILD_LOOPS_H
#define CSI_METRICS_ENSEMBLE_CHILD_LOOPS_H

#include "core/logarithm.h"
#include "metrics/ensemble_children.h"
#include "metrics/lanes.h"

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
        const double l = raised > 0.0 ? csi_lane_log(raised) : CSI_NEVER_LOGARITHM;
        logarithm[i] = x[i] == x[i] ? l : 0.0;
    }
}
static void logarithms(const double *restrict x, size_t n, double floor, double *restrict logarithm);
CSI_LANES(logarithms, (const double *restrict x, size_t n, double floor, double *restrict logarithm), (x, n, floor, logarithm))

CSI_INLINE void inverses_body(const double *restrict x, size_t n, double floor, double *restrict inverse)
{
    for (size_t i = 0; i < n; i++) {
        const double raised = x[i] < floor ? floor : x[i], inverted = 1.0 / raised;
        inverse[i] = x[i] == x[i] ? (raised > 0.0 ? inverted : CSI_NEVER_INVERSE) : 0.0;
    }
}
static void inverses(const double *restrict x, size_t n, double floor, double *restrict inverse);
CSI_LANES(inverses, (const double *restrict x, size_t n, double floor, double *restrict inverse), (x, n, floor, inverse))

typedef float half_of_floats __attribute__((vector_size(2 * CSI_ABREAST), aligned(4), may_alias));

/* One column for all replicates. */
CSI_INLINE void spread_body(const double *restrict x, size_t n, double *restrict rows)
{
    csi_half *to = (csi_half *)(void *)rows;
    for (size_t i = 0; i < n; i++) {
        const double own = x[i];
        to[2 * i] = to[2 * i + 1] = (csi_half){own, own, own, own, own, own, own, own};
    }
}
static void spread(const double *restrict x, size_t n, double *restrict rows);
CSI_LANES(spread, (const double *restrict x, size_t n, double *restrict rows), (x, n, rows))

/* The same with a term of error. */
CSI_INLINE void carry_body(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                           const float *restrict error, size_t n, double *restrict rows)
{
    csi_half *to = (csi_half *)(void *)rows;
    for (size_t i = 0; i < n; i++) {
        const half_of_floats *own = (const half_of_floats *)(const void *)(error + (size_t)at[i] * CSI_ABREAST);
        to[2 * i] = x[i] + size[i] * __builtin_convertvector(own[0], csi_half);
        to[2 * i + 1] = x[i] + size[i] * __builtin_convertvector(own[1], csi_half);
    }
}
static void carry(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                  const float *restrict error, size_t n, double *restrict rows);
CSI_LANES(carry,
          (const double *restrict x, const double *restrict size, const uint32_t *restrict at, const float *restrict error,
           size_t n, double *restrict rows),
          (x, size, at, error, n, rows))

/* Another term. */
CSI_INLINE void add_errors_body(const double *restrict size, const uint32_t *restrict at, const float *restrict error,
                                size_t n, double *restrict rows)
{
    csi_half *to = (csi_half *)(void *)rows;
    for (size_t i = 0; i < n; i++) {
        const half_of_floats *own = (const half_of_floats *)(const void *)(error + (size_t)at[i] * CSI_ABREAST);
        to[2 * i] += size[i] * __builtin_convertvector(own[0], csi_half);
        to[2 * i + 1] += size[i] * __builtin_convertvector(own[1], csi_half);
    }
}
static void add_errors(const double *restrict size, const uint32_t *restrict at, const float *restrict error, size_t n,
                       double *restrict rows);
CSI_LANES(add_errors,
          (const double *restrict size, const uint32_t *restrict at, const float *restrict error, size_t n,
           double *restrict rows),
          (size, at, error, n, rows))

/* a + width z, z the place between the goalposts, held between z_low and z_high; `missing` where there is no value. */
typedef struct posts {
    const double *from, *by; /* [CSI_ABREAST] */
    double z_low, z_high, a, width, missing;
} posts;

CSI_INLINE double place_one(const posts *s, size_t r, double x)
{
    double z = (x - s->from[r]) * s->by[r];
    z = z < s->z_low ? s->z_low : z;
    z = z > s->z_high ? s->z_high : z;
    return x == x ? s->a + s->width * z : s->missing;
}

CSI_INLINE void place_body(const posts *restrict s, const double *restrict x, size_t n, double *restrict rows)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            rows[i * CSI_ABREAST + r] = place_one(s, r, x[i * CSI_ABREAST + r]);
        }
    }
}
static void place(const posts *restrict s, const double *restrict x, size_t n, double *restrict rows);
CSI_LANES(place, (const posts *restrict s, const double *restrict x, size_t n, double *restrict rows), (s, x, n, rows))

/* The same of one column for all replicates. */
CSI_INLINE void place_shared_body(const posts *restrict s, const double *restrict x, size_t n, double *restrict rows)
{
    for (size_t i = 0; i < n; i++) {
        const double own = x[i];
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            rows[i * CSI_ABREAST + r] = place_one(s, r, own);
        }
    }
}
static void place_shared(const posts *restrict s, const double *restrict x, size_t n, double *restrict rows);
CSI_LANES(place_shared, (const posts *restrict s, const double *restrict x, size_t n, double *restrict rows), (s, x, n, rows))

#endif
