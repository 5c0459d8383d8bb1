/* csindex notebook [RESULTS]: the notebooks, beside the results that they read. */
#include "cli/command.h"
#include "cli/messages.h"
#include "index/lock.h"
#include "notebooks-export/export.h"

static csi_status run(csi_call *call)
{
    const char *const results = call->n_arguments > 0 ? call->argument[0] : "out";
    const csi_exporter *const notebooks = csi_exporter_find("notebooks");
    csi_lock *lock = NULL;
    csi_release *release = NULL;
    csi_status status;
    CSI_TRY(csi_lock_take(results, call->diag, &lock));
    csi_directory_sweep(results);
    CSI_TRY(csi_release_read(results, call->diag, &release));
    CSI_TRY(notebooks->write(release, results, call->diag));
    csi_say(0, "exported", "%s: %s", results, notebooks->files);
out:
    csi_release_free(release);
    csi_lock_release(lock);
    return status;
}

static const csi_opt options[] = {CSI_OPT_END};

const csi_command csi_command_notebook = {
    .name = "notebook",
    .arguments = "[RESULTS]",
    .min_arguments = 0,
    .max_arguments = 1,
    .summary = "write notebooks that open the results and compute them again",
    .text = "Writes a Jupyter notebook for Python, one for R, and a Quarto document into RESULTS (default: out), beside "
            "the files that they read. Each checks the files against their manifest, draws the ranking with its "
            "intervals, tells one country's story, rebuilds every score from its contributions, lets you weigh the parts "
            "yourself, and computes the whole index again from the raw values, independently of this program.",
    .examples = "csindex notebook out && jupyter lab out/notebook_python.ipynb\n",
    .options = options,
    .run = run,
};
