/* scores.csv.gz: every aggregate, year and country, scored or not; a missing score is a row with a blank, so that
 * nobody mistakes absence for a low score. */
#include <math.h>

#include "index/output.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country: ISO 3166-1 alpha-3", .is_required = true},
    {.name = "country", .type = "string", .meaning = "Name of the country in English"},
    {.name = "year", .type = "integer", .meaning = "Year that the score is about", .is_required = true},
    {.name = "code", .type = "string", .meaning = "Code of the index or of a part of it, as in codebook.csv",
     .is_required = true},
    {.name = "level", .type = "integer", .meaning = "Level in the framework: 1 is an indicator, the index has the highest",
     .is_required = true},
    {.name = "score", .type = "number", .meaning = "Score in full precision; blank when it is missing"},
    {.name = "rank", .type = "integer", .meaning = "Rank within the year, 1 is best, ties share the smaller rank"},
    {.name = "n_ranked", .type = "integer", .meaning = "How many countries are ranked in that year"},
    {.name = "coverage", .type = "number", .meaning = "Share of the indicators' weight below that is present",
     .is_share = true},
    {.name = "imputed_share", .type = "number", .meaning = "Share of the present weight that is imputed", .is_share = true},
    {.name = "score_q05", .type = "number", .meaning = "5 % quantile of the score over the ensemble"},
    {.name = "score_q50", .type = "number", .meaning = "Median of the score over the ensemble"},
    {.name = "score_q95", .type = "number", .meaning = "95 % quantile of the score over the ensemble"},
    {.name = "rank_q05", .type = "number", .meaning = "5 % quantile of the rank over the ensemble"},
    {.name = "rank_q50", .type = "number", .meaning = "Median of the rank over the ensemble"},
    {.name = "rank_q95", .type = "number", .meaning = "95 % quantile of the rank over the ensemble"},
    {.name = "status", .type = "string", .is_required = true, .choices = "final|provisional|missing",
     .meaning = "provisional: an indicator below has not been reported for that year by anybody yet"},
};

static const csi_shape shape = {
    .title = "Scores and ranks",
    .description = "The index and all its parts for every year and country, with coverage and intervals.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|code",
    .link = &csi_link_codebook,
    .n_links = 1,
};

static void write_quantiles(const csi_intervals *intervals, size_t cell, csi_csv *csv)
{
    if (intervals == NULL) {
        for (int i = 0; i < 6; i++) {
            csi_csv_blank(csv);
        }
        return;
    }
    csi_csv_number(csv, intervals->score_q05[cell]);
    csi_csv_number(csv, intervals->score_q50[cell]);
    csi_csv_number(csv, intervals->score_q95[cell]);
    csi_csv_number(csv, intervals->rank_q05[cell]);
    csi_csv_number(csv, intervals->rank_q50[cell]);
    csi_csv_number(csv, intervals->rank_q95[cell]);
}

static void write_row(const csi_publication *publication, size_t node, size_t year, size_t country, csi_csv *csv)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const csi_node *facts = &run->project->framework->node[node];
    const size_t cell = csi_panel_at(scores, node, year, country);
    csi_csv_text(csv, run->raw->countries.country[country].iso3);
    csi_csv_text(csv, run->raw->countries.country[country].name);
    csi_csv_integer(csv, scores->first_year + (int)year);
    csi_csv_text(csv, facts->code);
    csi_csv_integer(csv, facts->level);
    csi_csv_number(csv, scores->value[cell]);
    csi_csv_count(csv, run->rank[cell]);
    csi_csv_count(csv, (int64_t)run->n_ranked[node * scores->n_years + year]);
    csi_csv_number(csv, run->result->coverage[cell]);
    csi_csv_number(csv, run->result->imputed_share[cell]);
    write_quantiles(publication->intervals, cell, csv);
    csi_csv_text(csv, csi_score_status_name(run->status[cell]));
    csi_csv_end_row(csv);
}

static csi_status write_scores(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_framework *framework = publication->run->project->framework;
    const csi_panel *scores = publication->run->result->scores;
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t year = 0; year < scores->n_years; year++) {
        for (size_t i = 0; i < framework->n_nodes; i++) {
            const size_t node = publication->node[i];
            for (size_t c = 0; node >= framework->n_indicators && c < scores->n_countries; c++) {
                write_row(publication, node, year, c, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_scores = {
    .file = "scores.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_scores};
