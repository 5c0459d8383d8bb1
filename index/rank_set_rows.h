/* The published sets of ranks (rank_sets.csv.gz) read back. */
#ifndef CSI_INDEX_RANK_SET_ROWS_H
#define CSI_INDEX_RANK_SET_ROWS_H

#include "index/results.h"

/* Of one country; all 0: not ranked. Those of the data alone are 0 where the ensemble drew no data apart. */
typedef struct csi_rank_set {
    int low, high, group;
    int data_low, data_high, data_group;
} csi_rank_set;

/* Fills set[n_countries] for a node and year of results that were read from a directory. Results without an ensemble have
 * no sets: CSI_ERR_NO_INPUT. */
CSI_MUST_USE csi_status csi_rank_set_rows_read(const csi_results *results, size_t node, size_t year, csi_diag *diag,
                                               csi_rank_set *set);

#endif
