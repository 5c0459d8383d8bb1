/* See ensemble_tally.h. */
#include "metrics/ensemble_tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "metrics/lanes.h"

#define RANK_BINS_MOST 2048
#define PAGE 4096

static bool has_product(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static void clear_cells(csi_tallies_cell *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cell[i] = (csi_tallies_cell){.least = (double)INFINITY, .most = -(double)INFINITY};
    }
}

csi_status csi_tallies_new(const csi_tallies_shape *shape, csi_tallies **tally)
{
    size_t n_cells = 0, n_scores = 0, n_ranks = 0, n_pairs = 0;
    csi_tallies *t = calloc(1, sizeof *t);
    *tally = NULL;
    if (t == NULL) {
        return CSI_ERR_MEMORY;
    }
    t->shape = *shape;
    t->ranks_per_bin = (shape->n_countries + RANK_BINS_MOST - 1) / RANK_BINS_MOST;
    t->ranks_per_bin = t->ranks_per_bin == 0 ? 1 : t->ranks_per_bin;
    t->n_rank_bins = 1 + (shape->n_countries + t->ranks_per_bin - 1) / t->ranks_per_bin;
    const bool fits = has_product(shape->n_nodes, shape->n_years, &n_cells) &&
                      has_product(n_cells, shape->n_countries, &n_cells) &&
                      has_product(n_cells, CSI_TALLY_BINS, &n_scores) && has_product(n_cells, t->n_rank_bins, &n_ranks) &&
                      has_product(shape->n_countries, shape->n_countries, &n_pairs) &&
                      has_product(n_pairs, shape->n_years, &n_pairs) && n_cells < SIZE_MAX / 64;
    n_pairs = csi_tallies_n_above(shape);
    if (fits) {
        t->cell = calloc(n_cells + 1, sizeof *t->cell);
        t->score_bin = calloc(n_scores + 1, sizeof *t->score_bin);
        t->rank_bin = calloc(n_ranks + 1, sizeof *t->rank_bin);
        t->above = shape->with_pairs ? calloc(n_pairs + 1, sizeof *t->above) : NULL;
    }
    if (t->cell == NULL || t->score_bin == NULL || t->rank_bin == NULL || (shape->with_pairs && t->above == NULL)) {
        csi_tallies_free(t);
        return CSI_ERR_MEMORY;
    }
    csi_large_pages(t->score_bin, (n_scores + 1) * sizeof *t->score_bin);
    csi_large_pages(t->rank_bin, (n_ranks + 1) * sizeof *t->rank_bin);
    clear_cells(t->cell, n_cells);
    *tally = t;
    return CSI_OK;
}

void csi_tallies_free(csi_tallies *tally)
{
    if (tally != NULL) {
        free(tally->cell);
        free(tally->score_bin);
        free(tally->rank_bin);
        free(tally->above);
        free(tally);
    }
}

csi_tallies csi_tallies_borrow(const csi_tallies *empty, size_t first_node, size_t n_nodes)
{
    const size_t at = csi_tallies_at(empty, first_node, 0, 0);
    csi_tallies view = *empty;
    view.cell += at;
    view.score_bin += at * CSI_TALLY_BINS;
    view.rank_bin += at * view.n_rank_bins;
    view.shape.n_nodes = n_nodes;
    view.shape.with_pairs = false;
    view.above = NULL;
    return view;
}

static void touch(volatile uint32_t *counter, size_t n)
{
    for (size_t i = 0; i < n; i += PAGE / sizeof *counter) {
        counter[i] = 0;
    }
}

void csi_tallies_touch(csi_tallies *tally, size_t node, size_t year)
{
    const size_t at = csi_tallies_at(tally, node, year, 0), n = tally->shape.n_countries;
    touch(tally->score_bin + at * CSI_TALLY_BINS, n * CSI_TALLY_BINS);
    touch(tally->rank_bin + at * tally->n_rank_bins, n * tally->n_rank_bins);
}

void csi_tallies_clear(csi_tallies *tally, size_t node, size_t year)
{
    const size_t at = csi_tallies_at(tally, node, year, 0), n = tally->shape.n_countries;
    clear_cells(tally->cell + at, n);
    memset(tally->score_bin + at * CSI_TALLY_BINS, 0, n * CSI_TALLY_BINS * sizeof *tally->score_bin);
    memset(tally->rank_bin + at * tally->n_rank_bins, 0, n * tally->n_rank_bins * sizeof *tally->rank_bin);
}

#define OTHERS 4            /* lanes that one is compared with at a time */
#define CHUNK ((size_t)512) /* replicates */

/* In how many replicates a is less than each of OTHERS rows. At most 65535 of them. */
CSI_INLINE void count_before_body(const uint16_t *restrict a, const uint16_t *restrict b, size_t stride, size_t n,
                                  uint16_t *restrict count)
{
    uint16_t sum[OTHERS] = {0};
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < OTHERS; i++) {
            sum[i] = (uint16_t)(sum[i] + (a[r] < b[i * stride + r]));
        }
    }
    memcpy(count, sum, sizeof sum);
}
static void count_before(const uint16_t *restrict a, const uint16_t *restrict b, size_t stride, size_t n,
                         uint16_t *restrict count);
CSI_LANES(count_before,
          (const uint16_t *restrict a, const uint16_t *restrict b, size_t stride, size_t n, uint16_t *restrict count),
          (a, b, stride, n, count))

static void add_before(const uint16_t *a, const uint16_t *rank, size_t stride, size_t n, size_t n_lanes, const size_t *country,
                       uint32_t *above)
{
    size_t b = 0;
    for (; b + OTHERS <= n_lanes; b += OTHERS) {
        uint16_t count[OTHERS];
        count_before(a, rank + b * stride, stride, n, count);
        for (size_t i = 0; i < OTHERS; i++) {
            above[country[b + i]] += count[i];
        }
    }
    for (; b < n_lanes; b++) {
        for (size_t r = 0; r < n; r++) {
            above[country[b]] += a[r] < rank[b * stride + r];
        }
    }
}

/* 0 is no rank, before and behind which nobody is: of the one that is compared, it becomes a rank behind all. */
void csi_tallies_add_pairs(csi_tallies *tally, size_t year, const uint16_t *rank, size_t stride, size_t n, size_t n_lanes,
                           const size_t *country)
{
    uint16_t own[CHUNK];
    for (size_t first = 0; first < n; first += CHUNK) {
        const size_t m = n - first < CHUNK ? n - first : CHUNK;
        for (size_t a = 0; a < n_lanes; a++) {
            for (size_t r = 0; r < m; r++) {
                const uint16_t here = rank[a * stride + first + r];
                own[r] = here == 0 ? UINT16_MAX : here;
            }
            add_before(own, rank + first, stride, m, n_lanes, country,
                       csi_tallies_above(tally, year, country[a]));
        }
    }
}

csi_status csi_tallies_merge(csi_tallies *to, const csi_tallies *from)
{
    const csi_tallies_shape *a = &to->shape, *b = &from->shape;
    if (a->n_nodes != b->n_nodes || a->n_years != b->n_years || a->n_countries != b->n_countries ||
        a->with_pairs != b->with_pairs || a->pairs_first != b->pairs_first || a->low < b->low || a->low > b->low ||
        a->high < b->high || a->high > b->high) {
        return CSI_ERR_DATA;
    }
    const size_t n_cells = a->n_nodes * a->n_years * a->n_countries;
    for (size_t i = 0; i < n_cells; i++) {
        const csi_tallies_cell *other = &from->cell[i];
        to->cell[i].least = fmin(to->cell[i].least, other->least);
        to->cell[i].most = fmax(to->cell[i].most, other->most);
        to->cell[i].sum += other->sum;
        to->cell[i].square += other->square;
    }
    for (size_t i = 0; i < n_cells * CSI_TALLY_BINS; i++) {
        to->score_bin[i] += from->score_bin[i];
    }
    for (size_t i = 0; i < n_cells * to->n_rank_bins; i++) {
        to->rank_bin[i] += from->rank_bin[i];
    }
    for (size_t i = 0; i < csi_tallies_n_above(a); i++) {
        to->above[i] += from->above[i];
    }
    to->n_replicates += from->n_replicates;
    return CSI_OK;
}

/* A walk along the bins of one cell, for order statistics in rising order: `before` entries lie before bin i. */
typedef struct walk {
    const uint32_t *bin;
    size_t i, n_bins;
    uint64_t before;
} walk;

/* Goes on to the bin that holds order statistic k, from 0. */
static void walk_to(walk *w, uint64_t k)
{
    for (; w->i + 1 < w->n_bins && w->before + w->bin[w->i] <= k; w->i++) {
        w->before += w->bin[w->i];
    }
}

/* From the bin of the least score on. */
static walk walk_scores(const csi_tallies *tally, size_t at)
{
    const double width = (tally->shape.high - tally->shape.low) / (CSI_TALLY_BINS - 1);
    const double empty = (tally->cell[at].least - tally->shape.low) / width - 2.0; /* bins before it */
    return (walk){.bin = tally->score_bin + at * CSI_TALLY_BINS + 1, .n_bins = CSI_TALLY_BINS - 1,
                  .i = empty > 0.0 && empty < CSI_TALLY_BINS - 2 ? (size_t)empty : 0};
}

static double score_at(const csi_tallies *tally, size_t at, walk *w, uint64_t k)
{
    const csi_tallies_cell *cell = &tally->cell[at];
    const double width = (tally->shape.high - tally->shape.low) / (CSI_TALLY_BINS - 1);
    walk_to(w, k);
    const double begin = tally->shape.low + width * (double)w->i, end = begin + width; /* of bin i + 1 */
    const double low = w->i == 0 || begin < cell->least ? cell->least : begin;
    const double high = w->i == CSI_TALLY_BINS - 2 || end > cell->most ? cell->most : end;
    const double share = ((double)(k - w->before) + 0.5) / (double)w->bin[w->i];
    return fmin(fmax(low + (high - low) * share, cell->least), cell->most);
}

static walk walk_ranks(const csi_tallies *tally, size_t at)
{
    return (walk){.bin = tally->rank_bin + at * tally->n_rank_bins + 1, .n_bins = tally->n_rank_bins - 1};
}

static double rank_at(const csi_tallies *tally, size_t at, walk *w, uint64_t k)
{
    (void)at;
    walk_to(w, k);
    return (double)(w->i * tally->ranks_per_bin) + ((double)tally->ranks_per_bin + 1.0) / 2.0;
}

static uint64_t count_at(const csi_tallies *tally, size_t at)
{
    return tally->n_replicates - tally->rank_bin[at * tally->n_rank_bins];
}

uint64_t csi_tallies_count(const csi_tallies *tally, size_t node, size_t year, size_t country)
{
    return count_at(tally, csi_tallies_at(tally, node, year, country));
}

static double quantile(const csi_tallies *tally, size_t at, double p, walk *w,
                       double (*order_statistic)(const csi_tallies *, size_t, walk *, uint64_t))
{
    const double h = p * (double)(count_at(tally, at) - 1);
    const uint64_t k = (uint64_t)h;
    const double below = order_statistic(tally, at, w, k), share = h - (double)k;
    return share > 0.0 ? below + share * (order_statistic(tally, at, w, k + 1) - below) : below;
}

void csi_tallies_score_quantiles(const csi_tallies *tally, size_t node, size_t year, size_t country, const double *p,
                                 size_t n, double *value)
{
    const size_t at = csi_tallies_at(tally, node, year, country);
    walk w = walk_scores(tally, at);
    for (size_t i = 0; i < n; i++) {
        value[i] = count_at(tally, at) == 0 ? (double)NAN : quantile(tally, at, p[i], &w, score_at);
    }
}

void csi_tallies_rank_quantiles(const csi_tallies *tally, size_t node, size_t year, size_t country, const double *p,
                                size_t n, double *value)
{
    const size_t at = csi_tallies_at(tally, node, year, country);
    walk w = walk_ranks(tally, at);
    for (size_t i = 0; i < n; i++) {
        value[i] = count_at(tally, at) == 0 ? (double)NAN : quantile(tally, at, p[i], &w, rank_at);
    }
}

double csi_tallies_score_quantile(const csi_tallies *tally, size_t node, size_t year, size_t country, double p)
{
    double value;
    csi_tallies_score_quantiles(tally, node, year, country, &p, 1, &value);
    return value;
}

double csi_tallies_rank_quantile(const csi_tallies *tally, size_t node, size_t year, size_t country, double p)
{
    double value;
    csi_tallies_rank_quantiles(tally, node, year, country, &p, 1, &value);
    return value;
}

double csi_tallies_score_mean(const csi_tallies *tally, size_t node, size_t year, size_t country)
{
    const size_t at = csi_tallies_at(tally, node, year, country);
    const uint64_t n = count_at(tally, at);
    return n == 0 ? (double)NAN : (double)tally->cell[at].sum / (double)n / CSI_TALLY_FIXED;
}

double csi_tallies_rank_mean(const csi_tallies *tally, size_t node, size_t year, size_t country)
{
    const size_t at = csi_tallies_at(tally, node, year, country);
    const uint64_t n = count_at(tally, at);
    const uint32_t *bin = tally->rank_bin + at * tally->n_rank_bins;
    uint64_t sum = 0;
    for (size_t i = 1; i < tally->n_rank_bins; i++) {
        sum += (uint64_t)bin[i] * (2 * (i - 1) * tally->ranks_per_bin + tally->ranks_per_bin + 1);
    }
    return n == 0 ? (double)NAN : (double)sum / 2.0 / (double)n;
}
