/* A part of an ensemble on disk: the tallies of some of its replicates, computed elsewhere or earlier, to be added up. */
#ifndef CSI_INDEX_PART_H
#define CSI_INDEX_PART_H

#include "index/uncertainty.h"

/* What must be the same for two parts to be added: program, configuration, framework, data, seed and size. */
void csi_part_fingerprint(const csi_run *run, const csi_uncertainty *uncertainty, uint64_t total,
                          char hex[CSI_DIGEST_HEX]);

CSI_MUST_USE csi_status csi_part_write(const char *directory, const char *name, const char *fingerprint,
                                       const csi_part_range *range, const csi_uncertainty *uncertainty, csi_diag *diag);

/* Adds the part in `path` to the tallies of `uncertainty`, whose kinds must be open. A part of another ensemble, a damaged one and one written
 * by another version are errors that name the file. */
CSI_MUST_USE csi_status csi_part_add(const char *path, const csi_run *run, csi_uncertainty *uncertainty,
                                     csi_diag *diag, csi_part_range *range);

/* Fails unless the n ranges are all of one total and cover it without gap or overlap; `path` names them in messages. */
CSI_MUST_USE csi_status csi_part_check_ranges(const csi_part_range *range, const char *const *path, size_t n,
                                              csi_diag *diag);

#endif
