/* frontier.csv.gz: how far every score lies from the best of its year and from the upper end of the scale. */
#include <math.h>

#include "index/output.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year that the score is about", .is_required = true},
    {.name = "code", .type = "string", .meaning = "Code of the index or of a part of it", .is_required = true},
    {.name = "score", .type = "number", .meaning = "Score, as in scores.csv.gz", .is_required = true},
    {.name = "frontier", .type = "number", .meaning = "Best score of any country in that year", .is_required = true},
    {.name = "frontier_iso3", .type = "string", .meaning = "Whose it is; of several the first by code", .is_required = true},
    {.name = "distance_to_frontier", .type = "number", .meaning = "frontier - score", .is_required = true},
    {.name = "distance_to_top", .type = "number",
     .meaning = "Upper end of the scale - score; blank where the method sets none, as for z-scores"},
};

static const csi_shape shape = {
    .title = "Distance to the frontier",
    .description = "How far every score lies from the best of its year; the share of the gap closed over the years "
                   "stands in trends.csv.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|code",
    .link = &csi_link_codebook,
    .n_links = 1,
};

size_t csi_run_frontier(const csi_run *run, size_t node, size_t year)
{
    const double *score = csi_panel_column(run->result->scores, node, year);
    size_t best = CSI_NONE;
    for (size_t c = 0; c < run->result->scores->n_countries; c++) {
        if (!isnan(score[c]) && (best == CSI_NONE || score[c] > score[best])) {
            best = c;
        }
    }
    return best;
}

static void write_column(const csi_publication *publication, size_t node, size_t year, csi_csv *csv)
{
    const csi_run *run = publication->run;
    const csi_country *country = run->raw->countries.country;
    const double *score = csi_panel_column(run->result->scores, node, year);
    const size_t best = csi_run_frontier(run, node, year);
    const bool is_bounded = csi_recipe_is_bounded(run->project->recipe, run->project->framework);
    for (size_t c = 0; c < run->result->scores->n_countries; c++) {
        if (!isnan(score[c])) {
            csi_csv_text(csv, country[c].iso3);
            csi_csv_integer(csv, run->result->scores->first_year + (int)year);
            csi_csv_text(csv, run->project->framework->node[node].code);
            csi_csv_number(csv, score[c]);
            csi_csv_number(csv, score[best]);
            csi_csv_text(csv, country[best].iso3);
            csi_csv_number(csv, score[best] - score[c]);
            csi_csv_number(csv, is_bounded ? run->project->recipe->scale_high - score[c] : NAN);
            csi_csv_end_row(csv);
        }
    }
}

static csi_status write_frontier(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_framework *framework = publication->run->project->framework;
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t year = 0; year < publication->run->result->scores->n_years; year++) {
        for (size_t i = 0; i < framework->n_nodes; i++) {
            if (publication->node[i] >= framework->n_indicators) {
                write_column(publication, publication->node[i], year, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_frontier = {
    .file = "frontier.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_frontier};
