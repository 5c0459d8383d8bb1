/* The words of the report page in its languages; report_words.def is the one table. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_WORDS_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_WORDS_H

#include <stddef.h>

typedef enum csi_language { CSI_ENGLISH, CSI_FRENCH } csi_language;
#define CSI_N_LANGUAGES 2

/* "en", "fr"; static storage. */
const char *csi_language_code(csi_language language);

typedef enum csi_word {
#define CSI_WORD(key, english, french) CSI_WORD_##key,
#include "notebooks-export/report_words.def"
#undef CSI_WORD
    CSI_N_WORDS
} csi_word;

/* The word, and its key for the page's script; static storage. */
const char *csi_word_text(csi_word word, csi_language language);
const char *csi_word_key(csi_word word);

#endif
