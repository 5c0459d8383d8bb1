/* See tally.h. */
#include "ingest/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/chunks.h"
#include "ingest/memo.h"

/* The values of a cell, kept for its quantile. */
typedef struct kept_values {
    size_t n, room;
    double value[];
} kept_values;

/* Half a cache line: rows come in any order, and fetching the cell is most of the work. */
typedef struct tally_cell {
    _Alignas(32) csi_origin origin; /* of the first row; line 0: none yet */
    union {
        struct {
            double n, mean, m2;
        };
        struct {
            double sum, lost; /* Neumaier's sum and what it lost */
        };
        kept_values *values;  /* owned; NULL: none */
    };
} tally_cell;

typedef struct kind {
    csi_statistic statistic;
    double probability;
    bool zero_absent;
    size_t first_year, last_year; /* with an event; first > last: none */
    csi_origin origin;            /* of the first event, which stands for the zeros too */
} kind;

#define AHEAD 12 /* rows */
#define FIRST_CHUNK ((size_t)2 << 20) /* a large page */

struct csi_tally {
    csi_chunks chunks; /* of the cells */
    size_t n_series, n_years;
    kind *kind;        /* by series */
    tally_cell **cell; /* by slot: [series][year] or NULL */
    bool **has;        /* by slot: whether any row came for the series; beside cell */
    size_t n_slots;
    csi_memo *seen;    /* (slot, series, year, id) */
    uint64_t *n_cells; /* by the file of their first row */
};

csi_tally *csi_tally_new(size_t n_series, size_t n_years, size_t n_files)
{
    csi_tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL) {
        return NULL;
    }
    tally->n_series = n_series;
    tally->n_years = n_years;
    tally->chunks = (csi_chunks){.first_room = FIRST_CHUNK, .alignment = _Alignof(tally_cell)};
    tally->kind = calloc(n_series + 1, sizeof *tally->kind);
    tally->seen = csi_memo_new();
    tally->n_cells = calloc(n_files + 1, sizeof *tally->n_cells);
    if (tally->kind == NULL || tally->seen == NULL || tally->n_cells == NULL) {
        csi_tally_free(tally);
        return NULL;
    }
    return tally;
}

static void free_values(const csi_tally *tally, size_t slot, size_t series)
{
    const bool has_values = tally->has[slot][series] && tally->kind[series].statistic == CSI_STAT_QUANTILE;
    for (size_t year = 0; has_values && year < tally->n_years; year++) {
        free(tally->cell[slot][series * tally->n_years + year].values);
    }
}

void csi_tally_free(csi_tally *tally)
{
    if (tally == NULL) {
        return;
    }
    for (size_t slot = 0; slot < tally->n_slots; slot++) {
        for (size_t series = 0; tally->cell[slot] != NULL && series < tally->n_series; series++) {
            free_values(tally, slot, series);
        }
        free(tally->has[slot]);
    }
    csi_chunks_free(&tally->chunks);
    free(tally->cell);
    free(tally->has);
    free(tally->kind);
    free(tally->n_cells);
    csi_memo_free(tally->seen);
    free(tally);
}

bool csi_tally_set(csi_tally *tally, size_t series, csi_statistic statistic, double probability, bool zero_absent)
{
    kind *k = &tally->kind[series];
    if (k->statistic != CSI_STAT_NONE) {
        return k->statistic == statistic && k->probability == probability && k->zero_absent == zero_absent;
    }
    *k = (kind){.statistic = statistic, .probability = probability, .zero_absent = zero_absent, .first_year = SIZE_MAX};
    return true;
}

static csi_status cell_at(csi_tally *tally, uint32_t slot, size_t series, size_t year, tally_cell **cell)
{
    if (slot >= tally->n_slots) {
        const size_t n = ((size_t)slot + 1) * 2;
        tally_cell **grown = realloc(tally->cell, n * sizeof *grown);
        tally->cell = grown != NULL ? grown : tally->cell;
        bool **has = grown != NULL ? realloc(tally->has, n * sizeof *has) : NULL;
        if (has == NULL) {
            return CSI_ERR_MEMORY;
        }
        tally->has = has;
        memset(grown + tally->n_slots, 0, (n - tally->n_slots) * sizeof(*grown));
        memset(has + tally->n_slots, 0, (n - tally->n_slots) * sizeof(*has));
        tally->n_slots = n;
    }
    if (tally->cell[slot] == NULL) {
        size_t n_bytes;
        if (__builtin_mul_overflow(tally->n_series * tally->n_years, sizeof **tally->cell, &n_bytes)) {
            return CSI_ERR_MEMORY;
        }
        free(tally->has[slot]);
        tally->has[slot] = calloc(tally->n_series, sizeof **tally->has);
        tally->cell[slot] = tally->has[slot] == NULL ? NULL : csi_chunks_take(&tally->chunks, n_bytes);
        if (tally->cell[slot] == NULL) {
            return CSI_ERR_MEMORY;
        }
    }
    tally->has[slot][series] = true;
    *cell = &tally->cell[slot][series * tally->n_years + year];
    return CSI_OK;
}

/* Whether this event was counted in this cell before. */
static csi_status is_new(csi_tally *tally, uint32_t slot, size_t series, size_t year, uint32_t id, bool *fresh)
{
    const uint32_t key[] = {slot, (uint32_t)series, (uint32_t)year, id};
    uint32_t *seen = csi_memo_at(tally->seen, (const char *)key, sizeof key);
    if (seen == NULL) {
        return CSI_ERR_MEMORY;
    }
    *fresh = *seen == 0;
    *seen = 1;
    return CSI_OK;
}

static void merge_moments(tally_cell *cell, const csi_share *share)
{
    const double n = cell->n + share->n, delta = share->mean - cell->mean;
    cell->mean += delta * (share->n / n);
    cell->m2 += share->m2 + delta * delta * (cell->n * share->n / n);
    cell->n = n;
}

static void add_to_sum(tally_cell *cell, const csi_share *share)
{
    const double term = share->n * share->mean, sum = cell->sum + term;
    cell->lost += fabs(cell->sum) >= fabs(term) ? (cell->sum - sum) + term : (term - sum) + cell->sum;
    cell->sum = sum;
}

static csi_status keep_value(tally_cell *cell, double value)
{
    const size_t n = cell->values == NULL ? 0 : cell->values->n;
    if (cell->values == NULL || n == cell->values->room) {
        const size_t room = n == 0 ? 8 : n * 2;
        kept_values *grown = realloc(cell->values, sizeof *grown + room * sizeof *grown->value);
        if (grown == NULL) {
            return CSI_ERR_MEMORY;
        }
        grown->n = n;
        grown->room = room;
        cell->values = grown;
    }
    cell->values->value[cell->values->n++] = value;
    return CSI_OK;
}

/* Rows of a file may jump from cell to cell: the cell of a later one is fetched meanwhile. */
static inline void prefetch(const csi_tally *tally, const csi_observation *seen)
{
    if (seen->slot < tally->n_slots && tally->cell[seen->slot] != NULL) {
        __builtin_prefetch(&tally->cell[seen->slot][seen->series * tally->n_years + seen->year], 1);
    }
}

/* What the series' statistic keeps of a row. */
static csi_status take(tally_cell *cell, csi_statistic statistic, const csi_share *share)
{
    if (statistic == CSI_STAT_QUANTILE) {
        return keep_value(cell, share->mean);
    }
    if (share->n > 0) {
        switch (statistic) {
        case CSI_STAT_COUNT:
        case CSI_STAT_DISTINCT: cell->n += share->n; break;
        case CSI_STAT_SUM: add_to_sum(cell, share); break;
        default: merge_moments(cell, share); break;
        }
    }
    return CSI_OK;
}

static inline csi_status add(csi_tally *tally, const csi_observation *seen, const csi_share *share)
{
    csi_status status = CSI_OK;
    kind *k = &tally->kind[seen->series];
    tally_cell *cell;
    bool counts = true;
    CSI_TRY(cell_at(tally, seen->slot, seen->series, seen->year, &cell));
    if (k->statistic == CSI_STAT_DISTINCT) {
        CSI_TRY(is_new(tally, seen->slot, seen->series, seen->year, share->id, &counts));
    }
    if (!counts) {
        goto out;
    }
    CSI_TRY(take(cell, k->statistic, share));
    if (cell->origin.line == 0) {
        cell->origin = seen->origin;
        tally->n_cells[seen->origin.file]++;
    }
    k->origin = k->origin.line == 0 ? seen->origin : k->origin;
    k->first_year = seen->year < k->first_year ? seen->year : k->first_year;
    k->last_year = seen->year > k->last_year ? seen->year : k->last_year;
out:
    return status;
}

csi_status csi_tally_add(csi_tally *tally, const csi_observation *seen, const csi_share *share, size_t n)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        const csi_share own = share != NULL ? share[i] : (csi_share){.n = 1, .mean = seen[i].value};
        if (i + AHEAD < n) {
            prefetch(tally, &seen[i + AHEAD]);
        }
        status = add(tally, &seen[i], &own);
    }
    return status;
}

static int compare_values(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double quantile(kept_values *values, double probability)
{
    qsort(values->value, values->n, sizeof *values->value, compare_values);
    const double at = probability * (double)(values->n - 1);
    const size_t below = (size_t)at;
    const size_t above = below + 1 < values->n ? below + 1 : below;
    return values->value[below] + (at - (double)below) * (values->value[above] - values->value[below]);
}

static double value_of(const kind *k, tally_cell *cell)
{
    switch (k->statistic) {
    case CSI_STAT_COUNT:
    case CSI_STAT_DISTINCT:
        return cell->n;
    case CSI_STAT_SUM:
        return cell->sum + cell->lost;
    case CSI_STAT_QUANTILE:
        return quantile(cell->values, k->probability);
    case CSI_STAT_NONE:
    case CSI_STAT_MEAN:
        break;
    }
    return cell->mean;
}

static double error_of(const kind *k, const tally_cell *cell)
{
    return k->statistic == CSI_STAT_MEAN && cell->n > 1 ? sqrt(cell->m2 / (cell->n - 1) / cell->n) : (double)NAN;
}

bool csi_tally_makes(const csi_tally *tally, size_t series)
{
    return tally->kind[series].statistic != CSI_STAT_NONE;
}

bool csi_tally_has(const csi_tally *tally, uint32_t slot)
{
    return slot < tally->n_slots && tally->cell[slot] != NULL;
}

/* Its origin, whose line is 0 when the tally makes nothing of it: that of the first row, or of the first event for the zero
 * of a unit without one. *cell is NULL then. */
static csi_origin find_cell(const csi_tally *tally, uint32_t slot, size_t series, size_t year, tally_cell **cell)
{
    const kind *k = &tally->kind[series];
    *cell = csi_tally_has(tally, slot) ? &tally->cell[slot][series * tally->n_years + year] : NULL;
    if (*cell != NULL && (*cell)->origin.line != 0) {
        return (*cell)->origin;
    }
    *cell = NULL;
    return k->zero_absent && year >= k->first_year && year <= k->last_year ? k->origin : (csi_origin){0};
}

/* The cells of the unit's next series are asked for next. */
static void prefetch_next(const csi_tally *tally, uint32_t slot, size_t series)
{
    const tally_cell *cell = &tally->cell[slot][series * tally->n_years];
    for (size_t year = 0; series + 1 < tally->n_series && year < tally->n_years; year += 2) {
        __builtin_prefetch(&cell[tally->n_years + year]);
    }
}

void csi_tally_get(csi_tally *tally, uint32_t slot, size_t series, double *value, double *error, csi_origin *origin)
{
    const kind *k = &tally->kind[series];
    if (csi_tally_has(tally, slot)) {
        prefetch_next(tally, slot, series);
    }
    for (size_t year = 0; year < tally->n_years; year++) {
        tally_cell *cell;
        origin[year] = find_cell(tally, slot, series, year, &cell);
        value[year] = cell != NULL ? value_of(k, cell) : origin[year].line != 0 ? 0 : (double)NAN;
        if (error != NULL) {
            error[year] = cell != NULL ? error_of(k, cell) : (double)NAN;
        }
    }
}

/* What a series of a unit adds to the counts beyond its cells with rows: zeros, and cells that the cube holds too. */
static void settle_series(const csi_tally *tally, const csi_cube *cube, uint32_t slot, size_t series, uint64_t *n_put,
                          uint64_t *n_taken)
{
    const bool may_be_taken = csi_cube_has_series(cube, slot, series);
    for (size_t year = 0; year < tally->n_years && (may_be_taken || tally->kind[series].zero_absent); year++) {
        tally_cell *cell;
        const csi_origin origin = find_cell(tally, slot, series, year, &cell);
        const bool is_taken = origin.line != 0 && may_be_taken && csi_cube_gives(cube, slot, series, year);
        *n_taken += is_taken;
        n_put[origin.file] += origin.line != 0 && cell == NULL && !is_taken;
        n_put[origin.file] -= cell != NULL && is_taken;
    }
}

void csi_tally_settle(const csi_tally *tally, const csi_cube *cube, size_t n_units, size_t n_files, uint64_t *n_put,
                      uint64_t *n_taken)
{
    *n_taken = 0;
    memcpy(n_put, tally->n_cells, n_files * sizeof *n_put);
    for (uint32_t slot = 0; slot < n_units; slot++) {
        const bool is_used = csi_cube_has(cube, slot) || csi_tally_has(tally, slot);
        for (size_t series = 0; is_used && series < tally->n_series; series++) {
            if (csi_tally_makes(tally, series)) {
                settle_series(tally, cube, slot, series, n_put, n_taken);
            }
        }
    }
}
