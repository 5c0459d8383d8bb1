/* The doubt taken apart: the ensemble again with only some of its factors drawn, the others held as configured.
 *
 * Data alone draws imputation and the sources' errors, method alone everything else; then each factor is drawn alone, to
 * tell how far it moves the ranks. Draws are keyed, so replicate r of a split draws for its factors what replicate r of
 * the whole ensemble does. */
#ifndef CSI_METRICS_ENSEMBLE_SPLIT_H
#define CSI_METRICS_ENSEMBLE_SPLIT_H

#include "metrics/ensemble.h"

/* What is drawn: one factor alone (its csi_factor), or one of these. */
enum { CSI_SPLIT_DATA = CSI_N_FACTORS, CSI_SPLIT_METHOD, CSI_SPLIT_ALL, CSI_N_SPLITS };

const char *csi_split_name(size_t split); /* "weights", "data", "method", "all" */

/* Whether a replicate can differ from the configured computation by that factor. Errors can only where some value has
 * one. */
bool csi_factor_is_drawn(const csi_ensemble *ensemble, csi_factor factor);

/* Whether the split says anything that another does not: some of its factors is drawn; for data and method, some of the
 * other kind too. */
bool csi_split_is_drawn(const csi_ensemble *ensemble, size_t split);

/* How many replicates a split has where the whole ensemble has `total`: a sixteenth for data and for method, a hundredth
 * for each factor, some few at least; `total` for CSI_SPLIT_ALL. */
uint64_t csi_split_replicates(size_t split, uint64_t total);

/* The replicates of the split that belong to first .. first + n of the whole ensemble's `total`. Parts that cover the
 * ensemble cover every split. */
void csi_split_range(size_t split, uint64_t total, uint64_t *first, uint64_t *n);

/* Runs replicates of a split with the other members of `options` and adds them to `tally`. */
CSI_MUST_USE csi_status csi_split_run(const csi_ensemble *ensemble, size_t split, const csi_ensemble_options *options,
                                      csi_diag *diag, csi_tallies *tally);

#endif
