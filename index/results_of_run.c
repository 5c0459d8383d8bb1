/* The view of results on a run that has not been published: what reading its files back would give, number for number,
 * which a test holds it to. */
#include <math.h>
#include <string.h>

#include "index/output.h"
#include "index/results.h"

static csi_status copy_countries(const csi_countries *from, csi_results *results, csi_diag *diag)
{
    csi_country *country = csi_arena_alloc(results->arena, from->n, sizeof *country);
    if (country == NULL && from->n > 0) {
        return csi_diag_no_memory(diag, "viewing results");
    }
    for (size_t c = 0; c < from->n; c++) {
        country[c].iso3 = csi_arena_copy(results->arena, from->country[c].iso3, strlen(from->country[c].iso3));
        country[c].name = csi_arena_copy(results->arena, from->country[c].name, strlen(from->country[c].name));
        if (country[c].iso3 == NULL || country[c].name == NULL) {
            return csi_diag_no_memory(diag, "viewing results");
        }
    }
    results->countries = (csi_countries){.n = from->n, .country = country};
    return CSI_OK;
}

/* The aggregates in the order of the published files; `node` is filled with their indices in the framework. */
static csi_status copy_nodes(const csi_framework *framework, csi_results *results, csi_diag *diag, const size_t **node)
{
    const size_t *order = csi_framework_order(results->arena, framework);
    const size_t n = framework->n_nodes - framework->n_indicators;
    const char **name = csi_arena_alloc(results->arena, n, sizeof *name);
    int *level = csi_arena_alloc(results->arena, n, sizeof *level);
    size_t *kept = csi_arena_alloc(results->arena, n, sizeof *kept);
    results->nodes = csi_names_new(results->arena);
    if (order == NULL || name == NULL || level == NULL || kept == NULL || results->nodes == NULL) {
        return csi_diag_no_memory(diag, "viewing results");
    }
    for (size_t i = 0; i < framework->n_nodes; i++) {
        const csi_node *facts = &framework->node[order[i]];
        if (order[i] < framework->n_indicators) {
            continue;
        }
        size_t at;
        const csi_status status = csi_names_add(results->nodes, facts->code, strlen(facts->code), &at);
        if (status != CSI_OK) {
            return csi_diag_no_memory(diag, "viewing results");
        }
        const char *text = facts->name[0] == '\0' ? facts->code : facts->name;
        name[at] = csi_arena_copy(results->arena, text, strlen(text));
        level[at] = facts->level;
        kept[at] = order[i];
        if (name[at] == NULL) {
            return csi_diag_no_memory(diag, "viewing results");
        }
    }
    results->node_name = name;
    results->node_level = level;
    *node = kept;
    return CSI_OK;
}

static double at(const double *values, size_t cell)
{
    return values == NULL ? NAN : values[cell];
}

static csi_score_row row_of(const csi_run *run, const csi_intervals *intervals, size_t cell, size_t n_ranked)
{
    const csi_intervals none = {0}, *q = intervals == NULL ? &none : intervals;
    return (csi_score_row){
        .score = run->result->scores->value[cell],
        .coverage = run->result->coverage[cell],
        .imputed_share = run->result->imputed_share[cell],
        .rank = run->rank[cell],
        .n_ranked = (int)n_ranked,
        .status = (csi_score_status)run->status[cell],
        .score_q05 = at(q->score_q05, cell),
        .score_q50 = at(q->score_q50, cell),
        .score_q95 = at(q->score_q95, cell),
        .rank_q05 = at(q->rank_q05, cell),
        .rank_q50 = at(q->rank_q50, cell),
        .rank_q95 = at(q->rank_q95, cell),
    };
}

static csi_status fill_rows(const csi_run *run, const csi_intervals *intervals, const size_t *node, csi_results *results,
                            csi_diag *diag)
{
    const csi_panel *scores = run->result->scores;
    const size_t n_nodes = csi_names_count(results->nodes);
    results->first_year = scores->first_year;
    results->n_years = scores->n_years;
    results->row = csi_arena_alloc(results->arena, n_nodes * scores->n_years * scores->n_countries, sizeof *results->row);
    if (results->row == NULL && scores->n_countries > 0) {
        return csi_diag_no_memory(diag, "viewing results");
    }
    csi_score_row *row = results->row;
    for (size_t i = 0; i < n_nodes; i++) {
        for (size_t year = 0; year < scores->n_years; year++) {
            for (size_t c = 0; c < scores->n_countries; c++) {
                *row++ = row_of(run, intervals, csi_panel_at(scores, node[i], year, c),
                                run->n_ranked[node[i] * scores->n_years + year]);
            }
        }
    }
    return CSI_OK;
}

csi_status csi_results_of_run(const csi_run *run, const csi_intervals *intervals, csi_diag *diag, csi_results **out)
{
    const size_t *node = NULL;
    csi_status status;
    *out = NULL;
    csi_arena *arena = csi_arena_new();
    csi_results *results = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *results);
    if (results == NULL) {
        csi_arena_free(arena);
        return csi_diag_no_memory(diag, "viewing results");
    }
    results->arena = arena;
    CSI_TRY(copy_countries(&run->raw->countries, results, diag));
    CSI_TRY(copy_nodes(run->project->framework, results, diag, &node));
    CSI_TRY(fill_rows(run, intervals, node, results, diag));
    *out = results;
out:
    if (status != CSI_OK) {
        csi_results_free(results);
    }
    return status;
}
