/* A set of files put into place as one, though file systems rename one name at a time.
 *
 * First a journal, .csindex-switch, is put beside the files: which temporary belongs to which name, with the digest of
 * its bytes. Then each temporary and its target change places. A failure on the way changes them back; a kill or a power
 * cut leaves the journal, and csi_directory_recover finishes what it says. The journal is locked while its run lives. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/outfile.h"
#include "core/outfile_temporary.h"

#define JOURNAL ".csindex-switch"
enum { JOURNAL_MAX = 1 << 20 };

typedef enum change { UNTOUCHED, EXCHANGED, MOVED, REPLACED } change;

typedef struct file_set {
    const char *directory;
    int fd;
    size_t n;
    csi_outfile **file;
    change *change;
    csi_temporary journal;
    bool has_journal;   /* under its own name */
    bool is_unfinished; /* neither done nor undone: whoever comes next finishes by the journal */
} file_set;

static csi_status complain(const file_set *set, const char *name, const char *what, int error, csi_diag *diag)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", set->directory, name);
    const csi_place place = {.file = path};
    return csi_diag_error(diag, CSI_ERR_IO, &place, "%s: %s", what, strerror(error));
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno != EINTR) {
            return -1;
        }
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

/* The journal is kept open, and so locked, until the switch is over. */
static csi_status write_journal(file_set *set, csi_diag *diag)
{
    int error = csi_temporary_make(set->fd, "switch", &set->journal);
    for (size_t i = 0; i < set->n && error == 0; i++) {
        const csi_part part = csi_outfile_part(set->file[i]);
        char *line = csi_text_format("%s %s %s\n", part.sha256, part.temporary, part.name);
        if (line == NULL) {
            return csi_diag_no_memory(diag, "switching files");
        }
        error = write_all(set->journal.fd, line, strlen(line)) < 0 ? errno : 0;
        free(line);
    }
    if (error == 0 && (csi_sync_file(set->journal.fd) < 0 ||
                       renameat(set->fd, set->journal.name, set->fd, JOURNAL) < 0)) {
        error = errno;
    }
    set->has_journal = error == 0;
    if (error == 0 && csi_sync_directory(set->fd) < 0) {
        error = errno;
    }
    return error == 0 ? CSI_OK : complain(set, JOURNAL, "cannot be written", error, diag);
}

/* Returns 0 or an errno. File systems that cannot exchange two names replace, which cannot be undone. */
static int put_in_place(const file_set *set, size_t i)
{
    const csi_part part = csi_outfile_part(set->file[i]);
    if (renameat2(set->fd, part.temporary, set->fd, part.name, RENAME_EXCHANGE) == 0) {
        set->change[i] = EXCHANGED;
        return 0;
    }
    const bool is_absent = errno == ENOENT;
    if (!is_absent && errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    if (renameat(set->fd, part.temporary, set->fd, part.name) < 0) {
        return errno;
    }
    set->change[i] = is_absent ? MOVED : REPLACED;
    return 0;
}

/* True when everything is as it was. */
static bool put_back(const file_set *set)
{
    bool is_back = true;
    for (size_t i = set->n; i > 0; i--) {
        const csi_part part = csi_outfile_part(set->file[i - 1]);
        const change done = set->change[i - 1];
        if (done == EXCHANGED) {
            is_back = renameat2(set->fd, part.temporary, set->fd, part.name, RENAME_EXCHANGE) == 0 && is_back;
        } else if (done == MOVED) {
            is_back = renameat(set->fd, part.name, set->fd, part.temporary) == 0 && is_back;
        }
        is_back = is_back && done != REPLACED;
    }
    return is_back;
}

static csi_status switch_set(file_set *set, csi_diag *diag)
{
    for (size_t i = 0; i < set->n; i++) {
        const int error = put_in_place(set, i);
        if (error != 0) {
            set->is_unfinished = !put_back(set);
            return complain(set, csi_outfile_part(set->file[i]).name, "cannot be renamed into place", error, diag);
        }
    }
    return csi_sync_directory(set->fd) < 0 ? complain(set, ".", "the directory cannot be synced", errno, diag) : CSI_OK;
}

/* After a switch the temporaries hold the old files, after a failure the new ones; either go. */
static void close_set(file_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->is_unfinished) {
            csi_outfile_leave(set->file[i]);
        } else {
            csi_outfile_abandon(set->file[i]);
        }
    }
    if (set->journal.fd >= 0) {
        if (!set->is_unfinished) {
            unlinkat(set->fd, set->has_journal ? JOURNAL : set->journal.name, 0);
        }
        csi_temporary_close(&set->journal);
    }
    if (set->fd >= 0) {
        close(set->fd);
    }
    free(set->change);
}

csi_status csi_outfile_commit_all(const char *directory, csi_outfile **file, size_t n, csi_diag *diag)
{
    file_set set = {.directory = directory, .fd = -1, .n = n, .file = file, .journal = {.fd = -1}};
    sigset_t all, before;
    csi_status status = CSI_OK;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    set.change = calloc(n + 1, sizeof *set.change);
    if (set.change == NULL) {
        status = csi_diag_no_memory(diag, "switching files");
        goto out;
    }
    set.fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (set.fd < 0) {
        status = complain(&set, ".", "the directory cannot be opened", errno, diag);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        CSI_TRY(csi_outfile_check(file[i], diag));
    }
    CSI_TRY(write_journal(&set, diag));
    CSI_TRY(switch_set(&set, diag));
out:
    close_set(&set);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* Whether the temporary is there and holds the bytes of this digest. One that cannot be read is a failure: it may be the
 * only copy of the new bytes. */
static csi_status has_digest(const file_set *set, const char *name, const char *sha256, csi_diag *diag, bool *is_same)
{
    char *path = csi_text_format("%s/%s", set->directory, name), hex[CSI_DIGEST_HEX] = "";
    struct stat facts;
    csi_status status = CSI_OK;
    *is_same = false;
    if (path == NULL) {
        return csi_diag_no_memory(diag, "finishing an interrupted run");
    }
    if (fstatat(set->fd, name, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
        status = S_ISREG(facts.st_mode) ? csi_digest_file(path, diag, hex) : CSI_OK;
        *is_same = strcmp(hex, sha256) == 0;
    } else if (errno != ENOENT) {
        status = complain(set, name, "cannot be looked at", errno, diag);
    }
    free(path);
    return status;
}

/* Finishes one line "sha256 temporary name" of the journal: the temporary goes into place when it holds the new bytes,
 * away when it holds the old ones. */
static csi_status finish_line(const file_set *set, char *line, csi_diag *diag)
{
    char *const temporary = strchr(line, ' ');
    char *const name = temporary == NULL ? NULL : strchr(temporary + 1, ' ');
    if (name == NULL || strchr(line, '/') != NULL || !csi_temporary_is_name(temporary + 1, (size_t)(name - temporary - 1))) {
        return complain(set, JOURNAL, "is no journal of csindex", EINVAL, diag);
    }
    *temporary = '\0';
    *name = '\0';
    bool is_new;
    const csi_status status = has_digest(set, temporary + 1, line, diag, &is_new);
    if (status != CSI_OK) {
        return status;
    }
    if (!is_new) {
        unlinkat(set->fd, temporary + 1, 0);
    } else if (renameat(set->fd, temporary + 1, set->fd, name + 1) < 0) {
        return complain(set, name + 1, "cannot be renamed into place", errno, diag);
    }
    return CSI_OK;
}

static csi_status finish_switch(const file_set *set, char *text, csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (char *line = text, *end; status == CSI_OK && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        status = finish_line(set, line, diag);
    }
    if (status == CSI_OK && (csi_sync_directory(set->fd) < 0 || unlinkat(set->fd, JOURNAL, 0) < 0)) {
        status = complain(set, JOURNAL, "cannot be removed", errno, diag);
    }
    return status;
}

csi_status csi_directory_recover(const char *directory, csi_diag *diag)
{
    file_set set = {.directory = directory, .fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const int journal = set.fd < 0 ? -1 : openat(set.fd, JOURNAL, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char *path = NULL, *text = NULL;
    size_t n = 0;
    csi_status status = CSI_OK;
    /* Locked: a run is switching right now, and will finish by itself. */
    if (journal >= 0 && flock(journal, LOCK_EX | LOCK_NB) == 0) {
        path = csi_text_format("%s/%s", directory, JOURNAL);
        if (path == NULL) {
            status = csi_diag_no_memory(diag, "finishing an interrupted run");
            goto out;
        }
        CSI_TRY(csi_file_read(path, JOURNAL_MAX, diag, &text, &n));
        CSI_TRY(finish_switch(&set, text, diag));
        csi_diag_note(diag, &(csi_place){.file = directory}, "an interrupted run had written all its files: they were "
                                                             "put into place");
    }
out:
    free(text);
    free(path);
    if (journal >= 0) {
        close(journal);
    }
    if (set.fd >= 0) {
        close(set.fd);
    }
    return status;
}
