/* The temporaries of core/outfile: made, locked, found again. For core/outfile*.c alone.
 *
 * A temporary carries an advisory lock for as long as its run lives, so that a sweep can tell what a killed run left
 * from what a live one is writing; process numbers cannot, since containers use the same ones again. */
#ifndef CSI_CORE_OUTFILE_TEMPORARY_H
#define CSI_CORE_OUTFILE_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/outfile.h"

enum { CSI_TEMPORARY_NAME = 256 };

typedef struct csi_temporary {
    int fd; /* holds the lock; -1: none */
    int slot;
    char name[CSI_TEMPORARY_NAME];
} csi_temporary;

/* Makes ".csindex-<name>-<pid>-<counter>.tmp" in the open directory, mode 0600. Returns 0 or an errno. */
int csi_temporary_make(int directory_fd, const char *name, csi_temporary *temporary);

/* Lets go of the lock; the file stays under whatever name it has. */
void csi_temporary_close(csi_temporary *temporary);

/* Whether text[0..length) is the name of a temporary. */
bool csi_temporary_is_name(const char *text, size_t length);

/* fsync, begun again when a signal interrupts it. Of a directory: not a failure where the file system cannot. Both return
 * 0, or -1 with errno set. */
int csi_sync_file(int fd);
int csi_sync_directory(int fd);

/* A finished ticket as the switch of a set sees it; borrowed from the ticket. */
typedef struct csi_part {
    const char *temporary, *name;
    const char *sha256;
} csi_part;
csi_part csi_outfile_part(const csi_outfile *file);

/* Finishes if need be, and fails unless the target is absent or a regular file. */
CSI_MUST_USE csi_status csi_outfile_check(csi_outfile *file, csi_diag *diag);

/* Frees the ticket and lets the temporary be. */
void csi_outfile_leave(csi_outfile *file);

#endif
