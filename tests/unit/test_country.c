/* Resolving countries: codes, names, what must not match, years. */
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include "ingest/country.h"
#include "tests/support/support.h"

typedef struct expectation {
    const char *text;
    csi_country_match match;
    const char *iso3; /* FOUND: the code; otherwise a candidate that must be offered, "" for none asked */
    int year;
} expectation;

static csi_country_answer resolve(const char *text, csi_country_scheme scheme, int year)
{
    return csi_country_resolve(text, strlen(text), scheme, year);
}

static bool offers(const csi_country_answer *answer, const char *iso3)
{
    for (size_t i = 0; i < answer->n_candidates; i++) {
        if (strcmp(answer->candidate[i], iso3) == 0) {
            return true;
        }
    }
    return false;
}

static void check(const expectation *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const csi_country_answer answer = resolve(e[i].text, CSI_COUNTRY_ANY, e[i].year);
        cr_expect(answer.match == e[i].match, "\"%s\" in %d: match %d, not %d (\"%s\")", e[i].text, e[i].year,
                  (int)answer.match, (int)e[i].match, answer.iso3);
        if (e[i].match == CSI_COUNTRY_FOUND) {
            cr_expect_str_eq(answer.iso3, e[i].iso3, "\"%s\" in %d: %s, not %s", e[i].text, e[i].year, answer.iso3,
                             e[i].iso3);
        } else {
            cr_expect_str_eq(answer.iso3, "");
            cr_expect(e[i].iso3[0] == '\0' || offers(&answer, e[i].iso3), "\"%s\": %s is not offered", e[i].text,
                      e[i].iso3);
        }
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

Test(country, codes)
{
    static const expectation rows[] = {
        {"FR", CSI_COUNTRY_FOUND, "FRA", 0},      {"fra", CSI_COUNTRY_FOUND, "FRA", 0},
        {"250", CSI_COUNTRY_FOUND, "FRA", 0},     {"4", CSI_COUNTRY_FOUND, "AFG", 0},
        {"'004", CSI_COUNTRY_FOUND, "AFG", 0},    {"XK", CSI_COUNTRY_FOUND, "XKX", 0},
        {"XKX", CSI_COUNTRY_FOUND, "XKX", 0},     {"UK", CSI_COUNTRY_FOUND, "GBR", 0},
        {"GB", CSI_COUNTRY_FOUND, "GBR", 0},      {"EL", CSI_COUNTRY_FOUND, "GRC", 0},
        {"NO", CSI_COUNTRY_FOUND, "NOR", 0},      {"NA", CSI_COUNTRY_FOUND, "NAM", 0},
        {"ROM", CSI_COUNTRY_FOUND, "ROU", 0},     {" USA ", CSI_COUNTRY_FOUND, "USA", 0},
        {"WLD", CSI_COUNTRY_AGGREGATE, "", 0},    {"001", CSI_COUNTRY_AGGREGATE, "", 0},
        {"OWID_WRL", CSI_COUNTRY_AGGREGATE, "", 0}, {"OWID_KOS", CSI_COUNTRY_FOUND, "XKX", 0},
        {"Fr", CSI_COUNTRY_UNKNOWN, "", 0},       {"ZZZ", CSI_COUNTRY_UNKNOWN, "", 0},
        {"QQ", CSI_COUNTRY_UNKNOWN, "", 0},       {"9999", CSI_COUNTRY_UNKNOWN, "", 0},
        {"", CSI_COUNTRY_UNKNOWN, "", 0},         {"-1", CSI_COUNTRY_UNKNOWN, "", 0},
    };
    CHECK(rows);
}

Test(country, years_out_of_range_are_harmless)
{
    static const int years[] = {0, 99999, -1, 2147483647, -2147483647 - 1};
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        cr_expect_str_eq(resolve("XK", CSI_COUNTRY_ANY, years[i]).iso3, "XKX");
        cr_expect(resolve("USSR", CSI_COUNTRY_ANY, years[i]).match == CSI_COUNTRY_DISSOLVED);
    }
}

Test(country, names_as_publishers_write_them)
{
    static const expectation rows[] = {
        {"Korea, Rep.", CSI_COUNTRY_FOUND, "KOR", 0},
        {"Korea, Dem. People's Rep.", CSI_COUNTRY_FOUND, "PRK", 0},
        {"Democratic People’s Republic of Korea", CSI_COUNTRY_FOUND, "PRK", 0},
        {"Congo, Dem. Rep.", CSI_COUNTRY_FOUND, "COD", 0},
        {"Congo (Brazzaville)", CSI_COUNTRY_FOUND, "COG", 0},
        {"IRAN (ISLAMIC REP. OF)", CSI_COUNTRY_FOUND, "IRN", 0},
        {"Côte d’Ivoire", CSI_COUNTRY_FOUND, "CIV", 0},
        {"Cote dIvoire", CSI_COUNTRY_FOUND, "CIV", 0},
        {"Hong Kong SAR, China", CSI_COUNTRY_FOUND, "HKG", 0},
        {"St. Vincent & the Grenadines", CSI_COUNTRY_FOUND, "VCT", 0},
        {"N. Mariana Is.", CSI_COUNTRY_FOUND, "MNP", 0},
        {"Trinidad e Tobago", CSI_COUNTRY_FOUND, "TTO", 0},
        {"SouthSudan", CSI_COUNTRY_FOUND, "SSD", 0},
        {"Burkinafaso", CSI_COUNTRY_FOUND, "BFA", 0},
        {"République du Tchad", CSI_COUNTRY_FOUND, "TCD", 0},
        {"Республика Ангола", CSI_COUNTRY_FOUND, "AGO", 0},
        {"阿富汗伊斯兰共和国", CSI_COUNTRY_FOUND, "AFG", 0},
        {"جمهورية العراق", CSI_COUNTRY_FOUND, "IRQ", 0},
        {"VNM: Viet Nam", CSI_COUNTRY_FOUND, "VNM", 0},
        {"Burma / Myanmar", CSI_COUNTRY_FOUND, "MMR", 0},
        {"Aruba (Netherlands)", CSI_COUNTRY_FOUND, "ABW", 0},
        {"Germany (8)", CSI_COUNTRY_FOUND, "DEU", 0},
        {"Guinea Ecuatorial", CSI_COUNTRY_FOUND, "GNQ", 0},
        {"Guayana Francesa", CSI_COUNTRY_FOUND, "GUF", 0},
        {"China P Rep", CSI_COUNTRY_FOUND, "CHN", 0},
        {"Island", CSI_COUNTRY_FOUND, "ISL", 0},
        {"CuraÃ§ao", CSI_COUNTRY_FOUND, "CUW", 0},
        {"T<U+00FC>rkiye", CSI_COUNTRY_FOUND, "TUR", 0},
        {"C?te d?Ivoire", CSI_COUNTRY_FOUND, "CIV", 0},
        {"St.Vin. & Gren.", CSI_COUNTRY_FOUND, "VCT", 0},
        {"Eswatini (formerly Swaziland)", CSI_COUNTRY_FOUND, "SWZ", 0},
        {"Guadeloupe (French Department of)", CSI_COUNTRY_FOUND, "GLP", 0},
        {"BOL: Bolivia (Plurinational State of)", CSI_COUNTRY_FOUND, "BOL", 0},
        {"Государство Ливии", CSI_COUNTRY_FOUND, "LBY", 0},
        {"الجمهورية البولندية", CSI_COUNTRY_FOUND, "POL", 0},
        {"Kaimaninseln", CSI_COUNTRY_FOUND, "CYM", 0},
        {"République française", CSI_COUNTRY_FOUND, "FRA", 0},
        {"المالديف", CSI_COUNTRY_FOUND, "MDV", 0},
        {"多米尼加共和国", CSI_COUNTRY_FOUND, "DOM", 0},
        {"Republik Dominika", CSI_COUNTRY_FOUND, "DOM", 0},
    };
    CHECK(rows);
}

Test(country, what_is_no_country)
{
    static const expectation rows[] = {
        {"World", CSI_COUNTRY_AGGREGATE, "", 0},
        {"World (excluding China)", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Eastern Asia (excluding Japan)", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Euro area", CSI_COUNTRY_AGGREGATE, "", 0},
        {"European Union (27)", CSI_COUNTRY_AGGREGATE, "", 0},
        {"EU-27", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Arab States", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Low & middle income", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Sub-Saharan Africa (excluding high income)", CSI_COUNTRY_AGGREGATE, "", 0},
        {"Korea", CSI_COUNTRY_AMBIGUOUS, "PRK", 0},
        {"Congo", CSI_COUNTRY_AMBIGUOUS, "COD", 0},
        {"Virgin Islands", CSI_COUNTRY_AMBIGUOUS, "VIR", 0},
        {"Republic of China", CSI_COUNTRY_AMBIGUOUS, "TWN", 0},
        {"Georgia (US state)", CSI_COUNTRY_UNKNOWN, "GEO", 0},
        {"State of Georgia", CSI_COUNTRY_UNKNOWN, "GEO", 0},
        {"Georgia, USA", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Channel Islands", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Northern Cyprus", CSI_COUNTRY_UNKNOWN, "CYP", 0},
        {"Northern Ireland", CSI_COUNTRY_UNKNOWN, "IRL", 0},
        {"New Jersey", CSI_COUNTRY_UNKNOWN, "JEY", 0},
        {"Islands", CSI_COUNTRY_UNKNOWN, "", 0},
        {"China (Tibet)", CSI_COUNTRY_UNKNOWN, "CHN", 0},
        {"Iraq (Kurdistan Region)", CSI_COUNTRY_UNKNOWN, "IRQ", 0},
        {"Luxembourg Province", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Estado de México", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Congo River", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Air France", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Colo.", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Denmark (excl. Greenland)", CSI_COUNTRY_UNKNOWN, "DNK", 0},
        {"Islamic State of Iraq", CSI_COUNTRY_UNKNOWN, "IRQ", 0},
        {"India and Pakistan", CSI_COUNTRY_UNKNOWN, "", 0},
        {"Frnace", CSI_COUNTRY_UNKNOWN, "FRA", 0},
        {"Germny", CSI_COUNTRY_UNKNOWN, "DEU", 0},
        {"Swizterland", CSI_COUNTRY_UNKNOWN, "CHE", 0},
        {"\xff\xfe", CSI_COUNTRY_UNKNOWN, "", 0},
    };
    CHECK(rows);
}

Test(country, states_that_are_no_more)
{
    static const expectation rows[] = {
        {"Soviet Union", CSI_COUNTRY_DISSOLVED, "RUS", 0},
        {"Soviet Union", CSI_COUNTRY_FOUND, "SUN", 1985},
        {"USSR", CSI_COUNTRY_DISSOLVED, "UKR", 1995},
        {"SUN", CSI_COUNTRY_FOUND, "SUN", 1985},
        {"SUN", CSI_COUNTRY_DISSOLVED, "RUS", 2010},
        {"810", CSI_COUNTRY_FOUND, "SUN", 1985},
        {"Czechoslovakia", CSI_COUNTRY_FOUND, "CSK", 1990},
        {"Czechoslovakia", CSI_COUNTRY_DISSOLVED, "SVK", 2000},
        {"Serbia and Montenegro", CSI_COUNTRY_FOUND, "SCG", 2004},
        {"Serbia and Montenegro", CSI_COUNTRY_DISSOLVED, "SRB", 2010},
        {"Yugoslavia", CSI_COUNTRY_DISSOLVED, "HRV", 0},
        {"German Democratic Republic", CSI_COUNTRY_FOUND, "DDR", 1980},
        {"German Democratic Republic", CSI_COUNTRY_DISSOLVED, "DEU", 1995},
        {"West Germany", CSI_COUNTRY_FOUND, "DEU", 1980},
        {"West Germany", CSI_COUNTRY_DISSOLVED, "DEU", 0},
        {"Netherlands Antilles", CSI_COUNTRY_DISSOLVED, "CUW", 2015},
        {"Sudan", CSI_COUNTRY_FOUND, "SDN", 2005},
        {"Sudan", CSI_COUNTRY_FOUND, "SDN", 2015},
        {"Sudan (former)", CSI_COUNTRY_FOUND, "SDN", 2005},
        {"Sudan (former)", CSI_COUNTRY_DISSOLVED, "SSD", 2015},
        {"South Sudan", CSI_COUNTRY_FOUND, "SSD", 2005},
        {"Sudan and South Sudan", CSI_COUNTRY_DISSOLVED, "SSD", 0},
        {"Yemen, South", CSI_COUNTRY_DISSOLVED, "YEM", 2000},
        {"Austria-Hungary", CSI_COUNTRY_DISSOLVED, "AUT", 1900},
    };
    CHECK(rows);
}

Test(country, schemes)
{
    static const struct {
        const char *text;
        csi_country_scheme scheme;
        int year;
        const char *iso3; /* "": not found */
    } rows[] = {
        {"GM", CSI_COUNTRY_FIPS, 0, "DEU"},   {"AU", CSI_COUNTRY_FIPS, 0, "AUT"},  {"RI", CSI_COUNTRY_FIPS, 0, "SRB"},
        {"GER", CSI_COUNTRY_IOC, 0, "DEU"},   {"BRN", CSI_COUNTRY_IOC, 0, "BHR"},
        {"URS", CSI_COUNTRY_IOC, 1980, "SUN"},
        {"SWZ", CSI_COUNTRY_COW, 0, "CHE"},   {"225", CSI_COUNTRY_COW, 0, "CHE"},  {"2", CSI_COUNTRY_COW, 0, "USA"},
        {"365", CSI_COUNTRY_COW, 1985, "SUN"}, {"365", CSI_COUNTRY_COW, 2005, "RUS"},
        {"345", CSI_COUNTRY_COW, 1980, "YUG"}, {"345", CSI_COUNTRY_COW, 2004, "SCG"},
        {"345", CSI_COUNTRY_COW, 2015, "SRB"}, {"265", CSI_COUNTRY_COW, 1980, "DDR"},
        {"265", CSI_COUNTRY_COW, 0, ""},       {"11", CSI_COUNTRY_VDEM, 0, "RUS"},  {"136", CSI_COUNTRY_VDEM, 0, "TKM"},
        {"XKX", CSI_COUNTRY_VDEM, 0, "XKX"},   {"Germany", CSI_COUNTRY_COW, 0, "DEU"},
        {"DEU", CSI_COUNTRY_FIPS, 0, ""},      {"SWZ", CSI_COUNTRY_ANY, 0, "SWZ"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const csi_country_answer answer = resolve(rows[i].text, rows[i].scheme, rows[i].year);
        cr_expect_str_eq(answer.iso3, rows[i].iso3, "\"%s\" in scheme %d, %d: %s, not %s", rows[i].text,
                         (int)rows[i].scheme, rows[i].year, answer.iso3, rows[i].iso3);
    }
}

Test(country, facts)
{
    cr_expect(csi_country_count() == 250, "%zu countries", csi_country_count());
    const csi_country_facts *before = NULL;
    for (size_t i = 0; i < csi_country_count(); i++) {
        const csi_country_facts *facts = csi_country_at(i);
        cr_expect(before == NULL || strcmp(before->iso3, facts->iso3) < 0, "%s is out of order", facts->iso3);
        cr_expect(csi_country_find(facts->iso3) == facts);
        cr_expect_str_eq(resolve(facts->iso2, CSI_COUNTRY_ANY, 0).iso3, facts->iso3);
        cr_expect_str_eq(resolve(facts->iso3, CSI_COUNTRY_ANY, 0).iso3, facts->iso3);
        cr_expect_str_eq(resolve(facts->name, CSI_COUNTRY_ANY, 0).iso3, facts->iso3, "%s", facts->name);
        cr_expect(facts->numeric[0] == '\0' ||
                  strcmp(resolve(facts->numeric, CSI_COUNTRY_ANY, 0).iso3, facts->iso3) == 0);
        before = facts;
    }
    cr_expect_str_eq(csi_country_find("DEU")->subregion, "Western Europe");
    cr_expect_str_eq(csi_country_find("SUN")->name, "Soviet Union");
    cr_expect(csi_country_find("XXX") == NULL);
}

static size_t put_character(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

/* Characters within a name that a reader does not miss, and those that part its words: the ends of each range. */
Test(country, marks_and_blanks_within_names)
{
    static const uint32_t marks[] = {
        0x300, 0x36f, 0x591, 0x5bd, 0x5bf, 0x5c7, 0x610, 0x61a, 0x621, 0x640, 0x64b, 0x65f, 0x670, 0x93c, 0x9bc, 0xa3c,
        0xabc, 0xb3c, 0xad, 0xaa, 0xba, 0x200b, 0x200f, 0x2060, 0x2064, 0xfeff, 0xb9, 0xb2, 0xb3, 0x2070, 0x2079, '*',
        0x2020, 0x2021, 0xfe00, 0xfe0f, '\'', '`', 0xb4, 0x2b9, 0x2bf, 0x2018, 0x2019};
    static const uint32_t blanks[] = {
        ' ', '_', '.', '-', 0x80, 0xbf, 0xd7, 0xf7, 0x2000, 0x206f, 0x3000, 0x3003, 0x3008, 0x3020, 0x30fb, 0x30a0, 0x61b,
        0x61f, 0x6d4, 0x964, 0x965, 0x5be, 0x387, 0x5f3, 0x5f4, 0xfe30, 0xfe4f, 0xff61, 0xff65, 0xfffd, 0xa0, 0x2013};
    char text[32];
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = 3;
        memcpy(text, "Fra", 3);
        n += put_character(marks[i], text + n);
        memcpy(text + n, "nce", 3);
        const csi_country_answer answer = csi_country_resolve(text, n + 3, CSI_COUNTRY_ANY, 0);
        cr_expect(answer.match == CSI_COUNTRY_FOUND && strcmp(answer.iso3, "FRA") == 0, "mark U+%04x: match %d", marks[i], (int)answer.match);
    }
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        size_t n = 3;
        memcpy(text, "New", 3);
        n += put_character(blanks[i], text + n);
        memcpy(text + n, "Zealand", 7);
        const csi_country_answer answer = csi_country_resolve(text, n + 7, CSI_COUNTRY_ANY, 0);
        cr_expect(answer.match == CSI_COUNTRY_FOUND && strcmp(answer.iso3, "NZL") == 0, "blank U+%04x: match %d", blanks[i], (int)answer.match);
    }
}

/* Bytes that are no UTF-8, and texts too long to be a name, are no country and no harm. */
Test(country, hostile_texts)
{
    static const char *const rows[] = {
        "\xff", "Fra\xc0nce", "Fra\xe2\x82", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5", "\xc3", "\xe2(\xa1",
        "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", "()", "[]/:;=,|<>", "\x27\x27", "<U+00>", "<U+00FC", "<U+D800>", "<U+ZZZZ>", "????????",
        "?", "a?b?c?d?e?f?g?", "\xc3\x83", "\xe1\x83", "x\xef\xbf\xbd"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(resolve(rows[i], CSI_COUNTRY_ANY, 0).match == CSI_COUNTRY_UNKNOWN, "\"%s\"", rows[i]);
    }
    static char text[5000];
    static const size_t lengths[] = {200, 255, 256, 400, 1000, 4999};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(text, 'x', lengths[i]);
        cr_expect(csi_country_resolve(text, lengths[i], CSI_COUNTRY_ANY, 0).match == CSI_COUNTRY_UNKNOWN);
        for (size_t k = 0; k < lengths[i]; k++) {
            text[k] = "ab cd "[k % 6];
        }
        cr_expect(csi_country_resolve(text, lengths[i], CSI_COUNTRY_ANY, 0).match == CSI_COUNTRY_UNKNOWN);
        for (size_t k = 0; k + 2 < lengths[i]; k += 3) {
            memcpy(text + k, "\xe4\xb8\xad", 3);
        }
        cr_expect(csi_country_resolve(text, lengths[i] / 3 * 3, CSI_COUNTRY_ANY, 0).match != CSI_COUNTRY_FOUND);
    }
}
