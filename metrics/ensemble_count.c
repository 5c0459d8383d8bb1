/* See ensemble_count.h. A country's scores fall into few bins and its ranks into few places, so that of all counters
 * only a few lines of the cache are at work: still too many for the near caches if every batch touched them all. So the
 * bins and ranks of several batches are kept, then counted country by country. Only bins between the least and the most
 * score are looked through when they are added up. */
#include "metrics/ensemble_count.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_digest.h"
#include "metrics/lanes.h"

#define COLUMNS CSI_ABREAST
#define TOGETHER 4    /* countries counted at a time, that one need not wait for the other */
#define KEPT 16       /* batches */
#define LINE 32       /* counters looked at together */

struct csi_counts {
    size_t stride, n_rank_bins;
    uint16_t *bin_of_rank;      /* NULL: a rank is its own bin */
    size_t apart;               /* from one batch that is kept to the next: a line more, so that their rows do not crowd */
    size_t score_row, rank_row; /* from one lane to the next: whole lines, and one more so that lanes do not crowd */
    double low, high, place_scale;
    uint16_t *kept_bin, *kept_rank; /* not yet counted, [node][KEPT][apart] */
    size_t *n_kept;             /* [node]: batches */
    size_t *n_idle;             /* [node]: columns of batches without a replicate, which count as without a score */
    uint16_t *score_bin;        /* [node][lane][score_row] */
    uint16_t *rank_bin;         /* [node][lane][rank_row] */
    double *least, *most;       /* [node][lane] */
    int64_t *sum, *square;      /* likewise */
};

static void clear_digest(csi_counts *c, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++) {
        c->least[i] = (double)INFINITY;
        c->most[i] = -(double)INFINITY;
        c->sum[i] = 0;
        c->square[i] = 0;
    }
}

static csi_status list_bins_of_ranks(const csi_tallies *tally, csi_counts *c)
{
    const size_t n = tally->shape.n_countries, per_bin = tally->ranks_per_bin;
    c->bin_of_rank = per_bin > 1 ? calloc(n + 1, sizeof *c->bin_of_rank) : NULL;
    for (size_t rank = 0; rank <= n && c->bin_of_rank != NULL; rank++) {
        c->bin_of_rank[rank] = (uint16_t)((rank + per_bin - 1) / per_bin);
    }
    return per_bin > 1 && c->bin_of_rank == NULL ? CSI_ERR_MEMORY : CSI_OK;
}

csi_status csi_counts_new(const csi_tallies *tally, size_t stride, csi_counts **counts)
{
    const size_t n_lanes = tally->shape.n_nodes * stride; /* of 8 bytes each the tally itself has more */
    csi_counts *c = calloc(1, sizeof *c);
    *counts = NULL;
    if (c == NULL) {
        return CSI_ERR_MEMORY;
    }
    c->stride = stride;
    c->apart = stride * COLUMNS + LINE;
    c->n_rank_bins = tally->n_rank_bins;
    c->score_row = (CSI_TALLY_BINS + LINE - 1) / LINE * LINE + LINE;
    c->rank_row = (c->n_rank_bins + LINE - 1) / LINE * LINE + LINE;
    c->low = tally->shape.low;
    c->high = tally->shape.high;
    c->place_scale = csi_tallies_scale(&tally->shape);
    c->kept_bin = calloc(tally->shape.n_nodes * KEPT + 1, c->apart * sizeof *c->kept_bin);
    c->kept_rank = calloc(tally->shape.n_nodes * KEPT + 1, c->apart * sizeof *c->kept_rank);
    c->n_kept = calloc(tally->shape.n_nodes + 1, sizeof *c->n_kept);
    c->n_idle = calloc(tally->shape.n_nodes + 1, sizeof *c->n_idle);
    c->score_bin = calloc(n_lanes + 1, c->score_row * sizeof *c->score_bin);
    c->rank_bin = calloc(n_lanes + 1, c->rank_row * sizeof *c->rank_bin);
    c->least = calloc(n_lanes + 1, sizeof *c->least);
    c->most = calloc(n_lanes + 1, sizeof *c->most);
    c->sum = calloc(n_lanes + 1, sizeof *c->sum);
    c->square = calloc(n_lanes + 1, sizeof *c->square);
    if (c->kept_bin == NULL || c->kept_rank == NULL || c->n_kept == NULL || c->n_idle == NULL || c->score_bin == NULL ||
        c->rank_bin == NULL || list_bins_of_ranks(tally, c) != CSI_OK || c->least == NULL || c->most == NULL ||
        c->sum == NULL || c->square == NULL) {
        csi_counts_free(c);
        return CSI_ERR_MEMORY;
    }
    clear_digest(c, 0, n_lanes);
    *counts = c;
    return CSI_OK;
}

void csi_counts_free(csi_counts *counts)
{
    if (counts != NULL) {
        free(counts->bin_of_rank);
        free(counts->kept_bin);
        free(counts->kept_rank);
        free(counts->n_kept);
        free(counts->n_idle);
        free(counts->score_bin);
        free(counts->rank_bin);
        free(counts->least);
        free(counts->most);
        free(counts->sum);
        free(counts->square);
        free(counts);
    }
}

/* Counts the bins and ranks of n_lanes (a constant) lanes in n_batches, which lie `apart` entries apart. */
CSI_INLINE void count_lanes(const uint16_t *restrict bin, const uint16_t *restrict rank, size_t n_batches, size_t apart,
                            const size_t n_lanes, size_t score_row, size_t rank_row, uint16_t *restrict score_bin,
                            uint16_t *restrict rank_bin)
{
    for (size_t b = 0; b < n_batches; b++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            for (size_t lane = 0; lane < n_lanes; lane++) {
                const size_t at = b * apart + lane * COLUMNS + k;
                score_bin[lane * score_row + bin[at]]++;
                rank_bin[lane * rank_row + rank[at]]++;
            }
        }
    }
}

/* Asks for what is kept of the lanes after TOGETHER: each batch's lie in another place, too many for the processor to foresee. */
static void ask_for_next(const uint16_t *bin, const uint16_t *rank, size_t n_batches, size_t apart)
{
    for (size_t b = 0; b < n_batches; b++) {
        for (size_t i = 0; i < TOGETHER * COLUMNS; i += LINE) {
            __builtin_prefetch(bin + b * apart + TOGETHER * COLUMNS + i);
            __builtin_prefetch(rank + b * apart + TOGETHER * COLUMNS + i);
        }
    }
}

static void count_kept(csi_counts *c, size_t node, size_t n)
{
    const size_t apart = c->apart, n_batches = c->n_kept[node];
    const uint16_t *bin = c->kept_bin + node * KEPT * apart, *rank = c->kept_rank + node * KEPT * apart;
    uint16_t *score_bin = c->score_bin + node * c->stride * c->score_row, *rank_bin = c->rank_bin + node * c->stride * c->rank_row;
    size_t lane = 0;
    for (; lane + TOGETHER <= n; lane += TOGETHER) {
        ask_for_next(bin + lane * COLUMNS, rank + lane * COLUMNS, n_batches, apart);
        count_lanes(bin + lane * COLUMNS, rank + lane * COLUMNS, n_batches, apart, TOGETHER, c->score_row, c->rank_row,
                    score_bin + lane * c->score_row, rank_bin + lane * c->rank_row);
    }
    for (; lane < n; lane++) {
        count_lanes(bin + lane * COLUMNS, rank + lane * COLUMNS, n_batches, apart, 1, c->score_row, c->rank_row,
                    score_bin + lane * c->score_row, rank_bin + lane * c->rank_row);
    }
    c->n_kept[node] = 0;
}

void csi_counts_room(const csi_counts *counts, size_t node, uint16_t **bin, uint16_t **rank)
{
    const size_t at = (node * KEPT + counts->n_kept[node]) * counts->apart;
    *bin = counts->kept_bin + at;
    *rank = counts->kept_rank + at;
}

void csi_counts_digest(csi_counts *counts, size_t node, const double *score, size_t first, size_t n)
{
    csi_counts *c = counts;
    const size_t at = node * c->stride + first;
    csi_digest(score + first * COLUMNS, n, c->low, c->place_scale, c->least + at, c->most + at, c->sum + at, c->square + at);
}

void csi_counts_add(csi_counts *counts, size_t node, size_t n_columns, size_t n)
{
    csi_counts *c = counts;
    uint16_t *bin, *rank;
    csi_counts_room(c, node, &bin, &rank);
    for (size_t i = 0; i < n * COLUMNS && c->bin_of_rank != NULL; i++) {
        rank[i] = c->bin_of_rank[rank[i]];
    }
    c->n_idle[node] += COLUMNS - n_columns;
    c->n_kept[node]++;
    if (c->n_kept[node] == KEPT) {
        count_kept(c, node, n);
    }
}

/* to += from, from = 0, over n counters; `from` is padded to whole lines. */
CSI_INLINE void move_body(uint16_t *restrict from, size_t n, uint32_t *restrict to)
{
    for (size_t i = 0; i < n; i += LINE) {
        uint16_t any = 0;
        for (size_t j = i; j < i + LINE; j++) {
            any |= from[j];
        }
        const size_t end = any == 0 ? i : i + LINE < n ? i + LINE : n;
        for (size_t j = i; j < end; j++) {
            to[j] += from[j];
            from[j] = 0;
        }
    }
}
static void move(uint16_t *restrict from, size_t n, uint32_t *restrict to);
CSI_LANES(move, (uint16_t *restrict from, size_t n, uint32_t *restrict to), (from, n, to))

/* The bins of a lane between its least and its most score, and that of no score. */
static void move_scores(const csi_counts *c, size_t lane, uint32_t *to)
{
    uint16_t *from = c->score_bin + lane * c->score_row;
    to[0] += from[0];
    from[0] = 0;
    if (c->least[lane] <= c->most[lane]) {
        const size_t first = csi_rank_bin_of(c->least[lane], c->low, c->high) / LINE * LINE;
        move(from + first, csi_rank_bin_of(c->most[lane], c->low, c->high) + 1 - first, to + first);
    }
}

void csi_counts_flush(csi_counts *counts, size_t node, uint64_t n, size_t n_lanes, const size_t *country, size_t year,
                      csi_tallies *tally)
{
    csi_counts *c = counts;
    const size_t first = node * c->stride;
    count_kept(c, node, n_lanes);
    for (size_t i = 0; i < tally->shape.n_countries; i++) {
        const size_t lane = first + i, at = csi_tallies_at(tally, node, year, country[i]);
        uint32_t *score_bin = tally->score_bin + at * CSI_TALLY_BINS, *rank_bin = tally->rank_bin + at * c->n_rank_bins;
        csi_tallies_cell *cell = &tally->cell[at];
        if (i >= n_lanes) {
            score_bin[0] += (uint32_t)n;
            rank_bin[0] += (uint32_t)n;
            continue;
        }
        c->score_bin[lane * c->score_row] = (uint16_t)(c->score_bin[lane * c->score_row] - c->n_idle[node]);
        c->rank_bin[lane * c->rank_row] = (uint16_t)(c->rank_bin[lane * c->rank_row] - c->n_idle[node]);
        move_scores(c, lane, score_bin);
        move(c->rank_bin + lane * c->rank_row, c->n_rank_bins, rank_bin);
        cell->least = fmin(cell->least, c->least[lane]);
        cell->most = fmax(cell->most, c->most[lane]);
        cell->sum += c->sum[lane];
        cell->square += c->square[lane];
    }
    clear_digest(c, first, n_lanes);
    c->n_idle[node] = 0;
}
