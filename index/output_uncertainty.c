/* uncertainty.csv.gz: what the ensemble tells about each score beyond the quantiles that stand in scores.csv.gz: its mean
 * and spread, the 68 % bounds, the same intervals from doubt about the data alone and about the method alone, and how
 * surely the country is among the first. Only data are sampled: an interval of method is the range of defensible choices,
 * not a chance. The two do not add up to the whole, which holds what they do together. */
#include <math.h>
#include <string.h>

#include "index/output.h"
#include "metrics/ensemble.h"

static const csi_shape_field fixed_fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year", .type = "integer", .meaning = "Year that the score is about", .is_required = true},
    {.name = "code", .type = "string", .meaning = "Code of the index or of a part of it, as in codebook.csv",
     .is_required = true},
    {.name = "scored_share", .type = "number", .is_required = true, .is_share = true,
     .meaning = "Share of the replicates in which the country is scored; all else is about these"},
    {.name = "score_mean", .type = "number", .meaning = "Mean of the score over the ensemble"},
    {.name = "score_sd", .type = "number", .meaning = "Standard deviation of the score over the ensemble"},
    {.name = "score_q16", .type = "number", .meaning = "16 % quantile of the score: with the next one, 68 % bounds"},
    {.name = "score_q84", .type = "number", .meaning = "84 % quantile of the score"},
    {.name = "score_data_q05", .type = "number",
     .meaning = "5 % quantile of the score when only the data are drawn (imputation and the sources' errors) and every "
                "choice of method stays as configured; blank where the ensemble draws only one of data and method"},
    {.name = "score_data_q95", .type = "number", .meaning = "95 % quantile of the score when only the data are drawn"},
    {.name = "score_method_q05", .type = "number",
     .meaning = "5 % quantile of the score when only the method is drawn (all other factors) and the data stay as they are"},
    {.name = "score_method_q95", .type = "number", .meaning = "95 % quantile of the score when only the method is drawn"},
    {.name = "rank_mean", .type = "number", .meaning = "Mean of the rank over the ensemble"},
    {.name = "rank_data_q05", .type = "number", .meaning = "5 % quantile of the rank when only the data are drawn"},
    {.name = "rank_data_q95", .type = "number", .meaning = "95 % quantile of the rank when only the data are drawn"},
    {.name = "rank_method_q05", .type = "number", .meaning = "5 % quantile of the rank when only the method is drawn"},
    {.name = "rank_method_q95", .type = "number", .meaning = "95 % quantile of the rank when only the method is drawn"},
};
#define N_FIXED (sizeof fixed_fields / sizeof *fixed_fields)

static const csi_shape *describe(const csi_publication *publication)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    csi_shape_field *field = csi_arena_alloc(publication->arena, N_FIXED + spec->n_top, sizeof *field);
    csi_shape *made = csi_arena_alloc(publication->arena, 1, sizeof *made);
    if (field == NULL || made == NULL) {
        return NULL;
    }
    memcpy(field, fixed_fields, sizeof fixed_fields);
    for (size_t i = 0; i < spec->n_top; i++) {
        csi_shape_field *own = &field[N_FIXED + i];
        *own = (csi_shape_field){.type = "number", .is_share = true};
        own->name = csi_arena_format(publication->arena, "rank_top_%zu", spec->top[i]);
        own->meaning = csi_arena_format(publication->arena, "Share of the replicates in which the rank is %zu or better",
                                        spec->top[i]);
        if (own->name == NULL || own->meaning == NULL) {
            return NULL;
        }
    }
    *made = (csi_shape){
        .title = "Uncertainty",
        .description = "What the ensemble tells about every score and rank; rows only where some replicate has a score. "
                       "Quantiles of scores are placed evenly within bins of a thousandth of the scale.",
        .field = field,
        .n_fields = N_FIXED + spec->n_top,
        .key = "iso3|year|code",
        .link = &csi_link_codebook,
        .n_links = 1,
    };
    return made;
}

/* Without a score in the results there is nothing that the quantiles are of. */
static void write_if(bool is_scored, double value, csi_csv *csv)
{
    csi_csv_number(csv, is_scored ? value : (double)NAN);
}

static void write_kinds(const csi_intervals *intervals, size_t at, bool is_rank, csi_csv *csv)
{
    for (size_t kind = 0; kind < 2; kind++) {
        const csi_kind_intervals *own = &intervals->kind[kind];
        const double *low = is_rank ? own->rank_q05 : own->score_q05, *high = is_rank ? own->rank_q95 : own->score_q95;
        csi_csv_number(csv, low == NULL ? (double)NAN : low[at]);
        csi_csv_number(csv, high == NULL ? (double)NAN : high[at]);
    }
}

static void write_row(const csi_publication *publication, size_t node, size_t year, size_t country, csi_csv *csv)
{
    const csi_run *run = publication->run;
    const csi_intervals *intervals = publication->intervals;
    const csi_tallies *tally = intervals->tally;
    const size_t k = node - run->project->framework->n_indicators;
    static const double shares[2] = {0.16, 0.84};
    double quantile[2];
    const double all = (double)tally->n_replicates;
    const bool is_scored = !isnan(csi_panel_get(run->result->scores, node, year, country));
    csi_csv_text(csv, run->raw->countries.country[country].iso3);
    csi_csv_integer(csv, run->result->scores->first_year + (int)year);
    csi_csv_text(csv, run->project->framework->node[node].code);
    csi_csv_number(csv, (double)csi_tallies_count(tally, k, year, country) / all);
    write_if(is_scored, csi_tallies_score_mean(tally, k, year, country), csv);
    write_if(is_scored, csi_tallies_score_sd(tally, k, year, country), csv);
    csi_tallies_score_quantiles(tally, k, year, country, shares, 2, quantile);
    write_if(is_scored, quantile[0], csv);
    write_if(is_scored, quantile[1], csv);
    write_kinds(intervals, csi_tallies_at(tally, k, year, country), false, csv);
    write_if(is_scored, csi_tallies_rank_mean(tally, k, year, country), csv);
    write_kinds(intervals, csi_tallies_at(tally, k, year, country), true, csv);
    for (size_t i = 0; i < intervals->spec->n_top; i++) {
        write_if(is_scored, (double)csi_tallies_rank_count(tally, k, year, country, intervals->spec->top[i]) / all, csv);
    }
    csi_csv_end_row(csv);
}

static csi_status write_uncertainty(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_framework *framework = publication->run->project->framework;
    const csi_panel *scores = publication->run->result->scores;
    const csi_shape *own = describe(publication);
    csi_csv csv;
    if (own == NULL) {
        return csi_diag_no_memory(diag, "writing the uncertainty");
    }
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(own, &csv);
    for (size_t year = 0; year < scores->n_years; year++) {
        for (size_t i = 0; i < framework->n_nodes; i++) {
            const size_t node = publication->node[i];
            for (size_t c = 0; node >= framework->n_indicators && c < scores->n_countries; c++) {
                if (csi_tallies_count(publication->intervals->tally, node - framework->n_indicators, year, c) > 0) {
                    write_row(publication, node, year, c, &csv);
                }
            }
        }
    }
    csi_csv_flush(&csv);
    return CSI_OK;
}

const csi_output csi_output_uncertainty = {
    .file = "uncertainty.csv.gz", .compression = CSI_GZIP, .describe = describe, .write = write_uncertainty};
