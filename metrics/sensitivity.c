/* Variance-based sensitivity indices.
 *
 * With y0 the mean and V the variance of the outputs of A and B together:
 *   saltelli  S = mean((f_B - y0)(f_AB - f_A)) / V                (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018)
 *   jansen    S = 1 - mean((f_B - f_AB)^2) / 2V,  T = mean((f_A - f_AB)^2) / 2V   (Jansen 1999); T of saltelli likewise
 *   azzini    S = 2 sum (f_BA - f_B)(f_A - f_AB) / D,  T = sum ((f_B - f_BA)^2 + (f_A - f_AB)^2) / D,
 *             D = sum (f_A - f_B)^2 + (f_BA - f_AB)^2             (Azzini, Mara, Rosati 2020, arXiv:2001.10249)
 * The product of the first is taken about y0: without that its error grows with the distance of y0 from 0.
 * By hand: f = x1 + x2 on {0, 1}^2 with A = (0,0), (1,1), B = (1,0), (0,1): V = 1/2; jansen T = (1/2, 1/2).
 * Edges: an output that never varies (range within 4 ulp of its size) has no shares: undefined, with the reason; a NaN in
 * any row likewise. Estimates may fall a little below 0 or above 1; they are not clamped, since that would bias them. */
#include "metrics/sensitivity.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "metrics/rng.h"

#define BOOTSTRAP_STREAM UINT32_C(0xb0075)

const char *csi_estimator_name(csi_estimator estimator)
{
    static const char *const name[] = {[CSI_SALTELLI] = "saltelli", [CSI_JANSEN] = "jansen", [CSI_AZZINI] = "azzini"};
    return name[estimator];
}

const char *csi_sensitivity_state_name(csi_sensitivity_state state)
{
    static const char *const name[] = {[CSI_SENSITIVITY_DEFINED] = "",
                                       [CSI_SENSITIVITY_CONSTANT] = "the output does not vary",
                                       [CSI_SENSITIVITY_MISSING] = "not scored in every run"};
    return name[state];
}

typedef struct moments {
    double mean, variance, low, high;
} moments;

static size_t pick(const uint32_t *row, size_t i)
{
    return row == NULL ? i : row[i];
}

static moments moments_of(const csi_design_output *o, const uint32_t *row, size_t n)
{
    moments m = {0.0, 0.0, o->a[pick(row, 0)], o->a[pick(row, 0)]};
    const double origin = m.low;
    for (size_t i = 0; i < n; i++) {
        const double a = o->a[pick(row, i)], b = o->b[pick(row, i)];
        m.mean += (a - origin) + (b - origin);
        m.low = fmin(m.low, fmin(a, b));
        m.high = fmax(m.high, fmax(a, b));
    }
    m.mean = origin + m.mean / (2.0 * (double)n);
    for (size_t i = 0; i < n; i++) {
        const double a = o->a[pick(row, i)] - m.mean, b = o->b[pick(row, i)] - m.mean;
        m.variance += a * a + b * b;
    }
    m.variance /= 2.0 * (double)n;
    return m;
}

static void azzini(const csi_design_output *o, size_t factor, const uint32_t *row, size_t n, double *first, double *total)
{
    double top = 0.0, both = 0.0, bottom = 0.0;
    for (size_t i = 0; i < n; i++) {
        const size_t r = pick(row, i);
        const double da = o->a[r] - o->ab[factor][r], db = o->b[r] - o->ba[factor][r];
        const double across = o->a[r] - o->b[r], mixed = o->ba[factor][r] - o->ab[factor][r];
        top -= db * da;
        both += da * da + db * db;
        bottom += across * across + mixed * mixed;
    }
    *first = bottom > 0.0 ? 2.0 * top / bottom : (double)NAN;
    *total = bottom > 0.0 ? both / bottom : (double)NAN;
}

static void jansen(const csi_design_output *o, size_t factor, const moments *m, const uint32_t *row, size_t n,
                   double *first, double *total)
{
    double b_side = 0.0, a_side = 0.0;
    for (size_t i = 0; i < n; i++) {
        const size_t r = pick(row, i);
        const double db = o->b[r] - o->ab[factor][r], da = o->a[r] - o->ab[factor][r];
        b_side += db * db;
        a_side += da * da;
    }
    *first = 1.0 - b_side / (2.0 * (double)n * m->variance);
    *total = a_side / (2.0 * (double)n * m->variance);
}

static double saltelli_first(const csi_design_output *o, size_t factor, const moments *m, const uint32_t *row, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const size_t r = pick(row, i);
        sum += (o->b[r] - m->mean) * (o->ab[factor][r] - o->a[r]);
    }
    return sum / ((double)n * m->variance);
}

static bool any_missing(const csi_design_output *o)
{
    double sum = 0.0;
    for (size_t i = 0; i < o->n_rows; i++) {
        sum += o->a[i] * 0.0 + o->b[i] * 0.0;
        for (size_t f = 0; f < o->n_factors; f++) {
            sum += o->ab[f][i] * 0.0 + (o->ba != NULL ? o->ba[f][i] * 0.0 : 0.0);
        }
    }
    return isnan(sum);
}

static csi_sensitivity_state estimate(const csi_design_output *o, csi_estimator estimator, const uint32_t *row, size_t n,
                                      double *first, double *total)
{
    const moments m = moments_of(o, row, n);
    const double size = fmax(fabs(m.low), fabs(m.high));
    const bool constant = m.high - m.low <= 4.0 * DBL_EPSILON * size;
    for (size_t f = 0; f < o->n_factors; f++) {
        if (constant) {
            first[f] = total[f] = (double)NAN;
        } else if (estimator == CSI_AZZINI) {
            azzini(o, f, row, n, &first[f], &total[f]);
        } else {
            jansen(o, f, &m, row, n, &first[f], &total[f]);
            first[f] = estimator == CSI_SALTELLI ? saltelli_first(o, f, &m, row, n) : first[f];
        }
    }
    return constant ? CSI_SENSITIVITY_CONSTANT : CSI_SENSITIVITY_DEFINED;
}

csi_sensitivity_state csi_sensitivity_indices(const csi_design_output *output, csi_estimator estimator,
                                              const uint32_t *row, size_t n_picked, double *first, double *total)
{
    if (n_picked == 0 || any_missing(output)) {
        for (size_t f = 0; f < output->n_factors; f++) {
            first[f] = total[f] = (double)NAN;
        }
        return CSI_SENSITIVITY_MISSING;
    }
    return estimate(output, estimator, row, n_picked, first, total);
}

double csi_quantile_sorted(const double *sorted, size_t n, double p)
{
    if (n == 0) {
        return (double)NAN;
    }
    const double at = p * (double)(n - 1);
    const size_t below = (size_t)at;
    const size_t above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void interval_of(double *drawn, size_t n, double level, csi_index_interval *interval)
{
    qsort(drawn, n, sizeof *drawn, by_value);
    interval->low = csi_quantile_sorted(drawn, n, (1.0 - level) / 2.0);
    interval->high = csi_quantile_sorted(drawn, n, (1.0 + level) / 2.0);
}

/* Rows of resample `replicate`: each word scaled to the range, whose bias of n / 2^32 is nothing here. */
static void resample(uint64_t seed, size_t replicate, size_t n, uint32_t *row)
{
    const csi_stream stream = {seed, replicate, BOOTSTRAP_STREAM};
    for (size_t from = 0; from < n; from += CSI_DRAW_GROUP) {
        uint32_t word[CSI_DRAW_GROUP];
        csi_draw_words(&stream, (uint32_t)from, CSI_DRAW_GROUP, word);
        for (size_t i = from; i < n && i < from + CSI_DRAW_GROUP; i++) {
            row[i] = (uint32_t)((uint64_t)word[i - from] * n >> 32);
        }
    }
}

static void bootstrap_rows(const csi_design_output *output, csi_estimator estimator, size_t n_bootstrap, uint64_t seed,
                           uint32_t *row, double *point, double *drawn)
{
    const size_t k = output->n_factors;
    for (size_t b = 0; b < n_bootstrap; b++) {
        resample(seed, b, output->n_rows, row);
        (void)estimate(output, estimator, row, output->n_rows, point, point + k);
        for (size_t f = 0; f < 2 * k; f++) {
            drawn[f * n_bootstrap + b] = point[f];
        }
    }
}

csi_status csi_sensitivity_bootstrap(const csi_design_output *output, csi_estimator estimator, size_t n_bootstrap,
                                     double level, uint64_t seed, csi_index_interval *first, csi_index_interval *total,
                                     csi_sensitivity_state *state)
{
    const size_t k = output->n_factors;
    csi_status status = CSI_ERR_MEMORY;
    double *point = calloc(2 * k + 1, sizeof *point);
    double *drawn = calloc(2 * k * n_bootstrap + 1, sizeof *drawn); /* [first, total][factor][resample] */
    uint32_t *row = calloc(output->n_rows + 1, sizeof *row);
    if (point == NULL || drawn == NULL || row == NULL) {
        goto out;
    }
    *state = csi_sensitivity_indices(output, estimator, NULL, output->n_rows, point, point + k);
    for (size_t f = 0; f < k; f++) {
        first[f] = (csi_index_interval){point[f], (double)NAN, (double)NAN};
        total[f] = (csi_index_interval){point[k + f], (double)NAN, (double)NAN};
    }
    if (*state == CSI_SENSITIVITY_DEFINED) {
        bootstrap_rows(output, estimator, n_bootstrap, seed, row, point, drawn);
        for (size_t f = 0; f < k && n_bootstrap > 0; f++) {
            interval_of(drawn + f * n_bootstrap, n_bootstrap, level, &first[f]);
            interval_of(drawn + (k + f) * n_bootstrap, n_bootstrap, level, &total[f]);
        }
    }
    status = CSI_OK;
out:
    free(point);
    free(drawn);
    free(row);
    return status;
}
