/* The lock is an advisory one on the directory itself, not a file in it: the kernel drops it when the process ends,
 * however it ends, so that a killed run leaves nothing behind that would block the next one. */
#include "index/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct csi_lock {
    int fd;
};

csi_status csi_lock_take(const char *directory, csi_diag *diag, csi_lock **lock)
{
    const csi_place place = {.file = directory};
    *lock = NULL;
    csi_lock *const taken = malloc(sizeof *taken);
    if (taken == NULL) {
        return csi_diag_no_memory(diag, "locking a directory");
    }
    csi_status status = CSI_OK;
    taken->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (taken->fd < 0) {
        const bool is_absent = errno == ENOENT || errno == ENOTDIR;
        status = csi_diag_error(diag, is_absent ? CSI_ERR_NO_INPUT : CSI_ERR_CANT_CREATE, &place, "the directory cannot be opened: %s", strerror(errno));
    } else if (flock(taken->fd, LOCK_EX | LOCK_NB) == 0) {
        *lock = taken;
        return CSI_OK;
    } else if (errno == EWOULDBLOCK) {
        status = csi_diag_error(diag, CSI_ERR_LOCKED, &place, "another run is writing here; try again later");
    } else {
        status = csi_diag_error(diag, CSI_ERR_SYSTEM, &place, "the directory cannot be locked: %s", strerror(errno));
    }
    csi_lock_release(taken);
    return status;
}

void csi_lock_release(csi_lock *lock)
{
    if (lock != NULL) {
        if (lock->fd >= 0) {
            close(lock->fd);
        }
        free(lock);
    }
}
