/* Both files are in the same order (code, country, year), so one walk over the two meets every cell once; a file that is
 * not in order is refused, since a cell could be missed. Only years that both results read are compared: a longer series
 * is no revision. */
#include "index/revision_cells.h"

#include <math.h>
#include <string.h>

#include "index/rows.h"

/* One side of the walk. */
typedef struct cursor {
    csi_rows *rows;
    size_t code, iso3, year, raw; /* columns */
    bool has_row;
    char before_code[256], before_iso3[64];
    int before_year;
    int at_year;
    double value;
} cursor;

static int order(const char *code_a, const char *iso3_a, int year_a, const char *code_b, const char *iso3_b, int year_b)
{
    int difference = strcmp(code_a, code_b);
    difference = difference != 0 ? difference : strcmp(iso3_a, iso3_b);
    return difference != 0 ? difference : (year_a > year_b) - (year_a < year_b);
}

static csi_status step(cursor *c, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(csi_rows_next(c->rows, diag, &c->has_row));
    if (!c->has_row) {
        return CSI_OK;
    }
    CSI_TRY(csi_rows_integer(c->rows, c->year, 0, diag, &c->at_year));
    CSI_TRY(csi_rows_number(c->rows, c->raw, diag, &c->value));
    const char *code = csi_rows_text(c->rows, c->code), *iso3 = csi_rows_text(c->rows, c->iso3);
    const csi_place place = csi_rows_place(c->rows);
    if (strlen(code) >= sizeof c->before_code || strlen(iso3) >= sizeof c->before_iso3) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "this code is too long to compare");
    }
    if (order(c->before_code, c->before_iso3, c->before_year, code, iso3, c->at_year) >= 0) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "the cells are not in the order of code, iso3 and year here");
    }
    memcpy(c->before_code, code, strlen(code) + 1);
    memcpy(c->before_iso3, iso3, strlen(iso3) + 1);
    c->before_year = c->at_year;
out:
    return status;
}

static csi_status open_cursor(csi_arena *arena, const char *directory, csi_diag *diag, cursor *c)
{
    const char *path = csi_arena_format(arena, "%s/quality.csv.gz", directory);
    csi_status status;
    c->before_year = -100000;
    if (path == NULL) {
        return csi_diag_no_memory(diag, "comparing cells");
    }
    CSI_TRY(csi_rows_open(path, path, diag, &c->rows));
    CSI_TRY(csi_rows_expect(c->rows, "code", diag, &c->code));
    CSI_TRY(csi_rows_expect(c->rows, "iso3", diag, &c->iso3));
    CSI_TRY(csi_rows_expect(c->rows, "year", diag, &c->year));
    CSI_TRY(csi_rows_expect(c->rows, "raw", diag, &c->raw));
    CSI_TRY(step(c, diag));
out:
    return status;
}

/* The record of the code, a new one when it differs from the last: codes come in order. */
static csi_status find_cells(csi_revision *revision, const char *code, size_t room, csi_diag *diag,
                             csi_cell_revisions **cells)
{
    const size_t n = revision->n_indicators;
    *cells = n > 0 ? &revision->cells[n - 1] : NULL;
    if (n > 0 && strcmp(revision->cells[n - 1].code, code) == 0) {
        return CSI_OK;
    }
    if (n == room) {
        return csi_diag_error(diag, CSI_ERR_DATA, NULL, "quality.csv.gz has more indicators than the codebooks");
    }
    const char *copy = csi_arena_copy(revision->arena, code, strlen(code));
    if (copy == NULL) {
        return csi_diag_no_memory(diag, "comparing cells");
    }
    *cells = &revision->cells[revision->n_indicators++];
    (*cells)->code = copy;
    return CSI_OK;
}

static void count(csi_cell_revisions *cells, double old, double new)
{
    const bool was = !isnan(old), is = !isnan(new);
    cells->n_old += was;
    cells->n_new += is;
    cells->n_added += is && !was;
    cells->n_gone += was && !is;
    if (was && is && old != new) {
        cells->n_revised++;
        cells->largest = fmax(cells->largest, fabs(new - old));
    }
}

/* The years that a result read, from its manifest. */
static void years_of(const csi_results *results, int *first, int *last)
{
    const csi_setting *index = csi_setting_find(results->manifest, "index");
    const csi_setting *from = csi_setting_find(index, "read_from"), *to = csi_setting_find(index, "last_year");
    int64_t a = results->first_year, b = results->first_year + (int64_t)results->n_years - 1;
    if (from == NULL || to == NULL || csi_setting_integer(from, -9999, 9999, NULL, &a) != CSI_OK ||
        csi_setting_integer(to, -9999, 9999, NULL, &b) != CSI_OK) {
        a = results->first_year;
    }
    *first = (int)a;
    *last = (int)b;
}

static csi_status walk(csi_revision *revision, cursor *old, cursor *new, size_t room, csi_diag *diag)
{
    int old_first, old_last, new_first, new_last;
    csi_status status = CSI_OK;
    years_of(revision->old, &old_first, &old_last);
    years_of(revision->new, &new_first, &new_last);
    const int first = old_first > new_first ? old_first : new_first, last = old_last < new_last ? old_last : new_last;
    while (old->has_row || new->has_row) {
        const int which = !old->has_row   ? 1
                          : !new->has_row ? -1
                                          : order(old->before_code, old->before_iso3, old->at_year, new->before_code,
                                                  new->before_iso3, new->at_year);
        const cursor *at = which <= 0 ? old : new;
        if (at->at_year >= first && at->at_year <= last) {
            csi_cell_revisions *cells;
            CSI_TRY(find_cells(revision, at->before_code, room, diag, &cells));
            count(cells, which <= 0 ? old->value : NAN, which >= 0 ? new->value : NAN);
        }
        if (which <= 0) {
            CSI_TRY(step(old, diag));
        }
        if (which >= 0) {
            CSI_TRY(step(new, diag));
        }
    }
out:
    return status;
}

csi_status csi_revision_compare_cells(csi_revision *revision, const char *old, const char *new, csi_diag *diag)
{
    enum { MAX_INDICATORS = 20000 };
    cursor *side = csi_arena_alloc(revision->arena, 2, sizeof *side);
    csi_status status;
    revision->cells = csi_arena_alloc(revision->arena, MAX_INDICATORS, sizeof *revision->cells);
    if (side == NULL || revision->cells == NULL) {
        return csi_diag_no_memory(diag, "comparing cells");
    }
    CSI_TRY(open_cursor(revision->arena, old, diag, &side[0]));
    CSI_TRY(open_cursor(revision->arena, new, diag, &side[1]));
    CSI_TRY(walk(revision, &side[0], &side[1], MAX_INDICATORS, diag));
    revision->all = (csi_cell_revisions){.code = "", .largest = NAN};
    for (size_t i = 0; i < revision->n_indicators; i++) {
        revision->all.n_old += revision->cells[i].n_old;
        revision->all.n_new += revision->cells[i].n_new;
        revision->all.n_added += revision->cells[i].n_added;
        revision->all.n_gone += revision->cells[i].n_gone;
        revision->all.n_revised += revision->cells[i].n_revised;
    }
out:
    csi_rows_close(side[0].rows);
    csi_rows_close(side[1].rows);
    return status;
}
