/* The seam of the exports: a form is a row of data and one function.
 *
 * An export shows what a run wrote, in the form of somebody's trade, and computes nothing new. Each form is one module,
 * notebooks-export/export_<name>.c, which exports one `const csi_exporter`, listed once in exporters.def; `csindex
 * export` needs no knowledge of any. All draw on one csi_release: the published results of one directory, read once.
 * Files are written whole or not at all, with fixed times inside, so that equal results give equal bytes. */
#ifndef CSI_EXPORT_H
#define CSI_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/outfile.h"
#include "index/results.h"

/* A codebook row as published; texts are "" and numbers NaN where blank. */
typedef struct csi_entry {
    const char *type; /* Indicator, Aggregate, Denominator */
    const char *code, *name, *parent, *unit;
    int level;                  /* 0 for denominators */
    const char *const *cell;    /* all columns, in the order of csi_release.heading */
} csi_entry;

typedef struct csi_release {
    csi_arena *arena;       /* owned, as are the results */
    csi_results *results;
    const char *directory;
    const char *id, *name, *version, *description, *licence; /* "" where the run gives none */
    int first_read_year; /* the first year of the data; the scores may begin later */
    size_t n_headings;
    const char *const *heading; /* of codebook.csv */
    size_t n_entries;
    const csi_entry *entry; /* in the order of codebook.csv: higher levels or indicators first, as published */
    bool has_intervals;     /* an ensemble was run */
    size_t latest;          /* index of the latest year with scores; 0 when there is none */
    csi_scale scale;        /* that scores are drawn on, and rounded for */
    bool *is_out_of_memory; /* set by csi_release_text */
} csi_release;

/* Reads what `csindex run` wrote to `directory`. *release is owned by the caller. */
CSI_MUST_USE csi_status csi_release_read(const char *directory, csi_diag *diag, csi_release **release);
void csi_release_free(csi_release *release); /* NULL is allowed */

/* The column of codebook.csv with this heading, and the entry with this code; CSI_NONE when there is none. */
size_t csi_release_heading(const csi_release *release, const char *heading);
size_t csi_release_entry(const csi_release *release, const char *code);

/* A formatted text in the release's arena. Never NULL: when memory runs out it is "", and csi_export_file fails instead of
 * committing. So a writer may go on without looking. */
const char *csi_release_text(const csi_release *release, const char *format, ...) CSI_PRINTF(2, 3);

/* Countries of the year by rank of the top node, then by code; those without a rank last. Fills order[0..countries.n). */
void csi_release_order(const csi_release *release, size_t year, size_t *order);

/* A value of one column of the wide layout: one row a country and year, the top node with everything known about it, the
 * nodes below with their scores. */
typedef enum csi_wide_kind {
    CSI_WIDE_SCORE, CSI_WIDE_SCORE_Q05, CSI_WIDE_SCORE_Q50, CSI_WIDE_SCORE_Q95, CSI_WIDE_RANK, CSI_WIDE_RANK_Q05,
    CSI_WIDE_RANK_Q50, CSI_WIDE_RANK_Q95, CSI_WIDE_N_RANKED, CSI_WIDE_COVERAGE, CSI_WIDE_IMPUTED, CSI_WIDE_STATUS,
} csi_wide_kind;

typedef struct csi_wide_column {
    const char *name;  /* the node's code and "", "_rank", "_rank_q05" ... */
    const char *label; /* for people: "Cyberspace stability index: rank" */
    size_t node;
    csi_wide_kind kind;
} csi_wide_column;

/* The columns of the release, in its arena; quantiles only where an ensemble was run. NULL when out of memory. */
const csi_wide_column *csi_wide_columns(const csi_release *release, size_t *n);
double csi_wide_value(const csi_release *release, const csi_wide_column *column, size_t year, size_t country);

typedef struct csi_exporter {
    const char *name;  /* "sqlite", as on the command line */
    const char *files; /* what it writes, for --help */
    const char *title; /* one line, no full stop */
    csi_status (*write)(const csi_release *release, const char *directory, csi_diag *diag);
} csi_exporter;

size_t csi_exporter_count(void);
const csi_exporter *csi_exporter_at(size_t index);
const csi_exporter *csi_exporter_find(const char *name); /* NULL: none */

/* What a writer calls to fill one file, and how to have it written whole or not at all. */
typedef csi_status (*csi_fill)(const csi_release *release, csi_outfile *file, csi_diag *diag);
CSI_MUST_USE csi_status csi_export_file(const csi_release *release, const char *directory, const char *name,
                                        csi_fill fill, csi_diag *diag);

#endif
