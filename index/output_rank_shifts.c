/* rank_shifts.csv: how far the ranks of the index move, on average over countries and replicates, when one factor of the
 * ensemble is drawn and the others stay as configured; then all of data, all of method, and everything (OECD/JRC Handbook
 * 2008, p. 118, eq. (38), averaged over replicates). A country that a replicate does not score has no rank there to move:
 * it is left out of that replicate, and n_ranks tells how many were compared. */
#include "index/output.h"
#include "metrics/ensemble_split.h"

static const csi_shape_field fields[] = {
    {.name = "factor", .type = "string", .is_required = true,
     .meaning = "What is drawn: one factor of the ensemble alone, data (imputation and errors), method (the others), all"},
    {.name = "kind", .type = "string", .meaning = "Whether the factor is doubt about the data or about the method",
     .is_required = true, .choices = "data|method|both"},
    {.name = "year", .type = "integer", .meaning = "Year that the ranks are about", .is_required = true},
    {.name = "mean_rank_shift", .type = "number", .is_required = true,
     .meaning = "Mean distance between the rank in a replicate and the published one, over countries ranked in both"},
    {.name = "n_ranks", .type = "integer", .meaning = "How many ranks were compared, over replicates and countries",
     .is_required = true},
};

static const csi_shape shape = {
    .title = "Rank shifts",
    .description = "How far each factor of the ensemble moves the ranks of the index.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "factor|year",
};

static const char *kind_of(size_t split)
{
    const bool is_data = split < CSI_N_FACTORS ? csi_factor_is_data((csi_factor)split) : split == CSI_SPLIT_DATA;
    return split == CSI_SPLIT_ALL ? "both" : is_data ? "data" : "method";
}

static csi_status write_shifts(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_panel *scores = publication->run->result->scores;
    csi_csv csv;
    (void)diag;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t split = 0; split < CSI_N_SPLITS; split++) {
        for (size_t year = 0; year < scores->n_years; year++) {
            const csi_rank_moves *moves = &publication->intervals->moves[split * scores->n_years + year];
            if (moves->n > 0) {
                csi_csv_text(&csv, csi_split_name(split));
                csi_csv_text(&csv, kind_of(split));
                csi_csv_integer(&csv, scores->first_year + (int)year);
                csi_csv_number(&csv, (double)moves->sum / (double)moves->n);
                csi_csv_integer(&csv, (int64_t)moves->n);
                csi_csv_end_row(&csv);
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_rank_shifts = {
    .file = "rank_shifts.csv", .compression = CSI_PLAIN, .shape = &shape, .write = write_shifts};
