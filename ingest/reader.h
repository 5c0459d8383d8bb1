/* The seam of the readers: a reader knows one shape of file and turns its headings into a plan.
 *
 * A reader is one file, ingest/reader_<name>.c, that exports one `const csi_reader`, and one line in readers.def.
 * Choosing it, reading its options, `csindex methods readers` and `csindex check` follow from that. */
#ifndef CSI_INGEST_READER_H
#define CSI_INGEST_READER_H

#include "ingest/input_settings.h"
#include "ingest/plan.h"

struct csi_batch;

/* The first records of a file. */
typedef struct csi_preview {
    const char *label;
    const csi_record *record; /* with texts that live as long as the arena */
    const size_t *end;        /* bytes of the text up to the end of each record */
    size_t n;
    size_t n_headings;        /* how many of them may hold the headings: the first ones */
    const csi_framework *framework;
    const csi_ingest_options *options;
    const csi_input_settings *settings;
    csi_units *units;
    struct csi_tally *tally;
} csi_preview;

typedef struct csi_reader {
    const char *name;
    const char *summary; /* one line for people */
    /* How sure it is that the file is of its shape, 0 to 100, and which record holds the headings. */
    int (*sniff)(const csi_preview *preview, size_t *header);
    /* Fills the columns of the plan (dialect, label, framework and options are filled already). */
    csi_status (*plan)(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag);
    /* Reads one record; csi_plan_read for all shapes that a plan describes fully. */
    csi_status (*read)(const csi_plan *plan, const csi_record *record, struct csi_batch *batch);
} csi_reader;

#define CSI_READER(reader) extern const csi_reader reader;
#include "ingest/readers.def"
#undef CSI_READER
extern const csi_reader *const csi_readers[];
extern const size_t csi_n_readers;
const csi_reader *csi_reader_find(const char *name); /* or NULL */

#endif
