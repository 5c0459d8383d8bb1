/* The ticket of one output file: see outfile.h for what it promises.
 *
 * Content is gathered in one buffer, hashed, deflated when asked, hashed again and written. The first failure is kept
 * and everything after it is dropped, so that writers need not check each call. Level 2 of zlib: level 6 makes the
 * published tables a seventh smaller in nearly three times the time. The gzip header says "unknown system", on every system. */
#include "core/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/arena.h"
#include "core/number.h"
#include "core/outfile_temporary.h"

enum { BUFFER = 65536, GZIP_LEVEL = 2, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, GZIP_SYSTEM_UNKNOWN = 255 };

struct csi_outfile {
    char *path; /* directory/name, for messages */
    const char *name;
    int directory_fd;
    csi_temporary temporary;
    csi_compression compression;
    bool is_deflating; /* the stream must be ended */
    z_stream stream;
    gz_header header;
    csi_digest content_digest, disk_digest;
    csi_outfile_facts facts;
    int error; /* errno of the first failure */
    bool is_finished;
    csi_status finish_status;
    size_t n;
    char buffer[BUFFER];
    unsigned char deflated[BUFFER];
};

static csi_status complain(csi_diag *diag, csi_status status, const char *path, const char *what, int error)
{
    const csi_place place = {.file = path};
    return csi_diag_error(diag, status, &place, "%s: %s", what, strerror(error));
}

/* Fails unless the target is absent or a regular file. */
static csi_status check_target(const csi_outfile *file, csi_diag *diag)
{
    struct stat facts;
    if (fstatat(file->directory_fd, file->name, &facts, AT_SYMLINK_NOFOLLOW) < 0) {
        return errno == ENOENT ? CSI_OK
                               : complain(diag, CSI_ERR_CANT_CREATE, file->path, "cannot be written", errno);
    }
    if (S_ISREG(facts.st_mode)) {
        return CSI_OK;
    }
    const csi_place place = {.file = file->path};
    const char *const kind = S_ISLNK(facts.st_mode)  ? "a symbolic link"
                             : S_ISDIR(facts.st_mode) ? "a directory"
                                                      : "a special file";
    return csi_diag_error(diag, CSI_ERR_CANT_CREATE, &place, "is %s; only a regular file is replaced", kind);
}

static bool start_gzip(csi_outfile *file)
{
    if (deflateInit2(&file->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    file->is_deflating = true;
    file->header.os = GZIP_SYSTEM_UNKNOWN;
    return deflateSetHeader(&file->stream, &file->header) == Z_OK;
}

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

csi_status csi_outfile_open(const char *directory, const char *name, csi_compression compression, csi_diag *diag,
                            csi_outfile **file)
{
    *file = NULL;
    csi_outfile *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return csi_diag_no_memory(diag, "opening an output file");
    }
    csi_status status = CSI_OK;
    made->temporary.fd = -1;
    made->directory_fd = -1;
    made->compression = compression;
    csi_digest_init(&made->content_digest);
    csi_digest_init(&made->disk_digest);
    made->path = csi_text_format("%s/%s", directory, name);
    if (made->path == NULL) {
        status = csi_diag_no_memory(diag, "opening an output file");
        goto out;
    }
    made->name = made->path + strlen(directory) + 1;
    if (!is_plain_name(name)) {
        status = complain(diag, CSI_ERR_CANT_CREATE, made->path, "cannot be created", EINVAL);
        goto out;
    }
    made->directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (made->directory_fd < 0) {
        status = complain(diag, CSI_ERR_CANT_CREATE, directory, "the directory cannot be opened", errno);
        goto out;
    }
    CSI_TRY(check_target(made, diag));
    if (compression == CSI_GZIP && !start_gzip(made)) {
        status = csi_diag_no_memory(diag, "opening an output file");
        goto out;
    }
    const int error = csi_temporary_make(made->directory_fd, name, &made->temporary);
    if (error != 0) {
        status = complain(diag, CSI_ERR_CANT_CREATE, made->path, "cannot be created", error);
        goto out;
    }
    *file = made;
    return CSI_OK;
out:
    csi_outfile_abandon(made);
    return status;
}

static void write_to_disk(csi_outfile *file, const void *bytes, size_t n)
{
    const char *at = bytes;
    if (file->compression == CSI_GZIP) {
        csi_digest_add(&file->disk_digest, bytes, n);
    }
    file->facts.bytes += n;
    while (n > 0 && file->error == 0) {
        const ssize_t written = write(file->temporary.fd, at, n);
        if (written < 0) {
            file->error = errno == EINTR ? 0 : errno;
        } else {
            at += written;
            n -= (size_t)written;
        }
    }
}

static void deflate_buffer(csi_outfile *file, int flush)
{
    file->stream.next_in = (unsigned char *)file->buffer;
    file->stream.avail_in = (uInt)file->n;
    do {
        file->stream.next_out = file->deflated;
        file->stream.avail_out = BUFFER;
        (void)deflate(&file->stream, flush); /* fails only for a stream that was not made */
        write_to_disk(file, file->deflated, BUFFER - file->stream.avail_out);
    } while (file->stream.avail_out == 0 && file->error == 0);
}

static void flush_buffer(csi_outfile *file, int flush)
{
    csi_digest_add(&file->content_digest, file->buffer, file->n);
    file->facts.content_bytes += file->n;
    if (file->compression == CSI_GZIP) {
        deflate_buffer(file, flush);
    } else {
        write_to_disk(file, file->buffer, file->n);
    }
    file->n = 0;
}

void csi_outfile_write(csi_outfile *file, const char *bytes, size_t n)
{
    while (n > 0 && file->error == 0) {
        const size_t room = BUFFER - file->n;
        const size_t part = n < room ? n : room;
        memcpy(file->buffer + file->n, bytes, part);
        file->n += part;
        bytes += part;
        n -= part;
        if (file->n == BUFFER) {
            flush_buffer(file, Z_NO_FLUSH);
        }
    }
}

void csi_outfile_text(csi_outfile *file, const char *text)
{
    csi_outfile_write(file, text, strlen(text));
}

void csi_outfile_char(csi_outfile *file, char c)
{
    csi_outfile_write(file, &c, 1);
}

void csi_outfile_number(csi_outfile *file, double value)
{
    char text[CSI_NUMBER_MAX];
    if (!isnan(value)) {
        csi_outfile_write(file, text, csi_number_write(value, text));
    }
}

void csi_outfile_integer(csi_outfile *file, int64_t value)
{
    char text[CSI_NUMBER_MAX];
    csi_outfile_write(file, text, csi_number_write_integer(value, text));
}

void csi_outfile_format(csi_outfile *file, const char *format, ...)
{
    if (file->error != 0) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *text = csi_text_format_list(format, arguments);
    va_end(arguments);
    if (text == NULL) {
        file->error = ENOMEM;
        return;
    }
    csi_outfile_text(file, text);
    free(text);
}

static mode_t process_umask;

static void look_up_umask(void)
{
    process_umask = umask(077);
    umask(process_umask);
}

/* Some file systems tell of a failed write only on close; the temporary's lock must outlive that, hence the copy. */
static int close_copy(int fd)
{
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? -1 : close(copy);
}

static void settle(csi_outfile *file)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, look_up_umask);
    if (file->error == 0) {
        flush_buffer(file, Z_FINISH);
    }
    const int fd = file->temporary.fd;
    if (file->error == 0 &&
        (fchmod(fd, 0644 & ~process_umask) < 0 || csi_sync_file(fd) < 0 || close_copy(fd) < 0)) {
        file->error = errno;
    }
}

csi_status csi_outfile_finish(csi_outfile *file, csi_diag *diag, csi_outfile_facts *facts)
{
    if (!file->is_finished) {
        file->is_finished = true;
        settle(file);
        csi_digest_finish(&file->content_digest, file->facts.content_sha256);
        if (file->compression == CSI_GZIP) {
            csi_digest_finish(&file->disk_digest, file->facts.sha256);
        } else {
            memcpy(file->facts.sha256, file->facts.content_sha256, sizeof file->facts.sha256);
        }
        if (file->error != 0) {
            file->finish_status = complain(diag, file->error == ENOMEM ? CSI_ERR_MEMORY : CSI_ERR_IO, file->path,
                                           "cannot be written", file->error);
        }
    }
    if (facts != NULL) {
        *facts = file->facts;
    }
    return file->finish_status;
}

csi_status csi_outfile_commit(csi_outfile *file, csi_diag *diag, csi_outfile_facts *facts)
{
    csi_status status = CSI_OK;
    CSI_TRY(csi_outfile_finish(file, diag, facts));
    CSI_TRY(check_target(file, diag));
    if (renameat(file->directory_fd, file->temporary.name, file->directory_fd, file->name) < 0) {
        status = complain(diag, CSI_ERR_IO, file->path, "cannot be renamed into place", errno);
        goto out;
    }
    csi_temporary_close(&file->temporary);
    if (csi_sync_directory(file->directory_fd) < 0) {
        status = complain(diag, CSI_ERR_IO, file->path, "its directory cannot be synced", errno);
    }
out:
    csi_outfile_abandon(file);
    return status;
}

csi_part csi_outfile_part(const csi_outfile *file)
{
    return (csi_part){file->temporary.name, file->name, file->facts.sha256};
}

csi_status csi_outfile_check(csi_outfile *file, csi_diag *diag)
{
    const csi_status status = csi_outfile_finish(file, diag, NULL);
    return status == CSI_OK ? check_target(file, diag) : status;
}

void csi_outfile_leave(csi_outfile *file)
{
    csi_temporary_close(&file->temporary);
    csi_outfile_abandon(file);
}

void csi_outfile_abandon(csi_outfile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->temporary.fd >= 0) {
        unlinkat(file->directory_fd, file->temporary.name, 0);
        csi_temporary_close(&file->temporary);
    }
    if (file->is_deflating) {
        deflateEnd(&file->stream);
    }
    if (file->directory_fd >= 0) {
        close(file->directory_fd);
    }
    free(file->path);
    free(file);
}
