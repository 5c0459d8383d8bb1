/* What the normalisations share. */
#ifndef CSI_METRICS_NORMALISE_H
#define CSI_METRICS_NORMALISE_H

#include "metrics/frame.h"

#define CSI_OPTIONS_RANGE(usual) {"range", CSI_OPTION_NUMBERS, usual, -1e9, 1e9, NULL, "the lowest and highest value"}

/* A csi_check: `range` must be two ascending numbers. */
csi_status csi_range_check(const csi_step *step, csi_diag *diag);

/* A constant or empty column says nothing about anybody: its cells become missing and its siblings' weights take its
 * place. An empty column passes silently. */
CSI_MUST_USE csi_status csi_normalise_drop(const csi_step *step, const csi_context *context, const csi_frame *frame,
                                           csi_diag *diag);

/* The sample's values times the node's direction, without NaN, ascending, into sorted[0..n_sample); how many. */
size_t csi_normalise_sorted(const csi_frame *frame, double *sorted);

/* Ranks within a sorted sample, 1 for the smallest: how ties are numbered. */
typedef enum csi_ties { CSI_TIES_MIN, CSI_TIES_AVERAGE, CSI_TIES_MAX } csi_ties;
#define CSI_OPTION_TIES(usual) {"ties", CSI_OPTION_CHOICE, usual, 0, 0, "min|average|max", "the number tied values share"}
double csi_rank_within(const double *sorted, size_t n, double x, csi_ties ties);

/* Every cell of the frame to its rank within the sample, 1 for the worst, by the step's option `ties`; a missing cell
 * stays so. *n is the size of the sample. */
CSI_MUST_USE csi_status csi_normalise_ranks(const csi_step *step, const csi_frame *frame, size_t *n);

#endif
