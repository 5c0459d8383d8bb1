/* See sets.h. For people, an empty line parts the groups that the data tell apart, or all doubt where data were not drawn. */
#include "cli/sets.h"

#include <math.h>
#include <stdlib.h>

#include "cli/table.h"
#include "index/rank_set_rows.h"

static const csi_column columns[] = {
    {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    {"score", "Score", CSI_COLUMN_NUMBER, 0, 0, 0},
    {NULL, "By data", CSI_COLUMN_DRAWN, 0, 0, 0},
    {"data_group", "Group", CSI_COLUMN_COUNT, 0, 0, 0},
    {NULL, "By all doubt", CSI_COLUMN_DRAWN, 0, 0, 0},
    {"group", "Group", CSI_COLUMN_COUNT, 0, 0, 0},
    {"data_set_low", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    {"data_set_high", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    {"set_low", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    {"set_high", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
};

static void add_row(csi_table *table, const csi_results *results, size_t node, size_t year, size_t country,
                    const csi_rank_set *set)
{
    const csi_score_row *row = csi_results_at(results, node, year, country);
    csi_table_count(table, row->rank);
    csi_table_text(table, results->countries.country[country].iso3);
    csi_table_text(table, results->countries.country[country].name);
    csi_table_count(table, results->first_year + (int)year);
    csi_table_text(table, csi_names_at(results->nodes, node));
    csi_table_number(table, row->score);
    csi_table_interval(table, set->data_low > 0 ? set->data_low : (double)NAN, set->data_high);
    csi_table_rank(table, set->data_group);
    csi_table_interval(table, set->low, set->high);
    csi_table_rank(table, set->group);
    csi_table_rank(table, set->data_low);
    csi_table_rank(table, set->data_high);
    csi_table_rank(table, set->low);
    csi_table_rank(table, set->high);
}

csi_status csi_sets_show(const csi_call *call, const csi_results *results, size_t node, size_t year,
                         const size_t *country, size_t n, const char *title)
{
    static const char notes[] = "The ranks that a country can have, with 90 % confidence for all countries at once. By data: "
                                "errors of figures; by all doubt: choices of method too. A group cannot be told apart from "
                                "its first country.";
    csi_rank_set *set = calloc(results->countries.n + 1, sizeof *set);
    csi_table *table = NULL;
    csi_status status;
    if (set == NULL) {
        return csi_diag_no_memory(call->diag, "showing the sets of ranks");
    }
    CSI_TRY(csi_rank_set_rows_read(results, node, year, call->diag, set));
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    int group = 0;
    for (size_t i = 0; i < n; i++) {
        const csi_rank_set *own = &set[country[i]];
        const int its = own->data_group > 0 ? own->data_group : own->group;
        if (i > 0 && its != group) {
            csi_table_part(table);
        }
        group = its;
        add_row(table, results, node, year, country[i], own);
    }
    CSI_TRY(csi_table_show(table, call, title, notes));
out:
    csi_table_free(table);
    free(set);
    return status;
}
