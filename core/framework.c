/* Framework: ordering, linking and checking the tree of indicators. */
#include "core/framework.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "core/settings.h"

typedef struct builder {
    csi_arena *arena;
    csi_diag *diag;
    const char *file;
    const csi_node *given;
    const char *const *parent_code;
    size_t n;
    csi_framework *framework;
    size_t *from;  /* from[node index] = index in given */
    size_t *place; /* see csi_framework */
} builder;

static csi_place place_of(const builder *b, const csi_node *node)
{
    return (csi_place){.file = b->file, .line = node->line};
}

static csi_status check_node(const builder *b, const csi_node *node)
{
    const csi_place place = place_of(b, node);
    if (!(node->weight >= 0) || !isfinite(node->weight)) {
        return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "node \"%s\": its weight must be a number of at least 0",
                              node->code);
    }
    if (node->direction != 1 && node->direction != -1) {
        return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "node \"%s\": its direction must be 1 or -1", node->code);
    }
    if (node->goal_low >= node->goal_high) {
        return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "indicator \"%s\": goal_low must be below goal_high",
                              node->code);
    }
    if (node->level < 0 || node->level > CSI_FRAMEWORK_MAX_LEVELS) {
        return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "node \"%s\": its level must be between 1 and %d",
                              node->code, CSI_FRAMEWORK_MAX_LEVELS);
    }
    return CSI_OK;
}

/* In framework->place; or CSI_NONE. */
static size_t place_of_code(const csi_framework *framework, const char *code)
{
    const csi_names *codes = framework->codes; /* NULL: a framework of nothing */
    const size_t given = codes == NULL ? CSI_NONE : csi_names_find(codes, code, strlen(code));
    return given == CSI_NONE ? CSI_NONE : framework->place[given];
}

/* Denominators carry level 0, so that levels alone decide where a given node goes. */
static void count_nodes(builder *b)
{
    csi_framework *f = b->framework;
    for (size_t i = 0; i < b->n; i++) {
        const int level = b->given[i].level;
        f->n_denominators += level == 0;
        f->n_nodes += level > 0;
        f->n_indicators += level == 1;
        f->n_levels = level > f->n_levels ? level : f->n_levels;
    }
}

static void order_nodes(builder *b)
{
    csi_framework *f = b->framework;
    size_t at = 0, at_denominator = 0;
    f->place = b->place;
    for (int level = 0; level <= f->n_levels; level++) {
        for (size_t i = 0; i < b->n; i++) {
            if (b->given[i].level != level) {
                continue;
            }
            if (level == 0) {
                b->place[i] = f->n_nodes + at_denominator;
                f->denominator[at_denominator++] = b->given[i];
            } else {
                b->place[i] = at;
                f->node[at] = b->given[i];
                b->from[at++] = i;
            }
        }
    }
}

static csi_status check_codes(const builder *b, csi_names *codes)
{
    for (size_t i = 0; i < b->n; i++) {
        const csi_place place = place_of(b, &b->given[i]);
        const char *code = b->given[i].code;
        const size_t before = csi_names_count(codes);
        size_t index;
        if (code == NULL || code[0] == '\0') {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "a node has no code");
        }
        if (csi_names_add(codes, code, strlen(code), &index) != CSI_OK) {
            return csi_diag_no_memory(b->diag, "reading the framework");
        }
        if (index < before) {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "the code \"%s\" is taken: line %u has it too", code,
                                  b->given[index].line);
        }
    }
    return CSI_OK;
}

/* Names the cycle that `node` is on when following the parents leads back to it, else the level that does not rise. */
static csi_status complain_of_level(const builder *b, const csi_node *node, const csi_node *parent)
{
    const csi_place place = place_of(b, node);
    const csi_framework *f = b->framework;
    const csi_node *walker = parent;
    for (size_t steps = 0; walker != node && walker->parent != CSI_NONE && steps < f->n_nodes; steps++) {
        walker = &f->node[walker->parent];
    }
    if (walker == node) {
        return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place,
                              "the framework goes in a circle: \"%s\" is its own ancestor through \"%s\"", node->code,
                              parent->code);
    }
    return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place,
                          "\"%s\" stands at level %d, not below its parent \"%s\" at level %d", node->code, node->level,
                          parent->code, parent->level);
}

static csi_status find_parents(builder *b)
{
    csi_framework *f = b->framework;
    for (size_t i = 0; i < f->n_nodes; i++) {
        csi_node *node = &f->node[i];
        const csi_place place = place_of(b, node);
        const char *code = b->parent_code[b->from[i]];
        node->parent = CSI_NONE;
        if (code == NULL || code[0] == '\0') {
            if (i != f->n_nodes - 1) {
                return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place,
                                      "\"%s\" has no parent; only the one node of the highest level may have none",
                                      node->code);
            }
            continue;
        }
        node->parent = csi_framework_find(f, code);
        if (node->parent == CSI_NONE) {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "the parent \"%s\" of \"%s\" is not an aggregate here",
                                  code, node->code);
        }
    }
    for (size_t i = 0; i < f->n_nodes; i++) {
        const csi_node *node = &f->node[i];
        if (node->parent != CSI_NONE && f->node[node->parent].level <= node->level) {
            return complain_of_level(b, node, &f->node[node->parent]);
        }
    }
    return CSI_OK; /* so the last node, which no other can stand above, has no parent */
}

static csi_status link_children(builder *b)
{
    csi_framework *f = b->framework;
    for (size_t i = 0; i < f->n_nodes; i++) {
        if (f->node[i].parent != CSI_NONE) {
            f->node[f->node[i].parent].n_children++;
        }
    }
    size_t *all = csi_arena_alloc(b->arena, f->n_nodes, sizeof *all);
    size_t *filled = csi_arena_alloc(b->arena, f->n_nodes, sizeof *filled);
    if (all == NULL || filled == NULL) {
        return csi_diag_no_memory(b->diag, "reading the framework");
    }
    size_t start = 0;
    for (size_t i = 0; i < f->n_nodes; i++) {
        f->node[i].child = all + start;
        filled[i] = start;
        start += f->node[i].n_children;
    }
    for (size_t i = 0; i < f->n_nodes; i++) {
        if (f->node[i].parent != CSI_NONE) {
            all[filled[f->node[i].parent]++] = i;
        }
    }
    return CSI_OK;
}

static csi_status check_families(const builder *b)
{
    const csi_framework *f = b->framework;
    for (size_t i = 0; i < f->n_nodes; i++) {
        const csi_node *node = &f->node[i];
        const csi_place place = place_of(b, node);
        if (node->level == 1) {
            continue;
        }
        double sum = 0;
        for (size_t q = 0; q < node->n_children; q++) {
            sum += f->node[node->child[q]].weight;
        }
        if (node->n_children == 0) {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "the aggregate \"%s\" has no children", node->code);
        }
        if (!(sum > 0)) {
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &place, "the weights below \"%s\" sum to zero", node->code);
        }
    }
    return CSI_OK;
}

static csi_status check_denominators(const builder *b)
{
    const csi_framework *f = b->framework;
    for (size_t i = 0; i < f->n_indicators; i++) {
        const csi_node *node = &f->node[i];
        const size_t place = node->denominator == NULL ? f->n_nodes : place_of_code(f, node->denominator);
        if (place == CSI_NONE || place < f->n_nodes) {
            const csi_place line = place_of(b, node);
            return csi_diag_error(b->diag, CSI_ERR_CONFIG, &line, "the denominator \"%s\" of \"%s\" is not in the framework",
                                  node->denominator, node->code);
        }
    }
    return CSI_OK;
}

csi_status csi_framework_build(csi_arena *arena, const char *file, const csi_node *nodes, const char *const *parent_code,
                               size_t n, csi_diag *diag, csi_framework **framework)
{
    *framework = NULL;
    csi_status status = CSI_OK;
    csi_framework *f = csi_arena_alloc(arena, 1, sizeof *f);
    csi_names *codes = csi_names_new(arena);
    builder b = {arena, diag, file, nodes, parent_code, n, f, csi_arena_alloc(arena, n, sizeof(size_t)),
                 csi_arena_alloc(arena, n, sizeof(size_t))};
    if (f == NULL || codes == NULL || b.from == NULL || b.place == NULL) {
        return csi_diag_no_memory(diag, "reading the framework");
    }
    f->file = file;
    f->codes = codes;
    for (size_t i = 0; i < n; i++) {
        CSI_TRY(check_node(&b, &nodes[i]));
    }
    CSI_TRY(check_codes(&b, codes));
    count_nodes(&b);
    if (f->n_indicators == 0) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &(csi_place){.file = file}, "the framework has no indicators");
    }
    f->node = csi_arena_alloc(arena, f->n_nodes, sizeof *f->node);
    f->denominator = csi_arena_alloc(arena, f->n_denominators, sizeof *f->denominator);
    if (f->node == NULL || f->denominator == NULL) {
        return csi_diag_no_memory(diag, "reading the framework");
    }
    order_nodes(&b);
    CSI_TRY(find_parents(&b));
    CSI_TRY(link_children(&b));
    CSI_TRY(check_families(&b));
    CSI_TRY(check_denominators(&b));
    *framework = f;
out:
    return status;
}

size_t csi_framework_find(const csi_framework *framework, const char *code)
{
    const size_t place = place_of_code(framework, code);
    return place < framework->n_nodes ? place : CSI_NONE;
}

size_t csi_framework_find_series(const csi_framework *framework, const char *code)
{
    const size_t place = place_of_code(framework, code);
    if (place < framework->n_nodes || place == CSI_NONE) {
        return place < framework->n_indicators ? place : CSI_NONE;
    }
    return framework->n_indicators + (place - framework->n_nodes);
}

const char *csi_framework_nearest_series(const csi_framework *framework, const char *code)
{
    const size_t n = csi_framework_n_series(framework);
    const char **name = calloc(n + 1, sizeof *name), *nearest = NULL;
    for (size_t i = 0; i < n && name != NULL; i++) {
        name[i] = i < framework->n_indicators ? framework->node[i].code
                                              : framework->denominator[i - framework->n_indicators].code;
    }
    if (name != NULL) {
        nearest = csi_nearest_name(code, name, n);
    }
    free(name);
    return nearest;
}

double csi_framework_path_weight(const csi_framework *framework, size_t node)
{
    double product = 1;
    for (size_t parent; (parent = framework->node[node].parent) != CSI_NONE; node = parent) {
        double sum = 0;
        for (size_t q = 0; q < framework->node[parent].n_children; q++) {
            sum += framework->node[framework->node[parent].child[q]].weight;
        }
        product *= framework->node[node].weight / sum;
    }
    return product;
}

static const char *const transform_name[] = {
    [CSI_TRANSFORM_NONE] = "none", [CSI_TRANSFORM_LOG] = "log", [CSI_TRANSFORM_LOG1P] = "log1p", [CSI_TRANSFORM_ASINH] = "asinh",
};

const char *csi_transform_name(csi_transform transform)
{
    return transform_name[transform];
}

bool csi_transform_parse(const char *text, csi_transform *transform)
{
    for (size_t i = 0; i < sizeof transform_name / sizeof *transform_name; i++) {
        if (strcmp(text, transform_name[i]) == 0) {
            *transform = (csi_transform)i;
            return true;
        }
    }
    return false;
}

double csi_transform_apply(csi_transform transform, double x)
{
    switch (transform) {
    case CSI_TRANSFORM_LOG: return x > 0 ? csi_log(x) : NAN;
    case CSI_TRANSFORM_LOG1P: return x > -1 ? csi_log1p(x) : NAN;
    case CSI_TRANSFORM_ASINH: return csi_asinh(x);
    case CSI_TRANSFORM_NONE:
    default: return x;
    }
}
