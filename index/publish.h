/* Publishing: a run written as the set of open-data files, all switched into place together, the manifest last. */
#ifndef CSI_INDEX_PUBLISH_H
#define CSI_INDEX_PUBLISH_H

#include "index/run.h"

/* Quantiles of the ensemble, one a cell of the score panel ([node][year][country]); NULL: no ensemble was run. */
typedef struct csi_intervals {
    size_t n_replicates;
    const double *score_q05, *score_q50, *score_q95, *rank_q05, *rank_q50, *rank_q95;
    const struct csi_tallies *tally; /* of the aggregates, for the distribution of ranks; NULL: it is not written */
} csi_intervals;

/* Writes into `directory` (made when missing): scores.csv.gz, contributions.csv.gz, quality.csv.gz, changes.csv.gz,
 * (with a tally) rank_distribution.csv.gz and rank_pairs.csv.gz, ranking.csv, codebook.csv, methodology.md, datapackage.json and, last, manifest.json. All files are finished and on
 * disk before the first is switched, and are switched as a set: whatever happens, the old result or the new one is there
 * whole. `intervals` may be NULL. */
CSI_MUST_USE csi_status csi_publish(const csi_run *run, const csi_intervals *intervals, const char *directory,
                                    csi_diag *diag);

#endif
