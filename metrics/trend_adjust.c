/* Benjamini-Hochberg (1995, JRSS-B 57:289): p sorted upwards, adjusted_(i) = min over j >= i of m p_(j) / j, at most 1.
 * By hand: 0.01, 0.02, 0.03 become 0.03, 0.03, 0.03. */
#include <math.h>
#include <stdlib.h>

#include "metrics/trend.h"

typedef struct indexed {
    double p;
    size_t at;
} indexed;

static int compare(const void *a, const void *b)
{
    const indexed *x = a, *y = b;
    if (x->p != y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return (x->at > y->at) - (x->at < y->at);
}

csi_status csi_adjust_bh(const double *p, size_t n, double *adjusted)
{
    indexed *sorted = calloc(n + 1, sizeof *sorted);
    size_t n_tests = 0;
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = NAN;
        if (!isnan(p[i])) {
            sorted[n_tests++] = (indexed){p[i], i};
        }
    }
    qsort(sorted, n_tests, sizeof *sorted, compare);
    double smallest = 1;
    for (size_t i = n_tests; i-- > 0;) {
        smallest = fmin(smallest, sorted[i].p * (double)n_tests / (double)(i + 1));
        adjusted[sorted[i].at] = smallest;
    }
    free(sorted);
    return CSI_OK;
}
