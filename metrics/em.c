/* See em.h. Columns are standardised first, so that the tolerance and the ridge mean the same for every unit; rows with
 * the same gaps share one factorisation a round. */
#include "metrics/em.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/sample.h"

#define RIDGE 1e-6

typedef struct workspace {
    size_t n, p;
    double *x;            /* standardised, n x p */
    uint64_t *pattern;    /* bit q: cell q is present */
    size_t *order;        /* rows by pattern */
    double *centre, *scale;
    double *mean, *cov;   /* of the standardised columns */
    double *sum, *cross;  /* expected first and second moments */
    double *factor;       /* Cholesky of the observed block */
    double *slope;        /* [missing][observed] */
    double *filled, *rest;
    size_t observed[CSI_EM_MAX_COLUMNS], missing[CSI_EM_MAX_COLUMNS];
    size_t n_observed, n_missing;
    double ridge;
} workspace;

static void split(workspace *w, uint64_t pattern)
{
    w->n_observed = w->n_missing = 0;
    for (size_t q = 0; q < w->p; q++) {
        if (pattern >> q & 1) {
            w->observed[w->n_observed++] = q;
        } else {
            w->missing[w->n_missing++] = q;
        }
    }
}

/* Lower Cholesky factor of the observed block of `cov` plus ridge; false when it is not positive definite. */
static bool factorise(workspace *w, double ridge, double *log_determinant)
{
    const size_t m = w->n_observed;
    *log_determinant = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = w->cov[w->observed[i] * w->p + w->observed[j]] + (i == j ? ridge : 0);
            for (size_t k = 0; k < j; k++) {
                sum -= w->factor[i * m + k] * w->factor[j * m + k];
            }
            if (i == j && !(sum > 64 * DBL_EPSILON)) {
                return false;
            }
            w->factor[i * m + j] = i == j ? sqrt(sum) : sum / w->factor[j * m + j];
        }
        *log_determinant += 2 * csi_log(w->factor[i * m + i]);
    }
    return true;
}

static void solve_in_place(const workspace *w, double *b)
{
    const size_t m = w->n_observed;
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < i; k++) {
            b[i] -= w->factor[i * m + k] * b[k];
        }
        b[i] /= w->factor[i * m + i];
    }
    for (size_t i = m; i-- > 0;) {
        for (size_t k = i + 1; k < m; k++) {
            b[i] -= w->factor[k * m + i] * b[k];
        }
        b[i] /= w->factor[i * m + i];
    }
}

/* Regression of the missing on the observed columns; the ridge grows until the factor exists. */
static double regress(workspace *w)
{
    double log_determinant;
    while (!factorise(w, w->ridge, &log_determinant)) {
        w->ridge = w->ridge == 0 ? RIDGE : w->ridge * 10;
    }
    for (size_t i = 0; i < w->n_missing; i++) {
        double *slope = w->slope + i * w->n_observed;
        for (size_t k = 0; k < w->n_observed; k++) {
            slope[k] = w->cov[w->missing[i] * w->p + w->observed[k]];
        }
        solve_in_place(w, slope);
    }
    return log_determinant;
}

/* The conditional covariance of missing columns i and j. */
static double conditional(const workspace *w, size_t i, size_t j)
{
    double sum = w->cov[w->missing[i] * w->p + w->missing[j]];
    for (size_t k = 0; k < w->n_observed; k++) {
        sum -= w->slope[i * w->n_observed + k] * w->cov[w->missing[j] * w->p + w->observed[k]];
    }
    return sum;
}

/* Adds one row's expected moments; returns its squared Mahalanobis distance. */
static double add_row(workspace *w, const double *x)
{
    double distance = 0;
    for (size_t k = 0; k < w->n_observed; k++) {
        w->filled[w->observed[k]] = x[w->observed[k]];
        w->rest[k] = x[w->observed[k]] - w->mean[w->observed[k]];
    }
    for (size_t i = 0; i < w->n_missing; i++) {
        double value = w->mean[w->missing[i]];
        for (size_t k = 0; k < w->n_observed; k++) {
            value += w->slope[i * w->n_observed + k] * w->rest[k];
        }
        w->filled[w->missing[i]] = value;
    }
    for (size_t i = 0; i < w->p; i++) {
        w->sum[i] += w->filled[i];
        for (size_t j = 0; j <= i; j++) {
            w->cross[i * w->p + j] += w->filled[i] * w->filled[j];
        }
    }
    for (size_t i = 0; i < w->n_observed; i++) {
        for (size_t k = 0; k < i; k++) {
            w->rest[i] -= w->factor[i * w->n_observed + k] * w->rest[k];
        }
        w->rest[i] /= w->factor[i * w->n_observed + i];
        distance += w->rest[i] * w->rest[i];
    }
    return distance;
}

/* The expectations over all rows; returns the log-likelihood of the observed cells. */
static double expect(workspace *w)
{
    double log_likelihood = 0, log_determinant = 0;
    memset(w->sum, 0, w->p * sizeof *w->sum);
    memset(w->cross, 0, w->p * w->p * sizeof *w->cross);
    for (size_t i = 0; i < w->n; i++) {
        const size_t row = w->order[i];
        if (i == 0 || w->pattern[row] != w->pattern[w->order[i - 1]]) {
            split(w, w->pattern[row]);
            log_determinant = regress(w);
        }
        log_likelihood -= (log_determinant + add_row(w, w->x + row * w->p)) / 2;
        for (size_t a = 0; a < w->n_missing; a++) {
            for (size_t b = 0; b <= a; b++) {
                w->cross[w->missing[a] * w->p + w->missing[b]] += conditional(w, a, b);
            }
        }
    }
    return log_likelihood;
}

/* New mean and covariance from the moments; the largest move of any. */
static double maximise(workspace *w)
{
    double moved = 0;
    for (size_t i = 0; i < w->p; i++) {
        const double mean = w->sum[i] / (double)w->n;
        moved = fmax(moved, fabs(mean - w->mean[i]));
        w->mean[i] = mean;
    }
    for (size_t i = 0; i < w->p; i++) {
        for (size_t j = 0; j <= i; j++) {
            const double c = w->cross[i * w->p + j] / (double)w->n - w->mean[i] * w->mean[j];
            moved = fmax(moved, fabs(c - w->cov[i * w->p + j]));
            w->cov[i * w->p + j] = w->cov[j * w->p + i] = c;
        }
    }
    return moved;
}

static bool standardise(workspace *w, const csi_columns *columns)
{
    for (size_t q = 0; q < w->p; q++) {
        double low, high, sum = 0, squares = 0, n = 0;
        for (size_t i = 0; i < columns->n; i++) {
            w->x[i] = columns->value[i * w->p + q];
        }
        if (!csi_sample_range(w->x, columns->n, &low, &high) || csi_sample_is_constant(low, high)) {
            return false;
        }
        w->centre[q] = csi_sample_mean(w->x, columns->n);
        for (size_t i = 0; i < columns->n; i++) {
            const double d = w->x[i] - w->centre[q];
            sum += isnan(d) ? 0 : d;
            squares += isnan(d) ? 0 : d * d;
            n += isnan(d) ? 0 : 1;
        }
        const double variance = (squares - sum * sum / n) / n;
        if (!(variance >= DBL_MIN && variance <= DBL_MAX)) { /* no ridge would ever mend what is not finite */
            return false;
        }
        w->scale[q] = sqrt(variance);
    }
    return true;
}

typedef struct keyed {
    uint64_t pattern;
    size_t row;
} keyed;

static int by_pattern(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->pattern != y->pattern ? (x->pattern > y->pattern) - (x->pattern < y->pattern)
                                    : (x->row > y->row) - (x->row < y->row);
}

/* Standardised rows that have any value, ordered by their pattern. */
static csi_status take_rows(workspace *w, const csi_columns *columns)
{
    keyed *key = calloc(columns->n + 1, sizeof *key);
    if (key == NULL) {
        return CSI_ERR_MEMORY;
    }
    w->n = 0;
    for (size_t i = 0; i < columns->n; i++) {
        uint64_t pattern = 0;
        for (size_t q = 0; q < w->p; q++) {
            const double value = columns->value[i * w->p + q];
            w->x[w->n * w->p + q] = (value - w->centre[q]) / w->scale[q];
            pattern |= isnan(value) ? 0 : (uint64_t)1 << q;
        }
        if (pattern != 0) {
            w->pattern[w->n] = pattern;
            key[w->n] = (keyed){pattern, w->n};
            w->n++;
        }
    }
    qsort(key, w->n, sizeof *key, by_pattern);
    for (size_t i = 0; i < w->n; i++) {
        w->order[i] = key[i].row;
    }
    free(key);
    return CSI_OK;
}

static bool allocate(workspace *w, const csi_columns *columns)
{
    const size_t n = columns->n + 1, p = columns->p + 1;
    w->p = columns->p;
    w->x = calloc(n * p, sizeof *w->x);
    w->pattern = calloc(n, sizeof *w->pattern);
    w->order = calloc(n, sizeof *w->order);
    w->centre = calloc(p, sizeof *w->centre);
    w->scale = calloc(p, sizeof *w->scale);
    w->mean = calloc(p, sizeof *w->mean);
    w->cov = calloc(p * p, sizeof *w->cov);
    w->sum = calloc(p, sizeof *w->sum);
    w->cross = calloc(p * p, sizeof *w->cross);
    w->factor = calloc(p * p, sizeof *w->factor);
    w->slope = calloc(p * p, sizeof *w->slope);
    w->filled = calloc(p, sizeof *w->filled);
    w->rest = calloc(p, sizeof *w->rest);
    return w->x && w->pattern && w->order && w->centre && w->scale && w->mean && w->cov && w->sum && w->cross &&
           w->factor && w->slope && w->filled && w->rest;
}

static void release(workspace *w)
{
    free(w->x);
    free(w->pattern);
    free(w->order);
    free(w->centre);
    free(w->scale);
    free(w->mean);
    free(w->cov);
    free(w->sum);
    free(w->cross);
    free(w->factor);
    free(w->slope);
    free(w->filled);
    free(w->rest);
}

static void iterate(workspace *w, double tolerance, size_t max_rounds, csi_em *em)
{
    double before = -HUGE_VAL;
    for (size_t q = 0; q < w->p; q++) {
        w->cov[q * w->p + q] = 1;
    }
    while (!em->has_settled && em->n_rounds < max_rounds) {
        em->log_likelihood = expect(w);
        em->largest_fall = fmax(em->largest_fall, (before - em->log_likelihood) / fmax(1, fabs(before)));
        before = em->log_likelihood;
        em->has_settled = maximise(w) <= tolerance;
        em->n_rounds++;
    }
    em->ridge = w->ridge;
}

csi_status csi_em_fit(const csi_columns *columns, double tolerance, size_t max_rounds, csi_em *em)
{
    const size_t p = columns->p;
    workspace w = {0};
    csi_status status = CSI_OK;
    *em = (csi_em){.p = p, .mean = calloc(p + 1, sizeof(double)), .covariance = calloc(p * p + 1, sizeof(double))};
    CSI_TRY(p > CSI_EM_MAX_COLUMNS ? CSI_ERR_DATA : CSI_OK);
    CSI_TRY(allocate(&w, columns) && em->mean && em->covariance ? CSI_OK : CSI_ERR_MEMORY);
    CSI_TRY(standardise(&w, columns) ? CSI_OK : CSI_ERR_DATA);
    CSI_TRY(take_rows(&w, columns));
    iterate(&w, tolerance, max_rounds, em);
    for (size_t i = 0; i < p; i++) {
        em->mean[i] = w.centre[i] + w.scale[i] * w.mean[i];
        for (size_t j = 0; j < p; j++) {
            em->covariance[i * p + j] = w.scale[i] * w.scale[j] * w.cov[i * p + j];
        }
    }
out:
    release(&w);
    if (status != CSI_OK) {
        csi_em_free(em);
    }
    return status;
}

void csi_em_free(csi_em *em)
{
    free(em->mean);
    free(em->covariance);
    *em = (csi_em){0};
}

/* x_m += L z, L the Cholesky factor of the conditional covariance, semidefinite allowed. */
static void add_noise(workspace *w, double *row, const double *normal, const double *scale)
{
    const size_t m = w->n_missing;
    double *l = w->cross;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = conditional(w, i, j);
            for (size_t k = 0; k < j; k++) {
                sum -= l[i * m + k] * l[j * m + k];
            }
            l[i * m + j] = i == j ? sqrt(fmax(sum, 0)) : l[j * m + j] > 0 ? sum / l[j * m + j] : 0;
        }
        for (size_t j = 0; j <= i; j++) {
            row[w->missing[i]] += scale[w->missing[i]] * l[i * m + j] * normal[w->missing[j]];
        }
    }
}

csi_status csi_em_complete(const csi_em *em, double *row, const double *normal)
{
    const csi_columns one = {1, em->p, row};
    workspace w = {0};
    csi_status status = allocate(&w, &one) ? CSI_OK : CSI_ERR_MEMORY;
    if (status == CSI_OK) {
        uint64_t pattern = 0;
        for (size_t i = 0; i < em->p; i++) {
            w.scale[i] = sqrt(em->covariance[i * em->p + i]);
        }
        for (size_t i = 0; i < em->p; i++) {
            pattern |= isnan(row[i]) ? 0 : (uint64_t)1 << i;
            w.x[i] = (row[i] - em->mean[i]) / w.scale[i];
            for (size_t j = 0; j < em->p; j++) {
                w.cov[i * em->p + j] = em->covariance[i * em->p + j] / (w.scale[i] * w.scale[j]);
            }
        }
        w.ridge = em->ridge;
        split(&w, pattern);
        regress(&w);
        add_row(&w, w.x);
        for (size_t i = 0; i < w.n_missing; i++) {
            row[w.missing[i]] = em->mean[w.missing[i]] + w.scale[w.missing[i]] * w.filled[w.missing[i]];
        }
        if (normal != NULL) {
            add_noise(&w, row, normal, w.scale);
        }
    }
    release(&w);
    return status;
}

csi_pooled csi_rubin_pool(const double *estimate, const double *variance, size_t n)
{
    const double count = (double)n, within = csi_sample_mean(variance, n);
    const double between = n > 1 ? csi_sample_variance(estimate, n) : 0;
    const double added = (1 + 1 / count) * between, r = added / within;
    return (csi_pooled){csi_sample_mean(estimate, n), within + added,
                        between == 0 ? HUGE_VAL : (count - 1) * (1 + 1 / r) * (1 + 1 / r)};
}
