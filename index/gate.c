/* What the gate looks at: raw cells against quality.csv.gz, ranks and coverage of the top node against scores.csv.gz.
 *
 * Raw cells, not scores, tell whether a source was revised: a score moves with every new year of a carried indicator.
 * Vanished data are refused even without limits, since a source that comes back half empty looks like a good update. */
#include "index/gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "index/rows.h"
#include "index/verify.h"

typedef struct comparison {
    const csi_run *run;
    csi_arena *arena;
    csi_gate *gate;
    const char *directory;
} comparison;

static csi_status vanished(const comparison *c, const char *kind, const char *name, csi_diag *diag)
{
    size_t index;
    const char *const text = csi_arena_format(c->arena, "%s %s", kind, name);
    if (text == NULL || csi_names_add(c->gate->vanished, text, strlen(text), &index) != CSI_OK) {
        return csi_diag_no_memory(diag, "comparing with the last results");
    }
    return CSI_OK;
}

static bool has_values(const csi_panel *panel, size_t series)
{
    const size_t n = panel->n_years * panel->n_countries;
    const double *const value = panel->value + series * n;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(value[i])) {
            return true;
        }
    }
    return false;
}

/* One published cell that had a raw value. */
static csi_status compare_cell(const comparison *c, const char *iso3, int year, const char *code, double before,
                               csi_names *codes, csi_diag *diag)
{
    const csi_panel *const panel = c->run->raw->panel;
    const size_t country = csi_countries_find(&c->run->raw->countries, iso3), at = csi_panel_find_year(panel, year);
    const size_t series = csi_framework_find_series(c->run->project->framework, code);
    const bool is_on_axes = country != CSI_NONE && at != CSI_NONE && series != CSI_NONE;
    const double now = is_on_axes ? csi_panel_get(panel, series, at, country) : NAN;
    size_t index;
    c->gate->n_cells++;
    c->gate->n_gone += isnan(now) ? 1 : 0;
    c->gate->n_revised += !isnan(now) && now != before ? 1 : 0;
    if (csi_names_add(codes, code, strlen(code), &index) != CSI_OK) {
        return csi_diag_no_memory(diag, "comparing with the last results");
    }
    return CSI_OK;
}

static csi_status read_cells(const comparison *c, csi_rows *rows, csi_names *codes, csi_diag *diag)
{
    enum { ISO3, YEAR, CODE, RAW, N };
    static const char *const heading[N] = {"iso3", "year", "code", "raw"};
    size_t column[N];
    bool has_row = true;
    csi_status status = CSI_OK;
    for (size_t i = 0; i < N; i++) {
        CSI_TRY(csi_rows_expect(rows, heading[i], diag, &column[i]));
    }
    for (;;) {
        double raw = NAN;
        int year = 0;
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(csi_rows_number(rows, column[RAW], diag, &raw));
        if (isnan(raw)) {
            continue;
        }
        CSI_TRY(csi_rows_integer(rows, column[YEAR], 0, diag, &year));
        CSI_TRY(compare_cell(c, csi_rows_text(rows, column[ISO3]), year, csi_rows_text(rows, column[CODE]), raw, codes,
                             diag));
    }
out:
    return status;
}

static size_t count_values(const csi_panel *panel)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_series * panel->n_years * panel->n_countries; i++) {
        n += isnan(panel->value[i]) ? 0 : 1;
    }
    return n;
}

static csi_status compare_cells(const comparison *c, csi_diag *diag)
{
    const csi_framework *const framework = c->run->project->framework;
    const char *const path = csi_arena_format(c->arena, "%s/quality.csv.gz", c->directory);
    csi_names *const codes = csi_names_new(c->arena);
    csi_rows *rows = NULL;
    csi_status status;
    if (path == NULL || codes == NULL) {
        return csi_diag_no_memory(diag, "comparing with the last results");
    }
    CSI_TRY(csi_rows_open(path, path, diag, &rows));
    CSI_TRY(read_cells(c, rows, codes, diag));
    for (size_t i = 0; i < csi_names_count(codes); i++) {
        const size_t series = csi_framework_find_series(framework, csi_names_at(codes, i));
        if (series == CSI_NONE || !has_values(c->run->raw->panel, series)) {
            CSI_TRY(vanished(c, "indicator", csi_names_at(codes, i), diag));
        }
    }
    const size_t n_kept = c->gate->n_cells - c->gate->n_gone;
    c->gate->n_added = count_values(c->run->raw->panel) - n_kept;
    c->gate->revised_share =
        c->gate->n_cells == 0 ? 0.0 : (double)(c->gate->n_revised + c->gate->n_gone) / (double)c->gate->n_cells;
out:
    csi_rows_close(rows);
    return status;
}

/* The top node's row; NULL where the results do not have the year or the country. */
static const csi_score_row *top_row(const csi_results *results, int year, const char *iso3)
{
    const size_t country = csi_countries_find(&results->countries, iso3);
    const long at = (long)year - results->first_year;
    return country == CSI_NONE || at < 0 || (size_t)at >= results->n_years
               ? NULL
               : csi_results_at(results, 0, (size_t)at, country);
}

static bool is_scored(const csi_score_row *row)
{
    return row != NULL && !isnan(row->score);
}

static void compare_ranks(const comparison *c, const csi_results *before, const csi_results *now, size_t country)
{
    const char *const iso3 = before->countries.country[country].iso3;
    for (size_t year = 0; year < before->n_years; year++) {
        const csi_score_row *const old = csi_results_at(before, 0, year, country);
        const csi_score_row *const new = top_row(now, before->first_year + (int)year, iso3);
        if (is_scored(old) && is_scored(new) && abs(new->rank - old->rank) > c->gate->rank_change) {
            c->gate->rank_change = abs(new->rank - old->rank);
            c->gate->mover = csi_arena_copy(c->arena, iso3, strlen(iso3));
            c->gate->mover_year = before->first_year + (int)year;
            c->gate->mover_before = old->rank;
            c->gate->mover_after = new->rank;
        }
    }
}

static double mean_coverage(const csi_results *results)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < results->n_years * results->countries.n; i++) {
        const csi_score_row *const row = &results->row[i]; /* the top node comes first */
        if (is_scored(row)) {
            sum += row->coverage;
            n++;
        }
    }
    return n == 0 ? NAN : sum / (double)n;
}

static bool is_scored_anywhere(const csi_results *results, const char *iso3)
{
    bool is_found = false;
    for (size_t year = 0; year < results->n_years && !is_found; year++) {
        is_found = is_scored(top_row(results, results->first_year + (int)year, iso3));
    }
    return is_found;
}

static bool is_scored_in(const csi_results *results, int year)
{
    bool is_found = false;
    for (size_t i = 0; i < results->countries.n && !is_found; i++) {
        is_found = is_scored(top_row(results, year, results->countries.country[i].iso3));
    }
    return is_found;
}

static csi_status compare_scores(const comparison *c, const csi_results *before, const csi_results *now, csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < before->countries.n; i++) {
        const char *const iso3 = before->countries.country[i].iso3;
        compare_ranks(c, before, now, i);
        if (is_scored_anywhere(before, iso3) && !is_scored_anywhere(now, iso3)) {
            CSI_TRY(vanished(c, "country", iso3, diag));
        }
    }
    for (size_t i = 0; i < before->n_years; i++) {
        const int year = before->first_year + (int)i;
        if (is_scored_in(before, year) && !is_scored_in(now, year)) {
            const char *const text = csi_arena_format(c->arena, "%d", year);
            CSI_TRY(text == NULL ? csi_diag_no_memory(diag, "comparing with the last results")
                                 : vanished(c, "year", text, diag));
        }
    }
    c->gate->coverage_before = mean_coverage(before);
    c->gate->coverage_after = mean_coverage(now);
out:
    return status;
}

static csi_status compare_index(const comparison *c, const csi_results *before, csi_diag *diag)
{
    const csi_setting *const id = csi_setting_find(csi_setting_find(before->manifest, "index"), "id");
    const bool is_same = id != NULL && id->kind == CSI_SETTING_TEXT && strcmp(id->text, c->run->project->id) == 0;
    return is_same ? CSI_OK : vanished(c, "index", id == NULL || id->text == NULL ? "?" : id->text, diag);
}

/* The last results being read: the scores by one thread, the cells by another, which notes what it finds in a gate and an
 * arena of its own. */
typedef struct reading {
    const comparison *c;
    comparison cells;
    csi_gate found;
    csi_results *before;
    csi_diag *diag[2];
    csi_status status[2];
} reading;

static csi_status read_half(void *user, size_t half, size_t thread)
{
    reading *r = user;
    (void)thread;
    r->diag[half] = csi_diag_new(0);
    r->status[half] = r->diag[half] == NULL ? CSI_ERR_MEMORY
                      : half == 0           ? csi_results_read(r->c->directory, r->diag[0], &r->before)
                                            : compare_cells(&r->cells, r->diag[1]);
    return CSI_OK;
}

/* Adds what was found in the cells; indicators come after the countries and years that have vanished. */
static csi_status add_cells(const comparison *c, const csi_gate *found, csi_diag *diag)
{
    csi_gate *gate = c->gate;
    gate->n_cells = found->n_cells;
    gate->n_revised = found->n_revised;
    gate->n_gone = found->n_gone;
    gate->n_added = found->n_added;
    gate->revised_share = found->revised_share;
    for (size_t i = 0; i < csi_names_count(found->vanished); i++) {
        const char *const text = csi_names_at(found->vanished, i);
        size_t index;
        if (csi_names_add(gate->vanished, text, strlen(text), &index) != CSI_OK) {
            return csi_diag_no_memory(diag, "comparing with the last results");
        }
    }
    return CSI_OK;
}

static csi_status unreadable(const char *previous, csi_status status, csi_diag *diag)
{
    return csi_diag_error(diag, status, &(csi_place){.file = previous},
                          "the last results cannot be read, so the new ones cannot be held against them: %s",
                          csi_status_text(status));
}

/* Nothing whole is there that could be lost. */
static bool is_nothing(csi_status status)
{
    return status == CSI_ERR_NO_INPUT || status == CSI_ERR_DATA;
}

static csi_status finish_half(const reading *r, size_t half, csi_diag *diag)
{
    csi_diag_pass_on(diag, r->diag[half]);
    return r->diag[half] == NULL ? csi_diag_no_memory(diag, "comparing with the last results") : r->status[half];
}

/* *is_whole: whether the scores, where the manifest vouches for any, could be read at all. */
static csi_status compare(const comparison *c, bool has_scores, const csi_intervals *intervals, csi_diag *diag,
                          bool *is_whole)
{
    reading r = {.c = c, .cells = *c};
    csi_results *now = NULL;
    csi_status status;
    r.cells.gate = &r.found;
    r.cells.arena = csi_arena_new();
    r.found.vanished = r.cells.arena == NULL ? NULL : csi_names_new(r.cells.arena);
    CSI_TRY(r.found.vanished == NULL ? csi_diag_no_memory(diag, "comparing with the last results") : CSI_OK);
    CSI_TRY(csi_workers_run(c->run->project->n_threads, 2, read_half, &r));
    *is_whole = !has_scores || !is_nothing(r.status[0]);
    if (has_scores && r.status[0] != CSI_OK) {
        status = *is_whole ? unreadable(c->directory, r.status[0], diag) : CSI_OK;
        goto out;
    }
    CSI_TRY(finish_half(&r, 0, diag));
    CSI_TRY(csi_results_of_run(c->run, intervals, diag, &now));
    CSI_TRY(compare_index(c, r.before, diag));
    CSI_TRY(compare_scores(c, r.before, now, diag));
    CSI_TRY(finish_half(&r, 1, diag));
    CSI_TRY(add_cells(c, &r.found, diag));
out:
    csi_results_free(r.before);
    csi_results_free(now);
    csi_arena_free(r.cells.arena);
    csi_diag_free(r.diag[0]);
    csi_diag_free(r.diag[1]);
    return status;
}

csi_status csi_gate_check(csi_arena *arena, const char *previous, const csi_run *run, const csi_intervals *intervals,
                          const csi_gate_limits *limits, csi_diag *diag, csi_gate **gate)
{
    csi_verified whole;
    *gate = NULL;
    bool is_whole = false;
    csi_status status = csi_verify_files(previous, run->project->n_threads, NULL, &whole);
    if (status != CSI_OK) {
        return is_nothing(status) ? CSI_OK : unreadable(previous, status, diag);
    }
    comparison c = {.run = run, .arena = arena, .directory = previous};
    c.gate = csi_arena_alloc(arena, 1, sizeof *c.gate);
    if (c.gate == NULL || (c.gate->vanished = csi_names_new(arena)) == NULL) {
        return csi_diag_no_memory(diag, "comparing with the last results");
    }
    CSI_TRY(compare(&c, whole.has_scores, intervals, diag, &is_whole));
    if (is_whole) {
        *gate = c.gate;
        status = csi_gate_judge(arena, c.gate, limits, previous, diag);
    }
out:
    return status;
}
