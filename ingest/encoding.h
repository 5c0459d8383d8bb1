/* Character encodings: everything past this point is UTF-8 without NUL, or was refused with the byte's offset.
 *
 * What a file is in is guessed only to word the refusal and the verdict of `csindex check`; a file that is not UTF-8 is
 * read only when its encoding was configured, because a wrong guess garbles names without a sound. */
#ifndef CSI_INGEST_ENCODING_H
#define CSI_INGEST_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

typedef enum csi_encoding { CSI_UTF8, CSI_CP1252, CSI_LATIN1, CSI_UTF16LE, CSI_UTF16BE } csi_encoding;

/* "utf-8", "cp1252", "latin-1", "utf-16le", "utf-16be": how index.yaml names them. */
const char *csi_encoding_name(csi_encoding encoding);
CSI_MUST_USE bool csi_encoding_parse(const char *text, csi_encoding *encoding);

/* What the head of a file looks like; *n_bom is the length of its byte order mark, 0 without. */
csi_encoding csi_encoding_guess(const char *bytes, size_t n, size_t *n_bom);

/* The kind of a file that is no text at all ("a PDF document", "a ZIP archive or Excel workbook"), told from its first
 * bytes; NULL when nothing is known against it. Static storage. */
const char *csi_encoding_foreign(const char *bytes, size_t n);

/* The offset of the first byte that is NUL or does not belong to well-formed UTF-8; n when there is none. */
size_t csi_utf8_check(const char *bytes, size_t n);

/* Decodes bytes[0..n) to UTF-8 into out, which must have room for 3 * n + 4 bytes. *carry holds an incomplete unit from
 * one call to the next and starts zeroed. Returns the bytes written; *bad is the offset in `bytes` of the first unit that
 * cannot be decoded (a lone surrogate, a byte that the code page leaves empty), n when there is none; decoding stops
 * there. */
typedef struct csi_decoder {
    csi_encoding encoding;
    unsigned char held[4];
    size_t n_held;
} csi_decoder;
size_t csi_decode(csi_decoder *decoder, const char *bytes, size_t n, char *out, size_t *bad);

#endif
