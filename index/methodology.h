/* The method text's larger parts, which have files of their own. */
#ifndef CSI_INDEX_METHODOLOGY_H
#define CSI_INDEX_METHODOLOGY_H

#include "index/output.h"

/* Text that came from outside, so that no table, link or markup can be broken out of. */
void csi_methodology_text(csi_outfile *file, const char *text);

/* What the ensemble draws, factor by factor, and what its intervals mean. Without an ensemble it says so. */
CSI_MUST_USE csi_status csi_methodology_ensemble(const csi_publication *publication, csi_outfile *file, csi_diag *diag);

/* How what is published beside the scores is computed from them: contributions, changes, sets of ranks, trends. */
void csi_methodology_results(const csi_publication *publication, csi_outfile *file);

#endif
