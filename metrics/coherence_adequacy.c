/* Whether correlations are worth factors: KMO, Bartlett, parallel analysis.
 *
 *     KMO = sum r^2 / (sum r^2 + sum partial^2),  partial from the inverse of R
 *     chi2 = -(n - 1 - (2 Q + 5)/6) ln |R|,  df = Q (Q - 1)/2
 *
 * Kaiser (1974), Psychometrika 39:31-36; Bartlett (1950); Horn (1965), Psychometrika 30:179-185; OECD/JRC Handbook
 * (2008), p. 66-67. By hand: two columns always have KMO 1/2. Edges: a singular R (more columns than rows, or copies) is
 * inverted within its range. */
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "core/logarithm.h"
#include "metrics/coherence.h"
#include "metrics/factor.h"
#include "metrics/rng.h"
#include "metrics/sample.h"

#define STREAM 0x9a7u

/* The inverse from the eigenvalues above rounding; the log determinant, -inf when some are not. */
static double invert(const double *value, const double *vector, size_t p, double *inverse)
{
    double log_determinant = 0;
    for (size_t i = 0; i < p * p; i++) {
        inverse[i] = 0;
    }
    for (size_t k = 0; k < p; k++) {
        if (value[k] <= (double)p * 8 * DBL_EPSILON * value[0]) {
            log_determinant = -HUGE_VAL;
            continue;
        }
        log_determinant += csi_log(value[k]);
        for (size_t i = 0; i < p * p; i++) {
            inverse[i] += vector[i / p * p + k] * vector[i % p * p + k] / value[k];
        }
    }
    return log_determinant;
}

static void measure(const double *r, const double *inverse, size_t p, csi_adequacy *answer, double *msa)
{
    double all_r = 0, all_partial = 0;
    for (size_t i = 0; i < p; i++) {
        double sum_r = 0, sum_partial = 0;
        for (size_t j = 0; j < p; j++) {
            if (i != j) {
                const double partial = -inverse[i * p + j] / sqrt(inverse[i * p + i] * inverse[j * p + j]);
                sum_r += r[i * p + j] * r[i * p + j];
                sum_partial += partial * partial;
            }
        }
        if (msa != NULL) {
            msa[i] = sum_r / (sum_r + sum_partial);
        }
        all_r += sum_r;
        all_partial += sum_partial;
    }
    answer->kmo = all_r / (all_r + all_partial);
}

csi_status csi_adequacy_of(const double *r, size_t p, size_t n, csi_adequacy *answer, double *msa)
{
    double *value = calloc(p + 1, sizeof *value), *vector = calloc(p * p + 1, sizeof *vector);
    double *inverse = calloc(p * p + 1, sizeof *inverse);
    csi_status status = value && vector && inverse ? csi_eigen(r, p, value, vector) : CSI_ERR_MEMORY;
    if (status == CSI_OK) {
        const double log_determinant = invert(value, vector, p, inverse);
        measure(r, inverse, p, answer, msa);
        answer->is_singular = isinf(log_determinant);
        answer->df = (double)(p * (p - 1)) / 2;
        answer->chi2 = -((double)n - 1 - (2 * (double)p + 5) / 6) * log_determinant;
        answer->p = answer->is_singular ? 0 : gsl_cdf_chisq_Q(answer->chi2, answer->df);
    }
    free(value);
    free(vector);
    free(inverse);
    return status;
}

static csi_status noise_eigenvalues(size_t n, size_t p, const csi_stream *stream, csi_columns *columns, double *r,
                                    double *value, double *vector)
{
    const size_t size = (n * p + CSI_DRAW_GROUP - 1) / CSI_DRAW_GROUP * CSI_DRAW_GROUP;
    csi_draw_normals(stream, 0, size, columns->value);
    csi_correlation_matrix(columns, r);
    return csi_eigen(r, p, value, vector);
}

csi_status csi_parallel_analysis(size_t n, size_t p, size_t n_draws, uint64_t seed, double *limit)
{
    csi_columns columns = {n, p, calloc(n * p + CSI_DRAW_GROUP, sizeof(double))};
    double *r = calloc(p * p + 1, sizeof *r), *vector = calloc(p * p + 1, sizeof *vector);
    double *value = calloc(p + 1, sizeof *value), *all = calloc(n_draws * p + 1, sizeof *all);
    csi_status status = columns.value && r && vector && value && all ? CSI_OK : CSI_ERR_MEMORY;
    for (size_t draw = 0; draw < n_draws && status == CSI_OK; draw++) {
        const csi_stream stream = {seed, draw, STREAM};
        status = noise_eigenvalues(n, p, &stream, &columns, r, value, vector);
        for (size_t k = 0; k < p; k++) {
            all[k * n_draws + draw] = value[k];
        }
    }
    for (size_t k = 0; k < p && status == CSI_OK; k++) {
        csi_sample_sort(all + k * n_draws, n_draws);
        limit[k] = csi_sample_quantile(all + k * n_draws, n_draws, 0.95);
    }
    csi_columns_free(&columns);
    free(r);
    free(vector);
    free(value);
    free(all);
    return status;
}
