/* csindex report: the page that a browser opens. */
#include "cli/command.h"
#include "cli/messages.h"
#include "core/outfile.h"
#include "notebooks-export/report.h"

static csi_status run(csi_call *call)
{
    const char *directory = call->n_arguments > 0 ? call->argument[0] : "out";
    const char *beside = csi_call_text(call, CSI_OPT_OUTPUT_BESIDE);
    const char *target = beside == NULL ? directory : beside;
    csi_results *results = NULL;
    csi_status status;
    CSI_TRY(csi_results_read(directory, call->diag, &results));
    CSI_TRY(csi_directory_make(target, call->diag));
    CSI_TRY(csi_report_write(results, (csi_language)csi_call_choice(call, CSI_OPT_LANG), target, "report.html", call->diag));
    csi_say(0, "report", "%s/report.html", target);
out:
    csi_results_free(results);
    return status;
}

static const csi_opt options[] = {CSI_OPT_OUTPUT_BESIDE, CSI_OPT_LANG, CSI_OPT_END};

const csi_command csi_command_report = {
    .name = "report",
    .arguments = "[DIR]",
    .min_arguments = 0,
    .max_arguments = 1,
    .summary = "write the results as a page for the browser",
    .text = "Writes report.html from the results in DIR (default: out): ranking with intervals, world map, every country's "
            "page, comparison, weights to play with, method and sources. It is one file that works without a network and "
            "reads without JavaScript.\n\n"
            "The page takes only what its own policy names by hash, so it can be put on any site as it is. A country is "
            "reached as report.html#FRA, a comparison as report.html#FRA-DEU.",
    .examples = "csindex report out\n"
                "csindex report out --lang fr -o public\n",
    .options = options,
    .run = run,
};
