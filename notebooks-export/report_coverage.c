/* What was observed: how many countries are scored on how much data, and for every indicator and year how many countries
 * have a value that somebody reported. */
#include <math.h>
#include <string.h>

#include "core/number.h"
#include "notebooks-export/html.h"
#include "notebooks-export/report_parts.h"

enum { N_SHADES = 5 };

typedef struct count {
    int observed, filled; /* countries */
} count;

static count count_cells(const csi_report *r, size_t indicator, size_t year)
{
    const csi_report_data *d = r->data;
    count n = {0, 0};
    for (size_t c = 0; c < d->results->countries.n; c++) {
        const csi_cell state = d->state[(indicator * d->results->countries.n + c) * d->n_read + year];
        n.observed += state == CSI_CELL_OBSERVED;
        n.filled += state != CSI_CELL_OBSERVED && state != CSI_CELL_MISSING;
    }
    return n;
}

/* Of the countries that are scored in the latest year. */
static void count_scored(const csi_report *r, int *n, double *coverage, double *imputed)
{
    *n = 0;
    *coverage = *imputed = 0;
    for (size_t c = 0; c < r->data->results->countries.n; c++) {
        const csi_score_row *row = csi_report_top(r, c);
        if (row->rank > 0) {
            *n += 1;
            *coverage += row->coverage;
            *imputed += row->imputed_share;
        }
    }
    *coverage = *n == 0 ? (double)NAN : *coverage / *n;
    *imputed = *n == 0 ? (double)NAN : *imputed / *n;
}

static void write_share(const csi_report *r, double share, csi_word word)
{
    char text[CSI_NUMBER_MAX + 4] = "\xe2\x80\x93";
    if (!isnan(share)) {
        const size_t n = csi_number_write_fixed(100 * share, 0, text);
        memcpy(text + n, "\xc2\xa0%", 4);
    }
    csi_report_fact(r, text, word);
}

static void write_totals(const csi_report *r)
{
    char text[2 * CSI_NUMBER_MAX];
    int n_scored;
    double coverage, imputed;
    count_scored(r, &n_scored, &coverage, &imputed);
    size_t n = csi_number_write_integer(n_scored, text);
    memcpy(text + n, " / ", 3);
    csi_number_write_integer((int64_t)r->data->results->countries.n, text + n + 3);
    csi_outfile_text(r->file, "<div class=\"facts\">\n");
    csi_report_fact(r, text, CSI_WORD_scored);
    write_share(r, coverage, CSI_WORD_mean_coverage);
    write_share(r, imputed, CSI_WORD_mean_imputed);
    csi_outfile_text(r->file, "</div>\n");
}

static void write_cell(const csi_report *r, count n)
{
    const size_t n_countries = r->data->results->countries.n;
    const int shade = n_countries == 0 ? 0 : (int)((size_t)n.observed * (N_SHADES - 1) / n_countries) + (n.observed > 0);
    csi_outfile_format(r->file, "<td class=\"number v%d\">", shade < N_SHADES ? shade : N_SHADES - 1);
    if (n.observed > 0 || n.filled == 0) {
        csi_outfile_integer(r->file, n.observed);
    }
    if (n.filled > 0) {
        csi_outfile_format(r->file, "<span class=\"filled\">%s+%d</span>", n.observed > 0 ? "\xc2\xa0" : "", n.filled);
    }
    csi_outfile_text(r->file, "</td>");
}

void csi_report_write_coverage(const csi_report *r)
{
    const csi_report_data *d = r->data;
    write_totals(r);
    csi_report_open_table(r, "coverage", CSI_WORD_coverage_caption, 0);
    csi_report_heading(r, CSI_WORD_indicator, "");
    for (size_t y = 0; y < d->n_read; y++) {
        csi_outfile_format(r->file, "<th scope=\"col\" class=\"number\">%d</th>", d->first_read + (int)y);
    }
    csi_outfile_text(r->file, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < d->n_indicators; i++) {
        csi_outfile_text(r->file, "<tr><th scope=\"row\">");
        csi_html_text(r->file, d->indicator[i].name);
        csi_outfile_text(r->file, "</th>");
        for (size_t y = 0; y < d->n_read; y++) {
            write_cell(r, count_cells(r, i, y));
        }
        csi_outfile_text(r->file, "</tr>\n");
    }
    csi_report_close_table(r);
}
