/* csindex run [PROJECT] -o DIR: the whole walk, from files to published results. */
#include <time.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/view.h"

#define USUAL_OUTPUT "out"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t count_records(const csi_raw *raw)
{
    size_t n = 0;
    for (size_t i = 0; i < raw->n_sources; i++) {
        n += raw->source[i].n_observations;
    }
    return n;
}

static void report(const csi_run *run, const char *directory, double seconds)
{
    const size_t year = csi_run_latest_year(run);
    const size_t root = run->project->framework->n_nodes - 1;
    const size_t n_years = run->result->scores->n_years;
    csi_say(0, "done", "%s: %zu observations, %zu countries, %d to %d; %zu scored in %d; %u ms; written to %s/",
            run->project->name, count_records(run->raw), run->raw->countries.n, run->project->first_year,
            run->project->last_year, year != CSI_NONE ? run->n_ranked[root * n_years + year] : 0,
            year != CSI_NONE ? run->project->first_year + (int)year : run->project->last_year,
            (unsigned)(seconds * 1000), directory);
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_project *project = NULL;
    csi_run *result = NULL;
    const double start = now();
    const char *directory = csi_call_text(call, CSI_OPT_OUTPUT_DIR);
    directory = directory != NULL ? directory : USUAL_OUTPUT;
    CSI_TRY(csi_project_open(call, call->n_arguments > 0 ? call->argument[0] : NULL, &project));
    csi_progress_stage("computing", NULL, 0);
    CSI_TRY(csi_run_compute(project, call->diag, &result));
    csi_progress_stage("writing", NULL, 0);
    CSI_TRY(csi_publish(result, NULL, directory, call->diag));
    csi_progress_end();
    report(result, directory, now() - start);
out:
    csi_run_free(result);
    csi_project_free(project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_OUTPUT_DIR, CSI_OPT_THREADS, CSI_OPT_SEED, CSI_OPT_END};

const csi_command csi_command_run = {
    .name = "run",
    .arguments = "[PROJECT]",
    .max_arguments = 1,
    .summary = "compute an index and write its files",
    .text = "Reads the project, a directory with an index.yaml or such a file itself, computes every score, and writes "
            "scores, contributions, the state of every cell, a ranking for people, the codebook, the method in words, "
            "datapackage.json and, last, manifest.json with the SHA-256 of every input and output. Without PROJECT it "
            "takes the current directory where that holds an index.yaml, else the default index.\n\n"
            "The files are switched into place together when all are complete; when anything fails, the previous "
            "results stay as they were. The same inputs give the same bytes, whatever the number of threads, the locale "
            "or the directory.",
    .examples = "csindex run -o out # the default index\n"
                "csindex run my-index -o results\n",
    .options = options,
    .run = run,
};
