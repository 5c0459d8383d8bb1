/* Box-Cox: the power that makes a column most nearly normal, by maximum likelihood.
 *
 *     y = (x^l - 1) / l,  l = 0: ln x;   l maximises -(n/2) ln(var y) + (l - 1) sum ln x
 *
 * Source: Box & Cox (1964), Journal of the Royal Statistical Society B 26:211-252. By hand: {1, 2, 4, 8} is geometric: l
 * is near 0. The 95 % interval of l is where twice the loss of likelihood stays below 3.84; both ends are logged.
 * Worked on x / geometric mean, which leaves l as it is and keeps powers from overflowing; golden section on [-5, 5].
 * Edges: values must be positive: `shift: auto` adds 1 - min where the smallest is not, `min` always (COINr's boxcox), 0
 * forbids it; a constant column is left alone. */
#include "core/logarithm.h"
#include "metrics/frame.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

#define BRACKET 5.0
#define CHI2_95 3.841458820694124

enum { ALWAYS, IF_FAILS };
enum { SHIFT_AUTO, SHIFT_MIN };

static const csi_option options[] = {
    {"lambda", CSI_OPTION_NUMBER, "ml", -10, 10, "ml", "the power; ml: by maximum likelihood"},
    {"shift", CSI_OPTION_NUMBER, "auto", 0, 0, "auto|min",
     "added to the values first; auto: 1 - min where min is not positive; min: 1 - min always"},
    {"when", CSI_OPTION_CHOICE, "always", 0, 0, "always|fails", "always, or only where the rule below fails"},
    CSI_OPTIONS_OUTLIER_RULE,
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

/* x is scaled to geometric mean 1, so that sum ln x is 0 and the likelihood is the variance alone. */
static double log_likelihood(const double *x, double *y, size_t n, double lambda)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = lambda == 0 ? csi_log(x[i]) : csi_expm1(lambda * csi_log(x[i])) / lambda;
    }
    return -(double)n * csi_log(csi_sample_population_sd(y, n));
}

static double golden_section(const double *x, double *y, size_t n)
{
    const double ratio = (sqrt(5) - 1) / 2;
    double a = -BRACKET, b = BRACKET, c = b - ratio * (b - a), d = a + ratio * (b - a);
    double at_c = log_likelihood(x, y, n, c), at_d = log_likelihood(x, y, n, d);
    while (b - a > 1e-10) {
        if (at_c > at_d) {
            b = d;
            d = c;
            at_d = at_c;
            c = b - ratio * (b - a);
            at_c = log_likelihood(x, y, n, c);
        } else {
            a = c;
            c = d;
            at_c = at_d;
            d = a + ratio * (b - a);
            at_d = log_likelihood(x, y, n, d);
        }
    }
    return (a + b) / 2;
}

/* Where the likelihood falls to `level` between the optimum and an end of the bracket; the end when it does not. */
static double crossing(const double *x, double *y, size_t n, double best, double end, double level)
{
    double inside = best, outside = end;
    if (log_likelihood(x, y, n, end) > level) {
        return end;
    }
    for (int i = 0; i < 60; i++) {
        const double middle = (inside + outside) / 2;
        if (log_likelihood(x, y, n, middle) > level) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    return inside;
}

double csi_box_cox_lambda(double *x, double *y, size_t n, double *low, double *high)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += csi_log(x[i]);
    }
    const double middle = csi_exp(sum / (double)n);
    for (size_t i = 0; i < n; i++) {
        x[i] /= middle;
    }
    const double best = golden_section(x, y, n), level = log_likelihood(x, y, n, best) - CHI2_95 / 2;
    *low = crossing(x, y, n, best, -BRACKET, level);
    *high = crossing(x, y, n, best, BRACKET, level);
    return best;
}

static csi_status fit(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_map *map)
{
    const double asked = csi_step_number(step, "lambda");
    double *x = calloc(frame->n_sample + 1, sizeof *x), *y = calloc(frame->n_sample + 1, sizeof *y), low, high;
    csi_status status = x != NULL && y != NULL ? CSI_OK : CSI_ERR_MEMORY;
    map->b = asked;
    if (status == CSI_OK && isnan(asked)) {
        const size_t n = csi_sample_pack(frame->sample, frame->n_sample, x);
        for (size_t i = 0; i < n; i++) {
            x[i] += map->a;
        }
        map->b = csi_box_cox_lambda(x, y, n, &low, &high);
        status = csi_log_statistic(step, context, frame, low, high, "box-cox lambda, 95 % interval");
    }
    if (status == CSI_OK) {
        status = csi_log_statistic(step, context, frame, map->b, map->b, "box-cox lambda");
    }
    free(x);
    free(y);
    return status;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_outlier_rule rule = csi_outlier_rule_of(step);
    const double shift = csi_step_number(step, "shift");
    csi_map map = {.kind = CSI_MAP_BOX_COX};
    double low, high;
    if (!csi_sample_range(frame->sample, frame->n_sample, &low, &high) || csi_sample_is_constant(low, high) ||
        (csi_step_choice(step, "when") == IF_FAILS && !csi_outliers_fail(frame->sample, frame->n_sample, &rule))) {
        return CSI_OK;
    }
    map.a = !isnan(shift) ? shift : low > 0 && csi_step_choice(step, "shift") != SHIFT_MIN ? 0 : 1 - low;
    if (low + map.a <= 0) {
        return csi_diag_error(diag, CSI_ERR_DATA, &step->place,
                              "indicator \"%s\": Box-Cox needs positive values after the shift", frame->node->code);
    }
    const csi_status status = fit(step, context, frame, &map);
    return status == CSI_OK ? csi_map_frame(step, context, frame, &map, diag) : status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_treat_box_cox = {
    .step = CSI_STEP_TREAT,
    .name = "box_cox",
    .title = "Box-Cox transform",
    .formula = "y = ((x + shift)^l - 1) / l, l = 0: ln(x + shift); l by maximum likelihood",
    .source = "Box & Cox (1964), Journal of the Royal Statistical Society B 26:211-252",
    .edges = "Values must be positive after the shift; a constant column is left alone; the interval of l is logged.",
    CSI_OPTIONS(options),
    .apply = apply,
};
