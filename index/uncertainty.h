/* Uncertainty of a run: the ensemble of its project, run and turned into what is published beside the scores. */
#ifndef CSI_INDEX_UNCERTAINTY_H
#define CSI_INDEX_UNCERTAINTY_H

#include <stdatomic.h>

#include "index/publish.h"
#include "metrics/ensemble.h"

typedef struct csi_uncertainty {
    csi_ensemble_spec *spec; /* lives in the project's arena */
    csi_ensemble *ensemble;
    csi_tallies *tally;      /* of all aggregates, in the order of the framework */
    csi_intervals intervals; /* what csi_publish takes */
} csi_uncertainty;

/* Reads the section `ensemble` of the project and prepares it for the run, which must outlive the result. */
CSI_MUST_USE csi_status csi_uncertainty_new(const csi_run *run, csi_diag *diag, csi_uncertainty **uncertainty);

/* Runs replicates first .. first + n and adds them to the tally. `done` (NULL: not) counts them as they finish. */
CSI_MUST_USE csi_status csi_uncertainty_run(csi_uncertainty *uncertainty, const csi_run *run, uint64_t first, uint64_t n,
                                            _Atomic uint64_t *done, csi_diag *diag);

/* Fills the intervals from the tally. */
CSI_MUST_USE csi_status csi_uncertainty_finish(csi_uncertainty *uncertainty, const csi_run *run, csi_diag *diag);
void csi_uncertainty_free(csi_uncertainty *uncertainty);

#endif
