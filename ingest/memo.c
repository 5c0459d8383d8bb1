/* See memo.h. Open addressing; the text is kept in chunks that never move, and apart from what a look-up needs, so that the
 * names of all countries and of some hundred indicators stay in the nearest cache together. */
#include "ingest/memo.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)32 * 1024)

typedef struct entry {
    uint64_t word;     /* of up to eight bytes: the text itself; of more: its hash */
    uint32_t length_1; /* the text's length and one; 0: free */
    uint32_t value;
} entry;

typedef struct chunk {
    struct chunk *before;
    size_t used, room;
    char text[];
} chunk;

struct csi_memo {
    entry *entry;
    const char **text; /* of each entry */
    size_t n, room; /* room is a power of two */
    chunk *chunk;
};

csi_memo *csi_memo_new(void)
{
    csi_memo *memo = calloc(1, sizeof *memo);
    if (memo == NULL) {
        return NULL;
    }
    memo->room = 256;
    memo->entry = calloc(memo->room, sizeof *memo->entry);
    memo->text = calloc(memo->room, sizeof *memo->text);
    if (memo->entry == NULL || memo->text == NULL) {
        csi_memo_free(memo);
        return NULL;
    }
    return memo;
}

void csi_memo_free(csi_memo *memo)
{
    if (memo == NULL) {
        return;
    }
    while (memo->chunk != NULL) {
        chunk *before = memo->chunk->before;
        free(memo->chunk);
        memo->chunk = before;
    }
    free(memo->entry);
    free(memo->text);
    free(memo);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t load8(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

static uint64_t load4(const char *text)
{
    uint32_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Up to eight bytes as one word, different for different texts of one length. */
static uint64_t short_word(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (length >= 4) {
        return load4(text) | load4(text + length - 4) << 32;
    }
    if (length == 0) {
        return 0;
    }
    return (uint64_t)byte[0] | (uint64_t)byte[length / 2] << 8 | (uint64_t)byte[length - 1] << 16;
}

static uint64_t long_hash(const char *text, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i + 8 < length; i += 8) {
        hash = mix(hash, load8(text + i));
    }
    return mix(hash, load8(text + length - 8));
}

static uint64_t word_of(const char *text, size_t length)
{
    return length <= 8 ? short_word(text, length) : long_hash(text, length);
}

/* The high bits of a product hang on all bits of its factor, the low ones do not. */
static size_t home_of(uint64_t word, uint32_t length_1, size_t room)
{
    const uint64_t spread = (word ^ (uint64_t)length_1 << 56) * UINT64_C(0x9e3779b97f4a7c15);
    return (spread >> 32 ^ spread >> 48) & (room - 1);
}

static bool grow(csi_memo *memo)
{
    const size_t room = memo->room * 2;
    entry *grown = calloc(room, sizeof *grown);
    const char **text = calloc(room, sizeof *text);
    if (grown == NULL || text == NULL) {
        free(grown);
        free(text);
        return false;
    }
    for (size_t i = 0; i < memo->room; i++) {
        if (memo->entry[i].length_1 != 0) {
            size_t at = home_of(memo->entry[i].word, memo->entry[i].length_1, room);
            while (grown[at].length_1 != 0) {
                at = (at + 1) & (room - 1);
            }
            grown[at] = memo->entry[i];
            text[at] = memo->text[i];
        }
    }
    free(memo->entry);
    free(memo->text);
    memo->entry = grown;
    memo->text = text;
    memo->room = room;
    return true;
}

static const char *keep(csi_memo *memo, const char *text, size_t length)
{
    if (memo->chunk == NULL || memo->chunk->room - memo->chunk->used < length + 1) {
        const size_t room = length + 1 > CHUNK ? length + 1 : CHUNK;
        chunk *made = malloc(sizeof *made + room);
        if (made == NULL) {
            return NULL;
        }
        *made = (chunk){.before = memo->chunk, .room = room};
        memo->chunk = made;
    }
    char *to = memo->chunk->text + memo->chunk->used;
    memcpy(to, text, length);
    to[length] = '\0';
    memo->chunk->used += length + 1;
    return to;
}

uint32_t *csi_memo_at(csi_memo *memo, const char *text, size_t length)
{
    const uint64_t word = word_of(text, length);
    const uint32_t length_1 = (uint32_t)length + 1;
    size_t at = home_of(word, length_1, memo->room);
    for (; memo->entry[at].length_1 != 0; at = (at + 1) & (memo->room - 1)) {
        entry *found = &memo->entry[at];
        if (found->word == word && found->length_1 == length_1 &&
            (length <= 8 || memcmp(memo->text[at], text, length) == 0)) {
            return &found->value;
        }
    }
    if (memo->n * 4 >= memo->room) { /* a text that is not found at once costs a wrong guess of the processor */
        return grow(memo) ? csi_memo_at(memo, text, length) : NULL;
    }
    const char *kept = keep(memo, text, length);
    if (kept == NULL) {
        return NULL;
    }
    memo->entry[at] = (entry){word, length_1, 0};
    memo->text[at] = kept;
    memo->n++;
    return &memo->entry[at].value;
}
