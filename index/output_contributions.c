/* contributions.csv.gz: what every present child gives to its parent's score, one row a child; the rows of one parent
 * add up to its score, so that the whole index can be rebuilt from this file and checked by hand. The years of a country
 * stand together: that is how a series is read, and it makes the file a sixth smaller than year by year. */
#include <math.h>
#include <stdlib.h>

#include "index/output.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year", .is_required = true},
    {.name = "code", .type = "string", .meaning = "The indicator or part that contributes", .is_required = true},
    {.name = "parent", .type = "string", .meaning = "The part of the index that it contributes to", .is_required = true},
    {.name = "normalised", .type = "number", .meaning = "Normalised value of the indicator, or score of the part",
     .is_required = true},
    {.name = "weight", .type = "number", .is_share = true,
     .meaning = "Its weight among the children that are present; they sum to 1"},
    {.name = "contribution", .type = "number",
     .meaning = "Its share of the parent's score, in points; blank where the parent has no score or its rule has no "
                "exact shares"},
};

static const csi_link links[] = {
    {"code", "codebook.csv", "iCode"},
    {"iso3|year|parent", "scores.csv.gz", "iso3|year|code"},
};

static const csi_shape shape = {
    .title = "Contributions",
    .description = "Normalised values and scores of all children present, with weights and contributions.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|code",
    .link = links,
    .n_links = 2,
};

/* Weights and contributions of every child, laid out as the score panel. */
typedef struct shares {
    double *weight, *contribution;
} shares;

static void fill_shares(const csi_publication *publication, size_t parent, size_t year, double *work, shares *all)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const csi_node *node = &run->project->framework->node[parent];
    for (size_t c = 0; c < scores->n_countries; c++) {
        csi_contributions(run->project->recipe, run->result, run->project->framework, parent, year, c, work,
                          work + node->n_children);
        for (size_t q = 0; q < node->n_children; q++) {
            const size_t cell = csi_panel_at(scores, node->child[q], year, c);
            all->weight[cell] = work[q];
            all->contribution[cell] = work[node->n_children + q];
        }
    }
}

static void write_child(const csi_publication *publication, size_t node, size_t country, const shares *all, csi_csv *csv)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const csi_node *facts = &run->project->framework->node[node];
    for (size_t year = 0; year < scores->n_years; year++) {
        const size_t cell = csi_panel_at(scores, node, year, country);
        if (isnan(scores->value[cell])) {
            continue;
        }
        csi_csv_text(csv, run->raw->countries.country[country].iso3);
        csi_csv_integer(csv, scores->first_year + (int)year);
        csi_csv_text(csv, facts->code);
        csi_csv_text(csv, run->project->framework->node[facts->parent].code);
        csi_csv_number(csv, scores->value[cell]);
        csi_csv_number(csv, all->weight[cell]);
        csi_csv_number(csv, all->contribution[cell]);
        csi_csv_end_row(csv);
    }
}

static void write_all(const csi_publication *publication, double *work, shares *all, csi_csv *csv)
{
    const csi_framework *framework = publication->run->project->framework;
    const csi_panel *scores = publication->run->result->scores;
    for (size_t node = framework->n_indicators; node < framework->n_nodes; node++) {
        for (size_t year = 0; year < scores->n_years; year++) {
            fill_shares(publication, node, year, work, all);
        }
    }
    for (size_t i = 0; i < framework->n_nodes; i++) {
        const size_t node = publication->node[i];
        for (size_t c = 0; framework->node[node].parent != CSI_NONE && c < scores->n_countries; c++) {
            write_child(publication, node, c, all, csv);
        }
    }
}

static csi_status write_contributions(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_panel *scores = publication->run->result->scores;
    const size_t n_cells = scores->n_series * scores->n_years * scores->n_countries;
    double *work = calloc(2 * scores->n_series, sizeof *work);
    shares all = {calloc(n_cells + 1, sizeof(double)), calloc(n_cells + 1, sizeof(double))};
    csi_status status = CSI_OK;
    if (work == NULL || all.weight == NULL || all.contribution == NULL) {
        status = csi_diag_no_memory(diag, "writing the contributions");
    } else {
        csi_csv csv;
        csi_csv_init_file(&csv, file);
        csi_shape_write_heading(&shape, &csv);
        write_all(publication, work, &all, &csv);
        csi_csv_flush(&csv);
    }
    free(work);
    free(all.weight);
    free(all.contribution);
    return status;
}

const csi_output csi_output_contributions = {
    .file = "contributions.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_contributions};
