/* Folding: a name as written to words without case, accents or punctuation.
 *
 * The same code runs when the tables are built and when a name is looked up, so that the two can never disagree. What a
 * reader would question: words in scripts written without blanks (Han, Thai) stay whole here; country_key takes their
 * form words off. */
#ifndef CSI_INGEST_COUNTRY_FOLD_H
#define CSI_INGEST_COUNTRY_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSI_FOLD_INPUT 256 /* longer texts are no country's name */
#define CSI_FOLD_TEXT 544
#define CSI_FOLD_TOKENS 32

enum {
    CSI_TOKEN_POSSESSIVE = 1, /* follows an apostrophe within a word */
    CSI_TOKEN_ABBREVIATED = 2, /* a full stop follows at once */
    CSI_TOKEN_CAPITAL = 4,    /* the first letter is an ASCII capital */
    CSI_TOKEN_BRACKETED = 8,  /* stands inside ( ) or [ ] */
};

typedef struct csi_token {
    const char *text; /* terminated; points into the csi_folded */
    uint8_t length;
    uint8_t flags;
    uint8_t part; /* counted up at brackets, commas, colons, slashes and spaced dashes */
} csi_token;

typedef struct csi_folded {
    size_t n;
    csi_token token[CSI_FOLD_TOKENS];
    char text[CSI_FOLD_TEXT];
} csi_folded;

/* Folds text[0..length). False when it is longer than CSI_FOLD_INPUT, has more than CSI_FOLD_TOKENS words, or is not
 * UTF-8. Single letters that belong together ("U.S.A.", "U S A") become one word; footnote marks ("Germany (8)",
 * "Italy (2015)", "China1", "*") are dropped. Must not be copied by assignment: tokens point into it. */
bool csi_country_fold(const char *text, size_t length, csi_folded *folded);

#endif
