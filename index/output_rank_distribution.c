/* rank_distribution.csv.gz: how often each rank of the index came up in the ensemble, for every country and year, and
 * how often that rank or a better one. Ranks that never came up have no row. */
#include "index/output.h"
#include "metrics/ensemble_tally.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year that the rank is about", .is_required = true},
    {.name = "rank", .type = "integer", .meaning = "Rank of the index within the year", .is_required = true},
    {.name = "probability", .type = "number", .meaning = "Share of the replicates with this rank", .is_required = true,
     .is_share = true},
    {.name = "probability_or_better", .type = "number", .is_required = true, .is_share = true,
     .meaning = "Share of the replicates with this rank or a better one; the last row of a country and year gives the "
                "share in which it is ranked at all"},
};

static const csi_shape shape = {
    .title = "Distribution of ranks",
    .description = "How the rank of the index is distributed over the replicates of the ensemble.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year|rank",
};

static void write_country(const csi_publication *publication, size_t year, size_t country, csi_csv *csv)
{
    const csi_tallies *tally = publication->intervals->tally;
    const size_t at = csi_tallies_at(tally, tally->shape.n_nodes - 1, year, country);
    const uint32_t *bin = tally->rank_bin + at * tally->n_rank_bins;
    uint64_t sum = 0;
    for (size_t i = 1; i < tally->n_rank_bins; i++) {
        sum += bin[i];
        if (bin[i] > 0) {
            csi_csv_text(csv, publication->run->raw->countries.country[country].iso3);
            csi_csv_integer(csv, publication->run->result->scores->first_year + (int)year);
            csi_csv_integer(csv, (int64_t)((i - 1) * tally->ranks_per_bin + 1));
            csi_csv_number(csv, (double)bin[i] / (double)tally->n_replicates);
            csi_csv_number(csv, (double)sum / (double)tally->n_replicates);
            csi_csv_end_row(csv);
        }
    }
}

static csi_status write_distribution(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_panel *scores = publication->run->result->scores;
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t year = 0; year < scores->n_years; year++) {
        for (size_t c = 0; c < scores->n_countries; c++) {
            write_country(publication, year, c, &csv);
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_rank_distribution = {
    .file = "rank_distribution.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_distribution};
