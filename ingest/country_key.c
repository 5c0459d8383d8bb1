/* See country_key.h. */
#include "ingest/country_key.h"

#include <string.h>

#define MOST_LEMMAS (CSI_FOLD_TOKENS * 4)
#define DISTINCT(a) (sizeof(a) / sizeof((a)[0]))

/* Bases first; modifiers, which need a base beside them, after. */
static const char *const form_lemma[] = {
    "country", "republic", "kingdom", "state", "commonwealth", "principality", "duchy", "sultanate", "emirate",
    "confederation", "federation", "union", "nation", "island", "territory", "sar", "city", "department",
    "collectivity", "bailiwick", "empire",
    "democratic", "people", "islamic", "federal", "arab", "socialist", "independent", "cooperative", "bolivarian",
    "plurinational", "hashemite", "sovereign", "revolutionary", "great", "special", "administrative", "overseas",
};
#define FIRST_MODIFIER 21u

typedef struct lemma {
    const char *text;
    size_t length;
    uint64_t form;
} lemma;

typedef struct lemmas {
    size_t n;
    lemma at[MOST_LEMMAS];
} lemmas;

uint64_t csi_country_form(const char *text, size_t length)
{
    for (size_t i = 0; i < DISTINCT(form_lemma); i++) {
        if (strlen(form_lemma[i]) == length && memcmp(form_lemma[i], text, length) == 0) {
            return UINT64_C(1) << i;
        }
    }
    return 0;
}

uint64_t csi_country_modifiers(void)
{
    return ~((UINT64_C(1) << FIRST_MODIFIER) - 1);
}

uint32_t csi_country_key_hash(const char *text, size_t length)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT32_C(16777619);
    }
    return hash ^ hash >> 15;
}

static const csi_word *find_word(const csi_lexicon *lexicon, const char *text)
{
    size_t low = 0, high = lexicon->n_words;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(lexicon->word[middle].text, text);
        if (order == 0) {
            return &lexicon->word[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static int compare(const lemma *a, const lemma *b)
{
    const int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

/* Inserts in order. Forms are not repeated ("Heard Island and McDonald Islands"); words are: "Sudan and South Sudan" is
 * not South Sudan. */
static void add(lemmas *list, const char *text, size_t length)
{
    if (length == 0 || list->n == MOST_LEMMAS) {
        return;
    }
    const lemma fresh = {text, length, csi_country_form(text, length)};
    size_t at = 0;
    while (at < list->n && compare(&list->at[at], &fresh) < 0) {
        at++;
    }
    if (fresh.form != 0 && at < list->n && compare(&list->at[at], &fresh) == 0) {
        return;
    }
    memmove(&list->at[at + 1], &list->at[at], (list->n - at) * sizeof list->at[0]);
    list->at[at] = fresh;
    list->n++;
}

static void add_all(lemmas *list, const char *text)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, " ");
        add(list, text, length);
        text += length + (text[length] == ' ');
    }
}

/* Takes form words off the ends of a word, then adds what remains. A Latin word must keep four letters. */
static void add_stripped(lemmas *list, const csi_lexicon *lexicon, const char *text, size_t length)
{
    const bool is_latin = (unsigned char)text[0] < 0x80;
    for (size_t i = 0; i < lexicon->n_affixes; i++) {
        const csi_word *affix = &lexicon->affix[i];
        const size_t n = strlen(affix->text);
        if (n > length || (is_latin && n + 4 > length)) {
            continue;
        }
        const bool ends = memcmp(text + length - n, affix->text, n) == 0;
        if (ends || (!is_latin && memcmp(text, affix->text, n) == 0)) {
            add_all(list, affix->lemma);
            text += ends ? 0 : n;
            length -= n;
            i = (size_t)-1;
        }
    }
    add(list, text, length);
}

/* Arabic writes "and" and "the" onto the word. */
static void strip_arabic(const csi_token *token, bool is_first, const char **text, size_t *length)
{
    *text = token->text;
    *length = token->length;
    if (!is_first && *length > 6 && memcmp(*text, "\xd9\x88", 2) == 0) {
        *text += 2;
        *length -= 2;
    }
    if (*length > 8 && memcmp(*text, "\xd8\xa7\xd9\x84", 4) == 0) {
        *text += 4;
        *length -= 4;
    }
}

static bool is_arabic(const csi_token *token)
{
    return (unsigned char)token->text[0] >= 0xd8 && (unsigned char)token->text[0] <= 0xdb;
}

/* The compass letter a single capital stands for; NULL otherwise. "E" alone is Portuguese for "and". */
static const char *compass(const csi_token *token)
{
    const bool is_marked = (token->flags & CSI_TOKEN_ABBREVIATED) != 0;
    if (token->length != 1 || (token->flags & CSI_TOKEN_CAPITAL) == 0 || (token->flags & CSI_TOKEN_POSSESSIVE) != 0) {
        return NULL;
    }
    switch (token->text[0]) {
    case 'n': return "north";
    case 's': return "south";
    case 'w': return is_marked ? "west" : NULL;
    case 'e': return is_marked ? "east" : NULL;
    default: return NULL;
    }
}

static const csi_word *classify(const csi_lexicon *lexicon, const csi_token *token)
{
    static const csi_word possessive = {"s", "", CSI_WORD_STOP};
    if (token->length == 1 && token->text[0] == 's' && (token->flags & CSI_TOKEN_POSSESSIVE) != 0) {
        return &possessive;
    }
    return find_word(lexicon, token->text);
}

static void add_token(lemmas *list, const csi_lexicon *lexicon, const csi_token *token, bool is_first,
                      const csi_word *word)
{
    const char *direction = compass(token);
    if (direction != NULL) {
        add(list, direction, strlen(direction));
    } else if (word != NULL && word->class == CSI_WORD_STOP) {
        return;
    } else if (word != NULL && word->lemma[0] != '\0') {
        add_all(list, word->lemma);
    } else if (is_arabic(token)) {
        const char *text;
        size_t length;
        strip_arabic(token, is_first, &text, &length);
        char stripped[256];
        memcpy(stripped, text, length);
        stripped[length] = '\0';
        const csi_word *inner = find_word(lexicon, stripped);
        if (inner != NULL && inner->lemma[0] != '\0') {
            add_all(list, inner->lemma);
        } else {
            add(list, text, length);
        }
    } else {
        add_stripped(list, lexicon, token->text, token->length);
    }
}

static bool is_direction(const csi_word *word)
{
    static const char *const direction[] = {"north", "south", "east", "west", "central", "states"};
    for (size_t i = 0; word != NULL && i < DISTINCT(direction); i++) {
        if (strcmp(word->lemma, direction[i]) == 0) {
            return true;
        }
    }
    return false;
}

static size_t join(const lemmas *list, bool with_forms, char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const lemma *l = &list->at[i];
        if ((!with_forms && l->form != 0) || n + l->length + 2 > CSI_KEY_TEXT) {
            continue;
        }
        if (n > 0) {
            text[n++] = ' ';
        }
        memcpy(text + n, l->text, l->length);
        n += l->length;
    }
    text[n] = '\0';
    return n;
}

static bool has_words(const lemmas *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i].form == 0) {
            return true;
        }
    }
    return false;
}

void csi_country_key_make(const csi_lexicon *lexicon, const csi_folded *folded, size_t first, size_t end,
                          csi_country_key *key)
{
    lemmas list;
    list.n = 0;
    key->has_marker = false;
    size_t n_region = 0, n_other = 0;
    for (size_t i = first; i < end; i++) {
        const csi_token *token = &folded->token[i];
        const csi_word *word = classify(lexicon, token);
        const csi_word_class class = word != NULL ? word->class : CSI_WORD_PLAIN;
        key->has_marker |= class == CSI_WORD_MARKER;
        n_region += class == CSI_WORD_REGION;
        n_other += class != CSI_WORD_REGION && class != CSI_WORD_STOP && !is_direction(word);
        add_token(&list, lexicon, token, !has_words(&list), word);
    }
    key->is_all_region = n_region > 0 && n_other == 0;
    key->n_full = join(&list, true, key->full);
    key->n_bare = join(&list, false, key->bare);
    if (key->n_bare == 0 && end - first == 1) {
        key->full[0] = '=';
        memcpy(key->full + 1, folded->token[first].text, folded->token[first].length + 1u);
        key->n_full = folded->token[first].length + 1u;
    } else if (key->n_bare == 0) {
        key->n_full = 0;
    }
    key->forms = 0;
    key->n_words = 0;
    for (size_t i = 0; i < list.n; i++) {
        key->forms |= list.at[i].form;
        key->n_words += list.at[i].form == 0;
    }
}

size_t csi_country_key_glue(const csi_lexicon *lexicon, const csi_folded *folded, bool with_stops, char *text)
{
    size_t n = 0, n_words = 0;
    for (size_t i = 0; i < folded->n; i++) {
        const csi_token *token = &folded->token[i];
        const csi_word *word = classify(lexicon, token);
        if ((!with_stops && word != NULL && word->class == CSI_WORD_STOP) || n + token->length + 1 > CSI_KEY_TEXT) {
            continue;
        }
        memcpy(text + n, token->text, token->length);
        n += token->length;
        n_words++;
    }
    text[n] = '\0';
    return n_words > 1 ? n : 0;
}

/* Takes the ending off when it is there and three letters stay. */
static bool drop_ending(const char *word, size_t *length, const char *ending)
{
    const size_t n = strlen(ending);
    if (*length < n + 6 || memcmp(word + *length - n, ending, n) != 0) {
        return false;
    }
    *length -= n;
    return true;
}

size_t csi_country_key_stem(const char *word, size_t length, char *text)
{
    static const char *const arabic[] = {"يه", "يا", "ا", "ه", "ي"};
    static const char *const cyrillic[] = {"а", "е", "и", "о", "у", "ы", "ь", "э", "ю", "я", "і"};
    const unsigned char lead = (unsigned char)word[0];
    if (lead >= 0xd8 && lead <= 0xdb) {
        for (size_t i = 0; i < DISTINCT(arabic) && !drop_ending(word, &length, arabic[i]); i++) {
        }
    } else if (lead == 0xd0 || lead == 0xd1) {
        for (size_t i = 0; i < DISTINCT(cyrillic); i++) {
            i = drop_ending(word, &length, cyrillic[i]) ? (size_t)-1 : i;
        }
    } else {
        return 0;
    }
    text[0] = '~';
    memcpy(text + 1, word, length);
    text[length + 1] = '\0';
    return length < 6 ? 0 : length + 1;
}
