/* See memo.h. Open addressing; the text is kept in chunks that never move. */
#include "ingest/memo.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)32 * 1024)

typedef struct entry {
    const char *text; /* NULL: free */
    uint32_t length, value;
    uint64_t hash;
} entry;

typedef struct chunk {
    struct chunk *before;
    size_t used, room;
    char text[];
} chunk;

struct csi_memo {
    entry *entry;
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
    if (memo->entry == NULL) {
        free(memo);
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
    free(memo);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, text, length);
    return mix(hash, word);
}

static bool grow(csi_memo *memo)
{
    const size_t room = memo->room * 2;
    entry *grown = calloc(room, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    for (size_t i = 0; i < memo->room; i++) {
        if (memo->entry[i].text != NULL) {
            size_t at = memo->entry[i].hash & (room - 1);
            while (grown[at].text != NULL) {
                at = (at + 1) & (room - 1);
            }
            grown[at] = memo->entry[i];
        }
    }
    free(memo->entry);
    memo->entry = grown;
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
    const uint64_t hash = hash_text(text, length);
    size_t at = hash & (memo->room - 1);
    while (memo->entry[at].text != NULL) {
        entry *found = &memo->entry[at];
        if (found->hash == hash && found->length == length && memcmp(found->text, text, length) == 0) {
            return &found->value;
        }
        at = (at + 1) & (memo->room - 1);
    }
    if (memo->n * 2 >= memo->room) {
        return grow(memo) ? csi_memo_at(memo, text, length) : NULL;
    }
    const char *kept = keep(memo, text, length);
    if (kept == NULL) {
        return NULL;
    }
    memo->entry[at] = (entry){kept, (uint32_t)length, 0, hash};
    memo->n++;
    return &memo->entry[at].value;
}
