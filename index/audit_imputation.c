/* imputation.csv: a tenth of the observed cells hidden, filled by the configured steps, and held against the truth.
 * imputation_methods.csv: the same cells filled by each method alone with its usual options, so that the choice can be
 * defended. Methods fill different cells, so that n_filled belongs beside every measure. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"

#define SHARE 0.1
#define ENOUGH_R2 0.5
#define ENOUGH_CELLS 20
#define BETTER 0.9

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

static csi_status note_overall(csi_audit *audit, const csi_validation *v)
{
    if (v->n_filled == 0 || isnan(v->r2) || isnan(v->willmott)) {
        return csi_audit_find(audit, CSI_GRAVITY_NOTE, "imputation", "", "OECD/JRC Handbook, Box 4",
                              "of %zu hidden cells %zu were filled: too few to tell how well", v->n, v->n_filled);
    }
    return csi_audit_find(audit, CSI_GRAVITY_NOTE, "imputation", "", "OECD/JRC Handbook, Box 4",
                          "of %zu hidden cells %zu were filled, with R2 %s and Willmott's d %s on standardised values", v->n,
                          v->n_filled, csi_audit_number(audit, v->r2, 3), csi_audit_number(audit, v->willmott, 3));
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
    CSI_TRY(note_overall(audit, &v[framework->n_indicators]));
out:
    free(v);
    return status;
}

static const char *const method_headings[] = {"steps", "n_hidden", "n_filled", "r2", "rmse", "mae", "willmott_d"};

static void write_method(csi_csv *csv, const char *name, const csi_validation *v)
{
    csi_csv_text(csv, name);
    csi_csv_integer(csv, (int64_t)v->n);
    csi_csv_integer(csv, (int64_t)v->n_filled);
    csi_csv_number(csv, v->r2);
    csi_csv_number(csv, v->rmse);
    csi_csv_number(csv, v->mae);
    csi_csv_number(csv, v->willmott);
    csi_csv_end_row(csv);
}

/* A method that cannot work on these data (EM where a column does not vary, say) leaves its measures blank. */
static csi_status try_method(csi_audit *audit, const csi_method *method, csi_validation *v, csi_validation *overall)
{
    const csi_run *run = audit->run;
    csi_step step;
    csi_status status = csi_step_make(audit->arena, method, NULL, NULL, 0, NULL, &step);
    if (status == CSI_OK) {
        status = csi_validate_steps(&step, 1, &run->context, run->raw->panel, SHARE, NULL, v);
    }
    *overall = status == CSI_OK ? v[run->project->framework->n_indicators] : (csi_validation){0, 0, NAN, NAN, NAN, NAN};
    return status == CSI_ERR_MEMORY ? status : CSI_OK;
}

csi_status csi_audit_imputation_methods(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_run *run = audit->run;
    const size_t overall = run->project->framework->n_indicators;
    csi_validation *v = calloc(overall + 1, sizeof *v), chosen;
    csi_status status = v == NULL ? CSI_ERR_MEMORY : CSI_OK;
    csi_audit_headings(csv, method_headings, sizeof method_headings / sizeof method_headings[0]);
    CSI_TRY(status);
    CSI_TRY(csi_validate_imputation(run->project->recipe, &run->context, run->raw->panel, SHARE, diag, v));
    chosen = v[overall];
    write_method(csv, "as configured", &chosen);
    for (size_t i = 0; i < csi_method_count(); i++) {
        const csi_method *method = csi_method_at(i);
        csi_validation one;
        if (method->step != CSI_STEP_IMPUTE) {
            continue;
        }
        CSI_TRY(try_method(audit, method, v, &one));
        write_method(csv, method->name, &one);
        if (one.n_filled >= chosen.n_filled && one.n_filled >= ENOUGH_CELLS && one.rmse < BETTER * chosen.rmse) {
            CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_WATCH, "imputation", "",
                                   "the imputation chosen should predict hidden cells as well as any (OECD/JRC Handbook, Box 4)",
                                   "%s fills as many hidden cells with an RMSE of %s, the configured steps with %s", method->name,
                                   csi_audit_number(audit, one.rmse, 3), csi_audit_number(audit, chosen.rmse, 3)));
        }
    }
out:
    free(v);
    return status;
}
