/* Which key is whose while the tables are built: a hash table in which the more trusted source of a name keeps it, and two
 * sources of equal trust that disagree leave it to nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmake/country_build.h"
#include "cmake/country_sources.h"
#include "ingest/country_fold.h"

#define HASH_SIZE 131072u

entry *all;
size_t n_all;
static uint32_t hash_table[HASH_SIZE]; /* 1 + the number of an entry; 0: free */

static const char *unit_name(uint16_t index)
{
    const csi_country_unit *u = &unit[index];
    if (index == NO_UNIT) {
        return "several";
    }
    return u->iso3[0] != '\0' ? u->iso3 : u->n_candidates > 0 ? u->candidates : "aggregate";
}

entry *find_entry(const char *key, size_t length, uint32_t *slot)
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

void enter_name(const char *name, uint16_t to, int tier)
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
void enter_glued(const char *name, uint16_t to, int tier)
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

void enter_dependency(const char *name, uint16_t to)
{
    csi_folded folded;
    csi_country_key key;
    char marked[CSI_KEY_TEXT + 1];
    (void)csi_country_fold(name, strlen(name), &folded);
    csi_country_key_make(&lexicon, &folded, 0, folded.n, &key);
    snprintf(marked, sizeof marked, "@%s", key.full);
    enter(marked, strlen(marked), to, OWN, name);
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

void drop_contested(void)
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
