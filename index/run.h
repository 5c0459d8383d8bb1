/* A run: a project's raw panel taken all the way to scores and ranks. */
#ifndef CSI_INDEX_RUN_H
#define CSI_INDEX_RUN_H

#include "index/project.h"

/* How far a score can be relied on to stay. A score is provisional when an indicator below its node, which the country
 * has had observations of, has not been reported for that year by anybody yet: it will be revised when it is. */
typedef enum csi_score_status { CSI_SCORE_MISSING, CSI_SCORE_PROVISIONAL, CSI_SCORE_FINAL } csi_score_status;
#define CSI_N_SCORE_STATUS 3

const char *csi_score_status_name(csi_score_status status); /* "missing", "provisional", "final" */

typedef struct csi_run {
    const csi_project *project; /* borrowed */
    csi_raw *raw;
    csi_context context;
    csi_result *result;
    int *rank;                  /* as result->scores->value; 0: not ranked */
    size_t *n_ranked;           /* [node * n_years + year] */
    unsigned char *status;      /* as rank: a csi_score_status */
    size_t *last_report;        /* [series of raw->panel]: last year (index in raw->panel) that anybody was observed in;
                                 * CSI_NONE: never */
} csi_run;

/* Reads the data and computes. *run is owned by the caller; the project must outlive it. */
CSI_MUST_USE csi_status csi_run_compute(const csi_project *project, csi_diag *diag, csi_run **run);

/* The same from data that have been read; takes `raw`, also when it fails. */
CSI_MUST_USE csi_status csi_run_compute_raw(const csi_project *project, csi_raw *raw, csi_diag *diag, csi_run **run);
void csi_run_free(csi_run *run); /* NULL is allowed */

/* For runs that are made of others: storage for ranks and statuses beside result->scores, the ranks of all nodes and
 * years, and all that a run holds given back but for its raw panel. */
CSI_MUST_USE csi_status csi_run_allocate(csi_run *run, csi_diag *diag);
CSI_MUST_USE csi_status csi_run_rank(csi_run *run, csi_diag *diag);
void csi_run_clear(csi_run *run);

/* Warns of what a run hides in blanks: indicators without a value in any file, and that no country is scored at all. */
void csi_run_tell_gaps(const csi_run *run, csi_diag *diag);

/* The last year (index in result->scores) for which the index itself is scored for any country; CSI_NONE: none. */
size_t csi_run_latest_year(const csi_run *run);

#endif
