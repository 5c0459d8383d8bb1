/* Keys: folded words to the string a name is looked up by.
 *
 * Words are replaced by their lemma ("Iles" -> "island"), articles and prepositions go, and the rest is sorted, so that
 * word order and language of the common words do not matter: "Korea, Dem. People's Rep." and "Democratic People's
 * Republic of Korea" have one key. Words for the form of a state are part of the full key and left out of the bare one;
 * a bare key counts only for countries that may bear that form, so that "Republic of China" can never be China. */
#ifndef CSI_INGEST_COUNTRY_KEY_H
#define CSI_INGEST_COUNTRY_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/country_fold.h"

typedef enum csi_word_class {
    CSI_WORD_STOP,     /* dropped */
    CSI_WORD_PLAIN,    /* replaced by its lemma */
    CSI_WORD_FORM,     /* republic, kingdom, ...: the lemma names a form */
    CSI_WORD_COMPOUND, /* several lemmas, forms or not */
    CSI_WORD_AFFIX,    /* as compound, taken off either end of a word in a script without blanks, or off the end of a
                          Latin one ("Kaimaninseln") */
    CSI_WORD_MARKER,   /* "income", "total": what holds it is an aggregate if it is no country */
    CSI_WORD_REGION,   /* "europe", "saharan": an aggregate when nothing else is in the name */
} csi_word_class;

typedef struct csi_word {
    const char *text;
    const char *lemma; /* blank-separated when several */
    csi_word_class class;
} csi_word;

/* Sorted by text; affixes apart, longest first. */
typedef struct csi_lexicon {
    const csi_word *word;
    size_t n_words;
    const csi_word *affix;
    size_t n_affixes;
} csi_lexicon;

#define CSI_KEY_TEXT 640

typedef struct csi_country_key {
    char full[CSI_KEY_TEXT]; /* sorted lemmas, one blank between; a lone form word stays itself behind a "=", so that
                              * German "Island" can be Iceland and "Isles" nothing */
    char bare[CSI_KEY_TEXT]; /* without forms */
    size_t n_full, n_bare;   /* their lengths */
    size_t n_words;          /* in the bare key */
    uint64_t forms;          /* bits of the forms left out of it */
    bool has_marker;         /* a word of class marker was there */
    bool is_all_region;      /* nothing but words of class region (and at least one) */
} csi_country_key;

/* The bit of a form's lemma; 0 when `lemma` is none. */
uint64_t csi_country_form(const char *lemma, size_t length);

/* The forms that qualify another one ("democratic") and never stand alone. */
uint64_t csi_country_modifiers(void);

/* Makes the key of folded->token[first..end). */
void csi_country_key_make(const csi_lexicon *lexicon, const csi_folded *folded, size_t first, size_t end,
                          csi_country_key *key);

/* The words run together in the order written, stop words included or not; 0 for fewer than two words. Returns the
 * length; `text` needs CSI_KEY_TEXT bytes. */
size_t csi_country_key_glue(const csi_lexicon *lexicon, const csi_folded *folded, bool with_stops, char *text);

/* The stem by which a Slavic genitive or an Arabic adjective is known for its country's ("Ливии", "البولندية"): the
 * word less its ending, behind a "~". 0 for words of other scripts and those too short. */
size_t csi_country_key_stem(const char *word, size_t length, char *text);

uint32_t csi_country_key_hash(const char *text, size_t length);

#endif
