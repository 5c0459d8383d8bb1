/* core/framework: order, links, weights, and every refusal with its line. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/framework.h"
#include "tests/support/support.h"

typedef struct row {
    const char *code, *parent;
    int level, direction;
    double weight;
} row;

static csi_framework *build(csi_arena *arena, csi_diag *diag, const row *rows, size_t n, csi_status expected)
{
    csi_node *nodes = calloc(n, sizeof *nodes);
    const char **parents = calloc(n, sizeof *parents);
    for (size_t i = 0; i < n; i++) {
        nodes[i] = (csi_node){.code = rows[i].code, .name = rows[i].code, .level = rows[i].level,
                              .direction = rows[i].direction, .weight = rows[i].weight, .goal_low = NAN,
                              .goal_high = NAN, .target = NAN, .max_carry = -1, .valid_from = INT_MIN,
                              .line = (unsigned)i + 2};
        parents[i] = rows[i].parent;
    }
    csi_framework *framework;
    cr_expect_eq(csi_framework_build(arena, "framework.csv", nodes, parents, n, diag, &framework), expected);
    free(nodes);
    free(parents);
    return framework;
}

Test(framework, orders_links_and_weighs)
{
    static const row rows[] = {
        {"top", NULL, 3, 1, 1}, {"a", "p", 1, 1, 3}, {"p", "top", 2, 1, 1}, {"gdp", NULL, 0, 1, 1},
        {"c", "q", 1, -1, 2},   {"b", "p", 1, 1, 1}, {"q", "top", 2, 1, 3}, {"d", "top", 1, 1, 4},
    };
    csi_arena *arena = csi_arena_new();
    const csi_framework *f = build(arena, NULL, rows, 8, CSI_OK);
    static const char *const order[] = {"a", "c", "b", "d", "p", "q", "top"};
    cr_assert_eq(f->n_nodes, 7);
    for (size_t i = 0; i < 7; i++) {
        cr_expect_str_eq(f->node[i].code, order[i]);
    }
    cr_expect_eq(f->n_indicators, 4);
    cr_expect_eq(f->n_levels, 3);
    cr_expect_eq(csi_framework_n_series(f), 5);
    cr_expect_eq(csi_framework_find_series(f, "gdp"), 4);
    cr_expect_eq(csi_framework_find_series(f, "p"), CSI_NONE);
    cr_expect_eq(f->node[4].n_children, 2);
    cr_expect_eq(f->node[4].child[1], 2);
    cr_expect_eq(f->node[6].n_children, 3);
    cr_expect_float_eq(csi_framework_path_weight(f, 0), 0.75 * 1 / 8, 1e-15);
    double sum = 0;
    for (size_t i = 0; i < f->n_indicators; i++) {
        sum += csi_framework_path_weight(f, i);
    }
    cr_expect_float_eq(sum, 1, 1e-15);
    csi_arena_free(arena);
}

Test(framework, refuses_bad_trees)
{
    static const struct {
        const char words[48];
        unsigned line;
        size_t n;
        row rows[5];
    } cases[] = {
        {"is taken: line 2", 3, 3, {{"a", "t", 1, 1, 1}, {"a", "t", 1, 1, 1}, {"t", NULL, 2, 1, 1}}},
        {"not an aggregate here", 2, 2, {{"a", "u", 1, 1, 1}, {"t", NULL, 2, 1, 1}}},
        {"goes in a circle", 4, 4, {{"a", "p", 1, 1, 1}, {"p", "q", 2, 1, 1}, {"q", "p", 3, 1, 1}, {"t", NULL, 4, 1, 1}}},
        {"has no parent", 2, 3, {{"a", NULL, 1, 1, 1}, {"b", "t", 1, 1, 1}, {"t", NULL, 2, 1, 1}}},
        {"not below its parent", 3, 5, {{"a", "x", 1, 1, 1}, {"x", "p", 2, 1, 1}, {"p", "q", 2, 1, 1}, {"q", "p", 3, 1, 1},
                                        {"t", NULL, 4, 1, 1}}},
        {"goes in a circle", 4, 3, {{"a", "p", 1, 1, 1}, {"p", "t", 2, 1, 1}, {"t", "p", 3, 1, 1}}},
        {"has no code", 2, 2, {{"", "t", 1, 1, 1}, {"t", NULL, 2, 1, 1}}},
        {"has no code", 3, 2, {{"a", "t", 1, 1, 1}, {NULL, NULL, 2, 1, 1}}},
        {"has no parent", 2, 3, {{"a", "", 1, 1, 1}, {"b", "t", 1, 1, 1}, {"t", "", 2, 1, 1}}},
        {"at least 0", 2, 2, {{"a", "t", 1, 1, (double)INFINITY}, {"t", NULL, 2, 1, 1}}},
        {"at least 0", 3, 2, {{"a", "t", 1, 1, 1}, {"t", NULL, 2, 1, (double)NAN}}},
        {"level must be", 2, 2, {{"a", "t", -1, 1, 1}, {"t", NULL, 2, 1, 1}}},
        {"not below its parent", 2, 3, {{"p", "q", 2, 1, 1}, {"q", NULL, 2, 1, 1}, {"a", "p", 1, 1, 1}}},
        {"has no children", 3, 3, {{"a", "t", 1, 1, 1}, {"p", "t", 2, 1, 1}, {"t", NULL, 3, 1, 1}}},
        {"at least 0", 2, 2, {{"a", "t", 1, 1, -1}, {"t", NULL, 2, 1, 1}}},
        {"sum to zero", 3, 2, {{"a", "t", 1, 1, 0}, {"t", NULL, 2, 1, 1}}},
        {"1 or -1", 2, 2, {{"a", "t", 1, 0, 1}, {"t", NULL, 2, 1, 1}}},
        {"level must be", 3, 2, {{"a", "t", 1, 1, 1}, {"t", NULL, 10000, 1, 1}}},
        {"no indicators", 0, 1, {{"t", NULL, 2, 1, 1}}},
        {"goes in a circle", 3, 2, {{"a", "t", 1, 1, 1}, {"t", "t", 2, 1, 1}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        csi_arena *arena = csi_arena_new();
        csi_diag *diag = csi_diag_new(0);
        cr_expect_null(build(arena, diag, cases[i].rows, cases[i].n, CSI_ERR_CONFIG));
        size_t n;
        const csi_message *message = csi_diag_messages(diag, &n);
        cr_assert_eq(n, 1, "%s", cases[i].words);
        cr_expect_not_null(strstr(message[0].text, cases[i].words), "%s: %s", cases[i].words, message[0].text);
        cr_expect(cases[i].line == 0 || message[0].line == cases[i].line, "%s: line %d", cases[i].words,
                  (int)message[0].line);
        csi_diag_free(diag);
        csi_arena_free(arena);
    }
}

Test(framework, transforms)
{
    csi_transform transform;
    cr_expect(csi_transform_parse("log1p", &transform) && transform == CSI_TRANSFORM_LOG1P);
    cr_expect_not(csi_transform_parse("sqrt", &transform));
    cr_expect_float_eq(csi_transform_apply(CSI_TRANSFORM_LOG1P, 1), 0.6931471805599453, 1e-15);
    cr_expect(isnan(csi_transform_apply(CSI_TRANSFORM_LOG, 0)) && isnan(csi_transform_apply(CSI_TRANSFORM_LOG1P, -1)));
    cr_expect_float_eq(csi_transform_apply(CSI_TRANSFORM_LOG, 2), 0.6931471805599453, 1e-15);
    cr_expect_float_eq(csi_transform_apply(CSI_TRANSFORM_ASINH, 1), 0.881373587019543, 1e-15);
    for (int t = CSI_TRANSFORM_NONE; t <= CSI_TRANSFORM_ASINH; t++) {
        cr_expect(csi_transform_parse(csi_transform_name((csi_transform)t), &transform) && (int)transform == t);
    }
    cr_expect_eq(csi_transform_apply(CSI_TRANSFORM_NONE, -3), -3);
}
