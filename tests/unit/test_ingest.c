/* The stage's front door: what is read from small files, what is said about bad ones, and the default index's data. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/framework_read.h"
#include "ingest/ingest.h"
#include "tests/support/support.h"

static const char framework_text[] =
    "Level,iCode,Parent,Direction,Weight,Type,iName,valid_from\n"
    "1,a,top,1,1,Indicator,Indicator A,\n"
    "1,b,top,-1,1,Indicator,Indicator B,2021\n"
    "2,top,,1,1,Aggregate,Index,\n"
    "NA,pop,NA,NA,NA,Denominator,Population,\n"
    "NA,income,NA,NA,NA,Group,Income group,\n"
    "NA,note,NA,NA,NA,Other,Remarks,\n";

typedef struct result {
    csi_arena *arena;
    csi_diag *diag;
    csi_framework *framework;
    csi_raw *raw;
    csi_status status;
    char words[4000]; /* "file:line:column: text" of every message, a line each */
} result;

static void read_framework(result *r, const char *text)
{
    r->arena = csi_arena_new();
    r->diag = csi_diag_new(0);
    const char *path = write_text_file(temporary_directory(), "framework.csv", text);
    r->status = csi_framework_read(r->arena, path, "framework.csv", r->diag, &r->framework);
}

static void collect_words(result *r)
{
    size_t n, used = 0;
    const csi_message *message = csi_diag_messages(r->diag, &n);
    r->words[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof r->words; i++) {
        used += (size_t)snprintf(r->words + used, sizeof r->words - used, "%s:%llu:%u: %s\n",
                                 message[i].file != NULL ? message[i].file : "", (unsigned long long)message[i].line,
                                 message[i].column, message[i].text);
    }
}

static const char *const missing[] = {"NA"};

static csi_ingest_options usual_options(void)
{
    return (csi_ingest_options){.first_year = 2020,
                                .last_year = 2022,
                                .units_are_countries = true,
                                .missing = missing,
                                .n_missing = 1,
                                .with_standard_error = true};
}

/* Reads up to three files of the given texts; `yaml` are the options of the first. */
static result ingest(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *yaml)
{
    static const char *const labels[] = {"one.csv", "two.csv", "three.csv"};
    result r = {.raw = NULL};
    read_framework(&r, framework_text);
    cr_assert(r.status == CSI_OK);
    csi_input input[3];
    const char *directory = temporary_directory();
    for (size_t i = 0; i < n_texts; i++) {
        input[i] = (csi_input){write_text_file(directory, labels[i], text[i]), labels[i], NULL};
    }
    csi_ingest_options options = *given;
    options.input = input;
    options.n_inputs = n_texts;
    if (yaml != NULL && yaml[0] != '\0') {
        cr_assert(csi_settings_parse(r.arena, "index.yaml", yaml, strlen(yaml), r.diag, &input[0].options) == CSI_OK);
    }
    r.status = csi_ingest_read(r.arena, r.framework, &options, r.diag, &r.raw);
    collect_words(&r);
    return r;
}

static void release(result *r)
{
    csi_raw_free(r->raw);
    csi_diag_free(r->diag);
    csi_arena_free(r->arena);
}

/* All observed cells as "FRA a 2020 1.5@line;" */
static char *show(const result *r)
{
    static char shown[4000];
    size_t used = 0;
    shown[0] = '\0';
    const csi_panel *panel = r->raw->panel;
    for (size_t country = 0; country < panel->n_countries; country++) {
        for (size_t series = 0; series < panel->n_series; series++) {
            for (size_t year = 0; year < panel->n_years; year++) {
                const size_t at = csi_panel_at(panel, series, year, country);
                cr_expect(isnan(panel->value[at]) == (panel->state[at] == CSI_CELL_MISSING));
                if (panel->state[at] != CSI_CELL_MISSING) {
                    used += (size_t)snprintf(shown + used, sizeof shown - used, "%s %zu %d %g@%u.%u;",
                                             r->raw->countries.country[country].iso3, series,
                                             panel->first_year + (int)year, panel->value[at], r->raw->origin[at].line,
                                             r->raw->origin[at].column);
                }
            }
        }
    }
    return shown;
}

#define LONG_HEAD "iso3,year,indicator,value\n"
#define WIDE_HEAD "Country Name,Country Code,Indicator Name,Indicator Code,2020,2021,\n"

static const struct {
    char text[240], yaml[160], expected[240], reader[20];
} good_cases[] = {
    {LONG_HEAD "FRA,2020,a,1.5\nDEU,2021,b,2\n", "", "DEU 1 2021 2@3.4;FRA 0 2020 1.5@2.4;", "long"},
    {"\xef\xbb\xbf" LONG_HEAD "FRA,2020,a,1\n", "", "FRA 0 2020 1@2.4;", "long"},
    {LONG_HEAD "\n\n\"FRA\",\"2020\",\"a\",\"1\"", "", "FRA 0 2020 1@4.4;", "long"},
    {"iso3,year,indicator,value\r\nFRA,2020,a,1\r\n", "", "FRA 0 2020 1@2.4;", "long"},
    {"iso3,year,indicator,value\rFRA,2020,a,1\r", "", "FRA 0 2020 1@2.4;", "long"},
    {LONG_HEAD "FRA,2019,a,1\nFRA,2020,a,NA\nFRA,2021,a,\nFRA,2022,a,\"\"\nFRA,2022,pop,7\n", "", "FRA 2 2022 7@6.4;", "long"},
    {LONG_HEAD "FRA,2020,b,1\nFRA,2021,b,2\n", "", "FRA 1 2021 2@3.4;", "long"},
    {"Value;Year;Country Code;Indicator\n1;2020;FRA;a\n", "", "FRA 0 2020 1@2.1;", "long"},
    {"Land;Jahr;Was;Wert\nFRA;2020;a;1,5\n",
     "{columns: {country: Land, year: Jahr, indicator: Was, value: Wert}, decimal: comma}", "FRA 0 2020 1.5@2.4;", "long"},
    {"iso3,year,x,value\nFRA,2020,9,1\n", "{indicator: a}", "FRA 0 2020 1@2.4;", "long"},
    {"iso3,year,dim,value\nFRA,2020,t,1\nFRA,2020,u,2\n", "{indicator: a, where: {dim: [u, v]}}", "FRA 0 2020 2@3.4;", "long"},
    {"iso3,indicator,value\nFRA,x.1,1\n", "{year: 2021, indicators: {x.1: a}}", "FRA 0 2021 1@2.3;", "long"},
    {"iso3,year,s,t,value\nFRA,2020,x,1,5\n", "{columns: {indicator: [s, t]}, indicators: {x.1: a}}", "FRA 0 2020 5@2.5;", "long"},
    {LONG_HEAD "World,2020,a,1\nFRA,2020,a,2\n", "", "FRA 0 2020 2@3.4;", "long"},
    {"\"Data Source\",\"WDI\",\n\n\"Last Updated\",\"2020\",\n\n" WIDE_HEAD "France,FRA,A,a,1,2,\nGermany,DEU,A,a,,3,\n", "",
     "DEU 0 2021 3@7.6;FRA 0 2020 1@6.5;FRA 0 2021 2@6.6;", "wide_year"},
    {"Country,2020 [YR2020],2021 [YR2021]\nFrance,1,2\n", "{indicator: a}", "FRA 0 2020 1@2.2;FRA 0 2021 2@2.3;", "wide_year"},
    {"uName,uCode,income,Time,pop,a,b,note\nFrankreich,FRA,high,2021,9,1,2,hello\n", "",
     "FRA 0 2021 1@2.6;FRA 1 2021 2@2.7;FRA 2 2021 9@2.5;", "wide_indicator"},
    {"uCode,a,b\nFRA,1,2\n", "{year: 2022}", "FRA 0 2022 1@2.2;FRA 1 2022 2@2.3;", "wide_indicator"},
    {LONG_HEAD "FRA,2020,a,\"131,999\"\nDEU,2020,a,\"25,81\"\n", "", "DEU 0 2020 25.81@3.4;FRA 0 2020 131.999@2.4;", "long"},
    {LONG_HEAD "FRA,2020,a,\"1,000\"\nDEU,2020,a,\"1,234.5\"\n", "", "DEU 0 2020 1234.5@3.4;FRA 0 2020 1000@2.4;", "long"},
    {LONG_HEAD "FRA,2020,a,5%\nDEU,2020,a,6 %\n", "", "DEU 0 2020 6@3.4;FRA 0 2020 5@2.4;", "long"},
    {"unit,geo\\time\t2020 \t2021 \nPC,FR\t1.5 d\t: \nPC,DE\t: c\t7 \nX,DE\t1\t1\n", "{where: {unit: PC}, indicator: a}",
     "DEU 0 2021 7@3.3;FRA 0 2020 1.5@2.2;", "eurostat_tsv"},
    {"unit,na,geo\\TIME_PERIOD\t2020 \nPC,x,FR\t1\n", "{indicators: {PC.x: a}}", "FRA 0 2020 1@2.2;", "eurostat_tsv"},
    {"DATAFLOW,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\nE,FR,2021,66.5,bd\n", "{indicator: a}", "FRA 0 2021 66.5@2.4;", "sdmx_csv"},
    {"STRUCTURE,ACTION,REF_AREA: Area,TIME_PERIOD: Time,OBS_VALUE: Value\nd,I,FR: France,2021,1\nd,D,FR: France,2022,2\n",
     "{indicator: a}", "FRA 0 2021 1@2.5;", "sdmx_csv"},
    {"Entity,Code,Year,Freedom\nFrance,FRA,2020,1\nWorld,,2020,2\n", "{indicator: a}", "FRA 0 2020 1@2.4;", "one_indicator"},
    {"geo,time,a\nfra,2020,1\n", "", "FRA 0 2020 1@2.3;", "wide_indicator"},
    {",,2020,,2021,\nCountry,WBCode,Estimate,StdErr,Estimate,StdErr\nFRANCE,FRA,1,0.1,2,0.2\n", "{indicators: {Estimate: a}}",
     "FRA 0 2020 1@3.3;FRA 0 2021 2@3.5;", "two_headings"},
    {"country_name,country_text_id,country_id,year,a,a_sd,z\nFrance,FRA,76,2020,1,0.5,9\n", "", "FRA 0 2020 1@2.5;", "vdem"},
    {"Country,2020 a,2021 a,2020 z\nFrance,1,2,3\n", "", "FRA 0 2020 1@2.2;FRA 0 2021 2@2.3;", "wide_year"},
    {"Country Name,Series Code,2020 [YR2020]\nFrance,a,..\nGermany,a,1\n\n\nData from database: WDI\nLast Updated: 1\n", "",
     "DEU 0 2020 1@3.3;", "wide_year"},
    {"iso3,year,indicator,value\nold,0,x,y\n" LONG_HEAD "FRA,2020,a,1\n", "{skip_lines: 2}", "FRA 0 2020 1@4.4;", "long"},
    {LONG_HEAD "FRA,2020,a,1,,\n", "", "FRA 0 2020 1@2.4;", "long"},
    {LONG_HEAD "FRA,2020,a\nDEU,2020,a,1\n", "{ragged: pad}", "DEU 0 2020 1@3.4;", "long"},
    {"a\tuCode\tTime\n1\tFRA\t2020\n", "", "FRA 0 2020 1@2.1;", "wide_indicator"},
};

#define EVENTS "id,start,where,n\n1,2020-01-05,\"['France', 'Germany']\",2\n1,2020-02-01,France,3\n2,2020-03-01,France,4\n2,2021-03-01,Germany,5\n3,2019-01-01,France,9\n"
#define EVENT_OPTIONS "reader: events, indicator: a, columns: {country: where, date: start, id: id, value: n}"

static const struct {
    char yaml[160], expected[160];
} event_cases[] = {
    {"{" EVENT_OPTIONS "}", "DEU 0 2020 1@2.3;DEU 0 2021 1@5.3;FRA 0 2020 3@2.3;"},
    {"{" EVENT_OPTIONS ", statistic: count_distinct}", "DEU 0 2020 1@2.3;DEU 0 2021 1@5.3;FRA 0 2020 2@2.3;"},
    {"{" EVENT_OPTIONS ", statistic: sum}", "DEU 0 2020 2@2.3;DEU 0 2021 5@5.3;FRA 0 2020 9@2.3;"},
    {"{" EVENT_OPTIONS ", statistic: mean}", "DEU 0 2020 2@2.3;DEU 0 2021 5@5.3;FRA 0 2020 3@2.3;"},
    {"{" EVENT_OPTIONS ", statistic: quantile, quantile: 0.25}", "DEU 0 2020 2@2.3;DEU 0 2021 5@5.3;FRA 0 2020 2.5@2.3;"},
    {"{" EVENT_OPTIONS ", absent: zero, where: {id: 2}}", "DEU 0 2020 0@4.3;DEU 0 2021 1@5.3;FRA 0 2020 1@4.3;FRA 0 2021 0@4.3;"},
};

Test(ingest, makes_indicators_of_events)
{
    const csi_ingest_options options = usual_options();
    const char *text = EVENTS;
    for (size_t i = 0; i < sizeof event_cases / sizeof *event_cases; i++) {
        result r = ingest(&options, &text, 1, event_cases[i].yaml);
        cr_assert(r.status == CSI_OK, "case %zu: %s", i, r.words);
        cr_expect(strcmp(show(&r), event_cases[i].expected) == 0, "case %zu: %s", i, show(&r));
        release(&r);
    }
    const char *listed = "where,year\n\"France; Germany;France\",2020\n";
    result r = ingest(&options, &listed, 1, "{reader: events, indicator: a, columns: {country: where}, separator: ';'}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(show(&r), "DEU 0 2020 1@2.1;FRA 0 2020 1@2.1;");
    release(&r);
}

/* {1, 2} and {4}: n 3, mean 7/3, M2 14/3, standard error sqrt(14/3 / 2 / 3) */
Test(ingest, merges_aggregated_rows_of_many_files)
{
    const char *const texts[] = {"country,period,indicator,n,mean,m2\nFRA,2020,a,2,1.5,0.5\nFRA,2020,b,0,,\n",
                                 "country,period,indicator,n,mean,m2\nFRA,2020,a,1,4,0\nFRA,2021,a,1,-5,0\n"};
    const csi_ingest_options options = usual_options();
    result r = ingest(&options, texts, 2, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(r.raw->source[0].reader, "aggregated");
    cr_expect_str_eq(show(&r), "FRA 0 2020 2.33333@2.5;FRA 0 2021 -5@3.5;");
    cr_expect(is_near(r.raw->panel->value[0], 7.0 / 3, 1e-15));
    cr_expect(is_near(r.raw->panel->standard_error[0], sqrt(14.0 / 18), 1e-15) && isnan(r.raw->panel->standard_error[1]));
    release(&r);
    const char *bare = "country,period,indicator,n,mean\nFRA,2020,a,2,1.5\nFRA,2021,a,1,4\n";
    r = ingest(&options, &bare, 1, "{reader: aggregated}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(isnan(r.raw->panel->standard_error[0]), "%g", r.raw->panel->standard_error[0]);
    release(&r);
    const char *bad = "country,period,indicator,n,mean,m2\nFRA,2020,a,2,x,0.5\nFRA,2020,a,-2,1,1\nFRA,2020,a,2,1,-1\n";
    r = ingest(&options, &bad, 1, NULL);
    cr_expect(r.status == CSI_ERR_DATA && csi_diag_n_errors(r.diag) == 3, "%s", r.words);
    cr_expect(strstr(r.words, "one.csv:3:12: column \"n\": \"-2\" is negative") != NULL, "%s", r.words);
    release(&r);
}

Test(ingest, reads_every_shape)
{
    const csi_ingest_options options = usual_options();
    for (size_t i = 0; i < sizeof good_cases / sizeof *good_cases; i++) {
        const char *text = good_cases[i].text;
        result r = ingest(&options, &text, 1, good_cases[i].yaml);
        cr_assert(r.status == CSI_OK, "case %zu: %s", i, r.words);
        cr_expect(strcmp(show(&r), good_cases[i].expected) == 0, "case %zu: %s", i, show(&r));
        cr_expect(strcmp(r.raw->source[0].reader, good_cases[i].reader) == 0, "case %zu: %s", i, r.raw->source[0].reader);
        release(&r);
    }
}

static const struct {
    char text[220], yaml[100];
    csi_status status;
    char says[4][150]; /* each must be among the words */
} bad_cases[] = {
    {"", "", CSI_ERR_DATA, {"one.csv:0:0: holds no records"}},
    {"\n\n", "", CSI_ERR_DATA, {"holds no records"}},
    {"hello\n", "", CSI_ERR_DATA, {"one.csv:1:0: the shape of this file is not recognised"}},
    {LONG_HEAD "FRA,2020,a,8l.2\nFRA,2021,a,x\n", "", CSI_ERR_DATA,
     {"one.csv:2:12: column \"value\": indicator \"a\", country \"FRA\", year 2020: \"8l.2\" is not a number",
      "one.csv:3:12: column \"value\": indicator \"a\", country \"FRA\", year 2021: \"x\" is not a number"}},
    {LONG_HEAD "FRA,2020,a,\"1,500\"\n", "", CSI_ERR_DATA, {"one.csv:2:12: ", "for decimal commas set decimal"}},
    {LONG_HEAD "FRA,2020,a,1e999\n", "", CSI_ERR_DATA, {"\"1e999\" is too large a number"}},
    {LONG_HEAD "FRA,2020,a,1\nDEU,2020,a,1\nFRA,2020,a,1\n", "", CSI_ERR_DATA,
     {"one.csv:4:0: country \"FRA\", indicator \"a\", year 2020 was already given at one.csv:2"}},
    {LONG_HEAD "FRA,2020,c,1\nFRA,2021,c,1\n", "", CSI_ERR_DATA, {"one.csv:2:10: column \"indicator\": indicator \"c\" is not in the framework"}},
    {LONG_HEAD "FRA,2020,,1\n", "", CSI_ERR_DATA, {"no indicator is given"}},
    {LONG_HEAD "Atlantis,2020,a,1\n", "", CSI_ERR_DATA, {"one.csv:2:1: column \"iso3\": \"Atlantis\" is not a country"}},
    {LONG_HEAD ",2020,a,1\n", "", CSI_ERR_DATA, {"one.csv:2:1: column \"iso3\": no country is given"}},
    {LONG_HEAD "FRA,0,a,1\n", "", CSI_ERR_DATA, {"one.csv:2:5: column \"year\": \"0\" is not a year"}},
    {LONG_HEAD "FRA,99999,a,1\nFRA,-1,a,1\n", "", CSI_ERR_DATA, {"\"99999\" is not a year", "\"-1\" is not a year"}},
    {LONG_HEAD "FRA,2020-Q1,a,1\n", "", CSI_ERR_DATA, {"\"2020-Q1\" is not a year but a part of one"}},
    {LONG_HEAD "FRA,2020,a\nFRA,2020,a,1,2\n", "", CSI_ERR_DATA,
     {"one.csv:2:0: this row has 3 fields where the heading has 4", "one.csv:3:0: this row has 5 fields"}},
    {"iso3,year,indicator,value,value\nFRA,2020,a,1,2\n", "", CSI_ERR_DATA, {"one.csv:1:27: two columns are headed \"value\""}},
    {LONG_HEAD "FRA,2020,a,1\nFRA,2021,a,\"2\n", "", CSI_ERR_DATA, {"one.csv:3:12: the quote opened here is never closed"}},
    {LONG_HEAD "FRA,2020,a,1\"2\n", "", CSI_ERR_DATA, {"one.csv:2:13: a quote inside an unquoted field"}},
    {LONG_HEAD "FRA,2020,a,1\nFRA,2021,caf\xe9,2\n", "", CSI_ERR_DATA,
     {"one.csv:3:13: byte 0xe9 at offset 51 is not UTF-8: the file looks like latin-1 (set encoding: latin-1 for it)"}},
    {"\xff\xfe" "i,s,o,3,,y,e,a,r", "", CSI_ERR_DATA, {"byte 0xff at offset 0 is not UTF-8: the file looks like utf-16le"}},
    {"%PDF-1.5\n", "", CSI_ERR_DATA, {"one.csv:1:0: is a PDF document, not a table of text"}},
    {LONG_HEAD "FRA,2010,a,1\n", "", CSI_ERR_DATA, {"the inputs hold no value of the framework's indicators from 2020 to 2022"}},
    {"uCode,Time,a,mystery\nFRA,2020,1,2\n", "", CSI_ERR_DATA, {"one.csv:1:14: column \"mystery\" is no indicator of the framework"}},
    {"uCode,Time,a,a\nFRA,2020,1,2\n", "", CSI_ERR_DATA, {"one.csv:1:14: columns 3 and 4 are both of the indicator \"a\""}},
    {"uCode,a\nFRA,1\n", "", CSI_ERR_DATA, {"no column of years is found"}},
    {"Country,2020,2021,2020\nFrance,1,2,3\n", "{indicator: a}", CSI_ERR_DATA, {"one.csv:1:19: columns 2 and 4 are both of the year 2020"}},
    {"Country,2020,2021\nFrance,1,2\n", "", CSI_ERR_DATA, {"no column tells the indicator"}},
    {LONG_HEAD "FRA,2020,a,1\n", "{reader: wide}", CSI_ERR_CONFIG, {"index.yaml:1:10: reader: \"wide\" is not known"}},
    {LONG_HEAD "FRA,2020,a,1\n", "{delimeter: tab}", CSI_ERR_CONFIG, {"did you mean \"delimiter\""}},
    {LONG_HEAD "FRA,2020,a,1\n", "{columns: {value: Wert}}", CSI_ERR_DATA, {"shape of this file is not recognised"}},
    {LONG_HEAD "FRA,2020,a,1\n", "{reader: long, columns: {value: Wert}}", CSI_ERR_DATA, {"no column is headed \"Wert\""}},
    {LONG_HEAD "FRA,2020,a,1\n", "{indicator: zzz}", CSI_ERR_CONFIG, {"indicator: \"zzz\" is not in the framework"}},
    {"iso3,year,indicator,value,se\nFRA,2020,a,1,-2\n", "", CSI_ERR_DATA, {"one.csv:2:14: column \"se\"", "no standard error can be"}},
};

Test(ingest, says_what_is_wrong_and_where)
{
    const csi_ingest_options options = usual_options();
    for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
        const char *text = bad_cases[i].text;
        result r = ingest(&options, &text, 1, bad_cases[i].yaml);
        cr_expect(r.status == bad_cases[i].status && r.raw == NULL, "case %zu: status %d", i, (int)r.status);
        for (size_t k = 0; k < 4 && bad_cases[i].says[k][0] != '\0'; k++) {
            cr_expect(strstr(r.words, bad_cases[i].says[k]) != NULL, "case %zu: %s", i, r.words);
        }
        release(&r);
    }
}

Test(ingest, follows_the_policies)
{
    const char *text = LONG_HEAD "Atlantis,2020,a,1\nFRA,2020,zz,1\nFRA,2020,a,3\nAtlantis,2021,a,1\n";
    csi_ingest_options options = usual_options();
    options.unknown_countries = options.unknown_indicators = CSI_POLICY_WARN;
    result r = ingest(&options, &text, 1, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(csi_diag_n_warnings(r.diag) == 2, "%s", r.words); /* each unknown name once */
    cr_expect_str_eq(show(&r), "FRA 0 2020 3@4.4;");
    cr_expect(r.raw->source[0].n_left_out == 3 && r.raw->source[0].n_records == 4);
    release(&r);
    options.unknown_countries = options.unknown_indicators = CSI_POLICY_IGNORE;
    r = ingest(&options, &text, 1, NULL);
    cr_expect(r.status == CSI_OK && csi_diag_n_warnings(r.diag) == 0, "%s", r.words);
    release(&r);
}

Test(ingest, settles_cells_that_two_files_give)
{
    const char *const texts[] = {LONG_HEAD "FRA,2020,a,1\n", LONG_HEAD "DEU,2020,a,5\nFRA,2020,a,2\nFRA,2021,a,3\n"};
    csi_ingest_options options = usual_options();
    result r = ingest(&options, texts, 2, NULL);
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "two.csv:3:0: country \"FRA\", indicator \"a\", year 2020 was "
                                                          "already given at one.csv:2") != NULL, "%s", r.words);
    release(&r);
    options.prefer_first = true;
    r = ingest(&options, texts, 2, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(show(&r), "DEU 0 2020 5@2.4;FRA 0 2020 1@2.4;FRA 0 2021 3@4.4;");
    cr_expect(strstr(r.words, "1 cells that an earlier file gives") != NULL, "%s", r.words);
    cr_expect(r.raw->source[1].n_observations == 2 && r.raw->source[1].n_left_out == 1);
    release(&r);
}

Test(ingest, reports_up_to_the_cap_and_in_the_order_of_the_file)
{
    const size_t n_rows = 200000;
    char *text = malloc(n_rows * 48 + 100);
    size_t used = (size_t)sprintf(text, "%s", "iso3,year,indicator,value,x\n");
    for (size_t i = 0; i < n_rows; i++) {
        used += (size_t)sprintf(text + used, "FRA,2020,a,%s,row %zu\n", i % 10007 == 5000 ? "bad" : "NA", i);
    }
    const char *const one = text;
    csi_ingest_options options = usual_options();
    options.n_threads = 1;
    result r = ingest(&options, &one, 1, NULL);
    cr_expect(csi_diag_n_errors(r.diag) == 20 && r.status == CSI_ERR_DATA && strstr(r.words, "one.csv:5002:") != NULL);
    for (size_t n_threads = 2; n_threads <= 8; n_threads *= 2) {
        options.n_threads = n_threads;
        result s = ingest(&options, &one, 1, NULL);
        cr_expect_str_eq(s.words, r.words);
        release(&s);
    }
    release(&r);
    free(text);
}

Test(ingest, keeps_names_groups_and_units_as_they_come)
{
    const char *text = "uName,uCode,income,Time,a\nParis,P,high,2020,1\nAix,A,,2020,2\nParis!,P,low,2021,3\n";
    csi_ingest_options options = usual_options();
    options.units_are_countries = false;
    result r = ingest(&options, &text, 1, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    const csi_countries *c = &r.raw->countries;
    cr_expect(c->n == 2 && c->n_groupings == 1 && csi_countries_grouping(c, "income") == 0);
    cr_expect_str_eq(c->country[0].iso3, "A");
    cr_expect_str_eq(c->country[1].name, "Paris");
    cr_expect_str_eq(c->country[1].group[0], "high");
    cr_expect(c->country[0].group[0] == NULL);
    release(&r);
}

Test(ingest, takes_standard_errors_along)
{
    const char *text = "iso3,year,indicator,value,standard_error\nFRA,2020,a,1,0.25\nDEU,2020,a,1,\n";
    csi_ingest_options options = usual_options();
    result r = ingest(&options, &text, 1, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(isnan(r.raw->panel->standard_error[0]) && r.raw->panel->standard_error[1] == 0.25);
    release(&r);
    options.with_standard_error = false;
    r = ingest(&options, &text, 1, NULL);
    cr_expect(r.status == CSI_OK && r.raw->panel->standard_error == NULL);
    release(&r);
}

/* 10 between 8 and 14 of 90 %: 2 and 4 over the normal quantile of 0.95; a bound at the value; no bounds, a standard error. */
Test(ingest, takes_bounds_along)
{
    const char *text = "iso3,year,indicator,value,standard_error,lo,hi\nFRA,2020,a,10,,8,14\nDEU,2020,a,1,9,0.5,1\n"
                       "ITA,2020,a,2,0.25,,\n";
    const char *named = "{columns: {low: lo, high: hi}, bounds: 0.9}";
    const csi_ingest_options options = usual_options();
    result r = ingest(&options, &text, 1, named);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    const csi_panel *p = r.raw->panel;
    static const double above[] = {0.0, 2.4318273, 0.25}, below[] = {0.3039784, 1.2159137, 0.25}; /* DEU, FRA, ITA */
    for (size_t c = 0; c < 3; c++) {
        cr_expect(is_near(csi_panel_error_above(p, c), above[c], 1e-7) && is_near(csi_panel_error_below(p, c), below[c], 1e-7),
                  "%zu: %.9g %.9g", c, csi_panel_error_above(p, c), csi_panel_error_below(p, c));
    }
    csi_panel *copy = NULL;
    cr_assert(csi_panel_copy(p, &copy) == CSI_OK);
    cr_expect(is_near(csi_panel_error_below(copy, 1), below[1], 1e-7) && isnan(copy->error_below[2]));
    csi_panel_free(copy);
    release(&r);
    const char *vdem = "country_name,country_text_id,country_id,year,a,a_codelow,a_codehigh,a_sd\nFrance,FRA,76,2020,0.9,0.7,0.95,0.1\n";
    r = ingest(&options, &vdem, 1, "{bounds: 0.68}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(is_near(csi_panel_error_above(r.raw->panel, 0), 0.05 / 0.9944578832, 1e-9) &&
              is_near(csi_panel_error_below(r.raw->panel, 0), 0.2 / 0.9944578832, 1e-9));
    release(&r);
    r = ingest(&options, &vdem, 1, NULL);
    cr_expect(r.status == CSI_OK && r.raw->panel->error_below == NULL && r.raw->panel->standard_error[0] == 0.1);
    release(&r);
}

Test(ingest, refuses_bounds_that_hold_no_value)
{
    static const struct {
        const char *text, *yaml, *word;
    } cases[] = {
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,7,8,14\n", "{columns: {low: lo, high: hi}, bounds: 0.9}",
         "\"8\" is a lower bound above the value"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,15,8,14\n", "{columns: {low: lo, high: hi}, bounds: 0.9}",
         "\"14\" is an upper bound below the value"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,\n", "{columns: {low: lo, high: hi}, bounds: 0.9}",
         "is a lower bound without an upper one"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,,14\n", "{columns: {low: lo, high: hi}, bounds: 0.9}",
         "is an upper bound without a lower one"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,x,14\n", "{columns: {low: lo, high: hi}, bounds: 0.9}", "\"x\""},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,14\n", "{bounds: 0.9}", "finds no columns of bounds"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,14\n", "{columns: {low: lo, high: top}, bounds: 0.9}",
         "no column is headed \"top\""},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,14\n", "{columns: {low: lo, high: hi}}", "need the key \"bounds\""},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,14\n", "{columns: {low: lo}, bounds: 0.9}", "go together"},
        {"iso3,year,indicator,value,lo,hi\nFRA,2020,a,9,8,14\n", "{columns: {low: lo, high: hi}, bounds: 90}", "bounds"},
    };
    const csi_ingest_options options = usual_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result r = ingest(&options, &cases[i].text, 1, cases[i].yaml);
        cr_expect(r.status != CSI_OK && strstr(r.words, cases[i].word) != NULL, "case %zu: %s", i, r.words);
        release(&r);
    }
}

Test(ingest, reads_the_default_data)
{
    result r = {.raw = NULL};
    r.arena = csi_arena_new();
    r.diag = csi_diag_new(0);
    cr_assert(csi_framework_read(r.arena, shared_data_path("paris-call/framework.csv"), "framework.csv", r.diag,
                                 &r.framework) == CSI_OK);
    const csi_input input = {shared_data_path("paris-call/indicators.csv"), "indicators.csv", NULL};
    csi_ingest_options options = usual_options();
    options.input = &input;
    options.n_inputs = 1;
    options.first_year = 2011;
    options.last_year = 2023;
    options.unknown_indicators = CSI_POLICY_IGNORE;
    r.status = csi_ingest_read(r.arena, r.framework, &options, r.diag, &r.raw);
    collect_words(&r);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    /* counted independently: pandas over the same file */
    const table t = table_read(input.path);
    const size_t at[] = {table_column(&t, "iso3"), table_column(&t, "year"), table_column(&t, "indicator"), table_column(&t, "value")};
    size_t n = 0;
    for (size_t row = 1; row < t.n_rows; row++) {
        const int year = atoi(t.cell[row][at[1]]);
        const size_t series = csi_framework_find_series(r.framework, t.cell[row][at[2]]);
        const size_t country = csi_countries_find(&r.raw->countries, t.cell[row][at[0]]);
        if (series == CSI_NONE || country == CSI_NONE || year < 2011 || year > 2023 ||
            year < r.framework->node[series].valid_from || t.cell[row][at[3]][0] == '\0') {
            continue;
        }
        n++;
        const size_t cell = csi_panel_at(r.raw->panel, series, (size_t)(year - 2011), country);
        cr_assert(r.raw->panel->value[cell] == strtod(t.cell[row][at[3]], NULL) && r.raw->origin[cell].line == row + 1,
                  "row %zu", row + 1);
    }
    cr_expect(r.raw->source[0].n_records == 107036 && r.raw->source[0].n_observations == n, "%zu cells", n);
    release(&r);
}

Test(framework, reads_coinr_unchanged)
{
    result r = {.raw = NULL};
    r.arena = csi_arena_new();
    r.diag = csi_diag_new(0);
    cr_assert(csi_framework_read(r.arena, oracle_path("coinr/asem/ASEM_iMeta.csv"), "iMeta.csv", r.diag, &r.framework) == CSI_OK);
    const csi_framework *f = r.framework;
    cr_expect(f->n_indicators == 49 && f->n_nodes == 60 && f->n_denominators == 4 && f->n_groupings == 4 && f->n_levels == 4);
    const csi_node *flights = &f->node[csi_framework_find(f, "Flights")];
    cr_expect_str_eq(flights->denominator, "Population");
    cr_expect(flights->target == 200.33265549999999 && flights->direction == 1 && flights->parent != CSI_NONE);
    cr_expect(csi_diag_n_errors(r.diag) == 0);
    const csi_input input = {oracle_path("coinr/asem/ASEM_iData_p.csv"), "iData.csv", NULL};
    csi_ingest_options options = usual_options();
    options.input = &input;
    options.n_inputs = 1;
    options.first_year = 2018;
    r.status = csi_ingest_read(r.arena, f, &options, r.diag, &r.raw);
    collect_words(&r);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(r.raw->countries.n == 51 && r.raw->source[0].n_observations == 13195, "%llu",
              (unsigned long long)r.raw->source[0].n_observations);
    const size_t groups = csi_countries_grouping(&r.raw->countries, "EurAsia_group");
    const csi_country *korea = &r.raw->countries.country[csi_countries_find(&r.raw->countries, "KOR")];
    cr_expect(groups != CSI_NONE && strcmp(korea->group[groups], "Asia") == 0);
    release(&r);
}

#define META "Level,iCode,Parent,Direction,Weight,Type"
static const struct {
    char text[260], says[120];
} bad_frameworks[] = {
    {"", "framework.csv:0:0: the framework has no rows"},
    {"iCode,Parent,Direction,Weight,Type\na,,1,1,Indicator\n", "framework.csv:1:0: the framework has no column \"Level\""},
    {META "\n1,a,top,1,x,Indicator\n2,top,,1,1,Aggregate\n", "framework.csv:2:11: column \"Weight\": \"x\" is not a number"},
    {META "\n1,a,top,2,1,Indicator\n", "framework.csv:2:9: column \"Direction\": \"2\" is not a whole number in its range"},
    {META "\n1,a,top,0,1,Indicator\n", "column \"Direction\": \"0\" is no direction"},
    {META "\n1,a,top,1,1,Indikator\n", "framework.csv:2:13: column \"Type\": \"Indikator\" is none of Indicator"},
    {META "\n2,a,top,1,1,Indicator\n", "column \"Level\": \"2\" does not fit the type"},
    {META "\n1,a,top,1,1\n", "framework.csv:2:0: this row has 5 fields where the heading has 6"},
    {META ",Level\n1,a,top,1,1,Indicator,1\n", "framework.csv:1:0: two columns are headed \"Level\""},
    {META ",transform\n1,a,top,1,1,Indicator,sqrt\n", "column \"transform\": \"sqrt\" is no transform"},
    {META ",breaks\n1,a,top,1,1,Indicator,2016;x\n", "is not a list of years"},
    {META "\n1,,top,1,1,Indicator\n", "column \"iCode\": \"\" is no code"},
    {META "\n1,a,top,1,1,Indicator\n1,\"b,top,1,1,Indicator\n", "framework.csv:3:3: the quote opened here is never closed"},
};

Test(framework, says_what_is_wrong_and_where)
{
    for (size_t i = 0; i < sizeof bad_frameworks / sizeof *bad_frameworks; i++) {
        result r = {.raw = NULL};
        read_framework(&r, bad_frameworks[i].text);
        collect_words(&r);
        cr_expect(r.status == CSI_ERR_CONFIG && r.framework == NULL, "case %zu: %d", i, (int)r.status);
        cr_expect(strstr(r.words, bad_frameworks[i].says) != NULL, "case %zu: %s", i, r.words);
        release(&r);
    }
}
