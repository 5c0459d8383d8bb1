/* Printed rankings by pairs: Borda, Condorcet and Kemeny in the OECD/JRC Handbook (2008), p. 106-114. HB: the Handbook. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/outrank.h"
#include "metrics/rng.h"
#include "tests/support/coin.h"

/* HB Tables 25-34: voters as children, their numbers as weights, the better place the larger value. */
typedef struct profile {
    csi_family family;
    double value[8][8], weight[8], total;
    const double *child[8];
    bool is_scored[8];
} profile;

static void fill_profile(profile *p, const table *t, size_t n_options)
{
    *p = (profile){.family = {.n_children = t->n_rows - 1, .n_countries = n_options}};
    for (size_t voter = 0; voter + 1 < t->n_rows; voter++) {
        for (size_t place = 0; place + 1 < t->n_columns; place++) {
            p->value[voter][t->cell[voter + 1][place + 1][0] - 'a'] = (double)(t->n_columns - place);
        }
        p->weight[voter] = table_number(t, voter + 1, 0);
        p->total += p->weight[voter];
        p->child[voter] = p->value[voter];
    }
    for (size_t i = 0; i < 8; i++) {
        p->weight[i] /= p->total;
        p->is_scored[i] = i < n_options;
    }
    p->family.child = p->child;
    p->family.weight = p->weight;
    p->family.is_scored = p->is_scored;
}

static double agreement(const double *e, size_t n, const char *order)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            sum += e[(size_t)(order[i] - 'a') * n + (size_t)(order[k] - 'a')];
        }
    }
    return sum;
}

static const struct {
    char file[32], name[12];
    size_t n;
} profiles[] = {{"profile_table25_moulin", "table25", 4}, {"profile_table28_condorcet", "table28", 3},
                {"profile_table31_fishburn", "table31", 4}, {"profile_table34_cycle", "table34", 3}};

Test(orders, profiles)
{
    const table expected = oracle_table("worked/profiles_expected");
    const csi_method *borda = csi_method_find(CSI_STEP_AGGREGATE, "borda");
    size_t n_checked = 0;
    for (size_t k = 0; k < 4; k++) {
        const table t = oracle_table(text_format("worked/%s", profiles[k].file));
        profile p;
        size_t country[8], order[8];
        double e[64], points[8];
        csi_kemeny_answer answer;
        fill_profile(&p, &t, profiles[k].n);
        const csi_step step = {.method = borda};
        cr_assert_eq(borda->aggregate(&step, NULL, &p.family, points, NULL), CSI_OK);
        csi_outrank(&p.family, country, csi_family_scored(&p.family, country), e);
        cr_assert_eq(csi_kemeny(e, profiles[k].n, order, &answer), CSI_OK);
        cr_expect(answer.is_exact);
        for (size_t row = 1; row < expected.n_rows; row++) {
            const char *statistic = expected.cell[row][1], *key = expected.cell[row][2], *text = expected.cell[row][3];
            if (strcmp(expected.cell[row][0], profiles[k].name) != 0) {
                continue;
            }
            n_checked++;
            if (strcmp(statistic, "borda") == 0) {
                cr_expect_float_eq(points[key[0] - 'a'] * p.total, atof(text), 1e-9, "%s", key);
            } else if (strcmp(statistic, "outrank") == 0) {
                cr_expect_float_eq(e[(size_t)(key[0] - 'a') * profiles[k].n + (size_t)(key[1] - 'a')] * p.total,
                                   atof(text), 1e-9, "%s", key);
            } else if (strcmp(statistic, "kemeny") == 0) {
                cr_expect_float_eq(agreement(e, profiles[k].n, key) * p.total, atof(text), 1e-9, "%s", key);
            } else if (strcmp(statistic, "kemeny_ties") == 0) {
                cr_expect_eq(answer.n_optima, 3);
            } else if (strchr(text, '>') != NULL) {
                for (size_t i = 0; i < profiles[k].n; i++) {
                    cr_expect_eq((char)('a' + (char)order[i]), text[2 * i], "%s", statistic);
                }
            }
        }
    }
    cr_expect_geq(n_checked, 39);
}

/* HB Tables 35-37: outranking of five countries by eight indicators; three optimal orders of 6.375. */
Test(orders, kemeny_of_five)
{
    const table raw = oracle_table("worked/tai_table35_impact5"), want = oracle_table("worked/tai_table36_outranking5");
    const double *value = table_numbers(&raw, 5, 1, 8);
    double column[8][5], weight[8], e[25];
    const double *child[8];
    const bool is_scored[5] = {true, true, true, true, true};
    size_t country[5], order[5];
    csi_kemeny_answer answer;
    for (size_t i = 0; i < 40; i++) {
        column[i % 8][i / 8] = value[i];
        child[i % 8] = column[i % 8];
        weight[i % 8] = 0.125;
    }
    const csi_family family = {.n_children = 8, .n_countries = 5, .child = child, .weight = weight, .is_scored = is_scored};
    csi_outrank(&family, country, csi_family_scored(&family, country), e);
    for (size_t i = 0; i < 25; i++) {
        cr_expect_float_eq(e[i], table_number(&want, i / 5 + 1, i % 5 + 1), 1e-12);
    }
    cr_assert_eq(csi_kemeny(e, 5, order, &answer), CSI_OK);
    cr_expect_float_eq(answer.agreement, 6.375, 1e-12);
    cr_expect_eq(answer.n_optima, 3);
    cr_expect(answer.is_exact && order[3] == 3 && order[4] == 4);
    const table orders = oracle_table("worked/tai_table37_kemeny5"), impact = oracle_table("worked/tai_table35_impact5");
    for (size_t row = 1; row < orders.n_rows; row++) {
        char listed[5];
        for (size_t place = 0; place < 5; place++) {
            listed[place] = (char)('a' + (char)table_row(&impact, 0, orders.cell[row][place]) - 1);
        }
        cr_expect_float_eq(agreement(e, 5, listed), table_number(&orders, row, 5), 1e-12, "order %zu", row);
    }
}

/* All 720 orders of six: the largest agreement and how many orders have it. */
static void try_all(const double *e, size_t *order, size_t at, double so_far, double *best, double *n_best)
{
    if (at == 6) {
        *n_best = so_far > *best + 1e-9 ? 1 : fabs(so_far - *best) <= 1e-9 ? *n_best + 1 : *n_best;
        *best = fmax(so_far, *best);
        return;
    }
    for (size_t k = at; k < 6; k++) {
        double gain = 0;
        const size_t chosen = order[k];
        order[k] = order[at];
        order[at] = chosen;
        for (size_t i = 0; i < at; i++) {
            gain += e[order[i] * 6 + chosen];
        }
        try_all(e, order, at + 1, so_far + gain, best, n_best);
        order[at] = order[k];
        order[k] = chosen;
    }
}

static void draw_outranking(uint64_t seed, size_t n, double *e)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            const csi_stream stream = {seed, i, (uint32_t)k};
            e[i * n + k] = floor(csi_draw_uniform(&stream, 0) * 9) / 8;
            e[k * n + i] = 1 - e[i * n + k];
        }
        e[i * n + i] = 0;
    }
}

static double agreement_of(const double *e, size_t n, const size_t *order)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            sum += e[order[i] * n + order[k]];
        }
    }
    return sum;
}

/* Against every order of six, ties between orders included; and beyond what is solved exactly, where the answer says so
 * and is no worse than the order of net wins that it began with. */
Test(orders, kemeny_against_all_orders)
{
    double e[40 * 40], wins[40];
    size_t order[40], net[40];
    csi_kemeny_answer answer;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        double best = -1, n_best = 0;
        size_t trial[6] = {0, 1, 2, 3, 4, 5};
        draw_outranking(seed, 6, e);
        try_all(e, trial, 0, 0, &best, &n_best);
        cr_assert_eq(csi_kemeny(e, 6, order, &answer), CSI_OK);
        cr_expect(answer.is_exact && is_near(answer.agreement, best, 1e-9) && answer.n_optima == n_best, "seed %d: %g, not %g; "
                  "%g optima, not %g", (int)seed, answer.agreement, best, answer.n_optima, n_best);
        cr_expect(is_near(agreement_of(e, 6, order), best, 1e-9));
    }
    for (uint64_t seed = 1; seed <= 5; seed++) {
        draw_outranking(seed, 40, e);
        csi_copeland(e, 40, wins);
        for (size_t i = 0; i < 40; i++) {
            size_t at = i;
            for (; at > 0 && wins[net[at - 1]] < wins[i]; at--) {
                net[at] = net[at - 1];
            }
            net[at] = i;
        }
        cr_assert_eq(csi_kemeny(e, 40, order, &answer), CSI_OK);
        cr_expect(answer.n_optima == 0 && !answer.is_exact);
        cr_expect(is_near(agreement_of(e, 40, order), answer.agreement, 1e-9));
        cr_expect_geq(answer.agreement, agreement_of(e, 40, net) - 1e-9);
    }
}
