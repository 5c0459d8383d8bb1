/* See report_words.h. */
#include "notebooks-export/report_words.h"

static const struct {
    const char *key, *text[CSI_N_LANGUAGES];
} words[CSI_N_WORDS] = {
#define CSI_WORD(key, english, french) [CSI_WORD_##key] = {#key, {english, french}},
#include "notebooks-export/report_words.def"
#undef CSI_WORD
};

const char *csi_language_code(csi_language language)
{
    return language == CSI_FRENCH ? "fr" : "en";
}

const char *csi_word_text(csi_word word, csi_language language)
{
    return words[word].text[language];
}

const char *csi_word_key(csi_word word)
{
    return words[word].key;
}
