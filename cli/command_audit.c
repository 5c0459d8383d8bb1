/* csindex audit [PROJECT] -o DIR: does the data's own structure bear out the framework? */
#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/view.h"
#include "index/audit.h"

#define USUAL_OUTPUT "audit"

static const csi_column columns[] = {{"gravity", "Gravity", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"topic", "Topic", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"code", "Node", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"evidence", "Found", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"rule", NULL, CSI_COLUMN_TEXT, 0, 0, 0}};

/* The index of --year among the scored years; the last scored one by default. */
static csi_status find_year(const csi_call *call, const csi_run *run, size_t *year)
{
    int64_t asked = run->project->first_year;
    const csi_status status =
        csi_call_integer(call, CSI_OPT_YEAR, run->project->first_year, run->project->last_year, &asked);
    *year = csi_call_has(call, CSI_OPT_YEAR) ? (size_t)(asked - run->project->first_year) : csi_run_latest_year(run);
    if (status == CSI_OK && *year == CSI_NONE) {
        return csi_diag_error(call->diag, CSI_ERR_DATA, NULL, "no year is scored for any country: there is nothing to audit");
    }
    return status;
}

static csi_status show(const csi_call *call, const csi_audit *audit, const char *directory)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    char title[512], notes[512];
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    for (size_t i = 0; i < audit->n_findings; i++) {
        const csi_finding *f = &audit->finding[i];
        csi_table_text(table, csi_gravity_name(f->gravity));
        csi_table_text(table, f->topic);
        csi_table_text(table, f->code);
        csi_table_text(table, f->evidence);
        csi_table_text(table, f->rule);
    }
    snprintf(title, sizeof title, "%s %s, %d: %zu findings", audit->run->project->name, audit->run->project->version,
             audit->run->project->first_year + (int)audit->year, audit->n_findings);
    snprintf(notes, sizeof notes, "The page is %s/audit.md; the tables are beside it.", directory);
    CSI_TRY(csi_table_show(table, call, title, notes));
out:
    csi_table_free(table);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_project *project = NULL;
    csi_run *result = NULL;
    csi_audit *audit = NULL;
    size_t year = 0;
    const char *directory = csi_call_text(call, CSI_OPT_OUTPUT_AUDIT);
    directory = directory != NULL ? directory : USUAL_OUTPUT;
    CSI_TRY(csi_project_open(call, call->n_arguments > 0 ? call->argument[0] : NULL, &project));
    csi_progress_stage("computing", NULL, 0);
    CSI_TRY(csi_run_compute(project, call->diag, &result));
    CSI_TRY(find_year(call, result, &year));
    csi_progress_stage("auditing", NULL, 0);
    CSI_TRY(csi_audit_write(result, year, directory, call->diag, &audit));
    csi_progress_end();
    CSI_TRY(show(call, audit, directory));
out:
    csi_audit_free(audit);
    csi_run_free(result);
    csi_project_free(project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR, CSI_OPT_OUTPUT_AUDIT, CSI_OPT_THREADS, CSI_OPT_SEED,
                                  CSI_OPT_FORMAT, CSI_OPT_WIDTH, CSI_OPT_ASCII, CSI_OPT_END};

const csi_command csi_command_audit = {
    .name = "audit",
    .arguments = "[PROJECT]",
    .max_arguments = 1,
    .summary = "audit an index: coverage, coherence, importance, imputation",
    .text = "Computes the index and holds one year of it against the rules of the trade: coverage, outliers before and "
            "after treatment, correlations within and across principles, Cronbach's alpha, Kaiser-Meyer-Olkin and "
            "Bartlett, principal components against noise, effective importance against nominal weight with bootstrap "
            "intervals, ranks without each indicator and principle, imputation tried on cells that are known, and "
            "clusters of countries.\n\n"
            "Each is a CSV table in DIR (audit by default); findings.csv and audit.md list what breaks a rule, the "
            "gravest first.",
    .examples = "csindex audit -o audit # the default index\n"
                "csindex audit my-index --year 2020\n",
    .options = options,
    .run = run,
};
