/* The cells of quality.csv.gz of two results, merged. */
#ifndef CSI_INDEX_REVISION_CELLS_H
#define CSI_INDEX_REVISION_CELLS_H

#include "index/revision.h"

/* Fills revision->cells and ->all from the quality.csv.gz of both directories. */
CSI_MUST_USE csi_status csi_revision_compare_cells(csi_revision *revision, const char *old, const char *new,
                                                   csi_diag *diag);

#endif
