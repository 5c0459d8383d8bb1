/* A thread's counters against counting one score after the other: batches that are not full, lanes that nobody scores,
 * more columns than are kept at a time, more countries than there are bins of ranks. */
#include "metrics/ensemble_count.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/pipeline.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

enum { NODES = 2, BATCHES = 37, LOW = -3, HIGH = 3 };

typedef struct trial {
    size_t n_countries, n_lanes; /* lanes from n_lanes on are never scored */
} trial;

typedef struct counting {
    csi_tallies *got, *expected;
    csi_counts *counts;
    csi_ranker *ranker;
    double *score;  /* [country][CSI_ABREAST] */
    double *column; /* [country] */
    int *rank;
    size_t *work, *country;
} counting;

/* Every third score is missing from the second country on; columns beyond n_columns have none. */
static void draw_scores(const counting *c, const trial *t, uint64_t batch, size_t n_columns)
{
    for (size_t k = 0; k < CSI_ABREAST; k++) {
        double x[CSI_DRAW_GROUP];
        for (size_t i = 0; i < t->n_lanes; i++) {
            const csi_stream stream = {5, batch * CSI_ABREAST + k, 1};
            if (i % CSI_DRAW_GROUP == 0) {
                csi_draw_normals(&stream, (uint32_t)i, CSI_DRAW_GROUP, x);
            }
            const bool is_missing = k >= n_columns || (i > 0 && (i + k + batch) % 3 == 0);
            c->score[i * CSI_ABREAST + k] = is_missing ? (double)NAN : floor(x[i % CSI_DRAW_GROUP] * 500.0) / 500.0;
        }
    }
}

static void count_plainly(const counting *c, const trial *t, size_t node, size_t n_columns)
{
    csi_tallies *to = c->expected;
    for (size_t k = 0; k < n_columns; k++) {
        for (size_t i = 0; i < t->n_countries; i++) {
            c->column[i] = i < t->n_lanes ? c->score[i * CSI_ABREAST + k] : (double)NAN;
        }
        csi_rank_column(c->column, t->n_countries, c->rank, c->work);
        for (size_t i = 0; i < t->n_countries; i++) {
            const size_t at = csi_tallies_at(to, node, 0, c->country[i]);
            const bool is_there = !isnan(c->column[i]);
            to->score_bin[at * CSI_TALLY_BINS + (is_there ? csi_rank_bin_of(c->column[i], LOW, HIGH) : 0)]++;
            to->rank_bin[at * to->n_rank_bins + ((size_t)c->rank[i] + to->ranks_per_bin - 1) / to->ranks_per_bin]++;
            to->cell[at].least = fmin(to->cell[at].least, c->column[i]);
            to->cell[at].most = fmax(to->cell[at].most, c->column[i]);
            to->cell[at].sum += is_there ? (int64_t)(c->column[i] * CSI_TALLY_FIXED) : 0;
        }
    }
}

static void open_counting(counting *c, const trial *t)
{
    const csi_tallies_shape shape = {.n_nodes = NODES, .n_years = 1, .n_countries = t->n_countries, .low = LOW, .high = HIGH};
    const size_t stride = (t->n_countries + CSI_DRAW_GROUP - 1) / CSI_DRAW_GROUP * CSI_DRAW_GROUP;
    cr_assert(csi_tallies_new(&shape, &c->got) == CSI_OK && csi_tallies_new(&shape, &c->expected) == CSI_OK);
    cr_assert(csi_counts_new(c->got, stride, &c->counts) == CSI_OK && csi_ranker_new(stride, LOW, HIGH, &c->ranker) == CSI_OK);
    c->score = calloc(stride * CSI_ABREAST, sizeof *c->score);
    c->column = calloc(stride, sizeof *c->column);
    c->rank = calloc(stride, sizeof *c->rank);
    c->work = calloc(stride, sizeof *c->work);
    c->country = calloc(stride, sizeof *c->country);
    for (size_t i = 0; i < t->n_countries; i++) {
        c->country[i] = t->n_countries - 1 - i;
    }
}

static void close_counting(counting *c)
{
    csi_counts_free(c->counts);
    csi_ranker_free(c->ranker);
    csi_tallies_free(c->got);
    csi_tallies_free(c->expected);
    free(c->score);
    free(c->column);
    free(c->rank);
    free(c->work);
    free(c->country);
}

/* Counts a batch both ways. Returns how many replicates it had. */
static size_t count_batch(const counting *c, const trial *t, uint64_t batch)
{
    const size_t n_columns = batch % 4 == 3 ? 1 + batch % CSI_ABREAST : CSI_ABREAST;
    for (size_t node = 0; node < NODES; node++) {
        uint16_t *bin, *rank;
        draw_scores(c, t, 2 * batch + node, n_columns);
        csi_counts_room(c->counts, node, &bin, &rank);
        csi_ranker_take(c->ranker, c->score, 0, t->n_lanes, bin);
        csi_counts_digest(c->counts, node, c->score, 0, t->n_lanes);
        csi_ranker_rank(c->ranker, c->score, t->n_lanes, rank);
        csi_counts_add(c->counts, node, n_columns, t->n_lanes);
        count_plainly(c, t, node, n_columns);
    }
    return n_columns;
}

static size_t count_differences(const counting *c, size_t n_cells)
{
    const csi_tallies *a = c->got, *b = c->expected;
    size_t n = 0;
    for (size_t at = 0; at < n_cells; at++) {
        n += a->cell[at].least != b->cell[at].least || a->cell[at].most != b->cell[at].most || a->cell[at].sum != b->cell[at].sum;
    }
    for (size_t i = 0; i < n_cells * CSI_TALLY_BINS; i++) {
        n += a->score_bin[i] != b->score_bin[i];
    }
    for (size_t i = 0; i < n_cells * a->n_rank_bins; i++) {
        n += a->rank_bin[i] != b->rank_bin[i];
    }
    return n;
}

Test(ensemble_count, as_one_by_one)
{
    static const trial trials[] = {{1, 1}, {5, 3}, {196, 196}, {260, 250}, {CASES(5000, 2100), 2050}};
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        const trial *t = &trials[i];
        counting c;
        open_counting(&c, t);
        size_t n = 0;
        for (uint64_t batch = 0; batch < BATCHES; batch++) {
            n += count_batch(&c, t, batch);
            if (batch == BATCHES / 2 || batch + 1 == BATCHES) {
                for (size_t node = 0; node < NODES; node++) {
                    csi_counts_flush(c.counts, node, n, t->n_lanes, c.country, 0, c.got);
                }
                n = 0;
            }
        }
        const size_t n_different = count_differences(&c, NODES * t->n_countries);
        cr_expect(n_different == 0, "%zu countries: %zu counters differ", t->n_countries, n_different);
        close_counting(&c);
    }
}
