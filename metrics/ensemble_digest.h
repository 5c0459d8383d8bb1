/* What is kept of scores beside their bins. */
#ifndef CSI_METRICS_ENSEMBLE_DIGEST_H
#define CSI_METRICS_ENSEMBLE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "metrics/abreast.h"

/* Takes n rows of score[row][CSI_ABREAST] into the extremes and sums of each row: scores in units of 1 /
 * CSI_TALLY_FIXED, the squares of their places (score - low) * scale in units of 1 / CSI_TALLY_SQUARE, each cut off to
 * an integer. Missing scores are passed over. */
void csi_digest(const double *score, size_t n, double low, double scale, double *least, double *most, int64_t *sum,
                int64_t *square);

#endif
