/* csindex ensemble [PROJECT] --shard K/M -o FILE: a part of the ensemble, to be added up by `csindex merge`. */
#include <stdlib.h>
#include <string.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/ranks.h"
#include "cli/uncertain.h"
#include "cli/view.h"
#include "core/number.h"
#include "core/outfile.h"
#include "index/part.h"

static csi_status read_shard(const csi_call *call, int64_t *k, int64_t *m)
{
    const char *text = csi_call_text(call, CSI_OPT_SHARD);
    *k = *m = 1;
    if (text == NULL) {
        return CSI_OK;
    }
    const char *slash = strchr(text, '/');
    if (slash == NULL || csi_number_read_integer(text, (size_t)(slash - text), k) != CSI_NUMBER_OK ||
        csi_number_read_integer(slash + 1, strlen(slash + 1), m) != CSI_NUMBER_OK || *k < 1 || *m < *k || *m > 1000000) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--shard: \"%s\" is not of the form K/M, 1 <= K <= M", text);
    }
    return CSI_OK;
}

/* Parts that differ by one replicate at most. */
static csi_part_range range_of(uint64_t total, uint64_t k, uint64_t m)
{
    const uint64_t first = (k - 1) * (total / m) + (k - 1 < total % m ? k - 1 : total % m);
    return (csi_part_range){first, total / m + (k - 1 < total % m), total};
}

static csi_status write(const csi_call *call, const char *path, const char *fingerprint, const csi_part_range *range,
                        const csi_uncertainty *uncertainty)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    csi_status status;
    if (directory == NULL) {
        return csi_diag_no_memory(call->diag, "a part");
    }
    CSI_TRY(csi_directory_make(directory, call->diag));
    CSI_TRY(csi_part_write(directory, slash == NULL ? path : slash + 1, fingerprint, range, uncertainty, call->diag));
out:
    free(directory);
    return status;
}

typedef struct shard {
    csi_project *project;
    csi_run *run;
    csi_uncertainty *uncertainty;
    csi_part_range range; /* of all processes together */
} shard;

/* This process's replicates of the shard. */
static csi_status draw(const csi_call *call, const csi_ranks *ranks, shard *s)
{
    static _Atomic uint64_t done;
    uint64_t total = 0;
    int64_t k = 1, m = 1;
    csi_status status;
    CSI_TRY(read_shard(call, &k, &m));
    CSI_TRY(csi_project_open(call, call->n_arguments > 0 ? call->argument[0] : NULL, &s->project));
    CSI_TRY(csi_run_compute(s->project, call->diag, &s->run));
    CSI_TRY(csi_uncertainty_new(s->run, call->diag, &s->uncertainty));
    CSI_TRY(csi_uncertain_replicates(call, s->uncertainty, &total));
    s->range = range_of(total, (uint64_t)k, (uint64_t)m);
    csi_part_range own = range_of(s->range.n, ranks->own + 1, ranks->n);
    own.first += s->range.first;
    own.total = total;
    atomic_store(&done, 0);
    csi_progress_stage("drawing the ensemble", &done, csi_uncertainty_count(s->uncertainty, &own));
    s->uncertainty->keeps_kinds = true;
    CSI_TRY(csi_uncertainty_run(s->uncertainty, s->run, &own, &done, call->diag));
    csi_progress_end();
out:
    return status;
}

static csi_status run(csi_call *call)
{
    shard s = {.project = NULL};
    csi_ranks ranks;
    const char *path = csi_call_text(call, CSI_OPT_PART_FILE);
    char fingerprint[CSI_DIGEST_HEX];
    csi_status status;
    path = path != NULL ? path : "ensemble.part";
    CSI_TRY(csi_ranks_join(call->diag, &ranks));
    CSI_TRY(csi_ranks_agree(&ranks, draw(call, &ranks, &s), call->diag));
    CSI_TRY(csi_ranks_gather(&ranks, s.uncertainty, call->diag));
    if (ranks.own == 0) {
        csi_part_fingerprint(s.run, s.uncertainty, s.range.total, fingerprint);
        CSI_TRY(write(call, path, fingerprint, &s.range, s.uncertainty));
        csi_say(0, "done", "replicates %llu to %llu of %llu; written to %s", (unsigned long long)s.range.first,
                (unsigned long long)(s.range.first + s.range.n), (unsigned long long)s.range.total, path);
    }
out:
    csi_ranks_leave();
    csi_uncertainty_free(s.uncertainty);
    csi_run_free(s.run);
    csi_project_free(s.project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_SHARD, CSI_OPT_PART_FILE, CSI_OPT_REPLICATES, CSI_OPT_THREADS, CSI_OPT_SEED,
                                  CSI_OPT_END};

const csi_command csi_command_ensemble = {
    .name = "ensemble",
    .arguments = "[PROJECT]",
    .max_arguments = 1,
    .summary = "draw a part of the ensemble, for many machines",
    .text = "Draws the replicates of one shard and writes their tallies to a part file. `csindex merge` adds the parts of "
            "all shards and publishes what `csindex run` would have: the same bytes, however the work was divided. Every "
            "shard needs the same program, project and data.\n\n"
            "Built with -DCSINDEX_MPI=ON and started by mpirun, the processes divide the shard among themselves and the "
            "first writes the part; when one fails, none is written.",
    .examples = "csindex ensemble my-index --shard $SLURM_ARRAY_TASK_ID/16 -o part-$SLURM_ARRAY_TASK_ID\n"
                "parallel csindex ensemble my-index --shard {}/8 -o part-{} ::: 1 2 3 4 5 6 7 8\n"
                "mpirun -n 64 csindex ensemble my-index --threads 1 -o part\n"
                "csindex merge -p my-index -o out part-*\n",
    .options = options,
    .run = run,
};
