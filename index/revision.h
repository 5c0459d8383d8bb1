/* Two published results compared: what became of the data, and what that and the method did to scores and ranks. */
#ifndef CSI_INDEX_REVISION_H
#define CSI_INDEX_REVISION_H

#include "index/results.h"

/* What became of the observed values of one indicator, in the years that both results read. */
typedef struct csi_cell_revisions {
    const char *code;
    size_t n_old, n_new;              /* observed in each */
    size_t n_added, n_gone, n_revised;
    double largest;                   /* largest |new - old| among the revised */
} csi_cell_revisions;

/* What can change between two results, besides the program. */
typedef enum csi_revised {
    CSI_REVISED_DATA,      /* values of cells that both have */
    CSI_REVISED_COVERAGE,  /* cells added or gone */
    CSI_REVISED_GOALPOSTS, /* and targets */
    CSI_REVISED_WEIGHTS,   /* nominal ones and the steps that weigh */
    CSI_REVISED_METHOD,    /* everything else in the configuration and the framework */
} csi_revised;
#define CSI_N_REVISED 5
const char *csi_revised_name(csi_revised part); /* "data", "coverage", "goalposts", "weights", "method" */

typedef struct csi_revision {
    csi_arena *arena;     /* owned */
    csi_results *old, *new;
    size_t n_indicators;  /* of either, by code */
    csi_cell_revisions *cells;
    csi_cell_revisions all;         /* summed; `largest` is NaN, since units differ */
    bool is_same_data, is_same_method, is_same_program;
    bool is_split;        /* false: one of the results cannot be computed again, so the parts are NaN */
    const size_t *old_node, *old_country; /* index in `old` of those of `new`; CSI_NONE */
    double *part[CSI_N_REVISED], *program; /* as new->row: parts of new score - old score; NaN: not in both, or not
                                              scored in some mixture of the two */
} csi_revision;

/* Compares the results in two directories. The difference of a score is split into `program` (the old result computed
 * again by this program less what was published), and, by Shapley values, into what changed. *revision is owned. */
CSI_MUST_USE csi_status csi_revision_make(const char *old, const char *new, csi_diag *diag, csi_revision **revision);
void csi_revision_free(csi_revision *revision); /* NULL is allowed */

/* The row of `old` that corresponds to a cell of `new`; NULL: none. */
const csi_score_row *csi_revision_old(const csi_revision *revision, size_t node, size_t year, size_t country);

/* The largest change of rank of the top node in any year both have, and the share of observed cells that differ. */
int csi_revision_rank_change(const csi_revision *revision);
double csi_revision_share(const csi_revision *revision);

#endif
