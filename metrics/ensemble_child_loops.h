/* The loops that make the rows of indicators, each compiled for several instruction sets. For ensemble_children.c
 * alone, which says what they are for. */
#ifndef CSI_METRICS_ENSEMBLE_CHILD_LOOPS_H
#define CSI_METRICS_ENSEMBLE_CHILD_LOOPS_H

#include "core/logarithm.h"
#include "metrics/ensemble_children.h"
#include "metrics/ensemble_divide.h"
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

/* Values with their errors. */
CSI_INLINE void carry_body(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                           const float *restrict error, size_t n, double *restrict rows)
{
    csi_half *to = (csi_half *)(void *)rows;
    for (size_t i = 0; i < n; i++) {
        const half_of_floats *own = (const half_of_floats *)(const void *)(error + (size_t)at[i] * CSI_ABREAST);
        for (size_t h = 0; h < 2; h++) {
            to[2 * i + h] = x[i] + size[i] * __builtin_convertvector(own[h], csi_half);
        }
    }
}
static void carry(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                  const float *restrict error, size_t n, double *restrict rows);
CSI_LANES(carry,
          (const double *restrict x, const double *restrict size, const uint32_t *restrict at, const float *restrict error,
           size_t n, double *restrict rows),
          (x, size, at, error, n, rows))

/* From them towards other values with their errors, by a share. */
CSI_INLINE void carry_on_body(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                              const double *restrict share, const float *restrict error, size_t n, double *restrict rows)
{
    csi_half *to = (csi_half *)(void *)rows;
    for (size_t i = 0; i < n; i++) {
        const half_of_floats *own = (const half_of_floats *)(const void *)(error + (size_t)at[i] * CSI_ABREAST);
        for (size_t h = 0; h < 2; h++) {
            const csi_half other = x[i] + size[i] * __builtin_convertvector(own[h], csi_half);
            to[2 * i + h] += (other - to[2 * i + h]) * share[i];
        }
    }
}
static void carry_on(const double *restrict x, const double *restrict size, const uint32_t *restrict at,
                     const double *restrict share, const float *restrict error, size_t n, double *restrict rows);
CSI_LANES(carry_on,
          (const double *restrict x, const double *restrict size, const uint32_t *restrict at, const double *restrict share,
           const float *restrict error, size_t n, double *restrict rows),
          (x, size, at, share, error, n, rows))

/* Goalposts as drawn: where each replicate counts from, and to where, as a distance that is negative where less is better;
 * with what csi_divide_tame needs of it. */
typedef struct csi_posts {
    double from[CSI_ABREAST], width[CSI_ABREAST], inverse[CSI_ABREAST], rest[CSI_ABREAST];
    bool is_tame;
} csi_posts;

/* What low and high are moved by, in shares of their distance. */
CSI_INLINE void move_posts_body(double low, double high, const double *restrict by_low, const double *restrict by_high,
                                bool is_reversed, csi_posts *restrict posts)
{
    int posts_are_tame = 1;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const double least = low + by_low[r] * (high - low), most = high + by_high[r] * (high - low);
        const double width = is_reversed ? least - most : most - least;
        posts->from[r] = is_reversed ? most : least;
        posts->width[r] = width;
        posts->inverse[r] = 1.0 / width;
        posts->rest[r] = csi_divide_rest(width, posts->inverse[r]);
        posts_are_tame &= (int)csi_is_tame(posts->from[r]) & (int)csi_is_tame(width) & (int)(fabs(width) > 0.0);
    }
    posts->is_tame = posts_are_tame != 0;
}
static void move_posts(double low, double high, const double *restrict by_low, const double *restrict by_high, bool is_reversed,
                       csi_posts *restrict posts);
CSI_LANES(move_posts,
          (double low, double high, const double *restrict by_low, const double *restrict by_high, bool is_reversed,
           csi_posts *restrict posts),
          (low, high, by_low, by_high, is_reversed, posts))

/* a + range z, z the place between the goalposts, held between z_low and z_high; `missing` where there is no value. */
typedef struct placing {
    const csi_posts *posts;
    double z_low, z_high, a, range, missing;
} placing;

CSI_INLINE double place_one(const placing *p, size_t r, double x, const bool is_fused)
{
    const csi_posts *posts = p->posts;
    const double above = x - posts->from[r];
    double z = is_fused ? csi_divide_tame(above, posts->width[r], posts->inverse[r], posts->rest[r]) : above / posts->width[r];
    z = z < p->z_low ? p->z_low : z;
    z = z > p->z_high ? p->z_high : z;
    return x == x ? p->a + p->range * z : p->missing;
}

/* Rows, or one column for all replicates. */
CSI_INLINE void place_rows(const placing *restrict p, const double *restrict x, bool is_shared, size_t n, double *restrict rows,
                           const bool is_fused)
{
    for (size_t i = 0; i < n && is_shared; i++) {
        const double own = x[i];
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            rows[i * CSI_ABREAST + r] = place_one(p, r, own, is_fused);
        }
    }
    for (size_t i = 0; i < n && !is_shared; i++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            rows[i * CSI_ABREAST + r] = place_one(p, r, x[i * CSI_ABREAST + r], is_fused);
        }
    }
}

/* is_tame: all numbers are (csi_is_tame), and operations are fused. */
CSI_INLINE void place_body(const placing *restrict p, const double *restrict x, bool is_shared, bool is_tame, size_t n,
                           double *restrict rows)
{
    if (is_tame) {
        place_rows(p, x, is_shared, n, rows, true);
    } else {
        place_rows(p, x, is_shared, n, rows, false);
    }
}
static void place(const placing *restrict p, const double *restrict x, bool is_shared, bool is_tame, size_t n,
                  double *restrict rows);
CSI_LANES(place,
          (const placing *restrict p, const double *restrict x, bool is_shared, bool is_tame, size_t n, double *restrict rows),
          (p, x, is_shared, is_tame, n, rows))

#endif
