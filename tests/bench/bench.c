/* csindex-bench: what a replicate costs. The reference job (195 units, 60 indicators, 60 -> 9 -> 3 -> 1, all 72 weights,
 * three normalisations, arithmetic or geometric means at every level) on the panel that the numpy program of the oracle
 * uses, read from the folder given. Prints one JSON object a line; tests/bench/run.sh lays numpy's beside them.
 *
 * usage: csindex-bench FOLDER [REPLICATES] [RUNS] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "metrics/ensemble.h"
#include "tests/support/coin.h"

#define COMMON                                                                                                      \
    "freeze: [goalposts, errors, imputation], weights: {spread: 0.25},"                                             \
    " normalisation: {alternatives: [{method: zscore, mean: 100, sd: 10}, {method: rank}]},"                          \
    " aggregation: {alternatives: [{method: geometric}]}"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
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
    double *seconds = calloc(runs, sizeof *seconds);
    for (size_t i = 0; i < runs; i++) {
        csi_tallies *tally = NULL;
        if (csi_ensemble_tally_new(ensemble, &options, &tally) != CSI_OK) {
            exit(1);
        }
        const double start = now();
        if (csi_ensemble_run(ensemble, &options, c->diag, tally) != CSI_OK) {
            exit(1);
        }
        seconds[i] = now() - start;
        csi_tallies_free(tally);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(seconds, runs, sizeof *seconds, by_value);
    printf("{\"program\": \"csindex\", \"job\": \"%s\", \"replicates\": %llu, \"threads\": %zu, \"runs\": %zu, "
           "\"us_per_replicate\": %.3f, \"least\": %.3f, \"most\": %.3f, \"maxrss_mb\": %ld}\n",
           what, (unsigned long long)replicates, n_threads, runs, seconds[runs / 2] / (double)replicates * 1e6,
           seconds[0] / (double)replicates * 1e6, seconds[runs - 1] / (double)replicates * 1e6, usage.ru_maxrss / 1024);
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

static void bench(const char *folder, const char *steps, const char *section, const char *what, uint64_t replicates,
                  size_t runs)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/synth_meta.csv", folder);
    const table meta = table_read(path);
    snprintf(path, sizeof path, "%s/synth_panel.csv", folder);
    const table data = last_year(table_read(path));
    coin c = coin_read(&meta, &data);
    const csi_setting *settings = NULL;
    csi_ensemble_spec *spec = NULL;
    csi_ensemble *ensemble = NULL;
    if (coin_run(&c, steps) != CSI_OK ||
        csi_settings_parse(c.arena, "bench", section, strlen(section), c.diag, &settings) != CSI_OK ||
        csi_ensemble_read(c.arena, c.framework, c.recipe, settings, 1, c.diag, &spec) != CSI_OK ||
        csi_ensemble_new(spec, c.recipe, &c.context, c.raw, c.diag, &ensemble) != CSI_OK) {
        size_t n;
        const csi_message *message = csi_diag_messages(c.diag, &n);
        for (size_t i = 0; i < n; i++) {
            fprintf(stderr, "%s\n", message[i].text);
        }
        exit(1);
    }
    const char *why = NULL;
    if (!csi_ensemble_is_fast(ensemble, &why)) {
        fprintf(stderr, "some replicates walk the pipeline: %s\n", why);
        exit(1);
    }
    const size_t root = c.framework->n_nodes - 1;
    char name[128];
    for (size_t threads = 1; threads <= 2; threads++) {
        snprintf(name, sizeof name, "%s, all 13 nodes", what);
        measure(&c, ensemble, name, NULL, 0, replicates, threads, runs);
        snprintf(name, sizeof name, "%s, index only", what);
        measure(&c, ensemble, name, &root, 1, replicates, threads, runs);
    }
    csi_ensemble_free(ensemble);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: csindex-bench FOLDER [REPLICATES] [RUNS]\n");
        return 64;
    }
    const uint64_t replicates = argc > 2 ? (uint64_t)atoll(argv[2]) : 10000;
    const size_t runs = argc > 3 ? (size_t)atoll(argv[3]) : 5;
    bench(argv[1], "- normalise: {method: minmax, goalposts: panel, clip: false}\n- aggregate: arithmetic\n",
          "{" COMMON "}", "gaps kept", replicates, runs);
    return 0;
}
