/* The difference of two published results split into what changed. For index/revision*.c alone. */
#ifndef CSI_INDEX_REVISION_SPLIT_H
#define CSI_INDEX_REVISION_SPLIT_H

#include "index/revision.h"

/* Fills revision->part and ->program for the results in the two directories, from `old_at`, the score that was published
 * before of each cell of `new` (NaN: none). What cannot be computed again leaves them NaN and is_split false. */
CSI_MUST_USE csi_status csi_revision_split(csi_revision *revision, const char *old, const char *new, const double *old_at,
                                           csi_diag *diag);

#endif
