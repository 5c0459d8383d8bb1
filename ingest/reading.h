/* One file read with one plan into the cube, on one thread or several. */
#ifndef CSI_INGEST_READING_H
#define CSI_INGEST_READING_H

#include "ingest/cube.h"
#include "ingest/reader.h"
#include "ingest/tally.h"

/* Reads all records of `slices` after the heading. Adds to *facts. Reports in the order of the file; the status is that
 * of the first error. `labels` names the inputs by csi_origin.file. */
CSI_MUST_USE csi_status csi_reading_run(csi_slices *slices, const csi_plan *plan, csi_cube *cube, csi_tally *tally,
                                        const char *const *labels, csi_diag *diag, csi_source_facts *facts);

#endif
