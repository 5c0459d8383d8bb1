/* The country resolver against lists of names kept by publishers and by other tools: how many it matches, and that it
 * never matches one wrongly. Prints a line a list. A name belongs to half A or B by its text's CRC: names and
 * rules were developed against half A (and at the end against all of the OWID sources), so that B shows what to expect
 * of lists never seen. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "ingest/country.h"
#include "tests/support/support.h"

typedef enum group { PUBLISHER, ENGLISH, LANGUAGE, SOURCES, NEGATIVE, N_GROUPS } group;

static const struct {
    const char *name;
    double least; /* % of rows over the group; < 0: none */
} groups[N_GROUPS] = {
    [PUBLISHER] = {"publishers, English", 99.5}, [ENGLISH] = {"other English", 98}, [LANGUAGE] = {"languages", 97},
    [SOURCES] = {"OWID sources", 98},            [NEGATIVE] = {"no country", -1},
};

static const struct {
    const char *file;
    group group;
} lists[] = {
    {"cc_cia_fips_gec", PUBLISHER}, {"cc_cow", PUBLISHER}, {"cc_dhs", PUBLISHER}, {"cc_eurostat", PUBLISHER},
    {"cc_fao", PUBLISHER}, {"cc_genc_us", PUBLISHER}, {"cc_gleditsch_ward", PUBLISHER}, {"cc_iso_en", PUBLISHER},
    {"cc_itu_e164", PUBLISHER}, {"cc_polity", PUBLISHER}, {"cc_un_en", PUBLISHER}, {"cc_un_m49", PUBLISHER},
    {"cc_vdem", PUBLISHER}, {"cc_world_bank", PUBLISHER}, {"cc_wvs", PUBLISHER}, {"unterm_en", PUBLISHER},
    {"wb_wdi_names", PUBLISHER}, {"cldr_en", PUBLISHER},
    {"cc_default_en", ENGLISH}, {"coco_names", ENGLISH}, {"mledoze_en", ENGLISH}, {"owid_names", ENGLISH},
    {"owid_src_faostat", ENGLISH}, {"owid_src_gadm", ENGLISH}, {"owid_src_ilo", ENGLISH}, {"owid_src_imf", ENGLISH},
    {"owid_src_maddison_ggdc", ENGLISH}, {"owid_src_oecd", ENGLISH}, {"owid_src_un", ENGLISH},
    {"owid_src_vdem", ENGLISH}, {"owid_src_who", ENGLISH}, {"owid_src_worldbank", ENGLISH}, {"sg_en", ENGLISH},
    {"cc_default_de", LANGUAGE}, {"cc_default_es", LANGUAGE}, {"cc_default_fr", LANGUAGE}, {"cc_default_it", LANGUAGE},
    {"cc_iso_fr", LANGUAGE}, {"cc_un_ar", LANGUAGE}, {"cc_un_es", LANGUAGE}, {"cc_un_fr", LANGUAGE},
    {"cc_un_ru", LANGUAGE}, {"cc_un_zh", LANGUAGE}, {"cldr_ar", LANGUAGE}, {"cldr_bn", LANGUAGE}, {"cldr_de", LANGUAGE},
    {"cldr_es", LANGUAGE}, {"cldr_fr", LANGUAGE}, {"cldr_id", LANGUAGE}, {"cldr_it", LANGUAGE}, {"cldr_nl", LANGUAGE},
    {"cldr_pt", LANGUAGE}, {"cldr_ru", LANGUAGE}, {"cldr_zh", LANGUAGE}, {"mledoze_alt", LANGUAGE},
    {"mledoze_ara", LANGUAGE}, {"mledoze_deu", LANGUAGE}, {"mledoze_fra", LANGUAGE}, {"mledoze_ita", LANGUAGE},
    {"mledoze_por", LANGUAGE}, {"mledoze_rus", LANGUAGE}, {"mledoze_zho", LANGUAGE}, {"sg_ar", LANGUAGE},
    {"sg_de", LANGUAGE}, {"sg_es", LANGUAGE}, {"sg_fr", LANGUAGE}, {"sg_it", LANGUAGE}, {"sg_ja", LANGUAGE},
    {"sg_pt", LANGUAGE}, {"sg_ru", LANGUAGE}, {"sg_sv", LANGUAGE}, {"sg_tr", LANGUAGE}, {"sg_zh", LANGUAGE},
    {"unterm_ar", LANGUAGE}, {"unterm_es", LANGUAGE}, {"unterm_fr", LANGUAGE}, {"unterm_ru", LANGUAGE},
    {"unterm_zh", LANGUAGE},
    {"owid_sources_2plus", SOURCES}, {"negatives_aggregates", NEGATIVE},
};

/* Rows in which the list and not the resolver is wrong: the ISO code of Russia as a Spanish short form of "Reino
 * Unido", and the Dominican Republic's Chinese names for Dominica. */
static const char *const errata[][2] = {
    {"cldr_es", "RU"}, {"mledoze_zho", "多米尼加"}, {"mledoze_zho", "多米尼加共和国"},
};

typedef struct tally {
    size_t n, matched, wrong, aggregates;
    size_t half_n[2], half_matched[2];
} tally;

static bool is_erratum(const char *file, const char *name)
{
    for (size_t i = 0; i < sizeof errata / sizeof errata[0]; i++) {
        if (strcmp(errata[i][0], file) == 0 && strcmp(errata[i][1], name) == 0) {
            return true;
        }
    }
    return false;
}

static unsigned half_of(const char *name)
{
    return crc32(0, (const unsigned char *)name, (unsigned)strlen(name)) & 1;
}

static void count_row(const char *file, const char *name, const char *iso3, const csi_country_answer *answer, tally *sum)
{
    const bool is_right = iso3[0] != '\0' && strcmp(answer->iso3, iso3) == 0;
    const bool is_wrong = answer->match == CSI_COUNTRY_FOUND && !is_right;
    sum->n++;
    sum->matched += is_right;
    sum->half_n[half_of(name)]++;
    sum->half_matched[half_of(name)] += is_right;
    sum->aggregates += answer->match == CSI_COUNTRY_AGGREGATE;
    if (is_wrong && !is_erratum(file, name)) {
        sum->wrong++;
        cr_expect(false, "%s: \"%s\" is %s and was taken for %s", file, name, iso3[0] != '\0' ? iso3 : "no country",
                  answer->iso3);
    }
}

static tally measure(const char *file)
{
    char path[128];
    snprintf(path, sizeof path, "countries/%s.csv", file);
    const table rows = table_read(oracle_path(path));
    const size_t name = table_column(&rows, "name"), iso3 = table_column(&rows, "iso3");
    tally sum = {0};
    for (size_t i = 1; i < rows.n_rows; i++) {
        const char *text = rows.cell[i][name];
        const csi_country_answer answer = csi_country_resolve(text, strlen(text), CSI_COUNTRY_ANY, 0);
        count_row(file, text, rows.cell[i][iso3], &answer, &sum);
    }
    return sum;
}

static double pct(size_t part, size_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_row(const char *name, const tally *t)
{
    fprintf(stderr, "%-24s %6zu %8.2f %8.2f %8.2f %6zu\n", name, t->n, pct(t->matched, t->n),
            pct(t->half_matched[0], t->half_n[0]), pct(t->half_matched[1], t->half_n[1]),
            t->wrong);
}

static void add(tally *sum, const tally *t)
{
    sum->n += t->n;
    sum->matched += t->matched;
    sum->wrong += t->wrong;
    sum->aggregates += t->aggregates;
    for (int h = 0; h < 2; h++) {
        sum->half_n[h] += t->half_n[h];
        sum->half_matched[h] += t->half_matched[h];
    }
}

Test(countries, lists_of_names)
{
    tally sums[N_GROUPS] = {{0}};
    fprintf(stderr, "%-24s %6s %8s %8s %8s %6s\n", "list", "rows",
            "match %", "half A", "half B", "wrong");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const tally t = measure(lists[i].file);
        print_row(lists[i].file, &t);
        add(&sums[lists[i].group], &t);
    }
    for (int g = 0; g < N_GROUPS; g++) {
        print_row(groups[g].name, &sums[g]);
        cr_expect(sums[g].n > 0 && sums[g].wrong == 0, "%s: %zu wrong", groups[g].name, sums[g].wrong);
        cr_expect(groups[g].least < 0 || pct(sums[g].matched, sums[g].n) >= groups[g].least, "%s: %.2f %% < %.1f %%",
                  groups[g].name, pct(sums[g].matched, sums[g].n), groups[g].least);
    }
    const tally *none = &sums[NEGATIVE];
    fprintf(stderr, "recognised as aggregates: %zu of %zu\n", none->aggregates, none->n);
    cr_expect(pct(none->aggregates, none->n) >= 85);
}
