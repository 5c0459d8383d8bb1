/* csindex sensitivity: which doubtful choice matters, and for whom. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/table.h"
#include "cli/uncertain.h"
#include "cli/view.h"
#include "metrics/sensitivity_ensemble.h"

enum { ISO3, COUNTRY, OUTPUT, FACTOR, FIRST, FIRST_LOW, FIRST_HIGH, TOTAL, TOTAL_LOW, TOTAL_HIGH, WHY, N_COLUMNS };

static const csi_column columns[N_COLUMNS] = {
    [ISO3] = {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 3, 0, 0},
    [OUTPUT] = {"output", "Of", CSI_COLUMN_TEXT, 0, 0, 0},
    [FACTOR] = {"factor", "Factor", CSI_COLUMN_TEXT, 0, 0, 0},
    [FIRST] = {"first_order", "First", CSI_COLUMN_NUMBER, 0, 0, 0},
    [FIRST_LOW] = {"first_order_q05", "5 %", CSI_COLUMN_NUMBER, 1, 0, 0},
    [FIRST_HIGH] = {"first_order_q95", "95 %", CSI_COLUMN_NUMBER, 1, 0, 0},
    [TOTAL] = {"total", "Total", CSI_COLUMN_NUMBER, 0, 0, 0},
    [TOTAL_LOW] = {"total_q05", "5 %", CSI_COLUMN_NUMBER, 1, 0, 0},
    [TOTAL_HIGH] = {"total_q95", "95 %", CSI_COLUMN_NUMBER, 1, 0, 0},
    [WHY] = {"undefined_because", "Undefined because", CSI_COLUMN_TEXT, 2, 0, 0},
};

static void add_output(csi_table *table, const csi_countries *countries, const csi_sensitivity_result *result,
                       size_t output)
{
    const bool is_whole = output + 1 == result->n_outputs;
    const csi_country *country = is_whole ? NULL : &countries->country[output / 2];
    csi_table_part(table);
    for (size_t p = 0; p < result->n_parts; p++) {
        const csi_index_interval *first = &result->first[output * result->n_parts + p];
        const csi_index_interval *total = &result->total[output * result->n_parts + p];
        csi_table_text(table, is_whole ? NULL : country->iso3);
        csi_table_text(table, is_whole ? NULL : country->name);
        csi_table_text(table, is_whole ? "mean rank shift" : output % 2 == 0 ? "score" : "rank");
        csi_table_text(table, result->part[p].name);
        csi_table_number(table, first->estimate);
        csi_table_number(table, first->low);
        csi_table_number(table, first->high);
        csi_table_number(table, total->estimate);
        csi_table_number(table, total->low);
        csi_table_number(table, total->high);
        csi_table_text(table, csi_sensitivity_state_name(result->state[output]));
    }
}

enum { G_ISO3, G_COUNTRY, G_OUTPUT, G_FACTOR, G_SAMPLES, G_FIRST, G_TOTAL, G_WHY, N_GROWING };

static const csi_column growing[N_GROWING] = {
    [G_ISO3] = {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    [G_COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 3, 0, 0},
    [G_OUTPUT] = {"output", "Of", CSI_COLUMN_TEXT, 0, 0, 0},
    [G_FACTOR] = {"factor", "Factor", CSI_COLUMN_TEXT, 0, 0, 0},
    [G_SAMPLES] = {"samples", "Samples", CSI_COLUMN_COUNT, 0, 0, 0},
    [G_FIRST] = {"first_order", "First", CSI_COLUMN_NUMBER, 0, 0, 0},
    [G_TOTAL] = {"total", "Total", CSI_COLUMN_NUMBER, 0, 0, 0},
    [G_WHY] = {"undefined_because", "Undefined because", CSI_COLUMN_TEXT, 2, 0, 0},
};

static void add_growing(csi_table *table, const csi_countries *countries, const csi_sensitivity_result *result,
                        size_t output)
{
    const bool is_whole = output + 1 == result->n_outputs;
    const csi_country *country = is_whole ? NULL : &countries->country[output / 2];
    for (size_t p = 0; p < result->n_parts; p++) {
        csi_table_part(table);
        for (size_t i = 0; i < result->n_sizes; i++) {
            const size_t at = (output * CSI_GROWING_SIZES + i) * result->n_parts + p;
            csi_table_text(table, is_whole ? NULL : country->iso3);
            csi_table_text(table, is_whole ? NULL : country->name);
            csi_table_text(table, is_whole ? "mean rank shift" : output % 2 == 0 ? "score" : "rank");
            csi_table_text(table, result->part[p].name);
            csi_table_count(table, (int64_t)result->size[i]);
            csi_table_number(table, result->growing_first[at]);
            csi_table_number(table, result->growing_total[at]);
            csi_table_text(table, csi_sensitivity_state_name(result->state[output]));
        }
    }
}

/* The country asked for (CSI_NONE: none) and the index as a whole; without one, programs get every country. */
static csi_status show(const csi_call *call, const csi_run *run, const csi_sensitivity_result *result, size_t wanted)
{
    const csi_countries *countries = &run->raw->countries;
    const bool is_for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0, is_growing = csi_call_has(call, CSI_OPT_GROWING);
    void (*const add)(csi_table *, const csi_countries *, const csi_sensitivity_result *, size_t) =
        is_growing ? add_growing : add_output;
    csi_table *table = NULL;
    csi_status status;
    CSI_TRY(csi_table_new(is_growing ? growing : columns, is_growing ? N_GROWING : N_COLUMNS, call->diag, &table));
    for (size_t c = 0; c < countries->n; c++) {
        if (c == wanted || (wanted == CSI_NONE && !is_for_people)) {
            add(table, countries, result, 2 * c);
            add(table, countries, result, 2 * c + 1);
        }
    }
    add(table, countries, result, result->n_outputs - 1);
    if (is_growing) {
        CSI_TRY(csi_table_show(table, call, "Shares of the variance from ever more samples",
                               "Estimates from the first samples of the design alone. Where the last two differ by more than "
                               "you can accept, ask for more with --samples."));
        goto out;
    }
    CSI_TRY(csi_table_show(table, call, "Shares of the variance over the ensemble",
                           "First: explained by the factor alone. Total: with its interactions. Between 5 % and 95 %: "
                           "their bootstrap intervals. data and method: the factors of either kind together. dummy: a "
                           "factor that nothing depends on, so that the noise of the estimate shows."));
out:
    csi_table_free(table);
    return status;
}

static csi_status read_options(const csi_call *call, const csi_run *run, csi_sensitivity_options *options)
{
    int64_t rows = 1024, bootstrap = 200, year = run->project->last_year;
    const size_t latest = csi_run_latest_year(run);
    csi_status status;
    year = latest == CSI_NONE ? year : run->project->first_year + (int64_t)latest;
    CSI_TRY(csi_call_integer(call, CSI_OPT_SAMPLES, 16, 1 << 20, &rows));
    CSI_TRY(csi_call_integer(call, CSI_OPT_BOOTSTRAP, 0, 100000, &bootstrap));
    CSI_TRY(csi_call_integer(call, CSI_OPT_YEAR, run->project->first_year, run->project->last_year, &year));
    const csi_panel *scores = run->result->scores;
    options->n_rows = (size_t)rows;
    options->n_bootstrap = (size_t)bootstrap;
    options->year = (size_t)(year - run->project->first_year);
    options->estimator = (csi_estimator)csi_call_choice(call, CSI_OPT_ESTIMATOR);
    options->is_random = csi_call_choice(call, CSI_OPT_DESIGN) == 1;
    options->n_threads = run->project->n_threads;
    options->rank = run->rank + csi_panel_at(scores, scores->n_series - 1, options->year, 0);
out:
    return status;
}

static void begin_estimating(_Atomic uint64_t *done, uint64_t n_outputs)
{
    csi_progress_stage("estimating the indices", done, n_outputs);
}

static csi_status run(csi_call *call)
{
    static _Atomic uint64_t done;
    csi_view view = {.run = NULL};
    csi_uncertainty *uncertainty = NULL;
    csi_sensitivity_result *result = NULL;
    csi_sensitivity_options options = {.done = &done, .estimating = begin_estimating};
    size_t wanted = CSI_NONE;
    csi_status status;
    CSI_TRY(csi_view_compute(call, &view));
    if (call->n_arguments > 0) {
        CSI_TRY(csi_view_country(call, &view.run->raw->countries, call->argument[0], &wanted));
    }
    CSI_TRY(read_options(call, view.run, &options));
    CSI_TRY(csi_uncertainty_new(view.run, call->diag, &uncertainty));
    atomic_store(&done, 0);
    csi_progress_stage("drawing the design", &done, csi_sensitivity_runs(uncertainty->spec, &options));
    CSI_TRY(csi_ensemble_sensitivity(uncertainty->ensemble, &options, call->diag, &result));
    csi_progress_end();
    CSI_TRY(show(call, view.run, result, wanted));
out:
    csi_sensitivity_result_free(result);
    csi_uncertainty_free(uncertainty);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_PROJECT, CSI_OPT_YEAR,   CSI_OPT_SAMPLES, CSI_OPT_ESTIMATOR, CSI_OPT_DESIGN,
                                  CSI_OPT_BOOTSTRAP, CSI_OPT_GROWING, CSI_OPT_FORMAT, CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH,
                                  CSI_OPT_OUTPUT_FILE, CSI_OPT_THREADS, CSI_OPT_SEED, CSI_OPT_END};

const csi_command csi_command_sensitivity = {
    .name = "sensitivity",
    .arguments = "[COUNTRY]",
    .max_arguments = 1,
    .summary = "tell which doubtful choice matters most",
    .text = "Computes first-order and total Sobol indices of every factor of the ensemble (weights, goalposts, methods, "
            "the sources' errors) for the score and the rank of a country, and for how far the ranks move on the whole, "
            "in one year. Where a score never varies the indices are undefined, and the reason is given.\n\n"
            "Without COUNTRY the table shows the index as a whole; CSV and JSON hold every country.",
    .examples = "csindex sensitivity FRA\n"
                "csindex sensitivity --growing\n"
                "csindex sensitivity --samples 4096 --estimator azzini -f csv -o sensitivity.csv\n",
    .options = options,
    .run = run,
};
