/* The children of a node as its weighted sum takes them, for CSI_ABREAST replicates of one year side by side. */
#ifndef CSI_METRICS_ENSEMBLE_CHILDREN_H
#define CSI_METRICS_ENSEMBLE_CHILDREN_H

#include "metrics/ensemble_model.h"

#define CSI_CHUNK 32 /* rows that are made, added up and finished before the next, so that they stay in the nearest cache */

/* Where a child's rows are, ready to be added: values, logarithms or inverses as the rule of the parent wants them, and
 * 0 where there is none. */
typedef struct csi_child {
    const double *x; /* [row] where all replicates share it, else [row][CSI_ABREAST]; NULL: to be made, chunk by chunk */
    bool is_shared;
    size_t indicator; /* whose it is, if it is to be made, as the next */
    size_t place;     /* among those of the node */
    size_t slot;      /* where its errors are kept */
    csi_rule_kind kind;
    double floor;
} csi_child;

/* What a thread makes indicators' columns with. Owned by the caller; CSI_ERR_MEMORY. */
typedef struct csi_children csi_children;
CSI_MUST_USE csi_status csi_children_new(const csi_ensemble *ensemble, csi_children **columns);
void csi_children_free(csi_children *columns);

/* Begins a year of the replicates. kept holds what csi_kept_errors gave for their error keys; it and they must stay. */
void csi_children_begin(csi_children *columns, const csi_replicate *const *replicate, size_t year, const float *kept);

/* Begins a node: what was made for the one before is given up. */
void csi_children_begin_node(csi_children *columns);

/* The column of an indicator for a parent of the rule, number `place` of those that the node takes. */
csi_child csi_children_of(csi_children *columns, size_t indicator, size_t place, csi_rule_kind kind, double floor);

/* Rows `first` on, at most CSI_CHUNK of them, of a column that is to be made: [row][CSI_ABREAST]. They stay until the
 * same place is made again. */
const double *csi_children_make(csi_children *columns, const csi_child *column, size_t first, size_t n);

/* From n values, gaps kept, to what the rule adds. Where a logarithm or an inverse is infinite stands a number so great
 * in size that no other child outweighs it, since 0 times infinity would be no score. */
void csi_make_ready(const double *x, csi_rule_kind kind, double floor, size_t n, double *ready);

/* to = from, of n rows, for the replicates that are meant (-1; the others 0). */
void csi_choose_rows(const double *from, const int64_t *is_meant, size_t n, double *to);

#define CSI_NEVER_LOGARITHM (-1e300) /* of 0 */
#define CSI_NEVER_INVERSE 1e300      /* likewise */

#endif
