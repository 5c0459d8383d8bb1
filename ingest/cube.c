/* See cube.h.
 *
 * Cells are kept in slabs, a slab being some series of all units, because that is how the panel wants them: slab after
 * slab is moved and given back, so that the cells are never in memory twice. Within a slab the years of a unit's series
 * lie side by side, as files bring them. */
#include "ingest/cube.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "ingest/chunks.h"

#define AHEAD 12       /* observations */
#define SLAB_SERIES 64
#define FIRST_CHUNK ((size_t)1 << 20)

typedef struct cell {
    double value;
    csi_origin origin; /* line 0: empty */
} cell;

typedef struct slab {
    cell **unit; /* by slot: [series in the slab][year], then their spreads likewise; NULL: no observation yet */
    size_t n_units;
    csi_chunks chunks;
} slab;

struct csi_cube {
    size_t n_series, n_years;
    int first_year;
    bool with_standard_error;
    bool has_below; /* some spread is another below than above */
    slab *slab;
    size_t n_slabs;
    bool *has; /* by slot */
    size_t n_slots;
};

csi_cube *csi_cube_new(size_t n_series, int first_year, size_t n_years, bool with_standard_error)
{
    csi_cube *cube = calloc(1, sizeof *cube);
    if (cube == NULL) {
        return NULL;
    }
    cube->n_series = n_series;
    cube->first_year = first_year;
    cube->n_years = n_years;
    cube->with_standard_error = with_standard_error;
    cube->n_slabs = n_series / SLAB_SERIES + 1;
    cube->slab = calloc(cube->n_slabs, sizeof *cube->slab);
    if (cube->slab == NULL) {
        free(cube);
        return NULL;
    }
    for (size_t i = 0; i < cube->n_slabs; i++) {
        cube->slab[i].chunks = (csi_chunks){.first_room = FIRST_CHUNK, .alignment = _Alignof(cell)};
    }
    return cube;
}

static void free_slab(slab *s)
{
    csi_chunks_free(&s->chunks);
    free(s->unit);
    *s = (slab){0};
}

void csi_cube_free(csi_cube *cube)
{
    if (cube != NULL) {
        for (size_t i = 0; i < cube->n_slabs; i++) {
            free_slab(&cube->slab[i]);
        }
        free(cube->slab);
        free(cube->has);
        free(cube);
    }
}

/* Grows an array by slot so that it has `slot`, with zeros; *array is NULL or was grown here. */
static void *grown(void *array, size_t size, uint32_t slot, size_t *n)
{
    const size_t room = ((size_t)slot + 1) * 2;
    char *made = reallocarray(array, room, size);
    if (made != NULL) {
        memset(made + *n * size, 0, (room - *n) * size);
        *n = room;
    }
    return made;
}

/* The number of series that a slab holds: all slabs hold the same but where the framework has fewer. */
static size_t series_in_slab(const csi_cube *cube)
{
    return cube->n_series < SLAB_SERIES ? cube->n_series : SLAB_SERIES;
}

static csi_status make_cells(csi_cube *cube, slab *s, uint32_t slot)
{
    if (slot >= s->n_units) {
        cell **unit = grown(s->unit, sizeof(*unit), slot, &s->n_units);
        if (unit == NULL) {
            return CSI_ERR_MEMORY;
        }
        s->unit = unit;
    }
    if (slot >= cube->n_slots) {
        bool *has = grown(cube->has, sizeof *has, slot, &cube->n_slots);
        if (has == NULL) {
            return CSI_ERR_MEMORY;
        }
        cube->has = has;
    }
    size_t n_cells, n_bytes;
    const size_t size = sizeof(cell) + (cube->with_standard_error ? sizeof(csi_spread) : 0);
    if (__builtin_mul_overflow(series_in_slab(cube), cube->n_years, &n_cells) ||
        __builtin_mul_overflow(n_cells, size, &n_bytes)) {
        return CSI_ERR_MEMORY;
    }
    s->unit[slot] = csi_chunks_take(&s->chunks, n_bytes);
    if (s->unit[slot] == NULL) {
        return CSI_ERR_MEMORY;
    }
    cube->has[slot] = true;
    return CSI_OK;
}

/* The spread beside the first of a unit's cells. */
static csi_spread *spreads_of(const csi_cube *cube, cell *unit)
{
    return (csi_spread *)(void *)(unit + series_in_slab(cube) * cube->n_years);
}

/* Rows of a file may jump from cell to cell all over the cube: the cell of a later one is fetched meanwhile. */
static inline void prefetch(const csi_cube *cube, const csi_observation *seen)
{
    const slab *s = &cube->slab[seen->series / SLAB_SERIES];
    if (seen->slot < s->n_units && s->unit[seen->slot] != NULL) {
        __builtin_prefetch(&s->unit[seen->slot][seen->series % SLAB_SERIES * cube->n_years + seen->year], 1);
    }
}

static void put_spread(csi_cube *cube, cell *unit, size_t at, csi_spread spread)
{
    spreads_of(cube, unit)[at] = spread;
    cube->has_below = cube->has_below || !isnan(spread.below);
}

csi_status csi_cube_put_all(csi_cube *cube, const csi_observation *seen, const csi_spread *spread, size_t n, size_t *n_put,
                            csi_origin *taken)
{
    csi_status status = CSI_OK;
    size_t i = 0;
    *taken = (csi_origin){0};
    for (; i < n; i++) {
        const csi_observation *next = &seen[i];
        slab *s = &cube->slab[next->series / SLAB_SERIES];
        if (i + AHEAD < n) {
            prefetch(cube, next + AHEAD);
        }
        if (next->slot >= s->n_units || s->unit[next->slot] == NULL) {
            CSI_TRY(make_cells(cube, s, next->slot));
        }
        const size_t at = next->series % SLAB_SERIES * cube->n_years + next->year;
        cell *unit = s->unit[next->slot];
        if (unit[at].origin.line != 0) {
            *taken = unit[at].origin;
            break;
        }
        unit[at] = (cell){next->value, next->origin};
        if (cube->with_standard_error) {
            put_spread(cube, unit, at, spread != NULL ? spread[i] : (csi_spread){NAN, NAN});
        }
    }
out:
    *n_put = i;
    return status;
}

csi_status csi_cube_put(csi_cube *cube, uint32_t slot, size_t series, size_t year, double value, csi_spread spread,
                        csi_origin origin, csi_origin *taken)
{
    const csi_observation seen = {value, origin, slot, (uint32_t)series, (uint32_t)year};
    size_t n_put;
    return csi_cube_put_all(cube, &seen, &spread, 1, &n_put, taken);
}

bool csi_cube_has(const csi_cube *cube, uint32_t slot)
{
    return slot < cube->n_slots && cube->has[slot];
}

/* Moving a cube into the panel: slab by slab, on several threads. */
typedef struct move {
    csi_cube *cube;
    csi_raw *raw;
    const uint32_t *slot; /* by country */
} move;

/* A few units at once, so that neighbours on the panel's last axis are written together. */
#define TOGETHER 16

static void move_spread(csi_panel *panel, size_t to, csi_spread spread)
{
    panel->standard_error[to] = spread.above;
    if (panel->error_below != NULL) {
        panel->error_below[to] = spread.below;
    }
}

/* One series of countries first to first + n; unit[i] NULL: the country has nothing in this slab. */
static void move_series(const move *m, cell *const *unit, size_t series, size_t first, size_t n)
{
    static const cell empty = {0};
    const size_t n_years = m->cube->n_years, from = series % SLAB_SERIES * n_years;
    csi_panel *panel = m->raw->panel;
    for (size_t year = 0; year < n_years; year++) {
        const size_t to = csi_panel_at(panel, series, year, first);
        for (size_t i = 0; i < n; i++) {
            const cell *c = unit[i] != NULL ? &unit[i][from + year] : &empty;
            const bool is_given = c->origin.line != 0;
            panel->value[to + i] = is_given ? c->value : (double)NAN;
            panel->state[to + i] = is_given ? CSI_CELL_OBSERVED : CSI_CELL_MISSING;
            m->raw->origin[to + i] = c->origin;
            if (panel->standard_error != NULL) {
                move_spread(panel, to + i, is_given ? spreads_of(m->cube, unit[i])[from + year] : (csi_spread){NAN, NAN});
            }
        }
    }
}

static csi_status move_slab(void *user, size_t job, size_t thread)
{
    (void)thread;
    const move *m = user;
    slab *s = &m->cube->slab[job];
    const size_t n_countries = m->raw->countries.n, end = (job + 1) * SLAB_SERIES;
    for (size_t first = 0; first < n_countries; first += TOGETHER) {
        const size_t n = n_countries - first < TOGETHER ? n_countries - first : TOGETHER;
        cell *unit[TOGETHER];
        for (size_t i = 0; i < n; i++) {
            const uint32_t slot = m->slot[first + i];
            unit[i] = slot < s->n_units ? s->unit[slot] : NULL;
        }
        for (size_t series = job * SLAB_SERIES; series < end && series < m->cube->n_series; series++) {
            move_series(m, unit, series, first, n);
        }
    }
    free_slab(s);
    return CSI_OK;
}

csi_status csi_cube_finish(csi_cube *cube, csi_units *units, size_t n_threads, csi_arena *arena, csi_raw *raw)
{
    csi_status status = CSI_OK;
    const size_t n_units = csi_units_count(units);
    bool *used = calloc(n_units + 1, sizeof *used);
    size_t *axis = calloc(n_units + 1, sizeof *axis);
    uint32_t *sorted = calloc(n_units + 1, sizeof *sorted);
    if (used == NULL || axis == NULL || sorted == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (uint32_t slot = 0; slot < n_units; slot++) {
        used[slot] = csi_cube_has(cube, slot);
    }
    CSI_TRY(csi_units_finish(units, used, arena, &raw->countries, axis));
    CSI_TRY(csi_panel_new_unfilled(cube->n_series, cube->first_year, cube->n_years, raw->countries.n,
                                   cube->with_standard_error, &raw->panel));
    CSI_TRY(cube->has_below ? csi_panel_add_error_below(raw->panel) : CSI_OK);
    const size_t n_cells = cube->n_series * cube->n_years * raw->countries.n;
    raw->origin = calloc(n_cells + 1, sizeof *raw->origin);
    if (raw->origin == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    csi_large_pages(raw->origin, n_cells * sizeof *raw->origin);
    for (uint32_t slot = 0; slot < n_units; slot++) {
        if (used[slot]) {
            sorted[axis[slot]] = slot;
        }
    }
    move m = {.cube = cube, .raw = raw, .slot = sorted};
    status = csi_workers_run(n_threads, cube->n_slabs, move_slab, &m);
out:
    free(sorted);
    free(used);
    free(axis);
    return status;
}
