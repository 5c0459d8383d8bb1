/* csindex convergence: whether countries draw together over the years. */
#include <math.h>
#include <stdlib.h>

#include "cli/table.h"
#include "cli/view.h"
#include "metrics/rank_sets.h"

enum { FROM, TO, CODE, N, SD_FROM, SD_TO, SIGMA_P, BETA, BETA_ERROR, BETA_P, HALF_LIFE, N_COLUMNS };
static const csi_column usual[N_COLUMNS] = {
    [FROM] = {"year_from", "From", CSI_COLUMN_COUNT, 0, 0, 0},
    [TO] = {"year_to", "To", CSI_COLUMN_COUNT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [N] = {"n", "Countries", CSI_COLUMN_COUNT, 0, 0, 0},
    [SD_FROM] = {"sd_from", "SD from", CSI_COLUMN_NUMBER, 0, 0, 0},
    [SD_TO] = {"sd_to", "SD to", CSI_COLUMN_NUMBER, 0, 0, 0},
    [SIGMA_P] = {"sigma_p", "p", CSI_COLUMN_NUMBER, 0, 0, 0},
    [BETA] = {"beta", "Beta", CSI_COLUMN_NUMBER, 0, 0, 0},
    [BETA_ERROR] = {"beta_error", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [BETA_P] = {"beta_p", "p", CSI_COLUMN_NUMBER, 1, 0, 0},
    [HALF_LIFE] = {"half_life", "Half-life", CSI_COLUMN_NUMBER, 2, 0, 0},
};

static void fill(const csi_results *results, size_t node, size_t year, double *score)
{
    for (size_t c = 0; c < results->countries.n; c++) {
        score[c] = csi_results_at(results, node, year, c)->score;
    }
}

/* The countries that are scored in every year: the same ones in all rows. */
static void keep_balanced(const csi_results *results, size_t node, double *score)
{
    for (size_t year = 0; year < results->n_years; year++) {
        for (size_t c = 0; c < results->countries.n; c++) {
            score[c] = isnan(csi_results_at(results, node, year, c)->score) ? NAN : score[c];
        }
    }
}

static void add_row(csi_table *table, const csi_results *results, size_t node, size_t from, size_t to, double *work)
{
    double *before = work, *after = work + results->countries.n;
    csi_convergence found;
    fill(results, node, from, before);
    fill(results, node, to, after);
    keep_balanced(results, node, before);
    csi_convergence_test(before, after, results->countries.n, (double)(to - from), &found);
    csi_table_count(table, results->first_year + (int)from);
    csi_table_count(table, results->first_year + (int)to);
    csi_table_text(table, csi_names_at(results->nodes, node));
    csi_table_count(table, (int64_t)found.n);
    csi_table_number(table, found.sd_before);
    csi_table_number(table, found.sd_after);
    csi_table_number(table, found.p);
    csi_table_number(table, found.beta);
    csi_table_number(table, found.beta_error);
    csi_table_number(table, found.beta_p);
    csi_table_number(table, found.half_life);
}

static csi_status show(const csi_call *call, const csi_results *results, size_t node)
{
    double *work = calloc(2 * results->countries.n + 1, sizeof *work);
    csi_table *table = NULL;
    csi_status status;
    if (work == NULL) {
        return csi_diag_no_memory(call->diag, "comparing the years");
    }
    CSI_TRY(csi_table_new(usual, N_COLUMNS, call->diag, &table));
    csi_table_usual_digits(table, 3);
    for (size_t year = 1; year < results->n_years; year++) {
        add_row(table, results, node, year - 1, year, work);
    }
    if (results->n_years > 2) {
        csi_table_emphasise(table);
        add_row(table, results, node, 0, results->n_years - 1, work);
    }
    CSI_TRY(csi_table_show(table, call, results->node_name[node],
                           "Countries scored in every year. SD: standard deviation of the scores; its p is of the "
                           "Pitman-Morgan test of equal spread. Beta: points gained per point that a country began with; "
                           "below zero those behind rise faster, which errors in the first year feign too, so read it only "
                           "beside the SD. Half-life in years."));
out:
    csi_table_free(table);
    free(work);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_view view = {0};
    size_t node = 0;
    csi_status status;
    CSI_TRY(csi_view_open(call, &view));
    CSI_TRY(csi_view_node(call, view.results, &node));
    CSI_TRY(show(call, view.results, node));
out:
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_NODE, CSI_OPTS_VIEW, CSI_OPT_END};

const csi_command csi_command_convergence = {
    .name = "convergence",
    .arguments = "",
    .min_arguments = 0,
    .max_arguments = 0,
    .summary = "show whether countries draw together over the years",
    .text = "Shows, year by year and from the first to the last, the spread of the scores of the countries that are scored "
            "in every year (sigma convergence, with the Pitman-Morgan test for paired variances) and whether those behind "
            "rose faster (beta, by least squares, with the half-life of the gap).",
    .examples = "csindex convergence\ncsindex convergence --node p7 --format csv\n",
    .options = options,
    .run = run,
};
