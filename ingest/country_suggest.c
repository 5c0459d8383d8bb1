/* See country_suggest.h.
 *
 * Distance: restricted edit distance (insertions, deletions, replacements, swaps of neighbours) on the bytes of the
 * key; at most one in a key of up to 5 bytes, two up to 9, three beyond. Entries are sorted by length and carry a mask
 * of their letters, so that nearly all are passed over without being compared. Hand-checked: "frnace" is one swap from
 * "france", "germny" one insertion from "germany". */
#include "ingest/country_suggest.h"

#include <string.h>

#define LONGEST 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The distance of a and b, or `limit` + 1 when it is larger than that. Both at most LONGEST long. */
static size_t distance(const unsigned char *a, size_t n_a, const unsigned char *b, size_t n_b, size_t limit)
{
    uint8_t rows[3][LONGEST + 1];
    uint8_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= n_b; j++) {
        last[j] = (uint8_t)j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t best = row[0] = (uint8_t)i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t d = least(last[j - 1] + (a[i - 1] != b[j - 1] ? 1u : 0u), least(last[j], row[j - 1]) + 1u);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d = least(d, before[j - 2] + 1u);
            }
            row[j] = (uint8_t)d;
            best = least(best, d);
        }
        if (best > limit) {
            return limit + 1;
        }
        uint8_t *const spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[n_b];
}

static unsigned n_bits(uint32_t mask)
{
    unsigned n = 0;
    for (; mask != 0; mask &= mask - 1) {
        n++;
    }
    return n;
}

static void suggest_unit(const csi_country_unit *unit, csi_country_answer *answer)
{
    const size_t n = unit->match == CSI_COUNTRY_FOUND && unit->from == 0 && unit->to == 0 ? 1 : unit->n_candidates;
    for (size_t i = 0; i < n; i++) {
        const char *iso3 = unit->n_candidates == 0 ? unit->iso3 : unit->candidates + 4 * i;
        bool is_new = iso3[0] != '\0';
        for (size_t k = 0; k < answer->n_candidates; k++) {
            is_new = is_new && strcmp(answer->candidate[k], iso3) != 0;
        }
        if (is_new && answer->n_candidates < CSI_COUNTRY_SUGGESTIONS) {
            answer->candidate[answer->n_candidates++] = iso3;
        }
    }
}

static size_t first_of_length(const csi_country_tables *t, size_t length)
{
    size_t low = 0, high = t->n_entries;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (t->entry[middle].length < length) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* All entries at exactly `wanted` from the text. */
static void suggest_near(const char *text, size_t n, size_t wanted, csi_country_answer *answer)
{
    const csi_country_tables *t = &csi_country_table;
    uint32_t mask = 0;
    for (size_t i = 0; i < n; i++) {
        mask |= UINT32_C(1) << ((unsigned char)text[i] & 31);
    }
    const size_t end = first_of_length(t, n + wanted + 1);
    for (size_t i = first_of_length(t, n > wanted ? n - wanted : 0); i < end; i++) {
        const csi_country_entry *entry = &t->entry[i];
        if (entry->length <= LONGEST && n_bits(entry->mask ^ mask) <= 2 * wanted &&
            distance((const unsigned char *)text, n, t->pool + entry->at, entry->length, wanted) == wanted) {
            suggest_unit(&t->unit[entry->unit], answer);
        }
    }
}

/* Countries named by single words of the text: "Georgia (US state)". */
static void suggest_inside(const csi_folded *folded, csi_country_answer *answer)
{
    const csi_country_tables *t = &csi_country_table;
    for (size_t i = 0; i < folded->n; i++) {
        csi_country_key key;
        csi_country_key_make(&t->lexicon, folded, i, i + 1, &key);
        const size_t end = first_of_length(t, key.n_full + 1);
        for (size_t k = first_of_length(t, key.n_full); key.n_full > 2 && k < end; k++) {
            if (memcmp(t->pool + t->entry[k].at, key.full, key.n_full) == 0) {
                suggest_unit(&t->unit[t->entry[k].unit], answer);
            }
        }
    }
}

void csi_country_suggest(const csi_folded *folded, const csi_country_key *key, csi_country_answer *answer)
{
    const size_t n = key->n_full;
    const size_t most = n <= 5 ? 1 : n <= 9 ? 2 : 3;
    for (size_t wanted = 1; n >= 3 && n <= LONGEST && wanted <= most && answer->n_candidates == 0; wanted++) {
        suggest_near(key->full, n, wanted, answer);
    }
    suggest_inside(folded, answer);
}
