/* A digest taken by a thread of its own, beside the reading: SHA-256 takes as long as parsing does. */
#ifndef CSI_INGEST_HASHER_H
#define CSI_INGEST_HASHER_H

#include "core/digest.h"

typedef struct csi_hasher csi_hasher;

/* Goes on where `digest` is, which must outlive the hasher and be left alone until csi_hasher_join. NULL when out of memory
 * or threads: the caller then goes on by itself. Owned by the caller. */
csi_hasher *csi_hasher_start(csi_digest *digest);

/* Takes a copy of the bytes; waits while much is unhashed. */
void csi_hasher_add(csi_hasher *hasher, const void *bytes, size_t n);

/* Waits until all is hashed, gives the digest back and frees the hasher. NULL is allowed. */
void csi_hasher_join(csi_hasher *hasher);

#endif
