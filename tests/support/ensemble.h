/* What the tests of the ensemble share: the default index with an ensemble of one's own, ready to run. */
#ifndef CSI_TESTS_ENSEMBLE_H
#define CSI_TESTS_ENSEMBLE_H

#include "index/run.h"
#include "metrics/ensemble.h"
#include "tests/support/support.h"

typedef struct subject {
    csi_diag *diag;
    csi_project *project;
    csi_run *run;
    csi_ensemble_spec *spec;
    csi_ensemble *ensemble;
    size_t n_aggregates, n_years, n_countries;
} subject;

/* The default index, or the project of that directory, with `section` as its ensemble; dies when anything of it fails. */
subject open_subject(const char *section);
subject open_subject_of(const char *project, const char *section);
void close_subject(subject *s);

/* The plan of a keyed replicate: its number for every factor. */
csi_draw_plan plan_of(uint64_t replicate);

/* The tallies of replicates first..first + n - 1, with pairs. Owned by the caller. */
csi_tallies *tally_of(const subject *s, uint64_t first, uint64_t n, size_t n_threads);

/* Whether all that they count is the same. */
int same_tally(const csi_tallies *a, const csi_tallies *b);

#endif
