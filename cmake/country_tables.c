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
entry *all;
size_t n_all;
csi_country_stem *stem, *code;
size_t n_stems, n_codes;
csi_lexicon lexicon;
static uint32_t *hash_table;
static FILE *report;
static size_t n_errors;

static char *copy(const char *text)
{
    return strcpy(grow(NULL, strlen(text) + 1, 1), text);
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const csi_word *)a)->text, ((const csi_word *)b)->text);
}

static int compare_affixes(const void *a, const void *b)
{
    const csi_word *x = a, *y = b;
    const size_t n_x = strlen(x->text), n_y = strlen(y->text);
    return n_x != n_y ? (n_x < n_y) - (n_x > n_y) : strcmp(x->text, y->text);
}

static csi_word_class class_of(const char *text)
{
    static const char *const name[] = {"stop", "word", "form", "compound", "affix", "marker", "region"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        if (strcmp(text, name[i]) == 0) {
            return (csi_word_class)i;
        }
    }
    if (strcmp(text, "mod") == 0) {
        return CSI_WORD_FORM;
    }
    fail("country_words.csv: unknown class \"%s\"", text);
}

static void read_words(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[3];
    csi_word *word = NULL, *affix = NULL;
    size_t n_words = 0, n_affixes = 0;
    if (cursor == NULL || !csv_next(&cursor, field, 3)) {
        fail("cannot read %s", path);
    }
    while (csv_next(&cursor, field, 3)) {
        csi_folded folded;
        if (!csi_country_fold(field[0], strlen(field[0]), &folded) || folded.n != 1) {
            fail("country_words.csv: \"%s\" is not one word", field[0]);
        }
        const csi_word fresh = {copy(folded.token[0].text), field[2], class_of(field[1])};
        csi_word **list = fresh.class == CSI_WORD_AFFIX ? &affix : &word;
        size_t *count = fresh.class == CSI_WORD_AFFIX ? &n_affixes : &n_words;
        *list = grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = fresh;
    }
    qsort(word, n_words, sizeof *word, compare_words);
    qsort(affix, n_affixes, sizeof *affix, compare_affixes);
    size_t kept = 0;
    for (size_t i = 0; i < n_words; i++) {
        if (kept > 0 && strcmp(word[kept - 1].text, word[i].text) == 0) {
            if (strcmp(word[kept - 1].lemma, word[i].lemma) != 0 || word[kept - 1].class != word[i].class) {
                fail("country_words.csv: \"%s\" has two meanings", word[i].text);
            }
            continue;
        }
        word[kept++] = word[i];
    }
    lexicon = (csi_lexicon){word, kept, affix, n_affixes};
}

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

static const char *unit_name(uint16_t index)
{
    const csi_country_unit *u = &unit[index];
    if (index == NO_UNIT) {
        return "several";
    }
    return u->iso3[0] != '\0' ? u->iso3 : u->n_candidates > 0 ? u->candidates : "aggregate";
}

static entry *find_entry(const char *key, size_t length, uint32_t *slot)
{
    for (*slot = csi_country_key_hash(key, length) % HASH_SIZE;; *slot = (*slot + 1) % HASH_SIZE) {
        if (hash_table[*slot] == 0) {
            return NULL;
        }
        entry *e = &all[hash_table[*slot] - 1];
        if (e->length == length && memcmp(e->key, key, length) == 0) {
            return e;
        }
    }
}

/* Two units that answer alike: the same country in all years. */
static int is_same(uint16_t a, uint16_t b)
{
    return a == b || (a != NO_UNIT && b != NO_UNIT && unit[a].match == unit[b].match &&
                      strcmp(unit[a].iso3, unit[b].iso3) == 0 && unit[a].from == unit[b].from &&
                      unit[a].to == unit[b].to && unit[a].n_candidates == unit[b].n_candidates);
}

static void enter(const char *key, size_t length, uint16_t to, int tier, const char *name)
{
    uint32_t slot;
    if (length == 0 || length > 255 || (tier == TRANSLATED && length < 4)) {
        return;
    }
    entry *e = find_entry(key, length, &slot);
    if (e == NULL) {
        if (n_all + 1 >= HASH_SIZE / 2) {
            fail("more names than the builder's table holds");
        }
        all = grow(all, n_all + 1, sizeof *all);
        all[n_all++] = (entry){copy(key), length, to, tier};
        hash_table[slot] = (uint32_t)n_all;
    } else if (!is_same(e->unit, to)) {
        fprintf(report, "%d\t%s\t%s\t%s\t%s\n", tier, key, unit_name(e->unit), unit_name(to), name);
        if (tier == OWN) {
            fprintf(stderr, "country tables: \"%s\" is claimed by %s and %s\n", name, unit_name(e->unit),
                    unit_name(to));
            n_errors++;
        } else if (e->tier == tier) {
            e->unit = NO_UNIT;
        }
    }
}

/* A stem that two countries share ("нигер") is nobody's. */
static void enter_stem(const char *key, size_t length, uint16_t to)
{
    uint32_t slot;
    entry *e = find_entry(key, length, &slot);
    if (e != NULL && e->unit != to) {
        e->unit = NO_UNIT;
    } else if (e == NULL) {
        enter(key, length, to, ENGLISH, key);
    }
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

static void enter_name(const char *name, uint16_t to, int tier)
{
    csi_folded folded;
    if (!csi_country_fold(name, strlen(name), &folded) || folded.n == 0) {
        if (tier == TRANSLATED) {
            return;
        }
        fail("\"%s\" is too long or not UTF-8", name);
    }
    csi_country_key key;
    csi_country_key_make(&lexicon, &folded, 0, folded.n, &key);
    enter(key.full, key.n_full, to, tier, name);
    char stem_key[CSI_KEY_TEXT];
    const size_t n = key.n_words == 1 && key.forms == 0 ? csi_country_key_stem(key.full, key.n_full, stem_key) : 0;
    if (n > 0 && to != NO_UNIT && to < n_today) {
        enter_stem(stem_key, n, to);
    }
}

/* Names written as one word; entered after all others, so that they never take a name's place. */
static void enter_glued(const char *name, uint16_t to, int tier)
{
    csi_folded folded;
    char glued[CSI_KEY_TEXT];
    if (csi_country_fold(name, strlen(name), &folded)) {
        for (int with_stops = 0; with_stops < 2; with_stops++) {
            const size_t n = csi_country_key_glue(&lexicon, &folded, with_stops, glued);
            uint32_t slot;
            if (n >= 6 && find_entry(glued, n, &slot) == NULL) {
                enter(glued, n, to, tier, name);
            }
        }
    }
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

static void enter_dependency(const char *name, uint16_t to)
{
    csi_folded folded;
    csi_country_key key;
    char marked[CSI_KEY_TEXT + 1];
    (void)csi_country_fold(name, strlen(name), &folded);
    csi_country_key_make(&lexicon, &folded, 0, folded.n, &key);
    snprintf(marked, sizeof marked, "@%s", key.full);
    enter(marked, strlen(marked), to, OWN, name);
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

/* Sorted by length, as the tables want them. */
static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->length != y->length) {
        return x->length > y->length ? 1 : -1;
    }
    return memcmp(x->key, y->key, x->length);
}

static void drop_contested(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < n_all; i++) {
        if (all[i].unit != NO_UNIT) {
            all[kept++] = all[i];
        }
    }
    n_all = kept;
    qsort(all, n_all, sizeof *all, compare_entries);
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
    hash_table = calloc(HASH_SIZE, sizeof *hash_table);
    if (report == NULL || hash_table == NULL) {
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
