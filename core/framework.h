/* The framework: the tree of indicators and what they are aggregated into.
 *
 * Nodes keep one order everywhere: indicators first, in the order of the file, then level 2, level 3, ... up to the
 * single root, each level in the order of the file. So an indicator's node index is its series index in every data
 * panel, the root is the last node, and children always come before their parents. Denominators follow the root in
 * `denominator` and have series of their own after the indicators in the data panels. */
#ifndef CSI_CORE_FRAMEWORK_H
#define CSI_CORE_FRAMEWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"

typedef enum csi_transform { CSI_TRANSFORM_NONE, CSI_TRANSFORM_LOG, CSI_TRANSFORM_LOG1P, CSI_TRANSFORM_ASINH } csi_transform;

typedef struct csi_node {
    const char *code;
    const char *name;
    const char *unit;    /* "" when not given, as measure and kind */
    const char *name_fr, *unit_fr; /* the same in French; "" or NULL when not given */
    const char *measure; /* normative, legal, operational, technical */
    const char *kind;    /* commitment, capacity, condition, conduct */
    int level;           /* 1 for indicators, 0 for denominators */
    size_t parent;       /* node index; CSI_NONE for the root */
    size_t n_children;
    const size_t *child; /* node indices, in the order of the file */
    int direction;       /* 1: more is better, -1: less is better */
    double weight;       /* nominal, as given; non-negative; the aggregation rescales within the parent */
    csi_transform transform;
    double goal_low, goal_high; /* raw units; NaN when not given */
    double target;              /* raw units; NaN when not given */
    int max_carry;              /* years; -1 when not given */
    int valid_from;             /* first valid year; INT_MIN when not given */
    const char *denominator;    /* code of a denominator, NULL: none */
    size_t n_breaks;            /* years from which the source's method differs from the year before */
    const int *breaks;
    unsigned line; /* of the framework file, for messages; 0: none */
} csi_node;

typedef struct csi_framework {
    size_t n_indicators;
    size_t n_nodes; /* indicators and aggregates; the root is n_nodes - 1 */
    csi_node *node;
    int n_levels;
    size_t n_denominators;
    csi_node *denominator;
    const csi_names *codes; /* of nodes and denominators, in the order they were given */
    const size_t *place;    /* where each of them is: the index of a node, or n_nodes + that of a denominator */
    const char *file; /* where it was read from, for messages */
    size_t n_groupings, n_others; /* columns of unit data that are no series: their headings, from the file's rows of */
    const char *const *grouping;  /* Type Group ... */
    const char *const *other;     /* ... and Other */
} csi_framework;

/* Orders `nodes` (any order; parents named by `parent_code`), links children, checks the tree and fills *framework.
 * Errors, each with the file and line: duplicate code, unknown parent, cycle, more than one root, a child not below
 * its parent's level, an aggregate without children, a negative or non-finite weight, weights of a parent's children
 * summing to zero, a direction other than 1 or -1, goal_low >= goal_high, more than CSI_FRAMEWORK_MAX_LEVELS levels.
 * A given node of level 0 is a denominator. Strings are borrowed from the caller and must live in `arena`, as the result
 * does. */
#define CSI_FRAMEWORK_MAX_LEVELS 64
CSI_MUST_USE csi_status csi_framework_build(csi_arena *arena, const char *file, const csi_node *nodes,
                                            const char *const *parent_code, size_t n, csi_diag *diag,
                                            csi_framework **framework);

size_t csi_framework_find(const csi_framework *framework, const char *code); /* node index or CSI_NONE */

/* The number of data series: indicators, then denominators. */
static inline size_t csi_framework_n_series(const csi_framework *framework)
{
    return framework->n_indicators + framework->n_denominators;
}
size_t csi_framework_find_series(const csi_framework *framework, const char *code); /* or CSI_NONE */

/* The code of a series that `code` may be a slip of the pen for; NULL when there is none, or memory for the list. */
const char *csi_framework_nearest_series(const csi_framework *framework, const char *code);

/* The weight of `node` along its path to the root: the product of shares within each parent. Sums to 1 over the
 * indicators. */
double csi_framework_path_weight(const csi_framework *framework, size_t node);

const char *csi_transform_name(csi_transform transform);
CSI_MUST_USE bool csi_transform_parse(const char *text, csi_transform *transform);
double csi_transform_apply(csi_transform transform, double x); /* NaN outside its domain */

#endif
