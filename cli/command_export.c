/* csindex export FORM [RESULTS]: published results in the form of somebody's trade. The forms are those of
 * notebooks-export/exporters.def; nothing here knows any of them. */
#include <string.h>

#include "cli/command.h"
#include "cli/messages.h"
#include "cli/table.h"
#include "core/settings.h"
#include "index/lock.h"
#include "notebooks-export/export.h"

static csi_status list_forms(const csi_call *call)
{
    static const csi_column columns[] = {{"form", "Form", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"what", "What", CSI_COLUMN_PROSE, 0, 0, 0},
                                         {"files", "Files", CSI_COLUMN_PROSE, 1, 0, 0}};
    csi_table *table = NULL;
    csi_status status;
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    for (size_t i = 0; i < csi_exporter_count(); i++) {
        csi_table_text(table, csi_exporter_at(i)->name);
        csi_table_text(table, csi_exporter_at(i)->title);
        csi_table_text(table, csi_exporter_at(i)->files);
    }
    CSI_TRY(csi_table_show(table, call, "Forms of export", NULL));
out:
    csi_table_free(table);
    return status;
}

static csi_status unknown_form(const csi_call *call, const char *name)
{
    const char *known[32];
    size_t n = 0;
    for (size_t i = 0; i < csi_exporter_count() && n < sizeof known / sizeof *known; i++) {
        known[n++] = csi_exporter_at(i)->name;
    }
    const char *const nearest = csi_nearest_name(name, known, n);
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL,
                          "no form of export is called \"%s\"%s%s%s; `csindex export` lists them", name,
                          nearest == NULL ? "" : " (did you mean \"", nearest == NULL ? "" : nearest,
                          nearest == NULL ? "" : "\"?)");
}

/* Writes one form, or every one when `wanted` is NULL. */
static csi_status write_forms(const csi_call *call, const csi_exporter *wanted, const csi_release *release,
                              const char *directory)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < csi_exporter_count(); i++) {
        const csi_exporter *const exporter = csi_exporter_at(i);
        if (wanted == NULL || wanted == exporter) {
            CSI_TRY(exporter->write(release, directory, call->diag));
            csi_say(0, "exported", "%s: %s", directory, exporter->files);
        }
    }
out:
    return status;
}

static csi_status run(csi_call *call)
{
    csi_lock *lock = NULL;
    csi_release *release = NULL;
    csi_status status;
    if (call->n_arguments == 0) {
        return list_forms(call);
    }
    const bool is_all = strcmp(call->argument[0], "all") == 0;
    const csi_exporter *const wanted = csi_exporter_find(call->argument[0]);
    if (wanted == NULL && !is_all) {
        return unknown_form(call, call->argument[0]);
    }
    const char *const results = call->n_arguments > 1 ? call->argument[1] : "out";
    const char *directory = csi_call_text(call, CSI_OPT_EXPORT_DIR);
    if (directory == NULL) {
        directory = results;
        CSI_TRY(csi_lock_take(directory, call->diag, &lock));
    } else {
        CSI_TRY(csi_directory_make(directory, call->diag));
    }
    csi_directory_sweep(directory);
    CSI_TRY(csi_release_read(results, call->diag, &release));
    CSI_TRY(write_forms(call, wanted, release, directory));
out:
    csi_release_free(release);
    csi_lock_release(lock);
    return status;
}

static const csi_opt options[] = {CSI_OPT_EXPORT_DIR, CSI_OPT_FORMAT, CSI_OPT_END};

const csi_command csi_command_export = {
    .name = "export",
    .arguments = "[FORM [RESULTS]]",
    .min_arguments = 0,
    .max_arguments = 2,
    .summary = "write results as a workbook, database, statistics file, portal format, table or charts",
    .text = "Writes the results in RESULTS (default: out) in another form. Without arguments the forms are listed; the "
            "form all writes every one.\n\n"
            "Nothing is computed anew: an export shows what the run wrote. Equal results give equal bytes. Text that a "
            "spreadsheet would run as a formula gets a single quote in front, in CSV files and in the workbook.",
    .examples = "csindex export # the forms\n"
                "csindex export workbook out -o share # share/csindex.xlsx\n"
                "csindex export all out -o share\n",
    .options = options,
    .run = run,
};
