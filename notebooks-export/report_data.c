/* See report_data.h. Rows of the published tables that concern other years than the latest are passed over. */
#include "notebooks-export/report_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/outfile.h"
#include "index/rows.h"

#define MOST_BYTES ((size_t)64 << 20) /* of ranking.csv and methodology.md */

typedef struct gatherer {
    const csi_results *results;
    csi_report_data *data;
    csi_names *codes; /* of the indicators */
    csi_diag *diag;
} gatherer;

static const char *path_of(const gatherer *g, const char *file)
{
    return csi_arena_format(g->results->arena, "%s/%s", g->results->directory, file);
}

static const char *keep(const gatherer *g, const char *text)
{
    return csi_arena_copy(g->results->arena, text, strlen(text));
}

static csi_status open_table(const gatherer *g, const char *file, csi_rows **rows)
{
    *rows = NULL;
    const char *path = path_of(g, file);
    return path == NULL ? csi_diag_no_memory(g->diag, "reading the results") : csi_rows_open(path, file, g->diag, rows);
}

/* The text of a column that a project may leave out. */
static const char *optional(const gatherer *g, const csi_rows *rows, const char *heading)
{
    const size_t column = csi_rows_find(rows, heading);
    return column == CSI_NONE ? "" : keep(g, csi_rows_text(rows, column));
}

static double optional_number(const csi_rows *rows, const char *heading)
{
    const size_t column = csi_rows_find(rows, heading);
    double value;
    if (column == CSI_NONE) {
        return NAN;
    }
    const char *text = csi_rows_text(rows, column);
    return csi_number_read(text, strlen(text), &value) == CSI_NUMBER_OK ? value : NAN;
}

static int whole_or_zero(double value)
{
    return isnan(value) ? 0 : (int)value;
}

static csi_status add_indicator(gatherer *g, const csi_rows *rows, size_t *room)
{
    csi_report_data *d = g->data;
    if (d->n_indicators == *room) {
        *room = *room == 0 ? 64 : *room * 2;
        csi_report_indicator *grown = csi_arena_alloc(g->results->arena, *room, sizeof *grown);
        if (grown == NULL) {
            return csi_diag_no_memory(g->diag, "reading the codebook");
        }
        if (d->n_indicators > 0) {
            memcpy(grown, d->indicator, d->n_indicators * sizeof *grown);
        }
        d->indicator = grown;
    }
    csi_report_indicator *indicator = &d->indicator[d->n_indicators++];
    const char *citation = optional(g, rows, "source_citation");
    *indicator = (csi_report_indicator){
        .code = optional(g, rows, "iCode"), .name = optional(g, rows, "iName"), .unit = optional(g, rows, "Unit"),
        .parent = optional(g, rows, "Parent"),
        .source = citation != NULL && citation[0] != '\0' ? citation : optional(g, rows, "source"),
        .licence = optional(g, rows, "source_licence"),
        .direction = optional_number(rows, "Direction") < 0 ? -1 : 1,
        .weight = optional_number(rows, "weight_in_index"),
        .first_year = whole_or_zero(optional_number(rows, "first_observed")),
        .last_year = whole_or_zero(optional_number(rows, "last_observed")),
        .n_countries = whole_or_zero(optional_number(rows, "n_countries")),
    };
    if (indicator->code == NULL || indicator->name == NULL || indicator->unit == NULL || indicator->parent == NULL ||
        indicator->source == NULL || indicator->licence == NULL) {
        return csi_diag_no_memory(g->diag, "reading the codebook");
    }
    size_t index;
    return csi_names_add(g->codes, indicator->code, strlen(indicator->code), &index);
}

static void add_aggregate(const gatherer *g, const csi_rows *rows, size_t *parent, double *weight)
{
    const char *code = csi_rows_text(rows, csi_rows_find(rows, "iCode"));
    const size_t node = csi_names_find(g->results->nodes, code, strlen(code));
    const size_t column = csi_rows_find(rows, "Parent");
    if (node != CSI_NONE && column != CSI_NONE) {
        const char *above = csi_rows_text(rows, column);
        parent[node] = above[0] == '\0' ? CSI_NONE : csi_names_find(g->results->nodes, above, strlen(above));
        weight[node] = optional_number(rows, "Weight");
    }
}

static csi_status read_codebook(gatherer *g)
{
    const size_t n_nodes = csi_names_count(g->results->nodes);
    size_t *parent = csi_arena_alloc(g->results->arena, n_nodes, sizeof *parent);
    double *weight = csi_arena_alloc(g->results->arena, n_nodes, sizeof *weight);
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    bool has_row;
    size_t type, code, room = 0;
    if (parent == NULL || weight == NULL) {
        return csi_diag_no_memory(g->diag, "reading the codebook");
    }
    for (size_t i = 0; i < n_nodes; i++) {
        parent[i] = CSI_NONE;
    }
    CSI_TRY(open_table(g, "codebook.csv", &rows));
    CSI_TRY(csi_rows_expect(rows, "Type", g->diag, &type));
    CSI_TRY(csi_rows_expect(rows, "iCode", g->diag, &code));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        if (strcmp(csi_rows_text(rows, type), "Indicator") == 0) {
            CSI_TRY(add_indicator(g, rows, &room));
        } else if (strcmp(csi_rows_text(rows, type), "Aggregate") == 0) {
            add_aggregate(g, rows, parent, weight);
        }
    }
    g->data->parent = parent;
    g->data->weight = weight;
out:
    csi_rows_close(rows);
    return status;
}

/* The columns that say what a row of contributions or quality is about. */
typedef struct key_columns {
    size_t iso3, year, code;
} key_columns;

static csi_status find_keys(const csi_rows *rows, csi_diag *diag, key_columns *keys)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_rows_expect(rows, "iso3", diag, &keys->iso3));
    CSI_TRY(csi_rows_expect(rows, "year", diag, &keys->year));
    CSI_TRY(csi_rows_expect(rows, "code", diag, &keys->code));
out:
    return status;
}

/* The position of the row's cell in [indicator][country]; CSI_NONE when it is no indicator or country of ours. */
static size_t cell_of(const gatherer *g, const csi_rows *rows, const key_columns *keys)
{
    const char *code = csi_rows_text(rows, keys->code);
    const size_t indicator = csi_names_find(g->codes, code, strlen(code));
    const size_t country = csi_countries_find(&g->results->countries, csi_rows_text(rows, keys->iso3));
    return indicator == CSI_NONE || country == CSI_NONE ? CSI_NONE : indicator * g->results->countries.n + country;
}

static int latest_year(const gatherer *g)
{
    return g->results->first_year + (int)g->data->latest;
}

static csi_status read_contributions(gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    key_columns keys;
    size_t normalised;
    bool has_row;
    int year;
    CSI_TRY(open_table(g, "contributions.csv.gz", &rows));
    CSI_TRY(find_keys(rows, g->diag, &keys));
    CSI_TRY(csi_rows_expect(rows, "normalised", g->diag, &normalised));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(csi_rows_integer(rows, keys.year, 0, g->diag, &year));
        const size_t cell = year == latest_year(g) ? cell_of(g, rows, &keys) : CSI_NONE;
        if (cell != CSI_NONE) {
            CSI_TRY(csi_rows_number(rows, normalised, g->diag, &g->data->normalised[cell]));
        }
    }
out:
    csi_rows_close(rows);
    return status;
}

static csi_cell state_of(const char *name)
{
    for (csi_cell state = CSI_CELL_OBSERVED; state <= CSI_CELL_MODELLED; state++) {
        if (strcmp(name, csi_cell_origin_name(state)) == 0) {
            return state;
        }
    }
    return CSI_CELL_MISSING;
}

static csi_status read_quality_row(gatherer *g, const csi_rows *rows, const key_columns *keys, size_t state_column,
                                   size_t raw_column, size_t imputed_column)
{
    csi_status status = CSI_OK;
    int year;
    double raw, imputed;
    CSI_TRY(csi_rows_integer(rows, keys->year, 0, g->diag, &year));
    const size_t at = year <= latest_year(g) ? cell_of(g, rows, keys) : CSI_NONE;
    if (at == CSI_NONE) {
        return CSI_OK;
    }
    csi_report_cell *cell = &g->data->cell[at];
    const csi_cell state = state_of(csi_rows_text(rows, state_column));
    if (state == CSI_CELL_OBSERVED && year > cell->observed_in) {
        cell->observed_in = year;
    }
    if (year == latest_year(g)) {
        CSI_TRY(csi_rows_number(rows, raw_column, g->diag, &raw));
        CSI_TRY(csi_rows_number(rows, imputed_column, g->diag, &imputed));
        cell->value = isnan(imputed) ? raw : imputed;
        cell->state = state;
    }
out:
    return status;
}

static csi_status read_quality(gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    key_columns keys;
    size_t state, raw, imputed;
    bool has_row;
    CSI_TRY(open_table(g, "quality.csv.gz", &rows));
    CSI_TRY(find_keys(rows, g->diag, &keys));
    CSI_TRY(csi_rows_expect(rows, "state", g->diag, &state));
    CSI_TRY(csi_rows_expect(rows, "raw", g->diag, &raw));
    CSI_TRY(csi_rows_expect(rows, "imputed", g->diag, &imputed));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(read_quality_row(g, rows, &keys, state, raw, imputed));
    }
out:
    csi_rows_close(rows);
    return status;
}

static const char *name_of(const gatherer *g, const char *code)
{
    const size_t indicator = csi_names_find(g->codes, code, strlen(code));
    if (indicator != CSI_NONE) {
        return g->data->indicator[indicator].name;
    }
    const size_t node = csi_names_find(g->results->nodes, code, strlen(code));
    return node == CSI_NONE ? keep(g, code) : g->results->node_name[node];
}

static csi_status add_move(gatherer *g, size_t *room, csi_report_move move)
{
    csi_report_data *d = g->data;
    if (d->n_moves == *room) {
        *room = *room == 0 ? 1024 : *room * 2;
        csi_report_move *grown = csi_arena_alloc(g->results->arena, *room, sizeof *grown);
        if (grown == NULL) {
            return csi_diag_no_memory(g->diag, "reading the changes");
        }
        if (d->n_moves > 0) {
            memcpy(grown, d->move, d->n_moves * sizeof *grown);
        }
        d->move = grown;
    }
    if (move.name == NULL) {
        return csi_diag_no_memory(g->diag, "reading the changes");
    }
    d->move[d->n_moves++] = move;
    return CSI_OK;
}

/* The columns of changes.csv.gz that the page shows. */
typedef struct change_columns {
    size_t iso3, from, to, code, effect;
} change_columns;

/* Keeps the row when its span is the longest so far; a longer one starts the list anew. */
static csi_status read_change(gatherer *g, const csi_rows *rows, const change_columns *column, size_t *room)
{
    csi_report_data *d = g->data;
    csi_status status = CSI_OK;
    csi_report_move move = {.country = csi_countries_find(&g->results->countries, csi_rows_text(rows, column->iso3))};
    int from, to;
    CSI_TRY(csi_rows_integer(rows, column->from, 0, g->diag, &from));
    CSI_TRY(csi_rows_integer(rows, column->to, 0, g->diag, &to));
    if (move.country == CSI_NONE || to - from < d->move_to - d->move_from) {
        return CSI_OK;
    }
    if (to - from > d->move_to - d->move_from) {
        d->n_moves = 0;
        d->move_from = from;
        d->move_to = to;
    }
    CSI_TRY(csi_rows_number(rows, column->effect, g->diag, &move.effect));
    move.name = name_of(g, csi_rows_text(rows, column->code));
    if (from == d->move_from) {
        status = add_move(g, room, move);
    }
out:
    return status;
}

static csi_status read_changes(gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    change_columns column;
    size_t room = 0;
    bool has_row;
    CSI_TRY(open_table(g, "changes.csv.gz", &rows));
    CSI_TRY(csi_rows_expect(rows, "iso3", g->diag, &column.iso3));
    CSI_TRY(csi_rows_expect(rows, "year_from", g->diag, &column.from));
    CSI_TRY(csi_rows_expect(rows, "year_to", g->diag, &column.to));
    CSI_TRY(csi_rows_expect(rows, "code", g->diag, &column.code));
    CSI_TRY(csi_rows_expect(rows, "effect", g->diag, &column.effect));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(read_change(g, rows, &column, &room));
    }
out:
    csi_rows_close(rows);
    return status;
}

/* The rule at the top, as the manifest records it; the page's sliders apply it. */
static void read_root_rule(gatherer *g)
{
    const csi_setting *methods = csi_setting_find(g->results->manifest, "methods");
    const char *root = csi_names_at(g->results->nodes, 0);
    csi_report_data *d = g->data;
    d->root_method = "";
    for (size_t i = 0; methods != NULL && i < methods->n; i++) {
        const csi_setting *step = csi_setting_find(&methods->item[i], "step");
        const csi_setting *node = csi_setting_find(&methods->item[i], "node");
        const csi_setting *method = csi_setting_find(&methods->item[i], "method");
        if (step == NULL || node == NULL || method == NULL || strcmp(step->text, "aggregate") != 0 ||
            strcmp(node->text, root) != 0) {
            continue;
        }
        const csi_setting *share = csi_setting_find(&methods->item[i], "min_weight_share");
        const csi_setting *children = csi_setting_find(&methods->item[i], "min_children");
        double value;
        d->root_method = method->text;
        if (share != NULL && csi_setting_number(share, 0, 1, g->diag, &value) == CSI_OK) {
            d->root_min_weight_share = value;
        }
        if (children != NULL && csi_setting_number(children, 0, 1e6, g->diag, &value) == CSI_OK) {
            d->root_min_children = (int)value;
        }
    }
}

static csi_status make_cells(gatherer *g)
{
    const size_t n_countries = g->results->countries.n;
    csi_report_data *d = g->data;
    if (n_countries > 0 && d->n_indicators > SIZE_MAX / n_countries) {
        return csi_diag_no_memory(g->diag, "reading the results");
    }
    const size_t n = d->n_indicators * n_countries;
    d->normalised = csi_arena_alloc(g->results->arena, n, sizeof *d->normalised);
    d->cell = csi_arena_alloc(g->results->arena, n, sizeof *d->cell);
    if (d->normalised == NULL || d->cell == NULL) {
        return csi_diag_no_memory(g->diag, "reading the results");
    }
    for (size_t i = 0; i < n; i++) {
        d->normalised[i] = NAN;
        d->cell[i].value = NAN;
    }
    return CSI_OK;
}

static csi_status read_whole(const gatherer *g, const char *file, char **text)
{
    size_t n;
    const char *path = path_of(g, file);
    return path == NULL ? csi_diag_no_memory(g->diag, "reading the results")
                        : csi_file_read(path, MOST_BYTES, g->diag, text, &n);
}

csi_status csi_report_data_read(const csi_results *results, csi_diag *diag, csi_report_data *data)
{
    *data = (csi_report_data){.results = results, .latest = csi_results_latest_year(results), .root_min_children = 1};
    gatherer g = {results, data, csi_names_new(results->arena), diag};
    csi_status status = CSI_OK;
    if (g.codes == NULL) {
        return csi_diag_no_memory(diag, "reading the results");
    }
    if (data->latest == CSI_NONE) {
        data->latest = results->n_years - 1;
    }
    CSI_TRY(read_codebook(&g));
    CSI_TRY(make_cells(&g));
    CSI_TRY(read_contributions(&g));
    CSI_TRY(read_quality(&g));
    CSI_TRY(read_changes(&g));
    read_root_rule(&g);
    CSI_TRY(read_whole(&g, "ranking.csv", &data->ranking_csv));
    CSI_TRY(read_whole(&g, "methodology.md", &data->methodology));
out:
    if (status != CSI_OK) {
        csi_report_data_clear(data);
    }
    return status;
}

void csi_report_data_clear(csi_report_data *data)
{
    free(data->ranking_csv);
    free(data->methodology);
    data->ranking_csv = NULL;
    data->methodology = NULL;
}
