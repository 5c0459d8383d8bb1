/* rank_sets.csv.gz: which ranks each country can have, for all countries of a node and year at once, and the groups that
 * cannot be told apart (metrics/rank_sets.h, Klein, Wright and Wieczorek 2020).
 *
 * Two standard errors are taken. That of the data alone is what the method is made for: errors of figures. That of all
 * doubt also holds choices of method, which move countries together, so that those sets are wide on purpose; for two given
 * countries rank_pairs.csv.gz says more. Sidak's joint intervals hold for errors correlated in any way (Sidak 1967). */
#include <math.h>
#include <stdlib.h>

#include "index/output.h"
#include "metrics/ensemble_tally.h"
#include "metrics/rank_sets.h"

#define LEVEL 0.9
#define NORMAL_Q95 1.6448536269514722

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year that the score is about", .is_required = true},
    {.name = "code", .type = "string", .meaning = "Code of the index or of a part of it", .is_required = true},
    {.name = "score", .type = "number", .meaning = "Score, as in scores.csv.gz", .is_required = true},
    {.name = "rank", .type = "integer", .meaning = "Rank, as in scores.csv.gz", .is_required = true},
    {.name = "score_sd", .type = "number", .meaning = "Standard deviation of the score over the ensemble",
     .is_required = true},
    {.name = "set_low", .type = "integer", .is_required = true,
     .meaning = "Best rank that the country can have: if errors are normal with score_sd as standard error, the sets of all "
                "countries hold all true ranks at once with probability 0.9"},
    {.name = "set_high", .type = "integer", .meaning = "Worst rank that it can have", .is_required = true},
    {.name = "group", .type = "integer", .is_required = true,
     .meaning = "Countries of a group cannot be told apart from its best one by those sets; group 1 is best"},
    {.name = "score_data_se", .type = "number",
     .meaning = "Standard error of the score from the data alone: the width of its 90 % interval over 3.29; blank where the "
                "ensemble draws no data apart"},
    {.name = "data_set_low", .type = "integer", .meaning = "Best rank with score_data_se as standard error"},
    {.name = "data_set_high", .type = "integer", .meaning = "Worst rank with score_data_se as standard error"},
    {.name = "data_group", .type = "integer", .meaning = "Group by those sets"},
};

static const csi_shape shape = {
    .title = "Sets of ranks",
    .description = "Simultaneous 90 % confidence sets for the ranks of all countries, and groups of countries that "
                   "cannot be told apart.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|code",
    .link = &csi_link_codebook,
    .n_links = 1,
};

typedef struct sets {
    const csi_publication *publication;
    size_t node, year;
    const double *score;
    double *error[2]; /* all doubt, data alone */
    int *low[2], *high[2], *group[2];
    size_t *work;
    bool has_data;
} sets;

static void take_errors(const sets *s)
{
    const csi_intervals *intervals = s->publication->intervals;
    const csi_tallies *tally = intervals->tally;
    const csi_kind_intervals *data = &intervals->kind[0];
    const size_t k = s->node - s->publication->run->project->framework->n_indicators;
    for (size_t c = 0; c < tally->shape.n_countries; c++) {
        const size_t at = csi_tallies_at(tally, k, s->year, c);
        const double sd = csi_tallies_score_sd(tally, k, s->year, c);
        s->error[0][c] = isnan(sd) ? INFINITY : sd;
        s->error[1][c] = !s->has_data                  ? 0
                         : isnan(data->score_q05[at]) ? INFINITY
                                                       : (data->score_q95[at] - data->score_q05[at]) / (2 * NORMAL_Q95);
    }
}

static void write_column(const sets *s, csi_csv *csv)
{
    const csi_run *run = s->publication->run;
    const size_t n = run->result->scores->n_countries;
    const int *rank = run->rank + csi_panel_at(run->result->scores, s->node, s->year, 0);
    take_errors(s);
    for (size_t kind = 0; kind < 2; kind++) {
        csi_rank_sets(s->score, s->error[kind], n, LEVEL, s->low[kind], s->high[kind]);
        csi_rank_groups(s->score, s->error[kind], n, LEVEL, s->group[kind], s->work);
    }
    for (size_t c = 0; c < n; c++) {
        if (isnan(s->score[c])) {
            continue;
        }
        csi_csv_text(csv, run->raw->countries.country[c].iso3);
        csi_csv_integer(csv, run->result->scores->first_year + (int)s->year);
        csi_csv_text(csv, run->project->framework->node[s->node].code);
        csi_csv_number(csv, s->score[c]);
        csi_csv_integer(csv, rank[c]);
        csi_csv_number(csv, isinf(s->error[0][c]) ? (double)NAN : s->error[0][c]);
        csi_csv_integer(csv, s->low[0][c]);
        csi_csv_integer(csv, s->high[0][c]);
        csi_csv_integer(csv, s->group[0][c]);
        csi_csv_number(csv, !s->has_data || isinf(s->error[1][c]) ? (double)NAN : s->error[1][c]);
        csi_csv_count(csv, s->has_data ? s->low[1][c] : 0);
        csi_csv_count(csv, s->has_data ? s->high[1][c] : 0);
        csi_csv_count(csv, s->has_data ? s->group[1][c] : 0);
        csi_csv_end_row(csv);
    }
}

static csi_status write_sets(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_framework *framework = publication->run->project->framework;
    const csi_panel *scores = publication->run->result->scores;
    const size_t n = scores->n_countries;
    double *error = calloc(2 * n + 1, sizeof *error);
    int *whole = calloc(6 * n + 1, sizeof *whole);
    sets s = {.work = calloc(n + 1, sizeof *s.work), .publication = publication, .has_data = publication->intervals->kind[0].n_replicates > 0};
    csi_csv csv;
    csi_status status = CSI_OK;
    if (error == NULL || whole == NULL || s.work == NULL) {
        status = csi_diag_no_memory(diag, "writing the sets of ranks");
        goto out;
    }
    for (size_t kind = 0; kind < 2; kind++) {
        s.error[kind] = error + kind * n;
        s.low[kind] = whole + (3 * kind) * n;
        s.high[kind] = whole + (3 * kind + 1) * n;
        s.group[kind] = whole + (3 * kind + 2) * n;
    }
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (s.year = 0; s.year < scores->n_years; s.year++) {
        for (size_t i = 0; i < framework->n_nodes; i++) {
            s.node = publication->node[i];
            if (s.node >= framework->n_indicators) {
                s.score = csi_panel_column(scores, s.node, s.year);
                write_column(&s, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
out:
    free(s.work);
    free(error);
    free(whole);
    return status;
}

const csi_output csi_output_rank_sets = {
    .file = "rank_sets.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_sets};
