/* See ensemble_alike_tree.h and, for the formula, ensemble_alike.c. The arithmetic mean and the geometric one of values above
 * its floor are taken for all replicates at once; what is left, by the general split of a mean, one by one. */
#include "metrics/ensemble_alike_tree.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/logarithm.h"
#include "metrics/ensemble_alike_rows.h"

static bool is_present(double x, double weight)
{
    return !isnan(x) && weight > 0;
}

/* The children of one node in one replicate and country. */
typedef struct family {
    size_t n;
    csi_rule_kind kind;
    const csi_step *step;
    double floor;
    double *x[2], *w[2]; /* NaN: missing */
    double *f[2];        /* x on the axis of the rule */
    double *like;
} family;

static double axis_of(const family *f, double x)
{
    const double floored = x < f->floor ? f->floor : x;
    return f->kind == CSI_RULE_GEOMETRIC ? csi_log(floored) : f->kind == CSI_RULE_HARMONIC ? 1 / floored : x;
}

static double score_of(const family *f, int side)
{
    double sum = 0, weight = 0;
    for (size_t q = 0; q < f->n; q++) {
        if (is_present(f->x[side][q], f->w[side][q])) {
            sum += f->w[side][q] * f->f[side][q];
            weight += f->w[side][q];
        }
    }
    sum /= weight;
    return f->kind == CSI_RULE_GEOMETRIC ? csi_exp(sum) : f->kind == CSI_RULE_HARMONIC ? 1 / sum : sum;
}

/* By the general split. */
static double like_by_parts(const family *f, double s0, double s1, csi_parts *part)
{
    double sum = 0;
    csi_decompose_mean(f->step->method->phi, f->step, f->n, f->x[0], f->w[0], s0, f->x[1], f->w[1], s1, part);
    for (size_t q = 0; q < f->n; q++) {
        sum += part[q].weight + (part[q].slope == 0 ? 0 : part[q].slope * f->like[q]);
    }
    return sum;
}

/* Whether replicate r scores the node in the year, and from which of its children. */
static const csi_patterns *pattern_of(const csi_ensemble *e, const csi_replicate *r, size_t node, size_t year, size_t lane,
                                      size_t *pattern)
{
    const csi_patterns *own = r->branch->patterns[year * (e->n_nodes - e->n_indicators) + node - e->n_indicators];
    *pattern = own->of[lane];
    return own;
}

static void take_family(const csi_alike_tree *t, size_t node, size_t lane, size_t cell, family *f)
{
    const csi_ensemble *e = t->e;
    const csi_node *own = &e->context.framework->node[node];
    const size_t r = cell % CSI_ABREAST;
    for (int side = 0; side < 2; side++) {
        size_t pattern;
        const csi_patterns *p = pattern_of(e, t->replicate[r], node, t->year[side], lane, &pattern);
        for (size_t q = 0; q < own->n_children; q++) {
            const size_t child = own->child[q];
            f->x[side][q] = p->has[q][pattern] > 0 ? t->x[side][child * CSI_ALIKE_CELLS + cell] : (double)NAN;
            f->w[side][q] = t->weight[side][child * CSI_ABREAST + r];
            f->f[side][q] = axis_of(f, f->x[side][q]);
            f->like[q] = t->like[child * CSI_ALIKE_CELLS + cell];
        }
    }
}

static void score_cell(const csi_alike_tree *t, size_t node, size_t lane, size_t cell)
{
    const csi_node *own = &t->e->context.framework->node[node];
    const csi_replicate *r = t->replicate[cell % CSI_ABREAST];
    const size_t n = own->n_children, at = node * CSI_ALIKE_CELLS + cell;
    family f = {n, r->rule_kind[node], r->rule[node], r->rule_floor[node], {t->family, t->family + n},
                {t->family + 2 * n, t->family + 3 * n}, {t->family + 4 * n, t->family + 5 * n}, t->family + 6 * n};
    double s[2];
    take_family(t, node, lane, cell, &f);
    for (int side = 0; side < 2; side++) {
        size_t pattern;
        const csi_patterns *p = pattern_of(t->e, r, node, t->year[side], lane, &pattern);
        s[side] = t->x[side][at] = p->if_scored[pattern] + score_of(&f, side);
    }
    t->like[at] = isnan(s[0]) || isnan(s[1]) ? (double)NAN : like_by_parts(&f, s[0], s[1], t->part);
}

/* The children of one node and country in all replicates, for those that are plain: the arithmetic mean, or the geometric one
 * of values above its floor and 0. */
typedef struct family_rows {
    double x[2][CSI_ABREAST], is_log[CSI_ABREAST], if_scored[2][CSI_ABREAST], like[CSI_ABREAST]; /* of the node */
    bool is_plain[CSI_ABREAST];
    csi_alike_family family;
    double *child[CSI_ALIKE_ROWS]; /* what the family points to, in the order of a child_row */
} family_rows;

/* Of a child; the second side's row follows the first one's. */
enum child_row { IS_THERE = 0, SCORE = 2, WEIGHT = 4, AXIS = 6, LIKE = 8 };

static void place_rows(const csi_alike_tree *t, size_t n, family_rows *f)
{
    for (size_t k = 0; k < CSI_ALIKE_ROWS; k++) {
        f->child[k] = t->rows + k * n * CSI_ABREAST;
    }
    f->family = (csi_alike_family){
        .n = n, .is_log = f->is_log, .like = f->child[LIKE], .score = {f->x[0], f->x[1]}, .to = f->like,
        .is_there = {f->child[IS_THERE], f->child[IS_THERE + 1]}, .x = {f->child[SCORE], f->child[SCORE + 1]},
        .weight = {f->child[WEIGHT], f->child[WEIGHT + 1]}, .axis = {f->child[AXIS], f->child[AXIS + 1]},
    };
}

/* Which children replicate r has on the side, as a column of the family's rows. */
static void mark_replicate(const csi_alike_tree *t, size_t node, size_t lane, int side, size_t r, family_rows *f)
{
    const csi_node *own = &t->e->context.framework->node[node];
    size_t pattern;
    const csi_patterns *p = pattern_of(t->e, t->replicate[r], node, t->year[side], lane, &pattern);
    f->if_scored[side][r] = p->if_scored[pattern];
    for (size_t q = 0; q < own->n_children; q++) {
        const bool is_there = p->has[q][pattern] > 0 && t->weight[side][own->child[q] * CSI_ABREAST + r] > 0;
        f->child[IS_THERE + side][q * CSI_ABREAST + r] = is_there ? 1 : 0;
    }
}

/* The same where all replicates have the same patterns, as most have. */
static void mark_alike(const csi_patterns *p, const double *weight, const csi_node *own, size_t lane, double *if_scored,
                       double *there)
{
    const size_t pattern = p->of[lane];
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        if_scored[r] = p->if_scored[pattern];
    }
    for (size_t q = 0; q < own->n_children; q++) {
        const double has = p->has[q][pattern];
        for (size_t r = 0; r < CSI_ABREAST; r++) {
            there[q * CSI_ABREAST + r] = weight[own->child[q] * CSI_ABREAST + r] > 0 ? has : 0;
        }
    }
}

static void mark_there(const csi_alike_tree *t, size_t node, size_t lane, int side, family_rows *f)
{
    const csi_patterns *p[CSI_ABREAST];
    bool are_alike = true;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        size_t pattern;
        p[r] = pattern_of(t->e, t->replicate[r], node, t->year[side], lane, &pattern);
        are_alike = are_alike && p[r] == p[0];
    }
    if (are_alike) {
        mark_alike(p[0], t->weight[side], &t->e->context.framework->node[node], lane, f->if_scored[side],
                   f->child[IS_THERE + side]);
        return;
    }
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        mark_replicate(t, node, lane, side, r, f);
    }
}

/* Whether no value of the geometric means is at or below its floor, or 0. */
static void judge_plain(const csi_alike_tree *t, size_t node, size_t n, family_rows *f)
{
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const csi_rule_kind kind = t->replicate[r]->rule_kind[node];
        const double least = fmax(t->replicate[r]->rule_floor[node], 0);
        f->is_log[r] = kind == CSI_RULE_GEOMETRIC ? 1 : 0;
        f->is_plain[r] = kind == CSI_RULE_GEOMETRIC || kind == CSI_RULE_ARITHMETIC;
        for (size_t at = r; at < n * CSI_ABREAST && kind == CSI_RULE_GEOMETRIC; at += CSI_ABREAST) {
            const bool is_low = (f->child[IS_THERE][at] > 0 && f->child[SCORE][at] <= least) ||
                                (f->child[IS_THERE + 1][at] > 0 && f->child[SCORE + 1][at] <= least);
            f->is_plain[r] = f->is_plain[r] && !is_low;
        }
    }
}

static void take_rows(const csi_alike_tree *t, size_t node, size_t lane, size_t cell, family_rows *f)
{
    const csi_node *own = &t->e->context.framework->node[node];
    place_rows(t, own->n_children, f);
    for (int side = 0; side < 2; side++) {
        mark_there(t, node, lane, side, f);
        for (size_t q = 0; q < own->n_children; q++) {
            const size_t child = own->child[q], at = q * CSI_ABREAST;
            memcpy(f->child[SCORE + side] + at, t->x[side] + child * CSI_ALIKE_CELLS + cell, sizeof f->like);
            memcpy(f->child[WEIGHT + side] + at, t->weight[side] + child * CSI_ABREAST, sizeof f->like);
            memcpy(f->child[LIKE] + at, t->like + child * CSI_ALIKE_CELLS + cell, sizeof f->like);
        }
    }
    judge_plain(t, node, own->n_children, f);
}

void csi_alike_score(const csi_alike_tree *tree, size_t node, size_t lane, size_t cell)
{
    const csi_alike_tree *t = tree;
    family_rows f;
    take_rows(t, node, lane, cell, &f);
    csi_alike_rows(&f.family);
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        const size_t at = node * CSI_ALIKE_CELLS + cell + r;
        if (!f.is_plain[r]) {
            score_cell(t, node, lane, cell + r);
            continue;
        }
        t->x[0][at] = f.if_scored[0][r] + f.x[0][r];
        t->x[1][at] = f.if_scored[1][r] + f.x[1][r];
        t->like[at] = isnan(t->x[0][at]) || isnan(t->x[1][at]) ? (double)NAN : f.like[r];
    }
}
