/* Effective importance: what a child really decides of the score's variance, beside its nominal weight.
 *
 *     S = var E(y | x) / var y
 *
 * Paruolo, Saisana & Saltelli (2013), Journal of the Royal Statistical Society A 176:609-634; Becker et al. (2017),
 * Ecological Indicators 80:12-22; penalised splines: Eilers & Marx (1996), Statistical Science 11:89-121. By hand: y = x^2
 * on x symmetric about 0: r^2 is 0 and S is 1.
 * The curve is a cubic B-spline on 12 equal pieces of x's range with second differences penalised; the penalty is chosen
 * by generalised cross-validation on all rows and kept for the bootstrap. Edges: a constant x or y: NaN. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/coherence.h"
#include "metrics/regression.h"
#include "metrics/rng.h"
#include "metrics/sample.h"

#define STREAM 0x1ab0u
#define PIECES 12
#define BASIS (PIECES + 3)
#define FEW_VALUES 5
#define FEW_ROWS 20
#define N_PENALTIES 25

/* The four cubic B-splines that are not 0 at position t of a grid of unit pieces. */
static size_t spline_at(double t, double *b)
{
    const double piece = fmin(floor(t), PIECES - 1), u = t - piece, v = 1 - u;
    b[0] = v * v * v / 6;
    b[1] = (3 * u * u * u - 6 * u * u + 4) / 6;
    b[2] = (3 * v * v * v - 6 * v * v + 4) / 6;
    b[3] = u * u * u / 6;
    return (size_t)piece;
}

typedef struct smoother {
    double gram[BASIS * BASIS], right[BASIS], factor[BASIS * BASIS], coefficient[BASIS];
    double low, high;
} smoother;

static double position(const smoother *s, double x)
{
    return fmin(fmax((x - s->low) / (s->high - s->low) * PIECES, 0), PIECES);
}

static void accumulate(smoother *s, const double *x, const double *y, size_t n)
{
    memset(s->gram, 0, sizeof s->gram);
    memset(s->right, 0, sizeof s->right);
    for (size_t i = 0; i < n; i++) {
        double b[4];
        const size_t at = spline_at(position(s, x[i]), b);
        for (size_t j = 0; j < 4; j++) {
            s->right[at + j] += b[j] * y[i];
            for (size_t k = 0; k < 4; k++) {
                s->gram[(at + j) * BASIS + at + k] += b[j] * b[k];
            }
        }
    }
}

/* Cholesky of gram + penalty D'D (and a trace of ridge, for pieces without data). */
static void factorise(smoother *s, double penalty)
{
    static const double d[3] = {1, -2, 1};
    memcpy(s->factor, s->gram, sizeof s->factor);
    for (size_t row = 0; row + 2 < BASIS; row++) {
        for (size_t j = 0; j < 9; j++) {
            s->factor[(row + j / 3) * BASIS + row + j % 3] += penalty * d[j / 3] * d[j % 3];
        }
    }
    for (size_t i = 0; i < BASIS; i++) {
        s->factor[i * BASIS + i] += 1e-9;
        for (size_t j = 0; j <= i; j++) {
            double sum = s->factor[i * BASIS + j];
            for (size_t k = 0; k < j; k++) {
                sum -= s->factor[i * BASIS + k] * s->factor[j * BASIS + k];
            }
            s->factor[i * BASIS + j] = i == j ? sqrt(fmax(sum, 1e-300)) : sum / s->factor[j * BASIS + j];
        }
    }
}

static void solve(const smoother *s, double *b)
{
    for (size_t i = 0; i < BASIS; i++) {
        for (size_t k = 0; k < i; k++) {
            b[i] -= s->factor[i * BASIS + k] * b[k];
        }
        b[i] /= s->factor[i * BASIS + i];
    }
    for (size_t i = BASIS; i-- > 0;) {
        for (size_t k = i + 1; k < BASIS; k++) {
            b[i] -= s->factor[k * BASIS + i] * b[k];
        }
        b[i] /= s->factor[i * BASIS + i];
    }
}

static void fit(smoother *s, double penalty)
{
    factorise(s, penalty);
    memcpy(s->coefficient, s->right, sizeof s->coefficient);
    solve(s, s->coefficient);
}

/* trace of (gram + penalty)^-1 gram */
static double degrees(const smoother *s)
{
    double trace = 0, column[BASIS];
    for (size_t j = 0; j < BASIS; j++) {
        for (size_t i = 0; i < BASIS; i++) {
            column[i] = s->gram[i * BASIS + j];
        }
        solve(s, column);
        trace += column[j];
    }
    return trace;
}

/* Explained and residual sums of squares of the curve. */
static void sums(const smoother *s, const double *x, const double *y, size_t n, double *explained, double *rest)
{
    double mean = 0;
    *explained = *rest = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            double b[4], m = 0;
            const size_t at = spline_at(position(s, x[i]), b);
            for (size_t j = 0; j < 4; j++) {
                m += b[j] * s->coefficient[at + j];
            }
            mean += pass == 0 ? m / (double)n : 0;
            *explained += pass == 0 ? 0 : (m - mean) * (m - mean);
            *rest += pass == 0 ? 0 : (y[i] - m) * (y[i] - m);
        }
    }
}

static double choose_penalty(smoother *s, const double *x, const double *y, size_t n)
{
    double best = HUGE_VAL, chosen = 1;
    accumulate(s, x, y, n);
    for (int k = 0; k < N_PENALTIES; k++) {
        const double penalty = csi_exp(csi_log(10) * (k / 2.0 - 4));
        double explained, rest;
        fit(s, penalty);
        sums(s, x, y, n, &explained, &rest);
        const double free_share = 1 - degrees(s) / (double)n, score = rest / (free_share * free_share);
        chosen = score < best ? penalty : chosen;
        best = score < best ? score : best;
    }
    return chosen;
}

static double by_spline(smoother *s, double penalty, const double *x, const double *y, size_t n)
{
    double explained, rest;
    accumulate(s, x, y, n);
    fit(s, penalty);
    sums(s, x, y, n, &explained, &rest);
    const double total = csi_sample_variance(y, n) * (double)(n - 1);
    return total > 0 ? fmin(explained / total, 1) : NAN;
}

static double by_groups(const double *x, const double *y, size_t n, size_t *group)
{
    double value[FEW_VALUES + 1];
    size_t n_groups = 0;
    for (size_t i = 0; i < n; i++) {
        size_t g = 0;
        while (g < n_groups && value[g] != x[i]) {
            g++;
        }
        if (g == n_groups) {
            value[n_groups++] = x[i];
        }
        group[i] = g;
    }
    return csi_anova(y, group, n, n_groups).ratio;
}

static size_t count_values(const double *x, size_t n)
{
    double value[FEW_VALUES + 1];
    size_t count = 0;
    for (size_t i = 0; i < n && count <= FEW_VALUES; i++) {
        size_t g = 0;
        while (g < count && value[g] != x[i]) {
            g++;
        }
        if (g == count) {
            value[count++] = x[i];
        }
    }
    return count;
}

typedef enum form { BY_LINE, BY_GROUPS, BY_SPLINE } form;

typedef struct estimate {
    form how;
    smoother *s;
    double penalty;
    size_t *group;
} estimate;

static double ratio(const estimate *e, const double *x, const double *y, size_t n)
{
    if (e->how == BY_LINE) {
        const double r = csi_sample_correlation(x, y, n, NULL);
        return r * r;
    }
    return e->how == BY_GROUPS ? by_groups(x, y, n, e->group) : by_spline(e->s, e->penalty, x, y, n);
}

static void bootstrap(const estimate *e, const double *x, const double *y, size_t n, size_t n_bootstrap, uint64_t seed,
                      double *work, csi_importance *answer)
{
    double *xs = work, *ys = work + n, *all = work + 2 * n;
    size_t kept = 0;
    for (size_t b = 0; b < n_bootstrap; b++) {
        const csi_stream stream = {seed, b, STREAM};
        for (size_t i = 0; i < n; i++) {
            const size_t from = (size_t)(csi_draw_uniform(&stream, (uint32_t)i) * (double)n);
            xs[i] = x[from];
            ys[i] = y[from];
        }
        const double s = ratio(e, xs, ys, n);
        if (!isnan(s)) {
            all[kept++] = s;
        }
    }
    if (kept > 0) {
        csi_sample_sort(all, kept);
        answer->low = csi_sample_quantile(all, kept, 0.05);
        answer->high = csi_sample_quantile(all, kept, 0.95);
    }
}

static size_t pack_pairs(const double *x, const double *y, size_t n, double *xs, double *ys)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]) && !isnan(y[i])) {
            xs[m] = x[i];
            ys[m++] = y[i];
        }
    }
    return m;
}

csi_status csi_importance_of(const double *x, const double *y, size_t n, size_t n_bootstrap, uint64_t seed,
                             csi_importance *answer)
{
    double *work = calloc(4 * n + n_bootstrap + 1, sizeof *work);
    size_t *group = calloc(n + 1, sizeof *group);
    smoother *s = calloc(1, sizeof *s);
    const bool has_room = work != NULL && group != NULL && s != NULL;
    *answer = (csi_importance){NAN, NAN, NAN, NAN, 0};
    if (has_room) {
        double *xs = work + 2 * n + n_bootstrap, *ys = xs + n;
        const size_t m = answer->n = pack_pairs(x, y, n, xs, ys);
        const double r = csi_sample_correlation(xs, ys, m, NULL);
        estimate e = {m < FEW_ROWS ? BY_LINE : count_values(xs, m) <= FEW_VALUES ? BY_GROUPS : BY_SPLINE, s, 1, group};
        answer->linear = r * r;
        if (!isnan(r)) {
            csi_sample_range(xs, m, &s->low, &s->high);
            e.penalty = e.how == BY_SPLINE ? choose_penalty(s, xs, ys, m) : 1;
            answer->nonlinear = ratio(&e, xs, ys, m);
            bootstrap(&e, xs, ys, m, n_bootstrap, seed, work, answer);
        }
    }
    free(work);
    free(group);
    free(s);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}
