/* The audit: what an auditor of composite indicators would look at, computed and written as CSV tables and one page of
 * findings, each with its evidence and the rule it breaks.
 *
 * Files: findings.csv, indicators.csv (coverage, shape before and after), correlations.csv, reliability.csv (of each
 * parent), items.csv (of each child with its siblings), components.csv, importance.csv (weight against effect, and ranks
 * without the node), imputation.csv (hidden cells against their estimates), imputation_methods.csv (by every method),
 * clusters.csv, and audit.md for people. All are finished before the first is switched into place. */
#ifndef CSI_INDEX_AUDIT_H
#define CSI_INDEX_AUDIT_H

#include "index/run.h"

typedef enum csi_gravity { CSI_GRAVITY_NOTE, CSI_GRAVITY_WATCH, CSI_GRAVITY_SERIOUS } csi_gravity;
const char *csi_gravity_name(csi_gravity gravity); /* "note", "watch", "serious" */

/* One finding; texts live in the audit's arena. */
typedef struct csi_finding {
    csi_gravity gravity;
    const char *topic;    /* "coverage", "correlation", ... */
    const char *code;     /* the node; "" for the index as a whole */
    const char *evidence; /* what was found, with numbers */
    const char *rule;     /* what it is held against, with its source */
} csi_finding;

typedef struct csi_audit {
    csi_arena *arena;   /* owned */
    const csi_run *run; /* borrowed */
    size_t year;        /* index in the scores: the cross-section that is looked at */
    csi_finding *finding;
    size_t n_findings, room;
} csi_audit;

/* Audits the scored year `year` (index) and writes into `directory`, made when missing. *audit is owned by the caller. */
CSI_MUST_USE csi_status csi_audit_write(const csi_run *run, size_t year, const char *directory, csi_diag *diag,
                                        csi_audit **audit);

/* The same audit for its findings alone: nothing is written. */
CSI_MUST_USE csi_status csi_audit_compute(const csi_run *run, size_t year, csi_diag *diag, csi_audit **audit);
void csi_audit_free(csi_audit *audit);

/* For the tables: adds a finding; `evidence` is formatted (integers and text only; numbers through csi_audit_number). */
CSI_MUST_USE csi_status csi_audit_find(csi_audit *audit, csi_gravity gravity, const char *topic, const char *code,
                                       const char *rule, const char *evidence, ...) CSI_PRINTF(6, 7);
const char *csi_audit_number(csi_audit *audit, double value, int decimals); /* "?" when out of memory */

#endif
