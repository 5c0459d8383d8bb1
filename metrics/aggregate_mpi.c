/* Mazziotta-Pareto index: the mean, less a penalty for unbalance.
 *
 *     s = M - S cv  (penalty down)   or   M + S cv  (penalty up),   cv = S / M,  M = sum w x, S^2 = sum w (x - M)^2
 *
 * Source: De Muro, Mazziotta & Pareto (2011), Social Indicators Research 104:1-18 (on z-scores of mean 100 and sd 10);
 * adjusted: Mazziotta & Pareto (2016), SIR 127:983-1003 (on `normalise: ampi`, 70 to 130); weighted form (2022). By hand:
 * 90 and 110, down: 100 - 10 * 10/100 = 99.
 * Edges: S with n; `divisor: sample` takes n - 1 (as Compind's ci_mpi does), with one child present then undefined;
 * M <= 0 leaves the score undefined: missing. Up is for phenomena of which more is worse. */
#include "metrics/mean.h"

#include <math.h>

enum { DOWN, UP };
enum { POPULATION, SAMPLE };

static const csi_option options[] = {
    {"penalty", CSI_OPTION_CHOICE, "down", 0, 0, "down|up", "down where a high score is good, up where it is bad"},
    {"divisor", CSI_OPTION_CHOICE, "population", 0, 0, "population|sample", "n or n - 1 in the standard deviation"},
};

static double penalised(const csi_step *step, const csi_family *family, size_t country)
{
    const double weight = csi_family_weight(family, country);
    double mean = 0, variance = 0, n = 0;
    for (size_t q = 0; q < family->n_children; q++) {
        mean += isnan(family->child[q][country]) ? 0 : family->weight[q] / weight * family->child[q][country];
    }
    for (size_t q = 0; q < family->n_children; q++) {
        const double d = family->child[q][country] - mean;
        variance += isnan(d) ? 0 : family->weight[q] / weight * d * d;
        n += isnan(d) ? 0 : 1;
    }
    if (csi_step_choice(step, "divisor") == SAMPLE) {
        variance = n > 1 ? variance * n / (n - 1) : NAN;
    }
    const double penalty = variance / mean;
    return !(mean > 0) ? NAN : csi_step_choice(step, "penalty") == DOWN ? mean - penalty : mean + penalty;
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)context, (void)diag;
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] = family->is_scored[c] ? penalised(step, family, c) : NAN;
    }
    return CSI_OK;
}

const csi_method csi_aggregate_mpi = {
    .step = CSI_STEP_AGGREGATE,
    .name = "mpi",
    .title = "Mazziotta-Pareto index (adjusted, on normalise: ampi)",
    .formula = "s = M - S cv (down) or M + S cv (up), cv = S / M",
    .source = "De Muro, Mazziotta & Pareto (2011), Social Indicators Research 104:1-18; Mazziotta & Pareto (2016), Social "
              "Indicators Research 127:983-1003",
    .edges = "A mean of 0 or less leaves the score missing; S with n unless divisor says n - 1.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
};
