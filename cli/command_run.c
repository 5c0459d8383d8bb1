/* csindex run [PROJECT] -o DIR: the whole walk, from files to published results. */
#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/schedule.h"
#include "cli/uncertain.h"
#include "cli/view.h"

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
    const size_t n_observations = count_records(run->raw);
    const size_t n_scored = year != CSI_NONE ? run->n_ranked[root * n_years + year] : 0;
    const int latest = year != CSI_NONE ? run->project->first_year + (int)year : run->project->last_year;
    const csi_fact facts[] = {
        {"index", 0, run->project->id},
        {"observations", (double)n_observations, NULL},
        {"countries", (double)run->raw->countries.n, NULL},
        {"scored", (double)n_scored, NULL},
        {"year", latest, NULL},
        {"seconds", seconds, NULL},
        {"directory", 0, directory},
    };
    csi_say_facts(0, "done", facts, sizeof facts / sizeof *facts,
                  "%s: %zu observations, %zu countries, %d to %d; %zu scored in %d; %u ms; written to %s/",
                  run->project->name, n_observations, run->raw->countries.n, run->project->first_year,
                  run->project->last_year, n_scored, latest, (unsigned)(seconds * 1000), directory);
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_project *project = NULL;
    csi_run *result = NULL;
    csi_uncertainty *uncertainty = NULL;
    csi_schedule schedule;
    bool is_current = false;
    CSI_TRY(csi_schedule_begin(call, &schedule));
    CSI_TRY(csi_project_open(call, call->n_arguments > 0 ? call->argument[0] : NULL, &project));
    CSI_TRY(csi_schedule_check(call, &schedule, project, &is_current));
    if (is_current) {
        goto out;
    }
    csi_progress_stage("computing", NULL, 0);
    CSI_TRY(csi_run_compute(project, call->diag, &result));
    csi_run_tell_gaps(result, call->diag);
    CSI_TRY(csi_uncertain_run(call, result, &uncertainty));
    csi_progress_stage("writing", NULL, 0);
    CSI_TRY(csi_schedule_publish(call, &schedule, result, uncertainty == NULL ? NULL : &uncertainty->intervals));
    csi_progress_end();
    report(result, schedule.written, csi_schedule_seconds(&schedule));
out:
    status = csi_schedule_end(call, &schedule, result, status);
    csi_uncertainty_free(uncertainty);
    csi_run_free(result);
    csi_project_free(project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_OUTPUT_DIR, CSI_OPT_THREADS,   CSI_OPT_SEED,
                                  CSI_OPT_REPLICATES, CSI_OPTS_SCHEDULE, CSI_OPT_END};

const csi_command csi_command_run = {
    .name = "run",
    .arguments = "[PROJECT]",
    .max_arguments = 1,
    .summary = "compute an index and write its files",
    .text = "Reads the project, a directory with an index.yaml or such a file itself, computes every score, and writes "
            "scores, contributions, the state of every cell, a ranking for people, the codebook, the method in words, "
            "datapackage.json and, last, manifest.json with the SHA-256 of every input and output. Without PROJECT it "
            "takes the current directory where that holds an index.yaml, else the default index; with - it takes that too, and "
            "its data from standard input in place of the files that it names (an entry `file: \"-\"` says how to read "
            "them).\n\n"
            "Every score and rank carries its 90 % interval: the computation is repeated with every doubtful choice drawn "
            "anew, as the section `ensemble` of index.yaml says (weights, goalposts, methods and the sources' standard "
            "errors by default). uncertainty.csv.gz tells doubt about the data from doubt about the method, "
            "rank_distribution.csv.gz and rank_pairs.csv.gz how surely a country stands where it does, rank_shifts.csv "
            "which choice moves the ranks.\n\n"
            "The files are switched into place together when all are complete; when anything fails, the previous "
            "results stay as they were. The same inputs give the same bytes, whatever the number of threads, the locale "
            "or the directory.\n\n"
            "One run at a time writes to a directory; a second one ends with 75 at once. New results are compared with "
            "those that they would replace: where countries, years or indicators have vanished, or a limit given with "
            "--max-rank-change, --max-revised or --max-coverage-drop is passed, they are laid aside in `held`, with "
            "gate.csv telling why, and the run ends with 1.",
    .examples = "csindex run -o out # the default index\n"
                "csindex run my-index -o results\n"
                "duckdb -csv big.db < reduce.sql | csindex run - # rows country,period,indicator,n,mean,m2\n"
                "csindex run my-index --vintage-dir vintages --keep 24 --if-changed --max-rank-change 20 # by cron\n",
    .options = options,
    .run = run,
};
