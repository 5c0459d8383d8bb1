/* See uncertain.h. */
#include "cli/uncertain.h"

#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "core/number.h"

#define MOST_REPLICATES INT64_C(1000000000)

/* --replicates, else CSINDEX_REPLICATES (so that a schedule or a test suite can say it once), else what `number` holds. */
static csi_status read_replicates(const csi_call *call, int64_t *number)
{
    const char *text = getenv("CSINDEX_REPLICATES");
    if (text != NULL && text[0] != '\0' && !csi_call_has(call, CSI_OPT_REPLICATES) &&
        (csi_number_read_integer(text, strlen(text), number) != CSI_NUMBER_OK || *number < 0 ||
         *number > MOST_REPLICATES)) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "CSINDEX_REPLICATES: \"%s\" is no number of replicates", text);
    }
    return csi_call_integer(call, CSI_OPT_REPLICATES, 0, MOST_REPLICATES, number);
}

csi_status csi_uncertain_replicates(const csi_call *call, const csi_uncertainty *uncertainty, uint64_t *n)
{
    int64_t number = (int64_t)uncertainty->spec->n_replicates;
    const csi_status status = read_replicates(call, &number);
    *n = (uint64_t)number;
    return status;
}

csi_status csi_uncertain_wanted(const csi_call *call, const csi_project *project, uint64_t *n)
{
    csi_ensemble_spec *spec = NULL;
    int64_t number = 0;
    csi_status status;
    CSI_TRY(csi_ensemble_read(project->arena, project->framework, project->recipe,
                              csi_setting_find(project->root, "ensemble"), project->seed, call->diag, &spec));
    number = (int64_t)spec->n_replicates;
    CSI_TRY(read_replicates(call, &number));
    *n = (uint64_t)number;
out:
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
    CSI_TRY(read_replicates(call, &asked));
    if (asked == 0) {
        return CSI_OK;
    }
    CSI_TRY(csi_uncertainty_new(run, call->diag, &u));
    CSI_TRY(csi_uncertain_replicates(call, u, &n));
    atomic_store(&done, 0);
    const csi_part_range all = {0, n, n};
    csi_progress_stage("drawing the ensemble", &done, csi_uncertainty_count(u, &all));
    CSI_TRY(csi_uncertainty_run(u, run, &all, &done, call->diag));
    CSI_TRY(csi_uncertainty_finish(u, run, call->diag));
    *uncertainty = u;
    u = NULL;
out:
    csi_uncertainty_free(u);
    return status;
}
