/* What becomes of a cell that several rows or files give, or that is made of rows; its standard error and bounds. */
#include <math.h>
#include <string.h>

#include "tests/support/reading.h"

Test(ingest_cells, makes_indicators_of_events)
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
Test(ingest_cells, merges_aggregated_rows_of_many_files)
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

Test(ingest_cells, settles_cells_that_two_files_give)
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
Test(ingest_cells, lays_rows_and_cells_beside_each_other)
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

Test(ingest_cells, keeps_the_earlier_of_two_rows)
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

Test(ingest_cells, takes_standard_errors_along)
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
Test(ingest_cells, takes_bounds_along)
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

Test(ingest_cells, refuses_bounds_that_hold_no_value)
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

/* The same indicator made in two ways, or made and given: which rows count must not depend on luck. */
Test(ingest_cells, refuses_to_mix_statistics)
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
    const char *const listed[] = {"iso3,year,n\nFRA,2020,1\n", "iso3,year,n\nFRA,2020,5\n"};
    static const char *const makings[] = {
        "{reader: events, indicator: a, statistic: quantile, quantile: 0.5, columns: {value: n}}",
        "{reader: events, indicator: a, statistic: quantile, quantile: 0.9, columns: {value: n}}",
        "{reader: events, indicator: a, statistic: sum, absent: zero, columns: {value: n}}",
        "{reader: events, indicator: a, statistic: sum, columns: {value: n}}",
    };
    for (size_t i = 0; i < sizeof makings / sizeof *makings; i++) {
        for (size_t k = 0; k < sizeof makings / sizeof *makings; k++) {
            r = ingest_each(&options, listed, 2, (const char *const[]){makings[i], makings[k]});
            cr_expect_eq(r.status, i == k ? CSI_OK : CSI_ERR_DATA, "%s, then %s: %s", makings[i], makings[k], r.words);
            release(&r);
        }
    }
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
