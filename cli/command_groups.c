/* csindex groups: countries among those of their region, and in tiers. */
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "cli/view.h"
#include "metrics/coherence.h"

#define USUAL_TIERS 5
#define MOST_TIERS 20

enum { GROUP, GROUP_RANK, GROUP_SIZE, ISO3, COUNTRY, YEAR, CODE, SCORE, RANK, TIER, N_COLUMNS };
static const csi_column columns[N_COLUMNS] = {
    [GROUP] = {"group", "Group", CSI_COLUMN_TEXT, 0, 0, 0},
    [GROUP_RANK] = {"group_rank", "Rank there", CSI_COLUMN_COUNT, 0, 0, 0},
    [GROUP_SIZE] = {"group_ranked", "of", CSI_COLUMN_COUNT, 0, 0, 0},
    [ISO3] = {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    [YEAR] = {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [SCORE] = {"score", "Score", CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK] = {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    [TIER] = {"tier", "Tier", CSI_COLUMN_COUNT, 1, 0, 0},
};

/* The countries of one node and year, by group and by rank within it. */
typedef struct grouped {
    const csi_view *view;
    size_t node, year, grouping;
    double *score;
    int *rank, *tier;
    size_t *order; /* of those ranked in a group */
    size_t n;
} grouped;

static const csi_countries *countries_of(const grouped *g)
{
    return &g->view->run->raw->countries;
}

static const char *group_of(const grouped *g, size_t country)
{
    return countries_of(g)->country[country].group[g->grouping];
}

/* The grouping by name: the first one by default. */
static csi_status find_grouping(const csi_call *call, grouped *g)
{
    const csi_countries *countries = countries_of(g);
    const char *asked = csi_call_text(call, CSI_OPT_WITHIN);
    char names[512] = "";
    if (countries->n_groupings == 0) {
        return csi_diag_error(call->diag, CSI_ERR_DATA, NULL,
                              "this project groups its units in no way: a column of Type Group in the framework would");
    }
    g->grouping = asked == NULL ? 0 : csi_countries_grouping(countries, asked);
    for (size_t i = 0; i < countries->n_groupings; i++) {
        const size_t at = strlen(names);
        snprintf(names + at, sizeof names - at, "%s%s", i > 0 ? ", " : "", countries->grouping[i]);
    }
    return g->grouping == CSI_NONE ? csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "no grouping \"%s\"; there are %s", asked,
                                                    names)
                                   : CSI_OK;
}

static bool comes_before(const grouped *g, size_t a, size_t b)
{
    const int by_group = strcmp(group_of(g, a), group_of(g, b));
    return by_group != 0 ? by_group < 0 : g->rank[a] < g->rank[b];
}

/* Countries come in the order of their codes, and stay in it where group and rank are equal. */
static void sort(grouped *g)
{
    for (size_t c = 0; c < countries_of(g)->n; c++) {
        if (g->rank[c] > 0) {
            size_t at = g->n++;
            for (; at > 0 && comes_before(g, c, g->order[at - 1]); at--) {
                g->order[at] = g->order[at - 1];
            }
            g->order[at] = c;
        }
    }
}

static csi_status gather(const csi_call *call, grouped *g)
{
    const size_t n = countries_of(g)->n;
    int64_t n_tiers = USUAL_TIERS;
    g->score = calloc(n + 1, sizeof *g->score);
    g->rank = calloc(n + 1, sizeof *g->rank);
    g->tier = calloc(n + 1, sizeof *g->tier);
    g->order = calloc(n + 1, sizeof *g->order);
    csi_status status = g->score && g->rank && g->tier && g->order ? CSI_OK : csi_diag_no_memory(call->diag, "grouping");
    CSI_TRY(status);
    CSI_TRY(csi_call_integer(call, CSI_OPT_TIERS, 1, MOST_TIERS, &n_tiers));
    for (size_t c = 0; c < n; c++) {
        g->score[c] = csi_results_at(g->view->results, g->node, g->year, c)->score;
    }
    CSI_TRY(csi_rank_in_groups(countries_of(g), g->grouping, g->score, g->rank));
    CSI_TRY(csi_tiers(g->score, n, (size_t)n_tiers, g->tier));
    sort(g);
out:
    return status;
}

static size_t size_of_group(const grouped *g, size_t country)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++) {
        n += strcmp(group_of(g, g->order[i]), group_of(g, country)) == 0;
    }
    return n;
}

static void add_row(csi_table *table, const grouped *g, size_t c)
{
    const csi_results *results = g->view->results;
    csi_table_text(table, group_of(g, c));
    csi_table_rank(table, g->rank[c]);
    csi_table_count(table, (int64_t)size_of_group(g, c));
    csi_table_text(table, results->countries.country[c].iso3);
    csi_table_text(table, results->countries.country[c].name);
    csi_table_count(table, results->first_year + (int)g->year);
    csi_table_text(table, csi_names_at(results->nodes, g->node));
    csi_table_number(table, g->score[c]);
    csi_table_rank(table, csi_results_at(results, g->node, g->year, c)->rank);
    csi_table_count(table, g->tier[c]);
}

static csi_status show(const csi_call *call, const grouped *g)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    char title[512];
    CSI_TRY(csi_table_new(columns, N_COLUMNS, call->diag, &table));
    for (size_t i = 0; i < g->n; i++) {
        if (i > 0 && strcmp(group_of(g, g->order[i]), group_of(g, g->order[i - 1])) != 0) {
            csi_table_part(table);
        }
        add_row(table, g, g->order[i]);
    }
    snprintf(title, sizeof title, "%s, %d, by %s", g->view->results->node_name[g->node],
             g->view->results->first_year + (int)g->year, countries_of(g)->grouping[g->grouping]);
    CSI_TRY(csi_table_show(table, call, title,
                           "Tiers are natural breaks of the scores of all countries (Fisher 1958), 1 best; they say where "
                           "the gaps are and not that those in one tier are alike."));
out:
    csi_table_free(table);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_view view = {0};
    grouped g = {.view = &view};
    csi_status status;
    CSI_TRY(csi_view_compute(call, &view));
    CSI_TRY(csi_view_node(call, view.results, &g.node));
    CSI_TRY(csi_view_year(call, view.results, &g.year));
    CSI_TRY(find_grouping(call, &g));
    CSI_TRY(gather(call, &g));
    CSI_TRY(show(call, &g));
out:
    free(g.score);
    free(g.rank);
    free(g.tier);
    free(g.order);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR,   CSI_OPT_NODE,  CSI_OPT_WITHIN, CSI_OPT_TIERS,       CSI_OPT_PROJECT, CSI_OPT_FORMAT,
                                  CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH,  CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_groups = {
    .name = "groups",
    .arguments = "",
    .summary = "rank countries among those of their region or group, and in tiers",
    .text = "Computes the project anew and ranks each country among those of its own group, 1 best, equal scores sharing "
            "the smaller rank. Groups are regions and subregions where units are countries, and every column of Type "
            "Group in the project's framework (an income group, say). Tiers divide all countries where their scores lie "
            "furthest apart.",
    .examples = "csindex groups --within subregion --year 2022\n"
                "csindex groups --node p7 --tiers 4 --format csv\n",
    .options = options,
    .run = run,
};
