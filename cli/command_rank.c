/* csindex rank: the countries of one year, best first. */
#include <math.h>
#include <stdlib.h>

#include "cli/sets.h"
#include "cli/table.h"
#include "cli/view.h"

enum { RANK, RANK_INTERVAL, ISO3, COUNTRY, YEAR, CODE, SCORE, BAR, N_RANKED, COVERAGE, IMPUTED, SCORE_Q05, SCORE_Q50,
       SCORE_Q95, RANK_Q05, RANK_Q50, RANK_Q95, STATUS, N_COLUMNS };

static const csi_column usual[N_COLUMNS] = {
    [RANK] = {"rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    [RANK_INTERVAL] = {NULL, NULL, CSI_COLUMN_DRAWN, 0, 0, 0},
    [ISO3] = {"iso3", "Code", CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    [YEAR] = {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [SCORE] = {"score", "Score", CSI_COLUMN_NUMBER, 0, 0, 0},
    [BAR] = {NULL, "", CSI_COLUMN_BAR, 1, 0, 0},
    [N_RANKED] = {"n_ranked", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [COVERAGE] = {"coverage", "Coverage", CSI_COLUMN_SHARE, 2, 0, 0},
    [IMPUTED] = {"imputed_share", "Imputed", CSI_COLUMN_SHARE, 3, 0, 0},
    [SCORE_Q05] = {"score_q05", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SCORE_Q50] = {"score_q50", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [SCORE_Q95] = {"score_q95", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q05] = {"rank_q05", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q50] = {"rank_q50", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [RANK_Q95] = {"rank_q95", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    [STATUS] = {"status", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
};

typedef struct ranking {
    const csi_results *results;
    size_t node, year;
    size_t *country; /* in the order of ranks; owned */
    size_t n, n_provisional;
    bool has_intervals;
} ranking;

static const csi_score_row *row_of(const ranking *r, size_t position)
{
    return csi_results_at(r->results, r->node, r->year, r->country[position]);
}

/* Countries come in the order of their codes, and stay in it where ranks are equal. */
static void sort_by_rank(ranking *r)
{
    for (size_t i = 1; i < r->n; i++) {
        const size_t moving = r->country[i];
        const int rank = row_of(r, i)->rank;
        size_t at = i;
        for (; at > 0 && row_of(r, at - 1)->rank > rank; at--) {
            r->country[at] = r->country[at - 1];
        }
        r->country[at] = moving;
    }
}

static csi_status gather(const csi_call *call, ranking *r)
{
    r->country = calloc(r->results->countries.n + 1, sizeof *r->country);
    if (r->country == NULL) {
        return csi_diag_no_memory(call->diag, "ranking");
    }
    for (size_t c = 0; c < r->results->countries.n; c++) {
        const csi_score_row *row = csi_results_at(r->results, r->node, r->year, c);
        if (row->rank > 0) {
            r->country[r->n++] = c;
            r->n_provisional += row->status == CSI_SCORE_PROVISIONAL;
            r->has_intervals = r->has_intervals || !isnan(row->rank_q05);
        }
    }
    sort_by_rank(r);
    return CSI_OK;
}

static void add_row(csi_table *table, const ranking *r, size_t position)
{
    const csi_score_row *row = row_of(r, position);
    const csi_country *country = &r->results->countries.country[r->country[position]];
    csi_table_count(table, row->rank);
    csi_table_interval(table, row->rank_q05, row->rank_q95);
    csi_table_text(table, country->iso3);
    csi_table_text(table, country->name);
    csi_table_count(table, r->results->first_year + (int)r->year);
    csi_table_text(table, csi_names_at(r->results->nodes, r->node));
    csi_table_number(table, row->score);
    csi_table_bar(table, row->score_q05, row->score, row->score_q95);
    csi_table_count(table, row->n_ranked);
    csi_table_number(table, row->coverage);
    csi_table_number(table, row->imputed_share);
    csi_table_number(table, row->score_q05);
    csi_table_number(table, row->score_q50);
    csi_table_number(table, row->score_q95);
    csi_table_number(table, row->rank_q05);
    csi_table_number(table, row->rank_q50);
    csi_table_number(table, row->rank_q95);
    csi_table_text(table, csi_score_status_name(row->status));
}

/* Which positions of the ranking are shown: the first `top` and the last `bottom`. */
static csi_status read_ends(const csi_call *call, size_t n, size_t *top, size_t *bottom)
{
    int64_t first = 0, last = 0;
    csi_status status = csi_call_integer(call, CSI_OPT_TOP, 1, INT32_MAX, &first);
    if (status == CSI_OK) {
        status = csi_call_integer(call, CSI_OPT_BOTTOM, 1, INT32_MAX, &last);
    }
    const bool is_whole = first == 0 && last == 0;
    *top = is_whole || (size_t)first > n ? n : (size_t)first;
    *bottom = (size_t)last > n - *top ? n - *top : (size_t)last;
    return status;
}

/* What a reader must know beside the table; "" when there is nothing. */
static void write_notes(const ranking *r, char *notes, size_t room)
{
    const int year = r->results->first_year + (int)r->year;
    size_t at = 0;
    notes[0] = '\0';
    if (r->has_intervals) {
        const int n = snprintf(notes, room, "90 %%: from the 5th to the 95th percentile of the ensemble; countries whose "
                                            "intervals of rank overlap are not clearly apart.");
        at = n > 0 ? (size_t)n : 0;
    } else {
        const int n = snprintf(notes, room, "%s", csi_view_without_intervals(r->results));
        at = n > 0 ? (size_t)n : 0;
    }
    if (r->n_provisional > 0 && at < room) {
        snprintf(notes + at, room - at, "%s%zu scores are provisional: a source that they draw on has not yet reported %d.",
                 at > 0 ? " " : "", r->n_provisional, year);
    }
}

static csi_status show(const csi_call *call, const ranking *r)
{
    size_t top = 0, bottom = 0;
    csi_column column[N_COLUMNS];
    csi_table *table = NULL;
    char title[512], notes[512];
    csi_status status = read_ends(call, r->n, &top, &bottom);
    CSI_TRY(status);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        column[i] = usual[i];
    }
    column[RANK_INTERVAL].heading = r->has_intervals ? "90 %" : NULL;
    column[BAR].heading = r->has_intervals ? "90 % interval" : "";
    const csi_scale scale = csi_results_scale(r->results);
    column[BAR].low = scale.low;
    column[BAR].high = scale.high;
    CSI_TRY(csi_table_new(column, N_COLUMNS, call->diag, &table));
    for (size_t i = 0; i < top; i++) {
        add_row(table, r, i);
    }
    for (size_t i = r->n - bottom; i < r->n; i++) {
        if (i == r->n - bottom && i > top) {
            csi_table_part(table);
        }
        add_row(table, r, i);
    }
    const char *variant = r->results->variant;
    snprintf(title, sizeof title, "%s%s%s%s, %d: %zu of %zu countries scored", r->results->node_name[r->node],
             variant == NULL ? "" : " (", variant == NULL ? "" : variant, variant == NULL ? "" : ")",
             r->results->first_year + (int)r->year, r->n, r->results->countries.n);
    if (csi_call_has(call, CSI_OPT_SETS)) {
        CSI_TRY(csi_sets_show(call, r->results, r->node, r->year, r->country, top, title));
        goto out;
    }
    write_notes(r, notes, sizeof notes);
    CSI_TRY(csi_table_show(table, call, title, notes[0] != '\0' ? notes : NULL));
out:
    csi_table_free(table);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_view view = {0};
    ranking r = {0};
    if (csi_call_has(call, CSI_OPT_SETS) && csi_call_has(call, CSI_OPT_VARIANT)) {
        CSI_TRY(csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--sets are of the full series, not of a --variant"));
    }
    CSI_TRY(csi_view_open(call, &view));
    r.results = view.results;
    CSI_TRY(csi_view_node(call, view.results, &r.node));
    CSI_TRY(csi_view_year(call, view.results, &r.year));
    CSI_TRY(gather(call, &r));
    CSI_TRY(show(call, &r));
out:
    free(r.country);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR, CSI_OPT_NODE, CSI_OPT_TOP, CSI_OPT_BOTTOM, CSI_OPT_SETS, CSI_OPT_VARIANT, CSI_OPTS_VIEW, CSI_OPT_END};

const csi_command csi_command_rank = {
    .name = "rank",
    .arguments = "",
    .summary = "rank the countries of one year",
    .text = "Ranks the countries of one year by the index or by one of its nodes, rank 1 best; equal scores share the "
            "smaller rank. Coverage is the share of the indicator weight that has data, imputed the share of that which "
            "was carried or filled in. Where the results hold an ensemble, the 90 % intervals of rank and score stand "
            "beside them; with --sets, the ranks that each can have for all countries at once (Klein, Wright and Wieczorek "
            "2020), and groups that cannot be told apart. Countries with too little data to be scored are left out, never "
            "ranked low.",
    .examples = "csindex rank --top 10 --bottom 5\n"
                "csindex rank --year 2018 --node p7 --format csv\n"
                "csindex rank --sets --top 30 --results out\n",
    .options = options,
    .run = run,
};
