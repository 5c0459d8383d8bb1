/* Numbers of peers and of other indices: Compind 3.4, AHPy, the Human Development Report, and the examples that
 * distance-metrics-for-mcda quotes. Each tolerance is what the printing allows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/bod.h"
#include "metrics/factor.h"
#include "metrics/sample.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

/* A one-level coin from a Compind input: all columns from `first` on, no normalisation needed. */
static coin of_compind(const char *name, size_t first)
{
    const table t = oracle_table(text_format("compind/%s", name));
    coin c = coin_make(t.n_columns - first, t.n_rows - 1, 1, table_numbers(&t, t.n_rows - 1, first, t.n_columns - first), NULL);
    return c;
}

Test(peers, compind)
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
        const table golden = oracle_table(text_format("compind/%s", cases[i].golden));
        coin c = of_compind(cases[i].input, cases[i].first);
        coin_must_run(&c, cases[i].steps);
        coin_expect_column(&c, c.framework->n_nodes - 1, &golden, cases[i].column, cases[i].tolerance);
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
Test(peers, hdi_2022)
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
    const table meta = {9, 5, rows}, data = oracle_table("worked/hdi2022_191");
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
Test(peers, hdi_technical_note)
{
    static const char *const names[] = {"health_index_printed", "education_index_printed", "income_index_printed",
                                        "GNI_per_capita_2017PPP", "goalpost_min", "goalpost_max", "HDI_printed"};
    const table t = oracle_table("worked/hdi_technote_2020_example");
    double note[7];
    for (size_t i = 0; i < 7; i++) {
        note[i] = table_number(&t, table_row(&t, 0, names[i]), 1);
    }
    coin c = coin_make(1, 1, 1, &note[3], NULL);
    c.framework->node[0].goal_low = note[4];
    c.framework->node[0].goal_high = note[5];
    c.framework->node[0].transform = CSI_TRANSFORM_LOG;
    coin_must_run(&c, "- treat: transform\n- normalise: {method: minmax, range: [0, 1]}");
    cr_expect_float_eq(coin_at(&c, 0, 0), note[2], 5e-5);
    coin_free(&c);
    c = coin_make(3, 1, 1, note, NULL);
    coin_must_run(&c, "- aggregate: geometric");
    cr_expect_float_eq(coin_at(&c, 3, 0), note[6], 0.005);
    coin_free(&c);
}

static double fraction(const char *text)
{
    const char *bar = strchr(text, '/');
    return bar == NULL ? atof(text) : atof(text) / atof(bar + 1);
}

/* Saaty's drinks (as in AHPy) and the four-item example of AHPy. */
Test(peers, ahp)
{
    const table matrix = oracle_table("worked/ahp_drinks_matrix"), want = oracle_table("worked/ahp_drinks_expected"), four = oracle_table("worked/ahp_4x4_ahpy");
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
    const table t = oracle_table(text_format("worked/%s", file));
    csi_columns columns = {n, p, table_numbers(&t, n, 1, p)};
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

Test(peers, entropy_and_critic)
{
    expect_weights("entropy_xu2004", 4, 4, 5, 1, csi_entropy_weights, 6e-4);
    expect_weights("entropy_zavadskas2016", 4, 4, 5, 1, csi_entropy_weights, 6e-4);
    expect_weights("critic_tus2019", 5, 6, 6, 1, csi_critic_weights, 6e-4);
    expect_weights("critic_tus2019", 5, 6, 7, -1, csi_critic_weights, 6e-4);
}

/* Saaty's consistency ratio of a matrix whose index is 1 is 1 over the random index, from both tables. */
Test(peers, ahp_random_indices)
{
    const table t = oracle_table("worked/ahp_random_index");
    const csi_ahp_answer answer = {.index = 1};
    cr_expect_eq(t.n_rows, 14);
    for (size_t row = 1; row < t.n_rows; row++) {
        const size_t n = (size_t)table_number(&t, row, 0);
        cr_expect(is_near(1 / csi_ahp_ratio(&answer, n, CSI_RANDOM_SAATY), table_number(&t, row, 1), 1e-12), "%zu", n);
        cr_expect(is_near(1 / csi_ahp_ratio(&answer, n, CSI_RANDOM_DONEGAN_DODD), table_number(&t, row, 2), 1e-12), "%zu", n);
    }
    cr_expect(csi_ahp_ratio(&answer, 2, CSI_RANDOM_SAATY) == 0 && isnan(csi_ahp_ratio(&answer, 16, CSI_RANDOM_SAATY)));
}

/* Compind's normalise_ci on the European regions, the first column less is better: z about 100, min-max, rank. */
Test(peers, compind_normalisation)
{
    static const struct {
        char golden[20], steps[70];
    } cases[] = {{"nuts_normalise_m1", "- normalise: {method: zscore, mean: 100, sd: 10}"},
                 {"nuts_normalise_m2", "- normalise: {method: minmax, goalposts: yearly, range: [0, 1]}"},
                 {"nuts_normalise_m3", "- normalise: {method: rank, ties: average}"}};
    static const int direction[] = {-1, 1};
    const table data = oracle_table("compind/data_EU_NUTS1");
    double *value = table_numbers(&data, data.n_rows - 1, table_column(&data, "roads"), 2);
    for (size_t k = 0; k < 3; k++) {
        const table want = oracle_table(text_format("compind/%s", cases[k].golden));
        coin c = coin_make(2, data.n_rows - 1, 1, value, direction);
        coin_must_run(&c, cases[k].steps);
        coin_expect_column(&c, 0, &want, "roads", 1e-9);
        coin_expect_column(&c, 1, &want, "trains", 1e-9);
        coin_free(&c);
    }
    free(value);
}

/* Weights of benefit of the doubt. Where a score is below 1 they are unique up to degeneracy: both sides' weights give
 * the same score, and the pie shares stay within their bounds. Compind's restricted weights are such shares. */
Test(peers, compind_weights)
{
    const table input = oracle_table("compind/input_asem_pillars"), free_weights = oracle_table("compind/asem_bod_weights");
    const table shares = oracle_table("compind/asem_bod_constr_weights"), score = oracle_table("compind/asem_bod");
    const table bounded = oracle_table("compind/asem_bod_constr");
    enum { N = 51, P = 8 };
    double *x = table_numbers(&input, N, 1, P), largest = 0;
    const csi_bod plain = {.n_children = P, .n_units = N, .unit = x};
    const csi_bod restricted = {.n_children = P, .n_units = N, .unit = x, .restriction = CSI_BOD_SHARES, .low = 0.05, .high = 0.5};
    for (size_t i = 0; i < N; i++) {
        double own, weight[P], theirs = 0, ours = 0, sum = 0;
        cr_assert_eq(csi_bod_score(&plain, x + i * P, &own, weight), CSI_OK);
        for (size_t q = 0; q < P; q++) {
            theirs += table_number(&free_weights, i + 1, q + 1) * x[i * P + q];
            ours += weight[q] * x[i * P + q];
        }
        cr_expect(is_near(own, table_number(&score, i + 1, 1), 1e-9) && is_near(theirs, own, 1e-9) && is_near(ours, own, 1e-9));
        cr_assert_eq(csi_bod_score(&restricted, x + i * P, &own, weight), CSI_OK);
        cr_expect(is_near(own, table_number(&bounded, i + 1, 1), 1e-9));
        for (size_t q = 0; q < P; q++) {
            const double share = weight[q] * x[i * P + q] / own;
            cr_expect(share >= 0.05 - 1e-9 && share <= 0.5 + 1e-9);
            sum += share;
            largest = own < 1 - 1e-9 ? fmax(largest, fabs(share - table_number(&shares, i + 1, q + 1))) : largest;
        }
        cr_expect(is_near(sum, 1, 1e-9));
    }
    cr_expect_leq(largest, 1e-8, "pie shares differ by %g", largest);
    free(x);
}

/* Compind's geometric benefit of the doubt is the product of the ratios to one country, each to the power of its pie share:
 * our shares give its scores. */
Test(peers, compind_geometric_benefit_of_the_doubt)
{
    const table input = oracle_table("compind/input_asem_pillars"), want = oracle_table("compind/asem_geom_bod");
    const table shares = oracle_table("compind/asem_geom_bod_weights");
    enum { N = 51, P = 8 };
    double *x = table_numbers(&input, N, 1, P);
    const csi_bod restricted = {.n_children = P, .n_units = N, .unit = x, .restriction = CSI_BOD_SHARES, .low = 0.05, .high = 0.5};
    for (size_t i = 0; i < N; i++) {
        double own, weight[P], ours = 0, theirs = 0;
        cr_assert_eq(csi_bod_score(&restricted, x + i * P, &own, weight), CSI_OK);
        for (size_t q = 0; q < P; q++) {
            ours += weight[q] * x[i * P + q] / own * log(x[i * P + q] / x[q]);
            theirs += table_number(&shares, i + 1, q + 1) * log(x[i * P + q] / x[q]);
        }
        cr_expect(is_near(exp(theirs), table_number(&want, i + 1, 1), 1e-9));
        cr_expect(own >= 1 - 1e-9 || is_near(exp(ours), table_number(&want, i + 1, 1), 1e-8), "%zu: %.12g", i, exp(ours));
    }
    free(x);
}

/* Factor scores: standardised rows times the loadings of a solution, each factor's to unit variance; score[n * k]. */
static void factor_scores(const csi_columns *x, size_t k, bool is_rotated, double *score, double *share)
{
    const size_t p = x->p, n = x->n;
    double r[64], value[8], vector[64], unrotated[64], loading[64], column[64];
    csi_correlation_matrix(x, r);
    cr_assert_eq(csi_eigen(r, p, value, vector), CSI_OK);
    csi_loadings(value, vector, p, k, unrotated);
    memcpy(loading, unrotated, sizeof loading);
    if (is_rotated) {
        cr_assert_eq(csi_varimax(loading, p, k), CSI_OK);
    }
    for (size_t i = 0; i < n * k; i++) {
        score[i] = 0;
    }
    for (size_t j = 0; j < k; j++) {
        share[j] = 0;
        for (size_t q = 0; q < p; q++) {
            double coefficient = 0; /* of R^-1 times the rotated loadings */
            for (size_t l = 0; l < k; l++) {
                double turned = 0;
                for (size_t m = 0; m < p; m++) {
                    turned += unrotated[m * k + l] / value[l] * loading[m * k + j];
                }
                coefficient += unrotated[q * k + l] / value[l] * turned;
            }
            csi_columns_get(x, q, column);
            const double mean = csi_sample_mean(column, n), sd = csi_sample_sd(column, n);
            for (size_t i = 0; i < n; i++) {
                score[i * k + j] += coefficient * (column[i] - mean) / sd;
            }
            share[j] += loading[q * k + j] * loading[q * k + j] / (double)p;
        }
    }
}

/* Compind's ci_factor. ONE: the scores on the first component, its sign free. ALL: those on all components after varimax,
 * each times its share of the variance; its rotation stops at 1e-5 and factors' signs are free, so that what agrees is
 * the sum's correlation with every factor, up to sign and to 2e-3. */
Test(peers, compind_factor_scores)
{
    static const struct {
        char input[24], one[20], all[20];
        size_t first, p;
    } cases[] = {{"input_asem_pillars", "asem_factor_one", "asem_factor_all", 1, 8},
                 {"nuts_minmax", "nuts_factor_one", "nuts_factor_all", 0, 2}};
    for (size_t at = 0; at < 2; at++) {
        const table input = oracle_table(text_format("compind/%s", cases[at].input));
        const table one = oracle_table(text_format("compind/%s", cases[at].one));
        const table all = oracle_table(text_format("compind/%s", cases[at].all));
        const size_t n = input.n_rows - 1, p = cases[at].p;
        csi_columns x = {n, p, table_numbers(&input, n, cases[at].first, p)};
        double *score = calloc(n * p, sizeof *score), share[8], same = 0, turned = 0;
        factor_scores(&x, 1, false, score, share);
        for (size_t i = 0; i < n; i++) {
            same = fmax(same, fabs(score[i] - table_number(&one, i + 1, one.n_columns - 1)));
            turned = fmax(turned, fabs(score[i] + table_number(&one, i + 1, one.n_columns - 1)));
        }
        cr_expect_leq(fmin(same, turned), 1e-9, "%s: %g", cases[at].one, fmin(same, turned));
        factor_scores(&x, p, p > 2, score, share); /* two components are not rotated there */
        for (size_t j = 0; j < p; j++) {
            double product = 0;
            for (size_t i = 0; i < n; i++) {
                product += score[i * p + j] * table_number(&all, i + 1, all.n_columns - 1) / (double)(n - 1);
            }
            cr_expect(is_near(fabs(product), share[j], 2e-3), "%s factor %zu: %g, not %g", cases[at].all, j, product, share[j]);
        }
        free(score);
        csi_columns_free(&x);
    }
}
