/* csindex explain COUNTRY [YEAR]: where a score comes from, line by line. */
#include <math.h>
#include <string.h>

#include "cli/causes.h"
#include "cli/draw.h"
#include "cli/story.h"
#include "cli/layout.h"
#include "cli/text.h"
#include "cli/view.h"
#include "core/number.h"
#include "core/settings.h"

#define USUAL_DIGITS 6

static const csi_node *node_of(const csi_story *story, size_t node)
{
    return &story->run->project->framework->node[node];
}

/* For programs: one row a line. */
static csi_status show_rows(const csi_call *call, const csi_story *story)
{
    static const csi_column column[] = {{"code", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"name", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"step", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"method", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"part", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"value", "", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {"state", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"file", "", CSI_COLUMN_TEXT, 0, 0, 0},
                                        {"line", "", CSI_COLUMN_COUNT, 0, 0, 0},
                                        {"column", "", CSI_COLUMN_COUNT, 0, 0, 0},
                                        {"weight", "", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {"term", "", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {"contribution", "", CSI_COLUMN_NUMBER, 0, 0, 0},
                                        {"arithmetic", "", CSI_COLUMN_TEXT, 0, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    CSI_TRY(csi_table_new(column, sizeof column / sizeof *column, call->diag, &table));
    for (size_t i = 0; i < story->n; i++) {
        const csi_story_line *line = &story->line[i];
        csi_table_text(table, node_of(story, line->node)->code);
        csi_table_text(table, node_of(story, line->node)->name);
        csi_table_text(table, line->step);
        csi_table_text(table, line->method);
        csi_table_text(table, line->part != CSI_NONE ? node_of(story, line->part)->code : "");
        csi_table_number(table, line->value);
        csi_table_text(table, line->state);
        csi_table_text(table, line->file);
        csi_table_rank(table, (int)line->line);
        csi_table_rank(table, (int)line->column);
        csi_table_number(table, line->weight);
        csi_table_number(table, line->term);
        csi_table_number(table, line->contribution);
        csi_table_text(table, line->arithmetic);
    }
    CSI_TRY(csi_table_show(table, call, NULL, NULL));
out:
    csi_table_free(table);
    return status;
}

static void put_neutral(FILE *out, const char *text)
{
    csi_text_put(out, text, strlen(text));
}

/* Arithmetic is wrapped even where the screen's width is not known. */
static int wrap_width(const csi_call *call)
{
    return call->screen.width > 40 ? call->screen.width : 110;
}

static void put_heading(const csi_call *call, const csi_node *node)
{
    fputs(call->screen.has_color ? CSI_INK_BOLD : "", call->out);
    const int column = csi_text_width(node->code, strlen(node->code)) + 2;
    put_neutral(call->out, node->code);
    fputs("  ", call->out);
    csi_text_wrap(call->out, node->name, column, column, wrap_width(call));
    fputs(call->screen.has_color ? CSI_INK_OFF : "", call->out);
}

/* A line of an indicator: what happened, then the arithmetic, wrapped under itself. */
static void put_step(const csi_call *call, const csi_story_line *line)
{
    const int indent = 14;
    const bool is_raw = strcmp(line->step, "raw") == 0;
    fprintf(call->out, "  %-12s", is_raw ? line->state : line->step);
    csi_text_wrap(call->out, line->arithmetic, indent, indent, wrap_width(call));
}

/* The children of a node as a table, with the sums that they add up to. Starts at the first part line. */
static csi_status put_parts(const csi_call *call, const csi_story *story, size_t first, size_t end)
{
    const csi_story_line *rule = &story->line[end];
    const bool is_geometric = strcmp(rule->method, "geometric") == 0;
    const bool has_terms = is_geometric || strcmp(rule->method, "harmonic") == 0;
    const csi_column column[] = {{NULL, "Part", CSI_COLUMN_TEXT, 0, 0, 0},
                                 {NULL, "Name", CSI_COLUMN_TEXT, 1, 0, 0},
                                 {NULL, "x", CSI_COLUMN_NUMBER, 0, 0, 0},
                                 {NULL, "w", CSI_COLUMN_NUMBER, 0, 0, 0},
                                 {NULL, has_terms ? is_geometric ? "w ln x" : "w / x" : NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
                                 {NULL, "Contribution", CSI_COLUMN_NUMBER, 0, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    double weight = 0, term = 0, contribution = 0;
    CSI_TRY(csi_table_new(column, sizeof column / sizeof *column, call->diag, &table));
    csi_table_usual_digits(table, USUAL_DIGITS);
    for (size_t i = first; i < end; i++) {
        const csi_story_line *line = &story->line[i];
        csi_table_text(table, node_of(story, line->part)->code);
        csi_table_text(table, node_of(story, line->part)->name);
        csi_table_number(table, line->value);
        csi_table_number(table, line->weight);
        csi_table_number(table, line->term);
        csi_table_number(table, line->contribution);
        weight += isnan(line->weight) ? 0 : line->weight;
        term += isnan(line->term) ? 0 : line->term;
        contribution += isnan(line->contribution) ? 0 : line->contribution;
    }
    if (!isnan(rule->value)) {
        csi_table_emphasise(table);
        csi_table_text(table, "sum");
        csi_table_blank(table);
        csi_table_blank(table);
        csi_table_number(table, weight);
        csi_table_number(table, term);
        csi_table_number(table, contribution);
    }
    CSI_TRY(csi_layout_show(table, call, NULL, NULL));
out:
    csi_table_free(table);
    return status;
}

static csi_status put_node(const csi_call *call, const csi_story *story, size_t first, size_t end)
{
    const csi_story_line *rule = &story->line[end];
    put_heading(call, node_of(story, rule->node));
    const csi_status status = put_parts(call, story, first, end);
    fprintf(call->out, "\n  %-12s", isnan(rule->value) ? "missing" : rule->method);
    csi_text_wrap(call->out, rule->arithmetic, 14, 14, wrap_width(call));
    fputs(end + 1 < story->n ? "\n" : "", call->out);
    return status;
}

static csi_status show_story(const csi_call *call, const csi_story *story)
{
    size_t first_part = CSI_NONE;
    for (size_t i = 0; i < story->n; i++) {
        const csi_story_line *line = &story->line[i];
        if (strcmp(line->step, "part") == 0) {
            first_part = first_part == CSI_NONE ? i : first_part;
        } else if (strcmp(line->step, "aggregate") == 0) {
            const csi_status status = put_node(call, story, first_part, i);
            if (status != CSI_OK) {
                return status;
            }
            first_part = CSI_NONE;
        } else {
            if (strcmp(line->step, "raw") == 0) {
                put_heading(call, node_of(story, line->node));
            }
            put_step(call, line);
            const bool is_parted = i + 1 < story->n && story->line[i + 1].node != line->node;
            fputs(is_parted ? "\n" : "", call->out);
        }
    }
    return CSI_OK;
}

/* The whole in one line, before the details. */
static void put_summary(const csi_call *call, const csi_run *run, size_t node, size_t country, size_t year, int digits)
{
    const csi_panel *scores = run->result->scores;
    const size_t at = csi_panel_at(scores, node, year, country);
    const csi_country *who = &run->raw->countries.country[country];
    char score[CSI_NUMBER_MAX] = "is not scored", rank[64] = "", text[1024];
    if (!isnan(scores->value[at])) {
        csi_number_write_fixed(scores->value[at], digits, score);
    }
    if (run->rank[at] > 0) {
        snprintf(rank, sizeof rank, ", rank %d of %zu", run->rank[at], run->n_ranked[node * scores->n_years + year]);
    }
    snprintf(text, sizeof text, "%s (%s), %d: %s %s%s", who->name, who->iso3, scores->first_year + (int)year,
             run->project->framework->node[node].name, score, rank);
    csi_text_wrap(call->out, text, 0, 0, wrap_width(call));
    fputc('\n', call->out);
}

/* Two years: what made the score differ. */
static csi_status explain_change(const csi_call *call, const csi_view *view, size_t node, size_t country, size_t from)
{
    const csi_panel *scores = view->run->result->scores;
    const csi_country *who = &view->run->raw->countries.country[country];
    int64_t asked = 0;
    size_t to = 0;
    char title[512], before[CSI_NUMBER_MAX] = "not scored", after[CSI_NUMBER_MAX] = "not scored";
    csi_status status;
    CSI_TRY(csi_call_argument_integer(call, 2, "TO", -9999, 9999, &asked));
    CSI_TRY(csi_view_find_year(call, view->results, asked, &to));
    const double a = csi_panel_get(scores, node, from, country), b = csi_panel_get(scores, node, to, country);
    if (!isnan(a)) {
        csi_number_write_fixed(a, 2, before);
    }
    if (!isnan(b)) {
        csi_number_write_fixed(b, 2, after);
    }
    snprintf(title, sizeof title, "%s (%s), %s: %d %s, %d %s", who->name, who->iso3,
             view->project->framework->node[node].name, scores->first_year + (int)from, before,
             scores->first_year + (int)to, after);
    const csi_point points[2] = {{view->run->result, from, country}, {view->run->result, to, country}};
    const bool for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0, asks_ranks = csi_call_has(call, CSI_OPT_RANKS);
    if (!asks_ranks) {
        CSI_TRY(csi_causes_show(call, view->run, node, &points[0], &points[1], title));
    }
    if (asks_ranks || (for_people && node >= view->project->framework->n_indicators)) {
        fputs(asks_ranks ? "" : "\n", call->out);
        CSI_TRY(csi_places_show(call, view->run, node, &points[0], &points[1]));
    }
out:
    return status;
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_view view = {0};
    csi_story story = {0};
    size_t node = 0, country = 0, year = 0;
    int64_t asked = 0, digits = USUAL_DIGITS;
    const bool has_year = call->n_arguments > 1;
    CSI_TRY(!has_year ? CSI_OK : csi_call_argument_integer(call, 1, "YEAR", -9999, 9999, &asked));
    CSI_TRY(csi_call_integer(call, CSI_OPT_DIGITS, 0, 15, &digits));
    CSI_TRY(csi_view_compute(call, &view));
    CSI_TRY(has_year ? csi_view_find_year(call, view.results, asked, &year) : csi_view_year(call, view.results, &year));
    CSI_TRY(csi_view_country(call, &view.run->raw->countries, call->argument[0], &country));
    CSI_TRY(csi_view_framework_node(call, view.project->framework, &node));
    if (call->n_arguments == 3) {
        CSI_TRY(explain_change(call, &view, node, country, year));
        goto out;
    }
    CSI_TRY(csi_story_tell(view.run, node, country, year, (int)digits, call->diag, &story));
    if (csi_call_choice(call, CSI_OPT_FORMAT) != 0) {
        CSI_TRY(show_rows(call, &story));
    } else {
        put_summary(call, view.run, node, country, year, (int)digits);
        CSI_TRY(show_story(call, &story));
    }
out:
    csi_story_clear(&story);
    csi_view_close(&view);
    return status;
}

static const csi_opt options[] = {CSI_OPT_NODE,  CSI_OPT_RANKS, CSI_OPT_PROJECT, CSI_OPT_FORMAT,      CSI_OPT_DIGITS,
                                  CSI_OPT_ASCII, CSI_OPT_WIDTH,   CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_explain = {
    .name = "explain",
    .arguments = "COUNTRY [YEAR [TO]]",
    .min_arguments = 1,
    .max_arguments = 3,
    .summary = "show every step from the raw figures to one score, or why it changed",
    .text = "Computes the project anew and shows where one country's score of one year (the latest, unless told) comes "
            "from: each raw value with the file and line it stands in, how a gap was filled, the transform, the "
            "goalposts, the normalised value, its weight after rescaling over what is present, and its contribution; then "
            "the aggregates up to the index. "
            "Contributions add up to the score that they stand under. With --node only that part is shown. With a second "
            "year: what made the score change between the two, indicator by indicator; the effects add up to the change, "
            "and those that rest on imputed values are told apart from observed ones. Then, or alone with --ranks, what "
            "moved the rank, in places that add up: Shapley values of the indicators, or of the parts where there are too "
            "many, and of all other countries together.",
    .examples = "csindex explain FRA 2022\n"
                "csindex explain FRA 2014 2022\n"
                "csindex explain FRA 2014 2022 --ranks --format csv\n"
                "csindex explain \"South Korea\" 2021 --node p6\n"
                "csindex explain KEN 2023 --format json --project my-index\n",
    .options = options,
    .run = run,
};
