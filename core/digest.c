/* SHA-256 over nettle. nettle's context is kept out of the header, so that no caller needs nettle's. */
#include "core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(csi_digest), "csi_digest is too small for nettle's context");
_Static_assert(_Alignof(struct sha256_ctx) <= _Alignof(csi_digest), "csi_digest is not aligned for nettle's context");

static struct sha256_ctx *context(csi_digest *digest)
{
    return (struct sha256_ctx *)(void *)digest->state;
}

void csi_digest_init(csi_digest *digest)
{
    sha256_init(context(digest));
}

void csi_digest_add(csi_digest *digest, const void *bytes, size_t n)
{
    sha256_update(context(digest), n, bytes);
}

void csi_digest_finish(csi_digest *digest, char hex[CSI_DIGEST_HEX])
{
    static const char hex_digit[] = "0123456789abcdef";
    uint8_t raw[SHA256_DIGEST_SIZE];
    sha256_digest(context(digest), sizeof raw, raw);
    for (size_t i = 0; i < sizeof raw; ++i) {
        hex[2 * i] = hex_digit[raw[i] >> 4];
        hex[2 * i + 1] = hex_digit[raw[i] & 15];
    }
    hex[CSI_DIGEST_HEX - 1] = '\0';
}

void csi_digest_bytes(const void *bytes, size_t n, char hex[CSI_DIGEST_HEX])
{
    csi_digest digest;
    csi_digest_init(&digest);
    csi_digest_add(&digest, bytes, n);
    csi_digest_finish(&digest, hex);
}

csi_status csi_digest_file(const char *path, csi_diag *diag, char hex[CSI_DIGEST_HEX])
{
    const csi_place place = {.file = path};
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return csi_diag_error(diag, CSI_ERR_NO_INPUT, &place, "cannot be opened: %s", strerror(errno));
    }
    csi_digest digest;
    csi_digest_init(&digest);
    char chunk[65536];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
        csi_digest_add(&digest, chunk, n > 0 ? (size_t)n : 0);
    }
    const int error = errno;
    close(fd);
    if (n < 0) {
        return csi_diag_error(diag, CSI_ERR_IO, &place, "cannot be read: %s", strerror(error));
    }
    csi_digest_finish(&digest, hex);
    return CSI_OK;
}
