/* csindex trend COUNTRY: one country through the years. */
#include <math.h>
#include <stdlib.h>

#include "cli/draw.h"
#include "cli/table.h"
#include "cli/view.h"

enum { YEAR, ISO3, COUNTRY, CODE, SCORE, BAR, RANK, RANK_INTERVAL, N_RANKED, COVERAGE, IMPUTED, SCORE_Q05, SCORE_Q50,
       SCORE_Q95, RANK_Q05, RANK_Q50, RANK_Q95, STATUS, N_COLUMNS };

static const csi_column usual[N_COLUMNS] = {
    [YEAR] = {"year", "Year", CSI_COLUMN_COUNT, 0, 0, 0},
    [ISO3] = {"iso3", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [SCORE] = {"score", "Score", CSI_COLUMN_NUMBER, 0, 0, 0},
    [BAR] = {NULL, "", CSI_COLUMN_BAR, 1, 0, 0},
    [RANK] = {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    [RANK_INTERVAL] = {NULL, NULL, CSI_COLUMN_DRAWN, 0, 0, 0},
    [N_RANKED] = {"n_ranked", "of", CSI_COLUMN_COUNT, 5, 0, 0},
    [COVERAGE] = {"coverage", "Coverage", CSI_COLUMN_SHARE, 2, 0, 0},
    [IMPUTED] = {"imputed_share", "Imputed", CSI_COLUMN_SHARE, 3, 0, 0},
    [SCORE_Q05] = {"score_q05", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SCORE_Q50] = {"score_q50", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SCORE_Q95] = {"score_q95", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q05] = {"rank_q05", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q50] = {"rank_q50", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q95] = {"rank_q95", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [STATUS] = {"status", "Status", CSI_COLUMN_TEXT, 4, 0, 0},
};

static void add_row(csi_table *table, const csi_results *results, size_t node, size_t year, size_t c)
{
    const csi_score_row *row = csi_results_at(results, node, year, c);
    csi_table_count(table, results->first_year + (int)year);
    csi_table_text(table, results->countries.country[c].iso3);
    csi_table_text(table, results->countries.country[c].name);
    csi_table_text(table, csi_names_at(results->nodes, node));
    csi_table_number(table, row->score);
    csi_table_bar(table, row->score_q05, row->score, row->score_q95);
    csi_table_rank(table, row->rank);
    csi_table_interval(table, row->rank_q05, row->rank_q95);
    csi_table_rank(table, row->n_ranked);
    csi_table_number(table, row->coverage);
    csi_table_number(table, row->imputed_share);
    csi_table_number(table, row->score_q05);
    csi_table_number(table, row->score_q50);
    csi_table_number(table, row->score_q95);
    csi_table_number(table, row->rank_q05);
    csi_table_number(table, row->rank_q50);
    csi_table_number(table, row->rank_q95);
    csi_table_text(table, csi_score_status_name(row->status));
}

static csi_status show_years(const csi_call *call, const csi_results *results, size_t node, size_t c)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    csi_column column[N_COLUMNS];
    char title[512];
    bool has_intervals = false;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        column[i] = usual[i];
    }
    for (size_t year = 0; year < results->n_years; year++) {
        has_intervals = has_intervals || !isnan(csi_results_at(results, node, year, c)->rank_q05);
    }
    column[RANK_INTERVAL].heading = has_intervals ? "90 %" : NULL;
    column[BAR].heading = has_intervals ? "90 % interval" : "";
    const csi_scale scale = csi_results_scale(results);
    column[BAR].low = scale.low;
    column[BAR].high = scale.high;
    CSI_TRY(csi_table_new(column, N_COLUMNS, call->diag, &table));
    for (size_t year = 0; year < results->n_years; year++) {
        add_row(table, results, node, year, c);
    }
    const char *variant = results->variant;
    snprintf(title, sizeof title, "%s (%s): %s%s%s%s", results->countries.country[c].name,
             results->countries.country[c].iso3, results->node_name[node], variant == NULL ? "" : " (",
             variant == NULL ? "" : variant, variant == NULL ? "" : ")");
    CSI_TRY(csi_table_show(table, call, title, has_intervals ? NULL : csi_view_without_intervals(results)));
out:
    csi_table_free(table);
    return status;
}

static csi_status add_spark(const csi_call *call, csi_table *table, const csi_results *results, size_t node, size_t c)
{
    double *score = calloc(results->n_years + 1, sizeof *score);
    size_t first = CSI_NONE, last = CSI_NONE;
    if (score == NULL) {
        return csi_diag_no_memory(call->diag, "drawing");
    }
    for (size_t year = 0; year < results->n_years; year++) {
        score[year] = csi_results_at(results, node, year, c)->score;
        if (!isnan(score[year])) {
            first = first == CSI_NONE ? year : first;
            last = year;
        }
    }
    char *drawn = csi_draw_sparkline(&call->screen, score, results->n_years);
    csi_table_text(table, csi_names_at(results->nodes, node));
    csi_table_text(table, results->node_name[node]);
    csi_table_number(table, first != CSI_NONE ? score[first] : NAN);
    csi_table_text(table, drawn);
    csi_table_number(table, last != CSI_NONE ? score[last] : NAN);
    csi_table_number(table, last != CSI_NONE ? score[last] - score[first] : NAN);
    const csi_status status = drawn != NULL ? CSI_OK : csi_diag_no_memory(call->diag, "drawing");
    free(drawn);
    free(score);
    return status;
}

/* For people only: what lies below the index, a line each. */
static csi_status show_sparks(const csi_call *call, const csi_results *results, size_t c)
{
    static const csi_column column[] = {{NULL, "Code", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {NULL, "Name", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {NULL, "First", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {NULL, "Own range", CSI_COLUMN_DRAWN, 0, 0, 0},
                                        {NULL, "Last", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {NULL, "Change", CSI_COLUMN_NUMBER, 1, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    CSI_TRY(csi_table_new(column, sizeof column / sizeof *column, call->diag, &table));
    for (size_t node = 0; node < csi_names_count(results->nodes); node++) {
        CSI_TRY(add_spark(call, table, results, node, c));
    }
    fputc('\n', call->out);
    CSI_TRY(csi_table_show(table, call, NULL, "Each line runs from its own lowest to its own highest score. A change is "
                                              "a difference of scores, not evidence that anything changed."));
out:
    csi_table_free(table);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_view view = {0};
    size_t node = 0, country = 0;
    CSI_TRY(csi_view_open(call, &view));
    CSI_TRY(csi_view_node(call, view.results, &node));
    CSI_TRY(csi_view_country(call, &view.results->countries, call->argument[0], &country));
    CSI_TRY(show_years(call, view.results, node, country));
    if (csi_call_choice(call, CSI_OPT_FORMAT) == 0 && node == 0) {
        CSI_TRY(show_sparks(call, view.results, country));
    }
out:
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_NODE, CSI_OPT_VARIANT, CSI_OPTS_VIEW, CSI_OPT_END};

const csi_command csi_command_trend = {
    .name = "trend",
    .arguments = "COUNTRY",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "show one country through the years",
    .text = "Shows a country's score and rank in every year, and for people a line for each part of the index. The "
            "country is named by its ISO code or by any usual name.",
    .examples = "csindex trend KEN\n"
                "csindex trend World --variant regions\n"
                "csindex trend \"Korea, Rep.\" --node p6\n",
    .options = options,
    .run = run,
};
