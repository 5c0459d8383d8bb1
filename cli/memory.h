/* A stream into memory that tells when it has lost something: the C library's own forgets a write for which there was no
 * memory. */
#ifndef CSI_CLI_MEMORY_H
#define CSI_CLI_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct csi_memory {
    FILE *stream; /* to write to */
    char *bytes;  /* owned; terminated after csi_memory_settle */
    size_t n, room;
    bool has_failed;
} csi_memory;

/* Opens memory->stream; false when out of memory. Whatever happens, csi_memory_close gives all back. */
bool csi_memory_open(csi_memory *memory);

/* Brings all that was written into ->bytes; false when some of it is lost. */
bool csi_memory_settle(csi_memory *memory);

void csi_memory_clear(csi_memory *memory); /* after settling: starts again from nothing */
void csi_memory_close(csi_memory *memory);

#endif
