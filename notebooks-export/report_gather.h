/* How the report page's data are gathered: a function for each published file. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_GATHER_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_GATHER_H

#include "index/rows.h"
#include "notebooks-export/report_data.h"

typedef struct csi_gatherer {
    const csi_results *results;
    csi_report_data *data;
    csi_names *codes; /* of the indicators, in the order of data->indicator */
    csi_diag *diag;
    csi_language language;
} csi_gatherer;

/* Opens a file of the results. *rows is owned by the caller. */
CSI_MUST_USE csi_status csi_gather_open(const csi_gatherer *g, const char *file, csi_rows **rows);

/* The codebook first: the others know indicators by it. */
CSI_MUST_USE csi_status csi_gather_codebook(csi_gatherer *g);
CSI_MUST_USE csi_status csi_gather_contributions(csi_gatherer *g);
CSI_MUST_USE csi_status csi_gather_quality(csi_gatherer *g);
CSI_MUST_USE csi_status csi_gather_changes(csi_gatherer *g);

#endif
