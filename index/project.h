/* A project: index.yaml, its framework, its recipe and its data, read and checked. */
#ifndef CSI_INDEX_PROJECT_H
#define CSI_INDEX_PROJECT_H

#include "ingest/ingest.h"
#include "metrics/pipeline.h"

typedef struct csi_project {
    csi_arena *arena;          /* owned: everything here lives in it */
    const char *directory;     /* paths in index.yaml are relative to it */
    const char *config_path;   /* as opened */
    const char *config_label;  /* "index.yaml": how messages and the manifest name it */
    const char *config_text;   /* the file as it stands; the manifest keeps it */
    char config_sha256[CSI_DIGEST_HEX];
    const char *framework_path, *framework_label;
    char framework_sha256[CSI_DIGEST_HEX];
    const csi_setting *root;   /* the whole of index.yaml; `ensemble` is read by the stage that it belongs to */
    const char *id, *name, *version;
    const char *description, *licence, *citation, *notice, *homepage; /* "" when not given */
    const char *name_fr, *description_fr, *notice_fr;                 /* likewise: in French */
    int read_from, first_year, last_year;
    bool units_are_countries;
    csi_framework *framework;
    csi_recipe *recipe;
    csi_ingest_options ingest;
    const char *sources_path, *sources_label; /* the table of sources, CSV; NULL: none */
    const char *covariates_path, *covariates_label; /* a CSV table with one row a country; NULL: none */
    const struct csi_variant_spec *variant;   /* index/variant.h; none for a project made of published results */
    size_t n_variants;
    uint64_t seed;
    size_t n_threads;          /* 0: all processors */
} csi_project;

/* Reads directory/index.yaml (or the file `path` itself when it is one). Nothing but the configuration and the
 * framework is read; data come with csi_run_compute. *project is owned by the caller. */
CSI_MUST_USE csi_status csi_project_read(const char *path, csi_diag *diag, csi_project **project);

/* Standard input in the place of the project's data files, unless one of them is it already. */
CSI_MUST_USE csi_status csi_project_take_standard_input(csi_project *project, csi_diag *diag);

/* A project made of published results: the configuration and framework of the directory `method`, the data of the
 * directory `data` (which may be another one). A run of it repeats the computation without the original files. */
CSI_MUST_USE csi_status csi_project_read_published(const char *method, const char *data, csi_diag *diag,
                                                   csi_project **project);

void csi_project_free(csi_project *project); /* NULL is allowed */

#endif
