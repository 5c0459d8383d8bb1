/* See sensitivity_ensemble.h. The runs of the design are replicates whose factors take their draws from matrix A or B by
 * key, so that A with one factor from B needs no matrix at all. Low-dimensional factors take them from one scrambled Sobol
 * point a row, the errors of single cells from keyed draws. */
#include "metrics/sensitivity_ensemble.h"

#include <math.h>
#include <stdlib.h>

#include "core/workers.h"
#include "metrics/ensemble_model.h"

size_t csi_sensitivity_parts(const csi_ensemble_spec *spec, csi_part *part)
{
    csi_part group[2] = {{.name = "data"}, {.name = "method"}};
    size_t n = 0, n_members[2] = {0, 0};
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        if (spec->is_active[factor]) {
            const size_t g = csi_factor_is_data((csi_factor)factor) ? 0 : 1;
            part[n] = (csi_part){.name = csi_factor_name((csi_factor)factor)};
            part[n++].has[factor] = true;
            group[g].has[factor] = true;
            n_members[g]++;
        }
    }
    for (size_t g = 0; g < 2; g++) {
        if (n_members[g] > 1) {
            part[n++] = group[g];
        }
    }
    part[n++] = (csi_part){.name = "dummy"};
    return n;
}

/* The dummy's runs are those of A and B themselves. */
static size_t count_matrices(size_t n_parts, csi_estimator estimator)
{
    return 2 + (n_parts - 1) * (estimator == CSI_AZZINI ? 2 : 1);
}

uint64_t csi_sensitivity_runs(const csi_ensemble_spec *spec, const csi_sensitivity_options *options)
{
    csi_part part[CSI_MAX_PARTS];
    return (uint64_t)options->n_rows * count_matrices(csi_sensitivity_parts(spec, part), options->estimator);
}

typedef struct study {
    const csi_ensemble *e;
    const csi_sensitivity_options *options;
    csi_sensitivity_result *result;
    csi_sobol *sobol;
    size_t n_matrices;
    double *score;    /* [country][matrix][row] */
    uint16_t *rank;   /* likewise */
    double *shift;    /* [matrix][row] */
} study;

/* Matrix 0 is A, 1 is B, then A with each part from B, then B with each part from A. */
static const csi_draw_plan *plan(void *user, uint64_t replicate, csi_draw_plan *storage)
{
    const study *s = user;
    const size_t matrix = (size_t)(replicate / s->options->n_rows), n_mixed = s->result->n_parts - 1;
    const uint64_t row = replicate % s->options->n_rows;
    storage->sobol = s->sobol;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        bool is_b = matrix == 1;
        if (matrix >= 2) {
            const bool is_part = s->result->part[(matrix - 2) % n_mixed].has[factor];
            is_b = matrix < 2 + n_mixed ? is_part : !is_part;
        }
        storage->key[factor] = row | (is_b ? CSI_DRAW_OTHER : 0);
    }
    return storage;
}

static void keep(void *user, const csi_ensemble_block *block)
{
    study *s = user;
    const size_t n_rows = s->options->n_rows;
    for (size_t r = 0; r < block->n_replicates; r++) {
        const size_t run = (size_t)block->first_replicate + r;
        double moved = 0.0;
        size_t n = 0;
        for (size_t c = 0; c < block->n_countries; c++) {
            const size_t at = c * s->n_matrices * n_rows + run;
            const int nominal = s->options->rank[c], rank = block->rank[r * block->stride + c];
            s->score[at] = block->score[r * block->stride + c];
            s->rank[at] = (uint16_t)rank;
            if (nominal > 0 && rank > 0) {
                moved += abs(rank - nominal);
                n++;
            }
        }
        s->shift[run] = n > 0 ? moved / (double)n : (double)NAN;
    }
}

/* The output of all runs; a rank of 0 is no rank. */
static void gather(const study *s, size_t output, double *value)
{
    const size_t n = s->n_matrices * s->options->n_rows, country = output / 2;
    for (size_t i = 0; i < n; i++) {
        if (output + 1 == s->result->n_outputs) {
            value[i] = s->shift[i];
        } else if (output % 2 == 0) {
            value[i] = s->score[country * n + i];
        } else {
            value[i] = s->rank[country * n + i] > 0 ? s->rank[country * n + i] : (double)NAN;
        }
    }
}

/* The same from the first rows alone: prefixes of a Sobol sequence are designs too. */
static void estimate_growing(const study *s, size_t output, csi_design_output design)
{
    csi_sensitivity_result *r = s->result;
    for (size_t i = 0; i < r->n_sizes; i++) {
        const size_t at = (output * CSI_GROWING_SIZES + i) * r->n_parts;
        design.n_rows = r->size[i];
        (void)csi_sensitivity_indices(&design, s->options->estimator, r->size[i], r->growing_first + at,
                                      r->growing_total + at);
    }
}

static void choose_sizes(csi_sensitivity_result *r, size_t n_rows)
{
    r->n_sizes = 0;
    for (size_t i = CSI_GROWING_SIZES; i-- > 0;) {
        if (n_rows >> i >= CSI_GROWING_LEAST) {
            r->size[r->n_sizes++] = n_rows >> i;
        }
    }
}

static csi_status estimate(void *user, size_t output, size_t thread)
{
    study *s = user;
    const size_t n_rows = s->options->n_rows, n_parts = s->result->n_parts, n_mixed = n_parts - 1;
    const double *ab[CSI_MAX_PARTS], *ba[CSI_MAX_PARTS];
    double *value = malloc(s->n_matrices * n_rows * sizeof *value);
    (void)thread;
    if (value == NULL) {
        return CSI_ERR_MEMORY;
    }
    gather(s, output, value);
    for (size_t p = 0; p < n_mixed; p++) {
        ab[p] = value + (2 + p) * n_rows;
        ba[p] = value + (2 + n_mixed + p) * n_rows;
    }
    ab[n_mixed] = value;
    ba[n_mixed] = value + n_rows;
    const bool has_both = s->options->estimator == CSI_AZZINI;
    const csi_design_output design = {n_rows, n_parts, value, value + n_rows, ab, has_both ? ba : NULL};
    const csi_status status = csi_sensitivity_bootstrap(&design, s->options->estimator, s->options->n_bootstrap, 0.9,
                                                        s->e->spec->seed, s->result->first + output * n_parts,
                                                        s->result->total + output * n_parts, &s->result->state[output]);
    estimate_growing(s, output, design);
    free(value);
    if (s->options->done != NULL) {
        atomic_fetch_add(s->options->done, 1);
    }
    return status;
}

static void count_done(void *user, uint64_t done, uint64_t all)
{
    (void)all;
    atomic_store((_Atomic uint64_t *)user, done);
}

static csi_status run_design(study *s, csi_diag *diag)
{
    const size_t root = s->e->n_nodes - 1;
    const csi_ensemble_options options = {
        .n_replicates = (uint64_t)s->n_matrices * s->options->n_rows, .n_threads = s->options->n_threads, .node = &root,
        .n_nodes = 1, .only_year = &s->options->year, .plan = plan, .plan_user = s, .sink = keep, .sink_user = s,
        .progress = s->options->done == NULL ? NULL : count_done, .progress_user = s->options->done,
    };
    return csi_ensemble_run(s->e, &options, diag, NULL);
}

static csi_status make_sobol(study *s)
{
    const size_t n = csi_ensemble_dimensions(s->e);
    const size_t most = CSI_SOBOL_MAX_DIMENSIONS / 2;
    return s->options->is_random || n == 0 ? CSI_OK
                                           : csi_sobol_new(2 * (n < most ? n : most), s->e->spec->seed, &s->sobol);
}

csi_status csi_ensemble_sensitivity(const csi_ensemble *ensemble, const csi_sensitivity_options *options, csi_diag *diag,
                                    csi_sensitivity_result **result)
{
    study s = {.e = ensemble, .options = options};
    csi_sensitivity_result *r = calloc(1, sizeof *r);
    csi_status status = CSI_ERR_MEMORY;
    *result = NULL;
    if (r == NULL) {
        goto out;
    }
    s.result = r;
    r->n_parts = csi_sensitivity_parts(ensemble->spec, r->part);
    r->n_outputs = 2 * ensemble->n_countries + 1;
    s.n_matrices = count_matrices(r->n_parts, options->estimator);
    const size_t n_runs = s.n_matrices * options->n_rows;
    r->first = calloc(r->n_outputs * r->n_parts, sizeof *r->first);
    r->total = calloc(r->n_outputs * r->n_parts, sizeof *r->total);
    r->state = calloc(r->n_outputs, sizeof *r->state);
    r->growing_first = calloc(r->n_outputs * CSI_GROWING_SIZES * r->n_parts, sizeof *r->growing_first);
    r->growing_total = calloc(r->n_outputs * CSI_GROWING_SIZES * r->n_parts, sizeof *r->growing_total);
    choose_sizes(r, options->n_rows);
    s.score = calloc(n_runs * ensemble->n_countries + 1, sizeof *s.score);
    s.rank = calloc(n_runs * ensemble->n_countries + 1, sizeof *s.rank);
    s.shift = calloc(n_runs + 1, sizeof *s.shift);
    if (r->first == NULL || r->total == NULL || r->state == NULL || r->growing_first == NULL || r->growing_total == NULL || s.score == NULL || s.rank == NULL || s.shift == NULL) {
        goto out;
    }
    CSI_TRY(make_sobol(&s));
    CSI_TRY(run_design(&s, diag));
    if (options->done != NULL) {
        atomic_store(options->done, 0);
    }
    if (options->estimating != NULL) {
        options->estimating(options->done, r->n_outputs);
    }
    CSI_TRY(csi_workers_run(options->n_threads, r->n_outputs, estimate, &s));
    *result = r;
    r = NULL;
out:
    csi_sobol_free(s.sobol);
    free(s.score);
    free(s.rank);
    free(s.shift);
    csi_sensitivity_result_free(r);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "the sensitivity analysis") : status;
}

void csi_sensitivity_result_free(csi_sensitivity_result *result)
{
    if (result != NULL) {
        free(result->first);
        free(result->total);
        free(result->state);
        free(result->growing_first);
        free(result->growing_total);
        free(result);
    }
}
