/* See uncertain.h. */
#include "cli/uncertain.h"

#include "cli/progress.h"

#define MOST_REPLICATES INT64_C(1000000000)

csi_status csi_uncertain_replicates(const csi_call *call, const csi_uncertainty *uncertainty, uint64_t *n)
{
    int64_t number = (int64_t)uncertainty->spec->n_replicates;
    const csi_status status = csi_call_integer(call, CSI_OPT_REPLICATES, 0, MOST_REPLICATES, &number);
    *n = (uint64_t)number;
    return status;
}

csi_status csi_uncertain_run(csi_call *call, const csi_run *run, csi_uncertainty **uncertainty)
{
    static _Atomic uint64_t done;
    uint64_t n = 0;
    int64_t asked = 1;
    csi_uncertainty *u = NULL;
    csi_status status;
    *uncertainty = NULL;
    CSI_TRY(csi_call_integer(call, CSI_OPT_REPLICATES, 0, MOST_REPLICATES, &asked));
    if (asked == 0) {
        return CSI_OK;
    }
    CSI_TRY(csi_uncertainty_new(run, call->diag, &u));
    CSI_TRY(csi_uncertain_replicates(call, u, &n));
    atomic_store(&done, 0);
    csi_progress_stage("drawing the ensemble", &done, n);
    CSI_TRY(csi_uncertainty_run(u, run, 0, n, &done, call->diag));
    CSI_TRY(csi_uncertainty_finish(u, run, call->diag));
    *uncertainty = u;
    u = NULL;
out:
    csi_uncertainty_free(u);
    return status;
}
