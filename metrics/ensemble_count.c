/* See ensemble_count.h. A country's scores fall into few bins and its ranks into few places, so that of all counters only a
 * few lines of the cache are at work: still too many for the nearest one if every batch touched them all. So the bins of
 * several batches are kept, then counted country by country. Only
 * bins between the least and the most score are looked through when they are added up. */
#include "metrics/ensemble_count.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/lanes.h"

#define COLUMNS CSI_RANK_COLUMNS
#define ABREAST 4     /* columns digested at a time; countries counted at a time, that one need not wait for the other */
#define KEPT 16       /* batches */
#define LINE 32       /* counters looked at together */

struct csi_counts {
    size_t stride, ranks_per_bin, n_rank_bins;
    size_t score_row, rank_row; /* from one lane to the next: whole lines, and one more so that lanes do not crowd */
    double low, high, place_scale;
    uint16_t *kept;             /* bins not yet counted, [node][KEPT][lane][COLUMNS] */
    size_t *n_kept;             /* [node]: batches */
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

csi_status csi_counts_new(const csi_tallies *tally, size_t stride, csi_counts **counts)
{
    const size_t n_lanes = tally->shape.n_nodes * stride; /* of 8 bytes each the tally itself has more */
    csi_counts *c = calloc(1, sizeof *c);
    *counts = NULL;
    if (c == NULL) {
        return CSI_ERR_MEMORY;
    }
    c->stride = stride;
    c->ranks_per_bin = tally->ranks_per_bin;
    c->n_rank_bins = tally->n_rank_bins;
    c->score_row = (CSI_TALLY_BINS + LINE - 1) / LINE * LINE + LINE;
    c->rank_row = (c->n_rank_bins + LINE - 1) / LINE * LINE + LINE;
    c->low = tally->shape.low;
    c->high = tally->shape.high;
    c->place_scale = csi_tallies_scale(&tally->shape);
    c->kept = calloc(n_lanes + 1, KEPT * COLUMNS * sizeof *c->kept);
    c->n_kept = calloc(tally->shape.n_nodes + 1, sizeof *c->n_kept);
    c->score_bin = calloc(n_lanes + 1, c->score_row * sizeof *c->score_bin);
    c->rank_bin = calloc(n_lanes + 1, c->rank_row * sizeof *c->rank_bin);
    c->least = calloc(n_lanes + 1, sizeof *c->least);
    c->most = calloc(n_lanes + 1, sizeof *c->most);
    c->sum = calloc(n_lanes + 1, sizeof *c->sum);
    c->square = calloc(n_lanes + 1, sizeof *c->square);
    if (c->kept == NULL || c->n_kept == NULL || c->score_bin == NULL || c->rank_bin == NULL || c->least == NULL || c->most == NULL || c->sum == NULL ||
        c->square == NULL) {
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
        free(counts->kept);
        free(counts->n_kept);
        free(counts->score_bin);
        free(counts->rank_bin);
        free(counts->least);
        free(counts->most);
        free(counts->sum);
        free(counts->square);
        free(counts);
    }
}

/* Takes the scores of n_columns (a constant) replicates into extremes and sums. */
CSI_INLINE void digest_body(const double *restrict score, size_t score_stride, const size_t n_columns, size_t n, double low,
                            double scale, double *restrict least, double *restrict most, int64_t *restrict sum,
                            int64_t *restrict square)
{
    for (size_t i = 0; i < n; i++) {
        double lowest = least[i], highest = most[i];
        int64_t all = sum[i], squares = square[i];
        for (size_t k = 0; k < n_columns; k++) {
            const double s = score[k * score_stride + i], place = (s - low) * scale;
            lowest = s < lowest ? s : lowest;
            highest = s > highest ? s : highest;
            all += (int64_t)(s == s ? s * CSI_TALLY_FIXED : 0.0);
            squares += (int64_t)(s == s ? place * place * CSI_TALLY_SQUARE : 0.0);
        }
        least[i] = lowest;
        most[i] = highest;
        sum[i] = all;
        square[i] = squares;
    }
}

CSI_INLINE void digest_four_body(const double *restrict score, size_t score_stride, size_t n, double low, double scale,
                                 double *restrict least, double *restrict most, int64_t *restrict sum,
                                 int64_t *restrict square)
{
    digest_body(score, score_stride, ABREAST, n, low, scale, least, most, sum, square);
}
static void digest_four(const double *restrict score, size_t score_stride, size_t n, double low, double scale,
                        double *restrict least, double *restrict most, int64_t *restrict sum, int64_t *restrict square);
CSI_LANES(digest_four,
          (const double *restrict score, size_t score_stride, size_t n, double low, double scale, double *restrict least,
           double *restrict most, int64_t *restrict sum, int64_t *restrict square),
          (score, score_stride, n, low, scale, least, most, sum, square))

/* Counts n_batches of bins, a batch's at bin[batch * stride * COLUMNS], of n_lanes (a constant) lanes. */
CSI_INLINE void count_lanes(const uint16_t *restrict bin, size_t n_batches, size_t stride, const size_t n_lanes, size_t row,
                            uint16_t *restrict count)
{
    for (size_t b = 0; b < n_batches; b++) {
        const uint16_t *own = bin + b * stride * COLUMNS;
        for (size_t k = 0; k < COLUMNS; k++) {
            for (size_t lane = 0; lane < n_lanes; lane++) {
                count[lane * row + own[lane * COLUMNS + k]]++;
            }
        }
    }
}

static void count_kept(csi_counts *c, size_t node, size_t n)
{
    const uint16_t *kept = c->kept + node * KEPT * c->stride * COLUMNS;
    uint16_t *count = c->score_bin + node * c->stride * c->score_row;
    size_t lane = 0;
    for (; lane + ABREAST <= n; lane += ABREAST) {
        count_lanes(kept + lane * COLUMNS, c->n_kept[node], c->stride, ABREAST, c->score_row, count + lane * c->score_row);
    }
    for (; lane < n; lane++) {
        count_lanes(kept + lane * COLUMNS, c->n_kept[node], c->stride, 1, c->score_row, count + lane * c->score_row);
    }
    c->n_kept[node] = 0;
}

static void count_scores(csi_counts *c, size_t node, const uint16_t *bin, size_t n_columns, size_t n)
{
    uint16_t *count = c->score_bin + node * c->stride * c->score_row;
    if (n_columns == COLUMNS) {
        memcpy(c->kept + (node * KEPT + c->n_kept[node]) * c->stride * COLUMNS, bin, n * COLUMNS * sizeof *bin);
        c->n_kept[node]++;
        if (c->n_kept[node] == KEPT) {
            count_kept(c, node, n);
        }
        return;
    }
    for (size_t lane = 0; lane < n; lane++) {
        for (size_t k = 0; k < n_columns; k++) {
            count[lane * c->score_row + bin[lane * COLUMNS + k]]++;
        }
    }
}

/* Counts the ranks of a full batch, one to a bin: of n_places (a constant) places in the order at a time. */
CSI_INLINE void count_places(const uint16_t *restrict rank, const uint16_t *restrict entry, const size_t n_places,
                             uint32_t row, uint16_t *restrict count)
{
    uint32_t at[ABREAST * COLUMNS];
    for (size_t i = 0; i < n_places * COLUMNS; i++) {
        at[i] = entry[i] * row + rank[i];
    }
    for (size_t k = 0; k < COLUMNS; k++) {
        for (size_t i = 0; i < n_places; i++) {
            count[at[i * COLUMNS + k]]++;
        }
    }
}

CSI_INLINE void count_ranks_body(const uint16_t *restrict rank, const uint16_t *restrict entry, size_t n, uint32_t row,
                                 uint16_t *restrict count)
{
    size_t i = 0;
    for (; i + ABREAST <= n; i += ABREAST) {
        count_places(rank + i * COLUMNS, entry + i * COLUMNS, ABREAST, row, count);
    }
    for (; i < n; i++) {
        count_places(rank + i * COLUMNS, entry + i * COLUMNS, 1, row, count);
    }
}
static void count_ranks(const uint16_t *restrict rank, const uint16_t *restrict entry, size_t n, uint32_t row,
                        uint16_t *restrict count);
CSI_LANES(count_ranks,
          (const uint16_t *restrict rank, const uint16_t *restrict entry, size_t n, uint32_t row, uint16_t *restrict count),
          (rank, entry, n, row, count))

static void count_some_ranks(const csi_ranked *ranked, size_t n, size_t n_columns, const csi_counts *c, uint16_t *count)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n_columns; k++) {
            const size_t at = i * COLUMNS + k;
            count[ranked->entry[at] * c->rank_row + (ranked->rank[at] + c->ranks_per_bin - 1) / c->ranks_per_bin]++;
        }
    }
}

void csi_counts_add(csi_counts *counts, size_t node, const csi_ranked *ranked, const double *score, size_t score_stride,
                    size_t n_columns, size_t n)
{
    csi_counts *c = counts;
    const size_t lane = node * c->stride;
    size_t k = 0;
    for (; k + ABREAST <= n_columns; k += ABREAST) {
        digest_four(score + k * score_stride, score_stride, n, c->low, c->place_scale, c->least + lane, c->most + lane,
                    c->sum + lane, c->square + lane);
    }
    for (; k < n_columns; k++) {
        digest_body(score + k * score_stride, score_stride, 1, n, c->low, c->place_scale, c->least + lane, c->most + lane,
                    c->sum + lane, c->square + lane);
    }
    uint16_t *rank_bin = c->rank_bin + lane * c->rank_row;
    count_scores(c, node, ranked->bin, n_columns, n);
    if (n_columns == COLUMNS && c->ranks_per_bin == 1) {
        count_ranks(ranked->rank, ranked->entry, n, (uint32_t)c->rank_row, rank_bin);
    } else {
        count_some_ranks(ranked, n, n_columns, c, rank_bin);
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
        move_scores(c, lane, score_bin);
        move(c->rank_bin + lane * c->rank_row, c->n_rank_bins, rank_bin);
        cell->least = fmin(cell->least, c->least[lane]);
        cell->most = fmax(cell->most, c->most[lane]);
        cell->sum += c->sum[lane];
        cell->square += c->square[lane];
    }
    clear_digest(c, first, n_lanes);
}
