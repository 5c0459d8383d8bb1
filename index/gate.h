/* The gate: a new result held against the published one before it may take its place. */
#ifndef CSI_INDEX_GATE_H
#define CSI_INDEX_GATE_H

#include "index/results.h"

/* How much may change; NaN: anything. */
typedef struct csi_gate_limits {
    double max_rank_change;   /* places, of any country in any year, of the index itself */
    double max_revised_share; /* of the raw cells published before that have another value now or are gone; 0..1 */
    double max_coverage_drop; /* of the mean coverage of the index's scores; 0..1 */
    bool allow_shrink;        /* countries, years, indicators may vanish */
} csi_gate_limits;

typedef struct csi_gate {
    size_t n_cells, n_revised, n_gone, n_added; /* raw cells: published before, of them revised and gone, and new */
    double revised_share;
    int rank_change; /* the largest; 0: none */
    const char *mover; /* its country; NULL: none */
    int mover_year, mover_before, mover_after;
    double coverage_before, coverage_after; /* mean over the scores of the index; NaN: none */
    csi_names *vanished; /* "country PRK", "year 2014", "indicator egdi" */
    size_t n_failed;     /* limits that are passed */
} csi_gate;

/* Compares `run` with the results in `previous`. Each limit that is passed is an error in `diag`, and the status is
 * CSI_ERR_GATE then. Where there is no previous result, *gate is NULL and all is well. Lives in `arena`. */
CSI_MUST_USE csi_status csi_gate_check(csi_arena *arena, const char *previous, const csi_run *run,
                                       const csi_intervals *intervals, const csi_gate_limits *limits, csi_diag *diag,
                                       csi_gate **gate);

/* The verdict alone: counts the limits that are passed and reports each. */
CSI_MUST_USE csi_status csi_gate_judge(csi_arena *arena, csi_gate *gate, const csi_gate_limits *limits,
                                       const char *previous, csi_diag *diag);

/* Writes what was found to directory/gate.csv: check, found, limit, verdict, detail. */
CSI_MUST_USE csi_status csi_gate_write(csi_arena *arena, const csi_gate *gate, const csi_gate_limits *limits, const char *directory,
                                       csi_diag *diag);

#endif
