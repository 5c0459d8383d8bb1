/* A run: a project's raw panel taken all the way to scores and ranks. */
#ifndef CSI_INDEX_RUN_H
#define CSI_INDEX_RUN_H

#include "index/project.h"

typedef struct csi_run {
    const csi_project *project; /* borrowed */
    csi_raw *raw;
    csi_context context;
    csi_result *result;
    int *rank;        /* as result->scores->value; 0: not ranked */
    size_t *n_ranked; /* [node][year] */
} csi_run;

/* Reads the data and computes. *run is owned by the caller; the project must outlive it. */
CSI_MUST_USE csi_status csi_run_compute(const csi_project *project, csi_diag *diag, csi_run **run);
void csi_run_free(csi_run *run);

#endif
