/* Scaling: the reference job's kind of index (every weight +-25 %, three normalisations, arithmetic or geometric means at
 * every level, exact ranks, 5 % of the cells missing) over panels of any size. Values are drawn by the project's own
 * generator, so that every machine measures the same data. Each case runs in a process of its own, whose peak memory is
 * then its own, and its replicates are as many as fit into the time asked for, least of three blocks: a time a replicate
 * is what is told, and a busy machine disturbs the least of them least, and the processor's time less than the clock's. */
#include "tests/bench/scaling.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "metrics/ensemble.h"
#include "metrics/rng.h"
#include "tests/support/coin.h"

#define STEPS "- normalise: {method: minmax, goalposts: panel, clip: false}\n- aggregate: arithmetic\n"
#define SECTION                                                                                                     \
    "{freeze: [goalposts, errors, imputation], weights: {spread: 0.25},"                                            \
    " normalisation: {alternatives: [{method: zscore, mean: 100, sd: 10}, {method: rank}]},"                        \
    " aggregation: {alternatives: [{method: geometric}]}}"
#define MISSING_SHARE 0.05
#define VALUES_SEED 20181112
#define BLOCKS 3
#define TRIAL 128 /* replicates */

typedef struct scale_case {
    size_t n_countries, n_indicators, n_threads;
    uint64_t n_replicates; /* 0: as many as fit into the time */
    bool is_index_only;
} scale_case;

typedef struct outcome {
    size_t n_nodes;
    uint64_t n_replicates;
    double us_per_replicate, processor_us; /* the second of all threads together */
    long maxrss_kb;
} outcome;

static double read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static csi_node node_of(const char *code, int level)
{
    return (csi_node){.code = code, .name = "", .unit = "", .measure = "", .kind = "", .level = level, .direction = 1,
                      .weight = 1, .goal_low = NAN, .goal_high = NAN, .target = NAN, .max_carry = -1, .valid_from = INT_MIN,
                      .line = 1};
}

/* 60 indicators are 9, 3 and 1 nodes; others in proportion. */
static void make_framework(coin *c, size_t n_indicators)
{
    size_t width[4] = {n_indicators, (n_indicators * 9 + 59) / 60, (n_indicators * 3 + 59) / 60, 1}, n = 0;
    const size_t n_all = width[0] + width[1] + width[2] + 1;
    csi_node *node = calloc(n_all, sizeof *node);
    const char **parent = calloc(n_all, sizeof *parent);
    for (size_t level = 0; level < 4; level++) {
        for (size_t i = 0; i < width[level]; i++, n++) {
            node[n] = node_of(csi_arena_format(c->arena, "n%zu_%zu", level, i), (int)level + 1);
            parent[n] = level == 3 ? NULL
                                   : csi_arena_format(c->arena, "n%zu_%zu", level + 1, i * width[level + 1] / width[level]);
        }
    }
    cr_assert(csi_framework_build(c->arena, "scaling", node, parent, n_all, c->diag, &c->framework) == CSI_OK);
    free(node);
    free(parent);
}

/* Log-normal values, a tenth of a country's own level in each, and gaps. */
static void make_panel(coin *c, size_t n_countries, size_t n_indicators)
{
    c->countries.n = n_countries;
    c->countries.country = calloc(n_countries, sizeof *c->countries.country);
    c->countries.grouping = calloc(1, sizeof *c->countries.grouping);
    for (size_t i = 0; i < n_countries; i++) {
        const char *code = csi_arena_format(c->arena, "U%05zu", i);
        c->countries.country[i] = (csi_country){.iso3 = code, .name = code, .group = calloc(1, sizeof(char *))};
    }
    cr_assert(csi_panel_new(n_indicators, 2024, 1, n_countries, false, &c->raw) == CSI_OK);
    const csi_stream levels = {VALUES_SEED, 0, 1};
    for (size_t q = 0; q < n_indicators; q++) {
        const csi_stream values = {VALUES_SEED, q + 1, 1}, gaps = {VALUES_SEED, q + 1, 2};
        for (size_t i = 0; i < n_countries; i++) {
            const double own = csi_normal_quantile(csi_draw_uniform(&values, (uint32_t)i));
            const double level = csi_normal_quantile(csi_draw_uniform(&levels, (uint32_t)i));
            const bool is_gap = csi_draw_uniform(&gaps, (uint32_t)i) < MISSING_SHARE;
            csi_panel_set(c->raw, q, 0, i, is_gap ? (double)NAN : 50 * exp(0.3 * (0.7 * own + 0.7 * level)), CSI_CELL_OBSERVED);
        }
    }
}

static void fail(const csi_diag *diag)
{
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    for (size_t i = 0; i < n; i++) {
        fprintf(stderr, "%s\n", message[i].text);
    }
    _exit(1);
}

static double run_once(const coin *c, const csi_ensemble *ensemble, const scale_case *k, uint64_t first, uint64_t n,
                       csi_tallies *tally, double *processor)
{
    const size_t root = c->framework->n_nodes - 1;
    const csi_ensemble_options options = {.first_replicate = first, .n_replicates = n, .n_threads = k->n_threads,
                                          .node = k->is_index_only ? &root : NULL, .n_nodes = k->is_index_only ? 1 : 0};
    const double start = read_clock(CLOCK_MONOTONIC), used = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (csi_ensemble_run(ensemble, &options, c->diag, tally) != CSI_OK) {
        fail(c->diag);
    }
    *processor = fmin(*processor, read_clock(CLOCK_PROCESS_CPUTIME_ID) - used);
    return read_clock(CLOCK_MONOTONIC) - start;
}

static outcome measure(const scale_case *k, double seconds)
{
    coin c = {.arena = csi_arena_new(), .diag = csi_diag_new(0)};
    const csi_setting *settings = NULL;
    csi_ensemble_spec *spec = NULL;
    csi_ensemble *ensemble = NULL;
    csi_tallies *tally = NULL;
    make_framework(&c, k->n_indicators);
    make_panel(&c, k->n_countries, k->n_indicators);
    if (coin_run(&c, STEPS) != CSI_OK ||
        csi_settings_parse(c.arena, "scaling", SECTION, strlen(SECTION), c.diag, &settings) != CSI_OK ||
        csi_ensemble_read(c.arena, c.framework, c.recipe, settings, 1, c.diag, &spec) != CSI_OK ||
        csi_ensemble_new(spec, c.recipe, &c.context, c.raw, c.diag, &ensemble) != CSI_OK) {
        fail(c.diag);
    }
    const size_t root = c.framework->n_nodes - 1;
    const csi_ensemble_options options = {.n_replicates = 1, .node = k->is_index_only ? &root : NULL,
                                          .n_nodes = k->is_index_only ? 1 : 0};
    if (csi_ensemble_tally_new(ensemble, &options, &tally) != CSI_OK) {
        fail(c.diag);
    }
    const size_t n_blocks = k->n_replicates == 0 ? BLOCKS : 1;
    uint64_t n = k->n_replicates, done = TRIAL;
    double least = INFINITY, processor = INFINITY;
    const double trial = run_once(&c, ensemble, k, 0, TRIAL, tally, &processor);
    if (k->n_replicates == 0) {
        n = (uint64_t)(TRIAL * seconds / BLOCKS / trial) / TRIAL * TRIAL;
        n = n < TRIAL ? TRIAL : n;
    }
    processor = INFINITY;
    for (size_t block = 0; block < n_blocks; block++, done += n) {
        least = fmin(least, run_once(&c, ensemble, k, done, n, tally, &processor));
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (outcome){c.framework->n_nodes, n * n_blocks, least / (double)n * 1e6, processor / (double)n * 1e6,
                     usage.ru_maxrss};
}

static bool run_case(const scale_case *k, double seconds, outcome *found)
{
    int end[2], status = 0;
    if (pipe(end) != 0) {
        return false;
    }
    const pid_t child = fork();
    if (child == 0) {
        const outcome own = measure(k, seconds);
        _exit(write(end[1], &own, sizeof own) == (ssize_t)sizeof own ? 0 : 1);
    }
    close(end[1]);
    const bool is_read = read(end[0], found, sizeof *found) == (ssize_t)sizeof *found;
    close(end[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 && is_read;
}

/* One thing varies at a time about the reference job. */
static const scale_case cases[] = {
    {50, 60, 1, 0, false},    {195, 60, 1, 0, false},   {500, 60, 1, 0, false},   {1000, 60, 1, 0, false},
    {2000, 60, 1, 0, false},  {5000, 60, 1, 0, false},  {195, 10, 1, 0, false},   {195, 30, 1, 0, false},
    {195, 100, 1, 0, false},  {195, 250, 1, 0, false},  {195, 500, 1, 0, false},  {195, 60, 2, 0, false},
    {5000, 60, 2, 0, false},  {195, 60, 1, 1000, true}, {195, 60, 1, 10000, true}, {195, 60, 1, 100000, true},
    {195, 60, 2, 1000000, true},
};
enum { N_CASES = sizeof cases / sizeof *cases };

int csi_bench_scaling(double seconds)
{
    outcome found[N_CASES];
    for (size_t i = 0; i < N_CASES; i++) {
        const scale_case *k = &cases[i];
        if (!run_case(k, seconds, &found[i])) {
            return 1;
        }
        printf("{\"program\": \"csindex\", \"countries\": %zu, \"indicators\": %zu, \"nodes\": %zu, \"index_only\": %s, "
               "\"threads\": %zu, \"replicates\": %llu, \"us_per_replicate\": %.3f, \"processor_us\": %.3f, \"maxrss_mb\": %.1f}\n",
               k->n_countries, k->n_indicators, found[i].n_nodes, k->is_index_only ? "true" : "false", k->n_threads,
               (unsigned long long)found[i].n_replicates, found[i].us_per_replicate, found[i].processor_us,
               (double)found[i].maxrss_kb / 1024);
        fflush(stdout);
    }
    printf("\n| countries | indicators | nodes scored | threads | replicates | us a replicate | processor us | ns a cell | peak MB |\n"
           "|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < N_CASES; i++) {
        const scale_case *k = &cases[i];
        const size_t n_scored = k->is_index_only ? 1 : found[i].n_nodes - k->n_indicators;
        printf("| %zu | %zu | %zu | %zu | %llu | %.1f | %.1f | %.2f | %.0f |\n", k->n_countries, k->n_indicators, n_scored,
               k->n_threads, (unsigned long long)found[i].n_replicates, found[i].us_per_replicate, found[i].processor_us,
               found[i].processor_us * 1e3 / (double)(k->n_countries * k->n_indicators),
               (double)found[i].maxrss_kb / 1024);
    }
    return 0;
}
