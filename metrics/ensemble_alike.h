/* How far a node moved between two years in every replicate, like for like. */
#ifndef CSI_METRICS_ENSEMBLE_ALIKE_H
#define CSI_METRICS_ENSEMBLE_ALIKE_H

#include "metrics/ensemble.h"

typedef struct csi_alike_options {
    size_t node;         /* an aggregate */
    size_t from, to;     /* scored years (index) */
    size_t n_replicates; /* the first so many of the ensemble */
    size_t n_threads;    /* 0: all */
    const double *apart; /* [country]: what coverage and breaks did as configured; see below */
} csi_alike_options;

/* difference[country * n_replicates + r]: the score of `to` less that of `from`, without what csi_decompose calls coverage
 * and breaks under the choices, weights and values of replicate r; NaN where a score is missing. Where a rule at or below the
 * node compares countries this would take a Shapley value each, and `apart` is taken off instead. */
CSI_MUST_USE csi_status csi_ensemble_alike(const csi_ensemble *ensemble, const csi_alike_options *options, csi_diag *diag,
                                           float *difference);

#endif
