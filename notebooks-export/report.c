/* The report page, section by section. The page names the hashes of its own style and scripts in its security policy, so
 * that nothing else can run in it, whatever a name in the data may hold. */
#include "notebooks-export/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/digest.h"
#include "ingest/country.h"
#include "notebooks-export/html.h"
#include "notebooks-export/page_assets.h"
#include "notebooks-export/report_parts.h"

void csi_report_word(const csi_report *r, csi_word word)
{
    csi_html_text(r->file, csi_word_text(word, r->language));
}

const csi_score_row *csi_report_top(const csi_report *r, size_t country)
{
    return csi_results_at(r->data->results, 0, r->data->latest, country);
}

const char *csi_report_region(const csi_report *r, size_t country)
{
    const csi_country_facts *facts = csi_country_find(r->data->results->countries.country[country].iso3);
    return facts == NULL ? "" : facts->region;
}

int csi_report_class(const csi_report *r, double score)
{
    int k = 0;
    while (k < 4 && score >= r->breaks[k]) {
        k++;
    }
    return k;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quintiles of the latest scores, rounded to one decimal so that the legend says exactly what is drawn. */
static csi_status find_breaks(csi_report *r, csi_diag *diag)
{
    const size_t n_countries = r->data->results->countries.n;
    double *scores = malloc((n_countries + 1) * sizeof *scores);
    if (scores == NULL) {
        return csi_diag_no_memory(diag, "writing the report");
    }
    size_t n = 0;
    for (size_t c = 0; c < n_countries; c++) {
        const double score = csi_report_top(r, c)->score;
        if (!isnan(score)) {
            scores[n++] = score;
        }
    }
    qsort(scores, n, sizeof *scores, by_value);
    for (size_t k = 0; k < 4; k++) {
        r->breaks[k] = n == 0 ? 20.0 * (double)(k + 1) : round(10 * scores[n * (k + 1) / 5]) / 10;
    }
    free(scores);
    return CSI_OK;
}

/* The policy's form of a hash: base64 of SHA-256. */
static void put_hash(csi_outfile *file, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[CSI_DIGEST_HEX];
    unsigned char raw[33] = {0};
    csi_digest_bytes(bytes, n, hex);
    for (size_t i = 0; i < 64; i++) {
        const unsigned digit = (unsigned)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
        raw[i / 2] = (unsigned char)((unsigned)raw[i / 2] << 4 | digit);
    }
    csi_outfile_text(file, " 'sha256-");
    for (size_t i = 0; i < 33; i += 3) {
        const unsigned three = (unsigned)raw[i] << 16 | (unsigned)raw[i + 1] << 8 | raw[i + 2];
        csi_outfile_char(file, digits[three >> 18]);
        csi_outfile_char(file, digits[three >> 12 & 63]);
        csi_outfile_char(file, digits[three >> 6 & 63]);
        csi_outfile_char(file, i == 30 ? '=' : digits[three & 63]);
    }
    csi_outfile_char(file, '\'');
}

static bool is_interactive(void)
{
    return csi_asset_d3_length > 0;
}

static const char *manifest_text(const csi_results *results, const char *key)
{
    const csi_setting *setting = csi_setting_find(csi_setting_find(results->manifest, "index"), key);
    return setting == NULL ? "" : setting->text;
}

static void write_head(const csi_report *r)
{
    csi_outfile *f = r->file;
    csi_outfile_format(f, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
                          "form-action 'none'; style-src", csi_language_code(r->language));
    put_hash(f, csi_asset_css, csi_asset_css_length);
    if (is_interactive()) {
        csi_outfile_text(f, "; script-src");
        put_hash(f, csi_asset_d3, csi_asset_d3_length);
        put_hash(f, csi_asset_js, csi_asset_js_length);
    }
    csi_outfile_text(f, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    csi_html_text(f, manifest_text(r->data->results, "name"));
    csi_outfile_text(f, "</title>\n<style>");
    csi_outfile_write(f, (const char *)csi_asset_css, csi_asset_css_length);
    csi_outfile_text(f, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#ranking\">");
    csi_report_word(r, CSI_WORD_skip);
    csi_outfile_text(f, "</a>\n");
}

static void write_title(const csi_report *r)
{
    const csi_results *results = r->data->results;
    csi_outfile_text(r->file, "<header class=\"top\">\n<h1>");
    csi_html_text(r->file, manifest_text(results, "name"));
    csi_outfile_format(r->file, " %d</h1>\n<p class=\"lead\">", results->first_year + (int)r->data->latest);
    csi_html_text(r->file, manifest_text(results, "description"));
    csi_outfile_text(r->file, "</p>\n<p class=\"notice\">");
    csi_html_text(r->file, manifest_text(results, "notice"));
    csi_outfile_text(r->file, "</p>\n</header>\n");
}

typedef struct section {
    const char *id;
    csi_word title;
} section;

static const section sections[] = {
    {"ranking", CSI_WORD_ranking}, {"world", CSI_WORD_map},  {"country", CSI_WORD_country_profile},
    {"compare", CSI_WORD_compare}, {"weights", CSI_WORD_weights}, {"parts", CSI_WORD_parts},
    {"method", CSI_WORD_method},   {"sources", CSI_WORD_data},
};

static void write_navigation(const csi_report *r)
{
    csi_outfile_text(r->file, "<nav class=\"sections\"><ul>\n");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        csi_outfile_format(r->file, "<li><a href=\"#%s\">", sections[i].id);
        csi_report_word(r, sections[i].title);
        csi_outfile_text(r->file, "</a></li>\n");
    }
    csi_outfile_text(r->file, "</ul></nav>\n<main>\n");
}

static void open_section(const csi_report *r, const char *id, csi_word title)
{
    csi_outfile_format(r->file, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">", id, id, id);
    csi_report_word(r, title);
    csi_outfile_text(r->file, "</h2>\n");
}

/* A label with a control in it, only where the script runs. */
static void write_control(const csi_report *r, csi_word word, const char *control)
{
    csi_outfile_text(r->file, "<label>");
    csi_report_word(r, word);
    csi_outfile_text(r->file, control);
    csi_outfile_text(r->file, "</label>\n");
}

static void write_button(const csi_report *r, csi_word word, const char *attributes)
{
    csi_outfile_format(r->file, "<button type=\"button\" %s>", attributes);
    csi_report_word(r, word);
    csi_outfile_text(r->file, "</button>\n");
}

static void write_noscript(const csi_report *r)
{
    csi_outfile_text(r->file, "<noscript><p class=\"hint\">");
    csi_report_word(r, CSI_WORD_needs_script);
    csi_outfile_text(r->file, "</p></noscript>\n");
}

#define YEAR_CHOICE "<select class=\"year\"></select>"

static void write_ranking_section(const csi_report *r)
{
    open_section(r, "ranking", CSI_WORD_ranking);
    csi_outfile_text(r->file, "<div class=\"controls interactive\">\n");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    csi_outfile_text(r->file, "<label>");
    csi_report_word(r, CSI_WORD_region);
    csi_outfile_text(r->file, "<select id=\"region\"><option value=\"\">");
    csi_report_word(r, CSI_WORD_all_regions);
    csi_outfile_text(r->file, "</option></select></label>\n");
    write_control(r, CSI_WORD_filter, "<input type=\"search\" id=\"filter\">");
    csi_outfile_text(r->file, "<span class=\"hint\" id=\"ranking-count\" aria-live=\"polite\"></span>\n</div>\n");
    csi_report_write_ranking(r);
    csi_outfile_text(r->file, "<p class=\"interactive\">");
    write_button(r, CSI_WORD_download, "id=\"download-ranking\"");
    csi_outfile_text(r->file, "</p>\n</section>\n");
}

static void write_map_section(const csi_report *r)
{
    open_section(r, "world", CSI_WORD_map);
    csi_outfile_text(r->file, "<div class=\"controls interactive\">\n");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    csi_outfile_text(r->file, "</div>\n");
    csi_report_write_map(r);
    csi_outfile_text(r->file, "</section>\n");
}

static void write_country_section(const csi_report *r)
{
    open_section(r, "country", CSI_WORD_country_profile);
    write_noscript(r);
    csi_outfile_text(r->file, "<div class=\"interactive\"><div class=\"controls\">\n");
    write_control(r, CSI_WORD_country, "<select id=\"country-choice\"></select>");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    csi_outfile_text(r->file, "</div>\n<h3 id=\"country-name\"></h3>\n<div id=\"country-view\"></div></div>\n</section>\n");
}

static void write_compare_section(const csi_report *r)
{
    open_section(r, "compare", CSI_WORD_compare);
    write_noscript(r);
    csi_outfile_text(r->file, "<div class=\"interactive\"><div class=\"controls\">\n");
    write_control(r, CSI_WORD_add_country, "<select id=\"compare-choice\"></select>");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    csi_outfile_text(r->file, "</div>\n<ul class=\"chips\" id=\"compare-chips\"></ul>\n"
                              "<div id=\"compare-view\"></div></div>\n</section>\n");
}

static void write_weights_table(const csi_report *r)
{
    static const csi_word headings[] = {CSI_WORD_rank, CSI_WORD_country, CSI_WORD_score, CSI_WORD_published_rank,
                                        CSI_WORD_shift, CSI_WORD_rank_interval};
    csi_outfile_text(r->file, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"weights-title\">"
                              "<table id=\"weights-table\"><thead><tr>");
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        csi_outfile_text(r->file, i == 1 ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"number\">");
        csi_report_word(r, headings[i]);
        csi_outfile_text(r->file, "</th>");
    }
    csi_outfile_text(r->file, "</tr></thead><tbody></tbody></table></div>\n");
}

static void write_weights_section(const csi_report *r)
{
    open_section(r, "weights", CSI_WORD_weights);
    csi_outfile_text(r->file, "<p class=\"text\">");
    csi_report_word(r, CSI_WORD_weights_lead);
    csi_outfile_text(r->file, "</p>\n");
    write_noscript(r);
    csi_outfile_text(r->file, "<div class=\"interactive\"><div class=\"controls\">\n");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    write_button(r, CSI_WORD_reset, "id=\"weights-reset\"");
    write_button(r, CSI_WORD_download, "data-table=\"weights-table\" data-file=\"reweighed.csv\"");
    csi_outfile_text(r->file, "</div>\n<div class=\"sliders\" id=\"sliders\"></div>\n");
    write_weights_table(r);
    csi_outfile_text(r->file, "</div>\n</section>\n");
}

static void write_download_below(const csi_report *r, const char *attributes)
{
    csi_outfile_text(r->file, "<p class=\"interactive\">");
    write_button(r, CSI_WORD_download, attributes);
    csi_outfile_text(r->file, "</p>\n");
}

static void write_text_sections(const csi_report *r)
{
    open_section(r, "parts", CSI_WORD_parts);
    csi_report_write_parts(r);
    write_download_below(r, "data-table=\"parts-table\" data-file=\"parts.csv\"");
    csi_outfile_text(r->file, "</section>\n");
    open_section(r, "method", CSI_WORD_method);
    csi_outfile_text(r->file, "<details><summary>");
    csi_report_word(r, CSI_WORD_full_method);
    csi_outfile_text(r->file, "</summary><div class=\"text\" lang=\"en\">\n");
    csi_markdown_to_html(r->file, r->data->methodology);
    csi_outfile_text(r->file, "</div></details>\n</section>\n");
    open_section(r, "sources", CSI_WORD_data);
    csi_report_write_codebook(r);
    write_download_below(r, "data-table=\"codebook-table\" data-file=\"indicators.csv\"");
    csi_outfile_text(r->file, "</section>\n");
}

static void write_script(const csi_report *r, const unsigned char *bytes, size_t n)
{
    csi_outfile_text(r->file, "<script>");
    csi_outfile_write(r->file, (const char *)bytes, n);
    csi_outfile_text(r->file, "</script>\n");
}

/* The data are no script to the browser, so the policy does not concern them; "<" never stands in either. */
static void write_data_blocks(const csi_report *r)
{
    csi_outfile_text(r->file, "<pre hidden id=\"ranking-csv\">");
    csi_html_text(r->file, r->data->ranking_csv);
    csi_outfile_text(r->file, "</pre>\n<script type=\"application/json\" id=\"data\">");
    csi_report_write_data(r);
    csi_outfile_text(r->file, "</script>\n");
    write_script(r, csi_asset_d3, csi_asset_d3_length);
    write_script(r, csi_asset_js, csi_asset_js_length);
}

static void write_foot(const csi_report *r)
{
    csi_outfile_text(r->file, "</main>\n<footer><p>");
    csi_report_word(r, CSI_WORD_footer);
    csi_outfile_text(r->file, " ");
    csi_html_text(r->file, manifest_text(r->data->results, "name"));
    csi_outfile_text(r->file, " ");
    csi_html_text(r->file, manifest_text(r->data->results, "version"));
    csi_outfile_text(r->file, ".</p></footer>\n");
    if (is_interactive()) {
        write_data_blocks(r);
    }
    csi_outfile_text(r->file, "</body>\n</html>\n");
}

csi_status csi_report_write(const csi_results *results, csi_language language, const char *directory, const char *name,
                            csi_diag *diag)
{
    csi_report_data data;
    csi_status status = csi_report_data_read(results, diag, &data);
    if (status != CSI_OK) {
        return status;
    }
    csi_report report = {.data = &data, .language = language};
    CSI_TRY(find_breaks(&report, diag));
    CSI_TRY(csi_outfile_open(directory, name, CSI_PLAIN, diag, &report.file));
    write_head(&report);
    write_title(&report);
    write_navigation(&report);
    write_ranking_section(&report);
    write_map_section(&report);
    write_country_section(&report);
    write_compare_section(&report);
    write_weights_section(&report);
    write_text_sections(&report);
    write_foot(&report);
    status = csi_outfile_commit(report.file, diag, NULL);
out:
    csi_report_data_clear(&data);
    return status;
}
