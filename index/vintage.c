/* A vintage becomes visible by one rename of a directory that is complete and synced, and is served from one rename of a
 * link, so that neither a kill nor a full disk shows half of one. Names sort as they were made: the date, and from the
 * second of a day on a counter, which is compared as a number. */
#include "index/vintage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/number.h"
#include "core/outfile.h"
#include "index/vintage_list.h"

#define CANDIDATE ".csindex-candidate"
#define NEW_LINK ".csindex-latest"

static csi_status complain(const char *path, const char *what, csi_diag *diag)
{
    return csi_diag_error(diag, CSI_ERR_IO, &(csi_place){.file = path}, "%s: %s", what, strerror(errno));
}

/* Removes a directory of plain files; one that is not there is no failure. */
static csi_status remove_result(const char *path, csi_diag *diag)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? CSI_OK : complain(path, "cannot be removed", diag);
    }
    DIR *const listing = fdopendir(fd);
    if (listing == NULL || fchmod(fd, 0700) < 0) {
        const csi_status status = complain(path, "cannot be removed", diag);
        (void)(listing != NULL ? closedir(listing) : close(fd));
        return status;
    }
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlinkat(fd, entry->d_name, 0);
        }
    }
    closedir(listing);
    return rmdir(path) == 0 ? CSI_OK : complain(path, "cannot be removed", diag);
}

static const char *join(csi_arena *arena, const char *directory, const char *name)
{
    return csi_arena_format(arena, "%s/%s", directory, name);
}

csi_status csi_vintage_begin(csi_arena *arena, const char *directory, csi_diag *diag, const char **path)
{
    csi_status status;
    *path = join(arena, directory, CANDIDATE);
    if (*path == NULL) {
        return csi_diag_no_memory(diag, "making a vintage");
    }
    CSI_TRY(remove_result(*path, diag));
    CSI_TRY(csi_directory_make(*path, diag));
out:
    return status;
}

const char *csi_vintage_latest(csi_arena *arena, const char *directory)
{
    return join(arena, directory, "latest");
}

/* "2026-11-22", or "2026-11-22.2" where that is taken, and so on: one beyond the last of the day, so that the name of a
 * vintage that was removed is not used again while later ones are there. */
static csi_status name_vintage(csi_arena *arena, const csi_vintages *vintages, const char *date, csi_diag *diag,
                               const char **name)
{
    int last = 0;
    for (size_t i = 0; i < vintages->n; i++) {
        if (strncmp(vintages->vintage[i].name, date, strlen(date)) == 0 && vintages->vintage[i].counter > last) {
            last = vintages->vintage[i].counter;
        }
    }
    *name = last == 0 ? csi_arena_copy(arena, date, strlen(date)) : csi_arena_format(arena, "%s.%d", date, last + 1);
    return *name == NULL ? csi_diag_no_memory(diag, "naming a vintage") : CSI_OK;
}

static csi_status make_read_only(const char *path, csi_diag *diag)
{
    DIR *const listing = opendir(path);
    if (listing == NULL) {
        return complain(path, "cannot be opened", diag);
    }
    const struct dirent *entry;
    bool is_done = true;
    while ((entry = readdir(listing)) != NULL && is_done) {
        struct stat facts;
        if (fstatat(dirfd(listing), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode)) {
            is_done = fchmodat(dirfd(listing), entry->d_name, facts.st_mode & 0444, 0) == 0;
        }
    }
    const csi_status status = is_done ? CSI_OK : complain(path, "cannot be made read-only", diag);
    closedir(listing);
    return status;
}

static csi_status switch_latest(csi_arena *arena, const char *directory, const char *name, csi_diag *diag)
{
    const char *const link = join(arena, directory, NEW_LINK), *const latest = csi_vintage_latest(arena, directory);
    if (link == NULL || latest == NULL) {
        return csi_diag_no_memory(diag, "switching to a vintage");
    }
    unlink(link);
    if (symlink(name, link) < 0 || rename(link, latest) < 0) {
        return complain(latest, "cannot be switched", diag);
    }
    return csi_directory_sync(directory, diag);
}

/* The vintage itself must not be written to again; removing it, as retention does, only needs its parent. */
static csi_status put_in_place(csi_arena *arena, const char *directory, const char *name, csi_diag *diag)
{
    const char *const from = join(arena, directory, CANDIDATE), *const to = join(arena, directory, name);
    csi_status status;
    if (from == NULL || to == NULL) {
        return csi_diag_no_memory(diag, "making a vintage");
    }
    CSI_TRY(make_read_only(from, diag));
    CSI_TRY(csi_directory_sync(from, diag));
    if (rename(from, to) < 0) {
        CSI_TRY(complain(to, "cannot be renamed into place", diag));
    }
    struct stat facts;
    if (lstat(to, &facts) < 0 || chmod(to, facts.st_mode & 0555) < 0) {
        CSI_TRY(complain(to, "cannot be made read-only", diag));
    }
    CSI_TRY(csi_directory_sync(directory, diag));
out:
    return status;
}

/* The oldest go, but never the one that `latest` names, whatever the clock said when the others were made. */
static csi_status retain(csi_arena *arena, const char *directory, size_t n_kept, const char *latest,
                         csi_vintages *vintages, csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; n_kept > 0 && vintages->n > n_kept && i < vintages->n;) {
        const char *const path = join(arena, directory, vintages->vintage[i].name);
        if (path == NULL) {
            return csi_diag_no_memory(diag, "removing a vintage");
        }
        if (strcmp(vintages->vintage[i].name, latest) == 0) {
            i++;
            continue;
        }
        CSI_TRY(remove_result(path, diag));
        vintages->n--;
        memmove(&vintages->vintage[i], &vintages->vintage[i + 1], (vintages->n - i) * sizeof *vintages->vintage);
    }
out:
    return status;
}

csi_status csi_vintage_accept(csi_arena *arena, const char *directory, const char *date, size_t n_kept, csi_diag *diag,
                              const char **name)
{
    csi_vintages vintages;
    csi_status status;
    *name = NULL;
    CSI_TRY(csi_vintages_find(arena, directory, diag, &vintages));
    CSI_TRY(name_vintage(arena, &vintages, date, diag, name));
    CSI_TRY(put_in_place(arena, directory, *name, diag));
    CSI_TRY(switch_latest(arena, directory, *name, diag));
    CSI_TRY(csi_vintages_find(arena, directory, diag, &vintages));
    CSI_TRY(retain(arena, directory, n_kept, *name, &vintages, diag));
    CSI_TRY(csi_vintages_write(arena, directory, &vintages, diag));
out:
    return status;
}

csi_status csi_vintage_hold(csi_arena *arena, const char *directory, csi_diag *diag, const char **path)
{
    const char *const from = join(arena, directory, CANDIDATE);
    csi_status status;
    *path = join(arena, directory, "held");
    if (from == NULL || *path == NULL) {
        return csi_diag_no_memory(diag, "holding a result back");
    }
    CSI_TRY(remove_result(*path, diag));
    if (rename(from, *path) < 0) {
        CSI_TRY(complain(*path, "cannot be renamed into place", diag));
    }
    CSI_TRY(csi_directory_sync(directory, diag));
out:
    return status;
}
