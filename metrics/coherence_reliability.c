/* Cronbach's alpha: how far columns measure one thing.
 *
 *     alpha = Q / (Q - 1) (1 - sum var x_q / var sum x_q)
 *
 * Cronbach (1951), Psychometrika 16:297-334; OECD/JRC Handbook (2008), eq. (18), p. 72. By hand: two standardised columns
 * of correlation r: alpha = 2 r / (1 + r). Edges: one column, or a sum that does not vary: undefined; negative values
 * are possible and point at a direction. */
#include <math.h>
#include <stdlib.h>

#include "metrics/coherence.h"
#include "metrics/sample.h"

/* Complete rows as columns, standardised when asked: [q * n + i]. Returns their number. */
static size_t complete(const csi_columns *columns, bool standardise, double *x)
{
    size_t n = 0;
    for (size_t i = 0; i < columns->n; i++) {
        bool is_complete = true;
        for (size_t q = 0; q < columns->p; q++) {
            is_complete = is_complete && !isnan(columns->value[i * columns->p + q]);
            x[q * columns->n + n] = columns->value[i * columns->p + q];
        }
        n += is_complete;
    }
    for (size_t q = 0; q < columns->p && standardise; q++) {
        double *column = x + q * columns->n;
        const double mean = csi_sample_mean(column, n), sd = csi_sample_sd(column, n);
        for (size_t i = 0; i < n; i++) {
            column[i] = (column[i] - mean) / sd;
        }
    }
    return n;
}

/* alpha of all columns but `left_out` (CSI_NONE: all); their sum is left in `sum`. */
static double alpha(const double *x, size_t stride, size_t n, size_t p, size_t left_out, double *sum)
{
    double variances = 0, used = 0;
    for (size_t i = 0; i < n; i++) {
        sum[i] = 0;
    }
    for (size_t q = 0; q < p; q++) {
        if (q == left_out) {
            continue;
        }
        used++;
        variances += csi_sample_variance(x + q * stride, n);
        for (size_t i = 0; i < n; i++) {
            sum[i] += x[q * stride + i];
        }
    }
    const double total = csi_sample_variance(sum, n);
    return used < 2 || !(total > 0) ? NAN : used / (used - 1) * (1 - variances / total);
}

csi_status csi_cronbach(const csi_columns *columns, csi_reliability *answer, double *item_rest, double *without)
{
    const size_t stride = columns->n, p = columns->p;
    double *x = calloc(stride * p + 1, sizeof *x), *sum = calloc(stride + 1, sizeof *sum);
    const bool has_room = x != NULL && sum != NULL;
    if (has_room) {
        answer->n = complete(columns, false, x);
        answer->alpha = alpha(x, stride, answer->n, p, CSI_NONE, sum);
        complete(columns, true, x);
        answer->standardised = alpha(x, stride, answer->n, p, CSI_NONE, sum);
    }
    for (size_t q = 0; q < p && has_room; q++) {
        const double rest = alpha(x, stride, answer->n, p, q, sum);
        if (without != NULL) {
            without[q] = rest;
        }
        if (item_rest != NULL) {
            item_rest[q] = csi_sample_correlation(x + q * stride, sum, answer->n, NULL);
        }
    }
    free(x);
    free(sum);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}
