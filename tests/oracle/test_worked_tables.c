/* Printed tables and peers' numbers for normalisation, weighting and aggregation: oracle/worked and oracle/compind. Each
 * tolerance is what the printing allows. HB: OECD/JRC Handbook (2008). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/bod.h"
#include "metrics/factor.h"
#include "metrics/outrank.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

enum { N_TAI = 23, P_TAI = 8 };

static table worked(const char *name)
{
    return table_read(oracle_path(csi_arena_format(csi_arena_new(), "worked/%s.csv", name)));
}

static table compind(const char *name)
{
    return table_read(oracle_path(csi_arena_format(csi_arena_new(), "compind/%s.csv", name)));
}

/* Columns 1.. of rows 1..n of a table, row-major. */
static double *numbers(const table *t, size_t n, size_t first_column, size_t p)
{
    double *value = calloc(n * p, sizeof *value);
    for (size_t i = 0; i < n * p; i++) {
        value[i] = table_number(t, i / p + 1, first_column + i % p);
    }
    return value;
}

/* The Technology Achievement Index, Table A.2: countries A000.. in the order of the table, indicators x0..x7. */
static coin tai(void)
{
    const table t = worked("tai_raw_23");
    return coin_make(P_TAI, N_TAI, 1, numbers(&t, N_TAI, 1, P_TAI), NULL);
}

static csi_columns tai_columns(void)
{
    const table t = worked("tai_raw_23");
    return (csi_columns){N_TAI, P_TAI, numbers(&t, N_TAI, 1, P_TAI)};
}

/* The goalposts over all 72 countries (SST 2005, Table 1); logarithms to two decimals, as the data have them. */
static void set_goalposts72(coin *c)
{
    const table t = worked("tai_goalposts72");
    for (size_t q = 0; q < P_TAI; q++) {
        const double low = table_number(&t, q + 1, 1), high = table_number(&t, q + 1, 2);
        const bool is_log = table_number(&t, q + 1, 3) == 1;
        c->framework->node[q].goal_low = is_log ? log10(low) : low;
        c->framework->node[q].goal_high = is_log ? log10(high) : high;
    }
}

static double score_at(const coin *c, size_t node, size_t country)
{
    return csi_panel_get(c->result->scores, node, 0, country);
}

static void expect_column(const coin *c, size_t node, const table *t, const char *heading, double tolerance)
{
    const size_t column = table_column(t, heading);
    for (size_t i = 0; i < c->countries.n; i++) {
        const double want = table_number(t, i + 1, column), got = score_at(c, node, i); /* rows in the coin's order */
        cr_expect(is_near(got, want, tolerance), "%s, row %zu: %.12g, not %.12g", heading, i + 1, got, want);
    }
}

/* HB Table 15, p. 87: eleven normalisations of SCHOOLING (x6). */
Test(worked, table15_normalisation)
{
    static const struct {
        char steps[90], column[24];
        double tolerance;
    } cases[] = {
        {"- normalise: rank", "rank_min_ascending", 0},
        {"- normalise: zscore", "zscore", 0.0051},
        {"- normalise: {method: minmax, goalposts: yearly, range: [0, 1]}", "minmax", 0.0051},
        {"- normalise: {method: reference, reference: mean}", "ratio_to_mean", 0.0051},
        {"- normalise: {method: reference, reference: best}", "ratio_to_best", 0.0051},
        {"- normalise: {method: reference, reference: worst}", "ratio_to_worst", 0.0051},
        {"- normalise: {method: reference, form: relative, reference: mean}", "diff_rel_to_mean", 0.0051},
        {"- normalise: {method: reference, form: relative, reference: worst}", "diff_rel_to_worst", 0.0051},
        {"- normalise: {method: percentile, ties: min}", "percentile", 0.051},
    };
    const table t = worked("tai_table15_normalisation");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coin c = tai();
        coin_must_run(&c, cases[i].steps);
        expect_column(&c, 6, &t, cases[i].column, cases[i].tolerance);
        coin_free(&c);
    }
}

static void expect_ranks(const coin *c, const table *t, const char *heading)
{
    int rank[64];
    size_t work[64];
    const size_t column = table_column(t, heading);
    const table raw = worked("tai_raw_23"); /* the tables order the countries differently */
    csi_rank_column(csi_panel_column(c->result->scores, c->framework->n_nodes - 1, 0), c->countries.n, rank, work);
    for (size_t i = 0; i < c->countries.n; i++) {
        const char *name = raw.cell[i + 1][0];
        cr_expect_eq(rank[i], (int)table_number(t, table_row(t, 0, name), column), "%s, %s: %d", heading, name, rank[i]);
    }
}

/* HB Tables 22, 23 and 38: equal weights and budget allocation on the 72-country goalposts, geometric mean of raw data. */
Test(worked, table23_and_38_ranks)
{
    const table t23 = worked("tai_table23_ranks_by_weighting"), t38 = worked("tai_table38_ranks_by_aggregation");
    coin c = tai();
    set_goalposts72(&c);
    coin_must_run(&c, "- normalise: minmax");
    expect_ranks(&c, &t23, "EW");
    expect_ranks(&c, &t38, "LIN");
    coin_must_run(&c, "- normalise: minmax\n"
                      "- weight: {method: budget, budgets: [[11, 11, 11, 18, 10, 6, 15, 18]]}");
    expect_ranks(&c, &t23, "BAP");
    for (size_t q = 0; q < P_TAI; q++) {
        c.framework->node[q].goal_low = 0;
        c.framework->node[q].goal_high = 1;
    }
    coin_must_run(&c, "- normalise: {method: minmax, range: [0, 1], clip: false}\n- aggregate: geometric");
    expect_ranks(&c, &t38, "GME");
    coin_free(&c);
}

#define TAI_BOD "- normalise: {method: minmax, goalposts: yearly, range: [0, 1]}\n- aggregate: "

Test(worked, tai_benefit_of_the_doubt)
{
    const table highs = worked("tai_bod_reference_highs"), printed = worked("tai_table19_bod_restricted");
    coin c = tai();
    coin_must_run(&c, TAI_BOD "bod");
    expect_column(&c, P_TAI, &highs, "bod_unrestricted_minmax23", 1e-9);
    coin_must_run(&c, TAI_BOD "{method: bod, restriction: relative, low: 0.1, high: 0.15}");
    expect_column(&c, P_TAI, &highs, "bod_w10_15_minmax23", 1e-9);
    expect_column(&c, P_TAI, &printed, "bod_score", 0.0101);
    for (size_t i = 0; i < N_TAI; i++) {
        cr_expect(score_at(&c, P_TAI, i) <= 1 + 1e-12);
    }
    coin_free(&c);
}

/* A one-level coin from a Compind input: all columns from `first` on, no normalisation needed. */
static coin of_compind(const char *name, size_t first)
{
    const table t = compind(name);
    coin c = coin_make(t.n_columns - first, t.n_rows - 1, 1, numbers(&t, t.n_rows - 1, first, t.n_columns - first), NULL);
    return c;
}

Test(worked, compind)
{
    static const struct {
        char input[32], golden[24], column[4], steps[90];
        size_t first;
        double tolerance;
    } cases[] = {
        {"input_asem_pillars", "asem_bod", "v", "- aggregate: bod", 1, 1e-9},
        {"nuts_minmax", "nuts_bod", "v", "- aggregate: bod", 0, 1e-9},
        {"input_asem_pillars", "asem_bod_constr", "v",
         "- aggregate: {method: bod, restriction: shares, low: 0.05, high: 0.5}", 1, 1e-9},
        {"nuts_minmax", "nuts_bod_constr", "v",
         "- aggregate: {method: bod, restriction: shares, low: 0.05, high: 0.5}", 0, 1e-9},
        {"input_asem_pillars", "asem_geom_equal", "v", "- aggregate: geometric", 1, 1e-9},
        {"input_asem_pillars_z100_10", "asem_mpi_POS", "v",
         "- aggregate: {method: mpi, penalty: down, divisor: sample}", 1, 1e-9},
        {"input_asem_pillars_z100_10", "asem_mpi_NEG", "v",
         "- aggregate: {method: mpi, penalty: up, divisor: sample}", 1, 1e-9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const table golden = compind(cases[i].golden);
        coin c = of_compind(cases[i].input, cases[i].first);
        coin_must_run(&c, cases[i].steps);
        expect_column(&c, c.framework->n_nodes - 1, &golden, cases[i].column, cases[i].tolerance);
        coin_free(&c);
    }
}

/* De Muro, Mazziotta & Pareto (2011) have the population sd in both places; Compind the sample's. */
Test(worked, tai_mazziotta_pareto)
{
    const table t = worked("tai_mpi_peer");
    coin c = tai();
    coin_must_run(&c, "- normalise: {method: zscore, mean: 100, sd: 10, divisor: population}\n- aggregate: mpi");
    expect_column(&c, P_TAI, &t, "MPI_DeMuro2011_populationSD", 1e-10);
    coin_must_run(&c, "- normalise: {method: zscore, mean: 100, sd: 10}\n- aggregate: {method: mpi, divisor: sample}");
    expect_column(&c, P_TAI, &t, "MPI_Compind34_sampleSD", 1e-10);
    coin_free(&c);
}

/* HB p. 103-104; printed figures are cut, not rounded. */
Test(worked, geometric_p104)
{
    const table t = worked("geometric_p104");
    coin c = coin_make(4, 4, 1, numbers(&t, 4, 1, 4), NULL);
    coin_must_run(&c, "- aggregate: geometric");
    expect_column(&c, 4, &t, "geometric_mean_printed", 0.0065);
    coin_must_run(&c, "- aggregate: arithmetic");
    cr_expect_float_eq(score_at(&c, 4, 0), 6, 1e-12);
    coin_free(&c);
}

/* HB Table 14, p. 83: two cities' temperature and humidity against the best; what changes with the unit is the point. */
Test(worked, interval_scale_table14)
{
    const table t = worked("interval_scale_table14");
    for (size_t row = 1; row <= 4; row++) {
        const double value[4] = {table_number(&t, row, 2), table_number(&t, row, 3), table_number(&t, row, 4),
                                 table_number(&t, row, 5)};
        coin c = coin_make(2, 2, 1, value, NULL);
        coin_must_run(&c, "- normalise: {method: reference, reference: best}");
        cr_expect(is_near(score_at(&c, 2, 0), table_number(&t, row, 6), 0.0006), "%zu A %g", row, score_at(&c, 2, 0));
        cr_expect(is_near(score_at(&c, 2, 1), table_number(&t, row, 7), 0.0006), "%zu B %g", row, score_at(&c, 2, 1));
        coin_free(&c);
    }
}

static void fill_hdi_framework(coin *c)
{
    static const double posts[4][2] = {{20, 85}, {0, 18}, {0, 15}, {2, 4.875061263391700}}; /* log10 of 100 and 75000 */
    for (size_t q = 0; q < 4; q++) {
        c->framework->node[q].goal_low = posts[q][0];
        c->framework->node[q].goal_high = posts[q][1];
    }
}

/* UNDP Human Development Report 2021/22: 191 countries; education is the mean of two indicators, so two levels. */
Test(worked, hdi_2022)
{
    static char *meta_rows[][5] = {
        {"Level", "iCode", "Parent", "Type", "Weight"}, {"1", "life_exp", "health", "Indicator", "1"},
        {"1", "exp_sch", "education", "Indicator", "1"}, {"1", "avg_sch", "education", "Indicator", "1"},
        {"1", "gni_pc_log10", "income", "Indicator", "1"}, {"2", "health", "hdi", "Aggregate", "1"},
        {"2", "education", "hdi", "Aggregate", "1"}, {"2", "income", "hdi", "Aggregate", "1"},
        {"3", "hdi", "", "Aggregate", "1"},
    };
    char **rows[9];
    for (size_t i = 0; i < 9; i++) {
        rows[i] = meta_rows[i];
    }
    const table meta = {9, 5, rows}, data = worked("hdi2022_191");
    data.cell[0][0] = "uCode";
    coin c = coin_read(&meta, &data);
    fill_hdi_framework(&c);
    coin_must_run(&c, "- normalise: {method: minmax, range: [0, 1]}\n"
                      "- aggregate:\n    - {level: 2, method: arithmetic}\n    - {level: 3, method: geometric}\n");
    cr_assert_eq(c.countries.n, 191);
    for (size_t row = 1; row <= 191; row++) {
        const double got = coin_score(&c, "hdi", 0, data.cell[row][0]);
        cr_expect(is_near(got, table_number(&data, row, 1), 0.00051), "%s: %g", data.cell[row][0], got);
    }
    cr_expect_gt(c.result->n_clipped, 0);
    coin_free(&c);
}

/* UNDP technical note (2020): the income index and the HDI of the example. */
Test(worked, hdi_technical_note)
{
    const double value[3] = {0.6971, 0.3447, 0.5506}, income = 3829;
    coin c = coin_make(1, 1, 1, &income, NULL);
    c.framework->node[0].goal_low = 100;
    c.framework->node[0].goal_high = 75000;
    c.framework->node[0].transform = CSI_TRANSFORM_LOG;
    coin_must_run(&c, "- treat: transform\n- normalise: {method: minmax, range: [0, 1]}");
    cr_expect_float_eq(score_at(&c, 0, 0), 0.5506, 5e-5);
    coin_free(&c);
    c = coin_make(3, 1, 1, value, NULL);
    coin_must_run(&c, "- aggregate: geometric");
    cr_expect_float_eq(score_at(&c, 3, 0), 0.51, 0.005);
    coin_free(&c);
}

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

Test(worked, profiles)
{
    const table expected = worked("profiles_expected");
    const csi_method *borda = csi_method_find(CSI_STEP_AGGREGATE, "borda");
    size_t n_checked = 0;
    for (size_t k = 0; k < 4; k++) {
        const table t = worked(profiles[k].file);
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
Test(worked, kemeny_of_five)
{
    const table raw = worked("tai_table35_impact5"), want = worked("tai_table36_outranking5");
    const double *value = numbers(&raw, 5, 1, 8);
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
}

static double fraction(const char *text)
{
    const char *bar = strchr(text, '/');
    return bar == NULL ? atof(text) : atof(text) / atof(bar + 1);
}

/* Saaty's drinks (as in AHPy) and the four-item example of AHPy. */
Test(worked, ahp)
{
    const table matrix = worked("ahp_drinks_matrix"), want = worked("ahp_drinks_expected"), four = worked("ahp_4x4_ahpy");
    double a[49], weight[7], b[16] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    static const double expected[4] = {0.3742, 0.3917, 0.0991, 0.1349};
    csi_ahp_answer answer;
    for (size_t i = 0; i < 49; i++) {
        a[i] = fraction(matrix.cell[i / 7 + 1][i % 7 + 1]);
    }
    cr_assert_eq(csi_ahp_weights(a, 7, weight, &answer), CSI_OK);
    for (size_t i = 0; i < 7; i++) {
        cr_expect_float_eq(weight[i], table_number(&want, i + 1, 2), 5.1e-5);
    }
    cr_expect_float_eq(answer.lambda, 7.176629039331, 1e-9);
    cr_expect_float_eq(csi_ahp_ratio(&answer, 7, CSI_RANDOM_SAATY), 0.022, 5e-4);
    cr_expect_float_eq(csi_ahp_ratio(&answer, 7, CSI_RANDOM_DONEGAN_DODD), 0.0235, 5.1e-5);
    for (size_t row = 1; row <= 6; row++) {
        const size_t i = (size_t)(four.cell[row][0][0] - 'a'), j = (size_t)(four.cell[row][0][2] - 'a');
        b[i * 4 + j] = fraction(four.cell[row][1]);
        b[j * 4 + i] = 1 / b[i * 4 + j];
    }
    cr_assert_eq(csi_ahp_weights(b, 4, weight, &answer), CSI_OK);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_float_eq(weight[i], expected[i], 5.1e-5);
    }
    cr_expect_float_eq(csi_ahp_ratio(&answer, 4, CSI_RANDOM_DONEGAN_DODD), 0.0372, 5.1e-5);
    b[1] = 3;
    cr_expect_eq(csi_ahp_weights(b, 4, weight, &answer), CSI_ERR_DATA);
}

static void expect_weights(const char *file, size_t n, size_t p, size_t row, double sign,
                           csi_status (*weigh)(const csi_columns *, double *), double tolerance)
{
    const table t = worked(file);
    csi_columns columns = {n, p, numbers(&t, n, 1, p)};
    double weight[8], sum = 0;
    for (size_t i = 0; i < n; i++) {
        columns.value[i * p] *= sign;
    }
    cr_assert_eq(weigh(&columns, weight), CSI_OK);
    for (size_t q = 0; q < p; q++) {
        sum += weight[q];
    }
    for (size_t q = 0; q < p; q++) {
        cr_expect(is_near(weight[q] / sum, table_number(&t, row, q + 1), tolerance), "%s %zu: %g", file, q,
                  weight[q] / sum);
    }
}

Test(worked, entropy_and_critic)
{
    expect_weights("entropy_xu2004", 4, 4, 5, 1, csi_entropy_weights, 6e-4);
    expect_weights("entropy_zavadskas2016", 4, 4, 5, 1, csi_entropy_weights, 6e-4);
    expect_weights("critic_tus2019", 5, 6, 6, 1, csi_critic_weights, 6e-4);
    expect_weights("critic_tus2019", 5, 6, 7, -1, csi_critic_weights, 6e-4);
}

/* HB Tables 7, 8, 9 and 18: principal components of the TAI indicators, four of them rotated, and the weights. */
Test(worked, tai_components)
{
    const table t7 = worked("tai_table07_eigenvalues"), t8 = worked("tai_table08_loadings");
    const table t9 = worked("tai_table09_varimax4"), t18 = worked("tai_table18_fa_weights");
    const csi_columns columns = tai_columns();
    double r[64], value[8], vector[64], loading[64], weight[8], sum = 0;
    csi_correlation_matrix(&columns, r);
    cr_assert_eq(csi_eigen(r, 8, value, vector), CSI_OK);
    csi_loadings(value, vector, 8, 8, loading);
    for (size_t j = 0; j < 8; j++) {
        double same = 0, turned = 0;
        cr_expect_float_eq(value[j], table_number(&t7, j + 1, 1), 0.1);
        for (size_t i = 0; i < 8; i++) {
            const double printed = table_number(&t8, i + 1, j + 1);
            same = fmax(same, fabs(loading[i * 8 + j] - printed));
            turned = fmax(turned, fabs(loading[i * 8 + j] + printed));
        }
        cr_expect(fmin(same, turned) <= 0.015, "PC%zu: %g", j + 1, fmin(same, turned));
    }
    csi_loadings(value, vector, 8, 4, loading);
    csi_varimax(loading, 8, 4);
    for (size_t printed = 0; printed < 4; printed++) {
        double nearest = HUGE_VAL;
        for (size_t j = 0; j < 4; j++) {
            double gap = 0;
            for (size_t i = 0; i < 8; i++) {
                gap = fmax(gap, fabs(loading[i * 4 + j] - table_number(&t9, i + 1, printed + 1)));
            }
            nearest = fmin(nearest, gap);
        }
        cr_expect(nearest <= 0.013, "F%zu: %g", printed + 1, nearest);
    }
    csi_factor_weights(loading, 8, 4, weight);
    for (size_t q = 0; q < 8; q++) {
        sum += weight[q];
    }
    for (size_t q = 0; q < 8; q++) {
        const double tolerance = q == 3 ? 0.015 : 0.0065; /* EXPORTS is .07 there and .06 in Table 22 */
        cr_expect(is_near(weight[q] / sum, table_number(&t18, q + 1, 2), tolerance), "%zu: %g", q, weight[q] / sum);
    }
    free(columns.value);
}
