/* Bytes: a plain file, a gzip file (told by content, whatever its name) or standard input, read from front to back.
 *
 * The bytes on disk are hashed on the way, so that the manifest's digest is of exactly what was read. A gzip file may
 * have many members. A truncated or corrupt one is an error even when every byte up to the fault came out well. */
#ifndef CSI_INGEST_SOURCE_H
#define CSI_INGEST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/diag.h"
#include "core/digest.h"

typedef struct csi_source csi_source;

typedef struct csi_source_options {
    uint64_t max_bytes;  /* of decompressed bytes; 0: the default, 64 GiB */
    bool without_digest; /* true: csi_source_sha256 gives "" */
    bool hashes_apart;   /* a large file's digest is taken by a thread of its own */
} csi_source_options;

/* Opens `path` ("-": standard input); `label` is what messages show and must outlive the source. *source is owned by
 * the caller. Fails with CSI_ERR_NO_INPUT when it cannot be opened or is a directory. */
CSI_MUST_USE csi_status csi_source_open(const char *path, const char *label, const csi_source_options *options,
                                        csi_diag *diag, csi_source **source);

/* Fills buffer[0..room) with the next decompressed bytes; *n is less than room only at the end of the input. */
CSI_MUST_USE csi_status csi_source_read(csi_source *source, char *buffer, size_t room, csi_diag *diag, size_t *n);

bool csi_source_is_gzip(const csi_source *source);
uint64_t csi_source_bytes(const csi_source *source); /* on disk, read so far */

/* The digest of the bytes on disk; call it once, after csi_source_read has come to the end. */
void csi_source_sha256(csi_source *source, char hex[CSI_DIGEST_HEX]);

void csi_source_close(csi_source *source); /* NULL is allowed */

#endif
