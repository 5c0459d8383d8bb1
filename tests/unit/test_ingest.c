/* The stage's front door: what is read from small files, what is said about bad ones, and the default index's data. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/framework_read.h"
#include "ingest/ingest.h"
#include "ingest/inspect.h"
#include "tests/support/shapes.h"
#include "tests/support/support.h"

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

/* Reads up to three files of the given texts; `yaml` are the options of the first. */
static result ingest(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *yaml)
{
    static const char *const labels[] = {"one.csv", "two.csv", "three.csv"};
    result r = {.raw = NULL};
    read_framework(&r, shapes_framework);
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

static result ingest_path(const csi_ingest_options *given, const char *path, const char *yaml)
{
    result r = {.raw = NULL};
    read_framework(&r, shapes_framework);
    cr_assert(r.status == CSI_OK);
    csi_input input = {path, "one.csv", NULL};
    csi_ingest_options options = *given;
    options.input = &input;
    options.n_inputs = 1;
    if (yaml[0] != '\0') {
        cr_assert(csi_settings_parse(r.arena, "index.yaml", yaml, strlen(yaml), r.diag, &input.options) == CSI_OK);
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

Test(ingest, makes_indicators_of_events)
{
    const csi_ingest_options options = shapes_options();
    const char *text = EVENTS;
    for (size_t i = 0; i < n_event_shapes; i++) {
        result r = ingest(&options, &text, 1, event_shapes[i].yaml);
        cr_assert(r.status == CSI_OK, "case %zu: %s", i, r.words);
        cr_expect(strcmp(shapes_show(r.raw), event_shapes[i].expected) == 0, "case %zu: %s", i, shapes_show(r.raw));
        release(&r);
    }
    const char *listed = "where,year\n\"France; Germany;France\",2020\n";
    result r = ingest(&options, &listed, 1, "{reader: events, indicator: a, columns: {country: where}, separator: ';'}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "DEU 0 2020 1@2.1;FRA 0 2020 1@2.1;");
    release(&r);
}

/* {1, 2} and {4}: n 3, mean 7/3, M2 14/3, standard error sqrt(14/3 / 2 / 3) */
Test(ingest, merges_aggregated_rows_of_many_files)
{
    const char *const texts[] = {"country,period,indicator,n,mean,m2\nFRA,2020,a,2,1.5,0.5\nFRA,2020,b,0,,\n",
                                 "country,period,indicator,n,mean,m2\nFRA,2020,a,1,4,0\nFRA,2021,a,1,-5,0\n"};
    const csi_ingest_options options = shapes_options();
    result r = ingest(&options, texts, 2, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(r.raw->source[0].reader, "aggregated");
    cr_expect_str_eq(shapes_show(r.raw), "FRA 0 2020 2.33333@2.5;FRA 0 2021 -5@3.5;");
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
    const csi_ingest_options options = shapes_options();
    for (size_t i = 0; i < n_good_shapes; i++) {
        const char *text = good_shapes[i].text;
        result r = ingest(&options, &text, 1, good_shapes[i].yaml);
        cr_expect(r.status == CSI_OK, "case %zu: %s", i, r.words);
        if (r.status != CSI_OK) {
            release(&r);
            continue;
        }
        cr_expect(strcmp(shapes_show(r.raw), good_shapes[i].expected) == 0, "case %zu: %s", i, shapes_show(r.raw));
        cr_expect(strcmp(r.raw->source[0].reader, good_shapes[i].reader) == 0, "case %zu: %s", i, r.raw->source[0].reader);
        release(&r);
    }
}

Test(ingest, says_what_is_wrong_and_where)
{
    const csi_ingest_options options = shapes_options();
    for (size_t i = 0; i < n_bad_shapes; i++) {
        const char *text = bad_shapes[i].text;
        result r = ingest(&options, &text, 1, bad_shapes[i].yaml);
        cr_expect(r.status == bad_shapes[i].status && r.raw == NULL, "case %zu: status %d", i, (int)r.status);
        for (size_t k = 0; k < 4 && bad_shapes[i].says[k][0] != '\0'; k++) {
            cr_expect(strstr(r.words, bad_shapes[i].says[k]) != NULL, "case %zu: %s", i, r.words);
        }
        release(&r);
    }
}

Test(ingest, follows_the_policies)
{
    const char *text = LONG_HEAD "Atlantis,2020,a,1\nFRA,2020,zz,1\nFRA,2020,a,3\nAtlantis,2021,a,1\n";
    csi_ingest_options options = shapes_options();
    options.unknown_countries = options.unknown_indicators = CSI_POLICY_WARN;
    result r = ingest(&options, &text, 1, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect(csi_diag_n_warnings(r.diag) == 2, "%s", r.words); /* each unknown name once */
    cr_expect_str_eq(shapes_show(r.raw), "FRA 0 2020 3@4.4;");
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
    csi_ingest_options options = shapes_options();
    result r = ingest(&options, texts, 2, NULL);
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "two.csv:3:0: country \"FRA\", indicator \"a\", year 2020 was "
                                                          "already given at one.csv:2") != NULL, "%s", r.words);
    release(&r);
    options.prefer_first = true;
    r = ingest(&options, texts, 2, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "DEU 0 2020 5@2.4;FRA 0 2020 1@2.4;FRA 0 2021 3@4.4;");
    cr_expect(strstr(r.words, "1 cells that an earlier file gives") != NULL, "%s", r.words);
    cr_expect(r.raw->source[1].n_observations == 2 && r.raw->source[1].n_left_out == 1);
    release(&r);
}

#define YEARS_HEAD "iso3,indicator,2019,2020,2021,2022\n"

/* Rows that give several years, and cells that stand alone, of the same country and indicator. */
Test(ingest, lays_rows_and_cells_beside_each_other)
{
    static const struct {
        const char *text[3];
        size_t n_texts;
        const char *shown, *says; /* shown NULL: refused */
    } cases[] = {
        {{YEARS_HEAD "FRA,a,7,1,,3\nFRA,a,7,,2,\nDEU,b,,5,NA,6\n"}, 1,
         "DEU 1 2022 6@4.6;FRA 0 2020 1@2.4;FRA 0 2021 2@3.5;FRA 0 2022 3@2.6;", "left out: 1 cells of years before"},
        {{YEARS_HEAD "FRA,a,,1,,3\nDEU,a,,,,\nFRA,a,,,2,4\n"}, 1, NULL,
         "one.csv:4:0: country \"FRA\", indicator \"a\", year 2022 was already given at one.csv:2\n"},
        {{YEARS_HEAD "FRA,a,,1,,3\n", LONG_HEAD "FRA,2021,a,2\n"}, 2, "FRA 0 2020 1@2.4;FRA 0 2021 2@2.4;FRA 0 2022 3@2.6;", ""},
        {{LONG_HEAD "FRA,2021,a,2\n", YEARS_HEAD "FRA,a,,1,,3\n"}, 2, "FRA 0 2020 1@2.4;FRA 0 2021 2@2.4;FRA 0 2022 3@2.6;", ""},
        {{LONG_HEAD "FRA,2021,b,2\n", YEARS_HEAD "FRA,a,,1,8,3\n"}, 2,
         "FRA 0 2020 1@2.4;FRA 0 2021 8@2.5;FRA 0 2022 3@2.6;FRA 1 2021 2@2.4;", ""},
        {{LONG_HEAD "FRA,2021,a,2\n", YEARS_HEAD "FRA,a,,1,9,3\n"}, 2, NULL,
         "two.csv:2:0: country \"FRA\", indicator \"a\", year 2021 was already given at one.csv:2\n"},
        {{YEARS_HEAD "FRA,a,,1,9,3\n", LONG_HEAD "FRA,2020,a,2\n"}, 2, NULL,
         "two.csv:2:0: country \"FRA\", indicator \"a\", year 2020 was already given at one.csv:2\n"},
        {{YEARS_HEAD "FRA,a,,1,,\nDEU,a,,,5,\n", YEARS_HEAD "FRA,a,,,2,\n", "iso3,indicator,2022\nFRA,a,3\n"}, 3,
         "DEU 0 2021 5@3.5;FRA 0 2020 1@2.4;FRA 0 2021 2@2.5;FRA 0 2022 3@2.3;", ""},
        {{YEARS_HEAD "FRA,a,,1,x,3\nFRA,a,,2,2,y\n"}, 1, NULL,
         "one.csv:2:10: column \"2021\": indicator \"a\", country \"FRA\", year 2021: \"x\" is not a number (if it stands for no value, "
         "list it under missing: [...])\none.csv:3:12: column \"2022\""},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const size_t k = i / 2;
        csi_ingest_options options = shapes_options();
        options.with_standard_error = i % 2 == 0;
        result r = ingest(&options, cases[k].text, cases[k].n_texts, NULL);
        cr_expect_eq(r.status == CSI_OK, cases[k].shown != NULL, "case %zu: %s", k, r.words);
        cr_expect(r.raw == NULL || strcmp(shapes_show(r.raw), cases[k].shown) == 0, "case %zu: %s", k, shapes_show(r.raw));
        cr_expect(strstr(r.words, cases[k].says) != NULL, "case %zu: %s", k, r.words);
        release(&r);
    }
}

Test(ingest, keeps_the_earlier_of_two_rows)
{
    const char *const texts[] = {YEARS_HEAD "FRA,a,,1,,3\n", YEARS_HEAD "FRA,a,,4,5,6\nDEU,a,,7,,\n"};
    csi_ingest_options options = shapes_options();
    options.prefer_first = true;
    result r = ingest(&options, texts, 2, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "DEU 0 2020 7@3.4;FRA 0 2020 1@2.4;FRA 0 2021 5@2.5;FRA 0 2022 3@2.6;");
    cr_expect(r.raw->source[0].n_observations == 2 && r.raw->source[1].n_observations == 2, "%s", r.words);
    cr_expect(strstr(r.words, "2 cells that an earlier file gives") != NULL, "%s", r.words);
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
    csi_ingest_options options = shapes_options();
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
    csi_ingest_options options = shapes_options();
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

/* The first row that gives a name or a group counts, even where the first row of the unit, read by another thread, gives none. */
Test(ingest, takes_names_and_groups_from_the_first_row_that_gives_them)
{
    const size_t n_rows = 60000;
    char *text = malloc(n_rows * 40 + 100);
    size_t used = (size_t)sprintf(text, "%s", "uName,uCode,income,Time,a\n,P,,2020,1\n");
    for (size_t i = 0; i < n_rows; i++) {
        used += (size_t)sprintf(text + used, "%s,P,%s,20%02zu,\n", i < 30000 ? "" : i == 30000 ? "Paris" : "Lutetia",
                                i < 40000 ? "" : i == 40000 ? "high" : "low", i % 100);
    }
    const char *const one = text;
    csi_ingest_options options = shapes_options();
    options.units_are_countries = false;
    for (size_t n_threads = 1; n_threads <= 8; n_threads *= 2) {
        options.n_threads = n_threads;
        result r = ingest(&options, &one, 1, NULL);
        cr_assert(r.status == CSI_OK, "%s", r.words);
        cr_expect_str_eq(r.raw->countries.country[0].name, "Paris");
        cr_expect_str_eq(r.raw->countries.country[0].group[0], "high");
        release(&r);
    }
    free(text);
}

Test(ingest, takes_standard_errors_along)
{
    const char *text = "iso3,year,indicator,value,standard_error\nFRA,2020,a,1,0.25\nDEU,2020,a,1,\n";
    csi_ingest_options options = shapes_options();
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
    const csi_ingest_options options = shapes_options();
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
    const csi_ingest_options options = shapes_options();
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
    csi_ingest_options options = shapes_options();
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
        cr_assert(r.raw->panel->value[cell] == strtod(t.cell[row][at[3]], NULL) && csi_raw_origin(r.raw, cell).line == row + 1,
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
    csi_ingest_options options = shapes_options();
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

Test(framework, says_what_is_wrong_and_where)
{
    for (size_t i = 0; i < n_bad_frameworks; i++) {
        result r = {.raw = NULL};
        read_framework(&r, bad_frameworks[i].text);
        collect_words(&r);
        cr_expect(r.status == CSI_ERR_CONFIG && r.framework == NULL, "case %zu: %d", i, (int)r.status);
        cr_expect(strstr(r.words, bad_frameworks[i].says) != NULL, "case %zu: %s", i, r.words);
        release(&r);
    }
}

Test(framework, bytes_that_are_no_text)
{
    result r = {.raw = NULL};
    read_framework(&r, "Level,iCode,Parent,Direction,Weight,Type\n1,a,top,1,caf\xe9,Indicator\n");
    collect_words(&r);
    cr_expect(r.status == CSI_ERR_DATA && r.framework == NULL);
    cr_expect(strstr(r.words, "framework.csv:2:14: byte 0xe9 at offset 54 is not UTF-8") != NULL, "%s", r.words);
    release(&r);
}

/* UTF-16 in both orders, by name and by its mark, and the pages of bytes: the same cells; longer than a block. */
Test(ingest, reads_other_encodings)
{
    enum { ROWS = 30000 };
    static char text[ROWS * 40], coded[2][2 * sizeof text + 2];
    size_t n = (size_t)sprintf(text, "country,year,indicator,value,note\n");
    for (size_t i = 0; i < ROWS - 1; i++) {
        n += (size_t)sprintf(text + n, "France,2020,a,NA,row %zu\n", i);
    }
    n += (size_t)sprintf(text + n, "France,2020,a,7,the last\n");
    size_t n_coded = 2;
    memcpy(coded[0], "\xff\xfe", 2);
    memcpy(coded[1], "\xfe\xff", 2);
    for (size_t i = 0; i < n; i++, n_coded += 2) {
        coded[0][n_coded] = coded[1][n_coded + 1] = text[i];
        coded[0][n_coded + 1] = coded[1][n_coded] = '\0';
    }
    const char *path = text_format("%s/one.csv", temporary_directory());
    static const struct {
        int order;
        bool with_mark;
        size_t cut;
        const char *yaml, *words;
    } row[] = {{0, true, 0, "{encoding: utf-16le}", NULL},
               {1, true, 0, "{encoding: utf-16be}", NULL},
               {1, true, 0, "{encoding: utf-16}", NULL}, /* the mark knows better */
               {0, false, 0, "{encoding: utf-16le}", NULL},
               {1, false, 0, "{encoding: utf-16be}", NULL},
               {0, true, 1, "{encoding: utf-16le}", "ends in the middle of a character of utf-16le"},
               {0, false, 0, "", "the file looks like utf-16le (set encoding: utf-16le for it)"},
               {1, false, 0, "", "the file looks like utf-16be (set encoding: utf-16be for it)"},
               {0, true, 0, "{encoding: utf-8}", "is not UTF-8"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const size_t from = row[i].with_mark ? 0 : 2;
        FILE *file = fopen(path, "wb");
        cr_assert(fwrite(coded[row[i].order] + from, 1, n_coded - from - row[i].cut, file) == n_coded - from - row[i].cut);
        fclose(file);
        const csi_ingest_options options = shapes_options();
        result r = ingest_path(&options, path, row[i].yaml);
        if (row[i].words != NULL) {
            cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, row[i].words) != NULL, "case %zu: %s", i, r.words);
        } else {
            cr_assert(r.status == CSI_OK, "case %zu: %s", i, r.words);
            cr_expect_str_eq(shapes_show(r.raw), "FRA 0 2020 7@30001.4;");
        }
        release(&r);
    }
}

/* Stray quotes, quoted line ends, quotes followed by blanks: over many blocks, by each way to take quotes. */
Test(ingest, cuts_lenient_files_between_records)
{
    enum { ROWS = 60000 };
    static const struct {
        const char *yaml, *row;
        size_t n_lines;
    } way[] = {
        {"{quotes: lenient}", "FRA,2020,a,NA,a 5\" disk, \"quoted, \"\"twice\"\"\" \n", 1},
        {"{quotes: lenient}", "FRA,2020,a,NA,\"two\r\nlines\", \"x\" \"y\"\r\n", 2},
        {"{quotes: lenient}", "FRA,2020,a,NA,\"ends\" late\",x\n", 1},
        {"{quote: none}", "FRA,2020,a,NA,5\" and \"x,y\n", 1},
        {"{quotes: strict}", "FRA,2020,a,NA,\"two\nlines\",\"\"\n", 2},
        {"{quotes: lenient}", "FRA,2020,a,NA,x\",y\r", 1},
    };
    static char text[ROWS * 60];
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        const size_t length = strlen(way[i].row);
        size_t n = (size_t)sprintf(text, "iso3,year,indicator,value,note,more%c", way[i].row[length - 1]);
        for (size_t k = 0; k < ROWS; k++, n += length) {
            memcpy(text + n, way[i].row, length);
        }
        strcpy(text + n, "DEU,2021,a,7,x,y");
        const csi_ingest_options options = shapes_options();
        result r = ingest_path(&options, write_text_file(temporary_directory(), "one.csv", text), way[i].yaml);
        cr_expect(r.status == CSI_OK, "case %zu: %s", i, r.words);
        if (r.status == CSI_OK) {
            cr_expect(r.raw->source[0].n_records == ROWS + 1, "case %zu: %llu", i, (unsigned long long)r.raw->source[0].n_records);
            cr_expect_str_eq(shapes_show(r.raw), text_format("DEU 0 2021 7@%zu.4;", ROWS * way[i].n_lines + 2), "case %zu", i);
        }
        release(&r);
    }
}

/* The same indicator made in two ways, or made and given: which rows count must not depend on luck. */
Test(ingest, refuses_to_mix_statistics)
{
    csi_ingest_options options = shapes_options();
    const char *const made_and_given[] = {LONG_HEAD "FRA,2020,a,1\nFRA,2020,a,2\n", LONG_HEAD "FRA,2020,a,9\nFRA,2021,a,4\n"};
    result r = ingest(&options, made_and_given, 2, "{statistic: sum}");
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "1 cells come both from events or pre-aggregated rows and from values") != NULL,
              "%s", r.words);
    release(&r);
    options.prefer_first = true;
    r = ingest(&options, made_and_given, 2, "{statistic: sum}");
    cr_expect(r.status == CSI_OK, "%s", r.words);
    release(&r);
    options.prefer_first = false;
    const char *const two_ways[] = {LONG_HEAD "FRA,2020,a,1\n", "country,n,mean,m2,year,indicator\nFRA,2,1,0,2020,a\n"};
    r = ingest(&options, two_ways, 2, "{statistic: sum}");
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "another input makes the same indicators with another statistic") != NULL, "%s", r.words);
    release(&r);
    const char *const other_years = LONG_HEAD "FRA,2020,a,1\n";
    options.first_year = 2022;
    options.last_year = 2021;
    r = ingest(&options, &other_years, 1, NULL);
    cr_expect(r.status == CSI_ERR_CONFIG && strstr(r.words, "end (2021) before they begin (2022)") != NULL, "%s", r.words);
    release(&r);
    options.first_year = 2021;
    const char *const one_year = "iso3,indicator,value\nFRA,a,1\n"; /* a window of one year says it for the file */
    r = ingest(&options, &one_year, 1, "{reader: long}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "FRA 0 2021 1@2.3;");
    release(&r);
}

/* Faults far behind the head of the file, found by one thread or several, and told with their place. */
Test(ingest, finds_faults_behind_the_head)
{
    enum { ROWS = 40000 };
    static const struct {
        const char *end, *says;
    } row[] = {
        {"FRA,2021,a,caf\xe9\n", "one.csv:40002:15: byte 0xe9"},
        {"FRA,2021,a,1\"2\n", "one.csv:40002:13: a quote inside an unquoted field"},
        {"FRA,2021,a,\"1\n", "one.csv:40002:12: the quote opened here is never closed"},
        {"FRA,2021,a\n", "one.csv:40002:0: this row has 3 fields where the heading has 4"},
        {"FRA,2021,a,x", "one.csv:40002:12: column \"value\": indicator \"a\", country \"FRA\", year 2021: \"x\" is not a number"},
    };
    static char text[ROWS * 24 + 200];
    size_t n = (size_t)sprintf(text, LONG_HEAD);
    for (size_t i = 0; i < ROWS; i++) {
        n += (size_t)sprintf(text + n, "FRA,2020,a,NA\n");
    }
    for (size_t i = 0; i < 2 * sizeof row / sizeof *row; i++) {
        strcpy(text + n, row[i / 2].end);
        csi_ingest_options options = shapes_options();
        options.n_threads = i % 2 == 0 ? 1 : 3;
        const char *one = text;
        result r = ingest(&options, &one, 1, NULL);
        cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, row[i / 2].says) != NULL, "case %zu: %s", i, r.words);
        release(&r);
    }
}

/* A file that is wrong in every row ends with as many messages as are kept, in order. */
Test(ingest, a_file_wrong_throughout)
{
    enum { ROWS = 30000 };
    static char text[ROWS * 24 + 200];
    size_t n = (size_t)sprintf(text, LONG_HEAD);
    for (size_t i = 0; i < ROWS; i++) {
        n += (size_t)sprintf(text + n, "FRA,2020,a,x%zu\n", i);
    }
    const csi_ingest_options options = shapes_options();
    const char *one = text;
    result r = ingest(&options, &one, 1, NULL);
    size_t n_kept;
    const csi_message *message = csi_diag_messages(r.diag, &n_kept);
    cr_assert(r.status == CSI_ERR_DATA && n_kept == 20, "%zu", n_kept);
    for (size_t i = 0; i < n_kept; i++) {
        cr_expect(message[i].line == i + 2 && strstr(message[i].text, text_format("\"x%zu\"", i)) != NULL, "%s", message[i].text);
    }
    release(&r);
}

/* Many events of many countries, more than any first room: sums as by hand. */
Test(ingest, sums_many_rows)
{
    enum { ROWS = 9000 };
    static char text[ROWS * 24 + 200];
    static const char *const countries[] = {"FRA", "DEU", "ITA"};
    size_t n = (size_t)sprintf(text, LONG_HEAD);
    for (size_t i = 0; i < ROWS; i++) {
        n += (size_t)sprintf(text + n, "%s,2021,%s,%zu\n", countries[i % 3], i % 2 == 0 ? "a" : "b", i);
    }
    const csi_ingest_options options = shapes_options();
    const char *one = text;
    result r = ingest(&options, &one, 1, "{statistic: mean}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "DEU 0 2021 4501@6.4;DEU 1 2021 4498@3.4;FRA 0 2021 4497@2.4;FRA 1 2021 4500@5.4;"
                                         "ITA 0 2021 4499@4.4;ITA 1 2021 4502@7.4;");
    release(&r);
}

/* States that were: their own code while they were, refused afterwards, harmless where there is no value. */
Test(ingest, units_that_were)
{
    csi_ingest_options options = shapes_options();
    options.first_year = 1989;
    options.last_year = 1993;
    const char *good[] = {LONG_HEAD "Soviet Union,1990,a,1\nFRA,1990,a,2\n"};
    result r = ingest(&options, good, 1, NULL);
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "FRA 0 1990 2@3.4;SUN 0 1990 1@2.4;");
    release(&r);
    const char *bad[] = {LONG_HEAD "Soviet Union,1993,a,1\n"};
    r = ingest(&options, bad, 1, NULL);
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "one.csv:2:1: column \"iso3\": \"Soviet Union\"") != NULL, "%s", r.words);
    release(&r);
    const char *wide[] = {"Country,1990,1991,1992,1993\nSoviet Union,1,2,,\nFrance,5,6,7,8\n"};
    r = ingest(&options, wide, 1, "{indicator: a}");
    cr_assert(r.status == CSI_OK, "%s", r.words);
    cr_expect_str_eq(shapes_show(r.raw), "FRA 0 1990 5@3.2;FRA 0 1991 6@3.3;FRA 0 1992 7@3.4;FRA 0 1993 8@3.5;SUN 0 1990 1@2.2;SUN 0 1991 2@2.3;");
    release(&r);
    const char *too_late[] = {"Country,1990,1993\nSoviet Union,1,2\nFrance,5,6\n"};
    r = ingest(&options, too_late, 1, "{indicator: a}");
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "\"Soviet Union\"") != NULL, "%s", r.words);
    release(&r);
}

/* Hundreds of unknown columns: an error up to the cap, a warning each up to where finding its place would take too long. */
Test(ingest, many_unknown_columns)
{
    static char text[8000];
    size_t n = (size_t)sprintf(text, "iso3,year,a");
    for (int i = 0; i < 300; i++) {
        n += (size_t)sprintf(text + n, ",n%d", i);
    }
    n += (size_t)sprintf(text + n, "\nFRA,2020,1");
    memset(text + n, ',', 300);
    strcpy(text + n + 300, "\n");
    const char *one = text;
    csi_ingest_options options = shapes_options();
    result r = ingest(&options, &one, 1, NULL);
    cr_expect(r.status == CSI_ERR_DATA && strstr(r.words, "one.csv:1:13: column \"n0\" is no indicator") != NULL, "%s", r.words);
    release(&r);
    options.unknown_indicators = CSI_POLICY_WARN;
    r = ingest(&options, &one, 1, NULL);
    cr_expect(r.status == CSI_OK && csi_diag_n_warnings(r.diag) > 20, "%zu: %s", csi_diag_n_warnings(r.diag), r.words);
    release(&r);
}

static const struct {
    const char *text, *yaml, *what, *verdict, *why;
} verdicts[] = {
    {LONG_HEAD "FRA,2020,a,1.5\n", "", "delimiter", "comma", "it parts 2 of 2 rows into 4 fields"},
    {"iso3;year;indicator;value\nFRA;2020;a;1,5\n", "", "delimiter", "semicolon", "2 of 2"},
    {"iso3;year;indicator;value\nFRA;2020;a;1,5\n", "", "decimal mark", "comma", "of 1 cells 0 have a point for certain, 1 a comma"},
    {"iso3\tyear\tindicator\tvalue\nFRA\t2020\ta\t1\n", "", "delimiter", "tab", ""},
    {"iso3|year|indicator|value\nFRA|2020|a|1\n", "", "delimiter", "pipe", ""},
    {"iso3.year.indicator.value\nFRA.2020.a.1\n", "{delimiter: point}", "delimiter", "point", "the configuration says so"},
    {"iso3~year~indicator~value\nFRA~2020~a~1\n", "{delimiter: '~'}", "delimiter", "other", "the configuration says so"},
    {LONG_HEAD "FRA,2020,a,\"131,999\"\n", "", "thousands mark", "none", "1 cells such as 131,999 may mean either"},
    {LONG_HEAD "FRA,2020,a,\"1,234,567\"\n", "", "thousands mark", "comma", "1 cells show it"},
    {LONG_HEAD "FRA,2020,a,\"1.234,5\"\n", "", "thousands mark", "point", "1 cells show it"},
    {LONG_HEAD "FRA,2020,a,\"1.234.567\"\n", "", "thousands mark", "none", "1 cells show it"},
    {LONG_HEAD "FRA,2020,a,\"1,5\"\nFRA,2021,a,2.5\n", "", "decimal mark", "point", "both cannot be: cells with the other will be refused"},
    {LONG_HEAD "FRA,2020,a,5 d\n", "", "flags", "letters after numbers", "1 cells such as 8393.5 d"},
    {LONG_HEAD "FRA,2020,a,$5\n", "", "signs", "percent or currency", "1 cells"},
    {LONG_HEAD "FRA,2020,a,..\nFRA,2021,a,1\n", "", "no value", "\"..\"", "1 cells of values"},
    {LONG_HEAD "FRA,2020,a,1\r\nFRA,2021,a,1\r\n", "", "line ends", "mixed", "1 LF, 2 CRLF, 0 CR"},
    {"iso3,year,indicator,value\rFRA,2020,a,1\r", "", "line ends", "CR", "0 LF, 0 CRLF, 2 CR"},
    {"iso3,year,indicator,value\r\nFRA,2020,a,1\r\n", "", "line ends", "CRLF", "0 LF, 2 CRLF, 0 CR"},
    {"country,year,indicator,value\nCura\xe7" "ao,2020,a,1\n", "", "encoding", "latin-1", "there are bytes that UTF-8 does not know; it must be set"},
    {"country,year,indicator,value\nCura\xe7" "ao,2020,a,1\n", "{encoding: latin-1}", "encoding", "latin-1", "there are bytes"},
    {"\xef\xbb\xbf" LONG_HEAD "FRA,2020,a,1\n", "", "encoding", "utf-8", "it begins with a byte order mark"},
    {"note\n" LONG_HEAD "FRA,2020,a,1\n", "", "heading", "line 2", "the first line with headings that are known"},
    {"x\nu,v\n1,2\n", "", "reader", "none", "no reader is sure"},
    {"x\nu,v\n1,2\n", "", "heading", "line 2", "no line has headings that are known"},
    {LONG_HEAD "FRA,2020,a,1\n", "", "column 4 \"value\"", "value", "usual heading"},
};

Test(inspect, tells_how_a_file_is_written)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        result r = {.raw = NULL};
        read_framework(&r, shapes_framework);
        csi_input input = {write_text_file(temporary_directory(), "one.csv", verdicts[i].text), "one.csv", NULL};
        if (verdicts[i].yaml[0] != '\0') {
            cr_assert(csi_settings_parse(r.arena, "index.yaml", verdicts[i].yaml, strlen(verdicts[i].yaml), r.diag, &input.options) == CSI_OK);
        }
        const csi_verdict *verdict = NULL;
        cr_expect(csi_inspect(r.arena, i % 2 == 0 ? r.framework : NULL, &input, r.diag, &verdict) == CSI_OK, "case %zu", i);
        const char *found = "nothing", *why = "";
        for (size_t k = 0; verdict != NULL && k < verdict->n; k++) {
            if (strcmp(verdict->row[k].what, verdicts[i].what) == 0) {
                found = verdict->row[k].verdict;
                why = verdict->row[k].why;
            }
        }
        cr_expect(strstr(found, verdicts[i].verdict) != NULL && strstr(why, verdicts[i].why) != NULL, "case %zu: %s: %s", i, found, why);
        release(&r);
    }
}

/* More nodes than the first room, as a generated framework has them. */
Test(framework, of_hundreds_of_nodes)
{
    static char text[40000];
    size_t n = (size_t)sprintf(text, "LEVEL,iCode,Parent,Direction,Weight,Type\n");
    for (int i = 0; i < 400; i++) {
        n += (size_t)sprintf(text + n, "1,i%d,top,%s,1,INDICATOR\nNA,g%d,,,,Group\nNA,o%d,,,,other\n", i, i % 2 == 0 ? "1" : "-1", i, i);
    }
    sprintf(text + n, "2,top,,1,1,Aggregate\n");
    result r = {.raw = NULL};
    read_framework(&r, text);
    cr_assert(r.status == CSI_OK);
    cr_expect(r.framework->n_indicators == 400 && r.framework->n_groupings == 400 && r.framework->n_others == 400);
    cr_expect_str_eq(r.framework->node[399].code, "i399");
    cr_expect(r.framework->node[399].direction == -1);
    cr_expect_str_eq(r.framework->grouping[399], "g399");
    cr_expect_str_eq(r.framework->other[399], "o399");
    release(&r);
}
