/* The lexicon of the country keys: datasets/country_words.csv, sorted as ingest/country_key.c searches it. */
#include <stdlib.h>
#include <string.h>

#include "cmake/country_build.h"
#include "cmake/country_sources.h"
#include "ingest/country_fold.h"

csi_lexicon lexicon;

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const csi_word *)a)->text, ((const csi_word *)b)->text);
}

static int compare_affixes(const void *a, const void *b)
{
    const csi_word *x = a, *y = b;
    const size_t n_x = strlen(x->text), n_y = strlen(y->text);
    return n_x != n_y ? (n_x < n_y) - (n_x > n_y) : strcmp(x->text, y->text);
}

static csi_word_class class_of(const char *text)
{
    static const char *const name[] = {"stop", "word", "form", "compound", "affix", "marker", "region"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        if (strcmp(text, name[i]) == 0) {
            return (csi_word_class)i;
        }
    }
    if (strcmp(text, "mod") == 0) {
        return CSI_WORD_FORM;
    }
    fail("country_words.csv: unknown class \"%s\"", text);
}

void read_words(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[3];
    csi_word *word = NULL, *affix = NULL;
    size_t n_words = 0, n_affixes = 0;
    if (cursor == NULL || !csv_next(&cursor, field, 3)) {
        fail("cannot read %s", path);
    }
    while (csv_next(&cursor, field, 3)) {
        csi_folded folded;
        if (!csi_country_fold(field[0], strlen(field[0]), &folded) || folded.n != 1) {
            fail("country_words.csv: \"%s\" is not one word", field[0]);
        }
        const csi_word fresh = {copy(folded.token[0].text), field[2], class_of(field[1])};
        csi_word **list = fresh.class == CSI_WORD_AFFIX ? &affix : &word;
        size_t *count = fresh.class == CSI_WORD_AFFIX ? &n_affixes : &n_words;
        *list = grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = fresh;
    }
    qsort(word, n_words, sizeof *word, compare_words);
    qsort(affix, n_affixes, sizeof *affix, compare_affixes);
    size_t kept = 0;
    for (size_t i = 0; i < n_words; i++) {
        if (kept > 0 && strcmp(word[kept - 1].text, word[i].text) == 0) {
            if (strcmp(word[kept - 1].lemma, word[i].lemma) != 0 || word[kept - 1].class != word[i].class) {
                fail("country_words.csv: \"%s\" has two meanings", word[i].text);
            }
            continue;
        }
        word[kept++] = word[i];
    }
    lexicon = (csi_lexicon){word, kept, affix, n_affixes};
}
