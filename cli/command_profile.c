/* csindex profile COUNTRY: the indicators in which a country stands highest and lowest among all. */
#include <math.h>
#include <stdlib.h>

#include "cli/table.h"
#include "cli/view.h"
#include "metrics/coherence.h"

#define USUAL_LENGTH 5
#define MOST_LENGTH 100
#define LEAST_DISTINCT 5 /* of a yes or no nobody is a strength */

enum { KIND, RANK, N_RANKED, CODE, NAME, PARENT, VALUE, UNIT, NORMALISED, STATE, ISO3, YEAR, N_COLUMNS };
static const csi_column columns[N_COLUMNS] = {
    [KIND] = {"kind", "", CSI_COLUMN_TEXT, 0, 0, 0},
    [RANK] = {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    [N_RANKED] = {"n_ranked", "of", CSI_COLUMN_COUNT, 0, 0, 0},
    [CODE] = {"code", "Code", CSI_COLUMN_TEXT, 1, 0, 0},
    [NAME] = {"name", "Indicator", CSI_COLUMN_TEXT, 0, 0, 0},
    [PARENT] = {"parent", "Part of", CSI_COLUMN_TEXT, 2, 0, 0},
    [VALUE] = {"value", "Value", CSI_COLUMN_NUMBER, 0, 0, 0},
    [UNIT] = {"unit", "Unit", CSI_COLUMN_TEXT, 3, 0, 0},
    [NORMALISED] = {"normalised", "Normalised", CSI_COLUMN_NUMBER, 0, 0, 0},
    [STATE] = {"state", "State", CSI_COLUMN_TEXT, 0, 0, 0},
    [ISO3] = {"iso3", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [YEAR] = {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
};

typedef struct profile {
    const csi_run *run;
    size_t country, year, length;
} profile;

static void add_row(csi_table *table, const profile *p, const csi_standing *standing, bool is_weakest)
{
    const csi_result *result = p->run->result;
    const csi_node *node = &p->run->project->framework->node[standing->indicator];
    const size_t year = p->run->context.first_scored_year + p->year;
    csi_table_text(table, is_weakest ? "weakness" : "strength");
    csi_table_rank(table, standing->rank);
    csi_table_count(table, (int64_t)standing->n_ranked);
    csi_table_text(table, node->code);
    csi_table_text(table, node->name);
    csi_table_text(table, p->run->project->framework->node[node->parent].code);
    csi_table_number(table, csi_panel_get(result->imputed, standing->indicator, year, p->country));
    csi_table_text(table, node->unit);
    csi_table_number(table, csi_panel_get(result->scores, standing->indicator, p->year, p->country));
    csi_table_text(table, csi_cell_origin_name(
                              result->scores->state[csi_panel_at(result->scores, standing->indicator, p->year, p->country)]));
    csi_table_text(table, p->run->raw->countries.country[p->country].iso3);
    csi_table_count(table, p->run->project->first_year + (int)p->year);
}

static csi_status add_side(const csi_call *call, csi_table *table, const profile *p, bool is_weakest)
{
    csi_standing *standing = calloc(p->length + 1, sizeof *standing);
    size_t n = p->length;
    csi_status status = standing == NULL ? CSI_ERR_MEMORY : CSI_OK;
    if (status == CSI_OK) {
        status = csi_standings(p->run->result->scores, p->run->project->framework->n_indicators, p->year, p->country,
                               is_weakest, LEAST_DISTINCT, standing, &n);
    }
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        if (i == 0 && is_weakest) {
            csi_table_part(table);
        }
        add_row(table, p, &standing[i], is_weakest);
    }
    free(standing);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(call->diag, "the profile") : status;
}

static csi_status show(const csi_call *call, const profile *p)
{
    const size_t n = p->run->result->scores->n_countries, root = p->run->project->framework->n_nodes - 1;
    const int rank = p->run->rank[csi_panel_at(p->run->result->scores, root, p->year, p->country)];
    const double *score = csi_panel_column(p->run->result->scores, root, p->year);
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    int *tier = calloc(n + 1, sizeof *tier);
    char title[512];
    CSI_TRY(tier == NULL ? csi_diag_no_memory(call->diag, "the profile") : CSI_OK);
    CSI_TRY(csi_tiers(score, n, 5, tier));
    CSI_TRY(csi_table_new(columns, N_COLUMNS, call->diag, &table));
    CSI_TRY(add_side(call, table, p, false));
    CSI_TRY(add_side(call, table, p, true));
    if (rank > 0) {
        int n_tiers = 0;
        for (size_t c = 0; c < n; c++) {
            n_tiers = tier[c] > n_tiers ? tier[c] : n_tiers;
        }
        snprintf(title, sizeof title, "%s, %d: rank %d of the index, in tier %d of %d",
                 p->run->raw->countries.country[p->country].name, p->run->project->first_year + (int)p->year, rank,
                 tier[p->country], n_tiers);
    } else {
        snprintf(title, sizeof title, "%s, %d: not scored", p->run->raw->countries.country[p->country].name,
                 p->run->project->first_year + (int)p->year);
    }
    CSI_TRY(csi_table_show(table, call, title,
                           "By rank among all countries with a value, better first whatever the direction of the indicator; "
                           "indicators of fewer than five distinct values, and values that most countries share, are passed "
                           "over."));
out:
    csi_table_free(table);
    free(tier);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_view view = {0};
    profile p = {0};
    int64_t length = USUAL_LENGTH;
    csi_status status;
    CSI_TRY(csi_call_integer(call, CSI_OPT_LENGTH, 1, MOST_LENGTH, &length));
    CSI_TRY(csi_view_compute(call, &view));
    CSI_TRY(csi_view_year(call, view.results, &p.year));
    CSI_TRY(csi_view_country(call, &view.run->raw->countries, call->argument[0], &p.country));
    p.run = view.run;
    p.length = (size_t)length;
    CSI_TRY(show(call, &p));
out:
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR,  CSI_OPT_LENGTH, CSI_OPT_PROJECT,     CSI_OPT_FORMAT, CSI_OPT_DIGITS,
                                  CSI_OPT_ASCII, CSI_OPT_WIDTH,  CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_profile = {
    .name = "profile",
    .arguments = "COUNTRY",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "show the strengths and weaknesses of one country",
    .text = "Computes the project anew and lists the indicators in which the country ranks highest and lowest among all "
            "countries with a value, with the value itself, its normalised value and whether it was observed. Ranks run "
            "from better to worse whatever the direction of the indicator; equal values share the smaller rank.",
    .examples = "csindex profile EST\ncsindex profile \"Costa Rica\" --year 2020 --length 8 --format csv\n",
    .options = options,
    .run = run,
};
