/* imputation.csv: a tenth of the observed cells hidden, filled by the configured steps, and held against the truth. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"

#define SHARE 0.1
#define ENOUGH_R2 0.5
#define ENOUGH_CELLS 20

static const char *const headings[] = {"code", "n_hidden", "n_filled", "r2", "rmse", "mae", "willmott_d"};

static csi_status write_line(csi_audit *audit, csi_csv *csv, const char *code, const csi_validation *v)
{
    csi_csv_text(csv, code);
    csi_csv_integer(csv, (int64_t)v->n);
    csi_csv_integer(csv, (int64_t)v->n_filled);
    csi_csv_number(csv, v->r2);
    csi_csv_number(csv, v->rmse);
    csi_csv_number(csv, v->mae);
    csi_csv_number(csv, v->willmott);
    csi_csv_end_row(csv);
    if (v->n_filled >= ENOUGH_CELLS && v->r2 < ENOUGH_R2) {
        return csi_audit_find(audit, CSI_GRAVITY_WATCH, "imputation", code,
                              "hidden cells should be predicted with R2 of at least 0.5 (OECD/JRC Handbook, Box 4)",
                              "R2 is %s over %zu hidden cells", csi_audit_number(audit, v->r2, 2), v->n_filled);
    }
    return CSI_OK;
}

csi_status csi_audit_imputation(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_run *run = audit->run;
    const csi_framework *framework = run->project->framework;
    csi_validation *v = calloc(framework->n_indicators + 1, sizeof *v);
    csi_status status = v == NULL ? CSI_ERR_MEMORY : CSI_OK;
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    CSI_TRY(status);
    CSI_TRY(csi_validate_imputation(run->project->recipe, &run->context, run->raw->panel, SHARE, diag, v));
    for (size_t q = 0; q < framework->n_indicators; q++) {
        CSI_TRY(write_line(audit, csv, framework->node[q].code, &v[q]));
    }
    CSI_TRY(write_line(audit, csv, "", &v[framework->n_indicators]));
    CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_NOTE, "imputation", "", "OECD/JRC Handbook, Box 4",
                           "of %zu hidden cells %zu were filled, with R2 %s and Willmott's d %s on standardised values",
                           v[framework->n_indicators].n, v[framework->n_indicators].n_filled,
                           csi_audit_number(audit, v[framework->n_indicators].n_filled > 0 ? v[framework->n_indicators].r2 : 0, 3),
                           csi_audit_number(audit, v[framework->n_indicators].n_filled > 0 ? v[framework->n_indicators].willmott : 0, 3)));
out:
    free(v);
    return status;
}
