/* Whether a difference is more than noise, from draws in which both sides share everything that is not noise. */
#ifndef CSI_METRICS_PAIRED_H
#define CSI_METRICS_PAIRED_H

#include <stddef.h>

#include "core/status.h"

typedef struct csi_paired {
    size_t n;          /* draws in which both sides exist */
    double low, high;  /* quantiles (1 - level)/2 and (1 + level)/2 of the difference; NaN without draws */
    double p;          /* two-sided: 2 min(P(d <= 0), P(d >= 0)), each counted as (k + 1)/(n + 1); NaN without draws */
} csi_paired;

/* difference[0..n): b - a draw by draw, NaN where a side is missing; it is put in another order here. Quantiles are of type 7. */
void csi_paired_test(double *difference, size_t n, double level, csi_paired *result);

#endif
