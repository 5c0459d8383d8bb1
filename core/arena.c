/* Arena and interned names. Blocks double in size, so that a run makes few of them; names hash by FNV-1a into an open
 * table that grows at three quarters full. */
#include "core/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)
#define FIRST_BLOCK ((size_t)16384)
#define LARGEST_BLOCK ((size_t)1 << 20)

typedef struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
} block;

struct csi_arena {
    block *newest;
};

csi_arena *csi_arena_new(void)
{
    return calloc(1, sizeof(csi_arena));
}

void csi_arena_free(csi_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (block *b = arena->newest; b != NULL;) {
        block *next = b->next;
        free(b);
        b = next;
    }
    free(arena);
}

static block *block_new(csi_arena *arena, size_t wanted)
{
    size_t size = arena->newest == NULL ? FIRST_BLOCK : arena->newest->size * 2;
    size = size > LARGEST_BLOCK ? LARGEST_BLOCK : size;
    size = size < wanted ? wanted : size;
    if (size > SIZE_MAX - sizeof(block)) {
        return NULL;
    }
    block *b = calloc(1, sizeof *b + size);
    if (b != NULL) {
        b->size = size;
        b->next = arena->newest;
        arena->newest = b;
    }
    return b;
}

void *csi_arena_alloc(csi_arena *arena, size_t n, size_t size)
{
    size_t wanted;
    if (__builtin_mul_overflow(n, size, &wanted) || wanted > SIZE_MAX - alignof(max_align_t)) {
        return NULL;
    }
    wanted = (wanted + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    wanted = wanted == 0 ? alignof(max_align_t) : wanted;
    block *b = arena->newest;
    if (b == NULL || b->size - b->used < wanted) {
        b = block_new(arena, wanted);
        if (b == NULL) {
            return NULL;
        }
    }
    void *bytes = b->bytes + b->used;
    b->used += wanted;
    return bytes;
}

char *csi_arena_copy(csi_arena *arena, const char *text, size_t length)
{
    char *copy = length == SIZE_MAX ? NULL : csi_arena_alloc(arena, length + 1, 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *csi_arena_format(csi_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : csi_arena_alloc(arena, (size_t)length + 1, 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

void csi_large_pages(void *bytes, size_t n)
{
    const uintptr_t start = (uintptr_t)bytes, end = start + n;
    const uintptr_t first = (start + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE, last = end / LARGE_PAGE * LARGE_PAGE;
    if (n >= LARGE_PAGE && first < last) {
        (void)madvise((char *)bytes + (first - start), last - first, MADV_HUGEPAGE);
    }
}

char *csi_text_format_list(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

char *csi_text_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = csi_text_format_list(format, arguments);
    va_end(arguments);
    return text;
}

struct csi_names {
    csi_arena *arena;
    const char **name;
    uint32_t *length;
    uint64_t *hash;
    size_t n, room;
    size_t *slot; /* index + 1 into name; 0: free */
    size_t n_slots;
};

csi_names *csi_names_new(csi_arena *arena)
{
    csi_names *names = csi_arena_alloc(arena, 1, sizeof *names);
    if (names != NULL) {
        names->arena = arena;
    }
    return names;
}

static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    }
    return hash ^ (hash >> 32);
}

/* The slot that holds the string, or the free one where it would go. n_slots must not be 0. */
static size_t find_slot(const csi_names *names, const char *text, size_t length, uint64_t hash)
{
    size_t at = (size_t)hash & (names->n_slots - 1);
    while (names->slot[at] != 0) {
        const size_t i = names->slot[at] - 1;
        if (names->hash[i] == hash && names->length[i] == length && memcmp(names->name[i], text, length) == 0) {
            break;
        }
        at = (at + 1) & (names->n_slots - 1);
    }
    return at;
}

/* Copies n items of the old array into one twice as large. The old one stays in the arena: names double rarely. */
static void *grown(csi_arena *arena, const void *old, size_t n, size_t room, size_t size)
{
    void *bytes = csi_arena_alloc(arena, room, size);
    if (bytes != NULL && n > 0) {
        memcpy(bytes, old, n * size);
    }
    return bytes;
}

static csi_status make_room(csi_names *names)
{
    if (names->n < names->room) {
        return CSI_OK;
    }
    const size_t room = names->room == 0 ? 32 : names->room * 2;
    const char **name = grown(names->arena, names->name, names->n, room, sizeof *name);
    uint32_t *length = grown(names->arena, names->length, names->n, room, sizeof *length);
    uint64_t *hash = grown(names->arena, names->hash, names->n, room, sizeof *hash);
    size_t *slot = csi_arena_alloc(names->arena, room * 2, sizeof *slot);
    if (name == NULL || length == NULL || hash == NULL || slot == NULL) {
        return CSI_ERR_MEMORY;
    }
    names->name = name;
    names->length = length;
    names->hash = hash;
    names->room = room;
    names->slot = slot;
    names->n_slots = room * 2;
    for (size_t i = 0; i < names->n; i++) {
        names->slot[find_slot(names, name[i], length[i], hash[i])] = i + 1;
    }
    return CSI_OK;
}

csi_status csi_names_add(csi_names *names, const char *text, size_t length, size_t *index)
{
    *index = csi_names_find(names, text, length);
    if (*index != CSI_NONE) {
        return CSI_OK;
    }
    if (length > UINT32_MAX || make_room(names) != CSI_OK) {
        return CSI_ERR_MEMORY;
    }
    char *copy = csi_arena_copy(names->arena, text, length);
    if (copy == NULL) {
        return CSI_ERR_MEMORY;
    }
    const uint64_t hash = hash_of(text, length);
    names->slot[find_slot(names, text, length, hash)] = names->n + 1;
    names->name[names->n] = copy;
    names->length[names->n] = (uint32_t)length;
    names->hash[names->n] = hash;
    *index = names->n++;
    return CSI_OK;
}

size_t csi_names_find(const csi_names *names, const char *text, size_t length)
{
    if (names->n_slots == 0) {
        return CSI_NONE;
    }
    const size_t at = find_slot(names, text, length, hash_of(text, length));
    return names->slot[at] == 0 ? CSI_NONE : names->slot[at] - 1;
}

size_t csi_names_count(const csi_names *names)
{
    return names->n;
}

const char *csi_names_at(const csi_names *names, size_t index)
{
    return names->name[index];
}
