/* The sheets of the workbook, once it is open. */
#ifndef CSI_NOTEBOOKS_EXPORT_WORKBOOK_SHEETS_H
#define CSI_NOTEBOOKS_EXPORT_WORKBOOK_SHEETS_H

#include "notebooks-export/export.h"
#include "notebooks-export/xlsxwriter_load.h"

typedef struct csi_sheets {
    const csi_release *release;
    lxw_workbook *book;
    lxw_format *heading, *number_heading, *score, *share, *count, *text, *title, *prose;
    size_t *order; /* countries of the latest year, best first */
    csi_diag *diag;
    csi_status status; /* of the first failure; what follows is then skipped */
} csi_sheets;

/* Notes the first failure of the library. */
void csi_sheets_keep(csi_sheets *to, lxw_error error);

/* Ranking, scores, parts, charts, codebook, method; to->status tells. `order` and `book` must be there. */
void csi_sheets_write(csi_sheets *to);

#endif
