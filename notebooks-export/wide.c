/* The wide layout, which statistics packages and spreadsheets want: one row a country and year. */
#include <math.h>

#include "notebooks-export/export.h"

static const struct {
    csi_wide_kind kind;
    const char *suffix, *label;
    bool is_quantile;
    bool is_of_top_only;
} kinds[] = {
    {CSI_WIDE_SCORE, "", "score", false, false},
    {CSI_WIDE_SCORE_Q05, "_q05", "score, 5 % quantile of the ensemble", true, true},
    {CSI_WIDE_SCORE_Q50, "_q50", "score, median of the ensemble", true, true},
    {CSI_WIDE_SCORE_Q95, "_q95", "score, 95 % quantile of the ensemble", true, true},
    {CSI_WIDE_RANK, "_rank", "rank, 1 is best", false, true},
    {CSI_WIDE_RANK_Q05, "_rank_q05", "rank, 5 % quantile of the ensemble", true, true},
    {CSI_WIDE_RANK_Q50, "_rank_q50", "rank, median of the ensemble", true, true},
    {CSI_WIDE_RANK_Q95, "_rank_q95", "rank, 95 % quantile of the ensemble", true, true},
    {CSI_WIDE_N_RANKED, "_n_ranked", "how many countries are ranked", false, true},
    {CSI_WIDE_COVERAGE, "_coverage", "share of the indicators' weight present", false, true},
    {CSI_WIDE_IMPUTED, "_imputed_share", "share of the present weight imputed", false, true},
    {CSI_WIDE_STATUS, "_status", "0 missing, 1 provisional, 2 final", false, true},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static bool fill_column(const csi_release *release, size_t node, size_t kind, csi_wide_column *column)
{
    const char *const code = csi_names_at(release->results->nodes, node);
    const char *const name = release->results->node_name[node];
    column->name = csi_arena_format(release->arena, "%s%s", code, kinds[kind].suffix);
    column->label = kinds[kind].kind == CSI_WIDE_SCORE ? csi_arena_format(release->arena, "%s", name)
                                                       : csi_arena_format(release->arena, "%s: %s", name, kinds[kind].label);
    column->node = node;
    column->kind = kinds[kind].kind;
    return column->name != NULL && column->label != NULL;
}

const csi_wide_column *csi_wide_columns(const csi_release *release, size_t *n)
{
    const size_t n_nodes = csi_names_count(release->results->nodes);
    csi_wide_column *column = csi_arena_alloc(release->arena, n_nodes + N_KINDS, sizeof *column);
    *n = 0;
    for (size_t node = 0; column != NULL && node < n_nodes; node++) {
        for (size_t kind = 0; column != NULL && kind < N_KINDS; kind++) {
            if ((node == 0 || !kinds[kind].is_of_top_only) && (release->has_intervals || !kinds[kind].is_quantile)) {
                column = fill_column(release, node, kind, &column[*n]) ? column : NULL;
                (*n)++;
            }
        }
    }
    return column;
}

static double count_or_blank(int count)
{
    return count == 0 ? (double)NAN : count;
}

double csi_wide_value(const csi_release *release, const csi_wide_column *column, size_t year, size_t country)
{
    const csi_score_row *const row = csi_results_at(release->results, column->node, year, country);
    switch (column->kind) {
    case CSI_WIDE_SCORE:
        return row->score;
    case CSI_WIDE_SCORE_Q05:
        return row->score_q05;
    case CSI_WIDE_SCORE_Q50:
        return row->score_q50;
    case CSI_WIDE_SCORE_Q95:
        return row->score_q95;
    case CSI_WIDE_RANK:
        return count_or_blank(row->rank);
    case CSI_WIDE_RANK_Q05:
        return row->rank_q05;
    case CSI_WIDE_RANK_Q50:
        return row->rank_q50;
    case CSI_WIDE_RANK_Q95:
        return row->rank_q95;
    case CSI_WIDE_N_RANKED:
        return count_or_blank(row->n_ranked);
    case CSI_WIDE_COVERAGE:
        return row->coverage;
    case CSI_WIDE_IMPUTED:
        return row->imputed_share;
    case CSI_WIDE_STATUS:
        return (double)row->status;
    }
    return NAN;
}
