/* Lanes and patterns: in which order the columns of an ensemble hold the countries, how far a node's scored ones reach, and
 * which children each of them has. */
#include "metrics/ensemble_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/rng.h"

static void *take(const csi_ensemble *e, size_t n, size_t size)
{
    return csi_arena_alloc(e->arena, n == 0 ? 1 : n, size);
}

/* Which children are present for a group of countries. */
typedef struct pattern {
    const bool *has; /* [child] */
    bool is_scored;
} pattern;

static csi_status lay_out_columns(csi_ensemble *e, const pattern *found, size_t n_children, csi_patterns *to)
{
    const size_t n_padded = (to->n + CSI_DRAW_GROUP - 1) / CSI_DRAW_GROUP * CSI_DRAW_GROUP;
    const double **has = take(e, n_children, sizeof *has);
    double *if_scored = take(e, n_padded, sizeof *if_scored);
    if (has == NULL || if_scored == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t q = 0; q < n_children; q++) {
        double *column = take(e, n_padded, sizeof *column);
        if (column == NULL) {
            return CSI_ERR_MEMORY;
        }
        for (size_t p = 0; p < to->n; p++) {
            column[p] = found[p].has[q] ? 1.0 : 0.0;
        }
        has[q] = column;
    }
    for (size_t p = 0; p < to->n; p++) {
        if_scored[p] = found[p].is_scored ? 0.0 : (double)NAN;
    }
    to->has = has;
    to->if_scored = if_scored;
    return CSI_OK;
}

/* Sorts the countries of one family and year by which children they have. */
static csi_status find_patterns(csi_ensemble *e, const csi_result *result, size_t node, size_t year, csi_patterns *to)
{
    const csi_node *parent = &e->context.framework->node[node];
    pattern found[CSI_PATTERNS_MOST];
    uint8_t *of = take(e, e->stride, sizeof *of);
    bool *has = take(e, parent->n_children, sizeof *has);
    if (of == NULL || has == NULL) {
        return CSI_ERR_MEMORY;
    }
    *to = (csi_patterns){.of = of};
    for (size_t lane = 0; lane < e->n_countries; lane++) {
        const size_t c = e->country[lane];
        for (size_t q = 0; q < parent->n_children; q++) {
            has[q] = !isnan(csi_panel_get(result->scores, parent->child[q], year, c));
        }
        const bool is_scored = !isnan(csi_panel_get(result->scores, node, year, c));
        size_t p = 0;
        while (p < to->n && memcmp(found[p].has, has, parent->n_children * sizeof *has) != 0) {
            p++;
        }
        if (p == CSI_PATTERNS_MOST) {
            e->slow = "more than 256 patterns of missing children in one node";
            e->is_slow_everywhere = true;
            p = 0;
        } else if (p == to->n) {
            found[to->n++] = (pattern){has, is_scored};
            has = take(e, parent->n_children, sizeof *has);
            if (has == NULL) {
                return CSI_ERR_MEMORY;
            }
        }
        of[lane] = (uint8_t)p;
    }
    return lay_out_columns(e, found, parent->n_children, to);
}

/* Whether the patterns say of every country what is so, but for the child that has no weight. */
static bool agrees(const csi_ensemble *e, const csi_result *result, size_t node, size_t year, size_t left_out,
                   const csi_patterns *like)
{
    const csi_node *parent = &e->context.framework->node[node];
    const double *score = csi_panel_column(result->scores, node, year);
    for (size_t lane = 0; lane < e->n_countries; lane++) {
        if (isnan(score[e->country[lane]]) != isnan(like->if_scored[like->of[lane]])) {
            return false;
        }
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        const double *child = csi_panel_column(result->scores, parent->child[q], year);
        for (size_t lane = 0; lane < e->n_countries && parent->child[q] + 1 != left_out; lane++) {
            if (isnan(child[e->country[lane]]) == (like->has[q][like->of[lane]] > 0.0)) {
                return false;
            }
        }
    }
    return true;
}

const csi_patterns *const *csi_find_patterns(csi_ensemble *ensemble, const csi_result *result, size_t left_out,
                                             const csi_patterns *const *const *like, size_t n_like)
{
    csi_ensemble *e = ensemble;
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    const csi_patterns **patterns = take(e, e->n_years * n_aggregates, sizeof *patterns);
    csi_status status = patterns == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t at = 0; at < e->n_years * n_aggregates && status == CSI_OK; at++) {
        const size_t year = at / n_aggregates, node = e->n_indicators + at % n_aggregates;
        for (size_t i = 0; i < n_like && patterns[at] == NULL; i++) {
            patterns[at] = agrees(e, result, node, year, left_out, like[i][at]) ? like[i][at] : NULL;
        }
        if (patterns[at] == NULL) {
            csi_patterns *found = take(e, 1, sizeof *found);
            status = found == NULL ? CSI_ERR_MEMORY : find_patterns(e, result, node, year, found);
            patterns[at] = found;
        }
    }
    return status == CSI_OK ? patterns : NULL;
}

csi_status csi_order_lanes(csi_ensemble *ensemble, const csi_result *result)
{
    csi_ensemble *e = ensemble;
    const size_t n_columns = (e->n_nodes - e->n_indicators) * e->n_years;
    const double *score = csi_panel_column(result->scores, e->n_indicators, 0);
    size_t *country = take(e, e->n_countries, sizeof *country), n = 0;
    size_t *n_scores = calloc(e->n_countries + 1, sizeof *n_scores);
    if (country == NULL || n_scores == NULL) {
        free(n_scores);
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < n_columns * e->n_countries; i++) {
        n_scores[i % e->n_countries] += isnan(score[i]) ? 0 : 1;
    }
    for (size_t wanted = n_columns + 1; wanted-- > 0;) {
        for (size_t c = 0; c < e->n_countries; c++) {
            if (n_scores[c] == wanted) {
                country[n++] = c;
            }
        }
    }
    free(n_scores);
    e->country = country;
    return CSI_OK;
}

/* The patterns of one branch, as it is (v < n_branchs) or with a node left out. */
static const csi_patterns *patterns_of(const csi_ensemble *e, size_t v, size_t at)
{
    const csi_branch *branch = &e->branch[v % e->n_branchs];
    return v < e->n_branchs ? branch->patterns[at] : branch->without[v / e->n_branchs - 1][at];
}

/* Whether all countries are scored from all children. */
static bool is_whole(const csi_patterns *patterns, size_t n_children)
{
    bool is_whole = patterns->n == 1 && !isnan(patterns->if_scored[0]);
    for (size_t q = 0; q < n_children && is_whole; q++) {
        is_whole = patterns->has[q][0] > 0.0;
    }
    return is_whole;
}

csi_status csi_count_lanes(csi_ensemble *ensemble)
{
    csi_ensemble *e = ensemble;
    const size_t n_aggregates = e->n_nodes - e->n_indicators, n_columns = n_aggregates * e->n_years;
    size_t *n_lanes = take(e, n_columns, sizeof *n_lanes);
    bool *is_complete = take(e, n_columns, sizeof *is_complete);
    if (n_lanes == NULL || is_complete == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < n_columns; i++) {
        const csi_node *node = &e->context.framework->node[e->n_indicators + i % n_aggregates];
        /* replicates that walk the pipeline may score countries that no branch does */
        n_lanes[i] = e->slow != NULL ? e->n_countries : 0;
        is_complete[i] = e->spec->weight_draw != CSI_WEIGHTS_EXPERTS; /* who may give all children of a node no weight */
        for (size_t v = 0; v < e->n_branchs * (1 + e->n_left_out); v++) {
            const csi_patterns *patterns = patterns_of(e, v, i);
            is_complete[i] = is_complete[i] && is_whole(patterns, node->n_children);
            for (size_t lane = n_lanes[i]; lane < e->n_countries; lane++) {
                n_lanes[i] = isnan(patterns->if_scored[patterns->of[lane]]) ? n_lanes[i] : lane + 1;
            }
        }
    }
    e->n_lanes = n_lanes;
    e->is_complete = is_complete;
    return CSI_OK;
}
