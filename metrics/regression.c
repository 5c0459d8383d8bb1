/* See regression.h. The decomposition is Jacobi's, which asks for no memory of its own: GSL's other ones, and its fits that
 * are built on them, do not look whether they got any. */
#include "metrics/regression.h"

#include <float.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* X D^-1 = U S V'; directions with next to no spread count for nothing. */
typedef struct factored {
    size_t n, k, rank;
    double *u, *v, *s, *d; /* n x k, k x k, k, k; s: the reciprocal, 0 where there is no spread */
} factored;

static csi_status factorise(const double *x, factored *f)
{
    memcpy(f->u, x, f->n * f->k * sizeof *x);
    gsl_matrix_view u = gsl_matrix_view_array(f->u, f->n, f->k), v = gsl_matrix_view_array(f->v, f->k, f->k);
    gsl_vector_view s = gsl_vector_view_array(f->s, f->k), d = gsl_vector_view_array(f->d, f->k);
    if (gsl_linalg_balance_columns(&u.matrix, &d.vector) || gsl_linalg_SV_decomp_jacobi(&u.matrix, &v.matrix, &s.vector)) {
        return CSI_ERR_DATA;
    }
    const double largest = gsl_vector_max(&s.vector);
    for (size_t j = 0; j < f->k; j++) {
        const bool is_spread = f->s[j] > DBL_EPSILON * largest;
        f->s[j] = is_spread ? 1 / f->s[j] : 0;
        f->rank += is_spread;
    }
    return CSI_OK;
}

static void solve(const factored *f, const double *y, double *beta)
{
    for (size_t q = 0; q < f->k; q++) {
        beta[q] = 0;
    }
    for (size_t j = 0; j < f->k; j++) {
        double along = 0;
        for (size_t i = 0; i < f->n; i++) {
            along += f->u[i * f->k + j] * y[i];
        }
        for (size_t q = 0; q < f->k; q++) {
            beta[q] += f->v[q * f->k + j] * along * f->s[j];
        }
    }
    for (size_t q = 0; q < f->k; q++) {
        beta[q] /= f->d[q];
    }
}

static double sum_residuals(const double *x, const double *y, size_t n, size_t k, const double *beta)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double rest = y[i];
        for (size_t q = 0; q < k; q++) {
            rest -= x[i * k + q] * beta[q];
        }
        sum += rest * rest;
    }
    return sum;
}

static void fill_errors(const factored *f, double variance, double *sd)
{
    for (size_t q = 0; q < f->k; q++) {
        double sum = 0;
        for (size_t j = 0; j < f->k; j++) {
            sum += f->v[q * f->k + j] * f->s[j] * f->v[q * f->k + j] * f->s[j];
        }
        sd[q] = sqrt(variance * sum) / f->d[q];
    }
}

csi_status csi_ols(const double *x, const double *y, size_t n, size_t k, double *beta, double *sd, double *rss)
{
    if (n < k || k == 0) {
        return CSI_ERR_DATA;
    }
    double *room = calloc(n * k + k * k + 2 * k, sizeof *room);
    if (room == NULL) {
        return CSI_ERR_MEMORY;
    }
    factored f = {n, k, 0, room, room + n * k, room + n * k + k * k, room + n * k + k * k + k};
    const csi_status status = factorise(x, &f);
    if (status == CSI_OK) {
        solve(&f, y, beta);
        const double residuals = sum_residuals(x, y, n, k, beta);
        if (sd != NULL) {
            fill_errors(&f, residuals / (double)(n - f.rank), sd);
        }
        if (rss != NULL) {
            *rss = residuals;
        }
    }
    free(room);
    return status;
}

csi_anova_answer csi_anova(const double *y, const size_t *group, size_t n, size_t n_groups)
{
    csi_anova_answer answer = {0, 0, NAN, NAN};
    double *mean = calloc(n_groups + 1, sizeof *mean), *count = calloc(n_groups + 1, sizeof *count), all = 0;
    if (n == 0 || mean == NULL || count == NULL) {
        free(mean);
        free(count);
        return answer;
    }
    const double shift = y[0];
    for (size_t i = 0; i < n; i++) {
        mean[group[i]] += y[i] - shift;
        count[group[i]]++;
        all += y[i] - shift;
    }
    all /= (double)n;
    for (size_t g = 0; g < n_groups; g++) {
        mean[g] /= count[g] > 0 ? count[g] : 1;
        answer.between += count[g] * (mean[g] - all) * (mean[g] - all);
    }
    for (size_t i = 0; i < n; i++) {
        const double d = (y[i] - shift) - mean[group[i]];
        answer.within += d * d;
    }
    const double df_between = (double)n_groups - 1, df_within = (double)n - (double)n_groups;
    if (answer.within > 0 && df_between > 0 && df_within > 0) {
        answer.f = answer.between / df_between / (answer.within / df_within);
    }
    if (answer.between + answer.within > 0) {
        answer.ratio = answer.between / (answer.between + answer.within);
    }
    free(mean);
    free(count);
    return answer;
}
