/* Write-whole-or-not-at-all files.
 *
 * A csi_outfile is a ticket: write to it, then commit or abandon. The bytes go to a temporary in the target's own
 * directory (O_CREAT|O_EXCL|O_NOFOLLOW, mode 0600); commit flushes, fsyncs, sets mode 0644 less the umask, renames
 * over the target and fsyncs the directory. Until then the previous file is untouched; a target that exists and is
 * not a regular file (symlink, directory, FIFO, device) is refused. Compression is a deterministic gzip member: no
 * time, no name. SHA-256 of the bytes on disk, and of the uncompressed bytes, are taken on the way. */
#ifndef CSI_CORE_OUTFILE_H
#define CSI_CORE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/diag.h"
#include "core/digest.h"

typedef struct csi_outfile csi_outfile;

typedef enum csi_compression { CSI_PLAIN, CSI_GZIP } csi_compression;

/* What a finished file is; for the manifest. */
typedef struct csi_outfile_facts {
    uint64_t bytes;             /* on disk */
    uint64_t content_bytes;     /* before compression */
    char sha256[CSI_DIGEST_HEX];         /* of the bytes on disk */
    char content_sha256[CSI_DIGEST_HEX]; /* of the bytes before compression */
} csi_outfile_facts;

/* Opens a ticket for directory/name. The first failed write is remembered and reported by commit, so callers may write
 * without checking. *file is owned until commit or abandon. */
CSI_MUST_USE csi_status csi_outfile_open(const char *directory, const char *name, csi_compression compression,
                                         csi_diag *diag, csi_outfile **file);

void csi_outfile_write(csi_outfile *file, const char *bytes, size_t n);
void csi_outfile_text(csi_outfile *file, const char *text);
void csi_outfile_char(csi_outfile *file, char c);
void csi_outfile_number(csi_outfile *file, double value); /* shortest round trip; nothing for NaN */
void csi_outfile_integer(csi_outfile *file, int64_t value);
void csi_outfile_format(csi_outfile *file, const char *format, ...) CSI_PRINTF(2, 3); /* integers and text only */

/* Flushes and syncs the temporary and closes the content, without switching yet: a set of files is finished one by one
 * and then switched together. */
CSI_MUST_USE csi_status csi_outfile_finish(csi_outfile *file, csi_diag *diag, csi_outfile_facts *facts);

/* Finishes if need be, renames into place and frees the ticket, whatever the result. `facts` may be NULL. */
CSI_MUST_USE csi_status csi_outfile_commit(csi_outfile *file, csi_diag *diag, csi_outfile_facts *facts);

/* Commits n tickets of one directory as a set: all are put into place or none is, even when the run is killed under way
 * (csi_directory_recover finishes then). Signals are held back meanwhile. Frees the tickets, whatever the result. */
CSI_MUST_USE csi_status csi_outfile_commit_all(const char *directory, csi_outfile **file, size_t n, csi_diag *diag);

/* Finishes what a killed csi_outfile_commit_all left undone in `directory`; CSI_OK when there is nothing to do, or when
 * a live run is at it. */
CSI_MUST_USE csi_status csi_directory_recover(const char *directory, csi_diag *diag);

/* Removes the temporary and frees the ticket. NULL is allowed. */
void csi_outfile_abandon(csi_outfile *file);

/* Removes the temporaries of all open tickets of this process; for signal handlers that end the run (it is
 * async-signal-safe); nothing may be committed after it. */
void csi_outfile_remove_temporaries(void);

/* Makes `directory` and its missing parents (0777 less the umask). */
CSI_MUST_USE csi_status csi_directory_make(const char *directory, csi_diag *diag);

/* fsyncs `directory`, so that renames in it survive a power cut. */
CSI_MUST_USE csi_status csi_directory_sync(const char *directory, csi_diag *diag);

/* Recovers, then removes temporaries that killed runs left in `directory` (names that csi_outfile_open makes, nothing else). Those of
 * live runs, this one's included, are locked and stay. */
void csi_directory_sweep(const char *directory);

/* Reads a whole small file (at most max_bytes) into malloc'd, terminated storage that the caller owns. */
CSI_MUST_USE csi_status csi_file_read(const char *path, size_t max_bytes, csi_diag *diag, char **bytes, size_t *n_bytes);

#endif
