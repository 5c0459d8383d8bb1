/* csindex compare COUNTRY COUNTRY...: countries side by side, node by node. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/causes.h"
#include "cli/draw.h"
#include "cli/table.h"
#include "cli/view.h"

#define MAX_COUNTRIES CSI_DRAW_MARKS
#define BEFORE 3 /* code, name, year */
#define EACH 2   /* score and rank of a country */
#define AFTER 2  /* difference and drawing */
#define MAX_COLUMNS (BEFORE + EACH * MAX_COUNTRIES + AFTER)

typedef struct comparison {
    const csi_results *results;
    size_t year;
    size_t country[MAX_COUNTRIES];
    size_t n;
    csi_arena *arena; /* owns the headings */
    csi_column column[MAX_COLUMNS];
    size_t n_columns;
} comparison;

static csi_status find_countries(const csi_call *call, comparison *c)
{
    for (size_t i = 0; i < call->n_arguments; i++) {
        const csi_status status =
            csi_view_country(call, &c->results->countries, call->argument[i], &c->country[c->n]);
        if (status != CSI_OK) {
            return status;
        }
        for (size_t before = 0; before < c->n; before++) {
            if (c->country[before] == c->country[c->n]) {
                return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" is named twice", call->argument[i]);
            }
        }
        c->n++;
    }
    return CSI_OK;
}

static void add_column(comparison *c, const char *key, const char *heading, csi_column_kind kind, int spare)
{
    c->column[c->n_columns++] = (csi_column){key, heading, kind, spare, 0, 0};
}

static csi_status make_columns(const csi_call *call, comparison *c)
{
    add_column(c, "code", "Code", CSI_COLUMN_TEXT, 0);
    add_column(c, "name", "Name", CSI_COLUMN_TEXT, 0);
    add_column(c, "year", NULL, CSI_COLUMN_COUNT, 0);
    for (size_t i = 0; i < c->n; i++) {
        const char *iso3 = c->results->countries.country[c->country[i]].iso3;
        char *score = csi_arena_format(c->arena, "%s_score", iso3);
        char *rank = csi_arena_format(c->arena, "%s_rank", iso3);
        if (score == NULL || rank == NULL) {
            return csi_diag_no_memory(call->diag, "comparing");
        }
        add_column(c, score, iso3, CSI_COLUMN_NUMBER, 0);
        add_column(c, rank, "rank", CSI_COLUMN_COUNT, 3);
    }
    if (c->n == 2) {
        add_column(c, "difference", "Difference", CSI_COLUMN_NUMBER, 2);
    }
    add_column(c, NULL, "", CSI_COLUMN_BAR, 1);
    const csi_scale scale = csi_results_scale(c->results);
    c->column[c->n_columns - 1].low = scale.low;
    c->column[c->n_columns - 1].high = scale.high;
    return CSI_OK;
}

static void add_row(const comparison *c, csi_table *table, size_t node)
{
    const csi_score_row *row[MAX_COUNTRIES];
    double score[MAX_COUNTRIES];
    csi_table_text(table, csi_names_at(c->results->nodes, node));
    csi_table_text(table, c->results->node_name[node]);
    csi_table_count(table, c->results->first_year + (int)c->year);
    for (size_t i = 0; i < c->n; i++) {
        row[i] = csi_results_at(c->results, node, c->year, c->country[i]);
        score[i] = row[i]->score;
        csi_table_number(table, score[i]);
        csi_table_rank(table, row[i]->rank);
    }
    if (c->n == 2) {
        csi_table_number(table, score[0] - score[1]);
    }
    csi_table_marks(table, score, c->n);
}

static csi_status show(const csi_call *call, comparison *c)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    char title[1024];
    size_t at = 0;
    CSI_TRY(make_columns(call, c));
    CSI_TRY(csi_table_new(c->column, c->n_columns, call->diag, &table));
    for (size_t node = 0; node < csi_names_count(c->results->nodes); node++) {
        if (node == 0) {
            csi_table_emphasise(table);
        }
        add_row(c, table, node);
    }
    for (size_t i = 0; i < c->n; i++) {
        const int n = snprintf(title + at, sizeof title - at, "%s%s %s (%s)", i > 0 ? ", " : "",
                               csi_draw_mark(&call->screen, i), c->results->countries.country[c->country[i]].name,
                               c->results->countries.country[c->country[i]].iso3);
        at += n > 0 && (size_t)n < sizeof title - at ? (size_t)n : 0;
    }
    snprintf(title + at, sizeof title - at, ", %d", c->results->first_year + (int)c->year);
    CSI_TRY(csi_table_show(table, call, title, "* marks a place that several countries share."));
out:
    csi_table_free(table);
    return status;
}

/* Two countries: what makes the first one's score differ from the second one's. */
static csi_status show_why(const csi_call *call, const csi_view *view, const comparison *c)
{
    const csi_framework *framework = view->project->framework;
    const csi_country *who = view->run->raw->countries.country;
    char title[512];
    size_t node = 0;
    if (c->n != 2) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--why compares two countries, not %zu", c->n);
    }
    const csi_status status = csi_view_framework_node(call, framework, &node);
    if (status != CSI_OK) {
        return status;
    }
    snprintf(title, sizeof title, "%s, %d: from %s to %s", framework->node[node].name,
             c->results->first_year + (int)c->year, who[c->country[1]].name, who[c->country[0]].name);
    const csi_point a = {view->run->result, c->year, c->country[1]}, b = {view->run->result, c->year, c->country[0]};
    return csi_causes_show(call, view->run, node, &a, &b, title);
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_view view = {0};
    comparison c = {.arena = csi_arena_new()};
    if (c.arena == NULL) {
        return csi_diag_no_memory(call->diag, "comparing");
    }
    const bool asks_why = csi_call_has(call, CSI_OPT_WHY);
    if (asks_why && csi_call_has(call, CSI_OPT_VARIANT)) {
        CSI_TRY(csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--why explains the full series, not a --variant"));
    }
    CSI_TRY(asks_why ? csi_view_compute(call, &view) : csi_view_open(call, &view));
    c.results = view.results;
    CSI_TRY(csi_view_year(call, view.results, &c.year));
    CSI_TRY(find_countries(call, &c));
    CSI_TRY(asks_why ? show_why(call, &view, &c) : show(call, &c));
out:
    csi_arena_free(c.arena);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR, CSI_OPT_WHY, CSI_OPT_NODE, CSI_OPT_VARIANT, CSI_OPTS_VIEW, CSI_OPT_END};

const csi_command csi_command_compare = {
    .name = "compare",
    .arguments = "COUNTRY COUNTRY...",
    .min_arguments = 2,
    .max_arguments = MAX_COUNTRIES,
    .summary = "show two to eight countries side by side",
    .text = "Shows the scores and ranks of two to eight countries in one year, for the index and every part of it. "
            "With --why: what makes two countries differ, indicator by indicator, computed from the project; the effects "
            "add up to the difference.",
    .examples = "csindex compare CHE NLD USA\n"
                "csindex compare EST LVA --why\n"
                "csindex compare France Germany --year 2018 --format json\n",
    .options = options,
    .run = run,
};
