/* What the report page's script works on. The scores of the index and its immediate parts are written in full, so that
 * re-weighing gives the ranks that a run with those weights gives; everything else is rounded for the page. */
#include <math.h>
#include <string.h>

#include "core/json.h"
#include "core/number.h"
#include "notebooks-export/report_parts.h"

enum { IN_FULL = -1 };

static void write_rounded(csi_json *json, double value, int decimals)
{
    csi_json_number(json, decimals == IN_FULL ? value : csi_scale_round(value, decimals));
}

/* The decimals that are enough to draw a score. */
static int drawn(const csi_report *r)
{
    return r->scale.decimals + 1;
}

typedef double (*getter)(const csi_score_row *row);

static double get_score(const csi_score_row *row) { return row->score; }
static double get_low(const csi_score_row *row) { return row->score_q05; }
static double get_high(const csi_score_row *row) { return row->score_q95; }
static double get_rank(const csi_score_row *row) { return row->rank == 0 ? NAN : (double)row->rank; }
static double get_rank_low(const csi_score_row *row) { return row->rank_q05; }
static double get_rank_high(const csi_score_row *row) { return row->rank_q95; }
static double get_coverage(const csi_score_row *row) { return row->coverage; }

/* [year][country] of one node. */
static void write_grid(const csi_report *r, csi_json *json, size_t node, getter get,
                       int decimals)
{
    const csi_results *results = r->data->results;
    csi_json_begin_array(json);
    for (size_t y = 0; y < results->n_years; y++) {
        csi_json_begin_array(json);
        for (size_t c = 0; c < results->countries.n; c++) {
            write_rounded(json, get(csi_results_at(results, node, y, c)), decimals);
        }
        csi_json_end_array(json);
    }
    csi_json_end_array(json);
}

static void write_grid_at(const csi_report *r, csi_json *json, const char *key, getter get, int decimals)
{
    csi_json_key(json, key);
    write_grid(r, json, 0, get, decimals);
}

static void write_bounds(const csi_report *r, csi_json *json, const char *key, getter get)
{
    csi_json_key(json, key);
    csi_json_begin_array(json);
    write_grid(r, json, 0, get, drawn(r));
    csi_json_end_array(json);
}

static void write_nodes(const csi_report *r, csi_json *json)
{
    const csi_results *results = r->data->results;
    csi_json_key(json, "nodes");
    csi_json_begin_array(json);
    for (size_t n = 0; n < csi_names_count(results->nodes); n++) {
        csi_json_begin_object(json);
        csi_json_text_at(json, "code", csi_names_at(results->nodes, n));
        csi_json_text_at(json, "name", r->data->node_name[n]);
        csi_json_integer_at(json, "level", results->node_level[n]);
        csi_json_integer_at(json, "parent", r->data->parent[n] == CSI_NONE ? -1 : (int64_t)r->data->parent[n]);
        csi_json_number_at(json, "weight", r->data->weight[n]);
        csi_json_end_object(json);
    }
    csi_json_end_array(json);
}

static void write_scores(const csi_report *r, csi_json *json)
{
    csi_json_key(json, "score");
    csi_json_begin_array(json);
    for (size_t n = 0; n < csi_names_count(r->data->results->nodes); n++) {
        const bool is_full = n == 0 || r->data->parent[n] == 0;
        write_grid(r, json, n, get_score, is_full ? IN_FULL : drawn(r));
    }
    csi_json_end_array(json);
    write_bounds(r, json, "low", get_low);
    write_bounds(r, json, "high", get_high);
    write_grid_at(r, json, "rank", get_rank, IN_FULL);
    write_grid_at(r, json, "rank_low", get_rank_low, 2);
    write_grid_at(r, json, "rank_high", get_rank_high, 2);
    write_grid_at(r, json, "coverage", get_coverage, 2);
}

static void write_years(const csi_report *r, csi_json *json)
{
    const csi_results *results = r->data->results;
    csi_json_key(json, "years");
    csi_json_begin_array(json);
    for (size_t y = 0; y < results->n_years; y++) {
        csi_json_integer(json, results->first_year + (int)y);
    }
    csi_json_end_array(json);
    csi_json_key(json, "n_ranked");
    csi_json_begin_array(json);
    for (size_t y = 0; y < results->n_years; y++) {
        csi_json_integer(json, results->countries.n == 0 ? 0 : csi_results_at(results, 0, y, 0)->n_ranked);
    }
    csi_json_end_array(json);
}

static void write_countries(const csi_report *r, csi_json *json)
{
    const csi_countries *countries = &r->data->results->countries;
    csi_json_key(json, "countries");
    csi_json_begin_array(json);
    for (size_t c = 0; c < countries->n; c++) {
        csi_json_begin_array(json);
        csi_json_text(json, countries->country[c].iso3);
        csi_json_text(json, csi_report_country(r, c));
        csi_json_text(json, csi_report_region(r, c));
        csi_json_end_array(json);
    }
    csi_json_end_array(json);
}

static void write_indicators(const csi_report *r, csi_json *json)
{
    csi_json_key(json, "indicators");
    csi_json_begin_array(json);
    for (size_t i = 0; i < r->data->n_indicators; i++) {
        const csi_report_indicator *indicator = &r->data->indicator[i];
        csi_json_begin_object(json);
        csi_json_text_at(json, "code", indicator->code);
        csi_json_text_at(json, "name", indicator->name);
        csi_json_text_at(json, "unit", indicator->unit);
        csi_json_text_at(json, "parent", indicator->parent);
        csi_json_text_at(json, "source", indicator->source);
        csi_json_end_object(json);
    }
    csi_json_end_array(json);
}

static void write_cells(const csi_report *r, csi_json *json)
{
    const size_t n_countries = r->data->results->countries.n;
    csi_json_key(json, "normalised");
    csi_json_begin_array(json);
    for (size_t i = 0; i < r->data->n_indicators; i++) {
        csi_json_begin_array(json);
        for (size_t c = 0; c < n_countries; c++) {
            write_rounded(json, r->data->normalised[i * n_countries + c], drawn(r));
        }
        csi_json_end_array(json);
    }
    csi_json_end_array(json);
}

enum { MAX_KINDS = 16 };

/* The place of a kind of cause in the list that the page is given; the last for all beyond. */
static int64_t kind_index(const char **kind, const char *wanted)
{
    int64_t i = 0;
    while (i < MAX_KINDS - 1 && kind[i] != NULL && strcmp(kind[i], wanted) != 0) {
        i++;
    }
    kind[i] = kind[i] == NULL ? wanted : kind[i];
    return i;
}

/* {"FRA": [indicator, kind, thousandths of a point, indicator, ...], ...}; the rows of a country stand together. A cause
 * that is no indicator but a part of the index is -1 less its node. */
static void write_moves(const csi_report *r, csi_json *json)
{
    const csi_report_data *d = r->data;
    const char *kind[MAX_KINDS] = {NULL};
    csi_json_integer_at(json, "move_from", d->move_from);
    csi_json_integer_at(json, "move_to", d->move_to);
    csi_json_key(json, "moves");
    csi_json_begin_object(json);
    for (size_t i = 0; i < d->n_moves; i++) {
        const csi_report_move *const move = &d->move[i];
        if (i == 0 || move->country != d->move[i - 1].country) {
            csi_json_key(json, d->results->countries.country[move->country].iso3);
            csi_json_begin_array(json);
        }
        csi_json_integer(json, move->indicator != CSI_NONE ? (int64_t)move->indicator : -1 - (int64_t)move->node);
        csi_json_integer(json, kind_index(kind, move->kind));
        csi_json_number(json, round(move->effect * 1000));
        if (i + 1 == d->n_moves || d->move[i + 1].country != move->country) {
            csi_json_end_array(json);
        }
    }
    csi_json_end_object(json);
    csi_json_key(json, "move_kinds");
    csi_json_begin_array(json);
    for (size_t i = 0; i < MAX_KINDS && kind[i] != NULL; i++) {
        csi_json_text(json, kind[i]);
    }
    csi_json_end_array(json);
}

static void write_rule(const csi_report *r, csi_json *json)
{
    csi_json_key(json, "root_rule");
    csi_json_begin_object(json);
    csi_json_text_at(json, "method", r->data->root_method);
    csi_json_number_at(json, "min_weight_share", r->data->root_min_weight_share);
    csi_json_integer_at(json, "min_children", r->data->root_min_children);
    csi_json_end_object(json);
    csi_json_key(json, "breaks");
    csi_json_begin_array(json);
    for (size_t i = 0; i < sizeof r->breaks / sizeof *r->breaks; i++) {
        csi_json_number(json, r->breaks[i]);
    }
    csi_json_end_array(json);
    csi_json_key(json, "scale");
    csi_json_begin_array(json);
    csi_json_number(json, r->scale.low);
    csi_json_number(json, r->scale.high);
    csi_json_end_array(json);
    csi_json_integer_at(json, "decimals", r->scale.decimals);
}

static void write_words(const csi_report *r, csi_json *json)
{
    csi_json_key(json, "words");
    csi_json_begin_object(json);
    for (int word = 0; word < CSI_N_WORDS; word++) {
        csi_json_text_at(json, csi_word_key((csi_word)word), csi_word_text((csi_word)word, r->language));
    }
    csi_json_end_object(json);
}

void csi_report_write_data(const csi_report *r)
{
    csi_json json;
    csi_json_init_file(&json, r->file, false);
    csi_json_begin_object(&json);
    csi_json_text_at(&json, "language", csi_language_code(r->language));
    csi_json_integer_at(&json, "latest", (int64_t)r->data->latest);
    write_years(r, &json);
    write_nodes(r, &json);
    write_rule(r, &json);
    write_countries(r, &json);
    write_indicators(r, &json);
    write_scores(r, &json);
    write_cells(r, &json);
    csi_report_write_history(r, &json);
    write_moves(r, &json);
    write_words(r, &json);
    csi_json_end_object(&json);
}
