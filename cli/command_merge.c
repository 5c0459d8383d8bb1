/* csindex merge -p PROJECT -o DIR PART...: adds up the parts of an ensemble and publishes the index with them. */
#include <stdlib.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/uncertain.h"
#include "cli/view.h"
#include "index/part.h"

static csi_status add_parts(const csi_call *call, const csi_run *run, csi_uncertainty *uncertainty)
{
    csi_status status = CSI_OK;
    csi_part_range *range = calloc(call->n_arguments + 1, sizeof *range);
    if (range == NULL) {
        return csi_diag_no_memory(call->diag, "the parts");
    }
    CSI_TRY(csi_uncertainty_open_kinds(uncertainty, call->diag));
    for (size_t i = 0; i < call->n_arguments; i++) {
        CSI_TRY(csi_part_add(call->argument[i], run, uncertainty, call->diag, &range[i]));
    }
    CSI_TRY(csi_part_check_ranges(range, call->argument, call->n_arguments, call->diag));
out:
    free(range);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_project *project = NULL;
    csi_run *computed = NULL;
    csi_uncertainty *uncertainty = NULL;
    const char *directory = csi_call_text(call, CSI_OPT_OUTPUT_DIR);
    csi_status status;
    directory = directory != NULL ? directory : "out";
    CSI_TRY(csi_project_open(call, csi_call_text(call, CSI_OPT_PROJECT), &project));
    CSI_TRY(csi_run_compute(project, call->diag, &computed));
    csi_run_tell_gaps(computed, call->diag);
    CSI_TRY(csi_uncertainty_new(computed, call->diag, &uncertainty));
    csi_progress_stage("adding up", NULL, 0);
    CSI_TRY(add_parts(call, computed, uncertainty));
    CSI_TRY(csi_uncertainty_finish(uncertainty, computed, call->diag));
    CSI_TRY(csi_publish(computed, &uncertainty->intervals, directory, call->diag));
    csi_progress_end();
    csi_say(0, "done", "%zu parts, %llu replicates; written to %s/", call->n_arguments,
            (unsigned long long)uncertainty->tally->n_replicates, directory);
out:
    csi_uncertainty_free(uncertainty);
    csi_run_free(computed);
    csi_project_free(project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_PROJECT, CSI_OPT_OUTPUT_DIR, CSI_OPT_THREADS, CSI_OPT_SEED, CSI_OPT_END};

const csi_command csi_command_merge = {
    .name = "merge",
    .arguments = "PART...",
    .min_arguments = 1,
    .max_arguments = -1,
    .summary = "add up the parts of an ensemble and publish the index",
    .text = "Reads part files that `csindex ensemble` wrote, computes the index of the project they are of, and writes "
            "the files of `csindex run`, to the byte. Parts of another configuration, other data, another seed or "
            "another version are refused, and so are gaps and overlaps.",
    .examples = "csindex merge -p my-index -o out part-*\n",
    .options = options,
    .run = run,
};
