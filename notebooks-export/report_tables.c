/* The static tables of the report page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "notebooks-export/html.h"
#include "notebooks-export/report_parts.h"

/* Countries in the order of their rank; those without one follow, by name. */
typedef struct place {
    int rank;
    const char *name;
    size_t country;
} place;

static int by_rank(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if ((x->rank == 0) != (y->rank == 0)) {
        return x->rank == 0 ? 1 : -1;
    }
    return x->rank != y->rank ? x->rank - y->rank : strcmp(x->name, y->name);
}

/* NULL when out of memory. */
static place *ranked(const csi_report *r)
{
    const csi_countries *countries = &r->data->results->countries;
    place *places = calloc(countries->n + 1, sizeof *places);
    for (size_t c = 0; places != NULL && c < countries->n; c++) {
        places[c] = (place){csi_report_top(r, c)->rank, csi_report_country(r, c), c};
    }
    *r->is_out_of_memory = *r->is_out_of_memory || places == NULL;
    if (places != NULL) {
        qsort(places, countries->n, sizeof *places, by_rank);
    }
    return places;
}

void csi_report_heading(const csi_report *r, csi_word word, const char *attributes)
{
    csi_outfile_format(r->file, "<th scope=\"col\"%s>", attributes);
    csi_report_word(r, word);
    csi_outfile_text(r->file, "</th>");
}

void csi_report_headings(const csi_report *r, const csi_report_column *column, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        csi_report_heading(r, column[i].word, column[i].is_number ? " class=\"number\"" : "");
    }
    csi_outfile_text(r->file, "</tr></thead><tbody>\n");
}

/* Scores to a strip 200 wide that spans the scale. */
static double on_strip(const csi_report *r, double score)
{
    return 6 + 188 * (score - r->scale.low) / (r->scale.high - r->scale.low);
}

static void write_interval(const csi_report *r, const csi_score_row *row)
{
    csi_outfile_text(r->file, "<svg class=\"interval\" viewBox=\"0 0 200 16\" preserveAspectRatio=\"none\" "
                              "aria-hidden=\"true\"><line x1=\"6\" x2=\"194\" y1=\"8\" y2=\"8\"/>");
    if (!isnan(row->score_q05) && !isnan(row->score_q95)) {
        csi_outfile_text(r->file, "<rect y=\"5.5\" height=\"5\" x=\"");
        csi_html_fixed(r->file, on_strip(r, row->score_q05), 1);
        csi_outfile_text(r->file, "\" width=\"");
        csi_html_fixed(r->file, fmax(on_strip(r, row->score_q95) - on_strip(r, row->score_q05), 1), 1);
        csi_outfile_text(r->file, "\"/>");
    }
    if (!isnan(row->score)) {
        csi_outfile_text(r->file, "<path d=\"M");
        csi_html_fixed(r->file, on_strip(r, row->score), 1);
        csi_outfile_text(r->file, " 8h0\"/>");
    }
    csi_outfile_text(r->file, "</svg>");
}

static void write_ranking_row(const csi_report *r, const place *p)
{
    const csi_score_row *row = csi_report_top(r, p->country);
    csi_outfile_text(r->file, "<tr><td class=\"number\">");
    if (row->rank == 0) {
        csi_outfile_text(r->file, "\xe2\x80\x93");
    } else {
        csi_outfile_integer(r->file, row->rank);
    }
    csi_outfile_text(r->file, "</td><th scope=\"row\">");
    csi_html_text(r->file, p->name);
    csi_outfile_text(r->file, "</th><td class=\"wide\">");
    csi_html_text(r->file, csi_report_region(r, p->country));
    csi_outfile_text(r->file, "</td><td class=\"number\">");
    csi_report_fixed(r, row->score, r->scale.decimals);
    csi_outfile_text(r->file, "</td><td>");
    write_interval(r, row);
    csi_outfile_text(r->file, "</td><td class=\"number\">");
    if (!isnan(row->rank_q05) && !isnan(row->rank_q95)) {
        csi_html_fixed(r->file, row->rank_q05, 0);
        csi_outfile_text(r->file, "\xe2\x80\x93");
        csi_html_fixed(r->file, row->rank_q95, 0);
    }
    csi_outfile_text(r->file, "</td><td class=\"number wide\">");
    csi_report_fixed(r, 100 * row->coverage, 0);
    csi_outfile_text(r->file, "</td></tr>\n");
}

void csi_report_open_table(const csi_report *r, const char *id, csi_word caption, int year)
{
    csi_outfile_text(r->file, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"");
    csi_outfile_format(r->file, "%s-caption\"><table id=\"%s-table\"><caption id=\"%s-caption\"><span>", id, id, id);
    csi_report_word(r, caption);
    if (year != 0) {
        csi_outfile_format(r->file, " <span class=\"shown-year\">%d</span>", year);
    }
    csi_outfile_text(r->file, "</span></caption><thead><tr>");
}

void csi_report_close_table(const csi_report *r)
{
    csi_outfile_text(r->file, "</tbody></table></div>\n");
}

void csi_report_fact(const csi_report *r, const char *big, csi_word word)
{
    csi_outfile_text(r->file, "<div><span class=\"big\">");
    csi_html_text(r->file, big);
    csi_outfile_text(r->file, "</span><span>");
    csi_report_word(r, word);
    csi_outfile_text(r->file, "</span></div>\n");
}

void csi_report_write_ranking(const csi_report *r)
{
    csi_report_open_table(r, "ranking", CSI_WORD_ranking_caption, 0);
    csi_report_heading(r, CSI_WORD_rank, " class=\"number\" data-column=\"rank\" aria-sort=\"ascending\"");
    csi_report_heading(r, CSI_WORD_country, " data-column=\"name\"");
    csi_report_heading(r, CSI_WORD_region, " class=\"wide\" data-column=\"region\"");
    csi_report_heading(r, CSI_WORD_score, " class=\"number\" data-column=\"score\"");
    csi_report_heading(r, CSI_WORD_interval, "");
    csi_report_heading(r, CSI_WORD_rank_interval, " class=\"number\" data-column=\"rankLow\"");
    csi_report_heading(r, CSI_WORD_coverage_share, " class=\"number wide\" data-column=\"coverage\"");
    csi_outfile_text(r->file, "</tr></thead><tbody>\n");
    place *places = ranked(r);
    for (size_t i = 0; places != NULL && i < r->data->results->countries.n; i++) {
        write_ranking_row(r, &places[i]);
    }
    free(places);
    csi_report_close_table(r);
}

void csi_report_write_parts(const csi_report *r)
{
    const csi_results *results = r->data->results;
    const size_t n_nodes = csi_names_count(results->nodes);
    csi_report_open_table(r, "parts", CSI_WORD_parts_caption, results->first_year + (int)r->data->latest);
    csi_report_heading(r, CSI_WORD_country, "");
    for (size_t n = 0; n < n_nodes; n++) {
        csi_outfile_text(r->file, "<th scope=\"col\" class=\"number\">");
        csi_html_text(r->file, r->data->node_name[n]);
        csi_outfile_text(r->file, "</th>");
    }
    csi_outfile_text(r->file, "</tr></thead><tbody>\n");
    place *places = ranked(r);
    for (size_t i = 0; places != NULL && i < results->countries.n; i++) {
        csi_outfile_text(r->file, "<tr><th scope=\"row\">");
        csi_html_text(r->file, places[i].name);
        csi_outfile_text(r->file, "</th>");
        for (size_t n = 0; n < n_nodes; n++) {
            csi_outfile_text(r->file, "<td class=\"number\">");
            csi_report_fixed(r, csi_results_at(results, n, r->data->latest, places[i].country)->score,
                             r->scale.decimals);
            csi_outfile_text(r->file, "</td>");
        }
        csi_outfile_text(r->file, "</tr>\n");
    }
    free(places);
    csi_report_close_table(r);
}

static void text_cell(const csi_report *r, const char *text)
{
    csi_outfile_text(r->file, "<td>");
    csi_html_text(r->file, text);
    csi_outfile_text(r->file, "</td>");
}

static const char *part_name(const csi_report *r, const char *code)
{
    const size_t node = csi_names_find(r->data->results->nodes, code, strlen(code));
    return node == CSI_NONE ? code : r->data->node_name[node];
}

static void write_indicator(const csi_report *r, const csi_report_indicator *indicator)
{
    csi_outfile_text(r->file, "<tr><th scope=\"row\">");
    csi_html_text(r->file, indicator->name);
    csi_outfile_text(r->file, "</th>");
    text_cell(r, part_name(r, indicator->parent));
    text_cell(r, indicator->unit);
    csi_outfile_text(r->file, "<td>");
    csi_report_word(r, indicator->direction > 0 ? CSI_WORD_more_is_better : CSI_WORD_less_is_better);
    csi_outfile_text(r->file, "</td><td class=\"number\">");
    csi_report_fixed(r, 100 * indicator->weight, 1);
    csi_outfile_text(r->file, "</td><td class=\"number\">");
    csi_outfile_integer(r->file, indicator->n_countries);
    csi_outfile_text(r->file, "</td><td class=\"number\">");
    if (indicator->first_year != 0) {
        csi_outfile_format(r->file, "%d\xe2\x80\x93%d", indicator->first_year, indicator->last_year);
    }
    csi_outfile_text(r->file, "</td>");
    text_cell(r, indicator->source);
    text_cell(r, indicator->licence);
    csi_outfile_text(r->file, "</tr>\n");
}

void csi_report_write_codebook(const csi_report *r)
{
    static const csi_report_column columns[] = {
        {CSI_WORD_indicator, false}, {CSI_WORD_principle, false}, {CSI_WORD_unit, false},
        {CSI_WORD_direction, false}, {CSI_WORD_weight, true}, {CSI_WORD_countries, true},
        {CSI_WORD_years, true}, {CSI_WORD_source, false}, {CSI_WORD_licence, false},
    };
    csi_report_open_table(r, "codebook", CSI_WORD_data_lead, 0);
    csi_report_headings(r, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->data->n_indicators; i++) {
        write_indicator(r, &r->data->indicator[i]);
    }
    csi_report_close_table(r);
}
