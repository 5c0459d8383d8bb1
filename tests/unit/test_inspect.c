/* What is told of how a file is written. */
#include <string.h>

#include "ingest/inspect.h"
#include "tests/support/reading.h"

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
