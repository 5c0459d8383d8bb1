/* See uncertainty.h. The quantiles are taken once, in parallel over nodes, from tallies that no longer change. The tallies
 * of data and of method alone are as large as those of the whole, so a run draws them first, in the counters of the whole,
 * and takes what it needs before it draws the next; only parts, which are added up elsewhere, keep tallies of their own. */
#include "index/uncertainty.h"

#include <math.h>
#include <stdlib.h>

#include "core/workers.h"
#include "metrics/ensemble_split.h"

#define N_QUANTILES 6

static const size_t split_of_kind[2] = {CSI_SPLIT_DATA, CSI_SPLIT_METHOD};

csi_status csi_uncertainty_new(const csi_run *run, csi_diag *diag, csi_uncertainty **uncertainty)
{
    const csi_project *project = run->project;
    csi_status status;
    *uncertainty = NULL;
    csi_uncertainty *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    CSI_TRY(csi_ensemble_read(project->arena, project->framework, project->recipe,
                              csi_setting_find(project->root, "ensemble"), project->seed, diag, &u->spec));
    CSI_TRY(csi_ensemble_new(u->spec, project->recipe, &run->context, run->raw->panel, diag, &u->ensemble));
    const size_t latest = csi_run_latest_year(run);
    const csi_ensemble_options options = {
        .with_pairs = true, /* of the year that rank_pairs.csv.gz tells */
        .pairs_first = latest == CSI_NONE ? run->context.n_scored_years : latest,
    };
    u->moves = csi_arena_alloc(project->arena, CSI_N_SPLITS * run->context.n_scored_years, sizeof *u->moves);
    status = u->moves == NULL ? CSI_ERR_MEMORY : csi_ensemble_tally_new(u->ensemble, &options, &u->tally);
    if (status != CSI_OK) {
        status = csi_diag_no_memory(diag, "the tallies of the ensemble");
        goto out;
    }
    const char *why = NULL;
    if (!csi_ensemble_is_fast(u->ensemble, &why)) {
        csi_diag_note(diag, NULL, "the ensemble walks the whole pipeline for some replicates, which takes longer: %s", why);
    }
    *uncertainty = u;
    u = NULL;
out:
    csi_uncertainty_free(u);
    return status;
}

static csi_status open_kind(csi_uncertainty *u, size_t kind, csi_diag *diag)
{
    const csi_ensemble_options options = {.with_pairs = false};
    if (!csi_split_is_drawn(u->ensemble, split_of_kind[kind]) || u->kind[kind] != NULL) {
        return CSI_OK;
    }
    const csi_status status = csi_ensemble_tally_new(u->ensemble, &options, &u->kind[kind]);
    return status == CSI_OK ? CSI_OK : csi_diag_no_memory(diag, "the tallies of the ensemble");
}

csi_status csi_uncertainty_open_kinds(csi_uncertainty *uncertainty, csi_diag *diag)
{
    const csi_status status = open_kind(uncertainty, 0, diag);
    uncertainty->keeps_kinds = true;
    return status != CSI_OK ? status : open_kind(uncertainty, 1, diag);
}

uint64_t csi_uncertainty_count(const csi_uncertainty *uncertainty, const csi_part_range *range)
{
    uint64_t sum = 0;
    for (size_t split = 0; split < CSI_N_SPLITS; split++) {
        uint64_t first = range->first, n = range->n;
        csi_split_range(split, range->total, &first, &n);
        sum += split == CSI_SPLIT_ALL || csi_split_is_drawn(uncertainty->ensemble, split) ? n : 0;
    }
    return sum;
}

/* What one of the runs that may go on side by side has counted. */
typedef struct counter {
    _Atomic uint64_t *done;
    uint64_t own;
} counter;

static void count_done(void *user, uint64_t done, uint64_t all)
{
    counter *c = user;
    (void)all;
    atomic_fetch_add(c->done, done - c->own);
    c->own = done;
}

static const int *published_ranks(const csi_run *run, size_t year)
{
    const csi_panel *scores = run->result->scores;
    return run->rank + csi_panel_at(scores, scores->n_series - 1, year, 0);
}

/* Adds how far the index, the last node of `tally`, moves in every year. */
static void add_moves(csi_uncertainty *u, const csi_run *run, size_t split, const csi_tallies *tally)
{
    for (size_t year = 0; year < tally->shape.n_years; year++) {
        csi_rank_moves *moves = &u->moves[split * tally->shape.n_years + year];
        csi_tallies_rank_shift(tally, tally->shape.n_nodes - 1, year, published_ranks(run, year), &moves->sum, &moves->n);
    }
}

typedef struct filling {
    csi_tallies *tally;
    const csi_panel *scores;
    size_t n_indicators;
    double *quantile[N_QUANTILES];
} filling;

/* 5 % and 95 % of score and rank of what the kind moves, blank where the index itself has no score; then the counters may
 * serve for another. */
static csi_status fill_kind_column(void *user, size_t column, size_t thread)
{
    static const double p[2] = {0.05, 0.95};
    const filling *f = user;
    const size_t node = column / f->scores->n_years, year = column % f->scores->n_years;
    (void)thread;
    for (size_t c = 0; c < f->scores->n_countries; c++) {
        const size_t at = csi_tallies_at(f->tally, node, year, c);
        const bool is_scored = !isnan(csi_panel_get(f->scores, node + f->n_indicators, year, c));
        double score[2] = {(double)NAN, (double)NAN}, rank[2] = {(double)NAN, (double)NAN};
        if (is_scored) {
            csi_tallies_score_quantiles(f->tally, node, year, c, p, 2, score);
            csi_tallies_rank_quantiles(f->tally, node, year, c, p, 2, rank);
        }
        for (size_t i = 0; i < 2; i++) {
            f->quantile[i][at] = score[i];
            f->quantile[2 + i][at] = rank[i];
        }
    }
    csi_tallies_clear(f->tally, node, year);
    return CSI_OK;
}

/* Takes the intervals of a kind out of its tally, and empties that. */
static csi_status take_kind(csi_uncertainty *u, const csi_run *run, size_t kind, csi_tallies *tally, csi_diag *diag)
{
    const csi_tallies_shape *shape = &tally->shape;
    filling f = {.tally = tally, .scores = run->result->scores, .n_indicators = run->project->framework->n_indicators};
    for (size_t i = 0; i < 4; i++) {
        f.quantile[i] = csi_arena_alloc(run->project->arena, shape->n_nodes * shape->n_years * shape->n_countries + 1,
                                        sizeof *f.quantile[i]);
        if (f.quantile[i] == NULL) {
            return csi_diag_no_memory(diag, "the intervals");
        }
    }
    u->intervals.kind[kind] = (csi_kind_intervals){tally->n_replicates, f.quantile[0], f.quantile[1], f.quantile[2],
                                                   f.quantile[3]};
    add_moves(u, run, split_of_kind[kind], tally);
    return csi_workers_run(run->project->n_threads, shape->n_nodes * shape->n_years, fill_kind_column, &f);
}

/* A call of csi_uncertainty_run. */
typedef struct drawing {
    csi_uncertainty *u;
    const csi_run *run;
    const csi_part_range *range;
    _Atomic uint64_t *done;
    size_t factor[CSI_N_FACTORS]; /* those that are drawn */
    size_t n_factors;
    csi_diag *diag[CSI_N_FACTORS];
    size_t n_abreast;             /* factors at a time */
} drawing;

/* The range's replicates of one split: of the nodes that the tally has, or of the index alone where that is a factor's. */
static csi_status draw_split(const drawing *d, size_t split, size_t n_threads, csi_tallies *tally, csi_diag *diag)
{
    const size_t root = d->run->project->framework->n_nodes - 1;
    const bool is_index_alone = split < CSI_N_FACTORS;
    uint64_t first = d->range->first, n = d->range->n;
    counter count = {d->done, 0};
    csi_split_range(split, d->range->total, &first, &n);
    const csi_ensemble_options options = {
        .first_replicate = first, .n_replicates = n, .n_threads = n_threads,
        .node = is_index_alone ? &root : NULL, .n_nodes = is_index_alone ? 1 : 0,
        .with_pairs = split == CSI_SPLIT_ALL, .progress = d->done == NULL ? NULL : count_done, .progress_user = &count,
    };
    return csi_split_run(d->u->ensemble, split, &options, diag, tally);
}

static csi_status run_kind(const drawing *d, size_t kind, csi_diag *diag)
{
    csi_uncertainty *u = d->u;
    csi_tallies borrowed = csi_tallies_borrow(u->tally, 0, u->tally->shape.n_nodes);
    csi_status status;
    if (!csi_split_is_drawn(u->ensemble, split_of_kind[kind])) {
        return CSI_OK;
    }
    CSI_TRY(u->keeps_kinds ? open_kind(u, kind, diag) : CSI_OK);
    CSI_TRY(draw_split(d, split_of_kind[kind], d->run->project->n_threads, u->keeps_kinds ? u->kind[kind] : &borrowed, diag));
    CSI_TRY(u->keeps_kinds ? CSI_OK : take_kind(u, d->run, kind, &borrowed, diag));
out:
    return status;
}

/* Each thread counts in the counters of a node of its own. */
static csi_status run_factor(void *user, size_t job, size_t thread)
{
    drawing *d = user;
    const size_t n_threads = (csi_workers_count(d->run->project->n_threads) + d->n_abreast - 1) / d->n_abreast;
    csi_tallies borrowed = csi_tallies_borrow(d->u->tally, thread, 1);
    d->diag[job] = csi_diag_new(0);
    if (d->diag[job] == NULL) {
        return CSI_ERR_MEMORY;
    }
    const csi_status status = draw_split(d, d->factor[job], n_threads, &borrowed, d->diag[job]);
    add_moves(d->u, d->run, d->factor[job], &borrowed);
    for (size_t year = 0; year < borrowed.shape.n_years; year++) {
        csi_tallies_clear(&borrowed, 0, year);
    }
    return status;
}

static csi_status touch_column(void *user, size_t column, size_t thread)
{
    csi_tallies *tally = user;
    (void)thread;
    csi_tallies_touch(tally, column / tally->shape.n_years, column % tally->shape.n_years);
    return CSI_OK;
}

/* Few replicates each: side by side, so that no thread waits for the others after each of them. */
static csi_status run_factors(drawing *d, csi_diag *diag)
{
    const size_t n_before = csi_diag_n_errors(diag), n_nodes = d->u->tally->shape.n_nodes;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        if (csi_split_is_drawn(d->u->ensemble, factor)) {
            d->factor[d->n_factors++] = factor;
        }
    }
    const size_t n_threads = csi_workers_count(d->run->project->n_threads);
    const size_t n_most = d->n_factors < n_nodes ? d->n_factors : n_nodes;
    d->n_abreast = n_most == 0 ? 1 : n_most < n_threads ? n_most : n_threads;
    const csi_status status = csi_workers_run(d->n_abreast, d->n_factors, run_factor, d);
    for (size_t i = 0; i < d->n_factors; i++) {
        if (csi_diag_n_errors(diag) == n_before) {
            csi_diag_pass_on(diag, d->diag[i]);
        }
        csi_diag_free(d->diag[i]);
    }
    const bool is_told = csi_diag_n_errors(diag) > n_before;
    return status == CSI_ERR_MEMORY && !is_told ? csi_diag_no_memory(diag, "the ensemble") : status;
}

csi_status csi_uncertainty_run(csi_uncertainty *uncertainty, const csi_run *run, const csi_part_range *range,
                               _Atomic uint64_t *done, csi_diag *diag)
{
    const csi_tallies_shape *shape = &uncertainty->tally->shape;
    drawing d = {.u = uncertainty, .run = run, .range = range, .done = done};
    csi_status status;
    CSI_TRY(csi_workers_run(run->project->n_threads, shape->n_nodes * shape->n_years, touch_column, uncertainty->tally));
    CSI_TRY(run_factors(&d, diag));
    for (size_t kind = 0; kind < 2; kind++) {
        CSI_TRY(run_kind(&d, kind, diag));
    }
    CSI_TRY(draw_split(&d, CSI_SPLIT_ALL, run->project->n_threads, uncertainty->tally, diag));
out:
    return status;
}

static csi_status fill_column(void *user, size_t column, size_t thread)
{
    static const double p[3] = {0.05, 0.5, 0.95};
    const filling *f = user;
    const size_t node = column / f->scores->n_years, year = column % f->scores->n_years;
    (void)thread;
    for (size_t c = 0; c < f->scores->n_countries; c++) {
        const size_t at = csi_panel_at(f->scores, node + f->n_indicators, year, c);
        double score[3], rank[3];
        if (isnan(f->scores->value[at])) {
            continue;
        }
        csi_tallies_score_quantiles(f->tally, node, year, c, p, 3, score);
        csi_tallies_rank_quantiles(f->tally, node, year, c, p, 3, rank);
        for (size_t i = 0; i < 3; i++) {
            f->quantile[i][at] = score[i];
            f->quantile[3 + i][at] = rank[i];
        }
    }
    return CSI_OK;
}

static csi_status list_drawn(csi_uncertainty *u, const csi_run *run, csi_diag *diag)
{
    bool *is_drawn = csi_arena_alloc(run->project->arena, CSI_N_FACTORS, sizeof *is_drawn);
    if (is_drawn == NULL) {
        return csi_diag_no_memory(diag, "the intervals");
    }
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        is_drawn[factor] = csi_factor_is_drawn(u->ensemble, (csi_factor)factor);
    }
    u->intervals.is_drawn = is_drawn;
    return CSI_OK;
}

csi_status csi_uncertainty_finish(csi_uncertainty *uncertainty, const csi_run *run, csi_diag *diag)
{
    const csi_panel *scores = run->result->scores;
    const size_t n = scores->n_series * scores->n_years * scores->n_countries;
    csi_intervals *intervals = &uncertainty->intervals;
    filling f = {.tally = uncertainty->tally, .scores = scores,
                 .n_indicators = run->project->framework->n_indicators};
    csi_status status;
    for (size_t i = 0; i < N_QUANTILES; i++) {
        f.quantile[i] = csi_arena_alloc(run->project->arena, n + 1, sizeof *f.quantile[i]);
        if (f.quantile[i] == NULL) {
            return csi_diag_no_memory(diag, "the intervals");
        }
        for (size_t k = 0; k < n; k++) {
            f.quantile[i][k] = (double)NAN;
        }
    }
    for (size_t kind = 0; kind < 2; kind++) {
        csi_tallies *own = uncertainty->kind[kind];
        CSI_TRY(own == NULL ? CSI_OK : take_kind(uncertainty, run, kind, own, diag));
    }
    CSI_TRY(list_drawn(uncertainty, run, diag));
    add_moves(uncertainty, run, CSI_SPLIT_ALL, uncertainty->tally);
    intervals->n_replicates = uncertainty->tally->n_replicates;
    intervals->score_q05 = f.quantile[0];
    intervals->score_q50 = f.quantile[1];
    intervals->score_q95 = f.quantile[2];
    intervals->rank_q05 = f.quantile[3];
    intervals->rank_q50 = f.quantile[4];
    intervals->rank_q95 = f.quantile[5];
    intervals->tally = uncertainty->tally;
    intervals->spec = uncertainty->spec;
    intervals->ensemble = uncertainty->ensemble;
    intervals->moves = uncertainty->moves;
    CSI_TRY(csi_workers_run(run->project->n_threads, (scores->n_series - f.n_indicators) * scores->n_years, fill_column, &f));
out:
    return status;
}

void csi_uncertainty_free(csi_uncertainty *uncertainty)
{
    if (uncertainty != NULL) {
        csi_ensemble_free(uncertainty->ensemble);
        csi_tallies_free(uncertainty->tally);
        csi_tallies_free(uncertainty->kind[0]);
        csi_tallies_free(uncertainty->kind[1]);
        free(uncertainty);
    }
}
