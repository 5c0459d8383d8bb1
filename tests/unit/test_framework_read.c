/* Frameworks as files: COINr's, faulty ones, long ones. */
#include <stdio.h>
#include <string.h>

#include "tests/support/reading.h"

Test(framework_read, reads_coinr_unchanged)
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

Test(framework_read, says_what_is_wrong_and_where)
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

Test(framework_read, bytes_that_are_no_text)
{
    result r = {.raw = NULL};
    read_framework(&r, "Level,iCode,Parent,Direction,Weight,Type\n1,a,top,1,caf\xe9,Indicator\n");
    collect_words(&r);
    cr_expect(r.status == CSI_ERR_DATA && r.framework == NULL);
    cr_expect(strstr(r.words, "framework.csv:2:14: byte 0xe9 at offset 54 is not UTF-8") != NULL, "%s", r.words);
    release(&r);
}

/* More nodes than the first room, as a generated framework has them. */
Test(framework_read, of_hundreds_of_nodes)
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
