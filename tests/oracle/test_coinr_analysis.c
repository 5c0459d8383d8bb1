/* COINr 1.1.14 on its ASEM data: components and balanced weights. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/factor.h"
#include "metrics/outrank.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

static csi_columns columns_of(const coin *c, const char *node)
{
    csi_columns columns;
    cr_assert_eq(csi_columns_of_node(&c->context, c->result->scores, csi_framework_find(c->framework, node), 0, 1, true,
                                     &columns), CSI_OK);
    return columns;
}

/* prcomp's standard deviations and rotation, signs aside, of one node's children. */
static void expect_components(const coin *c, const char *node, const char *level)
{
    const table sdev = coinr_table(csi_arena_format(c->arena, "09_PCA_%s_%s_sdev", level, node));
    const table rotation = coinr_table(csi_arena_format(c->arena, "09_PCA_%s_%s_rotation", level, node));
    csi_columns columns = columns_of(c, node);
    const size_t p = columns.p;
    double *r = calloc(p * p, sizeof *r), *value = calloc(p, sizeof *value), *vector = calloc(p * p, sizeof *vector);
    csi_correlation_matrix(&columns, r);
    cr_assert_eq(csi_eigen(r, p, value, vector), CSI_OK);
    for (size_t j = 0; j < p; j++) {
        double same = 0, turned = 0;
        cr_expect_float_eq(sqrt(value[j]), table_number(&sdev, j + 1, 1), 1e-9);
        for (size_t i = 0; i < p; i++) {
            const char *child = c->framework->node[c->framework->node[csi_framework_find(c->framework, node)].child[i]].code;
            const double want = table_number(&rotation, table_row(&rotation, 0, child), j + 1);
            same = fmax(same, fabs(vector[i * p + j] - want));
            turned = fmax(turned, fabs(vector[i * p + j] + want));
        }
        cr_expect(fmin(same, turned) <= 1e-9, "%s PC%zu: %g", node, j + 1, fmin(same, turned));
    }
    free(r);
    free(value);
    free(vector);
    csi_columns_free(&columns);
}

Test(coinr_analysis, components)
{
    static const char *const nodes[][2] = {
        {"ConEcFin", "L1"}, {"Instit", "L1"}, {"P2P", "L1"},  {"Physical", "L1"}, {"Political", "L1"}, {"Environ", "L1"},
        {"Social", "L1"},   {"SusEcFin", "L1"}, {"Conn", "L2"}, {"Sust", "L2"},     {"Index", "L3"},
    };
    coin c = coinr_example();
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        expect_components(&c, nodes[i][0], nodes[i][1]);
    }
    coin_free(&c);
}

/* Two sub-indexes of equal importance: COINr balances correlations, we their squares, which is the same for equal ones.
 * Its 2:1 target needs a negative weight (-0.30); ours says that no weights reach it. */
Test(coinr_analysis, balanced_weights)
{
    const table want = coinr_table("09_opt_balance_L3_corr");
    coin c = coinr_example();
    csi_columns columns = columns_of(&c, "Index");
    const double equal[2] = {1, 1}, unequal[2] = {4, 1};
    double weight[2], miss;
    cr_assert_eq(csi_balance_weights(&columns, equal, weight, &miss), CSI_OK);
    for (size_t q = 0; q < 2; q++) {
        cr_expect_float_eq(weight[q], table_number(&want, q + 1, 2), 1e-6);
    }
    cr_expect_lt(miss, 1e-9);
    cr_assert_eq(csi_balance_weights(&columns, unequal, weight, &miss), CSI_OK);
    cr_expect(miss > 0.01 && weight[1] >= 0 && weight[1] < 1e-3);
    csi_columns_free(&columns);
    coin_free(&c);
}

/* outrankMatrix of the Physical pillar under the alternative weights; rows there are sorted by code, columns likewise. */
Test(coinr_analysis, outranking_matrix)
{
    const table want = coinr_table("07_outrank_physical_altw"), alt = coinr_table("07_weights_alt");
    coin c = coinr_example();
    const csi_node *pillar = &c.framework->node[csi_framework_find(c.framework, "Physical")];
    const double *child[16];
    double weight[16], sum = 0, e[51 * 51];
    bool is_scored[51];
    size_t country[51];
    for (size_t q = 0; q < pillar->n_children; q++) {
        child[q] = csi_panel_column(c.result->scores, pillar->child[q], 0);
        weight[q] = table_number(&alt, table_row(&alt, 0, c.framework->node[pillar->child[q]].code), 2);
        sum += weight[q];
    }
    for (size_t q = 0; q < pillar->n_children; q++) {
        weight[q] /= sum;
    }
    for (size_t i = 0; i < 51; i++) {
        is_scored[i] = true;
    }
    const csi_family family = {.n_children = pillar->n_children, .n_countries = 51, .child = child, .weight = weight,
                               .is_scored = is_scored};
    csi_outrank(&family, country, csi_family_scored(&family, country), e);
    for (size_t i = 0; i < 51 * 51; i++) {
        cr_expect_float_eq(e[i], table_number(&want, i / 51 + 1, i % 51 + 1), 1e-9);
    }
    coin_free(&c);
}
