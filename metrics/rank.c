/* Competition ranks ("1224"): from full precision, ties share the smaller rank. */
#include "metrics/pipeline.h"

#include <math.h>
#include <stdlib.h>

/* Best first; equal values by position, so that the order is one whatever sorts it. */
static void sift(const double *value, size_t *order, size_t root, size_t n)
{
    for (size_t child = 2 * root + 1; child < n; root = child, child = 2 * root + 1) {
        if (child + 1 < n && (value[order[child + 1]] < value[order[child]] ||
                              (value[order[child + 1]] == value[order[child]] && order[child + 1] > order[child]))) {
            child++;
        }
        const double above = value[order[root]], below = value[order[child]];
        if (above < below || (above == below && order[root] > order[child])) {
            return;
        }
        const size_t held = order[root];
        order[root] = order[child];
        order[child] = held;
    }
}

size_t csi_rank_column(const double *value, size_t n, int *rank, size_t *work)
{
    size_t n_ranked = 0;
    for (size_t i = 0; i < n; i++) {
        rank[i] = 0;
        if (!isnan(value[i])) {
            work[n_ranked++] = i;
        }
    }
    for (size_t root = n_ranked / 2; root-- > 0;) {
        sift(value, work, root, n_ranked);
    }
    for (size_t end = n_ranked; end > 1; end--) {
        const size_t last = work[end - 1];
        work[end - 1] = work[0];
        work[0] = last;
        sift(value, work, 0, end - 1);
    }
    for (size_t i = 0; i < n_ranked; i++) {
        const int is_tied = i > 0 && value[work[i]] == value[work[i - 1]];
        rank[work[i]] = is_tied ? rank[work[i - 1]] : (int)i + 1;
    }
    return n_ranked;
}
