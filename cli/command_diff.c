/* csindex diff OLD NEW: two published results, and whether the change between them is small enough to pass. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "cli/view.h"
#include "index/revision.h"

#define USUAL_TOP 10

enum { ISO3, COUNTRY, YEAR, CODE, OLD, NEW, CHANGE, DATA, COVERAGE, GOALPOSTS, WEIGHTS, METHOD, PROGRAM, OLD_RANK, NEW_RANK, N_COLUMNS };
static const csi_column usual[N_COLUMNS] = {
    [ISO3] = {"iso3", "ISO", CSI_COLUMN_TEXT, 0, 0, 0},
    [COUNTRY] = {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
    [YEAR] = {"year", NULL, CSI_COLUMN_COUNT, 0, 0, 0},
    [CODE] = {"code", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
    [OLD] = {"old_score", "Old", CSI_COLUMN_NUMBER, 0, 0, 0},
    [NEW] = {"new_score", "New", CSI_COLUMN_NUMBER, 0, 0, 0},
    [CHANGE] = {"change", "Change", CSI_COLUMN_NUMBER, 0, 0, 0},
    [DATA] = {"data", "Data", CSI_COLUMN_NUMBER, 0, 0, 0},
    [COVERAGE] = {"coverage", "Coverage", CSI_COLUMN_NUMBER, 1, 0, 0},
    [GOALPOSTS] = {"goalposts", "Goalposts", CSI_COLUMN_NUMBER, 3, 0, 0},
    [WEIGHTS] = {"weights", "Weights", CSI_COLUMN_NUMBER, 3, 0, 0},
    [METHOD] = {"method", "Method", CSI_COLUMN_NUMBER, 0, 0, 0},
    [PROGRAM] = {"program", "Program", CSI_COLUMN_NUMBER, 2, 0, 0},
    [OLD_RANK] = {"old_rank", "Rank", CSI_COLUMN_COUNT, 0, 0, 0},
    [NEW_RANK] = {"new_rank", "now", CSI_COLUMN_COUNT, 0, 0, 0},
};

typedef struct shown {
    const csi_revision *revision;
    size_t node, year, country;
    double change;
    int rank_change;
} shown;

static int by_size(const void *a, const void *b)
{
    const shown *x = a, *y = b;
    if (x->rank_change != y->rank_change) {
        return x->rank_change > y->rank_change ? -1 : 1;
    }
    if (x->change != y->change && !(isnan(x->change) && isnan(y->change))) {
        return isnan(x->change) ? -1 : isnan(y->change) || fabs(x->change) > fabs(y->change) ? -1 : 1;
    }
    return (x->country > y->country) - (x->country < y->country);
}

static void add_row(csi_table *table, const shown *s)
{
    const csi_revision *r = s->revision;
    const csi_score_row *old = csi_revision_old(r, s->node, s->year, s->country);
    const csi_score_row *new = csi_results_at(r->new, s->node, s->year, s->country);
    const size_t cell = (s->node * r->new->n_years + s->year) * r->new->countries.n + s->country;
    csi_table_text(table, r->new->countries.country[s->country].iso3);
    csi_table_text(table, r->new->countries.country[s->country].name);
    csi_table_count(table, r->new->first_year + (int)s->year);
    csi_table_text(table, csi_names_at(r->new->nodes, s->node));
    csi_table_number(table, old == NULL ? NAN : old->score);
    csi_table_number(table, new->score);
    csi_table_number(table, s->change);
    for (size_t part = 0; part < CSI_N_REVISED; part++) {
        csi_table_number(table, r->part[part][cell]);
    }
    csi_table_number(table, r->program[cell]);
    csi_table_rank(table, old == NULL ? 0 : old->rank);
    csi_table_rank(table, new->rank);
}

/* The countries of a node and year whose score or rank differs; returns how many. */
static size_t gather(const csi_revision *r, size_t node, size_t year, shown *list)
{
    size_t n = 0;
    for (size_t c = 0; c < r->new->countries.n; c++) {
        const csi_score_row *old = csi_revision_old(r, node, year, c), *new = csi_results_at(r->new, node, year, c);
        const double before = old == NULL ? NAN : old->score;
        const int old_rank = old == NULL ? 0 : old->rank;
        const bool is_same = before == new->score || (isnan(before) && isnan(new->score));
        if (!is_same || old_rank != new->rank) {
            list[n++] = (shown){r, node, year, c, new->score - before, abs(new->rank - old_rank)};
        }
    }
    return n;
}

static csi_status show_scores(const csi_call *call, const csi_revision *r, size_t node, size_t year, size_t top,
                              const char *title)
{
    const bool for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0, has_year = csi_call_has(call, CSI_OPT_YEAR);
    const size_t first = for_people || has_year ? year : 0, last = for_people || has_year ? year : r->new->n_years - 1;
    shown *list = calloc(r->new->countries.n + 1, sizeof *list);
    csi_table *table = NULL;
    csi_status status = CSI_OK;
    if (list == NULL) {
        return csi_diag_no_memory(call->diag, "comparing results");
    }
    CSI_TRY(csi_table_new(usual, N_COLUMNS, call->diag, &table));
    for (size_t y = first; y <= last; y++) {
        const size_t n = gather(r, node, y, list);
        qsort(list, n, sizeof *list, by_size);
        for (size_t i = 0; i < n && (!for_people || i < top); i++) {
            add_row(table, &list[i]);
        }
    }
    CSI_TRY(csi_table_show(table, call, title, NULL));
out:
    csi_table_free(table);
    free(list);
    return status;
}

static void put_cells(const csi_call *call, const csi_cell_revisions *cells, const char *what)
{
    fprintf(call->out, "%s: %zu observed, %zu before; %zu revised, %zu added, %zu gone\n", what, cells->n_new,
            cells->n_old, cells->n_revised, cells->n_added, cells->n_gone);
}

static void put_summary(const csi_call *call, const csi_revision *r)
{
    put_cells(call, &r->all, "Cells");
    for (size_t i = 0; i < r->n_indicators; i++) {
        const csi_cell_revisions *cells = &r->cells[i];
        if (cells->n_revised + cells->n_added + cells->n_gone > 0) {
            put_cells(call, cells, cells->code);
        }
    }
    fprintf(call->out, "Configuration and framework: %s; program: %s\n", r->is_same_method ? "the same" : "changed",
            r->is_same_program ? "the same" : "changed");
    fprintf(call->out, "Largest change of a rank of the index in any year: %d\n\n", csi_revision_rank_change(r));
}

/* The countries and years that the new result lacks. */
static size_t count_lost(const csi_revision *r)
{
    size_t n = 0;
    for (size_t c = 0; c < r->old->countries.n; c++) {
        n += csi_countries_find(&r->new->countries, r->old->countries.country[c].iso3) == CSI_NONE;
    }
    const long old_last = r->old->first_year + (long)r->old->n_years, new_last = r->new->first_year + (long)r->new->n_years;
    n += r->new->first_year > r->old->first_year ? 1 : 0;
    return n + (new_last < old_last ? 1 : 0);
}

static csi_status check_gates(const csi_call *call, const csi_revision *r)
{
    int64_t max_rank = INT64_MAX, max_percent = INT64_MAX;
    csi_status status = CSI_OK;
    CSI_TRY(csi_call_integer(call, CSI_OPT_MAX_RANK_CHANGE, 0, 1000000, &max_rank));
    CSI_TRY(csi_call_integer(call, CSI_OPT_MAX_REVISED, 0, 100, &max_percent));
    const int rank_change = csi_revision_rank_change(r);
    const double percent = 100 * csi_revision_share(r);
    if (rank_change > max_rank) {
        status = csi_diag_error(call->diag, CSI_ERR_GATE, NULL, "a rank changed by %d, more than --max-rank-change %lld",
                                rank_change, (long long)max_rank);
    }
    if (max_percent != INT64_MAX && percent > (double)max_percent) {
        status = csi_diag_error(call->diag, CSI_ERR_GATE, NULL,
                                "%zu of %zu observed cells differ, more than --max-revised %lld %%",
                                r->all.n_added + r->all.n_gone + r->all.n_revised, r->all.n_old + r->all.n_added,
                                (long long)max_percent);
    }
    if (csi_call_has(call, CSI_OPT_MAX_RANK_CHANGE) || csi_call_has(call, CSI_OPT_MAX_REVISED)) {
        const size_t n_lost = count_lost(r);
        if (n_lost > 0) {
            status = csi_diag_error(call->diag, CSI_ERR_GATE, NULL, "%zu countries or years of the old result are gone",
                                    n_lost);
        }
    }
out:
    return status;
}

static csi_status run(csi_call *call)
{
    csi_revision *r = NULL;
    size_t node = 0, year = 0;
    int64_t top = USUAL_TOP;
    char title[256];
    csi_status status;
    CSI_TRY(csi_call_integer(call, CSI_OPT_TOP, 1, 100000, &top));
    CSI_TRY(csi_revision_make(call->argument[0], call->argument[1], call->diag, &r));
    CSI_TRY(csi_view_node(call, r->new, &node));
    CSI_TRY(csi_view_year(call, r->new, &year));
    if (csi_call_choice(call, CSI_OPT_FORMAT) == 0) {
        put_summary(call, r);
    }
    snprintf(title, sizeof title, "%s, %d: the largest changes", r->new->node_name[node], r->new->first_year + (int)year);
    CSI_TRY(show_scores(call, r, node, year, (size_t)top, title));
    CSI_TRY(check_gates(call, r));
out:
    csi_revision_free(r);
    return status;
}

static const csi_opt options[] = {CSI_OPT_YEAR,   CSI_OPT_NODE,  CSI_OPT_TOP,   CSI_OPT_MAX_RANK_CHANGE, CSI_OPT_MAX_REVISED,
                                  CSI_OPT_FORMAT, CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH,
                                  CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_diff = {
    .name = "diff",
    .arguments = "OLD NEW",
    .min_arguments = 2,
    .max_arguments = 2,
    .summary = "compare two published results: cells, scores, ranks, and what caused it",
    .text = "Compares two output directories: which observed cells were added, went or were revised, what that did to the "
            "scores and ranks, and how much of it is due to revised values, to cells that came or went, to goalposts, to "
            "weights, to the rest of the method (configuration and framework) and to the program. For that mixtures of the "
            "old and the new are computed from the published files alone, and the parts are Shapley values, which add up. With --max-rank-change or --max-revised the command ends with exit code 1 when the change is "
            "larger than that, or when countries or years are gone, so that a schedule can hold a result back. In CSV and "
            "JSON all years are listed unless --year names one.",
    .examples = "csindex diff out-2022 out-2023\n"
                "csindex diff latest candidate --max-rank-change 20 --max-revised 10\n"
                "csindex diff latest candidate --node p7 --format csv\n",
    .options = options,
    .run = run,
};
