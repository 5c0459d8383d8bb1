/* The stage's front door: what is read from small files, what is said about bad ones, and the default index's data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/reading.h"

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
