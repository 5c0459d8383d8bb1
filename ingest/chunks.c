/* See chunks.h. */
#include "ingest/chunks.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/arena.h"

#define LARGE_CHUNK ((size_t)16 << 20)

struct csi_chunk {
    csi_chunk *before;
    size_t used, room;
    char *bytes;
};

static bool add_chunk(csi_chunks *chunks, size_t n_bytes)
{
    const size_t usual = chunks->last == NULL ? chunks->first_room : LARGE_CHUNK;
    size_t room;
    if (__builtin_add_overflow(n_bytes < usual ? usual : n_bytes, chunks->alignment, &room)) {
        return false;
    }
    csi_chunk *made = malloc(sizeof *made);
    char *bytes = made == NULL ? NULL : calloc(1, room);
    if (bytes == NULL) {
        free(made);
        return false;
    }
    csi_large_pages(bytes, room);
    *made = (csi_chunk){.before = chunks->last, .room = room, .bytes = bytes};
    made->used = (size_t)(-(uintptr_t)bytes % chunks->alignment);
    chunks->last = made;
    return true;
}

void *csi_chunks_take(csi_chunks *chunks, size_t n_bytes)
{
    if ((chunks->last == NULL || chunks->last->room - chunks->last->used < n_bytes) && !add_chunk(chunks, n_bytes)) {
        return NULL;
    }
    void *taken = chunks->last->bytes + chunks->last->used;
    chunks->last->used += n_bytes;
    return taken;
}

void csi_chunks_return(csi_chunks *chunks, size_t n_bytes)
{
    chunks->last->used -= n_bytes;
}

void csi_chunks_move(csi_chunks *from, csi_chunks *to)
{
    csi_chunk **oldest = &from->last;
    while (*oldest != NULL) {
        oldest = &(*oldest)->before;
    }
    *oldest = to->last;
    to->last = from->last;
    from->last = NULL;
}

void csi_chunks_free(csi_chunks *chunks)
{
    while (chunks->last != NULL) {
        csi_chunk *before = chunks->last->before;
        free(chunks->last->bytes);
        free(chunks->last);
        chunks->last = before;
    }
}
