/* One year of a batch of replicates, node after node: rows of countries, CSI_ABREAST replicates wide.
 *
 * Every child gives a column that is ready to be added (metrics/ensemble_children.h); an aggregate's is made for its
 * parent's rule when it is scored. A node is then one weighted sum of columns over the weight of the children that each
 * country has, which is one number for each pattern of gaps. With the replicates side by side a value of the data is
 * fetched once for all of them, and so is the weight of a pattern. The sums run over the children in the order of the
 * family, as the pipeline's own rules do, and every operation is the pipeline's: scores are the same to the bit
 * (property_ensemble). Only below a node that nobody asked for does that cost too much: a geometric mean then passes its
 * logarithm on to another, and children stand in for their parent, which may change the last digits of what is above. */
#include "metrics/ensemble_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_divide.h"
#include "metrics/ensemble_loops.h"

typedef double row[CSI_ABREAST];

/* The replicates whose countries have the same gaps in the node at hand. */
typedef struct group {
    const csi_patterns *patterns;
    int64_t is_of[CSI_ABREAST]; /* -1: the replicate is */
    row *by_pattern, *inverse;  /* [CSI_PATTERNS_MOST]: the weight that each pattern has; NaN where it gives no score */
} group;

struct csi_kernel {
    const csi_ensemble *e;
    csi_children *columns;
    size_t year, n_replicates;
    bool *is_wanted;                          /* [aggregate] */
    const csi_replicate *replicate[CSI_ABREAST]; /* the last ones once more where there are fewer */
    row *factor;                              /* [node]: of its weight; 1 where weights are not drawn */
    row *family;                              /* [node]: weights among siblings, as drawn */
    size_t *order;                            /* [aggregate]: the nodes as they are scored */
    size_t *slot;                             /* [aggregate]: where its column is until the parent has added it */
    double *ready;                            /* [slot][stride][CSI_ABREAST]: what the parent adds */
    bool *is_passed;                          /* [aggregate]: its children stand in for it */
    csi_child *column;                       /* of the node at hand, as the next */
    row *weight;
    const double **x;
    bool *is_shared;
    size_t n_columns, n_groups;
    group group[CSI_ABREAST];
    double *sum, *mean, *other;               /* [CSI_CHUNK][CSI_ABREAST] */
};

static bool fill_groups(csi_kernel *k)
{
    bool is_made = true;
    for (size_t g = 0; g < CSI_ABREAST; g++) {
        k->group[g].by_pattern = calloc(CSI_PATTERNS_MOST, sizeof(row));
        k->group[g].inverse = calloc(CSI_PATTERNS_MOST, sizeof(row));
        is_made = is_made && k->group[g].by_pattern != NULL && k->group[g].inverse != NULL;
    }
    return is_made;
}

/* Appends the node's subtree to the order. */
static size_t order_subtree(csi_kernel *k, size_t node, size_t n)
{
    const csi_node *own = &k->e->context.framework->node[node];
    for (size_t q = 0; q < own->n_children; q++) {
        n = own->child[q] < k->e->n_indicators ? n : order_subtree(k, own->child[q], n);
    }
    k->order[n] = node;
    return n + 1;
}

/* Frees the slots of the children, and of the children of those that may have been passed over. */
static void free_slots(const csi_kernel *k, size_t node, bool *is_taken)
{
    const csi_node *own = &k->e->context.framework->node[node];
    for (size_t q = 0; q < own->n_children; q++) {
        const size_t child = own->child[q], at = child - k->e->n_indicators;
        if (child >= k->e->n_indicators) {
            is_taken[k->slot[at]] = false;
            if (!k->is_wanted[at]) {
                free_slots(k, child, is_taken);
            }
        }
    }
}

/* A slot for every node, free again when a wanted ancestor has been scored. Returns how many are needed. */
static size_t assign_slots(csi_kernel *k, bool *is_taken)
{
    const size_t n_aggregates = k->e->n_nodes - k->e->n_indicators;
    size_t n_slots = 0;
    for (size_t i = 0; i < n_aggregates; i++) {
        size_t slot = 0;
        while (is_taken[slot]) {
            slot++;
        }
        const size_t at = k->order[i] - k->e->n_indicators;
        is_taken[slot] = true;
        k->slot[at] = slot;
        n_slots = slot < n_slots ? n_slots : slot + 1;
        if (k->is_wanted[at]) {
            free_slots(k, k->order[i], is_taken);
        }
    }
    return n_slots;
}

static csi_status lay_out_order(csi_kernel *k)
{
    const size_t n_aggregates = k->e->n_nodes - k->e->n_indicators;
    bool *is_taken = calloc(n_aggregates, sizeof *is_taken);
    if (is_taken == NULL) {
        return CSI_ERR_MEMORY;
    }
    (void)order_subtree(k, k->e->n_nodes - 1, 0);
    k->ready = calloc(assign_slots(k, is_taken) * k->e->stride, sizeof(row));
    free(is_taken);
    return k->ready == NULL ? CSI_ERR_MEMORY : CSI_OK;
}

csi_status csi_kernel_new(const csi_ensemble *ensemble, const bool *is_wanted, csi_kernel **kernel)
{
    const size_t n_nodes = ensemble->n_nodes, n_aggregates = n_nodes - ensemble->n_indicators;
    csi_kernel *k = calloc(1, sizeof *k);
    *kernel = NULL;
    if (k == NULL) {
        return CSI_ERR_MEMORY;
    }
    k->e = ensemble;
    k->is_wanted = calloc(n_aggregates, sizeof *k->is_wanted);
    k->factor = calloc(n_nodes, sizeof *k->factor);
    k->family = calloc(n_nodes, sizeof *k->family);
    k->order = calloc(n_aggregates, sizeof *k->order);
    k->slot = calloc(n_aggregates, sizeof *k->slot);
    k->is_passed = calloc(n_aggregates, sizeof *k->is_passed);
    k->column = calloc(n_nodes, sizeof *k->column);
    k->weight = calloc(n_nodes, sizeof *k->weight);
    k->x = calloc(n_nodes, sizeof *k->x);
    k->is_shared = calloc(n_nodes, sizeof *k->is_shared);
    k->sum = calloc(CSI_CHUNK, sizeof(row));
    k->mean = calloc(CSI_CHUNK, sizeof(row));
    k->other = calloc(CSI_CHUNK, sizeof(row));
    if (k->is_wanted != NULL) {
        memcpy(k->is_wanted, is_wanted, n_aggregates * sizeof *is_wanted);
    }
    if (k->is_wanted == NULL || k->factor == NULL || k->family == NULL || k->order == NULL || k->slot == NULL ||
        k->is_passed == NULL || k->column == NULL || k->weight == NULL || k->x == NULL || k->is_shared == NULL ||
        k->sum == NULL || k->mean == NULL || k->other == NULL || !fill_groups(k) || lay_out_order(k) != CSI_OK ||
        csi_children_new(ensemble, &k->columns) != CSI_OK) {
        csi_kernel_free(k);
        return CSI_ERR_MEMORY;
    }
    *kernel = k;
    return CSI_OK;
}

const size_t *csi_kernel_order(const csi_kernel *kernel)
{
    return kernel->order;
}

void csi_kernel_free(csi_kernel *kernel)
{
    if (kernel == NULL) {
        return;
    }
    for (size_t g = 0; g < CSI_ABREAST; g++) {
        free(kernel->group[g].by_pattern);
        free(kernel->group[g].inverse);
    }
    csi_children_free(kernel->columns);
    free(kernel->factor);
    free(kernel->family);
    free(kernel->is_wanted);
    free(kernel->order);
    free(kernel->slot);
    free(kernel->ready);
    free(kernel->is_passed);
    free(kernel->column);
    free(kernel->weight);
    free(kernel->x);
    free(kernel->is_shared);
    free(kernel->sum);
    free(kernel->mean);
    free(kernel->other);
    free(kernel);
}

void csi_kernel_begin(csi_kernel *kernel, const csi_replicate *const *replicate, size_t n_replicates, const float *kept,
                      size_t year)
{
    csi_kernel *k = kernel;
    k->year = year;
    k->n_replicates = n_replicates;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        k->replicate[r] = replicate[r < n_replicates ? r : n_replicates - 1];
    }
    for (size_t node = 0; node < k->e->n_nodes; node++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            k->factor[node][r] = k->replicate[r]->has_weights ? k->replicate[r]->weight_factor[node] : 1.0;
        }
    }
    csi_children_begin(k->columns, k->replicate, year, kept);
}

static size_t aggregate_at(const csi_kernel *k, size_t node)
{
    return k->year * (k->e->n_nodes - k->e->n_indicators) + node - k->e->n_indicators;
}

static double *ready_of(const csi_kernel *k, size_t node)
{
    return k->ready + k->slot[node - k->e->n_indicators] * k->e->stride * CSI_ABREAST;
}

/* Weights of the family as drawn; where they are not, they are the nominal ones, whose sum is 1 already. */
static void draw_family(csi_kernel *k, const csi_node *parent)
{
    row sum = {0.0};
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        const double nominal = k->e->nominal[child * k->e->n_years + k->year];
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            k->weight[q][r] = nominal * k->factor[child][r];
            sum[r] += k->weight[q][r];
        }
    }
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        sum[r] = k->replicate[r]->has_weights ? sum[r] : 1.0;
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            k->weight[q][r] /= sum[r];
        }
        memcpy(k->family[parent->child[q]], k->weight[q], sizeof(row));
    }
}

/* Sums of the family's weights by pattern. */
static void add_by_pattern(csi_kernel *k, size_t n_children, group *g)
{
    const csi_patterns *patterns = g->patterns;
    for (size_t q = 0; q < n_children; q++) {
        k->is_shared[q] = true;
    }
    add_children(patterns->has, k->is_shared, k->weight[0], n_children, patterns->n, g->by_pattern[0]);
    for (size_t p = 0; p < patterns->n; p++) {
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            g->by_pattern[p][r] += r < k->n_replicates ? patterns->if_scored[p] : (double)NAN;
        }
    }
    csi_divide_invert(g->by_pattern[0], patterns->n, g->inverse[0]);
}

static void find_groups(csi_kernel *k, size_t node)
{
    const size_t at = aggregate_at(k, node);
    k->n_groups = 0;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const csi_patterns *own = k->replicate[r]->branch->patterns[at];
        size_t g = 0;
        while (g < k->n_groups && k->group[g].patterns != own) {
            g++;
        }
        if (g == k->n_groups) {
            k->group[g].patterns = own;
            memset(k->group[g].is_of, 0, sizeof k->group[g].is_of);
            k->n_groups++;
        }
        k->group[g].is_of[r] = -1;
    }
}

/* Whether the children can stand in for the node: nobody asked for it, nothing is missing, and the parent goes on by
 * the same rule. */
static bool is_passable(const csi_kernel *k, size_t node)
{
    const csi_replicate *r = k->replicate[0];
    const size_t parent = k->e->context.framework->node[node].parent;
    return node + 1 < k->e->n_nodes && !k->is_wanted[node - k->e->n_indicators] && k->e->is_complete[aggregate_at(k, node)] &&
           r->rule_kind[node] == r->rule_kind[parent] && r->rule_kind[node] != CSI_RULE_HARMONIC &&
           r->rule_floor[node] <= 0.0 && r->rule_floor[parent] <= 0.0;
}

/* Appends the columns of a family, each node that is passed being replaced by its own family. */
static void gather_columns(csi_kernel *k, const csi_node *parent, csi_rule_kind kind, double floor, const row share)
{
    const size_t n_indicators = k->e->n_indicators;
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        row weight;
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            weight[r] = share[r] * k->family[child][r];
        }
        if (child >= n_indicators && k->is_passed[child - n_indicators]) {
            gather_columns(k, &k->e->context.framework->node[child], kind, floor, weight);
            continue;
        }
        const size_t at = k->n_columns++;
        memcpy(k->weight[at], weight, sizeof weight);
        k->column[at] = child < n_indicators
                            ? csi_children_of(k->columns, child, at, kind, floor)
                            : (csi_child){.x = ready_of(k, child)};
        k->is_shared[at] = k->column[at].is_shared;
    }
}

/* The weighted sums of the rows `first` on. */
static void add_rows(csi_kernel *k, size_t first, size_t n)
{
    for (size_t q = 0; q < k->n_columns; q++) {
        const csi_child *own = &k->column[q];
        k->x[q] = own->x == NULL ? csi_children_make(k->columns, own, first, n)
                                 : own->x + first * (own->is_shared ? 1 : CSI_ABREAST);
    }
    add_children(k->x, k->is_shared, k->weight[0], k->n_columns, n, k->sum);
}

/* The means in the terms of the rule, by the weight that each row's pattern has. Divided and not multiplied by an
 * inverse, so that the mean of equal values is that value whatever is missing: such countries tie. */
static void divide(const csi_kernel *k, size_t first, size_t n, double *mean)
{
    const group *g = k->group;
    csi_divide_rows(k->sum, g->by_pattern[0], g->inverse[0], g->patterns->of + first, n, mean);
    for (g++; g < k->group + k->n_groups; g++) {
        csi_divide_rows(k->sum, g->by_pattern[0], g->inverse[0], g->patterns->of + first, n, k->other);
        csi_choose_rows(k->other, g->is_of, n, mean);
    }
}

/* From the weighted sums to the scores of a node, and to what its parent adds of them. */
static void finish(const csi_kernel *k, size_t node, size_t first, size_t n, double *score)
{
    const csi_ensemble *e = k->e;
    const csi_replicate *r = k->replicate[0];
    const size_t parent = e->context.framework->node[node].parent, n_cells = n * CSI_ABREAST;
    const csi_rule_kind kind = r->rule_kind[node];
    const bool is_root = node + 1 == e->n_nodes;
    const csi_rule_kind above = is_root ? CSI_RULE_ARITHMETIC : r->rule_kind[parent];
    const double floor = is_root ? 0.0 : r->rule_floor[parent];
    const bool is_seen = is_root || k->is_wanted[node - e->n_indicators];
    double *ready = ready_of(k, node) + first * CSI_ABREAST;
    divide(k, first, n, kind == CSI_RULE_ARITHMETIC ? score : k->mean);
    if (!is_seen && kind == CSI_RULE_GEOMETRIC && above == CSI_RULE_GEOMETRIC && floor <= 0.0) {
        pass_on(k->mean, n_cells, ready);
        return;
    }
    if (kind == CSI_RULE_GEOMETRIC) {
        exponentials(k->mean, n_cells, score);
    } else if (kind == CSI_RULE_HARMONIC) {
        harmonics(k->mean, n_cells, score);
    }
    if (!is_root) {
        csi_make_ready(score, above, floor, n_cells, ready);
    }
}

/* Clears the rows behind the n that were made, as far as an ancestor may add them. */
static void clear_rest(const csi_kernel *k, size_t node, size_t n)
{
    size_t end = n;
    for (size_t above = node; above + 1 < k->e->n_nodes;) {
        above = k->e->context.framework->node[above].parent;
        end = end < k->e->n_lanes[aggregate_at(k, above)] ? k->e->n_lanes[aggregate_at(k, above)] : end;
    }
    memset(ready_of(k, node) + n * CSI_ABREAST, 0, (end - n) * sizeof(row));
}

void csi_kernel_node(csi_kernel *kernel, size_t node, double *score, csi_take_rows *take, void *user)
{
    static const row whole = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    csi_kernel *k = kernel;
    const csi_ensemble *e = k->e;
    const csi_node *own = &e->context.framework->node[node];
    const size_t n = e->n_lanes[aggregate_at(k, node)];
    draw_family(k, own);
    k->is_passed[node - e->n_indicators] = is_passable(k, node);
    if (k->is_passed[node - e->n_indicators]) {
        return;
    }
    find_groups(k, node);
    for (size_t g = 0; g < k->n_groups; g++) {
        add_by_pattern(k, own->n_children, &k->group[g]);
    }
    k->n_columns = 0;
    csi_children_begin_node(k->columns);
    gather_columns(k, own, k->replicate[0]->rule_kind[node], k->replicate[0]->rule_floor[node], whole);
    for (size_t first = 0; first < n; first += CSI_CHUNK) {
        const size_t n_rows = n - first < CSI_CHUNK ? n - first : CSI_CHUNK;
        add_rows(k, first, n_rows);
        finish(k, node, first, n_rows, score + first * CSI_ABREAST);
        if (take != NULL) {
            take(user, first, n_rows);
        }
    }
    clear_rest(k, node, n);
}
