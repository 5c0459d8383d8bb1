/* Resolving a country's name or code. See country.h for the rules.
 *
 * A name is tried as a whole (its full key, its bare key where the country may bear that form of state, its adjective,
 * its words run together), then part by part: "Burma/Myanmar", "VNM: Viet Nam", "Aruba (Netherlands)". Every word must
 * be accounted for; that is what keeps "World excl. China" from being China. */
#include "ingest/country.h"

#include <string.h>

#include "ingest/country_code.h"
#include "ingest/country_damage.h"
#include "ingest/country_suggest.h"
#include "ingest/country_tables.h"

#define MOST_PARTS 8

static const csi_country_tables *const t = &csi_country_table;

static const csi_country_unit *find_key(const char *key, size_t length)
{
    if (length == 0 || length > 255) {
        return NULL;
    }
    for (uint32_t at = csi_country_key_hash(key, length);; at++) {
        const uint16_t index = t->slot[at & (t->n_slots - 1)];
        if (index == 0) {
            return NULL;
        }
        const csi_country_entry *entry = &t->entry[index - 1];
        if (entry->length == length && memcmp(t->pool + entry->at, key, length) == 0) {
            return &t->unit[entry->unit];
        }
    }
}

/* The forms fit: at least one that this country may bear, and nothing but those and their qualifiers. */
static bool may_bear(const csi_country_unit *unit, uint64_t forms)
{
    const uint64_t modifiers = csi_country_modifiers();
    const uint64_t bases = forms & ~modifiers;
    return bases != 0 && (bases & ~unit->forms) == 0;
}

static const csi_country_unit *find_adjective(const char *word, size_t length, uint64_t forms)
{
    char stem[CSI_KEY_TEXT];
    const csi_country_unit *inflected = find_key(stem, csi_country_key_stem(word, length, stem));
    if (inflected != NULL && may_bear(inflected, forms)) {
        return inflected;
    }
    for (size_t i = 0; i < t->n_stems; i++) {
        const size_t n = strlen(t->stem[i].text);
        const csi_country_unit *unit = &t->unit[t->stem[i].unit];
        if (length >= n && length - n <= 4 && memcmp(word, t->stem[i].text, n) == 0 && may_bear(unit, forms)) {
            return unit;
        }
    }
    return NULL;
}

static const csi_country_unit *find_named(const csi_country_key *key)
{
    const csi_country_unit *unit = find_key(key->full, key->n_full);
    if (unit == NULL && key->forms != 0) {
        unit = find_key(key->bare, key->n_bare);
        if (unit != NULL && !may_bear(unit, key->forms)) {
            unit = NULL;
        }
    }
    if (unit == NULL && key->forms != 0 && key->n_words == 1) {
        unit = find_adjective(key->bare, key->n_bare, key->forms);
    }
    return unit;
}

static const csi_country_unit *find_glued(const csi_folded *folded)
{
    char text[CSI_KEY_TEXT];
    size_t length = csi_country_key_glue(&t->lexicon, folded, false, text);
    const csi_country_unit *unit = find_key(text, length);
    if (unit == NULL) {
        length = csi_country_key_glue(&t->lexicon, folded, true, text);
        unit = find_key(text, length);
    }
    return unit;
}

static bool is_candidate(const csi_country_answer *answer, const char *iso3)
{
    for (size_t i = 0; i < answer->n_candidates; i++) {
        if (strcmp(answer->candidate[i], iso3) == 0) {
            return true;
        }
    }
    return false;
}

static const char *owner_of(const char *iso3)
{
    const csi_country_facts *facts = csi_country_find(iso3);
    return facts != NULL ? t->unit[facts - t->facts].owner : "";
}

/* Folds the answer for one more part into that for the parts before it. */
static void agree(csi_country_answer *sum, const csi_country_answer *part)
{
    const bool both_found = sum->match == CSI_COUNTRY_FOUND && part->match == CSI_COUNTRY_FOUND;
    if (sum->match == CSI_COUNTRY_AMBIGUOUS && part->match == CSI_COUNTRY_FOUND && is_candidate(sum, part->iso3)) {
        *sum = *part;
    } else if (both_found && strcmp(owner_of(part->iso3), sum->iso3) == 0) {
        *sum = *part;
    } else if (both_found && strcmp(sum->iso3, part->iso3) != 0 && strcmp(owner_of(sum->iso3), part->iso3) != 0) {
        *sum = (csi_country_answer){.match = CSI_COUNTRY_UNKNOWN};
    } else if (!both_found && !(sum->match == CSI_COUNTRY_FOUND && part->match == CSI_COUNTRY_AMBIGUOUS &&
                                is_candidate(part, sum->iso3))) {
        *sum = (csi_country_answer){.match = CSI_COUNTRY_UNKNOWN};
    }
}

/* Tokens [first..end) as a name; behind another part, a "formerly" before it does not count. */
static csi_country_answer resolve_range(const csi_folded *folded, size_t first, size_t end, int year)
{
    csi_country_key key;
    if (first > 0 && end - first > 1) {
        csi_country_key_make(&t->lexicon, folded, first, first + 1, &key);
        first += strcmp(key.full, "former") == 0;
    }
    csi_country_key_make(&t->lexicon, folded, first, end, &key);
    const csi_country_unit *unit = find_named(&key);
    csi_country_answer answer = {.match = CSI_COUNTRY_UNKNOWN};
    const csi_token *token = &folded->token[first];
    if (unit != NULL) {
        answer = csi_country_answer_unit(unit, year);
    } else if (end - first == 1 && token->length == 3) {
        (void)csi_country_code_find(token->text, 3, CSI_COUNTRY_ANY, year, &answer);
    }
    return answer;
}

/* "(French Department of)", "(Br.)": says of a territory whose it is, and names nothing by itself. */
static bool is_dependency_of(const csi_folded *folded, size_t first, size_t end, const char *territory)
{
    csi_country_key key;
    csi_country_key_make(&t->lexicon, folded, first, end, &key);
    if (key.n_full + 1 >= CSI_KEY_TEXT) {
        return false;
    }
    memmove(key.full + 1, key.full, key.n_full + 1);
    key.full[0] = '@';
    const csi_country_unit *owner = find_key(key.full, key.n_full + 1);
    return owner != NULL && owner->iso3[0] != '\0' && strcmp(owner_of(territory), owner->iso3) == 0;
}

/* Where the parts from `part` on end, at most `n` of them. */
static size_t end_of_parts(const csi_folded *folded, size_t first, size_t n)
{
    size_t end = first;
    while (n > 0 && end < folded->n) {
        const uint8_t part = folded->token[end].part;
        while (end < folded->n && folded->token[end].part == part) {
            end++;
        }
        n--;
    }
    return end;
}

/* Every part must resolve, and all to one country (or to a territory and the state it belongs to). Neighbouring parts
 * are taken together where that makes a name: "BOL: Bolivia (Plurinational State of)". */
static csi_country_answer resolve_parts(const csi_folded *folded, int year)
{
    static const csi_country_answer unknown = {.match = CSI_COUNTRY_UNKNOWN};
    csi_country_answer sum = unknown;
    for (size_t first = 0, end = 0; first < folded->n; first = end) {
        csi_country_answer part = unknown;
        for (size_t n = MOST_PARTS; n > 0 && part.match == CSI_COUNTRY_UNKNOWN; n--) {
            end = end_of_parts(folded, first, n);
            if (end - first < folded->n) {
                part = resolve_range(folded, first, end, year);
            }
        }
        const bool is_dependency = first > 0 && part.match == CSI_COUNTRY_UNKNOWN &&
                                   is_dependency_of(folded, first, end, sum.iso3);
        if (first == 0) {
            sum = part;
        } else if (!is_dependency) {
            agree(&sum, &part);
        }
        if (sum.match == CSI_COUNTRY_UNKNOWN) {
            return unknown;
        }
    }
    return sum;
}

static csi_country_answer resolve_folded(const csi_folded *folded, const csi_country_key *key, int year)
{
    const csi_country_unit *unit = find_named(key);
    if (unit == NULL) {
        unit = find_glued(folded);
    }
    return unit != NULL ? csi_country_answer_unit(unit, year) : resolve_parts(folded, year);
}

/* Undoes what an encoding or an abbreviation did to the text, where that gives a country. */
static csi_country_answer resolve_damaged(const char *text, size_t length, const csi_folded *written, int year)
{
    static size_t (*const undo[])(const char *, size_t, char *) = {csi_country_undo_double_encoding,
                                                                   csi_country_undo_escapes};
    csi_country_answer answer = {.match = CSI_COUNTRY_UNKNOWN};
    for (size_t i = 0; i < 2 && answer.match == CSI_COUNTRY_UNKNOWN; i++) {
        char fixed[CSI_FOLD_INPUT];
        csi_folded folded;
        const size_t n = undo[i](text, length, fixed);
        if (n > 0 && csi_country_fold(fixed, n, &folded) && folded.n > 0) {
            csi_country_key key;
            csi_country_key_make(&t->lexicon, &folded, 0, folded.n, &key);
            answer = resolve_folded(&folded, &key, year);
        }
    }
    const csi_country_unit *unit = NULL;
    if (answer.match == CSI_COUNTRY_UNKNOWN) {
        unit = csi_country_complete(text, length);
        unit = unit == NULL ? csi_country_expand(written) : unit;
    }
    return unit != NULL ? csi_country_answer_unit(unit, year) : answer;
}

/* "World (excluding China)" is one, "Denmark (excluding Greenland)" is not. */
static bool is_aggregate(const csi_folded *folded, const csi_country_key *key, int year)
{
    const csi_country_answer first = resolve_range(folded, 0, end_of_parts(folded, 0, 1), year);
    return first.match == CSI_COUNTRY_AGGREGATE ||
           (first.match == CSI_COUNTRY_UNKNOWN && (key->has_marker || key->is_all_region));
}

static csi_country_answer resolve_name(const char *text, size_t length, int year)
{
    csi_country_answer answer = {.match = CSI_COUNTRY_UNKNOWN};
    csi_folded folded;
    if (!csi_country_fold(text, length, &folded) || folded.n == 0) {
        return answer;
    }
    csi_country_key key;
    csi_country_key_make(&t->lexicon, &folded, 0, folded.n, &key);
    answer = resolve_folded(&folded, &key, year);
    if (answer.match == CSI_COUNTRY_UNKNOWN) {
        answer = resolve_damaged(text, length, &folded, year);
    }
    if (answer.match == CSI_COUNTRY_UNKNOWN && is_aggregate(&folded, &key, year)) {
        answer.match = CSI_COUNTRY_AGGREGATE;
    }
    if (answer.match == CSI_COUNTRY_UNKNOWN) {
        csi_country_suggest(&folded, &key, &answer);
    }
    return answer;
}

/* Up to three ASCII letters are a code or nothing: folding must not make "CAD" of Turkish "Çad". */
static bool is_too_short(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80 || text[i] == '.') {
            return false;
        }
    }
    return length <= 3;
}

csi_country_answer csi_country_resolve(const char *text, size_t length, csi_country_scheme scheme, int year)
{
    while (length > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\'')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
        length--;
    }
    csi_country_answer answer = {.match = CSI_COUNTRY_UNKNOWN};
    if (csi_country_code_find(text, length, scheme, year, &answer) || is_too_short(text, length)) {
        return answer;
    }
    return resolve_name(text, length, year);
}
