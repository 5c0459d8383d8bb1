/* csindex check [PROJECT | FILE]: everything that a run would refuse, and what it would read, without writing anything;
 * or, of a file of data, how it is written and what each of its columns is taken for. */
#include "cli/check_file.h"
#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/view.h"
#include "index/variant.h"

static const csi_column columns[] = {{"file", "File", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"reader", "Read as", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"bytes", "Bytes", CSI_COLUMN_COUNT, 2, 0, 0},
                                     {"records", "Records", CSI_COLUMN_COUNT, 0, 0, 0},
                                     {"observations", "Used", CSI_COLUMN_COUNT, 0, 0, 0},
                                     {"left_out", "Left out", CSI_COLUMN_COUNT, 1, 0, 0},
                                     {"sha256", NULL, CSI_COLUMN_TEXT, 0, 0, 0}};

/* How many indicators have no observation at all, and how many of the observed cells there are. */
static size_t count_empty(const csi_raw *raw, const csi_framework *framework, size_t *n_cells)
{
    size_t n_empty = 0;
    const size_t n_column = raw->panel->n_years * raw->panel->n_countries;
    *n_cells = 0;
    for (size_t i = 0; i < framework->n_indicators; i++) {
        size_t n = 0;
        for (size_t k = 0; k < n_column; k++) {
            n += raw->panel->state[i * n_column + k] != CSI_CELL_MISSING;
        }
        n_empty += n == 0;
        *n_cells += n;
    }
    return n_empty;
}

static csi_status show(const csi_call *call, const csi_run *run)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    const csi_framework *framework = run->project->framework;
    char title[512], notes[512];
    size_t n_cells = 0;
    const size_t n_empty = count_empty(run->raw, framework, &n_cells);
    const size_t n_room = framework->n_indicators * run->raw->panel->n_years * run->raw->panel->n_countries;
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    for (size_t i = 0; i < run->raw->n_sources; i++) {
        const csi_source_facts *source = &run->raw->source[i];
        csi_table_text(table, source->label);
        csi_table_text(table, source->reader);
        csi_table_count(table, (int64_t)source->bytes);
        csi_table_count(table, (int64_t)source->n_records);
        csi_table_count(table, (int64_t)source->n_observations);
        csi_table_count(table, (int64_t)source->n_left_out);
        csi_table_text(table, source->sha256);
    }
    snprintf(title, sizeof title, "%s %s: %zu indicators in %zu aggregates, %zu countries, %d to %d", run->project->name,
             run->project->version, framework->n_indicators, framework->n_nodes - framework->n_indicators,
             run->raw->countries.n, run->project->first_year, run->project->last_year);
    snprintf(notes, sizeof notes,
             "%zu of %zu cells are observed (%zu %%); %zu indicators have no data; %zu warnings. A run would succeed.",
             n_cells, n_room, n_room > 0 ? 100 * n_cells / n_room : 0, n_empty, csi_diag_n_warnings(call->diag));
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
    if (call->n_arguments > 0 && csi_is_data_file(call->argument[0])) {
        return csi_check_file(call, call->argument[0]);
    }
    CSI_TRY(csi_project_open(call, call->n_arguments > 0 ? call->argument[0] : NULL, &project));
    csi_progress_stage("checking", NULL, 0);
    CSI_TRY(csi_run_compute(project, call->diag, &result));
    csi_run_tell_gaps(result, call->diag);
    for (size_t i = 0; i < project->n_variants; i++) {
        csi_variant *variant = NULL;
        CSI_TRY(csi_variant_make(result, &project->variant[i], call->diag, &variant));
        csi_variant_free(variant);
    }
    csi_progress_end();
    CSI_TRY(show(call, result));
out:
    csi_run_free(result);
    csi_project_free(project);
    return status;
}

static const csi_opt options[] = {CSI_OPT_THREADS, CSI_OPT_FORMAT, CSI_OPT_WIDTH, CSI_OPT_ASCII, CSI_OPT_OUTPUT_FILE,
                                  CSI_OPT_END};

const csi_command csi_command_check = {
    .name = "check",
    .arguments = "[PROJECT | FILE]",
    .max_arguments = 1,
    .summary = "check a project, or tell how a data file is read",
    .text = "Reads configuration, framework and data and computes as `csindex run` would, reports everything that is "
            "wrong with file, line and column, and shows what was read from each file.\n\n"
            "Of a data file it states how the file is written (encoding, delimiter, decimal mark, missing values), which "
            "reader would take it and what each column is taken for, each with its reason and with the option of "
            "index.yaml that overrules it.",
    .examples = "csindex check my-index\n"
                "csindex check API_IT.NET.SECR.P6.csv # how is this file read?\n",
    .options = options,
    .run = run,
};
