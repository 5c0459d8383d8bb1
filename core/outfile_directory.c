/* Directories made and synced, and small files read whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/outfile.h"
#include "core/outfile_temporary.h"

static csi_status make_one(const char *path, csi_diag *diag)
{
    if (mkdir(path, 0777) == 0) {
        return CSI_OK;
    }
    const int error = errno;
    struct stat facts;
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        return CSI_OK;
    }
    const csi_place place = {.file = path};
    return csi_diag_error(diag, CSI_ERR_CANT_CREATE, &place, "the directory cannot be made: %s",
                          strerror(error == EEXIST ? ENOTDIR : error));
}

csi_status csi_directory_make(const char *directory, csi_diag *diag)
{
    char *const path = strdup(directory);
    if (path == NULL) {
        return csi_diag_no_memory(diag, "making a directory");
    }
    csi_status status = CSI_OK;
    for (char *slash = strchr(path + (path[0] == '/'), '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        CSI_TRY(make_one(path, diag));
        *slash = '/';
    }
    CSI_TRY(make_one(path, diag));
out:
    free(path);
    return status;
}

csi_status csi_directory_sync(const char *directory, csi_diag *diag)
{
    const csi_place place = {.file = directory};
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return csi_diag_error(diag, CSI_ERR_IO, &place, "the directory cannot be opened: %s", strerror(errno));
    }
    const int result = csi_sync_directory(fd);
    const int error = errno;
    close(fd);
    if (result < 0) {
        return csi_diag_error(diag, CSI_ERR_IO, &place, "the directory cannot be synced: %s", strerror(error));
    }
    return CSI_OK;
}

/* Reads until the end of the file or `room` bytes; the errno of a failed read, or 0. */
static int read_up_to(int fd, char *bytes, size_t room, size_t *n_bytes)
{
    size_t n = 0;
    while (n < room) {
        const ssize_t got = read(fd, bytes + n, room - n);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    *n_bytes = n;
    return 0;
}

/* Doubles the room until the file ends within it or max_bytes are passed. */
static csi_status read_growing(int fd, const csi_place *place, size_t max_bytes, csi_diag *diag, char **bytes,
                               size_t *n_bytes)
{
    char *buffer = NULL;
    size_t n = 0;
    for (size_t room = 16384;; room *= 2) {
        char *const larger = realloc(buffer, room + 1);
        if (larger == NULL) {
            free(buffer);
            return csi_diag_no_memory(diag, "reading a file");
        }
        buffer = larger;
        size_t got = 0;
        const int error = read_up_to(fd, buffer + n, room - n, &got);
        n += got;
        if (error != 0) {
            free(buffer);
            return csi_diag_error(diag, CSI_ERR_IO, place, "cannot be read: %s", strerror(error));
        }
        if (n > max_bytes) {
            free(buffer);
            return csi_diag_error(diag, CSI_ERR_DATA, place, "is larger than the %zu bytes it may have", max_bytes);
        }
        if (n < room) {
            break;
        }
    }
    buffer[n] = '\0';
    *bytes = buffer;
    *n_bytes = n;
    return CSI_OK;
}

csi_status csi_file_read(const char *path, size_t max_bytes, csi_diag *diag, char **bytes, size_t *n_bytes)
{
    *bytes = NULL;
    *n_bytes = 0;
    const csi_place place = {.file = path};
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return csi_diag_error(diag, CSI_ERR_NO_INPUT, &place, "cannot be opened: %s", strerror(errno));
    }
    struct stat facts;
    csi_status status;
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        status = csi_diag_error(diag, CSI_ERR_NO_INPUT, &place, "is a directory");
    } else {
        status = read_growing(fd, &place, max_bytes, diag, bytes, n_bytes);
    }
    close(fd);
    return status;
}
