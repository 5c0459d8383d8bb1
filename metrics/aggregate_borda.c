/* Borda: how many countries are worse, child by child, averaged with the weights.
 *
 *     s = sum w (rank - 1) / sum w,   rank 1 the worst, ties sharing the average
 *
 * Source: Borda (1784); OECD/JRC Handbook (2008), p. 106-107 (Table 25: b 44 points of 21 votes, that is 44/21). By hand:
 * a child 10, 20, 20: 0, 1.5, 1.5.
 * Edges: where some countries lack a child, the ranks of the others are stretched to the number of countries scored. */
#include "metrics/mean.h"
#include "metrics/normalise.h"
#include "metrics/outrank.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

/* Adds w (rank - 1) of one child to the sums of the scored countries. */
static void add_child(const csi_family *family, size_t q, const size_t *country, size_t n, double *sorted, double *score)
{
    size_t n_present = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(family->child[q][country[i]])) {
            sorted[n_present++] = family->child[q][country[i]];
        }
    }
    csi_sample_sort(sorted, n_present);
    const double stretch = n_present > 1 ? (double)(n - 1) / (double)(n_present - 1) : 0;
    for (size_t i = 0; i < n; i++) {
        const double x = family->child[q][country[i]];
        if (!isnan(x)) {
            const double rank = csi_rank_within(sorted, n_present, x, CSI_TIES_AVERAGE);
            score[country[i]] += family->weight[q] * (rank - 1) * stretch;
        }
    }
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)step, (void)context, (void)diag;
    size_t *country = calloc(family->n_countries + 1, sizeof *country);
    double *sorted = calloc(family->n_countries + 1, sizeof *sorted);
    const bool has_room = country != NULL && sorted != NULL;
    if (has_room) {
        const size_t n = csi_family_scored(family, country);
        for (size_t c = 0; c < family->n_countries; c++) {
            score[c] = family->is_scored[c] ? 0 : NAN;
        }
        for (size_t q = 0; q < family->n_children; q++) {
            add_child(family, q, country, n, sorted, score);
        }
        for (size_t i = 0; i < n; i++) {
            score[country[i]] /= csi_family_weight(family, country[i]);
        }
    }
    free(country);
    free(sorted);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

const csi_method csi_aggregate_borda = {
    .step = CSI_STEP_AGGREGATE,
    .name = "borda",
    .title = "Borda count",
    .formula = "s = sum w (rank - 1) / sum w, rank 1 the worst",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 106-107",
    .edges = "Ties share the average rank; ranks over fewer countries are stretched to the number scored.",
    .aggregate = aggregate,
};
