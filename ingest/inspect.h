/* A stated verdict about one file: how it is written, what shape it has, what each column was taken for, and why.
 *
 * Nothing is read into a panel; every line of the verdict names the option of index.yaml that overrules it. */
#ifndef CSI_INGEST_INSPECT_H
#define CSI_INGEST_INSPECT_H

#include "ingest/ingest.h"

typedef struct csi_verdict_row {
    const char *what;    /* "encoding", "delimiter", "columns 5 to 62" */
    const char *verdict;
    const char *why;
    const char *option;  /* of index.yaml that overrules it; "" where nothing does */
} csi_verdict_row;

typedef struct csi_verdict {
    size_t n;
    const csi_verdict_row *row;
    const char *reader; /* the one that would take the file; NULL: none is sure */
} csi_verdict;

/* Looks at the head of a file. `framework` may be NULL: then no column can be told to be an indicator by its code. The
 * verdict lives in `arena`. Fails when the file cannot be opened or is no table of text. */
CSI_MUST_USE csi_status csi_inspect(csi_arena *arena, const csi_framework *framework, const csi_input *input,
                                    csi_diag *diag, const csi_verdict **verdict);

#endif
