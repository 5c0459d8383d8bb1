/* Power mean: one number between the lowest and the highest child says how far they make up for one another.
 *
 *     s = (sum w x^r / sum w)^(1/r);   r -> 0: geometric mean
 *
 * Source: Hardy, Littlewood & Polya, Inequalities (1934), ch. 2; OECD/JRC Handbook (2008), p. 103. By hand: 3 and 4, r =
 * 2: sqrt(12.5) = 3.5355. r = 1 is arithmetic, -1 harmonic; it grows with r.
 * Edges: |r| < 1e-8 is taken as 0. Worked relative to the largest child (smallest for r < 0), so no power overflows. A 0
 * with a weight makes the score 0 for r <= 0, unless `floor` raises it; a negative value is an error. */
#include "metrics/mean.h"

#include <math.h>

#include "core/logarithm.h"

#define NO_POWER 1e-8

static const csi_option options[] = {
    {"power", CSI_OPTION_NUMBER, NULL, -1000, 1000, NULL, "the order r of the mean"},
    CSI_OPTION_FLOOR,
};

/* The child that the others are taken relative to. */
static double anchor(const csi_family *family, size_t country, double power, double floor)
{
    double extreme = NAN;
    for (size_t q = 0; q < family->n_children; q++) {
        const double x = fmax(family->child[q][country], floor);
        if (isnan(family->child[q][country]) || family->weight[q] == 0) {
            continue;
        }
        extreme = isnan(extreme) || (power > 0 ? x > extreme : x < extreme) ? x : extreme;
    }
    return extreme;
}

static double power_mean(const csi_family *family, size_t country, double power, double floor)
{
    const double base = anchor(family, country, power, floor);
    double sum = 0;
    if (base == 0) {
        return 0;
    }
    for (size_t q = 0; q < family->n_children; q++) {
        const double x = fmax(family->child[q][country], floor);
        if (!isnan(family->child[q][country]) && family->weight[q] > 0) {
            sum += family->weight[q] * (fabs(power) < NO_POWER ? csi_log(x / base) : csi_pow(x / base, power));
        }
    }
    sum /= csi_family_weight(family, country);
    return base * (fabs(power) < NO_POWER ? csi_exp(sum) : csi_pow(sum, 1 / power));
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    const csi_status status = csi_family_check_positive(step, context, family, diag);
    const double power = csi_step_number(step, "power"), floor = csi_step_number(step, "floor");
    for (size_t c = 0; c < family->n_countries && status == CSI_OK; c++) {
        score[c] = family->is_scored[c] ? power_mean(family, c, power, floor) : NAN;
    }
    return status;
}

static double phi(const csi_step *step, double x)
{
    const double power = csi_step_number(step, "power");
    return fabs(power) < NO_POWER ? csi_log(csi_floored(step, x)) : csi_pow(csi_floored(step, x), power);
}

const csi_method csi_aggregate_power = {
    .step = CSI_STEP_AGGREGATE,
    .name = "power",
    .title = "Weighted power mean",
    .formula = "s = (sum w x^r / sum w)^(1/r); r = 0: geometric",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 103; Hardy, Littlewood & Polya (1934)",
    .edges = "A 0 with a weight makes the score 0 for r <= 0 unless a floor is set; a negative value is an error.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
    .phi = phi,
};
