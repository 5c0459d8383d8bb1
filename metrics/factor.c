/* See factor.h. The eigenproblem is GSL's; varimax is by planar rotations, a pair of columns at a time. */
#include "metrics/factor.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/sample.h"

#define MAX_SWEEPS 1000
#define SMALL_ANGLE 1e-14

void csi_correlation_matrix(const csi_columns *columns, double *r)
{
    const size_t n = columns->n, p = columns->p;
    for (size_t q = 0; q < p; q++) {
        r[q * p + q] = 1;
        for (size_t k = 0; k < q; k++) {
            const double c = csi_sample_correlation_strided(columns->value + q, columns->value + k, p, n, NULL);
            r[q * p + k] = r[k * p + q] = isnan(c) ? 0 : c;
        }
    }
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
    /* GSL loses part of a workspace that it cannot finish: this one is ours */
    double *room = calloc(p * p + 4 * p + 1, sizeof *room);
    if (room == NULL) {
        return CSI_ERR_MEMORY;
    }
    double *rest = room + p * p;
    memcpy(room, matrix, p * p * sizeof *room);
    gsl_eigen_symmv_workspace work = {.size = p, .d = rest, .sd = rest + p, .gc = rest + 2 * p, .gs = rest + 3 * p};
    gsl_matrix_view m = gsl_matrix_view_array(room, p, p), v = gsl_matrix_view_array(vector, p, p);
    gsl_vector_view e = gsl_vector_view_array(value, p);
    const bool is_found = gsl_eigen_symmv(&m.matrix, &e.vector, &v.matrix, &work) == 0 &&
                          gsl_eigen_symmv_sort(&e.vector, &v.matrix, GSL_EIGEN_SORT_VAL_DESC) == 0;
    for (size_t column = 0; column < p && is_found; column++) {
        fix_sign(vector, p, column);
    }
    free(room);
    return is_found ? CSI_OK : CSI_ERR_INTERNAL;
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
        loading[i] *= length[i / k] > 0 ? csi_pow(length[i / k], power) : 1;
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

csi_status csi_varimax(double *loading, size_t p, size_t k)
{
    double *length = calloc(p + 1, sizeof *length);
    if (length == NULL) {
        return CSI_ERR_MEMORY;
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
    return CSI_OK;
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
