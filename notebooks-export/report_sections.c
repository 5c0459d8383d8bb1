/* The sections of the report page: headings, controls, and what stands in each. What only works with the script is marked
 * "interactive" and hidden without it. */
#include <string.h>

#include "notebooks-export/html.h"
#include "notebooks-export/markdown.h"
#include "notebooks-export/report_parts.h"

typedef struct section {
    const char *id;
    csi_word title;
} section;

static const section sections[] = {
    {"ranking", CSI_WORD_ranking}, {"world", CSI_WORD_map},  {"country", CSI_WORD_country_profile},
    {"compare", CSI_WORD_compare}, {"weights", CSI_WORD_weights}, {"parts", CSI_WORD_parts},
    {"method", CSI_WORD_method},   {"sources", CSI_WORD_data}, {"coverage", CSI_WORD_coverage},
    {"audit", CSI_WORD_audit},
};

static void write_worded(const csi_report *r, const char *before, csi_word word, const char *after)
{
    csi_outfile_text(r->file, before);
    csi_report_word(r, word);
    csi_outfile_text(r->file, after);
}

static void write_navigation(const csi_report *r)
{
    csi_outfile_text(r->file, "<nav class=\"sections\"><ul>\n");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        csi_outfile_format(r->file, "<li><a href=\"#%s\">", sections[i].id);
        csi_report_word(r, sections[i].title);
        csi_outfile_text(r->file, "</a></li>\n");
    }
    csi_outfile_text(r->file, "</ul></nav>\n");
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
    write_worded(r, "<noscript><p class=\"hint\">", CSI_WORD_needs_script, "</p></noscript>\n");
}

#define YEAR_CHOICE "<select class=\"year\"></select>"

static void write_ranking_section(const csi_report *r)
{
    open_section(r, "ranking", CSI_WORD_ranking);
    csi_outfile_text(r->file, "<div class=\"controls interactive\">\n");
    write_control(r, CSI_WORD_year, YEAR_CHOICE);
    write_worded(r, "<label>", CSI_WORD_region, "<select id=\"region\"><option value=\"\">");
    csi_report_word(r, CSI_WORD_all_regions);
    csi_outfile_text(r->file, "</option></select></label>\n");
    write_control(r, CSI_WORD_filter, "<input type=\"search\" id=\"filter\">");
    csi_outfile_text(r->file, "<span class=\"hint\" id=\"ranking-count\" aria-live=\"polite\"></span>\n</div>\n");
    csi_report_write_ranking(r);
    csi_outfile_text(r->file, "<p class=\"interactive\">");
    write_button(r, CSI_WORD_download_shown, "data-table=\"ranking-table\" data-file=\"ranking-shown.csv\"");
    write_button(r, CSI_WORD_download_file, "id=\"download-ranking\"");
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
        csi_report_heading(r, headings[i], i == 1 ? "" : " class=\"number\"");
    }
    csi_outfile_text(r->file, "</tr></thead><tbody></tbody></table></div>\n");
}

static void write_weights_section(const csi_report *r)
{
    open_section(r, "weights", CSI_WORD_weights);
    write_worded(r, "<p class=\"text\">", CSI_WORD_weights_lead, "</p>\n");
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

static const char *method_text(const csi_setting *method, const char *key)
{
    const csi_setting *const found = csi_setting_find(method, key);
    return found == NULL ? "" : found->text;
}

/* The steps that the manifest records; neighbours that do the same to several nodes are one step. */
static void write_steps(const csi_report *r)
{
    const csi_setting *const methods = csi_setting_find(r->data->results->manifest, "methods");
    const size_t n = methods == NULL ? 0 : methods->n;
    csi_outfile_text(r->file, "<ol class=\"steps\" lang=\"en\">\n");
    for (size_t i = 0, next; i < n; i = next) {
        const char *const step = method_text(&methods->item[i], "step"), *const name = method_text(&methods->item[i], "method");
        csi_outfile_text(r->file, "<li><strong>");
        csi_html_text(r->file, step);
        csi_outfile_text(r->file, "</strong> ");
        csi_html_text(r->file, name);
        for (next = i; next < n && strcmp(method_text(&methods->item[next], "step"), step) == 0 &&
                       strcmp(method_text(&methods->item[next], "method"), name) == 0; next++) {
            const char *const node = method_text(&methods->item[next], "node");
            if (node[0] == '\0') {
                next++;
                break;
            }
            csi_outfile_text(r->file, next == i ? ": " : ", ");
            csi_html_text(r->file, node);
        }
        csi_outfile_text(r->file, "</li>\n");
    }
    csi_outfile_text(r->file, "</ol>\n");
}

static void write_method_section(const csi_report *r)
{
    open_section(r, "method", CSI_WORD_method);
    write_worded(r, "<p class=\"text\">", CSI_WORD_in_brief, "</p>\n");
    write_steps(r);
    write_worded(r, "<details><summary>", CSI_WORD_full_method, "</summary><div class=\"text\" lang=\"en\">\n");
    csi_markdown_to_html(r->file, r->data->methodology);
    csi_outfile_text(r->file, "</div></details>\n</section>\n");
}

/* A section that is one table. */
static void write_table_section(const csi_report *r, const char *id, csi_word title, void (*table)(const csi_report *),
                                const char *download)
{
    open_section(r, id, title);
    table(r);
    write_download_below(r, download);
    csi_outfile_text(r->file, "</section>\n");
}

void csi_report_write_sections(const csi_report *r)
{
    write_navigation(r);
    csi_outfile_text(r->file, "<main>\n");
    write_ranking_section(r);
    write_map_section(r);
    write_country_section(r);
    write_compare_section(r);
    write_weights_section(r);
    write_table_section(r, "parts", CSI_WORD_parts, csi_report_write_parts,
                        "data-table=\"parts-table\" data-file=\"parts.csv\"");
    write_method_section(r);
    write_table_section(r, "sources", CSI_WORD_data, csi_report_write_codebook,
                        "data-table=\"codebook-table\" data-file=\"indicators.csv\"");
    write_table_section(r, "coverage", CSI_WORD_coverage, csi_report_write_coverage,
                        "data-table=\"coverage-table\" data-file=\"coverage.csv\"");
    if (r->data->audit != NULL) {
        write_table_section(r, "audit", CSI_WORD_audit, csi_report_write_audit,
                            "data-table=\"audit-table\" data-file=\"findings.csv\"");
    } else {
        open_section(r, "audit", CSI_WORD_audit);
        write_worded(r, "<p class=\"hint\">", CSI_WORD_no_audit, "</p>\n</section>\n");
    }
    csi_outfile_text(r->file, "</main>\n");
}
