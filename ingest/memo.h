/* A hash table from short strings to numbers: each thread's memory of what a text was resolved to.
 *
 * A file repeats the same few hundred names millions of times; the memo makes the second time cheap. It belongs to one
 * thread. (csi_names in core gives strings an order and shares them; this only remembers.) */
#ifndef CSI_INGEST_MEMO_H
#define CSI_INGEST_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct csi_memo csi_memo;

csi_memo *csi_memo_new(void); /* NULL when out of memory */
void csi_memo_free(csi_memo *memo);

/* The number kept for text[0..length), 0 when it is new; NULL when out of memory. Valid until the next call. */
uint32_t *csi_memo_at(csi_memo *memo, const char *text, size_t length);

#endif
