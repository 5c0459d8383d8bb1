/* See factor.h. The eigenproblem is GSL's; varimax is by planar rotations, a pair of columns at a time. */
#include "metrics/factor.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>

#include "metrics/sample.h"

#define MAX_SWEEPS 1000
#define SMALL_ANGLE 1e-14

void csi_correlation_matrix(const csi_columns *columns, double *r)
{
    const size_t n = columns->n, p = columns->p;
    double *column = calloc((n + 1) * (p + 1), sizeof *column);
    for (size_t i = 0; i < p * p; i++) {
        r[i] = i % (p + 1) == 0 ? 1 : NAN;
    }
    for (size_t q = 0; q < p && column != NULL; q++) {
        csi_columns_get(columns, q, column + q * n);
        for (size_t k = 0; k < q; k++) {
            const double c = csi_sample_correlation(column + q * n, column + k * n, n, NULL);
            r[q * p + k] = r[k * p + q] = isnan(c) ? 0 : c;
        }
    }
    free(column);
}

static void fix_sign(double *vector, size_t p, size_t column)
{
    size_t largest = 0;
    for (size_t i = 1; i < p; i++) {
        const double here = fabs(vector[i * p + column]), best = fabs(vector[largest * p + column]);
        largest = here > best * (1 + 1e-9) ? i : largest;
    }
    if (vector[largest * p + column] < 0) {
        for (size_t i = 0; i < p; i++) {
            vector[i * p + column] = -vector[i * p + column];
        }
    }
}

csi_status csi_eigen(const double *matrix, size_t p, double *value, double *vector)
{
    gsl_matrix *m = gsl_matrix_alloc(p, p), *v = gsl_matrix_alloc(p, p);
    gsl_vector *e = gsl_vector_alloc(p);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(p);
    csi_status status = m && v && e && work ? CSI_OK : CSI_ERR_MEMORY;
    for (size_t i = 0; i < p * p && status == CSI_OK; i++) {
        gsl_matrix_set(m, i / p, i % p, matrix[i]);
    }
    if (status == CSI_OK && (gsl_eigen_symmv(m, e, v, work) || gsl_eigen_symmv_sort(e, v, GSL_EIGEN_SORT_VAL_DESC))) {
        status = CSI_ERR_INTERNAL;
    }
    for (size_t i = 0; i < p * p && status == CSI_OK; i++) {
        value[i % p] = gsl_vector_get(e, i % p);
        vector[i] = gsl_matrix_get(v, i / p, i % p);
    }
    for (size_t column = 0; column < p && status == CSI_OK; column++) {
        fix_sign(vector, p, column);
    }
    gsl_matrix_free(m);
    gsl_matrix_free(v);
    gsl_vector_free(e);
    gsl_eigen_symmv_free(work);
    return status;
}

void csi_loadings(const double *value, const double *vector, size_t p, size_t k, double *loading)
{
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < k; j++) {
            loading[i * k + j] = vector[i * p + j] * sqrt(fmax(value[j], 0));
        }
    }
}

/* Rotates columns a and b to the angle that maximises the varimax criterion of the two; returns the angle. */
static double rotate_pair(double *loading, size_t p, size_t k, size_t a, size_t b)
{
    double sum_u = 0, sum_v = 0, sum_c = 0, sum_d = 0;
    for (size_t i = 0; i < p; i++) {
        const double x = loading[i * k + a], y = loading[i * k + b];
        const double u = x * x - y * y, v = 2 * x * y;
        sum_u += u;
        sum_v += v;
        sum_c += u * u - v * v;
        sum_d += 2 * u * v;
    }
    const double top = sum_d - 2 * sum_u * sum_v / (double)p;
    const double bottom = sum_c - (sum_u * sum_u - sum_v * sum_v) / (double)p;
    const double angle = atan2(top, bottom) / 4, c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < p && fabs(angle) > SMALL_ANGLE; i++) {
        const double x = loading[i * k + a], y = loading[i * k + b];
        loading[i * k + a] = c * x + s * y;
        loading[i * k + b] = c * y - s * x;
    }
    return fabs(angle);
}

static void scale_rows(double *loading, size_t p, size_t k, const double *length, int power)
{
    for (size_t i = 0; i < p * k; i++) {
        loading[i] *= length[i / k] > 0 ? pow(length[i / k], power) : 1;
    }
}

static void make_sums_positive(double *loading, size_t p, size_t k)
{
    for (size_t j = 0; j < k; j++) {
        double sum = 0;
        for (size_t i = 0; i < p; i++) {
            sum += loading[i * k + j];
        }
        for (size_t i = 0; i < p && sum < 0; i++) {
            loading[i * k + j] = -loading[i * k + j];
        }
    }
}

void csi_varimax(double *loading, size_t p, size_t k)
{
    double *length = calloc(p + 1, sizeof *length);
    if (length == NULL) {
        return;
    }
    for (size_t i = 0; i < p * k; i++) {
        length[i / k] += loading[i] * loading[i];
    }
    for (size_t i = 0; i < p; i++) {
        length[i] = sqrt(length[i]);
    }
    scale_rows(loading, p, k, length, -1);
    double turned = 1;
    for (int sweep = 0; sweep < MAX_SWEEPS && turned > SMALL_ANGLE; sweep++) {
        turned = 0;
        for (size_t a = 0; a + 1 < k; a++) {
            for (size_t b = a + 1; b < k; b++) {
                turned = fmax(turned, rotate_pair(loading, p, k, a, b));
            }
        }
    }
    scale_rows(loading, p, k, length, 1);
    make_sums_positive(loading, p, k);
    free(length);
}

size_t csi_factor_count(const double *value, size_t p, double least, double each, double together)
{
    double explained = 0;
    size_t k = 0;
    while (k < p && value[k] > least && value[k] / (double)p > each) {
        explained += value[k++] / (double)p;
    }
    while (k < p && (k == 0 || explained < together)) {
        explained += value[k++] / (double)p;
    }
    return k;
}
