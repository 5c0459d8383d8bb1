/* Published results read back: what the views, comparisons, exports and `diff` work on. */
#ifndef CSI_INDEX_RESULTS_H
#define CSI_INDEX_RESULTS_H

#include "index/publish.h"

typedef struct csi_results {
    csi_arena *arena;            /* owned */
    const char *directory;
    const csi_setting *manifest;
    csi_countries countries;     /* sorted by iso3, with names */
    csi_names *nodes;            /* codes of the aggregates, top first */
    const char *const *node_name;
    const int *node_level;
    int first_year;
    size_t n_years;
    csi_score_row *row;          /* [node][year][country] */
} csi_results;

/* Reads scores.csv.gz, codebook.csv and manifest.json of `directory`. */
CSI_MUST_USE csi_status csi_results_read(const char *directory, csi_diag *diag, csi_results **results);

/* The same view of a run that has not been published. */
CSI_MUST_USE csi_status csi_results_of_run(const csi_run *run, const csi_intervals *intervals, csi_diag *diag,
                                           csi_results **results);
void csi_results_free(csi_results *results);

const csi_score_row *csi_results_at(const csi_results *results, size_t node, size_t year, size_t country);

#endif
