/* The table of sources: where each indicator comes from, for the codebook and the data package. */
#ifndef CSI_INDEX_SOURCES_H
#define CSI_INDEX_SOURCES_H

#include "index/output.h"

/* Reads the project's table of sources, a CSV with a heading row and one row an indicator, keyed by the column
 * `indicator`, `iCode` or `code`. *sources lives in `arena`; NULL when the project names no such table. */
CSI_MUST_USE csi_status csi_sources_read(csi_arena *arena, const csi_project *project, csi_diag *diag,
                                         const csi_texts **sources);

/* The row of the indicator, and the column with this heading; CSI_NONE when there is none. `sources` may be NULL. */
size_t csi_sources_find(const csi_texts *sources, const char *code);
size_t csi_sources_column(const csi_texts *sources, const char *heading);
size_t csi_sources_key(const csi_texts *sources);

#endif
