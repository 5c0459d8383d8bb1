/* Published results held against their manifest. */
#ifndef CSI_INDEX_VERIFY_H
#define CSI_INDEX_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/settings.h"

#define CSI_MANIFEST_MAX_BYTES (64u << 20)

typedef struct csi_verified {
    size_t n_files;   /* that the manifest vouches for */
    uint64_t n_bytes; /* of them, on disk */
    bool has_scores;  /* scores.csv.gz is among them: csi_verify reads the results back too */
} csi_verified;

/* The manifest of `directory`, parsed; lives in `arena`. CSI_ERR_NO_INPUT when there is none. */
CSI_MUST_USE csi_status csi_manifest_read(csi_arena *arena, const char *directory, csi_diag *diag,
                                          const csi_setting **manifest);

/* Finishes an interrupted publication, then hashes every file that manifest.json names, and reads the scores back.
 * Every file that is missing or differs is reported (CSI_ERR_DATA). `verified` may be NULL. */
CSI_MUST_USE csi_status csi_verify(const char *directory, csi_diag *diag, csi_verified *verified);

/* The same by so many threads (0: all), but for the reading back. */
CSI_MUST_USE csi_status csi_verify_files(const char *directory, size_t n_threads, csi_diag *diag, csi_verified *verified);

#endif
