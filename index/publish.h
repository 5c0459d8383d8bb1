/* Publishing: a run written as the set of open-data files, all switched into place together, the manifest last. */
#ifndef CSI_INDEX_PUBLISH_H
#define CSI_INDEX_PUBLISH_H

#include "index/run.h"

/* Intervals of one kind of doubt alone, one a cell of the tally ([aggregate][year][country]). */
typedef struct csi_kind_intervals {
    uint64_t n_replicates; /* 0: not drawn apart, and the arrays are NULL */
    const double *score_q05, *score_q95, *rank_q05, *rank_q95;
} csi_kind_intervals;

/* How far ranks of the index lie from the published ones: a sum over replicates and countries, and of how many. */
typedef struct csi_rank_moves {
    uint64_t sum, n;
} csi_rank_moves;

/* Quantiles of the ensemble, one a cell of the score panel ([node][year][country]); NULL: no ensemble was run. */
typedef struct csi_intervals {
    size_t n_replicates;
    const double *score_q05, *score_q50, *score_q95, *rank_q05, *rank_q50, *rank_q95;
    const struct csi_tallies *tally; /* of the aggregates; NULL: what the ensemble alone tells is not written */
    const struct csi_ensemble_spec *spec; /* with a tally, as what follows */
    const struct csi_ensemble *ensemble;
    const bool *is_drawn;            /* [CSI_N_FACTORS] */
    csi_kind_intervals kind[2];      /* data, method */
    const csi_rank_moves *moves;     /* [CSI_N_SPLITS][year] (metrics/ensemble_split.h) */
} csi_intervals;

/* Writes into `directory` (made when missing): scores.csv.gz and its variants, contributions.csv.gz, quality.csv.gz,
 * changes.csv.gz, (with a tally) uncertainty.csv.gz, rank_shifts.csv, rank_distribution.csv.gz and rank_pairs.csv.gz, ranking.csv,
 * codebook.csv, methodology.md, datapackage.json and, last, manifest.json. All files are finished and on disk before the
 * first is switched, and are switched as a set: whatever happens, the old result or the new one is there whole.
 * `intervals` may be NULL. */
CSI_MUST_USE csi_status csi_publish(const csi_run *run, const csi_intervals *intervals, const char *directory,
                                    csi_diag *diag);

#endif
