/* The tables of an audit: each computes its part, writes it and adds what it finds. */
#ifndef CSI_INDEX_AUDIT_TABLE_H
#define CSI_INDEX_AUDIT_TABLE_H

#include "index/audit.h"
#include "index/csv.h"
#include "metrics/coherence.h"

typedef csi_status (*csi_audit_table)(csi_audit *audit, csi_csv *csv, csi_diag *diag);

csi_status csi_audit_indicators(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_correlations(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_reliability(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_components(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_importance(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_imputation(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_imputation_methods(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_items(csi_audit *audit, csi_csv *csv, csi_diag *diag);
csi_status csi_audit_clusters(csi_audit *audit, csi_csv *csv, csi_diag *diag);

/* A row of headings. */
void csi_audit_headings(csi_csv *csv, const char *const *heading, size_t n);

/* Of fewer countries than these, neither a correlation nor a share of the variance says anything: two points always lie on
 * a line. Tables hold the figures, but no rule is held against them. */
#define CSI_AUDIT_FEW 5

/* How many countries have a score of the index in the audited year: those that the audit is about. */
size_t csi_audit_n_scored(const csi_audit *audit);

/* The column of a node in the audited year. */
static inline const double *csi_audit_column(const csi_audit *audit, size_t node)
{
    return csi_panel_column(audit->run->result->scores, node, audit->year);
}

static inline const csi_node *csi_audit_node(const csi_audit *audit, size_t node)
{
    return &audit->run->project->framework->node[node];
}

/* findings.csv and the page; written last. */
csi_status csi_audit_findings(csi_audit *audit, csi_csv *csv, csi_diag *diag);
void csi_audit_page(const csi_audit *audit, csi_outfile *file);

#endif
