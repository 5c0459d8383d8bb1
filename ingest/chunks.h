/* Chunks: storage for cells, zeroed, taken piece by piece and given back at once. Rows go to cells all over it, so it asks for
 * large pages: with small ones, finding the page of a cell took longer than fetching the cell. */
#ifndef CSI_INGEST_CHUNKS_H
#define CSI_INGEST_CHUNKS_H

#include <stddef.h>

typedef struct csi_chunk csi_chunk;

/* Set the first two, the rest zero. Owned by whoever holds it, until csi_chunks_free. */
typedef struct csi_chunks {
    size_t first_room; /* bytes of the first chunk; later ones are large */
    size_t alignment;  /* of every piece, whose sizes are multiples of it */
    csi_chunk *last;
} csi_chunks;

/* n_bytes zeroed bytes, borrowed until csi_chunks_free; NULL when out of memory. */
void *csi_chunks_take(csi_chunks *chunks, size_t n_bytes);
void csi_chunks_free(csi_chunks *chunks);

/* Gives back the piece that was taken last, of n_bytes, which holds anything now. */
void csi_chunks_return(csi_chunks *chunks, size_t n_bytes);

/* Hands all that `from` holds over to `to`, which frees it then. */
void csi_chunks_move(csi_chunks *from, csi_chunks *to);

#endif
