/* csindex report: the page that a browser opens. The results of a run do not hold its audit, so the audit is made here, of
 * the project that the results come from: the one that computes exactly the scores that they hold. */
#include <math.h>
#include <string.h>

#include "cli/command.h"
#include "cli/messages.h"
#include "cli/view.h"
#include "core/outfile.h"
#include "notebooks-export/report.h"

typedef struct audited {
    csi_view view;
    csi_audit *audit; /* NULL: none could be made */
} audited;

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Whether two sets of results hold the same scores of the same countries. */
static bool are_same(const csi_results *a, const csi_results *b)
{
    const size_t n_nodes = csi_names_count(a->nodes);
    bool same = a->first_year == b->first_year && a->n_years == b->n_years && a->countries.n == b->countries.n &&
                n_nodes == csi_names_count(b->nodes);
    for (size_t n = 0; same && n < n_nodes; n++) {
        same = strcmp(csi_names_at(a->nodes, n), csi_names_at(b->nodes, n)) == 0;
    }
    for (size_t c = 0; same && c < a->countries.n; c++) {
        same = strcmp(a->countries.country[c].iso3, b->countries.country[c].iso3) == 0;
    }
    for (size_t i = 0; same && i < n_nodes * a->n_years * a->countries.n; i++) {
        same = same_number(a->row[i].score, b->row[i].score);
    }
    return same;
}

static csi_status make_audit(const csi_call *call, const csi_results *results, audited *made)
{
    csi_status status;
    CSI_TRY(csi_view_compute(call, &made->view));
    if (!are_same(results, made->view.results)) {
        CSI_TRY(csi_diag_error(call->diag, CSI_ERR_DATA, NULL, "%s does not compute the scores in %s",
                               csi_call_has(call, CSI_OPT_PROJECT) ? csi_call_text(call, CSI_OPT_PROJECT) : "the project",
                               results->directory));
    }
    const size_t year = csi_run_latest_year(made->view.run);
    if (year != CSI_NONE) {
        CSI_TRY(csi_audit_compute(made->view.run, year, call->diag, &made->audit));
    }
out:
    return status;
}

/* The audit of the project that --project names. Without it the usual one is tried in silence: the page does without the
 * audit when that is not where the results come from. */
static csi_status find_audit(csi_call *call, const csi_results *results, audited *made)
{
    if (csi_call_has(call, CSI_OPT_PROJECT)) {
        return make_audit(call, results, made);
    }
    csi_diag *const spoken = call->diag;
    call->diag = csi_diag_new(0);
    csi_status status = call->diag == NULL ? CSI_ERR_MEMORY : make_audit(call, results, made);
    csi_diag_free(call->diag);
    call->diag = spoken;
    if (status == CSI_ERR_MEMORY) {
        return csi_diag_no_memory(call->diag, "the audit");
    }
    if (status != CSI_OK) {
        csi_say(0, "report", "without an audit: name the project of %s with --project", results->directory);
    }
    return CSI_OK;
}

static csi_status run(csi_call *call)
{
    const char *directory = call->n_arguments > 0 ? call->argument[0] : "out";
    const char *beside = csi_call_text(call, CSI_OPT_OUTPUT_BESIDE);
    const char *target = beside == NULL ? directory : beside;
    csi_results *results = NULL;
    audited made = {.audit = NULL};
    csi_status status;
    CSI_TRY(csi_results_read(directory, call->diag, &results));
    CSI_TRY(find_audit(call, results, &made));
    CSI_TRY(csi_directory_make(target, call->diag));
    CSI_TRY(csi_report_write(results, made.audit, (csi_language)csi_call_choice(call, CSI_OPT_LANG), target, "report.html",
                             call->diag));
    csi_say(0, "report", "%s/report.html", target);
out:
    csi_audit_free(made.audit);
    csi_view_close(&made.view);
    csi_results_free(results);
    return status;
}

static const csi_opt options[] = {CSI_OPT_OUTPUT_BESIDE, CSI_OPT_LANG, CSI_OPT_PROJECT, CSI_OPT_END};

const csi_command csi_command_report = {
    .name = "report",
    .arguments = "[DIR]",
    .min_arguments = 0,
    .max_arguments = 1,
    .summary = "write the results as a page for the browser",
    .text = "Writes report.html from the results in DIR (default: out): ranking with intervals, world map, every country's "
            "page, comparison, weights to play with, method, sources, coverage and audit. It is one file that works without "
            "a network and reads without JavaScript.\n\n"
            "The audit is made of the project that the results come from: the one that --project names, else the current "
            "directory or the default index, where that computes the very same scores; else the page does without.\n\n"
            "The page takes only what its own policy names by hash, so it can be put on any site as it is. A country is "
            "reached as report.html#FRA, a comparison as report.html#FRA-DEU.",
    .examples = "csindex report out\n"
                "csindex report out --lang fr -o public\n"
                "csindex report my-index/out --project my-index\n",
    .options = options,
    .run = run,
};
