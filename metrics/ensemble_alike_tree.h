/* What a batch of replicates makes of the nodes in two years, for a chunk of countries: scores, and their differences like
 * for like. */
#ifndef CSI_METRICS_ENSEMBLE_ALIKE_TREE_H
#define CSI_METRICS_ENSEMBLE_ALIKE_TREE_H

#include "metrics/decompose.h"
#include "metrics/ensemble_children.h"

#define CSI_ALIKE_CELLS (CSI_CHUNK * CSI_ABREAST)

typedef struct csi_alike_tree {
    const csi_ensemble *e;
    size_t year[2];
    csi_replicate *replicate[CSI_ABREAST];
    double *x[2], *like;  /* [node][row][replicate]: scores of the two years, and their difference like for like */
    double *weight[2];    /* [node][replicate] */
    double *family;       /* scratch: seven columns of a family's children */
    double *rows;         /* scratch: CSI_ALIKE_ROWS rows of each of them */
    csi_parts *part;      /* scratch: [child] */
} csi_alike_tree;
#define CSI_ALIKE_ROWS 9

/* Fills x and like of the node for the country in `lane`, whose row begins at `cell`, from those of its children. */
void csi_alike_score(const csi_alike_tree *tree, size_t node, size_t lane, size_t cell);

#endif
