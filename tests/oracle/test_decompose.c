/* Decompositions against the reference tables and against themselves: parts add up, whatever is thrown at them. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/decompose.h"

static double identity(const csi_step *step, double x)
{
    (void)step;
    return x;
}

static double logarithm(const csi_step *step, double x)
{
    (void)step;
    return log(x);
}

static double inverse(const csi_step *step, double x)
{
    (void)step;
    return 1 / x;
}

static double cube(const csi_step *step, double x)
{
    (void)step;
    return x * x * x;
}

/* The mean of phi over the children present, by its definition. */
typedef enum kind { ARITHMETIC, GEOMETRIC, HARMONIC, CUBIC, N_KINDS } kind;
static const csi_phi phi_of[N_KINDS] = {identity, logarithm, inverse, cube};

static double mean_of(kind k, size_t n, const double *x, const double *w)
{
    double sum = 0, all = 0;
    for (size_t q = 0; q < n; q++) {
        if (!isnan(x[q]) && w[q] > 0) {
            sum += w[q] * phi_of[k](NULL, x[q]);
            all += w[q];
        }
    }
    sum /= all;
    return all <= 0 ? NAN : k == ARITHMETIC ? sum : k == GEOMETRIC ? exp(sum) : k == HARMONIC ? 1 / sum : cbrt(sum);
}

static double sum_of(size_t n, const csi_parts *part)
{
    double sum = 0;
    for (size_t q = 0; q < n; q++) {
        sum += part[q].value + part[q].weight + part[q].coverage;
    }
    return sum;
}

typedef struct players {
    size_t n;
    const double *x0, *x1, *w;
} players;

static csi_status geometric_game(void *user, uint64_t coalition, double *value)
{
    const players *p = user;
    double x[32];
    for (size_t q = 0; q < p->n; q++) {
        x[q] = coalition >> q & 1 ? p->x1[q] : p->x0[q];
    }
    *value = mean_of(GEOMETRIC, p->n, x, p->w);
    return CSI_OK;
}

static void compare_country(const table *t, size_t first, size_t n)
{
    const size_t columns[] = {table_column(t, "score0"), table_column(t, "score1"),
                              table_column(t, "arithmetic_contribution"), table_column(t, "lmdi_contribution"),
                              table_column(t, "shapley_contribution")};
    double x0[32], x1[32], w[32], share[32];
    csi_parts part[32];
    for (size_t q = 0; q < n; q++) {
        x0[q] = table_number(t, first + q, columns[0]);
        x1[q] = table_number(t, first + q, columns[1]);
        w[q] = 1;
    }
    cr_assert(csi_decompose_mean(identity, NULL, n, x0, w, mean_of(ARITHMETIC, n, x0, w), x1, w,
                                 mean_of(ARITHMETIC, n, x1, w), part));
    for (size_t q = 0; q < n; q++) {
        cr_expect(is_near(part[q].value, table_number(t, first + q, columns[2]), 1e-10), "arithmetic %zu", first + q);
    }
    cr_assert(csi_decompose_mean(logarithm, NULL, n, x0, w, mean_of(GEOMETRIC, n, x0, w), x1, w,
                                 mean_of(GEOMETRIC, n, x1, w), part));
    for (size_t q = 0; q < n; q++) {
        cr_expect(is_near(part[q].value, table_number(t, first + q, columns[3]), 1e-10), "LMDI %zu: %.12f", first + q,
                  part[q].value);
    }
    players p = {n, x0, x1, w};
    cr_assert(csi_shapley(n, geometric_game, &p, 0, 0, share, NULL) == CSI_OK);
    for (size_t q = 0; q < n; q++) {
        cr_expect(is_near(share[q], table_number(t, first + q, columns[4]), 1e-10), "Shapley %zu: %.12f", first + q,
                  share[q]);
    }
}

Test(decompose, reference_tables)
{
    const table t = table_read(oracle_path("worked/decomposition_reference.csv"));
    size_t first = 1, n_countries = 0;
    for (size_t row = 1; row < t.n_rows; row++) {
        if (strncmp(t.cell[row][3], "TOTAL", 5) == 0) {
            if (row > first) {
                compare_country(&t, first, row - first);
                n_countries++;
            }
            first = row + 1;
        }
    }
    cr_expect(n_countries == 2);
}

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Children of either side: some missing, some zero where the mean can bear it, some equal on both sides. */
static void draw(kind k, size_t n, uint64_t *state, double *x0, double *w0, double *x1, double *w1)
{
    const bool has_zeros = uniform(state) < 0.2, same_weights = uniform(state) < 0.5;
    for (size_t q = 0; q < n; q++) {
        x0[q] = 1 + 99 * uniform(state);
        x1[q] = uniform(state) < 0.2 ? x0[q] : uniform(state) < 0.1 ? x0[q] * (1 + 1e-9) : 1 + 99 * uniform(state);
        x0[q] = has_zeros && k != HARMONIC && uniform(state) < 0.2 ? 0 : x0[q];
        x1[q] = has_zeros && k != HARMONIC && uniform(state) < 0.2 ? 0 : x1[q];
        x0[q] = uniform(state) < 0.1 ? NAN : x0[q];
        x1[q] = uniform(state) < 0.1 ? NAN : x1[q];
        w0[q] = uniform(state) < 0.05 ? 0 : 0.1 + uniform(state);
        w1[q] = same_weights ? w0[q] : 0.1 + uniform(state);
    }
}

Test(decompose, parts_add_up_in_forty_thousand_random_pairs)
{
    uint64_t state = 20181112;
    double worst = 0;
    size_t n_split = 0;
    for (int trial = 0; trial < 40000; trial++) {
        const kind k = (kind)(trial % N_KINDS);
        const size_t n = 1 + (size_t)(12 * uniform(&state));
        double x0[12], w0[12], x1[12], w1[12];
        csi_parts part[12];
        draw(k, n, &state, x0, w0, x1, w1);
        const double s0 = mean_of(k, n, x0, w0), s1 = mean_of(k, n, x1, w1);
        const bool is_split = csi_decompose_mean(phi_of[k], NULL, n, x0, w0, s0, x1, w1, s1, part);
        cr_assert(is_split == !(isnan(s0) || isnan(s1)), "trial %d", trial);
        if (!is_split) {
            continue;
        }
        n_split++;
        const double miss = fabs(sum_of(n, part) - (s1 - s0)) / fmax(1, fabs(s1 - s0));
        worst = isfinite(miss) ? fmax(worst, miss) : INFINITY;
        cr_assert(miss <= 1e-12, "trial %d: parts miss the difference by %g", trial, miss);
        for (size_t q = 0; q < n; q++) {
            const bool is_here = !isnan(x0[q]) && w0[q] > 0, is_there = !isnan(x1[q]) && w1[q] > 0;
            cr_assert(part[q].coverage == 0 || is_here != is_there, "trial %d: coverage of a common child", trial);
            cr_assert(part[q].value == 0 || (is_here && is_there && x0[q] != x1[q]), "trial %d: a value that stayed", trial);
            cr_assert(part[q].value == 0 || (part[q].value > 0) == (x1[q] > x0[q]), "trial %d: a rise that lowers", trial);
        }
    }
    cr_expect(n_split > 35000);
    cr_expect(worst <= 1e-12);
}

Test(decompose, zeros_take_the_limit)
{
    const double w[] = {1, 1}, from[] = {0, 4}, to[] = {9, 4}, still[] = {0, 25};
    csi_parts part[2];
    cr_assert(csi_decompose_mean(logarithm, NULL, 2, from, w, 0, to, w, 6, part));
    cr_expect(is_near(part[0].value, 6, 1e-12) && part[1].value == 0);
    cr_assert(csi_decompose_mean(logarithm, NULL, 2, to, w, 6, from, w, 0, part));
    cr_expect(is_near(part[0].value, -6, 1e-12) && part[1].value == 0);
    cr_assert(csi_decompose_mean(logarithm, NULL, 2, from, w, 0, still, w, 0, part));
    cr_expect(part[0].value == 0 && part[1].value == 0);
}

Test(decompose, coverage_is_told_apart)
{
    const double w[] = {1, 1}, one[] = {50, NAN}, both[] = {60, 90}, none[] = {NAN, 90};
    csi_parts part[2];
    cr_assert(csi_decompose_mean(identity, NULL, 2, one, w, 50, both, w, 75, part));
    cr_expect(is_near(part[0].value, 10, 1e-12) && is_near(part[1].coverage, 15, 1e-12));
    cr_assert(csi_decompose_mean(identity, NULL, 2, one, w, 50, none, w, 90, part));
    cr_expect(is_near(part[0].coverage, -50, 1e-12) && is_near(part[1].coverage, 90, 1e-12));
}

/* The product of three factors: the sampled shares must come near the exact ones and add up exactly. */
static csi_status product_game(void *user, uint64_t coalition, double *value)
{
    const size_t n = *(const size_t *)user;
    *value = 1;
    for (size_t q = 0; q < n; q++) {
        *value *= coalition >> q & 1 ? 1 + (double)(q + 1) / (double)n : 1;
    }
    return CSI_OK;
}

Test(decompose, sampled_shapley_comes_near_the_exact_one)
{
    size_t n = CSI_SHAPLEY_EXACT + 4;
    double sampled[32], error[32], all = 1, sum = 0;
    for (size_t q = 0; q < n; q++) {
        all *= 1 + (double)(q + 1) / (double)n;
    }
    cr_assert(csi_shapley(n, product_game, &n, 4000, 7, sampled, error) == CSI_OK);
    for (size_t q = 0; q < n; q++) {
        sum += sampled[q];
        cr_expect(error[q] > 0 && error[q] < 0.02 * all, "%zu: %g", q, error[q]);
        cr_expect(q == 0 || sampled[q] > sampled[q - 1] - 4 * (error[q] + error[q - 1]));
    }
    cr_expect(is_near(sum, all - 1, 1e-9 * all), "%g", sum - all + 1);
    n = 3;
    double exact[3], exact_error[3];
    cr_assert(csi_shapley(n, product_game, &n, 0, 0, exact, exact_error) == CSI_OK);
    cr_expect(is_near(exact[0] + exact[1] + exact[2], 4.0 / 3 * 5 / 3 * 2 - 1, 1e-12) && exact_error[1] == 0);
}
