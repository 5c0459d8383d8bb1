/* Running an ensemble: blocks of replicates handed out to threads, year by year within a block.
 *
 * The order is year outside, then batches of replicates of the same rules, then nodes: the cells of one year and the
 * scores of one node stay in the near caches while they are ranked and counted. A year's counters are added to the
 * tallies under that year's lock. Sums of integers do not mind who comes first. */
#include "metrics/ensemble.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "metrics/ensemble_batch.h"
#include "metrics/ensemble_count.h"
#include "metrics/ensemble_order.h"
#include "metrics/ensemble_rank.h"

#define BATCH CSI_ABREAST
#define BLOCK_MOST 2048
#define YEAR_SHARES 5
#define BLOCK_BYTES ((size_t)6 << 20) /* about what a thread may take for what it keeps of a block */
#define ROW_PAD 32                    /* after a row, so that rows do not all fall on the same places of the cache */

_Static_assert(BLOCK_MOST * BATCH <= CSI_COUNTS_MOST, "counters must not overflow, even if a batch has one replicate");

/* What one thread works with. */
typedef struct workspace {
    csi_replicate **replicate; /* [block] */
    size_t n_replicates;
    csi_order *order;          /* in which they are scored */
    float *kept;               /* [batch][csi_kept_room]: of their errors */
    double *scratch;
    float *error;     /* of a replicate that walks */
    double *walked;   /* [block][aggregate][year][country]: of the slow replicates; NULL when there can be none */
    csi_batch *scorer;
    double *score;             /* [stride][BATCH]: of one node */
    uint16_t *bin, *ranked;    /* likewise, where no counters keep them */
    uint16_t *rank;   /* [lane][row], of the last node: who is above whom; NULL when nobody asks */
    double *seen;     /* [node][block][stride], by country: what the sink gets; NULL without one, as the next */
    uint16_t *seen_rank;
    csi_ranker *ranker;
    csi_counts *counts; /* NULL without tallies */
} workspace;

typedef struct run {
    const csi_ensemble *e;
    csi_ensemble_options options;
    size_t *node;
    size_t n_nodes;
    bool *is_wanted; /* [aggregate] */
    size_t *asked;   /* [aggregate]: 1 + its number among those asked for; 0: it is not */
    size_t block;    /* replicates, a multiple of BATCH */
    size_t row;      /* entries from one lane's to the next one's */
    csi_tallies *tally;
    csi_diag *diag;
    workspace *workspace;
    size_t n_whole;        /* blocks that one thread takes through all years; those after them are shared out by years */
    size_t n_shares;       /* among so many jobs each */
    pthread_mutex_t *lock; /* [year], and one more for the diagnostics and the progress */
    uint64_t n_done;
} run;

static void clear_workspace(workspace *w)
{
    for (size_t i = 0; i < w->n_replicates; i++) {
        csi_replicate_free(w->replicate[i]);
    }
    free(w->replicate);
    csi_order_free(w->order);
    free(w->kept);
    free(w->scratch);
    free(w->error);
    free(w->walked);
    csi_batch_free(w->scorer);
    free(w->score);
    free(w->bin);
    free(w->ranked);
    free(w->rank);
    free(w->seen);
    free(w->seen_rank);
    csi_ranker_free(w->ranker);
    csi_counts_free(w->counts);
}

static bool has_pairs(const run *job)
{
    return job->tally != NULL && job->tally->shape.with_pairs;
}

static csi_status fill_workspace(const run *job, workspace *w)
{
    const csi_ensemble *e = job->e;
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    w->replicate = calloc(job->block, sizeof(csi_replicate *));
    w->kept = calloc(csi_order_most(e, job->block) * csi_kept_room(e) + 1, sizeof *w->kept);
    w->score = calloc(e->stride * BATCH, sizeof *w->score);
    w->bin = calloc(e->stride * BATCH, sizeof *w->bin);
    w->ranked = calloc(e->stride * BATCH, sizeof *w->ranked);
    w->scratch = calloc(csi_draw_room(e), sizeof *w->scratch);
    w->error = calloc(csi_error_room(e), sizeof *w->error);
    const size_t n_columns = job->n_nodes * e->stride;
    if (has_pairs(job)) {
        w->rank = calloc(job->row * e->stride, sizeof *w->rank);
    }
    if (job->options.sink != NULL) {
        w->seen = calloc(job->block * n_columns + 1, sizeof *w->seen);
        w->seen_rank = calloc(job->block * n_columns + 1, sizeof *w->seen_rank);
    }
    if (e->slow != NULL) {
        w->walked = calloc(job->block * n_aggregates * e->n_years * e->n_countries + 1, sizeof *w->walked);
    }
    if (w->replicate == NULL || w->kept == NULL || w->scratch == NULL || w->error == NULL ||
        (has_pairs(job) && w->rank == NULL) || (e->slow != NULL && w->walked == NULL) ||
        (job->options.sink != NULL && (w->seen == NULL || w->seen_rank == NULL)) ||
        w->score == NULL || w->bin == NULL || w->ranked == NULL ||
        csi_order_new(e, job->block, &w->order) != CSI_OK || csi_batch_new(e, job->is_wanted, &w->scorer) != CSI_OK ||
        (job->tally != NULL && csi_counts_new(job->tally, e->stride, &w->counts) != CSI_OK)) {
        return CSI_ERR_MEMORY;
    }
    for (; w->n_replicates < job->block; w->n_replicates++) {
        if (csi_replicate_new(e, &w->replicate[w->n_replicates]) != CSI_OK) {
            return CSI_ERR_MEMORY;
        }
    }
    return csi_ranker_new(e->n_countries, e->low, e->high, &w->ranker);
}

static void pass_error_on(const run *job, const csi_diag *quiet)
{
    pthread_mutex_lock(&job->lock[job->e->n_years]);
    (void)csi_walk_tell(quiet, job->diag);
    pthread_mutex_unlock(&job->lock[job->e->n_years]);
}

static csi_status draw_block(run *job, workspace *w, uint64_t first, size_t n)
{
    const csi_ensemble *e = job->e;
    const size_t n_walked = (e->n_nodes - e->n_indicators) * e->n_years * e->n_countries;
    csi_status status = CSI_OK;
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        csi_draw_plan own = {.sobol = NULL};
        const csi_draw_plan *plan = &own;
        for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
            own.key[factor] = first + i;
        }
        if (job->options.plan != NULL) {
            plan = job->options.plan(job->options.plan_user, first + i, &own);
        }
        csi_replicate_draw(e, plan, w->scratch, w->replicate[i]);
        if (w->replicate[i]->is_slow) {
            csi_diag *quiet = csi_diag_new(1); /* the methods' warnings were given when the ensemble was made */
            status = quiet == NULL ? CSI_ERR_MEMORY
                                   : csi_walk(e, w->replicate[i], w->error, quiet, w->walked + i * n_walked);
            pass_error_on(job, quiet);
            csi_diag_free(quiet);
        }
    }
    return status;
}

static void order_block(const run *job, workspace *w, size_t n)
{
    csi_order_make(w->order, (const csi_replicate *const *)w->replicate, n);
    for (size_t i = 0; i < w->order->n_batches; i++) {
        const csi_order_batch *own = &w->order->batch[i];
        uint64_t key[BATCH];
        for (size_t r = 0; r < BATCH; r++) {
            key[r] = w->replicate[w->order->replicate[own->first + (r < own->n ? r : own->n - 1)]]->error_key;
        }
        csi_kept_errors(job->e, key, w->kept + i * csi_kept_room(job->e));
    }
}

static size_t count_lanes(const run *job, size_t k, size_t year)
{
    return job->e->n_lanes[year * (job->e->n_nodes - job->e->n_indicators) + job->node[k] - job->e->n_indicators];
}

/* Lays the scores and ranks of a batch out by country. */
static void show(const run *job, workspace *w, const csi_order_batch *own, const uint16_t *rank, size_t k, size_t n_lanes)
{
    const csi_ensemble *e = job->e;
    for (size_t r = 0; r < own->n; r++) {
        const size_t at = (k * job->block + w->order->replicate[own->first + r]) * e->stride;
        for (size_t lane = 0; lane < e->n_countries; lane++) {
            w->seen[at + e->country[lane]] = lane < n_lanes ? w->score[lane * BATCH + r] : (double)NAN;
            w->seen_rank[at + e->country[lane]] = lane < n_lanes ? rank[lane * BATCH + r] : 0;
        }
    }
}

/* Keeps the ranks of a batch for the pairs. */
static void keep_ranks(const run *job, const workspace *w, const csi_order_batch *own, const uint16_t *rank, size_t n_lanes)
{
    for (size_t lane = 0; lane < n_lanes; lane++) {
        memcpy(w->rank + lane * job->row + own->first, rank + lane * BATCH, own->n * sizeof *rank);
    }
}

/* A node that is asked for, number k of them, while its scores come in. */
typedef struct taking {
    const workspace *w;
    size_t k;
    uint16_t *bin, *rank; /* to be written */
} taking;

static void take_rows(void *user, size_t first, size_t n)
{
    const taking *t = user;
    csi_ranker_take(t->w->ranker, t->w->score, first, n, t->bin);
    if (t->w->counts != NULL) {
        csi_counts_digest(t->w->counts, t->k, t->w->score, first, n);
    }
}

/* Scores, ranks and counts a batch in the next node, number k of those asked for. */
static void take_node(const run *job, workspace *w, const csi_order_batch *own, size_t k, size_t year)
{
    const size_t n_lanes = count_lanes(job, k, year);
    taking t = {w, k, w->bin, w->ranked};
    if (w->counts != NULL) {
        csi_counts_room(w->counts, k, &t.bin, &t.rank);
    }
    csi_batch_node(w->scorer, job->node[k], w->score, take_rows, &t);
    csi_ranker_rank(w->ranker, w->score, n_lanes, t.rank);
    if (w->seen != NULL) {
        show(job, w, own, t.rank, k, n_lanes);
    }
    if (w->rank != NULL && k + 1 == job->n_nodes && year >= job->tally->shape.pairs_first) {
        keep_ranks(job, w, own, t.rank, n_lanes);
    }
    if (w->counts != NULL) {
        csi_counts_add(w->counts, k, own->n, n_lanes);
    }
}

/* Every node, one after the other. */
static void take_batch(const run *job, workspace *w, size_t number, size_t year)
{
    const csi_ensemble *e = job->e;
    const size_t n_aggregates = e->n_nodes - e->n_indicators, n_walked = n_aggregates * e->n_years * e->n_countries;
    const size_t *order = csi_batch_order(w->scorer);
    const csi_order_batch *own = &w->order->batch[number];
    const csi_replicate *replicate[BATCH];
    const double *walked[BATCH];
    for (size_t i = 0; i < own->n; i++) {
        const size_t at = w->order->replicate[own->first + i];
        replicate[i] = w->replicate[at];
        walked[i] = w->walked == NULL ? NULL : w->walked + at * n_walked;
    }
    csi_batch_begin(w->scorer, replicate, walked, own->n, w->kept + number * csi_kept_room(e), year);
    for (size_t i = 0; i < n_aggregates; i++) {
        const size_t asked = job->asked[order[i] - e->n_indicators];
        if (asked > 0) {
            take_node(job, w, own, asked - 1, year);
        } else {
            csi_batch_node(w->scorer, order[i], w->score, NULL, NULL);
        }
    }
}

/* Hands n replicates' year on to the tallies and the sink. */
static void hand_on(run *job, const workspace *w, uint64_t first, size_t n, size_t year)
{
    const csi_ensemble *e = job->e;
    pthread_mutex_lock(&job->lock[year]);
    for (size_t k = 0; k < job->n_nodes && w->counts != NULL; k++) {
        csi_counts_flush(w->counts, k, n, count_lanes(job, k, year), e->country, year, job->tally);
    }
    if (w->rank != NULL && year >= job->tally->shape.pairs_first) {
        csi_tallies_add_pairs(job->tally, year, w->rank, job->row, n, count_lanes(job, job->n_nodes - 1, year), e->country);
    }
    if (job->options.sink != NULL) {
        const csi_ensemble_block block = {first, n, job->block, year, job->n_nodes, job->node, e->n_countries, e->stride,
                                          w->seen, w->seen_rank};
        job->options.sink(job->options.sink_user, &block);
    }
    pthread_mutex_unlock(&job->lock[year]);
}

/* One job: a block, or its share of the years. */
static csi_status run_block(void *user, size_t number, size_t thread)
{
    run *job = user;
    workspace *w = &job->workspace[thread];
    const size_t n_shares = number < job->n_whole ? 1 : job->n_shares;
    const size_t block = number < job->n_whole ? number : job->n_whole + (number - job->n_whole) / n_shares;
    const size_t share = number < job->n_whole ? 0 : (number - job->n_whole) % n_shares;
    const size_t end = (share + 1) * job->e->n_years / n_shares;
    const uint64_t from = (uint64_t)block * job->block, left = job->options.n_replicates - from;
    const size_t n = left < job->block ? (size_t)left : job->block;
    const csi_status status = draw_block(job, w, job->options.first_replicate + from, n);
    if (status != CSI_OK) {
        return status;
    }
    order_block(job, w, n);
    for (size_t year = share * job->e->n_years / n_shares; year < end; year++) {
        if (job->options.only_year != NULL && year != *job->options.only_year) {
            continue;
        }
        for (size_t i = 0; i < w->order->n_batches; i++) {
            take_batch(job, w, i, year);
        }
        hand_on(job, w, job->options.first_replicate + from, n, year);
    }
    if (job->options.progress != NULL && share + 1 == n_shares) {
        pthread_mutex_lock(&job->lock[job->e->n_years]);
        job->n_done += n;
        job->options.progress(job->options.progress_user, job->n_done, job->options.n_replicates);
        pthread_mutex_unlock(&job->lock[job->e->n_years]);
    }
    return CSI_OK;
}

/* So many replicates at a time that counters are fetched seldom, threads end together and memory stays bounded. */
static void choose_block(run *job, uint64_t n_replicates, size_t n_threads)
{
    const csi_ensemble *e = job->e;
    const size_t kept = e->spec->error_correlation > 0.0 ? e->n_erring * sizeof(float) : 0;
    const size_t shown = job->options.sink == NULL ? 0 : job->n_nodes * (sizeof(double) + sizeof(uint16_t));
    const size_t paired = has_pairs(job) ? sizeof(uint16_t) : 0;
    const size_t walked = e->slow == NULL ? 0 : (e->n_nodes - e->n_indicators) * e->n_years * sizeof(double);
    const size_t bytes = e->stride * (kept + shown + paired + walked) + e->n_nodes * 4 * sizeof(double);
    const size_t most = BLOCK_BYTES / bytes < BLOCK_MOST ? BLOCK_BYTES / bytes + 1 : BLOCK_MOST;
    const uint64_t rounds = 1 + n_replicates / (most * n_threads); /* each thread has as many blocks as another */
    const uint64_t fair = n_replicates / (n_threads * (rounds < 2 ? 2 : rounds)) + 1;
    job->block = ((size_t)fair + BATCH - 1) / BATCH * BATCH;
    job->row = job->block + ROW_PAD;
}

/* The last block of each thread is shared out by years: it takes long, and threads are not equally fast. Drawing it
 * more than once costs next to nothing, unless replicates walk the pipeline. */
static size_t count_jobs(run *job, size_t n_threads)
{
    const size_t n_blocks = (size_t)((job->options.n_replicates + job->block - 1) / job->block);
    const bool is_shared = n_threads > 1 && job->e->slow == NULL && job->options.only_year == NULL;
    const size_t n_shared = !is_shared ? 0 : n_blocks < n_threads ? n_blocks : n_threads;
    job->n_whole = n_blocks - n_shared;
    job->n_shares = job->e->n_years < YEAR_SHARES ? job->e->n_years : YEAR_SHARES;
    return job->n_whole + n_shared * job->n_shares;
}

static csi_status choose_nodes(run *job)
{
    const csi_ensemble *e = job->e;
    const bool all = job->options.node == NULL;
    job->n_nodes = all ? e->n_nodes - e->n_indicators : job->options.n_nodes;
    job->node = calloc(job->n_nodes + 1, sizeof *job->node);
    job->is_wanted = calloc(e->n_nodes - e->n_indicators, sizeof *job->is_wanted);
    job->asked = calloc(e->n_nodes - e->n_indicators, sizeof *job->asked);
    if (job->node == NULL || job->is_wanted == NULL || job->asked == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t k = 0; k < job->n_nodes; k++) {
        job->node[k] = all ? e->n_indicators + k : job->options.node[k];
        job->is_wanted[job->node[k] - e->n_indicators] = true;
        job->asked[job->node[k] - e->n_indicators] = k + 1;
    }
    return CSI_OK;
}

csi_status csi_ensemble_tally_new(const csi_ensemble *ensemble, const csi_ensemble_options *options, csi_tallies **tally)
{
    const csi_tallies_shape shape = {
        .n_nodes = options->node == NULL ? ensemble->n_nodes - ensemble->n_indicators : options->n_nodes,
        .n_years = ensemble->n_years,
        .n_countries = ensemble->n_countries,
        .low = ensemble->low,
        .high = ensemble->high,
        .with_pairs = options->with_pairs,
        .pairs_first = options->pairs_first,
    };
    return csi_tallies_new(&shape, tally);
}

csi_status csi_ensemble_run(const csi_ensemble *ensemble, const csi_ensemble_options *options, csi_diag *diag,
                            csi_tallies *tally)
{
    run job = {.e = ensemble, .options = *options, .tally = tally, .diag = diag};
    const size_t n_threads = csi_workers_count(options->n_threads);
    size_t n_jobs;
    size_t n_locks = 0;
    csi_status status;
    CSI_TRY(choose_nodes(&job));
    choose_block(&job, options->n_replicates, n_threads);
    n_jobs = count_jobs(&job, n_threads);
    job.workspace = calloc(n_threads, sizeof *job.workspace);
    job.lock = calloc(ensemble->n_years + 1, sizeof *job.lock);
    if (job.workspace == NULL || job.lock == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (; n_locks <= ensemble->n_years; n_locks++) {
        CSI_TRY(pthread_mutex_init(&job.lock[n_locks], NULL) == 0 ? CSI_OK : CSI_ERR_SYSTEM);
    }
    for (size_t i = 0; i < n_threads; i++) {
        CSI_TRY(fill_workspace(&job, &job.workspace[i]));
    }
    CSI_TRY(csi_workers_run(n_threads, n_jobs, run_block, &job));
    if (tally != NULL) {
        tally->n_replicates += options->n_replicates;
    }
out:
    for (size_t i = 0; job.workspace != NULL && i < n_threads; i++) {
        clear_workspace(&job.workspace[i]);
    }
    for (size_t i = 0; i < n_locks; i++) {
        pthread_mutex_destroy(&job.lock[i]);
    }
    free(job.workspace);
    free(job.lock);
    free(job.node);
    free(job.is_wanted);
    free(job.asked);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "the ensemble") : status;
}
