/* One year of a few replicates, all nodes, over lanes of countries.
 *
 * Every child gives a column that is ready to be added: its values, their logarithms or their inverses, and 0 where it has
 * none. A node is then one weighted sum of columns, kept in registers, over the weight of the children that each country
 * has. The sums run over the children in the order of the family, with the operations of the pipeline's own rules, so that
 * arithmetic scores have the same bits as there; logarithms and exponentials are those of metrics/lanes_math.h, and a
 * geometric mean of geometric means passes its logarithm on: such scores may differ by a few units in the last place, and
 * so may those of a node whose children were passed over because nobody asked for them. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_loops.h"
#include "metrics/rng.h"

/* What belongs to one of the replicates that are scored together. */
typedef struct slot {
    double *sum;            /* [stride] */
    double *value;          /* [aggregate][stride]: 0 where not scored */
    double *logarithm;      /* likewise; only of geometric means */
    double *family;         /* [node]: weights among siblings */
    double *weight;         /* of the columns that are added up */
    const double **column;
    bool *is_passed;        /* [aggregate]: its children stand in for it */
} slot;

struct csi_kernel {
    const csi_ensemble *e;
    double *own;            /* [indicator or aggregate][stride]: columns made for one node of one replicate */
    double *carried;        /* [stride]: one indicator with its errors */
    double *placed;         /* [stride]: one between its goalposts */
    double *mean;           /* [stride]: of logarithms */
    slot slot[CSI_KERNEL_TOGETHER];
};

/* What is being computed. */
typedef struct frame {
    const csi_kernel *k;
    const slot *s;
    const csi_ensemble *e;
    const csi_replicate *r;
    const float *error;
    size_t year;
    const bool *is_wanted;
    double *score;
    double by_pattern[CSI_PATTERNS_MOST]; /* of the node at hand: the weight that each pattern has */
    size_t n_columns;                     /* likewise */
    bool is_added;                        /* likewise: or passed */
} frame;

void csi_kernel_columns(const double *x, size_t n, double *value, double *logarithm)
{
    fill(x, n, value);
    logarithms(x, n, 0.0, logarithm);
}

static bool fill_slot(const csi_ensemble *e, slot *s)
{
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    s->sum = calloc(e->stride, sizeof *s->sum);
    s->value = calloc(n_aggregates * e->stride, sizeof *s->value);
    s->logarithm = calloc(n_aggregates * e->stride, sizeof *s->logarithm);
    s->family = calloc(e->n_nodes, sizeof *s->family);
    s->weight = calloc(e->n_nodes, sizeof *s->weight);
    s->column = calloc(e->n_nodes, sizeof *s->column);
    s->is_passed = calloc(n_aggregates, sizeof *s->is_passed);
    return s->sum != NULL && s->value != NULL && s->logarithm != NULL && s->family != NULL && s->weight != NULL &&
           s->column != NULL && s->is_passed != NULL;
}

static void clear_slot(slot *s)
{
    free(s->sum);
    free(s->value);
    free(s->logarithm);
    free(s->family);
    free(s->weight);
    free(s->column);
    free(s->is_passed);
}

csi_status csi_kernel_new(const csi_ensemble *ensemble, csi_kernel **kernel)
{
    csi_kernel *k = calloc(1, sizeof *k);
    *kernel = NULL;
    if (k == NULL) {
        return CSI_ERR_MEMORY;
    }
    k->e = ensemble;
    k->own = calloc(ensemble->n_nodes * ensemble->stride, sizeof *k->own);
    k->carried = calloc(ensemble->stride, sizeof *k->carried);
    k->placed = calloc(ensemble->stride, sizeof *k->placed);
    k->mean = calloc(ensemble->stride, sizeof *k->mean);
    bool is_made = k->own != NULL && k->carried != NULL && k->placed != NULL && k->mean != NULL;
    for (size_t i = 0; i < CSI_KERNEL_TOGETHER && is_made; i++) {
        is_made = fill_slot(ensemble, &k->slot[i]);
    }
    if (!is_made) {
        csi_kernel_free(k);
        return CSI_ERR_MEMORY;
    }
    *kernel = k;
    return CSI_OK;
}

void csi_kernel_free(csi_kernel *kernel)
{
    if (kernel != NULL) {
        free(kernel->own);
        free(kernel->carried);
        free(kernel->placed);
        free(kernel->mean);
        for (size_t i = 0; i < CSI_KERNEL_TOGETHER; i++) {
            clear_slot(&kernel->slot[i]);
        }
        free(kernel);
    }
}

/* The values before normalising with the replicate's errors, in `column`. */
static void carry_errors(const frame *f, const csi_error_column *erring, size_t n, double *column)
{
    memcpy(column, erring->x, n * sizeof *column);
    add_error(erring->size[0], erring->at[0], f->error, n, column);
    if (erring->size[1] != NULL) {
        add_error(erring->size[1], erring->at[1], f->error, n, column);
    }
    for (size_t i = 0; i < n && erring->transform != CSI_TRANSFORM_NONE; i++) {
        column[i] = csi_transform_apply(erring->transform, column[i]);
    }
}

/* From values, gaps kept, to what the rule adds. */
static void make_ready(const double *x, csi_rule_kind kind, double floor, size_t n, double *ready)
{
    if (kind == CSI_RULE_GEOMETRIC) {
        logarithms(x, n, floor, ready);
    } else if (kind == CSI_RULE_HARMONIC) {
        inverses(x, n, floor, ready);
    } else {
        fill(x, n, ready);
    }
}

/* The column of an indicator, ready for the rule: one made beforehand, or made in `own` as drawn. */
static const double *indicator_column(const frame *f, size_t indicator, csi_rule_kind kind, double floor, size_t n,
                                      double *own)
{
    const csi_ensemble *e = f->e;
    const csi_replicate *r = f->r;
    const csi_branch *v = r->branch;
    const size_t at = (f->year * e->n_indicators + indicator) * e->stride;
    const csi_error_column *erring =
        v->has_posts && r->has_errors && v->error != NULL ? v->error[f->year * e->n_indicators + indicator] : NULL;
    const bool has_moved = v->has_posts && r->has_goalposts && !e->spec->goalpost_is_fixed[indicator];
    if (erring == NULL && !has_moved) {
        if (kind == CSI_RULE_ARITHMETIC) {
            return v->fixed_value + at;
        }
        if (kind == CSI_RULE_GEOMETRIC && floor <= 0.0) {
            return v->fixed_log + at;
        }
        make_ready(v->fixed + at, kind, floor, n, own);
        return own;
    }
    const double *x = v->treated + at;
    if (erring != NULL) {
        carry_errors(f, erring, n, f->k->carried);
        x = f->k->carried;
    }
    const double low = v->low[indicator * e->n_years + f->year], high = v->high[indicator * e->n_years + f->year];
    const double least = has_moved ? low + r->low[indicator] * (high - low) : low;
    const double most = has_moved ? high + r->high[indicator] * (high - low) : high;
    const bool is_reversed = e->context.framework->node[indicator].direction < 0, is_ready = kind == CSI_RULE_ARITHMETIC;
    place(x, n, is_reversed ? most : least, (is_reversed ? -1.0 : 1.0) / (most - least),
          v->clips ? 0.0 : -(double)INFINITY, v->clips ? 1.0 : (double)INFINITY, v->a, v->b - v->a,
          is_ready ? 0.0 : (double)NAN, is_ready ? own : f->k->placed);
    if (!is_ready) {
        make_ready(f->k->placed, kind, floor, n, own);
    }
    return own;
}

/* The column of an aggregate below. */
static const double *aggregate_column(const frame *f, size_t node, csi_rule_kind kind, double floor, size_t n, double *own)
{
    const size_t at = (node - f->e->n_indicators) * f->e->stride;
    if (kind == CSI_RULE_ARITHMETIC) {
        return f->s->value + at;
    }
    if (kind == CSI_RULE_GEOMETRIC && floor <= 0.0 && f->r->rule_kind[node] == CSI_RULE_GEOMETRIC) {
        return f->s->logarithm + at;
    }
    make_ready(f->score + at, kind, floor, n, own);
    return own;
}

static const csi_patterns *patterns_of(const frame *f, size_t node)
{
    const csi_ensemble *e = f->e;
    return &f->r->branch->patterns[f->year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
}

/* Weights of the family as drawn, by node, and their sums by pattern: NaN where the pattern has no score. */
static void draw_family(frame *f, size_t node, const csi_patterns *patterns)
{
    const csi_ensemble *e = f->e;
    const csi_node *parent = &e->context.framework->node[node];
    double *weight = f->s->weight, sum = 0.0;
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        weight[q] = e->nominal[child * e->n_years + f->year];
        weight[q] *= f->r->has_weights ? f->r->weight_factor[child] : 1.0;
        sum += weight[q];
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        weight[q] = f->r->has_weights ? weight[q] / sum : weight[q];
        f->s->family[parent->child[q]] = weight[q];
    }
    add_children(patterns->has, weight, parent->n_children, patterns->n, f->by_pattern);
    for (size_t p = 0; p < patterns->n; p++) {
        f->by_pattern[p] += patterns->if_scored[p];
    }
}

/* Whether somebody needs the scores themselves and not only their logarithms. */
static bool needs_scores(const frame *f, size_t node)
{
    const size_t parent = f->e->context.framework->node[node].parent;
    return f->is_wanted[node - f->e->n_indicators] || f->r->rule_kind[node] != CSI_RULE_GEOMETRIC ||
           (node + 1 < f->e->n_nodes &&
            (f->r->rule_kind[parent] != CSI_RULE_GEOMETRIC || f->r->rule_floor[parent] > 0.0));
}

/* From the weighted sums to the scores of a node, and to what its parent takes of them; lanes from n on are not scored. */
static void finish(const frame *f, size_t node, size_t n)
{
    const slot *s = f->s;
    const csi_patterns *patterns = patterns_of(f, node);
    const size_t at = (node - f->e->n_indicators) * f->e->stride, rest = f->e->stride - n;
    const csi_rule_kind kind = f->r->rule_kind[node];
    const uint8_t *of = patterns->n == 1 ? NULL : patterns->of;
    double *score = f->score + at;
    if (kind == CSI_RULE_GEOMETRIC) {
        divide(s->sum, f->by_pattern, of, n, f->k->mean);
        pass_on(f->k->mean, n, s->logarithm + at);
        memset(s->logarithm + at + n, 0, rest * sizeof(double));
    } else {
        divide(s->sum, f->by_pattern, of, n, score);
    }
    if (!needs_scores(f, node)) {
        return;
    }
    if (kind == CSI_RULE_GEOMETRIC) {
        exponentials(f->k->mean, n, score);
    }
    for (size_t i = 0; i < n && kind == CSI_RULE_HARMONIC; i++) {
        score[i] = 1.0 / score[i];
    }
    for (size_t i = n; i < f->e->stride; i++) {
        score[i] = (double)NAN;
    }
    fill(score, f->e->stride, s->value + at);
}

/* A node that nobody asked for, complete for every country and of its parent's rule, is its children with their weights:
 * a mean of means. */
static bool is_passable(const frame *f, size_t node, const csi_patterns *patterns)
{
    const csi_ensemble *e = f->e;
    const csi_node *own = &e->context.framework->node[node];
    const csi_rule_kind kind = f->r->rule_kind[node];
    if (node + 1 == e->n_nodes || f->is_wanted[node - e->n_indicators] || kind != f->r->rule_kind[own->parent] ||
        kind == CSI_RULE_HARMONIC || f->r->rule_floor[node] > 0.0 || f->r->rule_floor[own->parent] > 0.0) {
        return false;
    }
    bool is_complete = patterns->n == 1 && f->by_pattern[0] > 0.0;
    for (size_t q = 0; q < own->n_children && is_complete; q++) {
        is_complete = patterns->has[q][0] > 0.0;
    }
    return is_complete;
}

/* The family's weights over their sum, so that they stand in for the node. */
static void pass_weights(const frame *f, size_t node, double sum)
{
    const csi_node *own = &f->e->context.framework->node[node];
    for (size_t q = 0; q < own->n_children; q++) {
        f->s->family[own->child[q]] /= sum;
    }
}

/* Appends the columns of a family, each node that is passed being replaced by its own family. */
static void gather_columns(frame *f, size_t node, csi_rule_kind kind, double floor, double share, size_t n)
{
    const slot *s = f->s;
    const csi_node *parent = &f->e->context.framework->node[node];
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        const bool is_indicator = child < f->e->n_indicators;
        const double weight = share * s->family[child];
        double *own = f->k->own + f->n_columns * f->e->stride;
        if (!is_indicator && s->is_passed[child - f->e->n_indicators]) {
            gather_columns(f, child, kind, floor, weight, n);
        } else if (weight > 0.0) {
            s->column[f->n_columns] = is_indicator ? indicator_column(f, child, kind, floor, n, own)
                                                   : aggregate_column(f, child, kind, floor, n, own);
            s->weight[f->n_columns++] = weight;
        }
    }
}

static bool has_own_columns(const frame *f)
{
    for (size_t i = 0; i < f->n_columns; i++) {
        if (f->s->column[i] == f->k->own + i * f->e->stride) {
            return true;
        }
    }
    return false;
}

static void add_up(frame *f, size_t n)
{
    add_children(f->s->column, f->s->weight, f->n_columns, n, f->s->sum);
    f->is_added = true;
}

/* What is to be added up for one node of one replicate; done at once where it needs columns that the next one overwrites. */
static void prepare(frame *f, size_t node, size_t n)
{
    const csi_patterns *patterns = patterns_of(f, node);
    bool *is_passed = &f->s->is_passed[node - f->e->n_indicators];
    f->n_columns = 0;
    draw_family(f, node, patterns);
    *is_passed = is_passable(f, node, patterns);
    f->is_added = *is_passed;
    if (*is_passed) {
        pass_weights(f, node, f->by_pattern[0]);
        return;
    }
    gather_columns(f, node, f->r->rule_kind[node], f->r->rule_floor[node], 1.0, n);
    if (has_own_columns(f)) {
        add_up(f, n);
    }
}

/* Adds up what the frames have left: together where they add the same columns. */
static void add_all_up(frame *f, size_t n_frames, size_t n)
{
    const double *weight[CSI_KERNEL_TOGETHER];
    double *sum[CSI_KERNEL_TOGETHER];
    bool same = n_frames == CSI_KERNEL_TOGETHER;
    for (size_t r = 0; r < n_frames; r++) {
        same = same && !f[r].is_added && f[r].n_columns == f->n_columns &&
               memcmp(f[r].s->column, f->s->column, f->n_columns * sizeof *f->s->column) == 0;
        weight[r] = f[r].s->weight;
        sum[r] = f[r].s->sum;
    }
    if (same) {
        add_together(f->s->column, weight, f->n_columns, n, sum);
        return;
    }
    for (size_t r = 0; r < n_frames; r++) {
        if (!f[r].is_added) {
            add_up(&f[r], n);
        }
    }
}

void csi_kernel_year(csi_kernel *kernel, const csi_replicate *const *replicate, size_t n_replicates, const float *error,
                     size_t year, const bool *is_wanted, double *score, size_t score_stride)
{
    const csi_ensemble *e = kernel->e;
    frame f[CSI_KERNEL_TOGETHER];
    for (size_t r = 0; r < n_replicates; r++) {
        f[r] = (frame){.k = kernel, .s = &kernel->slot[r], .e = e, .r = replicate[r], .error = error, .year = year,
                       .is_wanted = is_wanted, .score = score + r * score_stride};
    }
    for (size_t node = e->n_indicators; node < e->n_nodes; node++) {
        const size_t n_scored = e->n_lanes[year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
        const size_t n = (n_scored + BLOCK - 1) / BLOCK * BLOCK;
        for (size_t r = 0; r < n_replicates; r++) {
            prepare(&f[r], node, n);
        }
        add_all_up(f, n_replicates, n);
        for (size_t r = 0; r < n_replicates; r++) {
            if (!kernel->slot[r].is_passed[node - e->n_indicators]) {
                finish(&f[r], node, n);
            }
        }
    }
}
