/* Sensitivity of an index: which factor of the ensemble explains how much of the doubt about each country's score and
 * rank in one year, and about how far the ranks move on the whole. */
#ifndef CSI_METRICS_SENSITIVITY_ENSEMBLE_H
#define CSI_METRICS_SENSITIVITY_ENSEMBLE_H

#include <stdatomic.h>

#include "metrics/ensemble.h"
#include "metrics/sensitivity.h"

/* A factor or a group of factors, varied together. The last part is a dummy that nothing depends on: what its indices
 * are apart from 0 is the noise of the estimate. */
#define CSI_MAX_PARTS (CSI_N_FACTORS + 3)
#define CSI_GROWING_SIZES 6 /* a thirty-second of the rows, a sixteenth, ..., all */
#define CSI_GROWING_LEAST 16 /* rows */
typedef struct csi_part {
    const char *name;
    bool has[CSI_N_FACTORS];
} csi_part;

typedef struct csi_sensitivity_options {
    size_t n_rows;              /* of each matrix; the design takes n_rows (parts + 1) runs, twice with CSI_AZZINI */
    csi_estimator estimator;
    bool is_random;             /* keyed draws rather than scrambled Sobol points */
    size_t n_bootstrap;
    size_t year;                /* among the scored ones */
    size_t n_threads;
    const int *rank;            /* [country]: nominal ranks of that year, 0: none */
    _Atomic uint64_t *done;     /* runs finished, then outputs estimated; NULL: not counted */
    void (*estimating)(_Atomic uint64_t *done, uint64_t n_outputs); /* called once in between; NULL */
} csi_sensitivity_options;

/* Outputs: 2 c is the score of country c, 2 c + 1 its rank, the last one the mean shift of ranks. */
typedef struct csi_sensitivity_result {
    size_t n_parts, n_outputs;
    csi_part part[CSI_MAX_PARTS];
    csi_index_interval *first, *total;  /* [output * n_parts + part] */
    csi_sensitivity_state *state;       /* [output] */
    size_t n_sizes;                     /* the estimates from the first rows alone, so that one sees whether they settle */
    size_t size[CSI_GROWING_SIZES];     /* rows, rising to all of them */
    double *growing_first, *growing_total; /* [(output * CSI_GROWING_SIZES + size) * n_parts + part]; NaN: undefined */
} csi_sensitivity_result;

/* The parts of the ensemble: its active factors, the groups "data" and "method" where they have more than one member, and
 * the dummy. Returns how many. */
size_t csi_sensitivity_parts(const csi_ensemble_spec *spec, csi_part *part);

/* How many runs the options ask for, for progress. */
uint64_t csi_sensitivity_runs(const csi_ensemble_spec *spec, const csi_sensitivity_options *options);

CSI_MUST_USE csi_status csi_ensemble_sensitivity(const csi_ensemble *ensemble, const csi_sensitivity_options *options,
                                                 csi_diag *diag, csi_sensitivity_result **result);
void csi_sensitivity_result_free(csi_sensitivity_result *result);

#endif
