/* See ensemble_alike.h. What an entering indicator or a break does to a score depends on the rule, the weights and the
 * goalposts that were drawn, so it is taken out of each replicate anew and not once for all.
 *
 * Down the tree, with l of a child the like-for-like part of its own difference, that of its parent is
 *     sum over the common children  slope l + weight part
 * of metrics/decompose_mean.c; an indicator's is its difference, or 0 across a break. The arithmetic mean and the geometric
 * one of positive values are taken for many replicates at once (metrics/ensemble_alike_rows.c): with f the identity or the
 * logarithm and K(a, b) = (a - b)/(f(a) - f(b)), slope = mean(u0, u1) K(s0C, s1C)/K(x0, x1). Other rules go one by one. */
#include "metrics/ensemble_alike.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "core/workers.h"
#include "metrics/decompose.h"
#include "metrics/ensemble_alike_rows.h"
#include "metrics/ensemble_children.h"

#define CELLS (CSI_CHUNK * CSI_ABREAST)
#define ROWS_OF_CHILD 9

/* What one thread works with. */
typedef struct workspace {
    csi_replicate *replicate[CSI_ABREAST];
    csi_children *children[2];
    csi_child *column[2];    /* [indicator] */
    float *kept, *error;
    double *scratch;
    double *x[2], *like;     /* [node][row][replicate]: scores of the two years, and their difference like for like */
    double *weight[2];       /* [node][replicate] */
    double *family;          /* seven columns of a family's children */
    double *rows;            /* [ROWS_OF_CHILD][child][replicate] */
    csi_parts *part;
    csi_effect *effect;
    csi_diag *quiet;         /* of replicates that walk; the methods' warnings were given when the ensemble was made */
} workspace;

typedef struct job {
    const csi_ensemble *e;
    const csi_alike_options *options;
    size_t year[2];
    bool *is_below;          /* [node]: the node itself or below it */
    bool *is_broken;         /* [indicator] */
    float *difference;
    workspace *workspace;
} job;

static bool is_present(double x, double weight)
{
    return !isnan(x) && weight > 0;
}

/* The children of one node in one replicate and country. */
typedef struct family {
    size_t n;
    csi_rule_kind kind;
    const csi_step *step;
    double floor;
    double *x[2], *w[2]; /* NaN: missing */
    double *f[2];        /* x on the axis of the rule */
    double *like;
} family;

static double axis_of(const family *f, double x)
{
    const double floored = x < f->floor ? f->floor : x;
    return f->kind == CSI_RULE_GEOMETRIC ? csi_log(floored) : f->kind == CSI_RULE_HARMONIC ? 1 / floored : x;
}

static double score_of(const family *f, int side)
{
    double sum = 0, weight = 0;
    for (size_t q = 0; q < f->n; q++) {
        if (is_present(f->x[side][q], f->w[side][q])) {
            sum += f->w[side][q] * f->f[side][q];
            weight += f->w[side][q];
        }
    }
    sum /= weight;
    return f->kind == CSI_RULE_GEOMETRIC ? csi_exp(sum) : f->kind == CSI_RULE_HARMONIC ? 1 / sum : sum;
}

/* By the general split. */
static double like_by_parts(const family *f, double s0, double s1, csi_parts *part)
{
    double sum = 0;
    csi_decompose_mean(f->step->method->phi, f->step, f->n, f->x[0], f->w[0], s0, f->x[1], f->w[1], s1, part);
    for (size_t q = 0; q < f->n; q++) {
        sum += part[q].weight + (part[q].slope == 0 ? 0 : part[q].slope * f->like[q]);
    }
    return sum;
}

/* Whether replicate r scores the node in the year, and from which of its children. */
static const csi_patterns *pattern_of(const csi_ensemble *e, const csi_replicate *r, size_t node, size_t year, size_t lane,
                                      size_t *pattern)
{
    const csi_patterns *own = r->branch->patterns[year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
    *pattern = own->of[lane];
    return own;
}

static void take_family(const job *j, const workspace *w, size_t node, size_t lane, size_t cell, family *f)
{
    const csi_ensemble *e = j->e;
    const csi_node *own = &e->context.framework->node[node];
    const size_t r = cell % CSI_ABREAST;
    for (int side = 0; side < 2; side++) {
        size_t pattern;
        const csi_patterns *p = pattern_of(e, w->replicate[r], node, j->year[side], lane, &pattern);
        for (size_t q = 0; q < own->n_children; q++) {
            const size_t child = own->child[q];
            f->x[side][q] = p->has[q][pattern] > 0 ? w->x[side][child * CELLS + cell] : (double)NAN;
            f->w[side][q] = w->weight[side][child * CSI_ABREAST + r];
            f->f[side][q] = axis_of(f, f->x[side][q]);
            f->like[q] = w->like[child * CELLS + cell];
        }
    }
}

static void score_cell(const job *j, workspace *w, size_t node, size_t lane, size_t cell)
{
    const csi_node *own = &j->e->context.framework->node[node];
    const csi_replicate *r = w->replicate[cell % CSI_ABREAST];
    const size_t n = own->n_children, at = node * CELLS + cell;
    family f = {n, r->rule_kind[node], r->rule[node], r->rule_floor[node], {w->family, w->family + n},
                {w->family + 2 * n, w->family + 3 * n}, {w->family + 4 * n, w->family + 5 * n}, w->family + 6 * n};
    double s[2];
    take_family(j, w, node, lane, cell, &f);
    for (int side = 0; side < 2; side++) {
        size_t pattern;
        const csi_patterns *p = pattern_of(j->e, r, node, j->year[side], lane, &pattern);
        s[side] = w->x[side][at] = p->if_scored[pattern] + score_of(&f, side);
    }
    w->like[at] = isnan(s[0]) || isnan(s[1]) ? (double)NAN : like_by_parts(&f, s[0], s[1], w->part);
}

/* The children of one node and country in all replicates, for those that are plain: the arithmetic mean, or the geometric one
 * of values above its floor and 0. */
typedef struct family_rows {
    double x[2][CSI_ABREAST], is_log[CSI_ABREAST], if_scored[2][CSI_ABREAST], like[CSI_ABREAST]; /* of the node */
    bool is_plain[CSI_ABREAST];
    csi_alike_family family;
    double *child[ROWS_OF_CHILD]; /* what the family points to */
} family_rows;

static void place_rows(const workspace *w, size_t n, family_rows *f)
{
    for (size_t k = 0; k < ROWS_OF_CHILD; k++) {
        f->child[k] = w->rows + k * n * CSI_ABREAST;
    }
    f->family = (csi_alike_family){n, f->is_log, {f->child[0], f->child[1]}, {f->child[2], f->child[3]},
                                   {f->child[4], f->child[5]}, f->child[6], {f->child[7], f->child[8]}, {f->x[0], f->x[1]},
                                   f->like};
}

/* Which children replicate r has on the side, as a column of the family's rows. */
static void mark_replicate(const job *j, const workspace *w, size_t node, size_t lane, int side, size_t r, family_rows *f)
{
    const csi_node *own = &j->e->context.framework->node[node];
    size_t pattern;
    const csi_patterns *p = pattern_of(j->e, w->replicate[r], node, j->year[side], lane, &pattern);
    f->if_scored[side][r] = p->if_scored[pattern];
    for (size_t q = 0; q < own->n_children; q++) {
        const bool is_there = p->has[q][pattern] > 0 && w->weight[side][own->child[q] * CSI_ABREAST + r] > 0;
        f->child[side][q * CSI_ABREAST + r] = is_there ? 1 : 0;
    }
}

/* The same where all replicates have the same patterns, as most have. */
static void mark_alike(const csi_patterns *p, const double *weight, const csi_node *own, size_t lane, double *if_scored,
                       double *there)
{
    const size_t pattern = p->of[lane];
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        if_scored[r] = p->if_scored[pattern];
    }
    for (size_t q = 0; q < own->n_children; q++) {
        const double has = p->has[q][pattern];
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            there[q * CSI_ABREAST + r] = weight[own->child[q] * CSI_ABREAST + r] > 0 ? has : 0;
        }
    }
}

static void mark_there(const job *j, const workspace *w, size_t node, size_t lane, int side, family_rows *f)
{
    const csi_patterns *p[CSI_ABREAST];
    bool are_alike = true;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        size_t pattern;
        p[r] = pattern_of(j->e, w->replicate[r], node, j->year[side], lane, &pattern);
        are_alike = are_alike && p[r] == p[0];
    }
    if (are_alike) {
        mark_alike(p[0], w->weight[side], &j->e->context.framework->node[node], lane, f->if_scored[side], f->child[side]);
        return;
    }
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        mark_replicate(j, w, node, lane, side, r, f);
    }
}

/* Whether no value of the geometric means is at or below its floor, or 0. */
static void judge_plain(const workspace *w, size_t node, size_t n, family_rows *f)
{
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const csi_rule_kind kind = w->replicate[r]->rule_kind[node];
        const double least = fmax(w->replicate[r]->rule_floor[node], 0);
        f->is_log[r] = kind == CSI_RULE_GEOMETRIC ? 1 : 0;
        f->is_plain[r] = kind == CSI_RULE_GEOMETRIC || kind == CSI_RULE_ARITHMETIC;
        for (size_t at = r; at < n * CSI_ABREAST && kind == CSI_RULE_GEOMETRIC; at += CSI_ABREAST) {
            const bool is_low = (f->child[0][at] > 0 && f->child[2][at] <= least) || (f->child[1][at] > 0 && f->child[3][at] <= least);
            f->is_plain[r] = f->is_plain[r] && !is_low;
        }
    }
}

static void take_rows(const job *j, const workspace *w, size_t node, size_t lane, size_t cell, family_rows *f)
{
    const csi_node *own = &j->e->context.framework->node[node];
    place_rows(w, own->n_children, f);
    for (int side = 0; side < 2; side++) {
        mark_there(j, w, node, lane, side, f);
        for (size_t q = 0; q < own->n_children; q++) {
            const size_t child = own->child[q], at = q * CSI_ABREAST;
            memcpy(f->child[2 + side] + at, w->x[side] + child * CELLS + cell, sizeof f->like);
            memcpy(f->child[4 + side] + at, w->weight[side] + child * CSI_ABREAST, sizeof f->like);
            memcpy(f->child[6] + at, w->like + child * CELLS + cell, sizeof f->like);
        }
    }
    judge_plain(w, node, own->n_children, f);
}

static void score_row(const job *j, workspace *w, size_t node, size_t lane, size_t cell)
{
    family_rows f;
    take_rows(j, w, node, lane, cell, &f);
    csi_alike_rows(&f.family);
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const size_t at = node * CELLS + cell + r;
        if (!f.is_plain[r]) {
            score_cell(j, w, node, lane, cell + r);
            continue;
        }
        w->x[0][at] = f.if_scored[0][r] + f.x[0][r];
        w->x[1][at] = f.if_scored[1][r] + f.x[1][r];
        w->like[at] = isnan(w->x[0][at]) || isnan(w->x[1][at]) ? (double)NAN : f.like[r];
    }
}

static void make_indicator(const job *j, workspace *w, size_t indicator, size_t first, size_t n)
{
    for (int side = 0; side < 2; side++) {
        const csi_child *column = &w->column[side][indicator];
        const double *rows = column->x == NULL ? csi_children_make(w->children[side], column, first, n) : NULL;
        for (size_t cell = 0; cell < n * CSI_ABREAST; cell++) {
            w->x[side][indicator * CELLS + cell] = rows != NULL ? rows[cell] : column->x[first + cell / CSI_ABREAST];
        }
    }
    for (size_t at = indicator * CELLS; at < indicator * CELLS + n * CSI_ABREAST; at++) {
        w->like[at] = j->is_broken[indicator] ? 0 : w->x[1][at] - w->x[0][at];
    }
}

/* The subtree of `node`, children before their parent, in n lanes from `first` on. */
static void make_node(const job *j, workspace *w, size_t node, size_t first, size_t n)
{
    const csi_node *own = &j->e->context.framework->node[node];
    if (node < j->e->n_indicators) {
        make_indicator(j, w, node, first, n);
        return;
    }
    for (size_t q = 0; q < own->n_children; q++) {
        make_node(j, w, own->child[q], first, n);
    }
    for (size_t i = 0; i < n; i++) {
        score_row(j, w, node, first + i, i * CSI_ABREAST);
    }
}

static void begin_batch(const job *j, workspace *w)
{
    const csi_ensemble *e = j->e;
    uint64_t key[CSI_ABREAST];
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        key[r] = w->replicate[r]->error_key;
    }
    csi_kept_errors(e, key, w->kept);
    for (int side = 0; side < 2; side++) {
        csi_children_begin(w->children[side], (const csi_replicate *const *)w->replicate, j->year[side], w->kept);
        csi_children_begin_node(w->children[side]);
        for (size_t i = 0; i < e->n_indicators; i++) {
            if (j->is_below[i]) {
                w->column[side][i] = csi_children_of(w->children[side], i, i, CSI_RULE_ARITHMETIC, 0);
            }
        }
        for (size_t at = 0; at < e->n_nodes * CSI_ABREAST; at++) {
            const csi_replicate *r = w->replicate[at % CSI_ABREAST];
            const size_t node = at / CSI_ABREAST;
            w->weight[side][at] = e->nominal[node * e->n_years + j->year[side]] *
                                  (r->has_weights ? r->weight_factor[node] : 1);
        }
    }
}

/* n replicates from number `start` on, all fast; those beyond repeat them. */
static void take_fast(const job *j, workspace *w, size_t start, size_t n)
{
    const csi_ensemble *e = j->e;
    const double *like = w->like + j->options->node * CELLS;
    const size_t *lanes = e->n_lanes + j->options->node - e->n_indicators;
    const size_t n_from = lanes[j->year[0] * (e->n_nodes - e->n_indicators)];
    const size_t n_to = lanes[j->year[1] * (e->n_nodes - e->n_indicators)], n_lanes = n_from < n_to ? n_from : n_to;
    begin_batch(j, w);
    for (size_t lane = 0; lane < e->n_countries; lane++) {
        const size_t row = lane % CSI_CHUNK;
        if (row == 0 && lane < n_lanes) {
            make_node(j, w, j->options->node, lane, n_lanes - lane < CSI_CHUNK ? n_lanes - lane : CSI_CHUNK);
        }
        for (size_t r = 0; r < n; r++) {
            j->difference[e->country[lane] * j->options->n_replicates + start + r] =
                lane < n_lanes ? (float)like[row * CSI_ABREAST + r] : (float)NAN;
        }
    }
}

/* A replicate that walked. */
typedef struct walked {
    const job *j;
    workspace *w;
    size_t number;
} walked;

static bool compares_countries(const job *j, const csi_recipe *recipe)
{
    bool does = false;
    for (size_t node = j->e->n_indicators; node < j->e->n_nodes; node++) {
        does = does || (j->is_below[node] && recipe->node_rule[node].step->method->phi == NULL);
    }
    return does;
}

static csi_status take_walked(void *user, const csi_recipe *recipe, const csi_context *context, const csi_result *result)
{
    const walked *own = user;
    const job *j = own->j;
    const size_t node = j->options->node;
    const bool is_whole = compares_countries(j, recipe);
    csi_status status = CSI_OK;
    for (size_t c = 0; c < j->e->n_countries && status == CSI_OK; c++) {
        const csi_point a = {result, j->year[0], c}, b = {result, j->year[1], c};
        double like = csi_panel_get(result->scores, node, b.year, c) - csi_panel_get(result->scores, node, a.year, c);
        size_t n = 0;
        if (is_whole) {
            like -= j->options->apart[c];
        } else if (!isnan(like)) {
            status = csi_decompose(recipe, context, &a, &b, node, own->w->quiet, own->w->effect, &n);
        }
        for (size_t i = 0; i < n; i++) {
            const bool is_apart = own->w->effect[i].cause == CSI_CAUSE_COVERAGE || own->w->effect[i].cause == CSI_CAUSE_BREAK;
            like -= is_apart ? own->w->effect[i].effect : 0;
        }
        j->difference[c * j->options->n_replicates + own->number] = (float)like;
    }
    return status;
}

static csi_status take_batch(void *user, size_t number, size_t thread)
{
    const job *j = user;
    workspace *w = &j->workspace[thread];
    const size_t start = number * CSI_ABREAST, left = j->options->n_replicates - start;
    const size_t n = left < CSI_ABREAST ? left : CSI_ABREAST;
    bool is_slow = false;
    csi_status status = CSI_OK;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        csi_draw_plan plan = {.sobol = NULL};
        for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
            plan.key[factor] = start + (r < n ? r : n - 1);
        }
        csi_replicate_draw(j->e, &plan, w->scratch, w->replicate[r]);
        is_slow = is_slow || w->replicate[r]->is_slow;
    }
    if (!is_slow) {
        take_fast(j, w, start, n);
    }
    for (size_t r = 0; r < n && is_slow && status == CSI_OK; r++) {
        walked own = {j, w, start + r};
        status = csi_walk_use(j->e, w->replicate[r], w->error, w->quiet, take_walked, &own);
    }
    return status;
}

static void clear_workspace(workspace *w)
{
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        csi_replicate_free(w->replicate[r]);
    }
    for (int side = 0; side < 2; side++) {
        csi_children_free(w->children[side]);
        free(w->column[side]);
        free(w->x[side]);
        free(w->weight[side]);
    }
    free(w->kept);
    free(w->error);
    free(w->scratch);
    free(w->like);
    free(w->family);
    free(w->rows);
    free(w->part);
    free(w->effect);
    csi_diag_free(w->quiet);
}

static csi_status fill_workspace(const csi_ensemble *e, workspace *w)
{
    bool is_whole = true;
    for (size_t r = 0; r < CSI_ABREAST && is_whole; r++) {
        is_whole = csi_replicate_new(e, &w->replicate[r]) == CSI_OK;
    }
    for (int side = 0; side < 2 && is_whole; side++) {
        w->column[side] = calloc(e->n_indicators + 1, sizeof *w->column[side]);
        w->x[side] = calloc(e->n_nodes * CELLS, sizeof *w->x[side]);
        w->weight[side] = calloc(e->n_nodes * CSI_ABREAST, sizeof *w->weight[side]);
        is_whole = csi_children_new(e, &w->children[side]) == CSI_OK && w->column[side] != NULL && w->x[side] != NULL &&
                   w->weight[side] != NULL;
    }
    w->kept = calloc(csi_kept_room(e) + 1, sizeof *w->kept);
    w->error = calloc(csi_error_room(e) + 1, sizeof *w->error);
    w->scratch = calloc(csi_draw_room(e) + 1, sizeof *w->scratch);
    w->like = calloc(e->n_nodes * CELLS, sizeof *w->like);
    w->family = calloc(7 * e->n_nodes, sizeof *w->family);
    w->rows = calloc(ROWS_OF_CHILD * e->n_nodes, CSI_ABREAST * sizeof *w->rows);
    w->part = calloc(e->n_nodes, sizeof *w->part);
    w->effect = calloc(csi_max_effects(e->context.framework) + 1, sizeof *w->effect);
    w->quiet = csi_diag_new(1);
    return !is_whole || w->kept == NULL || w->error == NULL || w->scratch == NULL || w->like == NULL || w->family == NULL || w->rows == NULL ||
                   w->part == NULL || w->effect == NULL || w->quiet == NULL
               ? CSI_ERR_MEMORY
               : CSI_OK;
}

static void mark_below(job *j, size_t node)
{
    const csi_node *own = &j->e->context.framework->node[node];
    j->is_below[node] = true;
    for (size_t q = 0; node >= j->e->n_indicators && q < own->n_children; q++) {
        mark_below(j, own->child[q]);
    }
}

static void find_breaks(job *j)
{
    const int first_year = j->e->raw->first_year + (int)j->e->context.first_scored_year;
    for (size_t i = 0; i < j->e->n_indicators; i++) {
        const csi_node *own = &j->e->context.framework->node[i];
        for (size_t b = 0; b < own->n_breaks; b++) {
            j->is_broken[i] = j->is_broken[i] || (own->breaks[b] > first_year + (int)j->year[0] &&
                                                  own->breaks[b] <= first_year + (int)j->year[1]);
        }
    }
}

/* Why a walk failed, said once. */
static void pass_error_on(const job *j, size_t n_threads, csi_diag *diag)
{
    for (size_t t = 0; t < n_threads; t++) {
        size_t n = 0;
        const csi_message *message = csi_diag_messages(j->workspace[t].quiet, &n);
        for (size_t i = 0; i < n; i++) {
            if (message[i].severity == CSI_ERROR) {
                csi_diag_error(diag, message[i].status, NULL, "in a replicate of the ensemble: %s", message[i].text);
                return;
            }
        }
    }
}

csi_status csi_ensemble_alike(const csi_ensemble *ensemble, const csi_alike_options *options, csi_diag *diag,
                              float *difference)
{
    const size_t n_threads = csi_workers_count(options->n_threads);
    job j = {.e = ensemble, .options = options, .year = {options->from, options->to}, .difference = difference};
    csi_status status = CSI_ERR_MEMORY;
    j.is_below = calloc(ensemble->n_nodes, sizeof *j.is_below);
    j.is_broken = calloc(ensemble->n_indicators + 1, sizeof *j.is_broken);
    j.workspace = calloc(n_threads, sizeof *j.workspace);
    if (j.is_below == NULL || j.is_broken == NULL || j.workspace == NULL) {
        goto out;
    }
    mark_below(&j, options->node);
    find_breaks(&j);
    for (size_t t = 0; t < n_threads; t++) {
        CSI_TRY(fill_workspace(ensemble, &j.workspace[t]));
    }
    status = csi_workers_run(n_threads, (options->n_replicates + CSI_ABREAST - 1) / CSI_ABREAST, take_batch, &j);
    if (status != CSI_OK) {
        pass_error_on(&j, n_threads, diag);
    }
out:
    for (size_t t = 0; j.workspace != NULL && t < n_threads; t++) {
        clear_workspace(&j.workspace[t]);
    }
    free(j.workspace);
    free(j.is_below);
    free(j.is_broken);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "the changes of the ensemble") : status;
}
