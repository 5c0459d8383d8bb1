/* How the sources' errors reach imputed cells: shares that are learnt once for each list of imputing steps, from jobs that
 * may run side by side, and turned into the columns of every branch. */
#ifndef CSI_METRICS_ENSEMBLE_NOISE_H
#define CSI_METRICS_ENSEMBLE_NOISE_H

#include "metrics/ensemble_model.h"

typedef struct csi_error_maps csi_error_maps;

/* The maps that the branches need, whose steps must be chosen; none where no errors are drawn. Borrows the ensemble. */
CSI_MUST_USE csi_status csi_error_maps_new(csi_ensemble *ensemble, csi_diag *diag, csi_error_maps **maps);
void csi_error_maps_free(csi_error_maps *maps);

/* Runs the steps of job 0..csi_error_maps_n_jobs - 1, from any thread; when all have ended the maps are gathered. */
size_t csi_error_maps_n_jobs(const csi_error_maps *maps);
CSI_MUST_USE csi_status csi_error_maps_run(csi_error_maps *maps, size_t job, csi_diag *diag);
void csi_error_maps_gather(csi_error_maps *maps);

/* Fills the errors of a branch whose pipeline gave `result`. */
CSI_MUST_USE csi_status csi_error_map(csi_ensemble *ensemble, csi_branch *branch, const csi_error_maps *maps,
                                      const csi_result *result, csi_diag *diag);

#endif
