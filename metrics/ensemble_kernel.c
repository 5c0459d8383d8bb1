/* One year of a batch of replicates, node after node, over lanes of countries.
 *
 * Every child gives a column that is ready to be added: its values, their logarithms or their inverses, and 0 where it has
 * none; an aggregate's is made for its parent's rule when it is scored. A node is then one weighted sum of columns, kept in
 * registers, over the weight of the children that each country has. The sums run over the children in the order of the
 * family, with the operations of the pipeline's own rules, so that arithmetic scores have the same bits as there; logarithms
 * and exponentials are those of metrics/lanes_math.h, and a geometric mean of geometric means passes its logarithm on: such
 * scores may differ by a few units in the last place, and so may those of a node whose children were passed over because
 * nobody asked for them. All replicates of a node come before the next node, so that its scores are ranked and counted while
 * they are in the nearest cache. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_loops.h"
#include "metrics/rng.h"

/* One of the replicates that are scored together. */
typedef struct frame {
    const csi_replicate *r;
    const float *error;
    double *sum;            /* [stride] */
    double *ready;          /* [aggregate][stride]: what the parent adds, 0 where not scored */
    double *family;         /* [node]: weights among siblings */
    double *weight;         /* of the columns that are added up */
    const double **column;
    bool *is_passed;        /* [aggregate]: its children stand in for it */
    double by_pattern[CSI_PATTERNS_MOST]; /* of the node at hand: the weight that each pattern has */
    size_t n_columns;                     /* likewise */
    bool is_added;                        /* likewise: or passed */
} frame;

struct csi_kernel {
    const csi_ensemble *e;
    size_t year;
    const bool *is_wanted;  /* [aggregate] */
    double *own;            /* [indicator or aggregate][stride]: columns made for one node of one replicate */
    double *carried;        /* [stride]: one indicator with its errors */
    double *placed;         /* [stride]: one between its goalposts */
    double *mean;           /* [stride]: of logarithms */
    size_t n_frames;
    frame frame[CSI_KERNEL_MOST];
};

void csi_kernel_columns(const double *x, size_t n, double *value, double *logarithm)
{
    fill(x, n, value);
    logarithms(x, n, 0.0, logarithm);
}

static bool fill_frame(const csi_ensemble *e, frame *f)
{
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    f->sum = calloc(e->stride, sizeof *f->sum);
    f->ready = calloc(n_aggregates * e->stride, sizeof *f->ready);
    f->family = calloc(e->n_nodes, sizeof *f->family);
    f->weight = calloc(e->n_nodes, sizeof *f->weight);
    f->column = calloc(e->n_nodes, sizeof *f->column);
    f->is_passed = calloc(n_aggregates, sizeof *f->is_passed);
    return f->sum != NULL && f->ready != NULL && f->family != NULL && f->weight != NULL && f->column != NULL &&
           f->is_passed != NULL;
}

static void clear_frame(frame *f)
{
    free(f->sum);
    free(f->ready);
    free(f->family);
    free(f->weight);
    free(f->column);
    free(f->is_passed);
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
    for (size_t i = 0; i < CSI_KERNEL_MOST && is_made; i++) {
        is_made = fill_frame(ensemble, &k->frame[i]);
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
        for (size_t i = 0; i < CSI_KERNEL_MOST; i++) {
            clear_frame(&kernel->frame[i]);
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
static const double *indicator_column(const csi_kernel *k, const frame *f, size_t indicator, csi_rule_kind kind, double floor, size_t n,
                                      double *own)
{
    const csi_ensemble *e = k->e;
    const csi_replicate *r = f->r;
    const csi_branch *v = r->branch;
    const size_t at = (k->year * e->n_indicators + indicator) * e->stride;
    const csi_error_column *erring =
        v->has_posts && r->has_errors && v->error != NULL ? v->error[k->year * e->n_indicators + indicator] : NULL;
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
        carry_errors(f, erring, n, k->carried);
        x = k->carried;
    }
    const double low = v->low[indicator * e->n_years + k->year], high = v->high[indicator * e->n_years + k->year];
    const double least = has_moved ? low + r->low[indicator] * (high - low) : low;
    const double most = has_moved ? high + r->high[indicator] * (high - low) : high;
    const bool is_reversed = e->context.framework->node[indicator].direction < 0, is_ready = kind == CSI_RULE_ARITHMETIC;
    place(x, n, is_reversed ? most : least, (is_reversed ? -1.0 : 1.0) / (most - least),
          v->clips ? 0.0 : -(double)INFINITY, v->clips ? 1.0 : (double)INFINITY, v->a, v->b - v->a,
          is_ready ? 0.0 : (double)NAN, is_ready ? own : k->placed);
    if (!is_ready) {
        make_ready(k->placed, kind, floor, n, own);
    }
    return own;
}

static const csi_patterns *patterns_of(const csi_kernel *k, const frame *f, size_t node)
{
    const csi_ensemble *e = k->e;
    return &f->r->branch->patterns[k->year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
}

/* Weights of the family as drawn, in its order and by node. */
static void draw_family(const csi_kernel *k, const frame *f, const csi_node *parent)
{
    const size_t n = parent->n_children, n_years = k->e->n_years, *restrict child = parent->child;
    const double *restrict nominal = k->e->nominal + k->year, *restrict factor = f->r->weight_factor;
    double *restrict weight = f->weight, *restrict family = f->family, sum = 0.0;
    for (size_t q = 0; q < n; q++) {
        const double own = nominal[child[q] * n_years];
        weight[q] = f->r->has_weights ? own * factor[child[q]] : own;
        sum += weight[q];
    }
    for (size_t q = 0; q < n && f->r->has_weights; q++) {
        weight[q] /= sum;
    }
    for (size_t q = 0; q < n; q++) {
        family[child[q]] = weight[q];
    }
}

/* Sums of the family's weights by pattern: NaN where the pattern has no score. */
static void add_by_pattern(frame *f, size_t n_children, const csi_patterns *patterns)
{
    if (patterns->n == 1) {
        double sum = 0.0;
        for (size_t q = 0; q < n_children; q++) {
            sum += f->weight[q] * patterns->has[q][0];
        }
        f->by_pattern[0] = sum + patterns->if_scored[0];
        return;
    }
    add_children(patterns->has, f->weight, n_children, patterns->n, f->by_pattern);
    for (size_t p = 0; p < patterns->n; p++) {
        f->by_pattern[p] += patterns->if_scored[p];
    }
}

/* From the weighted sums to the scores of a node, and to what its parent adds of them; lanes from n on are not scored. */
static void finish(const csi_kernel *k, const frame *f, size_t node, size_t n, double *score)
{
    const csi_ensemble *e = k->e;
    const csi_patterns *patterns = patterns_of(k, f, node);
    const size_t parent = e->context.framework->node[node].parent;
    const csi_rule_kind kind = f->r->rule_kind[node];
    const bool is_root = node + 1 == e->n_nodes, is_geometric = kind == CSI_RULE_GEOMETRIC;
    const csi_rule_kind above = is_root ? CSI_RULE_ARITHMETIC : f->r->rule_kind[parent];
    const double floor = is_root ? 0.0 : f->r->rule_floor[parent];
    const bool passes_logarithm = is_geometric && above == CSI_RULE_GEOMETRIC && floor <= 0.0;
    double *ready = f->ready + (node - e->n_indicators) * e->stride;
    memset(ready + n, 0, (e->stride - n) * sizeof *ready);
    divide(f->sum, f->by_pattern, patterns->n, patterns->of, n, is_geometric ? k->mean : score);
    if (passes_logarithm) {
        pass_on(k->mean, n, ready);
    }
    if (passes_logarithm && !k->is_wanted[node - e->n_indicators]) {
        return;
    }
    if (is_geometric) {
        exponentials(k->mean, n, score);
    }
    for (size_t i = 0; i < n && kind == CSI_RULE_HARMONIC; i++) {
        score[i] = 1.0 / score[i];
    }
    if (!passes_logarithm && !is_root) {
        make_ready(score, above, floor, n, ready);
    }
}

/* A node that nobody asked for, complete for every country and of its parent's rule, is its children with their weights:
 * a mean of means. */
static bool is_passable(const csi_kernel *k, const frame *f, size_t node, const csi_patterns *patterns)
{
    const csi_ensemble *e = k->e;
    const csi_node *own = &e->context.framework->node[node];
    const csi_rule_kind kind = f->r->rule_kind[node];
    if (node + 1 == e->n_nodes || k->is_wanted[node - e->n_indicators] || kind != f->r->rule_kind[own->parent] ||
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
static void pass_weights(const csi_node *node, double sum, double *family)
{
    for (size_t q = 0; q < node->n_children; q++) {
        family[node->child[q]] /= sum;
    }
}

/* Appends the columns of a family, each node that is passed being replaced by its own family. */
static void gather_columns(const csi_kernel *k, frame *f, const csi_node *parent, csi_rule_kind kind, double floor,
                           double share, size_t n)
{
    const csi_node *node = k->e->context.framework->node;
    const size_t n_indicators = k->e->n_indicators, stride = k->e->stride, *restrict child = parent->child;
    const double *restrict family = f->family;
    for (size_t q = 0; q < parent->n_children; q++) {
        const double weight = share * family[child[q]];
        const bool is_indicator = child[q] < n_indicators;
        if (!is_indicator && f->is_passed[child[q] - n_indicators]) {
            gather_columns(k, f, &node[child[q]], kind, floor, weight, n);
        } else if (weight > 0.0) {
            const size_t at = f->n_columns++;
            f->weight[at] = weight;
            f->column[at] = is_indicator ? indicator_column(k, f, child[q], kind, floor, n, k->own + at * stride)
                                         : f->ready + (child[q] - n_indicators) * stride;
        }
    }
}

static bool has_own_columns(const csi_kernel *k, const frame *f)
{
    for (size_t i = 0; i < f->n_columns; i++) {
        if (f->column[i] == k->own + i * k->e->stride) {
            return true;
        }
    }
    return false;
}

static void add_up(frame *f, size_t n)
{
    add_children(f->column, f->weight, f->n_columns, n, f->sum);
    f->is_added = true;
}

/* What is to be added up for one node of one replicate; done at once where it needs columns that the next one overwrites. */
static void prepare(const csi_kernel *k, frame *f, size_t node, size_t n)
{
    const csi_patterns *patterns = patterns_of(k, f, node);
    bool *is_passed = &f->is_passed[node - k->e->n_indicators];
    const csi_node *parent = &k->e->context.framework->node[node];
    f->n_columns = 0;
    draw_family(k, f, parent);
    add_by_pattern(f, parent->n_children, patterns);
    *is_passed = is_passable(k, f, node, patterns);
    f->is_added = *is_passed;
    if (*is_passed) {
        pass_weights(parent, f->by_pattern[0], f->family);
        return;
    }
    gather_columns(k, f, parent, f->r->rule_kind[node], f->r->rule_floor[node], 1.0, n);
    if (has_own_columns(k, f)) {
        add_up(f, n);
    }
}

/* Adds up what TOGETHER frames have left: together where they add the same columns. */
static void add_together_or_not(frame *f, size_t n_frames, size_t n)
{
    const double *weight[TOGETHER];
    double *sum[TOGETHER];
    bool same = n_frames == TOGETHER;
    for (size_t r = 0; r < n_frames; r++) {
        same = same && !f[r].is_added && f[r].n_columns == f->n_columns &&
               memcmp(f[r].column, f->column, f->n_columns * sizeof *f->column) == 0;
        weight[r] = f[r].weight;
        sum[r] = f[r].sum;
    }
    if (same) {
        add_together(f->column, weight, f->n_columns, n, sum);
        return;
    }
    for (size_t r = 0; r < n_frames; r++) {
        if (!f[r].is_added) {
            add_up(&f[r], n);
        }
    }
}

void csi_kernel_begin(csi_kernel *kernel, const csi_replicate *const *replicate, size_t n_replicates,
                      const float *const *error, size_t year, const bool *is_wanted)
{
    kernel->year = year;
    kernel->is_wanted = is_wanted;
    kernel->n_frames = n_replicates;
    for (size_t r = 0; r < n_replicates; r++) {
        kernel->frame[r].r = replicate[r];
        kernel->frame[r].error = error[r];
    }
}

void csi_kernel_node(csi_kernel *kernel, size_t node, double *const *score)
{
    const csi_ensemble *e = kernel->e;
    const size_t n_scored = e->n_lanes[kernel->year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
    const size_t n = (n_scored + BLOCK - 1) / BLOCK * BLOCK;
    for (size_t r = 0; r < kernel->n_frames; r++) {
        prepare(kernel, &kernel->frame[r], node, n);
    }
    for (size_t r = 0; r < kernel->n_frames; r += TOGETHER) {
        add_together_or_not(&kernel->frame[r], kernel->n_frames - r < TOGETHER ? kernel->n_frames - r : TOGETHER, n);
    }
    for (size_t r = 0; r < kernel->n_frames; r++) {
        if (!kernel->frame[r].is_passed[node - e->n_indicators]) {
            finish(kernel, &kernel->frame[r], node, n, score[r]);
        }
    }
}
