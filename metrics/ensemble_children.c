/* See ensemble_children.h. An indicator that nothing moves has one column for all replicates of a branch, made
 * beforehand. One with errors or drawn goalposts is made here for every replicate, as the pipeline does.
 * Replicates of a batch mostly share their branch; where they do not, the column is made for each branch and every
 * replicate takes its own. */
#include "metrics/ensemble_children.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_child_loops.h"

/* What replicates of a batch have in common. */
typedef struct source {
    const csi_branch *branch;
    bool has_errors, has_goalposts;
    int64_t is_of[CSI_ABREAST]; /* -1: the replicate has it */
} source;

struct csi_children {
    const csi_ensemble *e;
    const csi_replicate *const *replicate;
    size_t year, n_sources, n_raw_cells;
    source source[CSI_ABREAST];
    uint64_t error_key[CSI_ABREAST];
    const float *kept;
    float *error;      /* [slot][panel year][stride][CSI_ABREAST] */
    size_t n_slots;    /* taken by the node at hand */
    double *made;      /* [place][CSI_CHUNK][CSI_ABREAST] */
    double *other;     /* [CSI_CHUNK][CSI_ABREAST]: of one of several sources */
    double *carried;   /* likewise: with errors, before they are placed */
    double *placed;    /* likewise: before they are ready */
    csi_posts *posts;  /* [place * CSI_ABREAST + source] */
};

void csi_make_ready(const double *x, csi_rule_kind kind, double floor, size_t n, double *ready)
{
    if (kind == CSI_RULE_GEOMETRIC) {
        logarithms(x, n, floor, ready);
    } else if (kind == CSI_RULE_HARMONIC) {
        inverses(x, n, floor, ready);
    } else {
        fill(x, n, ready);
    }
}

/* Each replicate that is meant takes its rows. */
CSI_INLINE void csi_choose_rows_body(const double *restrict from, const int64_t *restrict is_meant, size_t n,
                                     double *restrict to)
{
    const csi_half_integers *meant = (const csi_half_integers *)(const void *)is_meant;
    const csi_half_integers *x = (const csi_half_integers *)(const void *)from;
    csi_half_integers *y = (csi_half_integers *)(void *)to;
    for (size_t i = 0; i < 2 * n; i += 2) {
        y[i] = (x[i] & meant[0]) | (y[i] & ~meant[0]);
        y[i + 1] = (x[i + 1] & meant[1]) | (y[i + 1] & ~meant[1]);
    }
}
CSI_LANES(csi_choose_rows, (const double *restrict from, const int64_t *restrict is_meant, size_t n, double *restrict to),
          (from, is_meant, n, to))

static size_t most_children(const csi_ensemble *e)
{
    return e->n_nodes; /* a node whose children are passed over takes theirs */
}

csi_status csi_children_new(const csi_ensemble *ensemble, csi_children **columns)
{
    const size_t n = most_children(ensemble), n_cells = CSI_CHUNK * CSI_ABREAST;
    csi_children *c = calloc(1, sizeof *c);
    *columns = NULL;
    if (c == NULL) {
        return CSI_ERR_MEMORY;
    }
    c->e = ensemble;
    c->n_raw_cells = ensemble->raw->n_years * ensemble->stride * CSI_ABREAST;
    c->error = calloc(ensemble->n_erring * c->n_raw_cells + 1, sizeof *c->error);
    c->made = calloc(n * n_cells, sizeof *c->made);
    c->other = calloc(n_cells, sizeof *c->other);
    c->carried = calloc(n_cells, sizeof *c->carried);
    c->placed = calloc(n_cells, sizeof *c->placed);
    c->posts = calloc(n * CSI_ABREAST, sizeof *c->posts);
    if (c->error == NULL || c->made == NULL || c->other == NULL || c->carried == NULL || c->placed == NULL ||
        c->posts == NULL) {
        csi_children_free(c);
        return CSI_ERR_MEMORY;
    }
    *columns = c;
    return CSI_OK;
}

void csi_children_free(csi_children *columns)
{
    if (columns != NULL) {
        free(columns->error);
        free(columns->made);
        free(columns->other);
        free(columns->carried);
        free(columns->placed);
        free(columns->posts);
        free(columns);
    }
}

void csi_children_begin(csi_children *columns, const csi_replicate *const *replicate, size_t year, const float *kept)
{
    csi_children *c = columns;
    c->replicate = replicate;
    c->year = year;
    c->kept = kept;
    c->n_sources = 0;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const csi_replicate *own = replicate[r];
        size_t s = 0;
        while (s < c->n_sources && !(c->source[s].branch->fixed == own->branch->fixed &&
                                     c->source[s].has_errors == own->has_errors &&
                                     c->source[s].has_goalposts == own->has_goalposts)) {
            s++;
        }
        if (s == c->n_sources) {
            c->source[c->n_sources++] = (source){own->branch, own->has_errors, own->has_goalposts, {0}};
        }
        c->source[s].is_of[r] = -1;
        c->error_key[r] = own->error_key;
    }
}

static const csi_error_column *errors_of(const csi_children *c, const source *s, size_t indicator)
{
    return s->branch->has_posts && s->has_errors && s->branch->error != NULL
               ? s->branch->error[c->year * c->e->n_indicators + indicator]
               : NULL;
}

static bool is_moved(const csi_children *c, const source *s, size_t indicator)
{
    return s->branch->has_posts && s->has_goalposts && !c->e->spec->goalpost_is_fixed[indicator];
}

static bool is_fixed(const csi_children *c, const source *s, size_t indicator)
{
    return errors_of(c, s, indicator) == NULL && !is_moved(c, s, indicator);
}

/* The column of a branch that nothing moves, as made beforehand; NULL where the rule wants another form. */
static const double *fixed_column(const csi_children *c, const csi_branch *v, const csi_child *column)
{
    const size_t at = (c->year * c->e->n_indicators + column->indicator) * c->e->stride;
    if (column->kind == CSI_RULE_ARITHMETIC) {
        return v->fixed_value + at;
    }
    return column->kind == CSI_RULE_GEOMETRIC && column->floor <= 0.0 ? v->fixed_log + at : NULL;
}

static float *errors_at(const csi_children *c, size_t slot)
{
    return c->error + slot * c->n_raw_cells;
}

/* Draws the errors that any source needs, into a slot of the column's own. */
static void draw_errors(csi_children *c, csi_child *column)
{
    const csi_ensemble *e = c->e;
    bool has_errors = false;
    column->slot = c->n_slots;
    for (size_t year = 0; year < e->raw->n_years; year++) {
        bool is_needed = false;
        size_t k = 0;
        for (size_t s = 0; s < c->n_sources; s++) {
            const csi_error_column *own = errors_of(c, &c->source[s], column->indicator);
            k = own != NULL ? own->erring : k;
            has_errors = has_errors || own != NULL;
            is_needed = is_needed ||
                        (own != NULL &&
                         c->source[s].branch->error_is_needed[(c->year * e->n_erring + k) * e->raw->n_years + year]);
        }
        if (is_needed) {
            csi_indicator_errors(e, c->error_key, k, year, c->kept,
                                 errors_at(c, column->slot) + year * e->stride * CSI_ABREAST);
        }
    }
    c->n_slots += has_errors ? 1 : 0;
}

static void find_posts(const csi_children *c, const source *s, size_t indicator, csi_posts *posts)
{
    const csi_ensemble *e = c->e;
    const size_t at = indicator * e->n_years + c->year;
    const bool has_moved = is_moved(c, s, indicator);
    double by_low[CSI_ABREAST], by_high[CSI_ABREAST];
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        by_low[r] = has_moved ? c->replicate[r]->low[indicator] : 0.0;
        by_high[r] = has_moved ? c->replicate[r]->high[indicator] : 0.0;
    }
    move_posts(s->branch->low[at], s->branch->high[at], by_low, by_high, e->context.framework->node[indicator].direction < 0,
               posts);
}

void csi_children_begin_node(csi_children *columns)
{
    columns->n_slots = 0;
}

csi_child csi_children_of(csi_children *columns, size_t indicator, size_t place, csi_rule_kind kind, double floor)
{
    csi_children *c = columns;
    csi_child column = {.indicator = indicator, .place = place, .kind = kind, .floor = floor};
    if (c->n_sources == 1 && is_fixed(c, &c->source[0], indicator)) {
        column.x = fixed_column(c, c->source[0].branch, &column);
        column.is_shared = column.x != NULL;
    }
    if (column.x != NULL) {
        return column;
    }
    for (size_t s = 0; s < c->n_sources; s++) {
        if (!is_fixed(c, &c->source[s], indicator)) {
            find_posts(c, &c->source[s], indicator, &c->posts[place * CSI_ABREAST + s]);
        }
    }
    draw_errors(c, &column);
    return column;
}

/* The values with their errors, before they are normalised. */
static void carry_terms(const csi_children *c, const csi_error_column *own, const csi_child *column, size_t first, size_t n,
                        double *rows)
{
    const float *error = errors_at(c, column->slot);
    carry(own->a.x + first, own->a.size + first, own->a.at + first, error, n, rows);
    if (own->share != NULL) {
        carry_on(own->b.x + first, own->b.size + first, own->b.at + first, own->share + first, error, n, rows);
    }
    for (size_t i = 0; i < n * CSI_ABREAST && own->transform != CSI_TRANSFORM_NONE; i++) {
        rows[i] = csi_transform_apply(own->transform, rows[i]);
    }
}

/* The rows that errors or goalposts move, as one source has them. */
static void make_moved(const csi_children *c, size_t s, const csi_child *column, size_t first, size_t n, double *rows)
{
    const source *own = &c->source[s];
    const csi_branch *v = own->branch;
    const csi_error_column *erring = errors_of(c, own, column->indicator);
    const csi_posts *posts = &c->posts[column->place * CSI_ABREAST + s];
    const bool is_ready = column->kind == CSI_RULE_ARITHMETIC;
    const bool is_tame = posts->is_tame && (erring == NULL ? v->is_tame : erring->is_tame) && csi_divide_is_fused();
    const placing to = {posts, v->clips ? 0.0 : -(double)INFINITY, v->clips ? 1.0 : (double)INFINITY, v->a, v->b - v->a,
                        is_ready ? 0.0 : (double)NAN};
    const double *x = v->treated + (c->year * c->e->n_indicators + column->indicator) * c->e->stride + first;
    double *placed = is_ready ? rows : c->placed;
    if (erring != NULL) {
        carry_terms(c, erring, column, first, n, c->carried);
        x = c->carried;
    }
    place(&to, x, erring == NULL, is_tame, n, placed);
    if (!is_ready) {
        csi_make_ready(placed, column->kind, column->floor, n * CSI_ABREAST, rows);
    }
}

/* The rows as one source has them. */
static void make_rows(const csi_children *c, size_t s, const csi_child *column, size_t first, size_t n, double *rows)
{
    const csi_branch *v = c->source[s].branch;
    if (!is_fixed(c, &c->source[s], column->indicator)) {
        make_moved(c, s, column, first, n, rows);
        return;
    }
    const double *fixed = fixed_column(c, v, column);
    if (fixed != NULL) {
        spread(fixed + first, n, rows);
        return;
    }
    spread(v->fixed + (c->year * c->e->n_indicators + column->indicator) * c->e->stride + first, n, c->placed);
    csi_make_ready(c->placed, column->kind, column->floor, n * CSI_ABREAST, rows);
}

const double *csi_children_make(csi_children *columns, const csi_child *column, size_t first, size_t n)
{
    const csi_children *c = columns;
    double *rows = c->made + column->place * CSI_CHUNK * CSI_ABREAST;
    make_rows(c, 0, column, first, n, rows);
    for (size_t s = 1; s < c->n_sources; s++) {
        make_rows(c, s, column, first, n, c->other);
        csi_choose_rows(c->other, c->source[s].is_of, n, rows);
    }
    return rows;
}
