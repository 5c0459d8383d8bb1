/* The seam of publishing: an output is a row of data and one function.
 *
 * Each published file has one module, index/output_<name>.c, which exports one `const csi_output`, listed once in
 * index/publish.c. A table's fields stand in its shape, once: the heading of the CSV file and the schema in
 * datapackage.json are both written from it, so that they cannot disagree. */
#ifndef CSI_INDEX_OUTPUT_H
#define CSI_INDEX_OUTPUT_H

#include "core/outfile.h"
#include "index/csv.h"
#include "index/publish.h"
#include "index/variant.h"

typedef struct csi_shape_field {
    const char *name;
    const char *type;      /* of the Table Schema: string, integer, number */
    const char *meaning;
    bool is_required;
    const char *choices;   /* "final|provisional|missing"; NULL: any */
    bool is_share;         /* a number from 0 to 1 */
} csi_shape_field;

/* A foreign key: the fields `from` are the key `to` of the table in the file `table`. Lists are written "a|b". */
typedef struct csi_link {
    const char *from, *table, *to;
} csi_link;

typedef struct csi_shape {
    const char *title, *description;
    const csi_shape_field *field;
    size_t n_fields;
    const char *key; /* "iso3|year|code" */
    const csi_link *link;
    size_t n_links;
} csi_shape;

/* A CSV table of texts, read whole (the table of sources). */
typedef struct csi_texts {
    size_t n_columns, n_rows;
    const char **heading;
    const char ***cell; /* [row][column] */
} csi_texts;

typedef struct csi_output csi_output;

/* Everything that the writers may draw on. */
typedef struct csi_publication csi_publication;
struct csi_publication {
    const csi_run *run;
    const csi_intervals *intervals;  /* NULL: none */
    csi_arena *arena;                /* as long as the publication */
    const csi_texts *sources;        /* NULL: none */
    const size_t *node;              /* all nodes, higher levels first, each level by code */
    const size_t *series;            /* the data series (indicators, denominators) by code */
    const csi_output *const *output; /* what is written, in order */
    size_t n_outputs;
    csi_variant **variant;           /* [n_variants]: as project->variant */
    size_t n_variants;
    csi_outfile_facts *facts;        /* [n_outputs]: known for the outputs before the one being written */
    size_t n_warnings;               /* so far */
};

struct csi_output {
    const char *file;
    csi_compression compression;
    const csi_shape *shape; /* of a table; NULL: made by `describe`, or, without it, the file is no table */
    /* The shape of a table whose fields depend on the publication, in its arena (NULL: out of memory). */
    const csi_shape *(*describe)(const csi_publication *publication);
    csi_status (*write)(const csi_publication *publication, csi_outfile *file, csi_diag *diag);
    const csi_publication *part; /* what is written instead of the publication itself: of a variant; NULL: itself */
};

/* The field "code" as a foreign key into the codebook. */
extern const csi_link csi_link_codebook;

/* Computes the variants and fills output[0..n_variants) with their files. */
csi_status csi_variants_prepare(csi_publication *publication, csi_diag *diag, csi_output *output);

extern const csi_output csi_output_scores;
extern const csi_output csi_output_contributions;
extern const csi_output csi_output_quality;
extern const csi_output csi_output_changes;
extern const csi_output csi_output_uncertainty; /* this and the next three with a tally only */
extern const csi_output csi_output_rank_shifts;
extern const csi_output csi_output_rank_distribution;
extern const csi_output csi_output_rank_pairs;
extern const csi_output csi_output_rank_sets;
extern const csi_output csi_output_rank_changes;
extern const csi_output csi_output_trends;
extern const csi_output csi_output_frontier;
extern const csi_output csi_output_ranking;
extern const csi_output csi_output_codebook;
extern const csi_output csi_output_methodology;
extern const csi_output csi_output_datapackage;
extern const csi_output csi_output_manifest;

/* Writes the names of the shape's fields as the heading row. */
void csi_shape_write_heading(const csi_shape *shape, csi_csv *csv);

/* All nodes in the order of the published files: higher levels first, each level by code. Lives in `arena`; NULL when out
 * of memory. */
const size_t *csi_framework_order(csi_arena *arena, const csi_framework *framework);

/* The panel that the normalisation starts from: the last stage before the first normalise step. */
const csi_panel *csi_run_treated(const csi_run *run);

/* The country with the best score of a node and year, the first by code of several; CSI_NONE: nobody is scored. */
size_t csi_run_frontier(const csi_run *run, size_t node, size_t year);

/* The share of `node` among its siblings in `year`, and of the whole index along its path. */
double csi_run_sibling_weight(const csi_run *run, size_t node, size_t year);
double csi_run_path_weight(const csi_run *run, size_t node, size_t year);

/* The value of an option as it would be written in index.yaml; lives in `arena`, NULL when out of memory. */
const char *csi_option_text(csi_arena *arena, const csi_option *option, const csi_option_value *value);

#endif
