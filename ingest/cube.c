/* See cube.h and, for how it is laid out, cube_slab.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/cube_slab.h"

#define AHEAD 12       /* observations */
#define FIRST_CHUNK ((size_t)1 << 20)

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
    cube->n_slabs = n_series / CSI_SLAB_SERIES + 1;
    cube->slab = calloc(cube->n_slabs, sizeof *cube->slab);
    if (cube->slab == NULL) {
        free(cube);
        return NULL;
    }
    for (size_t i = 0; i < cube->n_slabs; i++) {
        cube->slab[i].chunks = (csi_chunks){.first_room = FIRST_CHUNK, .alignment = _Alignof(csi_cell_given)};
    }
    return cube;
}

void csi_cube_free(csi_cube *cube)
{
    if (cube != NULL) {
        for (size_t i = 0; i < cube->n_slabs; i++) {
            csi_slab_clear(&cube->slab[i]);
        }
        csi_chunks_free(&cube->values);
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

/* Makes the unit known to the slab and to the cube. */
static csi_status make_part(csi_cube *cube, csi_slab *s, uint32_t slot)
{
    if (slot >= s->n_units) {
        csi_slab_unit *unit = grown(s->unit, sizeof *unit, slot, &s->n_units);
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
    return CSI_OK;
}

static csi_status make_cells(csi_cube *cube, csi_slab *s, uint32_t slot)
{
    csi_status status = CSI_OK;
    size_t n_cells, n_bytes;
    const size_t size = sizeof(csi_cell_given) + (cube->with_standard_error ? sizeof(csi_spread) : 0);
    if (__builtin_mul_overflow(csi_series_in_slab(cube), cube->n_years, &n_cells) ||
        __builtin_mul_overflow(n_cells, size, &n_bytes)) {
        return CSI_ERR_MEMORY;
    }
    CSI_TRY(make_part(cube, s, slot));
    s->unit[slot].cell = csi_chunks_take(&s->chunks, n_bytes);
    if (s->unit[slot].cell == NULL) {
        return CSI_ERR_MEMORY;
    }
    s->has_cells = cube->has[slot] = true;
out:
    return status;
}

static csi_status make_rows(csi_cube *cube, csi_slab *s, uint32_t slot)
{
    csi_status status = CSI_OK;
    CSI_TRY(make_part(cube, s, slot));
    s->unit[slot].row = csi_chunks_take(&s->chunks, csi_series_in_slab(cube) * sizeof(csi_row_given));
    if (s->unit[slot].row == NULL) {
        return CSI_ERR_MEMORY;
    }
    s->has_rows = cube->has[slot] = true;
out:
    return status;
}

/* Rows of a file may jump from cell to cell all over the cube: the cell of a later one is fetched meanwhile. */
static inline void prefetch(const csi_cube *cube, const csi_observation *seen)
{
    const csi_slab *s = &cube->slab[seen->series / CSI_SLAB_SERIES];
    if (seen->slot < s->n_units && s->unit[seen->slot].cell != NULL) {
        __builtin_prefetch(&s->unit[seen->slot].cell[seen->series % CSI_SLAB_SERIES * cube->n_years + seen->year], 1);
    }
}

/* Whether a row gave the year; the cell has none then. */
static inline bool row_gives(const csi_slab_unit *unit, size_t series, size_t year)
{
    const csi_row_given *row = unit->row != NULL ? &unit->row[series % CSI_SLAB_SERIES] : NULL;
    return row != NULL && row->value != NULL && !isnan(row->value[year]);
}

static void put_spread(csi_cube *cube, csi_cell_given *unit, size_t at, csi_spread spread)
{
    csi_slab_spreads(cube, unit)[at] = spread;
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
        csi_slab *s = &cube->slab[next->series / CSI_SLAB_SERIES];
        if (i + AHEAD < n) {
            prefetch(cube, next + AHEAD);
        }
        if (next->slot >= s->n_units || s->unit[next->slot].cell == NULL) {
            CSI_TRY(make_cells(cube, s, next->slot));
        }
        const size_t at = next->series % CSI_SLAB_SERIES * cube->n_years + next->year;
        csi_slab_unit *unit = &s->unit[next->slot];
        if (unit->cell[at].origin.line != 0 || row_gives(unit, next->series, next->year)) {
            *taken = unit->cell[at].origin.line != 0 ? unit->cell[at].origin : unit->row[next->series % CSI_SLAB_SERIES].origin;
            break;
        }
        unit->cell[at] = (csi_cell_given){next->value, next->origin};
        if (cube->with_standard_error) {
            put_spread(cube, unit->cell, at, spread != NULL ? spread[i] : (csi_spread){NAN, NAN});
        }
    }
out:
    *n_put = i;
    return status;
}

bool csi_cube_has_series(const csi_cube *cube, uint32_t slot, size_t series)
{
    const csi_slab *s = &cube->slab[series / CSI_SLAB_SERIES];
    return slot < s->n_units && (s->unit[slot].cell != NULL || s->unit[slot].row != NULL);
}

bool csi_cube_gives(const csi_cube *cube, uint32_t slot, size_t series, size_t year)
{
    const csi_slab_unit *unit = &cube->slab[series / CSI_SLAB_SERIES].unit[slot];
    const size_t at = series % CSI_SLAB_SERIES * cube->n_years + year;
    return (unit->cell != NULL && unit->cell[at].origin.line != 0) || row_gives(unit, series, year);
}

static bool has_cell(const csi_cube *cube, const csi_slab_unit *unit, size_t series)
{
    const csi_cell_given *c = unit->cell != NULL ? unit->cell + series % CSI_SLAB_SERIES * cube->n_years : NULL;
    for (size_t year = 0; c != NULL && year < cube->n_years; year++) {
        if (c[year].origin.line != 0) {
            return true;
        }
    }
    return false;
}

csi_status csi_cube_put_row(csi_cube *cube, const csi_series_row *row, bool *is_put)
{
    csi_status status = CSI_OK;
    csi_slab *s = &cube->slab[row->series / CSI_SLAB_SERIES];
    *is_put = false;
    if (row->slot >= s->n_units || s->unit[row->slot].row == NULL) {
        CSI_TRY(make_rows(cube, s, row->slot));
    }
    csi_row_given *to = &s->unit[row->slot].row[row->series % CSI_SLAB_SERIES];
    if (to->value == NULL && !has_cell(cube, &s->unit[row->slot], row->series)) {
        *to = (csi_row_given){row->value, {.line = row->line, .file = row->file}};
        *is_put = true;
    }
out:
    return status;
}

void csi_cube_keep(csi_cube *cube, csi_chunks *values)
{
    csi_chunks_move(values, &cube->values);
}

bool csi_cube_has(const csi_cube *cube, uint32_t slot)
{
    return slot < cube->n_slots && cube->has[slot];
}
