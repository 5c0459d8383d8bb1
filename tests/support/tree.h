/* A coin with levels: six indicators a to f, of which b and e count in reverse and d weighs nothing, under p, q, r,
 * those under s and t, these under top; goalposts, transforms and years of carrying differ. 21 countries and six years,
 * all but the first scored. Values from 3 to 97; a sixth of the cells is missing, f of every other country, and
 * everything of the last one. */
#ifndef CSI_TESTS_TREE_H
#define CSI_TESTS_TREE_H

#include "tests/support/coin.h"

enum {
    TREE_INDICATORS = 6,
    TREE_AGGREGATES = 6,
    TREE_COUNTRIES = 21,
    TREE_YEARS = 6,
    TREE_SCORED = 5,
    TREE_CELLS = TREE_AGGREGATES * TREE_SCORED * TREE_COUNTRIES
};

/* Standard errors of four of five values but those of b and f; skewed ones differ below, but for those of a. Complete: no
 * errors, and nothing missing but b in the fourth year, which nobody has. */
typedef enum tree_errors { TREE_EXACT, TREE_ERRORS, TREE_SKEWED, TREE_COMPLETE } tree_errors;

coin tree_make(tree_errors errors);

/* Steps to begin with. */
#define TREE_FILLED "- impute: {method: linear, max_gap: 3}\n- impute: carry\n"
#define TREE_POSTS "- normalise: {method: minmax, goalposts: framework, range: [1, 100]}\n"

#endif
