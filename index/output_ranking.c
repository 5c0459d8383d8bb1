/* ranking.csv: the latest year on one page, rounded for reading. Ranks come from full precision; a country that the
 * rounding makes look tied is not. Countries without a score stand at the end, not at the bottom. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/output.h"
#include "index/results.h"

static const csi_shape_field fixed_fields[] = {
    {.name = "rank", .type = "integer", .meaning = "Rank, 1 is best; blank where there is no score"},
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "country", .type = "string", .meaning = "Name of the country in English"},
    {.name = "year", .type = "integer", .meaning = "The latest year with scores", .is_required = true},
    {.name = "score", .type = "number", .meaning = "Score of the index, rounded: to two decimals on a scale of 100"},
    {.name = "score_q05", .type = "number", .meaning = "5 % quantile of the score over the ensemble"},
    {.name = "score_q95", .type = "number", .meaning = "95 % quantile of the score over the ensemble"},
    {.name = "rank_q05", .type = "number", .meaning = "5 % quantile of the rank over the ensemble"},
    {.name = "rank_q95", .type = "number", .meaning = "95 % quantile of the rank over the ensemble"},
    {.name = "rank_year_before", .type = "integer", .meaning = "Rank in the year before"},
    {.name = "coverage", .type = "number", .meaning = "Share of the indicators' weight that is present",
     .is_share = true},
    {.name = "imputed_share", .type = "number", .meaning = "Share of the present weight that is imputed",
     .is_share = true},
    {.name = "status", .type = "string", .is_required = true, .choices = "final|provisional|missing",
     .meaning = "provisional: an indicator has not been reported for that year by anybody yet"},
};
#define N_FIXED (sizeof fixed_fields / sizeof *fixed_fields)

static const csi_shape *describe(const csi_publication *publication)
{
    const csi_framework *framework = publication->run->project->framework;
    const csi_node *root = &framework->node[framework->n_nodes - 1];
    csi_shape_field *field = csi_arena_alloc(publication->arena, N_FIXED + root->n_children, sizeof *field);
    csi_shape *made = csi_arena_alloc(publication->arena, 1, sizeof *made);
    if (field == NULL || made == NULL) {
        return NULL;
    }
    memcpy(field, fixed_fields, sizeof fixed_fields);
    for (size_t q = 0; q < root->n_children; q++) {
        const csi_node *child = &framework->node[root->child[q]];
        field[N_FIXED + q] = (csi_shape_field){.name = child->code, .type = "number", .meaning = child->name};
    }
    *made = (csi_shape){
        .title = "Ranking of the latest year",
        .description = "The latest year with scores, best first, rounded for reading; full precision is in scores.csv.gz.",
        .field = field,
        .n_fields = N_FIXED + root->n_children,
        .key = "iso3",
    };
    return made;
}

/* Countries by rank, then code; those without a rank last. */
static void order_countries(const int *rank, size_t n, size_t *order)
{
    size_t at = 0;
    for (size_t wanted = 1; wanted <= n; wanted++) {
        for (size_t c = 0; c < n; c++) {
            if (rank[c] == (int)wanted) {
                order[at++] = c;
            }
        }
    }
    for (size_t c = 0; c < n; c++) {
        if (rank[c] == 0) {
            order[at++] = c;
        }
    }
}

static double quantile(const double *values, size_t cell)
{
    return values == NULL ? NAN : values[cell];
}

static void write_row(const csi_publication *publication, size_t year, size_t c, int decimals, csi_csv *csv)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const csi_node *root = &run->project->framework->node[scores->n_series - 1];
    const size_t cell = csi_panel_at(scores, scores->n_series - 1, year, c);
    const csi_intervals none = {0}, *intervals = publication->intervals == NULL ? &none : publication->intervals;
    csi_csv_count(csv, run->rank[cell]);
    csi_csv_text(csv, run->raw->countries.country[c].iso3);
    csi_csv_text(csv, run->raw->countries.country[c].name);
    csi_csv_integer(csv, scores->first_year + (int)year);
    csi_csv_fixed(csv, scores->value[cell], decimals + 1);
    csi_csv_fixed(csv, quantile(intervals->score_q05, cell), decimals + 1);
    csi_csv_fixed(csv, quantile(intervals->score_q95, cell), decimals + 1);
    csi_csv_number(csv, quantile(intervals->rank_q05, cell));
    csi_csv_number(csv, quantile(intervals->rank_q95, cell));
    csi_csv_count(csv, year == 0 ? 0 : run->rank[cell - scores->n_countries]);
    csi_csv_fixed(csv, run->result->coverage[cell], 3);
    csi_csv_fixed(csv, run->result->imputed_share[cell], 3);
    csi_csv_text(csv, csi_score_status_name(run->status[cell]));
    for (size_t q = 0; q < root->n_children; q++) {
        csi_csv_fixed(csv, csi_panel_get(scores, root->child[q], year, c), decimals);
    }
    csi_csv_end_row(csv);
}

static csi_status write_ranking(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const size_t latest = csi_run_latest_year(run), year = latest == CSI_NONE ? scores->n_years - 1 : latest;
    size_t *order = calloc(scores->n_countries + 1, sizeof *order);
    const csi_shape *ranking = describe(publication);
    const int decimals = csi_run_scale(run, publication->intervals).decimals;
    if (order == NULL || ranking == NULL) {
        free(order);
        return csi_diag_no_memory(diag, "writing the ranking");
    }
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(ranking, &csv);
    order_countries(run->rank + csi_panel_at(scores, scores->n_series - 1, year, 0), scores->n_countries, order);
    for (size_t i = 0; i < scores->n_countries; i++) {
        write_row(publication, year, order[i], decimals, &csv);
    }
    csi_csv_flush(&csv);
    free(order);
    return CSI_OK;
}

const csi_output csi_output_ranking = {
    .file = "ranking.csv", .compression = CSI_PLAIN, .describe = describe, .write = write_ranking};
