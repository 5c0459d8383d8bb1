/* Whether published results are what a run would publish again. */
#ifndef CSI_INDEX_UNCHANGED_H
#define CSI_INDEX_UNCHANGED_H

#include "index/project.h"

/* A digest of the program's own sources, so that a program that computes otherwise is another one. */
extern const char csi_program_sha256[];

/* Compares the manifest of `directory` with the program, the project and its inputs, by digest, with the number of
 * replicates that a run would draw, and the published files with the manifest. *reason (static storage) says what differs; NULL: nothing, so that a run would write the same
 * bytes. An input that cannot be read is an error; a result that cannot be read is a difference. */
CSI_MUST_USE csi_status csi_unchanged(const csi_project *project, uint64_t n_replicates, const char *directory,
                                      csi_diag *diag, const char **reason);

#endif
