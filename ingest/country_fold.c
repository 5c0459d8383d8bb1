/* See country_fold.h. One pass over the characters; each becomes letters of the running word, an end of word, or
 * nothing. */
#include "ingest/country_fold.h"

#include <string.h>

#include "ingest/country_fold_table.h"

#define BAD_CHARACTER UINT32_MAX

typedef struct folder {
    csi_folded *out;
    size_t n_text;
    size_t word_start;
    uint8_t part, flags;
    bool after_apostrophe, in_brackets, is_full;
    uint32_t before; /* the character before this one */
} folder;

/* Decodes one character at *at and moves on; BAD_CHARACTER for bytes that are not UTF-8. */
static uint32_t decode(const unsigned char *text, size_t length, size_t *at)
{
    const unsigned char lead = text[*at];
    if (lead < 0x80) {
        *at += 1;
        return lead;
    }
    const size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length - *at < n) {
        return BAD_CHARACTER;
    }
    uint32_t character = lead & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        const unsigned char next = text[*at + i];
        if ((next & 0xc0) != 0x80) {
            return BAD_CHARACTER;
        }
        character = character << 6 | (next & 0x3fu);
    }
    *at += n;
    const bool is_overlong = (n == 3 && character < 0x800) || (n == 4 && character < 0x10000);
    return is_overlong || character > 0x10ffff ? BAD_CHARACTER : character;
}

static bool is_within(uint32_t character, uint32_t first, uint32_t last)
{
    return character >= first && character <= last;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == '`' || c == 0xb4 || is_within(c, 0x2b9, 0x2bf) || c == 0x2018 || c == 0x2019;
}

/* Marks that a reader does not miss: combining accents, vowel points, joiners, Indic dots, tatweel, superscripts. */
static bool is_mark(uint32_t c)
{
    return is_within(c, 0x300, 0x36f) || is_within(c, 0x591, 0x5bd) || is_within(c, 0x5bf, 0x5c7) ||
           is_within(c, 0x610, 0x61a) || c == 0x621 || c == 0x640 || is_within(c, 0x64b, 0x65f) || c == 0x670 ||
           c == 0x93c || c == 0x9bc || c == 0xa3c || c == 0xabc || c == 0xb3c || c == 0xad || c == 0xaa || c == 0xba ||
           is_within(c, 0x200b, 0x200f) || is_within(c, 0x2060, 0x2064) || c == 0xfeff || c == 0xb9 || c == 0xb2 ||
           c == 0xb3 || is_within(c, 0x2070, 0x2079) || c == '*' || is_within(c, 0x2020, 0x2021) ||
           is_within(c, 0xfe00, 0xfe0f);
}

static bool is_blank(uint32_t c)
{
    if (c < 0x80) {
        return !(is_within(c, 'a', 'z') || is_within(c, 'A', 'Z') || is_within(c, '0', '9'));
    }
    return is_within(c, 0x80, 0xbf) || c == 0xd7 || c == 0xf7 || is_within(c, 0x2000, 0x206f) ||
           is_within(c, 0x3000, 0x3004) || is_within(c, 0x3008, 0x3020) || c == 0x30fb || c == 0x30a0 || c == 0x60c ||
           c == 0x61b || c == 0x61f || c == 0x6d4 || is_within(c, 0x964, 0x965) || c == 0x5be || c == 0x387 ||
           is_within(c, 0x5f3, 0x5f4) || is_within(c, 0xfe30, 0xfe4f) || is_within(c, 0xff61, 0xff65) || c == 0xfffd;
}

/* What divides a name into parts that could each stand alone. */
static bool is_part_end(uint32_t c, uint32_t before, uint32_t after)
{
    if ((c == '-' || is_within(c, 0x2010, 0x2015))) {
        return before == ' ' && after == ' ';
    }
    return c == '(' || c == ')' || c == '[' || c == ']' || c == '/' || c == ':' || c == ';' || c == '=' || c == ',' ||
           c == '|' || c == 0x60c || c == 0x3001 || c == '<' || c == '>';
}

static void put(folder *f, uint32_t c)
{
    char *to = f->out->text + f->n_text;
    if (f->n_text + 5 > CSI_FOLD_TEXT) {
        f->is_full = true;
    } else if (c < 0x80) {
        to[0] = (char)c;
        f->n_text += 1;
    } else if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        f->n_text += 2;
    } else if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        f->n_text += 3;
    } else {
        to[0] = (char)(0xf0 | c >> 18);
        to[1] = (char)(0x80 | (c >> 12 & 0x3f));
        to[2] = (char)(0x80 | (c >> 6 & 0x3f));
        to[3] = (char)(0x80 | (c & 0x3f));
        f->n_text += 4;
    }
}

static uint32_t fold_pair_find(uint32_t c)
{
    size_t low = 0, high = sizeof fold_pair / sizeof fold_pair[0];
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (fold_pair[middle].from < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const bool found = low < sizeof fold_pair / sizeof fold_pair[0] && fold_pair[low].from == c;
    return found ? fold_pair[low].to : c;
}

/* Two letters from a Latin table; false when the table leaves the character as it is. */
static bool put_latin(folder *f, const char *letters)
{
    if (letters[0] == '_') {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (letters[i] != ' ') {
            put(f, (unsigned char)letters[i]);
        }
    }
    return true;
}

static void put_letter(folder *f, uint32_t c)
{
    if (is_within(c, 'A', 'Z')) {
        put(f, c + ('a' - 'A'));
    } else if (c < 0x80) {
        put(f, c);
    } else if (is_within(c, FOLD_LATIN_FIRST, FOLD_LATIN_LAST) &&
               put_latin(f, fold_latin + 2 * (c - FOLD_LATIN_FIRST))) {
        return;
    } else if (is_within(c, FOLD_ADDITIONAL_FIRST, FOLD_ADDITIONAL_LAST) &&
               put_latin(f, fold_additional + 2 * (c - FOLD_ADDITIONAL_FIRST))) {
        return;
    } else {
        put(f, c < 0x10000 ? fold_pair_find(c) : c);
    }
}

static void end_word(folder *f)
{
    if (f->n_text == f->word_start) {
        return;
    }
    csi_folded *out = f->out;
    if (out->n == CSI_FOLD_TOKENS || f->n_text + 1 >= CSI_FOLD_TEXT || f->n_text - f->word_start > 255) {
        f->is_full = true;
        return;
    }
    csi_token *token = &out->token[out->n++];
    token->text = out->text + f->word_start;
    token->length = (uint8_t)(f->n_text - f->word_start);
    token->flags = f->flags;
    token->part = f->part;
    out->text[f->n_text++] = '\0';
    f->word_start = f->n_text;
    f->flags = 0;
    f->after_apostrophe = false;
}

static void take_blank(folder *f, uint32_t c, uint32_t after)
{
    const bool within_word = f->n_text > f->word_start;
    if (within_word && c == '.') {
        f->flags |= CSI_TOKEN_ABBREVIATED;
    }
    end_word(f);
    f->after_apostrophe = within_word && is_apostrophe(c);
    if (is_part_end(c, f->before, after) && f->part < 255) {
        f->part++;
    }
    if (c == '(' || c == '[') {
        f->in_brackets = true;
    } else if (c == ')' || c == ']') {
        f->in_brackets = false;
    }
}

static void take(folder *f, uint32_t c, uint32_t after)
{
    if (is_within(c, 0xff01, 0xff5e)) {
        c = c - 0xff01 + '!';
    }
    if (is_apostrophe(c) || is_blank(c)) {
        if (!is_mark(c)) {
            take_blank(f, c, after);
        }
    } else if (!is_mark(c)) {
        if (f->n_text == f->word_start) {
            f->flags = (uint8_t)((f->after_apostrophe ? CSI_TOKEN_POSSESSIVE : 0) |
                                 (is_within(c, 'A', 'Z') ? CSI_TOKEN_CAPITAL : 0) |
                                 (f->in_brackets ? CSI_TOKEN_BRACKETED : 0));
        }
        put_letter(f, c);
    }
    f->before = c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "germany1" loses its footnote; "eu27" and "g20" keep their numbers. */
static void drop_attached_digits(csi_folded *folded, csi_token *token)
{
    size_t n = token->length;
    while (n > 0 && is_digit(token->text[n - 1])) {
        n--;
    }
    if (n >= 4 && token->length - n <= 2) {
        token->length = (uint8_t)n;
        folded->text[(size_t)(token->text - folded->text) + n] = '\0';
    }
}

static bool is_footnote(const csi_token *token)
{
    if ((token->flags & CSI_TOKEN_BRACKETED) == 0) {
        return false;
    }
    const bool is_number = is_digit(token->text[0]) && is_digit(token->text[token->length - 1]);
    const bool is_year = token->length == 4 && (token->text[0] == '1' || token->text[0] == '2');
    return (is_number && (token->length <= 2 || is_year)) ||
           (token->length == 1 && (token->flags & CSI_TOKEN_CAPITAL) == 0);
}

static bool is_initial(const csi_token *token)
{
    return token->length == 1 && token->text[0] >= 'a' && token->text[0] <= 'z' &&
           (token->flags & CSI_TOKEN_CAPITAL) != 0 && (token->flags & CSI_TOKEN_POSSESSIVE) == 0;
}

/* Joins runs of two or more single capitals ("U.S.A.", "U K") into one word, in place. */
static void tidy(csi_folded *folded)
{
    size_t n = 0;
    for (size_t i = 0; i < folded->n; i++) {
        csi_token *token = &folded->token[i];
        size_t end = i + 1;
        while (is_initial(token) && end < folded->n && is_initial(&folded->token[end]) &&
               folded->token[end].part == token->part) {
            end++;
        }
        if (end - i > 1) {
            char *to = folded->text + (token->text - folded->text);
            for (size_t k = i; k < end; k++) {
                to[k - i] = folded->token[k].text[0];
            }
            to[end - i] = '\0';
            token->length = (uint8_t)(end - i);
        }
        drop_attached_digits(folded, token);
        if (!is_footnote(token)) {
            folded->token[n++] = *token;
        }
        i = end - 1;
    }
    folded->n = n;
}

bool csi_country_fold(const char *text, size_t length, csi_folded *folded)
{
    folded->n = 0;
    if (length > CSI_FOLD_INPUT) {
        return false;
    }
    folder f = {.out = folded};
    size_t at = 0;
    while (at < length) {
        const uint32_t c = decode((const unsigned char *)text, length, &at);
        if (c == BAD_CHARACTER || c == 0) {
            return false;
        }
        take(&f, c, at < length ? (unsigned char)text[at] : ' ');
    }
    end_word(&f);
    tidy(folded);
    return !f.is_full;
}
