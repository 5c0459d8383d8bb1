/* Geometric mean: lacking everywhere a little is better than lacking one thing altogether.
 *
 *     s = exp(sum w ln x / sum w),   over the children present
 *
 * Source: OECD/JRC Handbook (2008), p. 103-104 (its example of profiles: 21, 1, 1, 1 has 2.14, 6, 6, 6, 5 has 5.73 with
 * equal weights). By hand: 2 and 8: 4.
 * Edges: a 0 with a weight makes the score 0, unless `floor` raises it; a negative value is an error; a child of weight 0
 * is not looked at. */
#include "metrics/mean.h"

#include <math.h>

#include "core/logarithm.h"

static const csi_option options[] = {CSI_OPTION_FLOOR};

/* Adds one child of each country. The last two logarithms are kept: mixtures of two years, of which there are many, have no
 * more of them. */
static void add_child(const csi_family *family, size_t q, double floor, double *sum)
{
    double x[2] = {NAN, NAN}, term[2] = {0};
    size_t last = 0;
    for (size_t c = 0; c < family->n_countries; c++) {
        const double own = family->child[q][c] < floor ? floor : family->child[q][c];
        if (!family->is_scored[c] || isnan(own)) {
            continue;
        }
        if (own != x[last]) {
            last = 1 - last;
            if (own != x[last]) {
                x[last] = own;
                term[last] = family->weight[q] * csi_log(own);
            }
        }
        sum[c] += term[last];
    }
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    const csi_status status = csi_family_check_positive(step, context, family, diag);
    const double floor = csi_step_number(step, "floor");
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] = 0;
    }
    for (size_t q = 0; q < family->n_children; q++) {
        if (family->weight[q] > 0) {
            add_child(family, q, floor, score);
        }
    }
    csi_family_divide(family, score);
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] = family->is_scored[c] ? csi_exp(score[c]) : NAN;
    }
    return status;
}

static double phi(const csi_step *step, double x)
{
    return csi_log(csi_floored(step, x));
}

const csi_method csi_aggregate_geometric = {
    .step = CSI_STEP_AGGREGATE,
    .name = "geometric",
    .title = "Weighted geometric mean",
    .formula = "s = exp(sum w ln x / sum w), over the children present",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 103-104",
    .edges = "A 0 with a weight makes the score 0 unless a floor is set; a negative value is an error.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
    .phi = phi,
};
