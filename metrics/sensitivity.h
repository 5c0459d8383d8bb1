/* Sensitivity: how much of a variance each uncertain factor explains, alone and with its interactions.
 *
 * The design is two matrices of draws A and B and, for each factor i, A with factor i taken from B (A_B^i); Azzini's
 * estimator also needs B with factor i from A. A factor may be a group of draws. */
#ifndef CSI_METRICS_SENSITIVITY_H
#define CSI_METRICS_SENSITIVITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef enum csi_estimator { CSI_SALTELLI, CSI_JANSEN, CSI_AZZINI } csi_estimator;
const char *csi_estimator_name(csi_estimator estimator); /* "saltelli", ... */

/* One output over the whole design. Borrowed. */
typedef struct csi_design_output {
    size_t n_rows, n_factors;
    const double *a, *b;      /* [row] */
    const double *const *ab;  /* [factor][row]: A with the factor from B */
    const double *const *ba;  /* [factor][row]: B with the factor from A; NULL unless the estimator needs it */
} csi_design_output;

/* Why an index is undefined. */
typedef enum csi_sensitivity_state { CSI_SENSITIVITY_DEFINED, CSI_SENSITIVITY_CONSTANT, CSI_SENSITIVITY_MISSING }
    csi_sensitivity_state;
const char *csi_sensitivity_state_name(csi_sensitivity_state state);

/* first[f] and total[f] of every factor (NaN unless the state returned is DEFINED: the output never varies, or is NaN in
 * some row), of the first n rows. */
csi_sensitivity_state csi_sensitivity_indices(const csi_design_output *output, csi_estimator estimator,
                                              size_t n, double *first, double *total);

typedef struct csi_index_interval {
    double estimate, low, high; /* NaN when undefined */
} csi_index_interval;

/* As above with percentile intervals of level `level` (0.9) from n_bootstrap resamples of whole rows, the variance
 * estimated anew in each. Fails only for want of memory. */
CSI_MUST_USE csi_status csi_sensitivity_bootstrap(const csi_design_output *output, csi_estimator estimator,
                                                  size_t n_bootstrap, double level, uint64_t seed,
                                                  csi_index_interval *first, csi_index_interval *total,
                                                  csi_sensitivity_state *state);

/* The p-quantile of sorted[0..n) by linear interpolation between order statistics (type 7 of Hyndman and Fan). */
double csi_quantile_sorted(const double *sorted, size_t n, double p);

#endif
