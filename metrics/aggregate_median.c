/* Weighted median: the value with half of the weight on either side.
 *
 *     s = x_(k), the first in ascending order at which the weight passed exceeds 1/2
 *
 * Source: Edgeworth (1888); OECD/JRC Handbook (2008), p. 31. By hand: 1, 2, 10 with equal weights: 2; 1, 2, 3, 10: 2.5.
 * Edges: where a value brings the weight to exactly 1/2 (within 1e-12), the mean of it and the next; children of weight
 * 0 are not looked at. */
#include "metrics/mean.h"

#include <math.h>
#include <stdlib.h>

#define HALF_WAY 1e-12

typedef struct weighted {
    double x, weight;
} weighted;

static int by_value(const void *a, const void *b)
{
    const double x = ((const weighted *)a)->x, y = ((const weighted *)b)->x;
    return (x > y) - (x < y);
}

static double median(const weighted *item, size_t n, double total)
{
    double passed = 0;
    for (size_t i = 0; i < n; i++) {
        passed += item[i].weight / total;
        if (fabs(passed - 0.5) <= HALF_WAY && i + 1 < n) {
            return (item[i].x + item[i + 1].x) / 2;
        }
        if (passed > 0.5) {
            return item[i].x;
        }
    }
    return item[n - 1].x;
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)step, (void)context, (void)diag;
    weighted *item = calloc(family->n_children + 1, sizeof *item);
    if (item == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t c = 0; c < family->n_countries; c++) {
        size_t n = 0;
        for (size_t q = 0; q < family->n_children; q++) {
            if (!isnan(family->child[q][c]) && family->weight[q] > 0) {
                item[n++] = (weighted){family->child[q][c], family->weight[q]};
            }
        }
        qsort(item, n, sizeof *item, by_value);
        score[c] = family->is_scored[c] ? median(item, n, csi_family_weight(family, c)) : NAN;
    }
    free(item);
    return CSI_OK;
}

const csi_method csi_aggregate_median = {
    .step = CSI_STEP_AGGREGATE,
    .name = "median",
    .title = "Weighted median",
    .formula = "s = the value with half of the weight on either side",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 31; Edgeworth (1888)",
    .edges = "At exactly half of the weight, the mean of two neighbours.",
    .aggregate = aggregate,
};
