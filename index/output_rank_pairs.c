/* rank_pairs.csv.gz: for every two countries of the latest year, how often the one ranks above the other within the same
 * replicate. A pair that neither country leads in 95 % of the replicates cannot be told apart. */
#include "index/output.h"
#include "metrics/ensemble_tally.h"

#define TOLD_APART 0.95

static const csi_shape_field fields[] = {
    {.name = "iso3_a", .type = "string", .meaning = "Code of a country", .is_required = true},
    {.name = "iso3_b", .type = "string", .meaning = "Code of a country later in the alphabet", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "The latest year with scores", .is_required = true},
    {.name = "probability_a_above_b", .type = "number", .is_required = true, .is_share = true,
     .meaning = "Share of the replicates in which a has the better rank; equal ranks count for neither"},
    {.name = "probability_b_above_a", .type = "number", .is_required = true, .is_share = true,
     .meaning = "Share of the replicates in which b has the better rank"},
    {.name = "told_apart", .type = "string", .is_required = true, .choices = "yes|no",
     .meaning = "yes: one of the two shares is at least 0.95"},
};

static const csi_shape shape = {
    .title = "Pairs of countries",
    .description = "Which of two countries ranks above the other, and how surely, over the replicates of the ensemble.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3_a|iso3_b",
};

static void write_pair(const csi_publication *publication, size_t year, size_t a, size_t b, csi_csv *csv)
{
    const csi_tallies *tally = publication->intervals->tally;
    const csi_country *country = publication->run->raw->countries.country;
    const double all = (double)tally->n_replicates;
    const double a_above = (double)csi_tallies_above(tally, year, a)[b] / all;
    const double b_above = (double)csi_tallies_above(tally, year, b)[a] / all;
    csi_csv_text(csv, country[a].iso3);
    csi_csv_text(csv, country[b].iso3);
    csi_csv_integer(csv, publication->run->result->scores->first_year + (int)year);
    csi_csv_number(csv, a_above);
    csi_csv_number(csv, b_above);
    csi_csv_text(csv, a_above >= TOLD_APART || b_above >= TOLD_APART ? "yes" : "no");
    csi_csv_end_row(csv);
}

static csi_status write_pairs(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const size_t year = csi_run_latest_year(run);
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t a = 0; a < scores->n_countries && year != CSI_NONE; a++) {
        for (size_t b = a + 1; b < scores->n_countries; b++) {
            const int *rank = run->rank + csi_panel_at(scores, scores->n_series - 1, year, 0);
            if (rank[a] > 0 && rank[b] > 0) {
                write_pair(publication, year, a, b, &csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_rank_pairs = {
    .file = "rank_pairs.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_pairs};
