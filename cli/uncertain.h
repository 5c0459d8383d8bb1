/* The ensemble as the commands run it: how many replicates, and with progress. */
#ifndef CSI_CLI_UNCERTAIN_H
#define CSI_CLI_UNCERTAIN_H

#include "cli/command.h"
#include "index/uncertainty.h"

/* Prepares and runs the ensemble of `run` as --replicates says (default: the configuration), and fills its intervals.
 * *uncertainty is NULL for --replicates 0, else owned by the caller. */
CSI_MUST_USE csi_status csi_uncertain_run(csi_call *call, const csi_run *run, csi_uncertainty **uncertainty);

/* How many replicates a run of the project would draw. */
CSI_MUST_USE csi_status csi_uncertain_wanted(const csi_call *call, const csi_project *project, uint64_t *n);

/* The number of replicates asked for. */
CSI_MUST_USE csi_status csi_uncertain_replicates(const csi_call *call, const csi_uncertainty *uncertainty, uint64_t *n);

#endif
