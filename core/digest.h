/* SHA-256, as hexadecimal text (the hash itself is nettle's). */
#ifndef CSI_CORE_DIGEST_H
#define CSI_CORE_DIGEST_H

#include <stddef.h>

#include "core/diag.h"

#define CSI_DIGEST_HEX 65 /* 64 digits and the terminator */

typedef struct csi_digest {
    _Alignas(16) unsigned char state[256]; /* nettle's context; its size is checked at compile time in digest.c */
} csi_digest;

void csi_digest_init(csi_digest *digest);
void csi_digest_add(csi_digest *digest, const void *bytes, size_t n);
void csi_digest_finish(csi_digest *digest, char hex[CSI_DIGEST_HEX]); /* the digest must be init'ed again after it */

void csi_digest_bytes(const void *bytes, size_t n, char hex[CSI_DIGEST_HEX]);
CSI_MUST_USE csi_status csi_digest_file(const char *path, csi_diag *diag, char hex[CSI_DIGEST_HEX]);

#endif
