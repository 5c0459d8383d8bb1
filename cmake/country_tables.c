/* Writes the country tables (ingest/country_tables.h) as C source.
 *
 * Usage: country_tables OUTPUT REPORT COUNTRIES.csv NAMES.csv WORDS.csv ISO_3166-1.json LOCALE_DIRECTORY
 *
 * Names are entered in order of trust: our own tables first (two countries claiming one key is an error), then
 * iso-codes' English, then its translations. A key that a translation gives to another country than our tables do is
 * left to ours, and one that two translations claim for two countries is left out; every such case is listed in REPORT.
 * That is what keeps Arabic "Maldives", iso-codes' common name of Moldova, from being an answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmake/country_build.h"
#include "cmake/country_sources.h"
#include "ingest/country_fold.h"

struct country *country;
size_t n_countries, n_today;
csi_country_unit *unit;
size_t n_units;
csi_country_stem *stem, *code;
size_t n_stems, n_codes;
FILE *report;
size_t n_errors;

/* "Georgia (country)" may always be said; "none" takes away the republic that all others may be. */
static uint64_t read_forms(const char *text)
{
    uint64_t forms = csi_country_form("country", 7);
    if (strncmp(text, "none", 4) == 0) {
        text += text[4] == ' ' ? 5 : 4;
    } else {
        forms |= csi_country_form("republic", 8);
    }
    while (*text != '\0') {
        const size_t n = strcspn(text, " ");
        const uint64_t bit = csi_country_form(text, n);
        if (bit == 0) {
            fail("countries.csv: \"%s\" is no form of state", text);
        }
        forms |= bit;
        text += n + (text[n] == ' ');
    }
    return forms;
}

/* "CZE SVK" to codes of four bytes each. */
static void set_candidates(csi_country_unit *u, const char *text)
{
    char *codes = grow(NULL, strlen(text) + 2, 1);
    strcpy(codes, text);
    for (char *c = codes; *c != '\0'; c++) {
        if (*c == ' ') {
            *c = '\0';
        }
    }
    u->n_candidates = (uint8_t)((strlen(text) + 1) / 4);
    u->candidates = codes;
    for (size_t i = 0; i < u->n_candidates; i++) {
        if (strlen(codes + 4 * i) != 3) {
            fail("\"%s\" is not a list of ISO codes", text);
        }
    }
}

static csi_country_unit *new_unit(csi_country_match match, const char *iso3, const char *from, const char *to)
{
    unit = grow(unit, n_units + 1, sizeof *unit);
    csi_country_unit *u = &unit[n_units++];
    memset(u, 0, sizeof *u);
    u->match = match;
    snprintf(u->iso3, sizeof u->iso3, "%s", iso3);
    u->from = (int16_t)atoi(from);
    u->to = (int16_t)atoi(to);
    return u;
}

static void read_countries(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[17];
    if (cursor == NULL || !csv_next(&cursor, field, 17)) {
        fail("cannot read %s", path);
    }
    while (csv_next(&cursor, field, 17)) {
        country = grow(country, n_countries + 1, sizeof *country);
        memcpy(country[n_countries].field, field, sizeof field);
        country[n_countries].french = NULL;
        n_today += field[TO][0] == '\0';
        if (field[TO][0] == '\0' && n_countries > 0 && strcmp(country[n_countries - 1].field[ISO3], field[ISO3]) >= 0) {
            fail("countries.csv: %s is out of order", field[ISO3]);
        }
        csi_country_unit *u = new_unit(CSI_COUNTRY_FOUND, field[ISO3], field[FROM], field[TO]);
        snprintf(u->owner, sizeof u->owner, "%s", field[OWNER]);
        u->forms = read_forms(field[FORMS]);
        if (field[SUCCESSORS][0] != '\0') {
            set_candidates(u, field[SUCCESSORS]);
        }
        n_countries++;
    }
}

static uint16_t find_country(const char *iso3)
{
    for (size_t i = 0; i < n_countries; i++) {
        if (strcmp(country[i].field[ISO3], iso3) == 0) {
            return (uint16_t)i;
        }
    }
    return NO_UNIT;
}

/* Vietnamese "Do Thai" (Israel) must not lose a Portuguese article and become "Thai". */
static int loses_words(const char *name)
{
    csi_folded folded;
    char with[CSI_KEY_TEXT], without[CSI_KEY_TEXT];
    (void)csi_country_fold(name, strlen(name), &folded);
    const size_t n_with = csi_country_key_glue(&lexicon, &folded, true, with);
    return n_with != csi_country_key_glue(&lexicon, &folded, false, without);
}

static uint16_t unit_of_row(char **field)
{
    const char *codes = field[2];
    const int is_dated = field[3][0] != '\0' || field[4][0] != '\0' || field[5][0] != '\0';
    if (strcmp(codes, "aggregate") == 0) {
        new_unit(CSI_COUNTRY_AGGREGATE, "", "", "");
    } else if (strlen(codes) > 3) {
        set_candidates(new_unit(CSI_COUNTRY_AMBIGUOUS, "", "", ""), codes);
    } else if (is_dated) {
        set_candidates(new_unit(CSI_COUNTRY_FOUND, codes, field[3], field[4]), field[5]);
    } else {
        const uint16_t found = find_country(codes);
        if (found == NO_UNIT) {
            fail("country_names.csv: \"%s\": no country %s", field[0], codes);
        }
        return found;
    }
    return (uint16_t)(n_units - 1);
}

static void add_stem(csi_country_stem **list, size_t *n, const char *text, uint16_t to)
{
    *list = grow(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = (csi_country_stem){text, to};
}

static void read_names(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[6];
    if (cursor == NULL || !csv_next(&cursor, field, 6)) {
        fail("cannot read %s", path);
    }
    while (csv_next(&cursor, field, 6)) {
        if (strcmp(field[1], "none") == 0) {
            enter_name(field[0], NO_UNIT, OWN);
            continue;
        }
        const uint16_t to = unit_of_row(field);
        if (strcmp(field[1], "name") == 0) {
            enter_name(field[0], to, OWN);
        } else if (strcmp(field[1], "dependency") == 0) {
            enter_dependency(field[0], to);
        } else if (strcmp(field[1], "code") == 0) {
            add_stem(&code, &n_codes, field[0], to);
        } else if (strcmp(field[1], "stem") == 0) {
            csi_folded folded;
            (void)csi_country_fold(field[0], strlen(field[0]), &folded);
            add_stem(&stem, &n_stems, copy(folded.token[0].text), to);
        } else {
            fail("country_names.csv: unknown kind \"%s\"", field[1]);
        }
    }
}

static void glue_names(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[6];
    (void)csv_next(&cursor, field, 6);
    while (csv_next(&cursor, field, 6)) {
        csi_folded folded;
        csi_country_key key;
        uint32_t slot;
        if (strcmp(field[1], "name") == 0 && csi_country_fold(field[0], strlen(field[0]), &folded)) {
            csi_country_key_make(&lexicon, &folded, 0, folded.n, &key);
            const entry *e = find_entry(key.full, key.n_full, &slot);
            if (e != NULL && e->unit != NO_UNIT) {
                enter_glued(field[0], e->unit, OWN);
            }
        }
    }
    for (size_t i = 0; i < n_countries; i++) {
        enter_glued(country[i].field[NAME], (uint16_t)i, OWN);
    }
}

/* iso-codes' English names; remembers which unit each is, for the translations of it. */
static struct { char *text; uint16_t unit; } *english;
static size_t n_english;

static void read_iso_codes(const char *path)
{
    static const char *const key[] = {"name", "official_name", "common_name"};
    size_t n = 0;
    const char *bytes = slurp(path, &n);
    if (bytes == NULL) {
        fail("cannot read %s: install the package iso-codes", path);
    }
    for (const char *object = strchr(strchr(bytes, '['), '{'); object != NULL; object = strchr(object + 1, '{')) {
        char iso3[8] = "", text[256];
        (void)json_text(object, "alpha_3", iso3, sizeof iso3);
        const uint16_t to = find_country(iso3);
        for (size_t k = 0; to != NO_UNIT && k < 3; k++) {
            if (!json_text(object, key[k], text, sizeof text)) {
                continue;
            }
            enter_name(text, to, ENGLISH);
            csi_folded folded;
            csi_country_key made;
            uint32_t slot;
            (void)csi_country_fold(text, strlen(text), &folded);
            csi_country_key_make(&lexicon, &folded, 0, folded.n, &made);
            const entry *e = find_entry(made.full, made.n_full, &slot);
            english = grow(english, n_english + 1, sizeof *english);
            english[n_english].text = copy(text);
            english[n_english++].unit = e != NULL ? e->unit : NO_UNIT;
        }
    }
}

static void read_translation(const char *directory, const char *language)
{
    char path[512];
    catalogue c;
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/iso_3166-1.mo", directory, language);
    if (!catalogue_open(path, &c)) {
        snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/iso_3166.mo", directory, language);
        if (!catalogue_open(path, &c)) {
            fail("no translation of country names into \"%s\" below %s: install the package iso-codes with its locales "
                 "(dpkg may be told to leave out /usr/share/locale)", language, directory);
        }
    }
    const int has_other_articles = strcmp(language, "vi") == 0;
    for (size_t i = 0; i < c.n; i++) {
        for (size_t k = 0; k < n_english; k++) {
            if (has_other_articles && loses_words(catalogue_value(&c, i))) {
                break;
            }
            if (english[k].unit != NO_UNIT && strcmp(english[k].text, catalogue_key(&c, i)) == 0) {
                enter_name(catalogue_value(&c, i), english[k].unit, TRANSLATED);
                break;
            }
        }
    }
}

int main(int n_arguments, char **argument)
{
    static const char *const language[] = {
        "fr", "es", "ru", "zh_CN", "ar", "de", "it", "pt", "pt_BR", "nl", "sv", "da", "nb", "fi", "pl", "cs",
        "sk", "hu", "ro", "el", "tr", "uk", "bg", "hr", "sr", "sl", "lt", "lv", "et", "is", "ja", "ko", "zh_TW",
        "vi", "id", "th", "hi", "bn", "fa", "he", "ca", "gl", "eu", "be", "kk", "zh_HK", "ms", "af", "sq", "mk",
        "bs", "sr@latin", "ka", "hy", "az", "uz", "mn", "ta", "te", "ml", "mr", "gu", "kn", "pa", "ne", "si",
        "km", "my", "ur", "eo", "cy", "br", "oc", "ast", "fil", "sw",
    };
    if (n_arguments != 9) {
        fail("usage: country_tables OUTPUT REPORT COUNTRIES NAMES WORDS FRENCH JSON LOCALES");
    }
    report = fopen(argument[2], "w");
    if (report == NULL) {
        fail("cannot write %s", argument[2]);
    }
    fputs("tier\tkey\tkept\trefused\tname\n", report);
    read_words(argument[5]);
    read_countries(argument[3]);
    for (size_t i = 0; i < n_countries; i++) {
        enter_name(country[i].field[NAME], (uint16_t)i, OWN);
    }
    read_names(argument[4]);
    glue_names(argument[4]);
    if (n_errors > 0) {
        fail("%zu names with two meanings", n_errors);
    }
    read_iso_codes(argument[7]);
    for (size_t i = 0; i < sizeof language / sizeof language[0]; i++) {
        read_translation(argument[8], language[i]);
    }
    read_french(argument[6], argument[8]);
    drop_contested();
    write_tables(argument[1]);
    fclose(report);
    return 0;
}
