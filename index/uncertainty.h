/* Uncertainty of a run: the ensemble of its project, run and turned into what is published beside the scores. */
#ifndef CSI_INDEX_UNCERTAINTY_H
#define CSI_INDEX_UNCERTAINTY_H

#include <stdatomic.h>

#include "index/publish.h"
#include "metrics/ensemble.h"

/* Which replicates of how many. */
typedef struct csi_part_range {
    uint64_t first, n, total;
} csi_part_range;

typedef struct csi_uncertainty {
    csi_ensemble_spec *spec; /* lives in the project's arena */
    csi_ensemble *ensemble;
    csi_tallies *tally;      /* of all aggregates, in the order of the framework */
    csi_tallies *kind[2];    /* the same of data alone and of method alone; NULL: not drawn apart, or not kept */
    csi_rank_moves *moves;   /* [CSI_N_SPLITS][year]; those of data, method and all once they are finished */
    bool keeps_kinds;        /* leave kind[] as tallies until csi_uncertainty_finish: for parts */
    csi_intervals intervals; /* what csi_publish takes */
} csi_uncertainty;

/* Reads the section `ensemble` of the project and prepares it for the run, which must outlive the result. */
CSI_MUST_USE csi_status csi_uncertainty_new(const csi_run *run, csi_diag *diag, csi_uncertainty **uncertainty);

/* Makes kind[] where the ensemble draws it apart. */
CSI_MUST_USE csi_status csi_uncertainty_open_kinds(csi_uncertainty *uncertainty, csi_diag *diag);

/* How many replicates csi_uncertainty_run will draw for the range, splits and all. */
uint64_t csi_uncertainty_count(const csi_uncertainty *uncertainty, const csi_part_range *range);

/* Draws the range of the whole ensemble and the replicates of the splits that belong to it into tallies that are empty yet.
 * `done` (NULL: not) counts them as they finish. */
CSI_MUST_USE csi_status csi_uncertainty_run(csi_uncertainty *uncertainty, const csi_run *run, const csi_part_range *range,
                                            _Atomic uint64_t *done, csi_diag *diag);

/* Fills the intervals from the tallies. */
CSI_MUST_USE csi_status csi_uncertainty_finish(csi_uncertainty *uncertainty, const csi_run *run, csi_diag *diag);
void csi_uncertainty_free(csi_uncertainty *uncertainty);

#endif
