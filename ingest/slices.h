/* Slices: a source cut into stretches of whole records, so that several threads can read one file.
 *
 * A cut falls after a line end outside quotes. Strict CSV allows a quote only around a field or doubled inside one, so
 * the parity of the quotes seen so far tells inside from outside; where a stray quote breaks that, the splitter meets
 * it in the same slice, before anything cut wrongly because of it, and reading stops there. */
#ifndef CSI_INGEST_SLICES_H
#define CSI_INGEST_SLICES_H

#include "ingest/encoding.h"
#include "ingest/source.h"

typedef struct csi_slices csi_slices;

/* Storage belongs to the slice and is used again by the next csi_slices_next; starts zeroed, ends with
 * csi_slice_clear. */
typedef struct csi_slice {
    char *bytes;
    size_t room;
    size_t n;            /* whole lines, the last byte is a line end (added where the file lacks it) */
    uint64_t index;      /* 0, 1, ... in the order of the file */
    uint64_t first_line; /* of the file, from 1 */
    uint64_t offset;     /* of bytes[0] in the decoded text, byte order mark included */
    bool is_cut_short;   /* no end of record was found within max_record_bytes */
} csi_slice;

typedef struct csi_slices_options {
    csi_source_options source;
    uint64_t max_record_bytes; /* 0: the default, 16 MiB */
    bool is_encoding_set;      /* false: UTF-8, and anything else is refused with what it looks like */
    csi_encoding encoding;
    bool accepts_guess;        /* reads the file as what it looks like; for looking only, not for data */
} csi_slices_options;

/* Opens the source, recognises what is no text and skips a byte order mark. *slices is owned by the caller. */
CSI_MUST_USE csi_status csi_slices_open(const char *path, const char *label, const csi_slices_options *options,
                                        csi_diag *diag, csi_slices **slices);
void csi_slices_close(csi_slices *slices); /* NULL is allowed */

/* The next bytes without taking them: at least `want` of them unless the input ends; borrowed until the next call. */
CSI_MUST_USE csi_status csi_slices_peek(csi_slices *slices, size_t want, csi_diag *diag, const char **bytes, size_t *n);

/* Drops the first n of the bytes that were peeked at. They must end a record. */
void csi_slices_skip(csi_slices *slices, size_t n);

/* What cuts must heed. `quote` '\0': none; '"' from the start. `is_lenient`: quotes may stand anywhere (see
 * csi_splitter_set_lenient), so that cuts are found by following the grammar from the start and not by parity. */
void csi_slices_set_quote(csi_slices *slices, char quote, char delimiter, bool is_lenient);

/* The next slice; slice->n is 0 at the end. Not reentrant: callers take turns. */
CSI_MUST_USE csi_status csi_slices_next(csi_slices *slices, csi_diag *diag, csi_slice *slice);
void csi_slice_clear(csi_slice *slice);

/* True when everything that is left has been peeked at already: too little to share among threads. */
bool csi_slices_is_small(const csi_slices *slices);

csi_source *csi_slices_source(csi_slices *slices); /* borrowed */
csi_encoding csi_slices_guess(const csi_slices *slices); /* what the head of the file looked like */
bool csi_slices_has_bom(const csi_slices *slices);
uint64_t csi_slices_offset(const csi_slices *slices); /* of the next byte, in the decoded text */

/* How many line ends (LF, CR or CRLF) text[0..n) holds. */
uint64_t csi_count_lines(const char *text, size_t n);

#endif
