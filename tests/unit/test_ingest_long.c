/* Files longer than a block or a slice: encodings, cuts between threads, faults far from the head, many columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/reading.h"

/* The first row that gives a name or a group counts, even where the first row of the unit, read by another thread, gives none. */
Test(ingest_long, takes_names_and_groups_from_the_first_row_that_gives_them)
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

/* UTF-16 in both orders, by name and by its mark, and the pages of bytes: the same cells; longer than a block. */
Test(ingest_long, reads_other_encodings)
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
Test(ingest_long, cuts_lenient_files_between_records)
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

/* Faults far behind the head of the file, found by one thread or several, and told with their place. */
Test(ingest_long, finds_faults_behind_the_head)
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
Test(ingest_long, a_file_wrong_throughout)
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
Test(ingest_long, sums_many_rows)
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

/* Hundreds of unknown columns: an error up to the cap, a warning each up to where finding its place would take too long. */
Test(ingest_long, many_unknown_columns)
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
