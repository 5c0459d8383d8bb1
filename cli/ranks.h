/* The processes of one ensemble: those that mpirun started, where csindex was built with -DCSINDEX_MPI=ON, else this one
 * alone. */
#ifndef CSI_CLI_RANKS_H
#define CSI_CLI_RANKS_H

#include "core/diag.h"
#include "index/uncertainty.h"

typedef struct csi_ranks {
    size_t n, own; /* how many, and which is this one; 0 writes the results */
} csi_ranks;

/* Joins the others. To be called once, before anything can fail. */
CSI_MUST_USE csi_status csi_ranks_join(csi_diag *diag, csi_ranks *ranks);

/* All wait until all have come here, each with its own status. Fails where any of them has: a process that was fine itself
 * then says who was not. */
CSI_MUST_USE csi_status csi_ranks_agree(const csi_ranks *ranks, csi_status status, csi_diag *diag);

/* Adds what all have tallied to the tallies of process 0. */
CSI_MUST_USE csi_status csi_ranks_gather(const csi_ranks *ranks, csi_uncertainty *uncertainty, csi_diag *diag);

void csi_ranks_leave(void);

#endif
