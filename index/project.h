/* A project: index.yaml, its framework, its recipe and its data, read and checked. */
#ifndef CSI_INDEX_PROJECT_H
#define CSI_INDEX_PROJECT_H

#include "ingest/ingest.h"
#include "metrics/pipeline.h"

typedef struct csi_project {
    csi_arena *arena;          /* owned: everything here lives in it */
    const char *directory;
    const char *config_label;  /* "index.yaml" */
    char config_sha256[CSI_DIGEST_HEX];
    char framework_sha256[CSI_DIGEST_HEX];
    const csi_setting *root;   /* the whole of index.yaml */
    const char *id, *name, *version, *description, *licence, *citation, *notice;
    int read_from, first_year, last_year;
    csi_framework *framework;
    csi_recipe *recipe;
    csi_ingest_options ingest;
    const char *sources;       /* the table of sources, CSV; NULL: none */
    uint64_t seed;
    size_t n_threads;
} csi_project;

/* Reads directory/index.yaml (or the file `path` itself when it is one). Nothing but the configuration and the
 * framework is read; data come with csi_run_compute. *project is owned by the caller. */
CSI_MUST_USE csi_status csi_project_read(const char *path, csi_diag *diag, csi_project **project);
void csi_project_free(csi_project *project);

#endif
