/* csindex movers [FROM TO]: who moved most, why, and whether it is more than noise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "cli/view.h"
#include "index/movement.h"

#define USUAL_TOP 10
#define N_DRAWS 2000
#define MAX_DRAWS 1000000

enum { ISO3, COUNTRY, CODE, FROM, TO, BEFORE, AFTER, RANK_BEFORE, RANK_AFTER, OBSERVED, IMPUTED, COVERAGE, BREAK, WEIGHT,
       LIKE, LOW, HIGH, P, VERDICT, SHARE, GAP, SLOPE, SLOPE_LOW, SLOPE_HIGH, TREND_P, SMALLEST_P, N_COLUMNS };
static const csi_column usual[N_COLUMNS] = {
    [ISO3] = {"iso3", "ISO", CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [FROM] = {"year_from", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [TO] = {"year_to", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [BEFORE] = {"before", "Before", CSI_COLUMN_NUMBER, 0, 0, 0},
    [AFTER] = {"after", "After", CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_BEFORE] = {"rank_before", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [RANK_AFTER] = {"rank_after", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [OBSERVED] = {"observed", "Observed", CSI_COLUMN_NUMBER, 3, 0, 0},
    [IMPUTED] = {"imputed", "Imputed", CSI_COLUMN_NUMBER, 3, 0, 0},
    [COVERAGE] = {"coverage", "Coverage", CSI_COLUMN_NUMBER, 4, 0, 0},
    [BREAK] = {"break", "Break", CSI_COLUMN_NUMBER, 4, 0, 0},
    [WEIGHT] = {"weight_and_others", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [LIKE] = {"like_for_like", "Like for like", CSI_COLUMN_NUMBER, 0, 0, 0},
    [LOW] = {"q05", "5 %", CSI_COLUMN_NUMBER, 2, 0, 0},
    [HIGH] = {"q95", "95 %", CSI_COLUMN_NUMBER, 2, 0, 0},
    [P] = {"p_adjusted", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [VERDICT] = {"verdict", "Verdict", CSI_COLUMN_TEXT, 0, 0, 0},
    [SHARE] = {"observed_share", NULL, CSI_COLUMN_SHARE, 0, 0, 0},
    [GAP] = {"gap_closed", NULL, CSI_COLUMN_SHARE, 0, 0, 0},
    [SLOPE] = {"trend_slope", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SLOPE_LOW] = {"trend_low", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SLOPE_HIGH] = {"trend_high", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [TREND_P] = {"trend_p_adjusted", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SMALLEST_P] = {"trend_smallest_p", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
};

static int by_size(const void *a, const void *b)
{
    const csi_movement *x = a, *y = b;
    const bool is_x = !isnan(x->like_for_like), is_y = !isnan(y->like_for_like);
    if (is_x != is_y) {
        return is_x ? -1 : 1;
    }
    if (is_x && x->like_for_like != y->like_for_like) {
        return x->like_for_like > y->like_for_like ? -1 : 1;
    }
    return (x->country > y->country) - (x->country < y->country);
}

static void add_row(csi_table *table, const csi_view *view, const csi_movement_options *options, const csi_movement *m)
{
    const csi_panel *scores = view->run->result->scores;
    csi_table_text(table, view->run->raw->countries.country[m->country].iso3);
    csi_table_text(table, view->run->raw->countries.country[m->country].name);
    csi_table_text(table, view->project->framework->node[options->node].code);
    csi_table_count(table, scores->first_year + (int)options->from);
    csi_table_count(table, scores->first_year + (int)options->to);
    csi_table_number(table, m->before);
    csi_table_number(table, m->after);
    csi_table_rank(table, m->rank_before);
    csi_table_rank(table, m->rank_after);
    csi_table_number(table, isnan(m->like_for_like) ? NAN : m->by_cause[CSI_CAUSE_VALUE]);
    csi_table_number(table, isnan(m->like_for_like) ? NAN : m->by_cause[CSI_CAUSE_IMPUTED]);
    csi_table_number(table, isnan(m->like_for_like) ? NAN : m->by_cause[CSI_CAUSE_COVERAGE]);
    csi_table_number(table, isnan(m->like_for_like) ? NAN : m->by_cause[CSI_CAUSE_BREAK]);
    csi_table_number(table, isnan(m->like_for_like) ? NAN
                                                    : m->by_cause[CSI_CAUSE_WEIGHT] + m->by_cause[CSI_CAUSE_OTHERS]);
    csi_table_number(table, m->like_for_like);
    csi_table_number(table, m->draws.low);
    csi_table_number(table, m->draws.high);
    csi_table_number(table, m->p_adjusted);
    csi_table_text(table, options->n_draws > 0 ? csi_verdict_name(m->verdict) : NULL);
    csi_table_number(table, m->observed_share);
    csi_table_number(table, m->gap_closed);
    csi_table_number(table, m->trend.slope);
    csi_table_number(table, m->trend.low);
    csi_table_number(table, m->trend.high);
    csi_table_number(table, m->trend_p_adjusted);
    csi_table_number(table, m->test.n < 2 ? NAN : m->test.smallest_p);
}

static csi_status show(const csi_call *call, const csi_view *view, const csi_movement_options *options,
                       csi_movement *movement, size_t top)
{
    static const char notes[] =
        "Like for like: without indicators that entered or left and without breaks in sources. Interval and verdict: "
        "draws with the same method and weights in both years; false discoveries held to 5 %.";
    const bool for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0;
    const csi_panel *scores = view->run->result->scores;
    const size_t n = scores->n_countries;
    size_t n_scored = 0;
    csi_table *table = NULL;
    char title[512];
    csi_status status;
    qsort(movement, n, sizeof *movement, by_size);
    while (n_scored < n && !isnan(movement[n_scored].like_for_like)) {
        n_scored++;
    }
    CSI_TRY(csi_table_new(usual, N_COLUMNS, call->diag, &table));
    for (size_t i = 0; i < n; i++) {
        const bool is_end = i < top || (i < n_scored && i + top >= n_scored);
        if (for_people && i == top && n_scored > 2 * top) {
            csi_table_part(table);
        }
        if (!for_people || (i < n_scored && is_end)) {
            if (for_people && i + top == n_scored && n_scored > 2 * top) {
                csi_table_part(table);
            }
            add_row(table, view, options, &movement[i]);
        }
    }
    snprintf(title, sizeof title, "%s, %d to %d: the largest movers up and down",
             view->project->framework->node[options->node].name, scores->first_year + (int)options->from,
             scores->first_year + (int)options->to);
    CSI_TRY(csi_table_show(table, call, title, notes));
out:
    csi_table_free(table);
    return status;
}

/* The two years: as given, else the first and the last one that are scored. */
static csi_status find_years(const csi_call *call, const csi_view *view, csi_movement_options *options)
{
    int64_t from = view->results->first_year, to = view->results->first_year;
    size_t last;
    csi_status status = CSI_OK;
    CSI_TRY(csi_view_year(call, view->results, &last));
    to += (int64_t)last;
    if (call->n_arguments == 1) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "movers takes two years, or none for the first and the last");
    }
    if (call->n_arguments == 2) {
        CSI_TRY(csi_call_argument_integer(call, 0, "FROM", -9999, 9999, &from));
        CSI_TRY(csi_call_argument_integer(call, 1, "TO", -9999, 9999, &to));
    }
    CSI_TRY(csi_view_find_year(call, view->results, from, &options->from));
    CSI_TRY(csi_view_find_year(call, view->results, to, &options->to));
    if (options->from >= options->to) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "the first year must be before the second");
    }
out:
    return status;
}

static csi_status run(csi_call *call)
{
    csi_view view = {0};
    csi_movement *movement = NULL;
    csi_movement_options options = {.n_draws = N_DRAWS, .false_discovery = 0.05, .level = 0.9};
    const char *code = csi_call_text(call, CSI_OPT_NODE);
    int64_t top = USUAL_TOP, n_draws = N_DRAWS;
    csi_status status;
    CSI_TRY(csi_call_integer(call, CSI_OPT_DRAWS, 0, MAX_DRAWS, &n_draws));
    options.n_draws = (size_t)n_draws;
    CSI_TRY(csi_call_integer(call, CSI_OPT_TOP, 1, 100000, &top));
    CSI_TRY(csi_view_compute(call, &view));
    CSI_TRY(find_years(call, &view, &options));
    const csi_framework *framework = view.project->framework;
    options.node = code == NULL ? framework->n_nodes - 1 : csi_framework_find(framework, code);
    if (options.node == CSI_NONE || options.node < framework->n_indicators) {
        CSI_TRY(csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--node: the framework has no aggregate \"%s\"", code));
    }
    movement = calloc(view.run->result->scores->n_countries + 1, sizeof *movement);
    if (movement == NULL) {
        CSI_TRY(csi_diag_no_memory(call->diag, "looking at the changes"));
    }
    CSI_TRY(csi_movements_fill(view.run, &options, call->diag, movement));
    CSI_TRY(show(call, &view, &options, movement, (size_t)top));
out:
    free(movement);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_NODE,   CSI_OPT_DRAWS, CSI_OPT_TOP,   CSI_OPT_PROJECT, CSI_OPT_FORMAT,
                                  CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH,   CSI_OPT_OUTPUT_FILE,
                                  CSI_OPT_END};

const csi_command csi_command_movers = {
    .name = "movers",
    .arguments = "[FROM TO]",
    .min_arguments = 0,
    .max_arguments = 2,
    .summary = "show who moved most between two years, why, and whether it is real",
    .text = "Computes the project and lists the countries that rose and fell most between two years (default: the first and "
            "the last). The change is split into observed and imputed values, coverage, and breaks in sources; what is left "
            "like for like is tested with draws of the ensemble that share method and weights in both years. Verdicts hold "
            "false discoveries to 5 % (Benjamini-Hochberg over the countries). A country less than half of whose weight was "
            "observed in both years is told to be too little observed. CSV and JSON list all countries, with a Theil-Sen "
            "slope, its interval and the exact Mann-Kendall test since the first year or the last break, and the smallest "
            "p that so few years can reach.",
    .examples = "csindex movers\n"
                "csindex movers 2018 2022 --node p7 --top 5\n"
                "csindex movers --replicates 10000\n"
                "csindex movers --format csv -o movers.csv\n",
    .options = options,
    .run = run,
};
