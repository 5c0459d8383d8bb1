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

#include "core/workers.h"
#include "metrics/ensemble_alike_tree.h"

/* What one thread works with. */
typedef struct workspace {
    csi_alike_tree tree;
    csi_children *children[2];
    csi_child *column[2];    /* [indicator] */
    float *kept, *error;
    double *scratch;
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

static void make_indicator(const job *j, workspace *w, size_t indicator, size_t first, size_t n)
{
    for (int side = 0; side < 2; side++) {
        const csi_child *column = &w->column[side][indicator];
        const double *rows = column->x == NULL ? csi_children_make(w->children[side], column, first, n) : NULL;
        double *x = w->tree.x[side] + indicator * CSI_ALIKE_CELLS;
        for (size_t cell = 0; cell < n * CSI_ABREAST; cell++) {
            x[cell] = rows != NULL ? rows[cell] : column->x[first + cell / CSI_ABREAST];
        }
    }
    for (size_t at = indicator * CSI_ALIKE_CELLS; at < indicator * CSI_ALIKE_CELLS + n * CSI_ABREAST; at++) {
        w->tree.like[at] = j->is_broken[indicator] ? 0 : w->tree.x[1][at] - w->tree.x[0][at];
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
        csi_alike_score(&w->tree, node, first + i, i * CSI_ABREAST);
    }
}

static void begin_batch(const job *j, workspace *w)
{
    const csi_ensemble *e = j->e;
    uint64_t key[CSI_ABREAST];
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        key[r] = w->tree.replicate[r]->error_key;
    }
    csi_kept_errors(e, key, w->kept);
    for (int side = 0; side < 2; side++) {
        csi_children_begin(w->children[side], (const csi_replicate *const *)w->tree.replicate, j->year[side], w->kept);
        csi_children_begin_node(w->children[side]);
        for (size_t i = 0; i < e->n_indicators; i++) {
            if (j->is_below[i]) {
                w->column[side][i] = csi_children_of(w->children[side], i, i, CSI_RULE_ARITHMETIC, 0);
            }
        }
        for (size_t at = 0; at < e->n_nodes * CSI_ABREAST; at++) {
            const csi_replicate *r = w->tree.replicate[at % CSI_ABREAST];
            const size_t node = at / CSI_ABREAST;
            const double nominal = e->nominal[node * e->n_years + j->year[side]];
            w->tree.weight[side][at] = nominal * (r->has_weights ? r->weight_factor[node] : 1);
        }
    }
}

/* n replicates from number `start` on, all fast; those beyond repeat them. */
static void take_fast(const job *j, workspace *w, size_t start, size_t n)
{
    const csi_ensemble *e = j->e;
    const double *like = w->tree.like + j->options->node * CSI_ALIKE_CELLS;
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

static csi_status take_walked(void *user, const csi_recipe *recipe, const csi_context *context, const csi_result *result)
{
    const walked *own = user;
    const job *j = own->j;
    const size_t node = j->options->node;
    const bool is_whole = csi_compares_countries(recipe, context->framework, node);
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
            like -= csi_cause_is_alike(own->w->effect[i].cause) ? 0 : own->w->effect[i].effect;
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
        csi_replicate_draw(j->e, &plan, w->scratch, w->tree.replicate[r]);
        is_slow = is_slow || w->tree.replicate[r]->is_slow;
    }
    if (!is_slow) {
        take_fast(j, w, start, n);
    }
    for (size_t r = 0; r < n && is_slow && status == CSI_OK; r++) {
        walked own = {j, w, start + r};
        status = csi_walk_use(j->e, w->tree.replicate[r], w->error, w->quiet, take_walked, &own);
    }
    return status;
}

static void clear_workspace(workspace *w)
{
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        csi_replicate_free(w->tree.replicate[r]);
    }
    for (int side = 0; side < 2; side++) {
        csi_children_free(w->children[side]);
        free(w->column[side]);
        free(w->tree.x[side]);
        free(w->tree.weight[side]);
    }
    free(w->kept);
    free(w->error);
    free(w->scratch);
    free(w->tree.like);
    free(w->tree.family);
    free(w->tree.rows);
    free(w->tree.part);
    free(w->effect);
    csi_diag_free(w->quiet);
}

static csi_status fill_workspace(const job *j, workspace *w)
{
    const csi_ensemble *e = j->e;
    w->tree.e = e;
    w->tree.year[0] = j->year[0];
    w->tree.year[1] = j->year[1];
    bool is_whole = true;
    for (size_t r = 0; r < CSI_ABREAST && is_whole; r++) {
        is_whole = csi_replicate_new(e, &w->tree.replicate[r]) == CSI_OK;
    }
    for (int side = 0; side < 2 && is_whole; side++) {
        w->column[side] = calloc(e->n_indicators + 1, sizeof *w->column[side]);
        w->tree.x[side] = calloc(e->n_nodes * CSI_ALIKE_CELLS, sizeof *w->tree.x[side]);
        w->tree.weight[side] = calloc(e->n_nodes * CSI_ABREAST, sizeof *w->tree.weight[side]);
        is_whole = csi_children_new(e, &w->children[side]) == CSI_OK && w->column[side] != NULL && w->tree.x[side] != NULL &&
                   w->tree.weight[side] != NULL;
    }
    w->kept = calloc(csi_kept_room(e) + 1, sizeof *w->kept);
    w->error = calloc(csi_error_room(e) + 1, sizeof *w->error);
    w->scratch = calloc(csi_draw_room(e) + 1, sizeof *w->scratch);
    w->tree.like = calloc(e->n_nodes * CSI_ALIKE_CELLS, sizeof *w->tree.like);
    w->tree.family = calloc(7 * e->n_nodes, sizeof *w->tree.family);
    w->tree.rows = calloc(CSI_ALIKE_ROWS * e->n_nodes, CSI_ABREAST * sizeof *w->tree.rows);
    w->tree.part = calloc(e->n_nodes, sizeof *w->tree.part);
    w->effect = calloc(csi_max_effects(e->context.framework) + 1, sizeof *w->effect);
    w->quiet = csi_diag_new(1);
    return !is_whole || w->kept == NULL || w->error == NULL || w->scratch == NULL || w->tree.like == NULL ||
                   w->tree.family == NULL || w->tree.rows == NULL || w->tree.part == NULL || w->effect == NULL || w->quiet == NULL
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
        j->is_broken[i] = csi_indicator_breaks(&j->e->context.framework->node[i], first_year + (int)j->year[0],
                                               first_year + (int)j->year[1]);
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
        CSI_TRY(fill_workspace(&j, &j.workspace[t]));
    }
    status = csi_workers_run(n_threads, (options->n_replicates + CSI_ABREAST - 1) / CSI_ABREAST, take_batch, &j);
    for (size_t t = 0; t < n_threads && status != CSI_OK; t++) {
        if (csi_walk_tell(j.workspace[t].quiet, diag)) {
            break;
        }
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
