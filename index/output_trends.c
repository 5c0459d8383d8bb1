/* trends.csv: for every country and node, where its series goes and whether that is more than noise.
 *
 * Two questions, kept apart. A trend: the Theil-Sen slope with its interval and the exact Mann-Kendall test of the chained
 * scores, over the years since the first or since a source last changed its method; years are few, so the smallest p that they
 * can reach stands beside. A change: from the first year to the last, like for like, with the verdict of paired draws, for the
 * index itself and where an ensemble was run. Both hold false discoveries to 5 % over the countries of a node. */
#include <math.h>
#include <stdlib.h>

#include "index/movement.h"
#include "index/output.h"

#define LEVEL 0.9
#define FALSE_DISCOVERY 0.05
#define N_DRAWS 2000
#define LEAST_YEARS 5 /* without ties n years reach p = 2/n!, four of them 0.083 */

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "code", .type = "string", .meaning = "Code of the index or of a part of it", .is_required = true},
    {.name = "trend_from", .type = "integer", .is_required = true,
     .meaning = "First year of the trend: the first of the index, or the last in which a source below changed its method"},
    {.name = "trend_to", .type = "integer", .meaning = "Last year of the trend", .is_required = true},
    {.name = "n_years", .type = "integer", .meaning = "Years with a score among them", .is_required = true},
    {.name = "slope", .type = "number",
     .meaning = "Theil-Sen slope, points a year, of the scores chained like for like: each year adds what moved it since the last "
                "year with a score, without what entered or left"},
    {.name = "slope_low", .type = "number", .meaning = "Lower end of its 90 % interval; blank where the years are too few"},
    {.name = "slope_high", .type = "number", .meaning = "Upper end of its 90 % interval"},
    {.name = "s", .type = "integer", .meaning = "Mann-Kendall S of the same: pairs of years that rise less those that fall"},
    {.name = "p", .type = "number", .is_share = true, .meaning = "Two-sided p of S, from the exact null up to ten years"},
    {.name = "p_adjusted", .type = "number", .is_share = true,
     .meaning = "The same adjusted over the countries of the node (Benjamini-Hochberg)"},
    {.name = "smallest_p", .type = "number", .is_share = true, .meaning = "The smallest p that so many years, with these ties, can reach"},
    {.name = "trend", .type = "string", .choices = "rising|falling|no evidence|too few years",
     .meaning = "By p_adjusted at 0.05; too few years: under five, which cannot reach it whatever the figures; blank: under two"},
    {.name = "change_from", .type = "integer", .meaning = "First year of the change", .is_required = true},
    {.name = "change_to", .type = "integer", .meaning = "Last year of the change", .is_required = true},
    {.name = "change", .type = "number", .meaning = "Difference of the scores"},
    {.name = "like_for_like", .type = "number",
     .meaning = "The same without indicators that entered or left and without breaks in sources"},
    {.name = "gap_closed", .type = "number",
     .meaning = "like_for_like over what the score lacked to the upper end of the scale in the first year"},
    {.name = "observed_share", .type = "number", .is_share = true,
     .meaning = "Share of the weight whose indicators were observed in both years"},
    {.name = "change_q05", .type = "number", .meaning = "5 % quantile of like_for_like over paired draws"},
    {.name = "change_q95", .type = "number", .meaning = "95 % quantile of like_for_like over paired draws"},
    {.name = "change_p_adjusted", .type = "number", .is_share = true,
     .meaning = "Two-sided p of like_for_like over the draws, adjusted over the countries"},
    {.name = "verdict", .type = "string",
     .choices = "improved|worsened|no evidence of change|too little observed|not scored",
     .meaning = "By change_p_adjusted at 0.05; blank where no draws were made"},
};

static const csi_shape shape = {
    .title = "Trends and changes",
    .description = "Trend of every series, and change from the first year to the last, each with its test. Only rows "
                   "with a score in some year.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|code",
    .link = &csi_link_codebook,
    .n_links = 1,
};

static const char *trend_of(const csi_movement *m)
{
    if (m->test.n < 2) {
        return NULL;
    }
    if (m->test.n < LEAST_YEARS) {
        return "too few years";
    }
    return !(m->trend_p_adjusted <= FALSE_DISCOVERY) ? "no evidence" : m->test.s > 0 ? "rising" : "falling";
}

static void write_trend(const csi_run *run, const csi_movement *m, const csi_movement_options *options, csi_csv *csv)
{
    const bool has_test = m->test.n > 1;
    const int first_year = run->result->scores->first_year;
    csi_csv_integer(csv, first_year + (int)m->trend_from);
    csi_csv_integer(csv, first_year + (int)options->to);
    csi_csv_integer(csv, (int64_t)m->trend.n);
    csi_csv_number(csv, m->trend.slope);
    csi_csv_number(csv, m->trend.low);
    csi_csv_number(csv, m->trend.high);
    csi_csv_number(csv, has_test ? m->test.s : (double)NAN);
    csi_csv_number(csv, has_test ? m->test.p : (double)NAN);
    csi_csv_number(csv, m->trend_p_adjusted);
    csi_csv_number(csv, has_test ? m->test.smallest_p : (double)NAN);
    csi_csv_text(csv, trend_of(m));
}

static void write_change(const csi_run *run, const csi_movement *m, const csi_movement_options *options, csi_csv *csv)
{
    const int first_year = run->result->scores->first_year;
    csi_csv_integer(csv, first_year + (int)options->from);
    csi_csv_integer(csv, first_year + (int)options->to);
    csi_csv_number(csv, m->after - m->before);
    csi_csv_number(csv, m->like_for_like);
    csi_csv_number(csv, m->gap_closed);
    csi_csv_number(csv, m->observed_share);
    csi_csv_number(csv, m->draws.low);
    csi_csv_number(csv, m->draws.high);
    csi_csv_number(csv, m->p_adjusted);
    csi_csv_text(csv, options->n_draws > 0 ? csi_verdict_name(m->verdict) : NULL);
}

static bool is_ever_scored(const csi_panel *scores, size_t node, size_t country)
{
    for (size_t year = 0; year < scores->n_years; year++) {
        if (!isnan(csi_panel_get(scores, node, year, country))) {
            return true;
        }
    }
    return false;
}

static csi_status write_node(const csi_publication *publication, size_t node, csi_movement *movement, csi_csv *csv,
                             csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    const size_t latest = csi_run_latest_year(run);
    const size_t n_replicates = publication->intervals == NULL ? 0 : publication->intervals->n_replicates;
    csi_movement_options options = {.node = node, .from = 0, .to = latest == CSI_NONE ? scores->n_years - 1 : latest,
                                    .false_discovery = FALSE_DISCOVERY, .level = LEVEL};
    options.ensemble = n_replicates == 0 ? NULL : publication->intervals->ensemble;
    options.n_draws = node + 1 < scores->n_series ? 0 : n_replicates < N_DRAWS ? n_replicates : N_DRAWS;
    const csi_status status = options.to == 0 ? CSI_OK : csi_movements_fill(run, &options, diag, movement);
    for (size_t c = 0; status == CSI_OK && options.to > 0 && c < scores->n_countries; c++) {
        if (is_ever_scored(scores, node, c)) {
            csi_csv_text(csv, run->raw->countries.country[c].iso3);
            csi_csv_text(csv, run->project->framework->node[node].code);
            write_trend(run, &movement[c], &options, csv);
            write_change(run, &movement[c], &options, csv);
            csi_csv_end_row(csv);
        }
    }
    return status;
}

static csi_status write_trends(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_framework *framework = publication->run->project->framework;
    csi_movement *movement = calloc(publication->run->result->scores->n_countries + 1, sizeof *movement);
    csi_csv csv;
    csi_status status = CSI_OK;
    if (movement == NULL) {
        return csi_diag_no_memory(diag, "writing the trends");
    }
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (size_t i = 0; i < framework->n_nodes; i++) {
        if (publication->node[i] >= framework->n_indicators) {
            CSI_TRY(write_node(publication, publication->node[i], movement, &csv, diag));
        }
    }
    csi_csv_flush(&csv);
out:
    free(movement);
    return status;
}

const csi_output csi_output_trends = {.file = "trends.csv", .compression = CSI_PLAIN, .shape = &shape, .write = write_trends};
