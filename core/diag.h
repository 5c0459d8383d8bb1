/* Diagnostics: messages with a place, gathered here and printed by cli/ alone.
 *
 * A csi_diag is handed down to everything that can fail or has something to say. Errors are counted and kept up to
 * a cap, so that a reader can report every bad cell of a file and then fail once. A message is one record:
 *
 *     data/gci.csv:118:23: error: indicator "itu_gci", country "FRA", year 2021: "8l.2" is not a number
 *         France,FRA,2021,8l.2
 *                         ^~~~
 *
 * Out of memory inside the diagnostics themselves loses words, never the count or the status. */
#ifndef CSI_CORE_DIAG_H
#define CSI_CORE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef enum csi_severity { CSI_NOTE, CSI_WARNING, CSI_ERROR } csi_severity;

/* Where something was found. Any part may be absent: file NULL, line 0, column 0, source_line NULL.
 * `column` counts bytes from 1; `length` is how many bytes the carets underline. All strings are borrowed for the
 * length of the call that takes the place. */
typedef struct csi_place {
    const char *file;
    uint64_t line;
    uint32_t column;
    uint32_t length;
    const char *source_line; /* the text of the line, without its end; NULL: no carets */
} csi_place;

typedef struct csi_message {
    csi_severity severity;
    csi_status status; /* CSI_OK for notes and warnings */
    char *file;        /* owned by the diag; NULL when the message has no place */
    uint64_t line;
    uint32_t column;
    uint32_t length;
    char *text;
    char *source_line; /* NULL: none */
} csi_message;

typedef struct csi_diag csi_diag;

/* Every message is also shown to `sink` as it arrives, when one is set (the command prints from it). */
typedef void (*csi_diag_sink)(void *user, const csi_message *message);

/* A diag that keeps at most `error_cap` errors (0: the default, 20) and as many warnings. NULL when out of memory. */
csi_diag *csi_diag_new(size_t error_cap);
void csi_diag_free(csi_diag *diag);
void csi_diag_set_sink(csi_diag *diag, csi_diag_sink sink, void *user);

/* Records a message. `place` may be NULL. csi_diag_error returns `status`, so that a caller can write
 * `return csi_diag_error(diag, CSI_ERR_DATA, &place, "...")`. `diag` may be NULL: only the status travels then. */
csi_status csi_diag_error(csi_diag *diag, csi_status status, const csi_place *place, const char *format, ...)
    CSI_PRINTF(4, 5);
void csi_diag_warn(csi_diag *diag, const csi_place *place, const char *format, ...) CSI_PRINTF(3, 4);
void csi_diag_note(csi_diag *diag, const csi_place *place, const char *format, ...) CSI_PRINTF(3, 4);

/* Reports that memory ran out while doing `what`; returns CSI_ERR_MEMORY. */
csi_status csi_diag_no_memory(csi_diag *diag, const char *what);

/* True once the cap on errors is reached: a reader then stops looking for more. */
bool csi_diag_is_full(const csi_diag *diag);

size_t csi_diag_n_errors(const csi_diag *diag);   /* all that were reported, kept or not */
size_t csi_diag_n_warnings(const csi_diag *diag); /* likewise */

/* The kept messages, in order; borrowed until the next message or csi_diag_free. */
const csi_message *csi_diag_messages(const csi_diag *diag, size_t *n);

/* Reports to `diag` what `from`, which one thread had for itself, has kept. */
void csi_diag_pass_on(csi_diag *diag, const csi_diag *from);

/* The status of the first error, CSI_OK when there is none. */
csi_status csi_diag_first_status(const csi_diag *diag);

#endif
