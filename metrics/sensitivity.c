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
#include <string.h>

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

static moments moments_of(const csi_design_output *o, size_t n)
{
    moments m = {0.0, 0.0, o->a[0], o->a[0]};
    const double origin = m.low;
    for (size_t i = 0; i < n; i++) {
        const double a = o->a[i], b = o->b[i];
        m.mean += (a - origin) + (b - origin);
        m.low = fmin(m.low, fmin(a, b));
        m.high = fmax(m.high, fmax(a, b));
    }
    m.mean = origin + m.mean / (2.0 * (double)n);
    for (size_t i = 0; i < n; i++) {
        const double a = o->a[i] - m.mean, b = o->b[i] - m.mean;
        m.variance += a * a + b * b;
    }
    m.variance /= 2.0 * (double)n;
    return m;
}

static void azzini(const csi_design_output *o, size_t factor, size_t n, double *first, double *total)
{
    double top = 0.0, both = 0.0, bottom = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double da = o->a[i] - o->ab[factor][i], db = o->b[i] - o->ba[factor][i];
        const double across = o->a[i] - o->b[i], mixed = o->ba[factor][i] - o->ab[factor][i];
        top -= db * da;
        both += da * da + db * db;
        bottom += across * across + mixed * mixed;
    }
    *first = bottom > 0.0 ? 2.0 * top / bottom : (double)NAN;
    *total = bottom > 0.0 ? both / bottom : (double)NAN;
}

static void jansen(const csi_design_output *o, size_t factor, const moments *m, size_t n, double *first, double *total)
{
    double b_side = 0.0, a_side = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double db = o->b[i] - o->ab[factor][i], da = o->a[i] - o->ab[factor][i];
        b_side += db * db;
        a_side += da * da;
    }
    *first = 1.0 - b_side / (2.0 * (double)n * m->variance);
    *total = a_side / (2.0 * (double)n * m->variance);
}

static double saltelli_first(const csi_design_output *o, size_t factor, const moments *m, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (o->b[i] - m->mean) * (o->ab[factor][i] - o->a[i]);
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

static csi_sensitivity_state estimate(const csi_design_output *o, csi_estimator estimator, size_t n, double *first,
                                      double *total)
{
    const moments m = moments_of(o, n);
    const double size = fmax(fabs(m.low), fabs(m.high));
    const bool constant = m.high - m.low <= 4.0 * DBL_EPSILON * size;
    for (size_t f = 0; f < o->n_factors; f++) {
        if (constant) {
            first[f] = total[f] = (double)NAN;
        } else if (estimator == CSI_AZZINI) {
            azzini(o, f, n, &first[f], &total[f]);
        } else {
            jansen(o, f, &m, n, &first[f], &total[f]);
            first[f] = estimator == CSI_SALTELLI ? saltelli_first(o, f, &m, n) : first[f];
        }
    }
    return constant ? CSI_SENSITIVITY_CONSTANT : CSI_SENSITIVITY_DEFINED;
}

csi_sensitivity_state csi_sensitivity_indices(const csi_design_output *output, csi_estimator estimator,
                                              size_t n, double *first, double *total)
{
    if (n == 0 || any_missing(output)) {
        for (size_t f = 0; f < output->n_factors; f++) {
            first[f] = total[f] = (double)NAN;
        }
        return CSI_SENSITIVITY_MISSING;
    }
    return estimate(output, estimator, n, first, total);
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

/* How often resample `replicate` holds each row: each word scaled to the range, whose bias of n / 2^32 is nothing here. */
static void resample(uint64_t seed, size_t replicate, size_t n, uint32_t *count)
{
    memset(count, 0, n * sizeof *count);
    const csi_stream stream = {seed, replicate, BOOTSTRAP_STREAM};
    for (size_t from = 0; from < n; from += CSI_DRAW_GROUP) {
        uint32_t word[CSI_DRAW_GROUP];
        csi_draw_words(&stream, (uint32_t)from, CSI_DRAW_GROUP, word);
        for (size_t i = from; i < n && i < from + CSI_DRAW_GROUP; i++) {
            count[(uint64_t)word[i - from] * n >> 32]++;
        }
    }
}

/* What a resample needs of every row, so that its estimates are sums over the rows, each times how often it was picked:
 * f_A + f_B and f_A^2 + f_B^2 about the mean of all rows, then `each` terms of every factor. The estimates are those of
 * `estimate` on the picked rows but for rounding. */
typedef struct terms {
    size_t n, each;
    double *value; /* [row][n] */
} terms;

static size_t terms_each(csi_estimator estimator)
{
    return estimator == CSI_JANSEN ? 2 : 3;
}

static void fill_terms(const csi_design_output *o, csi_estimator estimator, double origin, const terms *t)
{
    for (size_t r = 0; r < o->n_rows; r++) {
        double *to = t->value + r * t->n;
        const double a = o->a[r] - origin, b = o->b[r] - origin;
        to[0] = a + b;
        to[1] = a * a + b * b;
        for (size_t f = 0; f < o->n_factors; f++) {
            double *own = to + 2 + f * t->each;
            const double ab = o->ab[f][r] - origin, da = a - ab, db = b - ab;
            if (estimator == CSI_AZZINI) {
                const double ba = o->ba[f][r] - origin, across = a - b, mixed = ba - ab, b_side = b - ba;
                own[0] = -(b_side * da);
                own[1] = da * da + b_side * b_side;
                own[2] = across * across + mixed * mixed;
            } else {
                own[0] = da * da;
                own[1] = estimator == CSI_JANSEN ? db * db : -(b * da);
            }
            if (estimator == CSI_SALTELLI) {
                own[2] = -da;
            }
        }
    }
}

/* Sums of the terms over the picked rows to estimates; NaN where the picked rows do not vary. */
static void estimate_sums(const double *sum, const terms *t, csi_estimator estimator, size_t n_factors, double n,
                          double *first, double *total)
{
    const double shift = sum[0] / (2.0 * n), square = sum[1] / (2.0 * n), variance = square - shift * shift;
    const bool constant = !(variance > 16.0 * DBL_EPSILON * square);
    for (size_t f = 0; f < n_factors; f++) {
        const double *own = sum + 2 + f * t->each;
        if (constant || (estimator == CSI_AZZINI && !(own[2] > 0.0))) {
            first[f] = total[f] = (double)NAN;
        } else if (estimator == CSI_AZZINI) {
            first[f] = 2.0 * own[0] / own[2];
            total[f] = own[1] / own[2];
        } else {
            total[f] = own[0] / (2.0 * n * variance);
            first[f] = estimator == CSI_JANSEN ? 1.0 - own[1] / (2.0 * n * variance)
                                               : (own[1] - shift * own[2]) / (n * variance);
        }
    }
}

static void sum_rows(const terms *t, const uint32_t *count, size_t n_rows, double *restrict sum)
{
    const size_t n = t->n;
    for (size_t i = 0; i < n; i++) {
        sum[i] = 0.0;
    }
    for (size_t r = 0; r < n_rows; r++) {
        const double *restrict own = t->value + r * n;
        const double times = (double)count[r];
        for (size_t i = 0; count[r] > 0 && i < n; i++) {
            sum[i] += times * own[i];
        }
    }
}

/* drawn[first, total][factor][resample]. */
static csi_status bootstrap_rows(const csi_design_output *output, csi_estimator estimator, size_t n_bootstrap,
                                 uint64_t seed, double *point, double *drawn)
{
    const size_t k = output->n_factors, n_rows = output->n_rows;
    terms t = {.each = terms_each(estimator)};
    t.n = 2 + k * t.each;
    double *sum = calloc(t.n, sizeof *sum);
    uint32_t *count = calloc(n_rows + 1, sizeof *count);
    csi_status status = CSI_ERR_MEMORY;
    t.value = calloc(n_rows * t.n + 1, sizeof *t.value);
    if (sum == NULL || count == NULL || t.value == NULL) {
        goto out;
    }
    fill_terms(output, estimator, moments_of(output, n_rows).mean, &t);
    for (size_t b = 0; b < n_bootstrap; b++) {
        resample(seed, b, n_rows, count);
        sum_rows(&t, count, n_rows, sum);
        estimate_sums(sum, &t, estimator, k, (double)n_rows, point, point + k);
        for (size_t f = 0; f < 2 * k; f++) {
            drawn[f * n_bootstrap + b] = point[f];
        }
    }
    status = CSI_OK;
out:
    free(sum);
    free(count);
    free(t.value);
    return status;
}

csi_status csi_sensitivity_bootstrap(const csi_design_output *output, csi_estimator estimator, size_t n_bootstrap,
                                     double level, uint64_t seed, csi_index_interval *first, csi_index_interval *total,
                                     csi_sensitivity_state *state)
{
    const size_t k = output->n_factors;
    csi_status status = CSI_ERR_MEMORY;
    double *point = calloc(2 * k + 1, sizeof *point);
    double *drawn = calloc(2 * k * n_bootstrap + 1, sizeof *drawn); /* [first, total][factor][resample] */
    if (point == NULL || drawn == NULL) {
        goto out;
    }
    *state = csi_sensitivity_indices(output, estimator, output->n_rows, point, point + k);
    for (size_t f = 0; f < k; f++) {
        first[f] = (csi_index_interval){point[f], (double)NAN, (double)NAN};
        total[f] = (csi_index_interval){point[k + f], (double)NAN, (double)NAN};
    }
    if (*state == CSI_SENSITIVITY_DEFINED && n_bootstrap > 0) {
        CSI_TRY(bootstrap_rows(output, estimator, n_bootstrap, seed, point, drawn));
        for (size_t f = 0; f < k && n_bootstrap > 0; f++) {
            interval_of(drawn + f * n_bootstrap, n_bootstrap, level, &first[f]);
            interval_of(drawn + (k + f) * n_bootstrap, n_bootstrap, level, &total[f]);
        }
    }
    status = CSI_OK;
out:
    free(point);
    free(drawn);
    return status;
}
