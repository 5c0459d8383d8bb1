/* See ensemble_alike_rows.h, and ensemble_alike.c for the formula. Hundreds of thousands of families are asked for, so they
 * are taken for many replicates at once. The axis of the geometric mean is the logarithm, that of the arithmetic the
 * identity; replicates of either kind may lie side by side. By hand: a geometric mean of (1, 4) and (4, 4), nothing
 * entering: 2, all of the difference. */
#include "metrics/ensemble_alike_rows.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/lanes.h"

#define COLUMNS CSI_ABREAST

typedef double row[COLUMNS];

/* Sums of one side: over the children that are present, and over those present on both. */
typedef struct sums {
    row weight, axis, common_weight, common_axis, inverse; /* in the end common_axis is a mean; inverse: of common_weight */
} sums;

/* (a - b)/(ln a - ln b) of positive numbers, also where they nearly meet; fa and fb are their logarithms. */
CSI_INLINE double log_mean(double a, double b, double fa, double fb)
{
    const double half = 0.5 * (fa - fb), square = half * half;
    const double apart = (a - b) / (fa - fb), near = sqrt(a * b) * (1 + square / 6 * (1 + square / 20));
    return fabs(half) > 0.005 ? apart : near;
}

CSI_INLINE void add_side(const csi_alike_family *f, int side, const bool has_log, sums *restrict s)
{
    const double *restrict x = f->x[side], *restrict weight = f->weight[side], *restrict is_log = f->is_log;
    const double *restrict is_here = f->is_there[side], *restrict is_beside = f->is_there[1 - side];
    double *restrict axis = f->axis[side], *restrict score = f->score[side];
    for (size_t r = 0; r < COLUMNS; r++) {
        s->weight[r] = s->axis[r] = s->common_weight[r] = s->common_axis[r] = 0;
    }
    for (size_t i = 0; i < f->n * COLUMNS; i += COLUMNS) {
        for (size_t r = 0; r < COLUMNS; r++) {
            const double logarithm = has_log ? csi_lane_log(x[i + r]) : 0;
            const double own = has_log && is_log[r] > 0 ? logarithm : x[i + r];
            const double w = weight[i + r], here = is_here[i + r], both = here * is_beside[i + r], part = w * own;
            axis[i + r] = own;
            s->weight[r] += here > 0 ? w : 0.0;
            s->axis[r] += here > 0 ? part : 0.0;
            s->common_weight[r] += both > 0 ? w : 0.0;
            s->common_axis[r] += both > 0 ? part : 0.0;
        }
    }
    for (size_t r = 0; r < COLUMNS; r++) {
        const double mean = s->axis[r] / s->weight[r], exponential = has_log ? csi_lane_exp(mean) : 0;
        score[r] = has_log && is_log[r] > 0 ? exponential : mean;
        s->inverse[r] = 1 / s->common_weight[r];
        s->common_axis[r] *= s->inverse[r];
    }
}

CSI_INLINE void add_children(const csi_alike_family *f, const bool has_log, const sums *restrict s0, const sums *restrict s1)
{
    const double *restrict x0 = f->x[0], *restrict x1 = f->x[1], *restrict w0 = f->weight[0], *restrict w1 = f->weight[1];
    const double *restrict f0 = f->axis[0], *restrict f1 = f->axis[1], *restrict like = f->like, *restrict is_log = f->is_log;
    const double *restrict is_here = f->is_there[0], *restrict is_there = f->is_there[1];
    row k, to;
    for (size_t r = 0; r < COLUMNS; r++) {
        const double m0 = s0->common_axis[r], m1 = s1->common_axis[r];
        const double curved = has_log ? log_mean(csi_lane_exp(m0), csi_lane_exp(m1), m0, m1) : 1;
        k[r] = has_log && is_log[r] > 0 ? curved : 1;
        to[r] = 0;
    }
    for (size_t i = 0; i < f->n * COLUMNS; i += COLUMNS) {
        for (size_t r = 0; r < COLUMNS; r++) {
            const size_t at = i + r;
            const double u0 = w0[at] * s0->inverse[r], u1 = w1[at] * s1->inverse[r];
            const double curved = has_log ? log_mean(x0[at], x1[at], f0[at], f1[at]) : 1;
            const double own = has_log && is_log[r] > 0 ? curved : 1;
            const double middle = 0.5 * (f0[at] + f1[at]) - 0.5 * (s0->common_axis[r] + s1->common_axis[r]);
            const double part = k[r] * (0.5 * (u0 + u1) / own * like[at] + (u1 - u0) * middle);
            to[r] += is_here[at] * is_there[at] > 0 ? part : 0.0;
        }
    }
    memcpy(f->to, to, sizeof to);
}

CSI_INLINE void take_body(const csi_alike_family *f, const bool has_log)
{
    sums s[2];
    add_side(f, 0, has_log, &s[0]);
    add_side(f, 1, has_log, &s[1]);
    add_children(f, has_log, &s[0], &s[1]);
}

CSI_INLINE void take_identity_body(const csi_alike_family *f)
{
    take_body(f, false);
}
static void take_identity(const csi_alike_family *f);
CSI_LANES(take_identity, (const csi_alike_family *f), (f))

CSI_INLINE void take_either_body(const csi_alike_family *f)
{
    take_body(f, true);
}
static void take_either(const csi_alike_family *f);
CSI_LANES(take_either, (const csi_alike_family *f), (f))

void csi_alike_rows(const csi_alike_family *family)
{
    bool has_log = false;
    for (size_t r = 0; r < COLUMNS; r++) {
        has_log = has_log || family->is_log[r] > 0;
    }
    (has_log ? take_either : take_identity)(family);
}
