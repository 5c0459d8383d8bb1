/* Files as the world publishes them: each read to the right cells, or refused with the right message.
 *
 * The figures were checked once by an independent reading of each file (Python's csv module and float): counts and sums
 * of all cells of countries, and the named cells by eye. The files themselves stay where they are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ingest/framework_read.h"
#include "ingest/ingest.h"
#include "ingest/inspect.h"
#include "tests/support/support.h"

#define NAMES "countries: {Congo: COG, Lao: LAO, Timor: TLS, Crimea: none, Northern Cyprus: none, Serbia and Montenegro: none, " \
    "Somaliland: none, South Yemen: none, Transkei: none, Korea: KOR, kos: XKX, nld_curacao: CUW, XCD: none, CTU: none, " \
    "XKO: XKX}"

static const struct {
    char file[100];
    char yaml[480];
    char units;      /* 'c': countries; 'u': as they come; 'i': unknown countries ignored */
    size_t n_cells, n_units;
    double sum;
    char code[12];   /* a cell by eye */
    int year;
    double value;
    char reader[20];
} good[] = {
    {"messy/01_worldbank_wide_4_header_lines_bom.csv", "{indicators: {IT.NET.SECR.P6: a}}", 'c', 2608, 213, 686315.8392, "FRA", 2010, 296.413001315505, "wide_year"},
    {"messy/02_worldbank_wide_very_sparse.csv", "{indicator: a}", 'c', 837, 163, 73691.62975, "", 0, 0, "wide_year"},
    {"messy/03_worldbank_topic_many_indicators_wide.csv", "{indicators: {TX.VAL.TECH.MF.ZS: a}}", 'c', 1770, 175, 19097.71944, "KOR", 2015, 31.2272801332659, "wide_year"},
    {"messy/05_databank_dotdot_footer_bom.csv", "{indicators: {SL.EMP.1524.SP.MA.ZS: a}}", 'c', 2775, 185, 123845.7541, "DEU", 2002, 46.3819999694824, "wide_year"},
    {"messy/06_wgi_two_row_header_latin1_na_hash.csv", "{encoding: cp1252, missing: ['#N/A'], indicators: {Estimate: a}, countries: {ANT: none}}", 'c', 3526, 213, -39.98, "CIV", 1996, -0.82, "two_headings"},
    {"messy/08_owid_long_entity_year.csv", "{indicator: a, " NAMES "}", 'c', 6482, 198, 6221, "FRA", 1979, 1, "one_indicator"},
    {"messy/10_owid_wide_variables_dotdot.csv", "{indicator: a, missing: ['..'], " NAMES "}", 'c', 1306, 35, 2893709.868, "FRA", 2000, 3248.9504, "one_indicator"},
    {"messy/11_imf_weo_utf16le_no_bom_tsv_named_xls.xls", "{encoding: utf-16le, indicator: a, missing: [n/a], " NAMES "}", 'c', 192, 192, 2567566.978, "FRA", 2020, 39257.434, "wide_year"},
    {"messy/12_oecd_stat_bli_bom_flag_columns.csv", "{year: 2019, where: {MEASURE: L, INEQUALITY: TOT, INDICATOR: JE_LMIS}, indicators: {JE_LMIS: a}}", 'c', 34, 34, 176.2, "AUT", 2019, 2.3, "long"},
    {"messy/14_eurostat_tsv_packed_key_flags_colon.tsv", "{where: {unit: CLV10_MEUR, na_item: B1GQ}, indicator: a}", 'c', 1053, 38, 412412256, "ALB", 2008, 8393.5, "eurostat_tsv"},
    {"messy/14_eurostat_tsv_packed_key_flags_colon.tsv", "{indicators: {CLV10_MEUR.B1GQ: a}}", 'c', 1053, 38, 412412256, "GRC", 2010, 224124, "eurostat_tsv"},
    {"messy/15_eurostat_tsv_sdg_13_10.tsv", "{where: {unit: I90, src_crf: TOTX4_MEMONIA}, indicator: a}", 'c', 960, 30, 87875.2, "GRC", 2008, 127.2, "eurostat_tsv"},
    {"messy/16_eurostat_tsv_old_style_ten00136.tsv", "{where: {unit: MIO_EUR}, indicator: a}", 'c', 268, 31, 563581.9, "CHE", 2010, 1647.2, "eurostat_tsv"},
    {"messy/23_rsf_2019_quoted_decimal_comma_multiscript.csv", "{year: 2019, indicators: {Score 2019: a}, " NAMES "}", 'c', 178, 178, 6247.51, "NOR", 2019, 7.82, "wide_indicator"},
    {"messy/26_ukgov_year_ranges_2007-08_percent_signs.csv", "{symbols: true, columns: {country: Prosecution Outcomes}, indicators: {Volume: a, Percentage: b}}", 'u', 168, 12, 84796.76, "", 0, 0, "wide_year"},
    {"messy/35_vdem_lite_wide_297_columns.csv.gz", "{indicators: {v2x_polyarchy: a}}", 'i', 8983, 181, 3967.143, "MEX", 1970, 0.25, "vdem"},
    {"messy/38_zeros_mean_missing.csv", "{year: 2020, missing: ['0'], indicators: {NCSI (The National Cyber Security Index): a}, " NAMES "}", 'c', 167, 167, 7232.2, "FRA", 2020, 84.42, "wide_indicator"},
    {"messy/45_eurostat_sdmx_csv_1_0_wire_capture.csv", "{indicator: a}", 'c', 2, 1, 133.1, "FRA", 2022, 66.6, "sdmx_csv"},
    {"messy/47_ilostat_bulk_one_row.csv", "{indicators: {SDG_0852_SEX_AGE_RT: a}}", 'c', 1, 1, 2.5, "JPN", 2025, 2.5, "long"},
    {"messy/49_ukgov_bom_financial_year_suffix.csv", "{columns: {country: Local authority}, indicators: {Trading: a}}", 'u', 1053, 351, -1111310.85, "Newham", 2016, -5043.5, "wide_year"},
    {"messy/51_SYNTHETIC_slash_year_ranges.csv", "{indicator: a, missing: ['..']}", 'c', 5, 2, 9.4, "KOR", 2019, 2.2, "wide_year"},
    {"raw/egdi/EGOV_DATA_2022.csv", "{indicators: {E-Government Index: a}, " NAMES "}", 'c', 193, 193, 117.7669, "GEO", 2022, 0.7501, "wide_indicator"},
    {"raw/gapminder/ddf--datapoints--internet_users--by--geo--time.csv", "{indicator: a, " NAMES "}", 'c', 6024, 211, 187938.86536, "ABW", 1996, 2.77, "one_indicator"},
    {"raw/itu_gci/gci-local-indicator-summary.csv", "{indicator: a, missing: ['#N/A'], " NAMES "}", 'c', 968, 195, 22763.142, "USA", 2017, 0.919, "wide_year"},
    {"raw/wb_scitech/science-and-technology-raw-2021.csv", "{indicators: {IP.PAT.RESD: a}}", 'c', 3599, 157, 37660856, "", 0, 0, "wide_year"},
    {"raw/wgi/WGIData.csv", "{indicators: {CC.EST: a}, countries: {ANT: none}}", 'c', 4920, 213, -9.661335293203722, "FRA", 2010, 1.48775613307953, "wide_year"},
    {"raw/keepiton/keepiton_nationwide.csv", "{reader: events, indicator: a, columns: {date: start_date}, " NAMES "}", 'c', 152, 70, 245, "VEN", 2019, 12, "events"},
    {"raw/un_votes/un_cyber_votes.csv", "{reader: events, indicator: a, columns: {date: date}, where: {vote: 'yes'}}", 'i', 548, 191, 895, "CHN", 2018, 2, "events"},
    {"raw/paris_call/supporters.csv", "{reader: events, indicator: a, year: 2018, columns: {country: nationality}, where: {category: state}, countries: {MTG: MNE, SCG: SRB}}", 'c', 81, 81, 81, "FRA", 2018, 1, "events"},
    {"raw/eurepoc_v11/EuRepoC_Global_Database_1.1.csv", "{reader: events, indicator: a, statistic: count_distinct, columns: {country: receiver_country, date: start_date, id: ID}}", 'i', 0, 0, NAN, "UKR", 2022, 12, "events"},
    {"raw/eurepoc_v11/EuRepoC_Receiver_dataset_1.1.csv", "{reader: events, indicator: a, year: 2020, statistic: count_distinct, columns: {country: receiver_country, id: ID}}", 'i', 137, 137, 2380, "", 0, 0, "events"},
};

static const struct {
    char file[80];
    char yaml[120];
    char says[160];
} refused[] = {
    {"messy/06_wgi_two_row_header_latin1_na_hash.csv", "", ":50:2: byte 0xd4 at offset 28796 is not UTF-8: the file looks like latin-1"},
    {"messy/08_owid_long_entity_year.csv", "{indicator: a}", ":1278:1: column \"Entity\": \"Congo\" may be any of"},
    {"messy/10_owid_wide_variables_dotdot.csv", "{indicator: a}", ":2:16: column \"Health Expenditure and Financing (per capita) (OECDstat (2017))\": indicator \"a\", country \"AUS\", year 1970: \"..\" is not"},
    {"messy/11_imf_weo_utf16le_no_bom_tsv_named_xls.xls", "", "byte 0x00 at offset 1 is not UTF-8: the file looks like utf-16le (set encoding: utf-16le for it)"},
    {"messy/12_oecd_stat_bli_bom_flag_columns.csv", "{indicator: a, year: 2019}", "was already given at"},
    {"messy/15_eurostat_tsv_sdg_13_10.tsv", "{indicator: a}", "where rows differ in other columns (a unit, a sex, an age), where: {COLUMN: VALUE} chooses"},
    {"messy/18_destatis_genesis_latin1_semicolon_decimal_comma.csv", "", ":2:31: byte 0xf6 at offset 58 is not UTF-8"},
    {"messy/18_destatis_genesis_latin1_semicolon_decimal_comma.csv", "{encoding: cp1252}", "the shape of this file is not recognised"},
    {"messy/19_destatis_genesis_flat.csv", "", "the shape of this file is not recognised"},
    {"messy/22_destatis_latin1_merge_conflict_markers_footnotes.csv", "", "byte 0xf6 at offset 44 is not UTF-8"},
    {"messy/25_ukgov_quoted_newlines_multirow_header.csv", "", "the shape of this file is not recognised"},
    {"messy/26_ukgov_year_ranges_2007-08_percent_signs.csv", "{columns: {country: Prosecution Outcomes}, indicators: {Volume: a}}", "is not a country that is known here"},
    {"messy/28_semicolon_wide_matrix.csv", "", "the shape of this file is not recognised"},
    {"messy/30_cr_only_line_ends.csv", "", "the shape of this file is not recognised"},
    {"messy/31_preamble_lines.csv", "", "the shape of this file is not recognised"},
    {"messy/32_two_tables_in_one_file.csv", "", ":106:55: text after the closing quote of a field"},
    {"messy/33_three_row_header.csv", "", "the shape of this file is not recognised"},
    {"messy/34_semicolon_gzip.csv.gz", "", "the shape of this file is not recognised"},
    {"messy/40_not_a_csv_pdf_renamed.csv", "", "is a PDF document, not a table of text"},
    {"messy/42_latin1_small.csv", "", "byte 0xe9 at offset 63 is not UTF-8: the file looks like latin-1"},
    {"messy/43_sdmx_csv_2_0_spec_example-01.csv", "{indicator: a}", "no column of countries is found"},
    {"messy/43_sdmx_csv_2_0_spec_example-02.csv", "{indicator: a}", "no column of countries is found"},
    {"messy/43_sdmx_csv_2_0_spec_example-05.csv", "{indicator: a}", "no column of countries is found"},
    {"messy/43_sdmx_csv_2_0_spec_example-06.csv", "{indicator: a}", "no column of countries is found"},
    {"messy/43_sdmx_csv_2_0_spec_example-14.csv", "{indicator: a}", "no column of countries is found"},
    {"raw/wb_scitech/Metadata_Indicator.csv", "", "the shape of this file is not recognised"},
    {"raw/eurepoc_v11/EuRepoC_Global_Database_1.1.csv", "", "the shape of this file is not recognised"},
};

typedef struct reading {
    csi_arena *arena;
    csi_diag *diag;
    csi_raw *raw;
    csi_status status;
    char words[8000];
} reading;

static reading read_file(const char *file, const char *yaml, char units)
{
    reading r = {.arena = csi_arena_new(), .diag = csi_diag_new(0)};
    csi_framework *framework = NULL;
    const char *text = "Level,iCode,Parent,Direction,Weight,Type\n1,a,top,1,1,Indicator\n1,b,top,1,1,Indicator\n2,top,,1,1,Aggregate\n";
    cr_assert(csi_framework_read(r.arena, write_text_file(temporary_directory(), "framework.csv", text), "framework.csv",
                                 r.diag, &framework) == CSI_OK);
    csi_input input = {shared_data_path(file), file, NULL};
    if (yaml[0] != '\0') {
        cr_assert(csi_settings_parse(r.arena, "index.yaml", yaml, strlen(yaml), r.diag, &input.options) == CSI_OK, "%s", yaml);
    }
    const csi_ingest_options options = {.input = &input,
                                        .n_inputs = 1,
                                        .first_year = 1960,
                                        .last_year = 2026,
                                        .units_are_countries = units != 'u',
                                        .unknown_indicators = CSI_POLICY_IGNORE,
                                        .unknown_countries = units == 'i' ? CSI_POLICY_IGNORE : CSI_POLICY_ERROR};
    r.status = csi_ingest_read(r.arena, framework, &options, r.diag, &r.raw);
    size_t n, used = 0;
    const csi_message *message = csi_diag_messages(r.diag, &n);
    for (size_t i = 0; i < n && used < sizeof r.words; i++) {
        used += (size_t)snprintf(r.words + used, sizeof r.words - used, ":%llu:%u: %s\n",
                                 (unsigned long long)message[i].line, message[i].column, message[i].text);
    }
    return r;
}

static void release(reading *r)
{
    csi_raw_free(r->raw);
    csi_diag_free(r->diag);
    csi_arena_free(r->arena);
}

Test(files, are_read_to_the_right_cells)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        reading r = read_file(good[i].file, good[i].yaml, good[i].units);
        cr_expect(r.status == CSI_OK, "%s: %s", good[i].file, r.words);
        if (r.status != CSI_OK) {
            release(&r);
            continue;
        }
        const csi_panel *panel = r.raw->panel;
        size_t n_cells = 0;
        double sum = 0;
        for (size_t at = 0; at < panel->n_series * panel->n_years * panel->n_countries; at++) {
            n_cells += panel->state[at] != CSI_CELL_MISSING;
            sum += panel->state[at] != CSI_CELL_MISSING ? panel->value[at] : 0;
        }
        if (!isnan(good[i].sum)) {
            cr_expect(n_cells == good[i].n_cells && panel->n_countries == good[i].n_units, "%s: %zu cells, %zu units", good[i].file,
                      n_cells, panel->n_countries);
            cr_expect(is_near(sum, good[i].sum, 1e-9 * fabs(sum) + 1e-8 + fabs(sum) * 1e-9), "%s: sum %.10g", good[i].file, sum);
        }
        if (good[i].code[0] != '\0') {
            const size_t country = csi_countries_find(&r.raw->countries, good[i].code);
            cr_assert(country != CSI_NONE, "%s: %s", good[i].file, good[i].code);
            const double value = csi_panel_get(panel, 0, (size_t)(good[i].year - panel->first_year), country);
            cr_expect(value == good[i].value, "%s: %s %d is %.17g", good[i].file, good[i].code, good[i].year, value);
        }
        cr_expect(strcmp(r.raw->source[0].reader, good[i].reader) == 0, "%s: %s", good[i].file, r.raw->source[0].reader);
        release(&r);
    }
}

Test(files, are_refused_with_the_right_words)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        reading r = read_file(refused[i].file, refused[i].yaml, 'c');
        cr_expect(r.status == CSI_ERR_DATA && r.raw == NULL, "%s: %d", refused[i].file, (int)r.status);
        cr_expect(strstr(r.words, refused[i].says) != NULL, "%s: %s", refused[i].file, r.words);
        release(&r);
    }
}

/* What `csindex check FILE` states: one line of the verdict each. */
static const struct {
    char file[80];
    char what[40];
    char verdict[40];
} verdicts[] = {
    {"messy/01_worldbank_wide_4_header_lines_bom.csv", "heading", "line 5"},
    {"messy/01_worldbank_wide_4_header_lines_bom.csv", "reader", "wide_year"},
    {"messy/11_imf_weo_utf16le_no_bom_tsv_named_xls.xls", "encoding", "utf-16le"},
    {"messy/11_imf_weo_utf16le_no_bom_tsv_named_xls.xls", "thousands mark", "comma"},
    {"messy/14_eurostat_tsv_packed_key_flags_colon.tsv", "flags", "letters after numbers"},
    {"messy/14_eurostat_tsv_packed_key_flags_colon.tsv", "no value", "\":\""},
    {"messy/18_destatis_genesis_latin1_semicolon_decimal_comma.csv", "encoding", "latin-1"},
    {"messy/18_destatis_genesis_latin1_semicolon_decimal_comma.csv", "delimiter", "semicolon"},
    {"messy/18_destatis_genesis_latin1_semicolon_decimal_comma.csv", "reader", "none"},
    {"messy/23_rsf_2019_quoted_decimal_comma_multiscript.csv", "decimal mark", "comma"},
    {"messy/26_ukgov_year_ranges_2007-08_percent_signs.csv", "signs", "percent or currency"},
    {"messy/30_cr_only_line_ends.csv", "line ends", "CR"},
    {"messy/34_semicolon_gzip.csv.gz", "compression", "gzip"},
    {"messy/35_vdem_lite_wide_297_columns.csv.gz", "reader", "vdem"},
    {"messy/08_owid_long_entity_year.csv", "column 1 \"Entity\"", "country: its name"},
};

Test(files, are_told_of_before_they_are_read)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        csi_arena *arena = csi_arena_new();
        const csi_input input = {shared_data_path(verdicts[i].file), verdicts[i].file, NULL};
        const csi_verdict *verdict = NULL;
        cr_assert(csi_inspect(arena, NULL, &input, NULL, &verdict) == CSI_OK, "%s", verdicts[i].file);
        const char *found = "nothing";
        for (size_t row = 0; row < verdict->n; row++) {
            found = strcmp(verdict->row[row].what, verdicts[i].what) == 0 ? verdict->row[row].verdict : found;
        }
        cr_expect_str_eq(found, verdicts[i].verdict);
        csi_arena_free(arena);
    }
    const csi_input pdf = {shared_data_path("messy/40_not_a_csv_pdf_renamed.csv"), "pdf", NULL};
    const csi_verdict *verdict = NULL;
    csi_arena *arena = csi_arena_new();
    cr_expect(csi_inspect(arena, NULL, &pdf, NULL, &verdict) == CSI_ERR_DATA && verdict == NULL);
    csi_arena_free(arena);
}
