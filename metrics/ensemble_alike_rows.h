/* What the arithmetic and the geometric mean make of a family in two years, for CSI_ABREAST replicates side by side. */
#ifndef CSI_METRICS_ENSEMBLE_ALIKE_ROWS_H
#define CSI_METRICS_ENSEMBLE_ALIKE_ROWS_H

#include "metrics/abreast.h"

/* Of one country. Rows are CSI_ABREAST wide; what is said of a child is [child] rows long, of a side (year) it is twice. */
typedef struct csi_alike_family {
    size_t n;                   /* children */
    const double *is_log;       /* row: 1 in replicates that take the geometric mean, 0 in those of the arithmetic */
    const double *is_there[2];  /* 1 where the child is present and weighs something, else 0 */
    const double *x[2], *weight[2]; /* scores, positive where the mean is geometric; weights before they are scaled */
    const double *like;         /* the children's own differences, like for like */
    double *axis[2];            /* scratch: the scores on the axis of the mean */
    double *score[2], *to;      /* rows: the scores of both sides, and their difference like for like; garbage where
                                   nothing is present */
} csi_alike_family;

/* Fills score and to. */
void csi_alike_rows(const csi_alike_family *family);

#endif
