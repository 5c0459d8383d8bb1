/* Moving a cube into the panel: slab by slab, on several threads. See cube.h. */
#include <math.h>
#include <stdlib.h>

#include "core/workers.h"
#include "ingest/cube_slab.h"
#include "ingest/tally.h"

typedef struct move {
    csi_cube *cube;
    csi_tally *tally;
    csi_raw *raw;
    const uint32_t *slot; /* by country */
    const double *none;   /* [year], all NaN */
    struct workspace *workspace; /* by thread */
} move;

/* A series of a unit, by year. */
typedef struct workspace {
    double *value, *error;
    csi_origin *origin;
} workspace;

/* A few units at once, so that neighbours on the panel's last axis are written together. */
#define TOGETHER 16

static void move_spread(csi_panel *panel, size_t to, csi_spread spread)
{
    panel->standard_error[to] = spread.above;
    if (panel->error_below != NULL) {
        panel->error_below[to] = spread.below;
    }
}

/* The rows of one series and countries first to first + n. */
static void move_rows(const move *m, const csi_slab_unit *unit, size_t series, size_t first, size_t n)
{
    csi_panel *panel = m->raw->panel;
    const double *value[TOGETHER];
    for (size_t i = 0; i < n; i++) {
        const csi_row_given *row = unit[i].row != NULL ? &unit[i].row[series % CSI_SLAB_SERIES] : NULL;
        value[i] = row != NULL && row->value != NULL ? row->value : m->none;
        m->raw->origins.row[series * panel->n_countries + first + i] = row != NULL ? row->origin : (csi_origin){0};
    }
    for (size_t year = 0; year < panel->n_years; year++) {
        double *to = panel->value + csi_panel_at(panel, series, year, first);
        csi_cell *state = panel->state + (to - panel->value);
        for (size_t i = 0; i < n; i++) {
            const double v = value[i][year];
            to[i] = v;
            state[i] = (csi_cell)(isnan(v) ? CSI_CELL_MISSING : CSI_CELL_OBSERVED);
        }
    }
}

/* The same for single cells; `beside` rows, they were moved before. */
static void move_cells(const move *m, const csi_slab_unit *unit, bool beside, size_t series, size_t first, size_t n)
{
    static const csi_cell_given empty = {0};
    const size_t n_years = m->cube->n_years, from = series % CSI_SLAB_SERIES * n_years;
    csi_panel *panel = m->raw->panel;
    const csi_origins *origins = &m->raw->origins;
    for (size_t year = 0; year < n_years; year++) {
        const size_t to = csi_panel_at(panel, series, year, first);
        csi_origin *origin = origins->cell + (origins->block[series] * n_years + year) * panel->n_countries + first;
        for (size_t i = 0; i < n; i++) {
            const csi_cell_given *c = unit[i].cell != NULL ? &unit[i].cell[from + year] : &empty;
            const bool is_given = c->origin.line != 0;
            const bool by_row = beside && !is_given && panel->state[to + i] == CSI_CELL_OBSERVED;
            origin[i] = by_row ? csi_origins_of_row(origins, unit[i].row[series % CSI_SLAB_SERIES].origin, year) : c->origin;
            if (is_given || !beside) {
                panel->value[to + i] = is_given ? c->value : (double)NAN;
                panel->state[to + i] = is_given ? CSI_CELL_OBSERVED : CSI_CELL_MISSING;
            }
            if (panel->standard_error != NULL) {
                move_spread(panel, to + i,
                            is_given ? csi_slab_spreads(m->cube, unit[i].cell)[from + year] : (csi_spread){NAN, NAN});
            }
        }
    }
}

/* What the tally makes of the series; `beside` rows or cells, which were moved before, only of what is missing yet. */
static void move_tallied(const move *m, workspace *w, bool beside, size_t series, size_t first, size_t n)
{
    csi_panel *panel = m->raw->panel;
    csi_origin *origins = m->raw->origins.cell + m->raw->origins.block[series] * panel->n_years * panel->n_countries;
    for (size_t i = first; i < first + n; i++) {
        csi_tally_get(m->tally, m->slot[i], series, w->value, panel->standard_error != NULL ? w->error : NULL, w->origin);
        for (size_t year = 0; year < panel->n_years; year++) {
            const size_t to = csi_panel_at(panel, series, year, i);
            const bool is_given = w->origin[year].line != 0;
            if (beside && (!is_given || panel->state[to] != CSI_CELL_MISSING)) {
                continue;
            }
            panel->value[to] = w->value[year];
            panel->state[to] = (csi_cell)(is_given ? CSI_CELL_OBSERVED : CSI_CELL_MISSING);
            origins[year * panel->n_countries + i] = w->origin[year];
            if (panel->standard_error != NULL) {
                move_spread(panel, to, (csi_spread){w->error[year], NAN});
            }
        }
    }
}

/* A series without single cells has no standard errors. */
static void move_no_spreads(const move *m, size_t series, size_t first, size_t n)
{
    for (size_t year = 0; year < m->cube->n_years; year++) {
        for (size_t i = 0; i < n; i++) {
            move_spread(m->raw->panel, csi_panel_at(m->raw->panel, series, year, first + i), (csi_spread){NAN, NAN});
        }
    }
}

static void move_one(const move *m, workspace *w, const csi_slab_unit *unit, size_t series, size_t first, size_t n)
{
    const csi_slab *s = &m->cube->slab[series / CSI_SLAB_SERIES];
    const bool is_tallied = csi_tally_makes(m->tally, series), has_block = m->raw->origins.block[series] != CSI_NONE;
    if (s->has_rows || !(s->has_cells || is_tallied)) {
        move_rows(m, unit, series, first, n);
    }
    if (s->has_cells || (s->has_rows && has_block)) {
        move_cells(m, unit, s->has_rows, series, first, n);
    } else if (m->raw->panel->standard_error != NULL && !is_tallied) {
        move_no_spreads(m, series, first, n);
    }
    if (is_tallied) {
        move_tallied(m, w, s->has_cells || s->has_rows, series, first, n);
    }
}

static csi_status move_slab(void *user, size_t job, size_t thread)
{
    const move *m = user;
    csi_slab *s = &m->cube->slab[job];
    const size_t n_countries = m->raw->countries.n, end = (job + 1) * CSI_SLAB_SERIES;
    for (size_t first = 0; first < n_countries; first += TOGETHER) {
        const size_t n = n_countries - first < TOGETHER ? n_countries - first : TOGETHER;
        csi_slab_unit unit[TOGETHER];
        for (size_t i = 0; i < n; i++) {
            const uint32_t slot = m->slot[first + i];
            unit[i] = slot < s->n_units ? s->unit[slot] : (csi_slab_unit){0};
        }
        for (size_t series = job * CSI_SLAB_SERIES; series < end && series < m->cube->n_series; series++) {
            move_one(m, &m->workspace[thread], unit, series, first, n);
        }
    }
    csi_slab_clear(s);
    return CSI_OK;
}

static csi_status make_origins(const csi_cube *cube, const csi_tally *tally, const uint16_t **column, csi_raw *raw)
{
    bool *has_cells = calloc(cube->n_series + 1, sizeof *has_cells);
    if (has_cells == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t series = 0; series < cube->n_series; series++) {
        has_cells[series] = cube->slab[series / CSI_SLAB_SERIES].has_cells || csi_tally_makes(tally, series);
    }
    const csi_status status =
        csi_origins_init(&raw->origins, cube->n_series, cube->n_years, raw->countries.n, has_cells, column);
    free(has_cells);
    return status;
}

/* n_years of each kind for so many threads, as one block beside the array; NULL when out of memory. */
static workspace *make_workspaces(size_t n_threads, size_t n_years)
{
    size_t n_bytes;
    const size_t one = 2 * sizeof(double) + sizeof(csi_origin);
    if (__builtin_mul_overflow(n_years, one, &n_bytes) ||
        __builtin_mul_overflow(n_bytes + sizeof(workspace), n_threads, &n_bytes)) {
        return NULL;
    }
    workspace *made = malloc(n_bytes);
    double *at = made == NULL ? NULL : (double *)(void *)(made + n_threads);
    for (size_t i = 0; i < n_threads && made != NULL; i++, at += 3 * n_years) {
        made[i] = (workspace){at, at + n_years, (csi_origin *)(void *)(at + 2 * n_years)};
    }
    return made;
}

csi_status csi_cube_finish(csi_cube *cube, csi_tally *tally, csi_units *units, const uint16_t **column, size_t n_threads,
                           csi_arena *arena, csi_raw *raw)
{
    csi_status status = CSI_OK;
    const size_t n_units = csi_units_count(units);
    bool *used = calloc(n_units + 1, sizeof *used);
    size_t *axis = calloc(n_units + 1, sizeof *axis);
    uint32_t *sorted = calloc(n_units + 1, sizeof *sorted);
    double *none = calloc(cube->n_years, sizeof *none);
    workspace *workspaces = make_workspaces(csi_workers_count(n_threads), cube->n_years);
    if (used == NULL || axis == NULL || sorted == NULL || none == NULL || workspaces == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (uint32_t slot = 0; slot < n_units; slot++) {
        used[slot] = csi_cube_has(cube, slot) || csi_tally_has(tally, slot);
    }
    for (size_t year = 0; year < cube->n_years; year++) {
        none[year] = NAN;
    }
    CSI_TRY(csi_units_finish(units, used, arena, &raw->countries, axis));
    CSI_TRY(csi_panel_new_unfilled(cube->n_series, cube->first_year, cube->n_years, raw->countries.n,
                                   cube->with_standard_error, &raw->panel));
    CSI_TRY(cube->has_below ? csi_panel_add_error_below(raw->panel) : CSI_OK);
    CSI_TRY(make_origins(cube, tally, column, raw));
    for (uint32_t slot = 0; slot < n_units; slot++) {
        if (used[slot]) {
            sorted[axis[slot]] = slot;
        }
    }
    move m = {.cube = cube, .tally = tally, .raw = raw, .slot = sorted, .none = none, .workspace = workspaces};
    status = csi_workers_run(n_threads, cube->n_slabs, move_slab, &m);
out:
    free(sorted);
    free(used);
    free(axis);
    free(none);
    free(workspaces);
    return status;
}
