/* See cube.h. */
#include "ingest/cube.h"

#include <math.h>
#include <stdlib.h>

typedef struct cell {
    double value;
    csi_origin origin; /* line 0: empty */
} cell;

typedef struct block {
    cell *cell;             /* [series][year]; NULL: no observation yet */
    double *standard_error; /* likewise, when the cube keeps them */
    double *error_below;    /* likewise, from the first one on that differs from above */
} block;

struct csi_cube {
    size_t n_series, n_years;
    int first_year;
    bool with_standard_error;
    block *block; /* by slot */
    size_t n_blocks;
};

csi_cube *csi_cube_new(size_t n_series, int first_year, size_t n_years, bool with_standard_error)
{
    csi_cube *cube = calloc(1, sizeof *cube);
    if (cube != NULL) {
        cube->n_series = n_series;
        cube->first_year = first_year;
        cube->n_years = n_years;
        cube->with_standard_error = with_standard_error;
    }
    return cube;
}

static void free_block(block *block_)
{
    free(block_->cell);
    free(block_->standard_error);
    free(block_->error_below);
    *block_ = (block){0};
}

void csi_cube_free(csi_cube *cube)
{
    if (cube != NULL) {
        for (size_t i = 0; i < cube->n_blocks; i++) {
            free_block(&cube->block[i]);
        }
        free(cube->block);
        free(cube);
    }
}

static csi_status make_block(csi_cube *cube, uint32_t slot)
{
    if (slot >= cube->n_blocks) {
        const size_t n = ((size_t)slot + 1) * 2;
        block *grown = realloc(cube->block, n * sizeof *grown);
        if (grown == NULL) {
            return CSI_ERR_MEMORY;
        }
        for (size_t i = cube->n_blocks; i < n; i++) {
            grown[i] = (block){0};
        }
        cube->block = grown;
        cube->n_blocks = n;
    }
    size_t n_cells;
    if (__builtin_mul_overflow(cube->n_series, cube->n_years, &n_cells)) {
        return CSI_ERR_MEMORY;
    }
    block *made = &cube->block[slot];
    if (made->cell == NULL) {
        made->cell = calloc(n_cells, sizeof *made->cell);
        made->standard_error = cube->with_standard_error ? malloc(n_cells * sizeof *made->standard_error) : NULL;
        if (made->cell == NULL || (cube->with_standard_error && made->standard_error == NULL)) {
            free_block(made);
            return CSI_ERR_MEMORY;
        }
        for (size_t i = 0; made->standard_error != NULL && i < n_cells; i++) {
            made->standard_error[i] = NAN;
        }
    }
    return CSI_OK;
}

static csi_status put_below(const csi_cube *cube, block *to, size_t at, double below)
{
    const size_t n_cells = cube->n_series * cube->n_years;
    if (to->error_below == NULL) {
        to->error_below = malloc(n_cells * sizeof *to->error_below);
        if (to->error_below == NULL) {
            return CSI_ERR_MEMORY;
        }
        for (size_t i = 0; i < n_cells; i++) {
            to->error_below[i] = NAN;
        }
    }
    to->error_below[at] = below;
    return CSI_OK;
}

csi_status csi_cube_put(csi_cube *cube, uint32_t slot, size_t series, size_t year, double value, csi_spread spread,
                        csi_origin origin, csi_origin *taken)
{
    if (slot >= cube->n_blocks || cube->block[slot].cell == NULL) {
        const csi_status status = make_block(cube, slot);
        if (status != CSI_OK) {
            return status;
        }
    }
    const size_t at = series * cube->n_years + year;
    cell *to = &cube->block[slot].cell[at];
    *taken = to->origin;
    if (to->origin.line == 0) {
        *to = (cell){value, origin};
        if (cube->with_standard_error) {
            cube->block[slot].standard_error[at] = spread.above;
        }
        if (cube->with_standard_error && !isnan(spread.below)) {
            return put_below(cube, &cube->block[slot], at, spread.below);
        }
    }
    return CSI_OK;
}

void csi_cube_prefetch(const csi_cube *cube, uint32_t slot, size_t series, size_t year)
{
    if (csi_cube_has(cube, slot)) {
        __builtin_prefetch(&cube->block[slot].cell[series * cube->n_years + year], 1);
    }
}

bool csi_cube_has(const csi_cube *cube, uint32_t slot)
{
    return slot < cube->n_blocks && cube->block[slot].cell != NULL;
}

/* A few units at once, so that neighbours on the panel's last axis are written together. */
#define TOGETHER 16

static void move_cell(const csi_cube *cube, const block *from, size_t at, size_t to, csi_raw *raw)
{
    if (from->cell[at].origin.line != 0) {
        raw->panel->value[to] = from->cell[at].value;
        raw->panel->state[to] = CSI_CELL_OBSERVED;
        raw->origin[to] = from->cell[at].origin;
        if (cube->with_standard_error) {
            raw->panel->standard_error[to] = from->standard_error[at];
        }
        if (from->error_below != NULL) {
            raw->panel->error_below[to] = from->error_below[at];
        }
    }
}

/* The blocks of countries first to first + n, in their order. */
static void move_blocks(const csi_cube *cube, block *const *from, size_t first, size_t n, csi_raw *raw)
{
    for (size_t series = 0; series < cube->n_series; series++) {
        for (size_t year = 0; year < cube->n_years; year++) {
            const size_t to = csi_panel_at(raw->panel, series, year, first);
            for (size_t i = 0; i < n; i++) {
                move_cell(cube, from[i], series * cube->n_years + year, to + i, raw);
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        free_block(from[i]);
    }
}

csi_status csi_cube_finish(csi_cube *cube, csi_units *units, csi_arena *arena, csi_raw *raw)
{
    csi_status status = CSI_OK;
    const size_t n_units = csi_units_count(units);
    bool *used = calloc(n_units + 1, sizeof *used);
    size_t *axis = calloc(n_units + 1, sizeof *axis);
    block **sorted = calloc(n_units + 1, sizeof *sorted);
    if (used == NULL || axis == NULL || sorted == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (size_t slot = 0; slot < n_units && slot < cube->n_blocks; slot++) {
        used[slot] = cube->block[slot].cell != NULL;
    }
    CSI_TRY(csi_units_finish(units, used, arena, &raw->countries, axis));
    CSI_TRY(csi_panel_new(cube->n_series, cube->first_year, cube->n_years, raw->countries.n, cube->with_standard_error,
                          &raw->panel));
    raw->origin = calloc(cube->n_series * cube->n_years * raw->countries.n + 1, sizeof *raw->origin);
    if (raw->origin == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (size_t slot = 0; slot < n_units; slot++) {
        if (used[slot]) {
            sorted[axis[slot]] = &cube->block[slot];
            CSI_TRY(cube->block[slot].error_below == NULL ? CSI_OK : csi_panel_add_error_below(raw->panel));
        }
    }
    for (size_t first = 0; first < raw->countries.n; first += TOGETHER) {
        const size_t left = raw->countries.n - first;
        move_blocks(cube, sorted + first, first, left < TOGETHER ? left : TOGETHER, raw);
    }
out:
    free(sorted);
    free(used);
    free(axis);
    return status;
}
