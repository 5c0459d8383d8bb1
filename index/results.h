/* Published results read back: what the views, comparisons, exports and `diff` work on. */
#ifndef CSI_INDEX_RESULTS_H
#define CSI_INDEX_RESULTS_H

#include "index/publish.h"

/* One score with all that is published beside it: a row of scores.csv.gz. */
typedef struct csi_score_row {
    double score, coverage, imputed_share; /* NaN: blank */
    int rank, n_ranked;                    /* 0: blank */
    csi_score_status status;
    double score_q05, score_q50, score_q95, rank_q05, rank_q50, rank_q95; /* NaN when no ensemble was run */
} csi_score_row;

typedef struct csi_results {
    csi_arena *arena;            /* owned */
    const char *directory;       /* NULL: made from a run */
    const char *variant;         /* name of the variant; NULL: the full series */
    const csi_setting *manifest; /* NULL: made from a run */
    csi_countries countries;     /* sorted by iso3, with names */
    csi_names *nodes;            /* codes of the aggregates, top first, each level by code */
    const char *const *node_name;
    const int *node_level;
    int first_year;
    size_t n_years;
    csi_score_row *row;          /* [node][year][country] */
} csi_results;

/* Reads scores.csv.gz, codebook.csv and manifest.json of `directory`. */
CSI_MUST_USE csi_status csi_results_read(const char *directory, csi_diag *diag, csi_results **results);

/* The same of one of its variants (NULL: the full series): its scores_<variant>.csv.gz in place of scores.csv.gz. An
 * unknown variant is CSI_ERR_USAGE. */
CSI_MUST_USE csi_status csi_results_read_variant(const char *directory, const char *variant, csi_diag *diag,
                                                 csi_results **results);

/* The same view of a run that has not been published; `intervals` may be NULL. */
CSI_MUST_USE csi_status csi_results_of_run(const csi_run *run, const csi_intervals *intervals, csi_diag *diag,
                                           csi_results **results);
void csi_results_free(csi_results *results); /* NULL is allowed */

/* For those who read other files of the same directory: whether the manifest vouches for a file `name`, and whether the
 * one at `path` is that file. */
bool csi_results_hold(const csi_results *results, const char *name);
CSI_MUST_USE csi_status csi_results_check(const csi_results *results, const char *name, const char *path, csi_diag *diag);

const csi_score_row *csi_results_at(const csi_results *results, size_t node, size_t year, size_t country);

/* The last year (index) with a score of the top node; CSI_NONE when there is none. */
size_t csi_results_latest_year(const csi_results *results);

/* The scale that scores are drawn on: 0 to 1, 10 or 100 where all scores and their quantiles lie there, else round numbers
 * about them and 0. */
typedef struct csi_scale {
    double low, high;
    double step;       /* between the lines of a grid, which both ends are on */
    int step_decimals; /* that the lines need */
    int decimals;      /* that keep scores apart for people: 1 on a scale of 100 */
} csi_scale;
csi_scale csi_results_scale(const csi_results *results);
csi_scale csi_run_scale(const csi_run *run, const csi_intervals *intervals); /* the same; `intervals` may be NULL */

double csi_scale_round(double value, int decimals); /* NaN for NaN */

#endif
