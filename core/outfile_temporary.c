/* Temporaries: see outfile_temporary.h. The list of live ones is static and fixed, because a signal handler reads it;
 * a run that has more files open than that loses only the tidying up after a signal, which the next sweep does. */
#include "core/outfile_temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/outfile.h"

#define PREFIX ".csindex-"
#define SUFFIX ".tmp"
enum { LIVE_MAX = 64, ATTEMPTS = 1000 };

enum { SLOT_FREE, SLOT_CLAIMED, SLOT_LIVE };
static struct {
    atomic_int state;
    int directory_fd;
    char name[CSI_TEMPORARY_NAME];
} live[LIVE_MAX];

static int live_add(int directory_fd, const char *name)
{
    for (int slot = 0; slot < LIVE_MAX; slot++) {
        int expected = SLOT_FREE;
        if (atomic_compare_exchange_strong(&live[slot].state, &expected, SLOT_CLAIMED)) {
            live[slot].directory_fd = directory_fd;
            memcpy(live[slot].name, name, CSI_TEMPORARY_NAME);
            atomic_store(&live[slot].state, SLOT_LIVE);
            return slot;
        }
    }
    return -1;
}

void csi_outfile_remove_temporaries(void)
{
    const int saved = errno;
    for (int slot = 0; slot < LIVE_MAX; slot++) {
        if (atomic_load(&live[slot].state) == SLOT_LIVE) {
            unlinkat(live[slot].directory_fd, live[slot].name, 0);
        }
    }
    errno = saved;
}

static int lock_retrying(int fd, int operation)
{
    int result;
    do {
        result = flock(fd, operation);
    } while (result < 0 && errno == EINTR);
    return result;
}

/* Opens and locks a file of this name. A sweep may have come between the two and removed it: EEXIST then, so that the
 * caller tries the next name. A file system without locks does without. */
static int open_locked(int directory_fd, const char *name, int *fd)
{
    int made = openat(directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (made < 0) {
        return errno;
    }
    struct stat facts;
    if (lock_retrying(made, LOCK_EX) == 0 && fstat(made, &facts) == 0 && facts.st_nlink == 0) {
        close(made);
        return EEXIST;
    }
    *fd = made;
    return 0;
}

int csi_temporary_make(int directory_fd, const char *name, csi_temporary *temporary)
{
    static atomic_uint counter;
    temporary->fd = -1;
    int error = EEXIST;
    for (int attempt = 0; attempt < ATTEMPTS && (error == EEXIST || error == EINTR); attempt++) {
        const int length = snprintf(temporary->name, sizeof temporary->name, PREFIX "%s-%ld-%u" SUFFIX, name,
                                    (long)getpid(), atomic_fetch_add(&counter, 1));
        if ((size_t)length >= sizeof temporary->name) {
            return ENAMETOOLONG;
        }
        error = open_locked(directory_fd, temporary->name, &temporary->fd);
    }
    if (error == 0) {
        temporary->slot = live_add(directory_fd, temporary->name);
    }
    return error;
}

int csi_sync_file(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result < 0 && errno == EINTR);
    return result;
}

int csi_sync_directory(int fd)
{
    const int result = csi_sync_file(fd);
    return result < 0 && (errno == EINVAL || errno == ENOTSUP) ? 0 : result;
}

void csi_temporary_close(csi_temporary *temporary)
{
    if (temporary->slot >= 0) {
        atomic_store(&live[temporary->slot].state, SLOT_FREE);
    }
    close(temporary->fd);
    temporary->fd = -1;
}

/* Steps back over "-<digits>" before `end`; NULL when there is none. */
static const char *skip_number_backwards(const char *start, const char *end)
{
    const char *at = end;
    while (at > start && at[-1] >= '0' && at[-1] <= '9') {
        at--;
    }
    return at < end && at > start && at[-1] == '-' ? at - 1 : NULL;
}

bool csi_temporary_is_name(const char *name, size_t length)
{
    if (length < sizeof PREFIX SUFFIX || strncmp(name, PREFIX, sizeof PREFIX - 1) != 0 ||
        strncmp(name + length - (sizeof SUFFIX - 1), SUFFIX, sizeof SUFFIX - 1) != 0) {
        return false;
    }
    const char *const start = name + sizeof PREFIX - 1;
    const char *end = skip_number_backwards(start, name + length - (sizeof SUFFIX - 1));
    end = end == NULL ? NULL : skip_number_backwards(start, end);
    return end != NULL && end > start;
}

static void remove_if_abandoned(int directory_fd, const char *name)
{
    const int fd = openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct stat facts;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && lock_retrying(fd, LOCK_EX | LOCK_NB) == 0) {
        unlinkat(directory_fd, name, 0);
    }
    close(fd);
}

void csi_directory_sweep(const char *directory)
{
    if (csi_directory_recover(directory, NULL) != CSI_OK) {
        return; /* an interrupted switch may still need its temporaries */
    }
    DIR *const listing = opendir(directory);
    if (listing == NULL) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (csi_temporary_is_name(entry->d_name, strlen(entry->d_name))) {
            remove_if_abandoned(dirfd(listing), entry->d_name);
        }
    }
    closedir(listing);
}
