/* The method text's larger parts, which have files of their own. */
#ifndef CSI_INDEX_METHODOLOGY_H
#define CSI_INDEX_METHODOLOGY_H

#include "index/output.h"

/* What the ensemble draws, factor by factor, and what its intervals mean. Without an ensemble it says so. */
void csi_methodology_ensemble(const csi_publication *publication, csi_outfile *file);

#endif
