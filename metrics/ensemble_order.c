/* See ensemble_order.h. A batch goes through the tree by one set of rules; and the more of what its replicates read is
 * the same, the less there is to do. So rules come first, then the branch, then the node that is left out. */
#include "metrics/ensemble_order.h"

#include <stdlib.h>

typedef struct csi_order_entry {
    bool is_slow;
    uint64_t rules;
    const csi_patterns *const *patterns; /* of the branch, or with the node left out */
    const double *columns;
    size_t replicate;
} entry;

csi_status csi_order_new(const csi_ensemble *ensemble, size_t n_most, csi_order **order)
{
    csi_order *o = calloc(1, sizeof *o);
    *order = NULL;
    if (o == NULL || (o->replicate = calloc(n_most, sizeof *o->replicate)) == NULL ||
        (o->entry = calloc(n_most, sizeof *o->entry)) == NULL ||
        (o->batch = calloc(csi_order_most(ensemble, n_most), sizeof *o->batch)) == NULL) {
        csi_order_free(o);
        return CSI_ERR_MEMORY;
    }
    *order = o;
    return CSI_OK;
}

void csi_order_free(csi_order *order)
{
    if (order != NULL) {
        free(order->replicate);
        free(order->batch);
        free(order->entry);
        free(order);
    }
}

size_t csi_order_most(const csi_ensemble *ensemble, size_t n)
{
    size_t n_rules = 1; /* one batch of each may be less than full, and one of those that are slow */
    for (int level = 0; level <= ensemble->context.framework->n_levels && n_rules < n; level++) {
        size_t own = 1;
        for (size_t i = 0; i < ensemble->spec->n_rules; i++) {
            own += ensemble->spec->rule[i].level == level;
        }
        n_rules *= own;
    }
    return n_rules < n ? n / CSI_ABREAST + n_rules + 1 : n;
}

static int compare(uintptr_t a, uintptr_t b)
{
    return (a > b) - (a < b);
}

static int by_what_they_do(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->is_slow != y->is_slow) {
        return x->is_slow ? 1 : -1;
    }
    if (x->rules != y->rules) {
        return x->rules > y->rules ? 1 : -1;
    }
    if (x->columns != y->columns) {
        return compare((uintptr_t)x->columns, (uintptr_t)y->columns);
    }
    const int order = compare((uintptr_t)x->patterns, (uintptr_t)y->patterns);
    return order != 0 ? order : compare(x->replicate, y->replicate);
}

void csi_order_make(csi_order *order, const csi_replicate *const *replicate, size_t n)
{
    entry *sorted = order->entry;
    for (size_t i = 0; i < n; i++) {
        const csi_replicate *r = replicate[i];
        sorted[i] = (entry){r->is_slow, r->is_slow ? 0 : r->rules, r->branch->patterns, r->branch->fixed, i};
    }
    qsort(sorted, n, sizeof *sorted, by_what_they_do);
    order->n_batches = 0;
    for (size_t i = 0; i < n; i++) {
        csi_order_batch *last = &order->batch[order->n_batches == 0 ? 0 : order->n_batches - 1];
        order->replicate[i] = sorted[i].replicate;
        if (i == 0 || last->n == CSI_ABREAST || sorted[i].is_slow != sorted[i - 1].is_slow ||
            sorted[i].rules != sorted[i - 1].rules) {
            order->batch[order->n_batches++] = (csi_order_batch){i, 1};
        } else {
            last->n++;
        }
    }
}
