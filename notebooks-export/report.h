/* The report page: report.html, one file that a browser opens without a network. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_H

#include "index/audit.h"
#include "index/results.h"
#include "notebooks-export/report_words.h"

/* Writes directory/name from the published results (which must have been read from a directory, not made of a run: the
 * page also shows the codebook, contributions, quality, changes, ranking and method files beside the scores), with the
 * findings of an audit of the same run (NULL: none was made). Real tables and
 * static drawings in HTML; what the reader can do with it is added by a script whose hash the page's own security policy
 * names. */
CSI_MUST_USE csi_status csi_report_write(const csi_results *results, const csi_audit *audit, csi_language language,
                                         const char *directory, const char *name, csi_diag *diag);

#endif
