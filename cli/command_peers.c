/* csindex peers COUNTRY --by COVARIATES: the countries nearest in what they are, and how the country does among them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "cli/view.h"
#include "core/logarithm.h"
#include "index/covariates.h"
#include "index/output.h"
#include "metrics/peers.h"

#define USUAL_TOP 10
#define MAX_COVARIATES 32
#define LOGARITHM "log:"

static const csi_column columns[] = {
    {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    {"distance", "Distance", CSI_COLUMN_NUMBER, 0, 0, 0},
    {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    {"score", "Score", CSI_COLUMN_NUMBER, 0, 0, 0},
    {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    {"difference", "Difference", CSI_COLUMN_NUMBER, 0, 0, 0},
    {"distance_to_frontier", "To the best", CSI_COLUMN_NUMBER, 1, 0, 0},
};

typedef struct neighbourhood {
    const csi_call *call;
    const csi_view *view;
    csi_arena *arena;
    size_t node, year, country;
    size_t n_covariates;
    const double *covariate[MAX_COVARIATES];
} neighbourhood;

/* One covariate: a column of the table, or its logarithm. What the index is made of is no covariate of it. */
static csi_status read_one(neighbourhood *h, const csi_covariates *table, const char *text)
{
    const size_t n = h->view->run->raw->countries.n;
    const bool is_log = strncmp(text, LOGARITHM, strlen(LOGARITHM)) == 0;
    const char *heading = is_log ? text + strlen(LOGARITHM) : text;
    double *value = csi_arena_alloc(h->arena, n + 1, sizeof *value);
    csi_status status;
    if (value == NULL) {
        return csi_diag_no_memory(h->call->diag, "finding peers");
    }
    if (csi_framework_find(h->view->project->framework, heading) != CSI_NONE) {
        return csi_diag_error(h->call->diag, CSI_ERR_USAGE, NULL,
                              "--by: \"%s\" is part of the index; peers are found by what countries are, not by how they score",
                              heading);
    }
    CSI_TRY(csi_covariates_numbers(table, heading, NULL, h->call->diag, value));
    for (size_t c = 0; is_log && c < n; c++) {
        value[c] = value[c] > 0 ? csi_log(value[c]) : (double)NAN;
    }
    h->covariate[h->n_covariates++] = value;
out:
    return status;
}

static csi_status read_all(neighbourhood *h)
{
    const char *path = csi_call_text(h->call, CSI_OPT_COVARIATES), *by = csi_call_text(h->call, CSI_OPT_BY);
    const csi_project *project = h->view->project;
    csi_covariates *table = NULL;
    csi_status status = CSI_OK;
    path = path != NULL ? path : project->covariates_path;
    if (path == NULL || by == NULL) {
        return csi_diag_error(h->call->diag, CSI_ERR_USAGE, NULL,
                              by == NULL ? "peers needs --by: the covariates that make countries alike"
                                         : "peers needs --covariates FILE: the project has no table of covariates");
    }
    CSI_TRY(csi_covariates_read(h->arena, path, path, &h->view->run->raw->countries, h->call->diag, &table));
    for (size_t n = strcspn(by, ","); status == CSI_OK; by += n + 1, n = strcspn(by, ",")) {
        const char *text = csi_arena_copy(h->arena, by, n);
        if (text == NULL || h->n_covariates == MAX_COVARIATES) {
            return csi_diag_error(h->call->diag, CSI_ERR_USAGE, NULL, "--by: more than %d covariates", MAX_COVARIATES);
        }
        CSI_TRY(read_one(h, table, text));
        if (by[n] == '\0') {
            break;
        }
    }
out:
    return status;
}

static void add_row(csi_table *table, const neighbourhood *h, size_t country, double distance)
{
    const csi_run *run = h->view->run;
    const csi_panel *scores = run->result->scores;
    const double *score = csi_panel_column(scores, h->node, h->year);
    const size_t best = csi_run_frontier(run, h->node, h->year);
    csi_table_text(table, run->raw->countries.country[country].iso3);
    csi_table_text(table, run->raw->countries.country[country].name);
    csi_table_number(table, distance);
    csi_table_count(table, scores->first_year + (int)h->year);
    csi_table_text(table, run->project->framework->node[h->node].code);
    csi_table_number(table, score[country]);
    csi_table_rank(table, run->rank[csi_panel_at(scores, h->node, h->year, country)]);
    csi_table_number(table, score[h->country] - score[country]);
    csi_table_number(table, best == CSI_NONE ? (double)NAN : score[best] - score[country]);
}

/* The nearest `top` that are scored. */
static csi_status show(const neighbourhood *h, size_t top)
{
    const csi_run *run = h->view->run;
    const csi_country *who = &run->raw->countries.country[h->country];
    csi_peer *peer = csi_arena_alloc(h->arena, run->raw->countries.n + 1, sizeof *peer);
    csi_table *table = NULL;
    size_t n = 0, n_shown = 0;
    char title[512];
    csi_status status = CSI_OK;
    if (peer == NULL || csi_peers_find(h->covariate, h->n_covariates, run->raw->countries.n, h->country, peer, &n) != CSI_OK) {
        return csi_diag_no_memory(h->call->diag, "finding peers");
    }
    if (n == 0) {
        return csi_diag_error(h->call->diag, CSI_ERR_DATA, NULL, "%s has no peers: a covariate is not known", who->iso3);
    }
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, h->call->diag, &table));
    csi_table_emphasise(table);
    add_row(table, h, h->country, 0);
    for (size_t i = 0; i < n && n_shown < top; i++) {
        if (!isnan(csi_panel_get(run->result->scores, h->node, h->year, peer[i].country))) {
            add_row(table, h, peer[i].country, peer[i].distance);
            n_shown++;
        }
    }
    snprintf(title, sizeof title, "%s (%s), %s, %d: the nearest by %s", who->name, who->iso3,
             run->project->framework->node[h->node].name, run->result->scores->first_year + (int)h->year,
             csi_call_text(h->call, CSI_OPT_BY));
    CSI_TRY(csi_table_show(table, h->call, title, "Distance: in standard deviations of the covariates. Difference: by how "
                                                  "much the country scores higher than the peer."));
out:
    csi_table_free(table);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_view view = {0};
    neighbourhood h = {.call = call, .view = &view, .arena = csi_arena_new()};
    int64_t top = USUAL_TOP;
    csi_status status = CSI_OK;
    if (h.arena == NULL) {
        return csi_diag_no_memory(call->diag, "finding peers");
    }
    CSI_TRY(csi_call_integer(call, CSI_OPT_TOP, 1, 100000, &top));
    CSI_TRY(csi_view_compute(call, &view));
    CSI_TRY(csi_view_country(call, &view.run->raw->countries, call->argument[0], &h.country));
    CSI_TRY(csi_view_framework_node(call, view.project->framework, &h.node));
    CSI_TRY(csi_view_year(call, view.results, &h.year));
    CSI_TRY(read_all(&h));
    CSI_TRY(show(&h, (size_t)top));
out:
    csi_arena_free(h.arena);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_BY,     CSI_OPT_COVARIATES, CSI_OPT_YEAR, CSI_OPT_NODE,  CSI_OPT_TOP,
                                  CSI_OPT_PROJECT, CSI_OPT_FORMAT,    CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH,
                                  CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_peers = {
    .name = "peers",
    .arguments = "COUNTRY",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "show the countries most like one, and how it does among them",
    .text = "Finds the countries nearest to one by covariates such as population and income, each standardised, and shows "
            "their scores beside its own, and how far each is from the best score of the year. The covariates are columns "
            "of the table that `covariates` in index.yaml names, or of --covariates FILE: one row a country, keyed by iso3. "
            "Peers are found by what countries are, never by how they score.",
    .examples = "csindex peers EST --by log:population,log:gdp_per_capita --covariates covariates.csv\n"
                "csindex peers KEN --by area --year 2020 --node p7 --format csv --project my-index\n",
    .options = options,
    .run = run,
};
