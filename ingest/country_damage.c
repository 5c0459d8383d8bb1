/* See country_damage.h. */
#include "ingest/country_damage.h"

#include <string.h>

#define LOST '?' /* none to two letters */
#define REST '*' /* any number of letters */

/* Windows-1252's characters for the bytes 0x80 to 0x9f; 0 where it has none. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* The byte that a two- or three-byte character stood for; -1 for none. */
static int byte_of(const unsigned char *text, size_t left, size_t *n)
{
    unsigned character = text[0];
    *n = 1;
    if ((text[0] & 0xe0) == 0xc0 && left >= 2) {
        character = (text[0] & 0x1fu) << 6 | (text[1] & 0x3fu);
        *n = 2;
    } else if ((text[0] & 0xf0) == 0xe0 && left >= 3) {
        character = (text[0] & 0x0fu) << 12 | (text[1] & 0x3fu) << 6 | (text[2] & 0x3fu);
        *n = 3;
    }
    if (character <= 0xff) {
        return (int)character;
    }
    for (int i = 0; i < 32; i++) {
        if (windows_1252[i] == character) {
            return 0x80 + i;
        }
    }
    return -1;
}

size_t csi_country_undo_double_encoding(const char *text, size_t length, char *fixed)
{
    size_t n_fixed = 0, n = 0;
    bool has_pair = false;
    for (size_t i = 0; i < length; i += n) {
        const int byte = byte_of((const unsigned char *)text + i, length - i, &n);
        if (byte < 0) {
            return 0;
        }
        has_pair |= byte >= 0x80;
        fixed[n_fixed++] = (char)byte;
    }
    return has_pair ? n_fixed : 0;
}

/* The value of four hexadecimal digits and the ">" behind them; 0 when that is not what is there. */
static unsigned escaped_character(const char *text, size_t left)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned value = 0;
    for (size_t i = 0; left >= 8 && i < 4; i++) {
        const char *digit = text[3 + i] != '\0' ? strchr(digits, text[3 + i]) : NULL;
        if (digit == NULL) {
            return 0;
        }
        value = value << 4 | (unsigned)(digit - digits);
    }
    return left >= 8 && memcmp(text, "<U+", 3) == 0 && text[7] == '>' ? value : 0;
}

size_t csi_country_undo_escapes(const char *text, size_t length, char *fixed)
{
    size_t n_fixed = 0;
    bool has_escape = false;
    for (size_t i = 0; i < length; i++) {
        const unsigned c = escaped_character(text + i, length - i);
        if (c < 0x80) {
            fixed[n_fixed++] = text[i];
            continue;
        }
        has_escape = true;
        i += 7;
        if (c < 0x800) {
            fixed[n_fixed++] = (char)(0xc0 | c >> 6);
        } else {
            fixed[n_fixed++] = (char)(0xe0 | c >> 12);
            fixed[n_fixed++] = (char)(0x80 | (c >> 6 & 0x3f));
        }
        fixed[n_fixed++] = (char)(0x80 | (c & 0x3f));
    }
    return has_escape ? n_fixed : 0;
}

/* Letters with `LOST` among them, everything else left out; the number of letters kept. */
static size_t pattern_of(const char *text, size_t length, char pattern[CSI_FOLD_INPUT + 1], size_t *n_pattern)
{
    size_t n_letters = 0;
    *n_pattern = 0;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter) {
            pattern[(*n_pattern)++] = (char)(c <= 'Z' ? c - 'A' + 'a' : c);
            n_letters++;
        } else if (c == LOST) {
            pattern[(*n_pattern)++] = LOST;
        } else if (length - i >= 3 && memcmp(text + i, "\xef\xbf\xbd", 3) == 0) {
            pattern[(*n_pattern)++] = LOST;
            i += 2;
        } else if ((unsigned char)c >= 0x80 || (c >= '0' && c <= '9')) {
            return 0;
        }
    }
    return n_letters;
}

/* A lost letter folds to none (an apostrophe), one or two ("ss"). */
static bool fits(const char *pattern, size_t n_pattern, const unsigned char *key, size_t n_key)
{
    while (n_pattern > 0 && *pattern != LOST && *pattern != REST) {
        if (n_key == 0 || (unsigned char)*pattern != *key) {
            return false;
        }
        pattern++;
        n_pattern--;
        key++;
        n_key--;
    }
    if (n_pattern == 0) {
        return n_key == 0;
    }
    const size_t most = *pattern == LOST && n_key > 2 ? 2 : n_key;
    for (size_t n = 0; n <= most; n++) {
        if (fits(pattern + 1, n_pattern - 1, key + n, n_key - n)) {
            return true;
        }
    }
    return false;
}

/* The one unit that fits, if all that fit are one country's names. */
static const csi_country_unit *find_fitting(const char *pattern, size_t n_pattern)
{
    const csi_country_tables *t = &csi_country_table;
    const csi_country_unit *found = NULL;
    for (size_t i = 0; i < t->n_entries; i++) {
        const csi_country_entry *entry = &t->entry[i];
        const csi_country_unit *unit = &t->unit[entry->unit];
        if (!fits(pattern, n_pattern, t->pool + entry->at, entry->length)) {
            continue;
        }
        if (found != NULL && (unit->match != found->match || strcmp(unit->iso3, found->iso3) != 0)) {
            return NULL;
        }
        found = unit;
    }
    return found;
}

const csi_country_unit *csi_country_complete(const char *text, size_t length)
{
    char pattern[CSI_FOLD_INPUT + 1];
    size_t n_pattern = 0, n_lost = 0;
    if (length > CSI_FOLD_INPUT || pattern_of(text, length, pattern, &n_pattern) < CSI_LETTERS_LEFT) {
        return NULL;
    }
    for (size_t i = 0; i < n_pattern; i++) {
        n_lost += pattern[i] == LOST;
    }
    return n_lost > 0 && n_lost <= 6 ? find_fitting(pattern, n_pattern) : NULL;
}

const csi_country_unit *csi_country_expand(const csi_folded *folded)
{
    char pattern[CSI_FOLD_TEXT];
    size_t n = 0, n_open = 0, n_letters = 0;
    for (size_t i = 0; i < folded->n; i++) {
        const csi_token *token = &folded->token[i];
        const bool is_open = (token->flags & CSI_TOKEN_ABBREVIATED) != 0 && token->length >= 3;
        if ((unsigned char)token->text[0] >= 0x80) {
            return NULL;
        }
        memcpy(pattern + n, token->text, token->length);
        n += token->length;
        n_letters += token->length;
        n_open += is_open;
        if (is_open) {
            pattern[n++] = REST;
        }
    }
    return folded->n > 1 && n_open > 0 && n_open <= 3 && n_letters >= 7 ? find_fitting(pattern, n) : NULL;
}
