/* See memory.h. */
#include "cli/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static ssize_t append(void *cookie, const char *bytes, size_t n)
{
    csi_memory *memory = cookie;
    if (memory->has_failed || n > SIZE_MAX / 4 - memory->n) {
        memory->has_failed = true;
        return 0;
    }
    if (memory->n + n + 1 > memory->room) {
        const size_t room = 2 * (memory->n + n + 1);
        char *grown = realloc(memory->bytes, room);
        if (grown == NULL) {
            memory->has_failed = true;
            return 0;
        }
        memory->bytes = grown;
        memory->room = room;
    }
    memcpy(memory->bytes + memory->n, bytes, n);
    memory->n += n;
    memory->bytes[memory->n] = '\0';
    return (ssize_t)n;
}

bool csi_memory_open(csi_memory *memory)
{
    *memory = (csi_memory){0};
    memory->bytes = calloc(1, 1);
    memory->room = 1;
    memory->stream = memory->bytes == NULL ? NULL : fopencookie(memory, "w", (cookie_io_functions_t){.write = append});
    return memory->stream != NULL;
}

bool csi_memory_settle(csi_memory *memory)
{
    return fflush(memory->stream) == 0 && !ferror(memory->stream) && !memory->has_failed;
}

void csi_memory_clear(csi_memory *memory)
{
    memory->n = 0;
    memory->bytes[0] = '\0';
}

void csi_memory_close(csi_memory *memory)
{
    if (memory->stream != NULL) {
        fclose(memory->stream);
    }
    free(memory->bytes);
    *memory = (csi_memory){0};
}
