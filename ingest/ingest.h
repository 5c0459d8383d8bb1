/* Ingest: files of any known shape to one checked raw panel. The stage's front door. */
#ifndef CSI_INGEST_INGEST_H
#define CSI_INGEST_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/digest.h"
#include "core/framework.h"
#include "core/panel.h"
#include "core/settings.h"
#include "ingest/origin.h"

/* What to do with something that the framework or the country table does not know. */
typedef enum csi_policy { CSI_POLICY_ERROR, CSI_POLICY_WARN, CSI_POLICY_IGNORE } csi_policy;

/* One input file. `options` is its map in index.yaml (NULL: a bare path), read by the reader that takes the file:
 * reader, columns, delimiter, missing, scheme, ... `csindex methods readers` lists them. */
typedef struct csi_input {
    const char *path;      /* as opened; "-" is standard input */
    const char *label;     /* as the configuration names it: what messages, provenance and the manifest show */
    const csi_setting *options;
} csi_input;

typedef struct csi_ingest_options {
    const csi_input *input;
    size_t n_inputs;
    int first_year, last_year;     /* observations outside are left out and counted */
    bool units_are_countries;      /* false: unit codes are taken as they come */
    csi_policy unknown_indicators;
    csi_policy unknown_countries;
    const char *const *missing;    /* texts that mean "no value" besides the empty cell */
    size_t n_missing;
    bool prefer_first;             /* the same cell from two files: the earlier file wins, logged; false: an error */
    bool with_standard_error;      /* keep them when a file gives them */
    uint64_t max_record_bytes;     /* 0: the default, 16 MiB */
    uint64_t max_bytes;            /* of decompressed input a file; 0: the default, 64 GiB */
    size_t n_threads;              /* 0: all */
    bool without_digest;           /* SHA-256 of the inputs is not taken: it halves the speed on large files */
} csi_ingest_options;

typedef struct csi_source_facts {
    const char *label;
    const char *reader;           /* which reader took it */
    uint64_t bytes;               /* on disk */
    char sha256[CSI_DIGEST_HEX];  /* of the bytes on disk */
    uint64_t n_records;           /* data records read */
    uint64_t n_observations;      /* that reached the panel */
    uint64_t n_left_out;          /* aggregates, other years, ignored indicators */
} csi_source_facts;

/* The raw panel and all that is known about it. Series are the framework's indicators, then its denominators. */
typedef struct csi_raw {
    csi_countries countries;
    csi_panel *panel;      /* owned */
    csi_origins origins;   /* owned */
    csi_source_facts *source;
    size_t n_sources;
} csi_raw;

/* Reads all inputs. Every bad cell is reported in `diag` up to its cap; the result is NULL then and the status is the
 * first error's. Strings live in `arena`; *raw is owned by the caller. */
CSI_MUST_USE csi_status csi_ingest_read(csi_arena *arena, const csi_framework *framework,
                                        const csi_ingest_options *options, csi_diag *diag, csi_raw **raw);
void csi_raw_free(csi_raw *raw);

/* Where the cell at csi_panel_at(series, year, country) came from; line 0: it is missing. */
csi_origin csi_raw_origin(const csi_raw *raw, size_t at);

#endif
