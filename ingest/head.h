/* The head of a file: its first records, in storage that lives as long as the arena, for the readers to choose by. */
#ifndef CSI_INGEST_HEAD_H
#define CSI_INGEST_HEAD_H

#include "ingest/reader.h"

/* Completes the dialect in *settings (delimiter, quote) where the configuration left it open, and fills the records of
 * *preview, whose label and settings are set. Fails when the head is empty, no text, or breaks the grammar. */
CSI_MUST_USE csi_status csi_head_read(csi_arena *arena, csi_slices *slices, csi_input_settings *settings, csi_diag *diag,
                                      csi_preview *preview);

/* Reports why a slice could not be split, or which byte of it is no UTF-8; both return the status. */
csi_status csi_report_fault(const char *label, const csi_split_fault *fault, csi_diag *diag);
csi_status csi_report_byte(const char *label, const csi_slice *slice, size_t bad, const csi_slices *slices,
                           csi_diag *diag);

/* The reader that the settings name, or that is surest; *header is the record with the headings. */
CSI_MUST_USE csi_status csi_head_choose(const csi_preview *preview, csi_diag *diag, const csi_reader **reader,
                                        size_t *header);

#endif
