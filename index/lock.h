/* One run at a time in an output directory. */
#ifndef CSI_INDEX_LOCK_H
#define CSI_INDEX_LOCK_H

#include "core/diag.h"

typedef struct csi_lock csi_lock;

/* Takes the directory, or fails at once: CSI_ERR_LOCKED when another run has it, CSI_ERR_NO_INPUT when there is none.
 * *lock is owned. */
CSI_MUST_USE csi_status csi_lock_take(const char *directory, csi_diag *diag, csi_lock **lock);
void csi_lock_release(csi_lock *lock); /* NULL is allowed */

#endif
