/* The vintages that a directory holds, found and listed. For index/vintage*.c alone. */
#ifndef CSI_INDEX_VINTAGE_LIST_H
#define CSI_INDEX_VINTAGE_LIST_H

#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"

typedef struct csi_vintage {
    const char *name; /* "2026-11-22" or "2026-11-22.2" */
    int counter;      /* 1 for a plain date */
} csi_vintage;

typedef struct csi_vintages {
    size_t n;
    csi_vintage *vintage; /* oldest first */
} csi_vintages;

/* Lives in `arena`. */
CSI_MUST_USE csi_status csi_vintages_find(csi_arena *arena, const char *directory, csi_diag *diag, csi_vintages *vintages);

/* Writes vintages.csv and index.html, newest first. */
CSI_MUST_USE csi_status csi_vintages_write(csi_arena *arena, const char *directory, const csi_vintages *vintages,
                                           csi_diag *diag);

#endif
