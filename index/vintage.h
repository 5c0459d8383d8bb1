/* Vintages: dated, complete results that never change again, and a link to the latest.
 *
 *     DIR/2026-11-22/       a vintage, read-only
 *     DIR/2026-11-22.2/     the second of a day
 *     DIR/latest            a symbolic link to one of them, switched in one step
 *     DIR/held/             a candidate that the gate held back, with gate.csv
 *     DIR/vintages.csv      the list of them, and index.html for people */
#ifndef CSI_INDEX_VINTAGE_H
#define CSI_INDEX_VINTAGE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/diag.h"

/* A place to publish a candidate into: an empty directory DIR/.csindex-candidate, which also takes the place of what a
 * killed run left there. *path lives in `arena`. The caller holds the lock on `directory`. */
CSI_MUST_USE csi_status csi_vintage_begin(csi_arena *arena, const char *directory, csi_diag *diag, const char **path);

/* Makes the candidate the vintage of `date` (YYYY-MM-DD), read-only, and switches `latest` to it. Then removes the oldest
 * vintages beyond `n_kept` (0: none is removed) and writes the list. *name lives in `arena`. */
CSI_MUST_USE csi_status csi_vintage_accept(csi_arena *arena, const char *directory, const char *date, size_t n_kept,
                                           csi_diag *diag, const char **name);

/* Lays the candidate aside as DIR/held, in place of an earlier one. *path lives in `arena`. */
CSI_MUST_USE csi_status csi_vintage_hold(csi_arena *arena, const char *directory, csi_diag *diag, const char **path);

/* DIR/latest; lives in `arena`, NULL when out of memory. There need not be one. */
const char *csi_vintage_latest(csi_arena *arena, const char *directory);

#endif
