/* The report page, section by section. The page names the hashes of its own style and scripts in its security policy, so
 * that nothing else can run in it, whatever a name in the data may hold. */
#include "notebooks-export/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/digest.h"
#include "core/number.h"
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
    static const struct {
        const char *name;
        csi_word word;
    } regions[] = {{"Africa", CSI_WORD_africa}, {"Americas", CSI_WORD_americas}, {"Asia", CSI_WORD_asia},
                   {"Europe", CSI_WORD_europe}, {"Oceania", CSI_WORD_oceania}};
    const csi_country_facts *facts = csi_country_find(r->data->results->countries.country[country].iso3);
    for (size_t i = 0; facts != NULL && i < sizeof regions / sizeof *regions; i++) {
        if (strcmp(facts->region, regions[i].name) == 0) {
            return csi_word_text(regions[i].word, r->language);
        }
    }
    return facts == NULL ? "" : facts->region;
}

/* A country that goes by its own English short name has a French one; a name that the data bring along stays. */
const char *csi_report_country(const csi_report *r, size_t country)
{
    const csi_country *own = &r->data->results->countries.country[country];
    const csi_country_facts *facts = r->language == CSI_FRENCH ? csi_country_find(own->iso3) : NULL;
    return facts != NULL && strcmp(facts->name, own->name) == 0 ? facts->name_fr : own->name;
}

void csi_report_fixed(const csi_report *r, double value, int decimals)
{
    char text[CSI_NUMBER_MAX] = "\xe2\x80\x93";
    if (!isnan(value)) {
        csi_number_write_fixed(value, decimals, text);
    }
    char *const point = r->language == CSI_FRENCH ? strchr(text, '.') : NULL;
    if (point != NULL) {
        *point = ',';
    }
    csi_outfile_text(r->file, text);
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

/* Quintiles of the latest scores, rounded so that the legend says exactly what is drawn. */
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
        r->breaks[k] = n == 0 ? 20.0 * (double)(k + 1) : csi_scale_round(scores[n * (k + 1) / 5], r->scale.decimals);
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

/* What the index says of itself, in the page's language where it does. */
static const char *manifest_text(const csi_report *r, const char *key, const char *french)
{
    const csi_setting *index = csi_setting_find(r->data->results->manifest, "index");
    const csi_setting *translated = r->language == CSI_FRENCH ? csi_setting_find(index, french) : NULL;
    const csi_setting *setting = translated != NULL ? translated : csi_setting_find(index, key);
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
    csi_html_text(f, manifest_text(r, "name", "name_fr"));
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
    csi_html_text(r->file, manifest_text(r, "name", "name_fr"));
    csi_outfile_format(r->file, " %d</h1>\n<p class=\"lead\">", results->first_year + (int)r->data->latest);
    csi_html_text(r->file, manifest_text(r, "description", "description_fr"));
    csi_outfile_text(r->file, "</p>\n<p class=\"notice\">");
    csi_html_text(r->file, manifest_text(r, "notice", "notice_fr"));
    csi_outfile_text(r->file, "</p>\n</header>\n");
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
    csi_outfile_text(r->file, "<footer><p>");
    csi_report_word(r, CSI_WORD_footer);
    csi_outfile_text(r->file, " ");
    csi_html_text(r->file, manifest_text(r, "name", "name_fr"));
    csi_outfile_text(r->file, " ");
    csi_html_text(r->file, manifest_text(r, "version", "version"));
    csi_outfile_text(r->file, ".</p></footer>\n");
    if (is_interactive()) {
        write_data_blocks(r);
    }
    csi_outfile_text(r->file, "</body>\n</html>\n");
}

csi_status csi_report_write(const csi_results *results, const csi_audit *audit, csi_language language,
                            const char *directory, const char *name, csi_diag *diag)
{
    csi_report_data data;
    bool is_out_of_memory = false;
    csi_status status = csi_report_data_read(results, language, diag, &data);
    if (status != CSI_OK) {
        return status;
    }
    data.audit = audit;
    csi_report report = {.data = &data, .language = language, .is_out_of_memory = &is_out_of_memory};
    report.scale = csi_results_scale(results);
    CSI_TRY(find_breaks(&report, diag));
    CSI_TRY(csi_outfile_open(directory, name, CSI_PLAIN, diag, &report.file));
    write_head(&report);
    write_title(&report);
    csi_report_write_sections(&report);
    write_foot(&report);
    if (is_out_of_memory) {
        csi_outfile_abandon(report.file);
        CSI_TRY(csi_diag_no_memory(diag, "writing the report"));
    }
    status = csi_outfile_commit(report.file, diag, NULL);
out:
    csi_report_data_clear(&data);
    return status;
}
