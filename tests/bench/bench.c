/* csindex-bench: what a replicate costs. The reference job (195 units, 60 indicators, 60 -> 9 -> 3 -> 1, all 72 weights,
 * three normalisations, arithmetic or geometric means at every level) on the panel that the numpy program of the oracle
 * uses, read from the folder given. Prints one JSON object a line.
 *
 * With --parts it tells where a replicate's time goes instead, on that job or on a project's own ensemble: each part of a
 * batch is timed several times and the least kept, so that a busy machine does not show.
 *
 * usage: csindex-bench FOLDER [REPLICATES] [RUNS] [JOBS WHOSE NAME HOLDS]
 *        csindex-bench --parts FOLDER|PROJECT [REPLICATES]
 *        csindex-bench --scaling [SECONDS A CASE]   (tests/bench/scaling.c) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "index/run.h"
#include "metrics/ensemble.h"
#include "metrics/ensemble_batch.h"
#include "metrics/ensemble_count.h"
#include "metrics/ensemble_model.h"
#include "metrics/ensemble_rank.h"
#include "tests/bench/scaling.h"
#include "tests/support/coin.h"

#define COMMON                                                                                                      \
    "freeze: [goalposts, errors, imputation], weights: {spread: 0.25},"                                             \
    " normalisation: {alternatives: [{method: zscore, mean: 100, sd: 10}, {method: rank}]},"                          \
    " aggregation: {alternatives: [{method: geometric}]}"

static double read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const coin *c, const csi_ensemble *ensemble, const char *what, const size_t *node, size_t n_nodes,
                    uint64_t replicates, size_t n_threads, size_t runs)
{
    const csi_ensemble_options options = {.n_replicates = replicates, .n_threads = n_threads, .node = node,
                                          .n_nodes = n_nodes};
    double *seconds = calloc(runs, sizeof *seconds), processor = 1e9;
    for (size_t i = 0; i < runs; i++) {
        csi_tallies *tally = NULL;
        if (csi_ensemble_tally_new(ensemble, &options, &tally) != CSI_OK) {
            exit(1);
        }
        const double start = now(), used = read_clock(CLOCK_PROCESS_CPUTIME_ID);
        if (csi_ensemble_run(ensemble, &options, c->diag, tally) != CSI_OK) {
            exit(1);
        }
        seconds[i] = now() - start;
        processor = fmin(processor, read_clock(CLOCK_PROCESS_CPUTIME_ID) - used);
        csi_tallies_free(tally);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(seconds, runs, sizeof *seconds, by_value);
    printf("{\"program\": \"csindex\", \"job\": \"%s\", \"replicates\": %llu, \"threads\": %zu, \"runs\": %zu, "
           "\"us_per_replicate\": %.3f, \"least\": %.3f, \"most\": %.3f, \"processor_us\": %.3f, "
           "\"maxrss_mb\": %ld}\n",
           what, (unsigned long long)replicates, n_threads, runs, seconds[runs / 2] / (double)replicates * 1e6,
           seconds[0] / (double)replicates * 1e6, seconds[runs - 1] / (double)replicates * 1e6,
           processor / (double)replicates * 1e6, usage.ru_maxrss / 1024);
    fflush(stdout);
    free(seconds);
}

/* The panel's last year alone, as numpy's program takes it. */
static table last_year(table data)
{
    const size_t time = table_column(&data, "Time");
    size_t n = 1;
    for (size_t row = 1; row < data.n_rows; row++) {
        if (strcmp(data.cell[row][time], "2024") == 0) {
            data.cell[n++] = data.cell[row];
        }
    }
    data.n_rows = n;
    return data;
}

/* What the reference job is made of; kept until the end of the program. */
typedef struct job {
    coin c;
    csi_ensemble *ensemble;
} job;

static void fail(csi_diag *diag)
{
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    for (size_t i = 0; i < n; i++) {
        fprintf(stderr, "%s\n", message[i].text);
    }
    exit(1);
}

static job open_job(const char *folder, const char *steps, const char *section)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/synth_meta.csv", folder);
    const table meta = table_read(path);
    snprintf(path, sizeof path, "%s/synth_panel.csv", folder);
    const table data = last_year(table_read(path));
    job j = {.c = coin_read(&meta, &data)};
    const csi_setting *settings = NULL;
    csi_ensemble_spec *spec = NULL;
    const char *why = NULL;
    coin *c = &j.c;
    if (coin_run(c, steps) != CSI_OK ||
        csi_settings_parse(c->arena, "bench", section, strlen(section), c->diag, &settings) != CSI_OK ||
        csi_ensemble_read(c->arena, c->framework, c->recipe, settings, 1, c->diag, &spec) != CSI_OK ||
        csi_ensemble_new(spec, c->recipe, &c->context, c->raw, c->diag, &j.ensemble) != CSI_OK) {
        fail(c->diag);
    }
    if (!csi_ensemble_is_fast(j.ensemble, &why)) {
        fprintf(stderr, "some replicates walk the pipeline: %s\n", why);
        exit(1);
    }
    return j;
}

/* The jobs of one kind whose name holds `only`. */
static void bench(const char *folder, const char *steps, const char *what, uint64_t replicates, size_t runs, const char *only)
{
    static const char *const kinds[] = {"all 13 nodes", "index only"};
    job j = {.ensemble = NULL};
    for (size_t i = 0; i < 4; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s, %s", what, kinds[i % 2]);
        if (strstr(name, only) == NULL) {
            continue;
        }
        if (j.ensemble == NULL) {
            j = open_job(folder, steps, "{" COMMON "}");
        }
        const size_t root = j.c.framework->n_nodes - 1;
        measure(&j.c, j.ensemble, name, i % 2 == 0 ? NULL : &root, i % 2, replicates, 1 + i / 2, runs);
    }
    csi_ensemble_free(j.ensemble);
}

enum { DRAW, COMPUTE, RANK, TALLY, N_PARTS };
#define REPEATS 7

/* Adds the least of the times that each part of one batch took. */
typedef struct batch {
    const csi_ensemble *e;
    csi_replicate *replicate[CSI_ABREAST];
    csi_batch *scorer;
    csi_ranker *ranker;
    csi_tallies *tally;
    csi_counts *counts;
    double *scratch, *score;
    float *kept;
} batch;

static void *room(size_t n, size_t size)
{
    void *p = calloc(n + 64, size);
    if (p == NULL) {
        exit(71);
    }
    return p;
}

/* Draws replicates from *next on until there are as many as are scored together, all of the rules and the branch of the first,
 * as they mostly are in a run. Returns how many. */
static size_t draw_batch(batch *b, uint64_t *next, double *part)
{
    double least = 1e9;
    size_t n = 0;
    for (size_t i = 0; i < 64 * CSI_ABREAST && n < CSI_ABREAST; i++) {
        csi_draw_plan plan = {.sobol = NULL};
        for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
            plan.key[factor] = *next;
        }
        (*next)++;
        const double start = now();
        csi_replicate_draw(b->e, &plan, b->scratch, b->replicate[n]);
        const double took = now() - start;
        least = took < least ? took : least;
        n += b->replicate[0]->is_slow == b->replicate[n]->is_slow && b->replicate[0]->rules == b->replicate[n]->rules &&
             b->replicate[0]->branch->fixed == b->replicate[n]->branch->fixed;
    }
    part[DRAW] += least * (double)n;
    return n;
}

static void keep_least(double from, double *least)
{
    const double took = now() - from;
    *least = took < *least ? took : *least;
}

static void time_year(batch *b, size_t n, size_t year, double *part)
{
    const csi_ensemble *e = b->e;
    const size_t n_aggregates = e->n_nodes - e->n_indicators, *order = csi_batch_order(b->scorer);
    csi_batch_begin(b->scorer, (const csi_replicate *const *)b->replicate, NULL, n, b->kept, year);
    for (size_t i = 0; i < n_aggregates; i++) {
        const size_t k = order[i] - e->n_indicators, n_lanes = e->n_lanes[year * n_aggregates + k];
        double compute = 1e9, ranking = 1e9, tally = 1e9;
        uint16_t *bin, *rank;
        for (size_t repeat = 0; repeat < REPEATS; repeat++) {
            double start = now();
            csi_batch_node(b->scorer, order[i], b->score, NULL, NULL);
            keep_least(start, &compute);
            start = now();
            csi_counts_room(b->counts, k, &bin, &rank);
            csi_ranker_take(b->ranker, b->score, 0, n_lanes, bin);
            csi_ranker_rank(b->ranker, b->score, n_lanes, rank);
            keep_least(start, &ranking);
            start = now();
            csi_counts_digest(b->counts, k, b->score, 0, n_lanes);
            csi_counts_add(b->counts, k, n, n_lanes);
            keep_least(start, &tally);
        }
        part[COMPUTE] += compute;
        part[RANK] += ranking;
        part[TALLY] += tally;
    }
}

/* Microseconds a replicate of each part, one thread, counters in the near cache. */
static void time_parts(const csi_ensemble *e, csi_diag *diag, uint64_t replicates)
{
    static const char *const name[N_PARTS] = {"draw", "compute", "rank", "tally"};
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    const csi_ensemble_options options = {.n_replicates = replicates};
    batch b = {.e = e};
    double part[N_PARTS] = {0.0};
    b.scratch = room(csi_draw_room(e), sizeof(double));
    b.kept = room(csi_kept_room(e), sizeof(float));
    b.score = room(e->stride * CSI_ABREAST, sizeof(double));
    bool *is_wanted = room(n_aggregates, sizeof(bool));
    memset(is_wanted, 1, n_aggregates);
    bool is_made = csi_batch_new(e, is_wanted, &b.scorer) == CSI_OK && csi_ranker_new(e->n_countries, e->low, e->high, &b.ranker) == CSI_OK &&
                   csi_ensemble_tally_new(e, &options, &b.tally) == CSI_OK &&
                   csi_counts_new(b.tally, e->stride, &b.counts) == CSI_OK;
    for (size_t i = 0; i < CSI_ABREAST; i++) {
        is_made = is_made && csi_replicate_new(e, &b.replicate[i]) == CSI_OK;
    }
    if (!is_made) {
        fail(diag);
    }
    uint64_t n = 0, next = 0;
    while (n < replicates) {
        uint64_t key[CSI_ABREAST];
        const size_t taken = draw_batch(&b, &next, part);
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            key[r] = b.replicate[r < taken ? r : 0]->error_key;
        }
        csi_kept_errors(e, key, b.kept);
        for (size_t year = 0; year < e->n_years; year++) {
            time_year(&b, taken, year, part);
        }
        n += taken;
    }
    const double n_columns = (double)n * (double)(n_aggregates * e->n_years);
    double all = 0.0;
    for (size_t i = 0; i < N_PARTS; i++) {
        all += part[i];
        printf("{\"part\": \"%s\", \"us_per_replicate\": %.3f, \"us_per_column\": %.4f}\n", name[i],
               part[i] / (double)n * 1e6, part[i] / n_columns * 1e6);
    }
    printf("{\"part\": \"all\", \"us_per_replicate\": %.3f, \"us_per_column\": %.4f}\n", all / (double)n * 1e6,
           all / n_columns * 1e6);
}

static void time_project(const char *path, uint64_t replicates)
{
    csi_diag *diag = csi_diag_new(0);
    csi_project *project = NULL;
    csi_run *run = NULL;
    csi_ensemble *ensemble = NULL;
    csi_ensemble_spec *spec = NULL;
    if (diag == NULL || csi_project_read(path, diag, &project) != CSI_OK || csi_run_compute(project, diag, &run) != CSI_OK ||
        csi_ensemble_read(project->arena, project->framework, project->recipe, NULL, 1, diag, &spec) != CSI_OK ||
        csi_ensemble_new(spec, project->recipe, &run->context, run->raw->panel, diag, &ensemble) != CSI_OK) {
        fail(diag);
    }
    time_parts(ensemble, diag, replicates);
}

#define GAPS_KEPT "- normalise: {method: minmax, goalposts: panel, clip: false}\n- aggregate: arithmetic\n"
#define GAPS_FILLED "- impute: {method: cohort, statistic: median}\n" GAPS_KEPT

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--scaling") == 0) {
        const double seconds = argc > 2 ? strtod(argv[2], NULL) : 1.0;
        return csi_bench_scaling(seconds > 0.0 ? seconds : 1.0);
    }
    const bool tells_parts = argc > 2 && strcmp(argv[1], "--parts") == 0;
    if (argc < 2 || (argc == 2 && argv[1][0] == '-')) {
        fprintf(stderr, "usage: csindex-bench FOLDER [REPLICATES] [RUNS] [JOBS WHOSE NAME HOLDS]\n"
                        "       csindex-bench --parts FOLDER|PROJECT [REPLICATES]\n"
                        "       csindex-bench --scaling [SECONDS]\n");
        return 64;
    }
    if (tells_parts) {
        const uint64_t replicates = argc > 3 ? (uint64_t)atoll(argv[3]) : 64;
        char path[4096];
        snprintf(path, sizeof path, "%s/synth_meta.csv", argv[2]);
        FILE *file = fopen(path, "r");
        if (file == NULL) {
            time_project(argv[2], replicates);
        } else {
            fclose(file);
            const job j = open_job(argv[2], GAPS_KEPT, "{" COMMON "}");
            time_parts(j.ensemble, j.c.diag, replicates);
        }
        return 0;
    }
    const uint64_t replicates = argc > 2 ? (uint64_t)atoll(argv[2]) : 10000;
    const size_t runs = argc > 3 ? (size_t)atoll(argv[3]) : 5;
    const char *only = argc > 4 ? argv[4] : "";
    bench(argv[1], GAPS_KEPT, "gaps kept", replicates, runs, only);
    bench(argv[1], GAPS_FILLED, "gaps filled", replicates, runs, only);
    return 0;
}
