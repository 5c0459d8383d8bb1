/* The temporaries of core/outfile: made, locked, found again. For core/outfile*.c alone.
 *
 * A temporary carries an advisory lock for as long as its run lives, so that a sweep can tell what a killed run left
 * from what a live one is writing; process numbers cannot, since containers use the same ones again. */
#ifndef CSI_CORE_OUTFILE_TEMPORARY_H
#define CSI_CORE_OUTFILE_TEMPORARY_H

#include <stddef.h>

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

#endif
