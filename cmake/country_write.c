/* Writes the finished country tables as C source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmake/country_build.h"
#include "cmake/country_sources.h"

static void write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\') {
            fprintf(out, "\\%03o", *c);
        } else {
            fputc(*c, out);
        }
    }
    fputc('"', out);
}

static void write_texts(FILE *out, char *const *field, const int *which, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        write_text(out, field[which[i]]);
        fputs(", ", out);
    }
}

static void write_countries(FILE *out)
{
    static const int facts[] = {ISO3, ISO2, NUMERIC, NAME, REGION, SUBREGION};
    static const int codes[] = {FIPS, IOC, COW, COW_NUMBER, VDEM, VDEM_NUMBER};
    fputs("static const csi_country_facts facts[] = {\n", out);
    for (size_t i = 0; i < n_countries; i++) {
        fputs("    {", out);
        write_texts(out, country[i].field, facts, 6);
        write_text(out, country[i].french);
        fputs("},\n", out);
    }
    fputs("};\nstatic const csi_country_codes codes[] = {\n", out);
    for (size_t i = 0; i < n_countries; i++) {
        fputs("    {", out);
        write_texts(out, country[i].field, codes, 6);
        fprintf(out, "%d, %d},\n", atoi(country[i].field[FROM]), atoi(country[i].field[TO]));
    }
    fputs("};\n", out);
}

static void write_units(FILE *out)
{
    fputs("static const csi_country_unit units[] = {\n", out);
    for (size_t i = 0; i < n_units; i++) {
        const csi_country_unit *u = &unit[i];
        fprintf(out, "    {\"%s\", \"%s\", (csi_country_match)%d, %d, %d, UINT64_C(0x%llx), %u, \"", u->iso3, u->owner,
                (int)u->match,
                u->from, u->to, (unsigned long long)u->forms, u->n_candidates);
        for (size_t k = 0; k < u->n_candidates; k++) {
            fprintf(out, "%s\\0", u->candidates + 4 * k);
        }
        fputs("\"},\n", out);
    }
    fputs("};\n", out);
}

static void write_words(FILE *out, const char *name, const csi_word *word, size_t n)
{
    fprintf(out, "static const csi_word %s[] = {\n", name);
    for (size_t i = 0; i < n; i++) {
        fputs("    {", out);
        write_text(out, word[i].text);
        fputs(", ", out);
        write_text(out, word[i].lemma);
        fprintf(out, ", (csi_word_class)%d},\n", (int)word[i].class);
    }
    fputs("};\n", out);
}

static void write_stems(FILE *out, const char *name, const csi_country_stem *list, size_t n)
{
    fprintf(out, "static const csi_country_stem %s[] = {\n", name);
    for (size_t i = 0; i < n; i++) {
        fputs("    {", out);
        write_text(out, list[i].text);
        fprintf(out, ", %u},\n", list[i].unit);
    }
    fputs("};\n", out);
}

static uint32_t mask_of(const entry *e)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < e->length; i++) {
        mask |= UINT32_C(1) << ((unsigned char)e->key[i] & 31);
    }
    return mask;
}

static void write_pool(FILE *out)
{
    fputs("static const unsigned char pool[] = {", out);
    size_t n = 0;
    for (size_t i = 0; i < n_all; i++) {
        for (size_t k = 0; k < all[i].length; k++) {
            fprintf(out, "%s%u,", n++ % 32 == 0 ? "\n    " : "", (unsigned char)all[i].key[k]);
        }
    }
    fputs("\n};\nstatic const csi_country_entry entries[] = {\n", out);
    size_t at = 0;
    for (size_t i = 0; i < n_all; i++) {
        fprintf(out, "    {%zu, 0x%xu, %u, %zu},\n", at, mask_of(&all[i]), all[i].unit, all[i].length);
        at += all[i].length;
    }
    fputs("};\n", out);
}

static size_t write_slots(FILE *out)
{
    size_t n_slots = 1024;
    while (n_slots < 2 * n_all) {
        n_slots *= 2;
    }
    if (n_all >= UINT16_MAX) {
        fail("more names than 16 bits can number");
    }
    uint16_t *slot = grow(NULL, n_slots, sizeof *slot);
    memset(slot, 0, n_slots * sizeof *slot);
    for (size_t i = 0; i < n_all; i++) {
        uint32_t at = csi_country_key_hash(all[i].key, all[i].length);
        while (slot[at & (n_slots - 1)] != 0) {
            at++;
        }
        slot[at & (n_slots - 1)] = (uint16_t)(i + 1);
    }
    fputs("static const uint16_t slots[] = {", out);
    for (size_t i = 0; i < n_slots; i++) {
        fprintf(out, "%s%u,", i % 16 == 0 ? "\n    " : "", slot[i]);
    }
    fputs("\n};\n", out);
    return n_slots;
}

void write_tables(const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fail("cannot write %s", path);
    }
    fputs("/* Written by cmake/country_tables.c; change datasets/countr*.csv instead. */\n"
          "#include \"ingest/country_tables.h\"\n\n", out);
    write_countries(out);
    write_units(out);
    write_words(out, "words", lexicon.word, lexicon.n_words);
    write_words(out, "affixes", lexicon.affix, lexicon.n_affixes);
    write_stems(out, "stems", stem, n_stems);
    write_stems(out, "more_codes", code, n_codes);
    write_pool(out);
    const size_t n_slots = write_slots(out);
    fprintf(out, "const csi_country_tables csi_country_table = {\n    facts, codes, %zu, %zu, units, entries, %zu, "
            "slots, %zu, pool, stems, %zu, more_codes, "
            "%zu, {words, %zu, affixes, %zu},\n};\n", n_countries, n_today, n_all,
            n_slots, n_stems, n_codes, lexicon.n_words, lexicon.n_affixes);
    if (ferror(out) || fclose(out) != 0) {
        fail("cannot write %s", path);
    }
}
