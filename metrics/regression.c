/* See regression.h. */
#include "metrics/regression.h"

#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>

csi_status csi_ols(const double *x, const double *y, size_t n, size_t k, double *beta, double *sd, double *rss)
{
    if (n < k || k == 0) {
        return CSI_ERR_DATA;
    }
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(n, k);
    gsl_vector *c = gsl_vector_alloc(k);
    gsl_matrix *covariance = gsl_matrix_alloc(k, k);
    csi_status status = work && c && covariance ? CSI_OK : CSI_ERR_MEMORY;
    double chi2 = 0;
    if (status == CSI_OK) {
        const gsl_matrix_const_view m = gsl_matrix_const_view_array(x, n, k);
        const gsl_vector_const_view v = gsl_vector_const_view_array(y, n);
        status = gsl_multifit_linear(&m.matrix, &v.vector, c, covariance, &chi2, work) == 0 ? CSI_OK : CSI_ERR_DATA;
    }
    for (size_t j = 0; j < k && status == CSI_OK; j++) {
        beta[j] = gsl_vector_get(c, j);
        if (sd != NULL) {
            sd[j] = sqrt(gsl_matrix_get(covariance, j, j));
        }
    }
    if (rss != NULL) {
        *rss = chi2;
    }
    gsl_multifit_linear_free(work);
    gsl_vector_free(c);
    gsl_matrix_free(covariance);
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
