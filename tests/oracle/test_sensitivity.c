/* Sobol indices of Ishigami's function and Sobol's g against their closed forms, within the 95th percentile of the error
 * that each estimator shows with the designs of SciPy; shifts; coverage of the bootstrap intervals; undefined outputs. */
#include "metrics/sensitivity.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/rng.h"
#include "metrics/rng_sobol.h"
#include "tests/support/support.h"

#define PI 3.14159265358979323846
#define MAX_FACTORS 8

typedef double (*function)(const double *x);

static double ishigami(const double *u)
{
    const double x1 = PI * (2.0 * u[0] - 1.0), x2 = PI * (2.0 * u[1] - 1.0), x3 = PI * (2.0 * u[2] - 1.0);
    return sin(x1) + 7.0 * sin(x2) * sin(x2) + 0.1 * pow(x3, 4) * sin(x1);
}

static double sobol_g(const double *u)
{
    static const double a[8] = {0, 1, 4.5, 9, 99, 99, 99, 99};
    double y = 1.0;
    for (int i = 0; i < 8; i++) {
        y *= (fabs(4.0 * u[i] - 2.0) + a[i]) / (1.0 + a[i]);
    }
    return y;
}

typedef struct runs {
    csi_design_output output;
    double *value[2 + 2 * MAX_FACTORS];
    const double *ab[MAX_FACTORS], *ba[MAX_FACTORS];
} runs;

/* Points 0..n of a scrambled Sobol sequence, or of keyed draws, through f; `shift` is added to every output. */
static void run(runs *r, function f, size_t k, size_t n, bool quasi, uint64_t seed, double shift)
{
    csi_sobol *sobol = NULL;
    if (quasi) {
        cr_assert(csi_sobol_new(2 * k, seed, &sobol) == CSI_OK);
    }
    for (size_t i = 0; i < 2 + 2 * k; i++) {
        r->value[i] = malloc(n * sizeof(double));
    }
    for (size_t i = 0; i < n; i++) {
        double u[CSI_DRAW_GROUP], x[MAX_FACTORS];
        const csi_stream stream = {seed, i, 1};
        csi_draw_uniforms(&stream, 0, CSI_DRAW_GROUP, u);
        if (quasi) {
            csi_sobol_fill(sobol, (uint32_t)i, u);
        }
        for (size_t m = 0; m < 2 + 2 * k; m++) {
            for (size_t j = 0; j < k; j++) {
                const bool from_b = m == 1 || (m >= 2 && m < 2 + k && j == m - 2) || (m >= 2 + k && j != m - 2 - k);
                x[j] = u[from_b ? k + j : j];
            }
            r->value[m][i] = f(x) + shift;
        }
    }
    for (size_t j = 0; j < k; j++) {
        r->ab[j] = r->value[2 + j];
        r->ba[j] = r->value[2 + k + j];
    }
    r->output = (csi_design_output){n, k, r->value[0], r->value[1], r->ab, r->ba};
    csi_sobol_free(sobol);
}

static void drop(runs *r)
{
    for (size_t i = 0; i < 2 + 2 * r->output.n_factors; i++) {
        free(r->value[i]);
    }
}

static double closed_form(const table *t, const char *name, const char *quantity)
{
    for (size_t row = 1; row < t->n_rows; row++) {
        const bool right_parameters = strcmp(t->cell[row][1], "a=2;b=1") != 0;
        if (strcmp(t->cell[row][0], name) == 0 && right_parameters && strcmp(t->cell[row][3], quantity) == 0) {
            return table_number(t, row, 4);
        }
    }
    return 0.0; /* an effect that the closed form does not have */
}

static double limit(const table *t, const char *sampler, size_t n, const char *estimator)
{
    for (size_t row = 1; row < t->n_rows; row++) {
        if (strcmp(t->cell[row][0], sampler) == 0 && table_number(t, row, 1) == (double)n &&
            table_number(t, row, 2) == 0.0 && strcmp(t->cell[row][3], estimator) == 0) {
            return table_number(t, row, 5);
        }
    }
    cr_fatal("no limit for %s %zu %s", sampler, n, estimator);
    return 0.0;
}

/* The 95th percentiles of the largest error over the three indices, of SciPy's designs: 2000 of 512 and of 4096 points, 1000
 * of 16384, numpy's default_rng(seed).random and scipy.stats.qmc.Sobol(6, scramble=True, seed=seed).random, the estimators
 * written anew in numpy. First order by Saltelli (centred), Jansen and Azzini, total by Jansen and Azzini. */
static const struct {
    const char *sampler;
    size_t n;
    double first[3], total[3];
} usual[] = {
    {"mc", 512, {0.09923, 0.1413, 0.05325}, {0.1211, 0.1211, 0.06638}},
    {"mc", 4096, {0.03434, 0.0485, 0.01923}, {0.04491, 0.04491, 0.02403}},
    {"mc", 16384, {0.01708, 0.02597, 0.009834}, {0.02182, 0.02182, 0.01191}},
    {"sobol", 512, {0.1102, 0.1751, 0.04743}, {0.1063, 0.1063, 0.05547}},
    {"sobol", 4096, {0.01486, 0.01421, 0.01226}, {0.008825, 0.008825, 0.007629}},
    {"sobol", 16384, {0.002415, 0.002543, 0.001116}, {0.000922, 0.000922, 0.001007}},
};

enum { ISHIGAMI_SEEDS = 200, ISHIGAMI_FACTORS = 3, N_LIMITS = 2 };

/* How many of the designs lie beyond each limit: the oracle's, and SciPy's above. */
typedef struct beyond {
    size_t first[N_LIMITS][3], total[N_LIMITS][3];
} beyond;

static void count_beyond(const table *exact, const table *limits, size_t u, uint64_t seed, beyond *b)
{
    static const char *const first_name[] = {"salt_cen", "jans", "azz"}, *const total_name[] = {"Tj", "Tj", "Taz"};
    const char *sampler = usual[u].sampler;
    const size_t n = usual[u].n;
    runs r;
    run(&r, ishigami, ISHIGAMI_FACTORS, n, strcmp(sampler, "sobol") == 0, seed, 0.0);
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        double first[ISHIGAMI_FACTORS], total[ISHIGAMI_FACTORS], worst[2] = {0.0, 0.0};
        cr_assert(csi_sensitivity_indices(&r.output, e, n, first, total) == CSI_SENSITIVITY_DEFINED);
        for (size_t j = 0; j < ISHIGAMI_FACTORS; j++) {
            const char name[] = {'S', (char)('1' + j), 0}, total_of[] = {'S', 'T', (char)('1' + j), 0};
            worst[0] = fmax(worst[0], fabs(first[j] - closed_form(exact, "ishigami", name)));
            worst[1] = fmax(worst[1], fabs(total[j] - closed_form(exact, "ishigami", total_of)));
        }
        b->first[0][e] += worst[0] > limit(limits, sampler, n, first_name[e]);
        b->total[0][e] += worst[1] > limit(limits, sampler, n, total_name[e]);
        b->first[1][e] += worst[0] > usual[u].first[e];
        b->total[1][e] += worst[1] > usual[u].total[e];
    }
    drop(&r);
}

/* One design in twenty may lie beyond a 95th percentile. SciPy's are known to half a percent: of 200 designs at most 20 may
 * lie beyond one (a chance of 1 in 500), and 6.5 % of all designs and estimators of a sampler. The oracle's limits come from
 * 60 designs only, so that the true share beyond one of them is 5 % give or take 3: SciPy's own designs lie beyond the
 * strictest of them (16384 Sobol points, total order by Azzini) in 15 of 100 cases, and ours as often. They are held in
 * four cases of five each, and in eleven of twelve altogether. */
Test(sensitivity, ishigami_within_calibrated_limits, .disabled = IS_SANITIZED)
{
    const table exact = table_read(oracle_path("worked/sobol_analytic.csv"));
    const table limits = table_read(oracle_path("worked/sobol_estimator_calibration.csv"));
    static const size_t most[N_LIMITS] = {ISHIGAMI_SEEDS / 5, ISHIGAMI_SEEDS / 10};
    static const double most_of_all[N_LIMITS] = {1.0 / 12, 0.065};
    size_t n_beyond[N_LIMITS][2] = {{0}};
    for (size_t u = 0; u < sizeof usual / sizeof *usual; u++) {
        beyond b = {{{0}}, {{0}}};
        for (uint64_t seed = 1; seed <= ISHIGAMI_SEEDS; seed++) {
            count_beyond(&exact, &limits, u, seed, &b);
        }
        for (size_t l = 0; l < N_LIMITS; l++) {
            for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
                cr_expect(b.first[l][e] <= most[l] && b.total[l][e] <= most[l], "%s %zu %s, limits %zu: S %zu, T %zu beyond",
                          usual[u].sampler, usual[u].n, csi_estimator_name(e), l, b.first[l][e], b.total[l][e]);
                n_beyond[l][u / 3] += b.first[l][e] + b.total[l][e];
            }
        }
    }
    for (size_t i = 0; i < 2 * N_LIMITS; i++) {
        const double share = (double)n_beyond[i / 2][i % 2] / (ISHIGAMI_SEEDS * 3 * 6);
        cr_expect(share <= most_of_all[i / 2], "%s, limits %zu: %g beyond", i % 2 == 0 ? "mc" : "sobol", i / 2, share);
    }
}

Test(sensitivity, sobol_g)
{
    const table exact = table_read(oracle_path("worked/sobol_analytic.csv"));
    runs r;
    run(&r, sobol_g, 8, 16384, true, 5, 0.0);
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        double first[8], total[8];
        cr_assert(csi_sensitivity_indices(&r.output, e, 16384, first, total) == CSI_SENSITIVITY_DEFINED);
        for (size_t j = 0; j < 8; j++) {
            const char name[] = {'S', (char)('1' + j), 0}, total_of[] = {'S', 'T', (char)('1' + j), 0};
            cr_expect(is_near(first[j], closed_form(&exact, "sobol_g", name), 0.005), "%s S%zu %g", csi_estimator_name(e),
                      j + 1, first[j]);
            cr_expect(is_near(total[j], closed_form(&exact, "sobol_g", total_of), 0.005), "%s T%zu %g",
                      csi_estimator_name(e), j + 1, total[j]);
        }
    }
    drop(&r);
}

Test(sensitivity, a_shift_changes_nothing)
{
    runs plain, shifted;
    run(&plain, ishigami, 3, 4096, true, 11, 0.0);
    run(&shifted, ishigami, 3, 4096, true, 11, 1000.0);
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        double first[2][3], total[2][3];
        (void)csi_sensitivity_indices(&plain.output, e, 4096, first[0], total[0]);
        (void)csi_sensitivity_indices(&shifted.output, e, 4096, first[1], total[1]);
        for (size_t j = 0; j < 3; j++) {
            cr_expect(is_near(first[0][j], first[1][j], 1e-9), "%s S%zu", csi_estimator_name(e), j + 1);
            cr_expect(is_near(total[0][j], total[1][j], 1e-9), "%s T%zu", csi_estimator_name(e), j + 1);
        }
    }
    drop(&plain);
    drop(&shifted);
}

/* Nominal 90 % intervals over 300 independent designs of random points: the binomial error of the share is 1.7 %. */
Test(sensitivity, intervals_cover, .disabled = IS_SANITIZED)
{
    const table exact = table_read(oracle_path("worked/sobol_analytic.csv"));
    enum { DESIGNS = 300, ROWS = 512 };
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        size_t covered[2] = {0, 0};
        for (uint64_t design = 0; design < DESIGNS; design++) {
            runs r;
            run(&r, ishigami, 3, ROWS, false, 1000 + design, 0.0);
            csi_index_interval first[3], total[3];
            csi_sensitivity_state state;
            cr_assert(csi_sensitivity_bootstrap(&r.output, e, 200, 0.9, design, first, total, &state) == CSI_OK);
            for (size_t j = 0; j < 3; j++) {
                const char name[] = {'S', (char)('1' + j), 0}, total_of[] = {'S', 'T', (char)('1' + j), 0};
                const double s = closed_form(&exact, "ishigami", name), t = closed_form(&exact, "ishigami", total_of);
                covered[0] += first[j].low <= s && s <= first[j].high;
                covered[1] += total[j].low <= t && t <= total[j].high;
            }
            drop(&r);
        }
        for (int i = 0; i < 2; i++) {
            const double share = (double)covered[i] / (3.0 * DESIGNS);
            cr_expect(share >= 0.85 && share <= 0.95, "%s %s: %g", csi_estimator_name(e), i == 0 ? "S" : "T", share);
        }
    }
}

static double third_only(const double *u)
{
    return 3.0 * u[2];
}

static double constant(const double *u)
{
    (void)u;
    return 0.1;
}

Test(sensitivity, edges)
{
    runs r;
    run(&r, third_only, 4, 1024, true, 3, 0.0);
    double first[4], total[4];
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        cr_expect(csi_sensitivity_indices(&r.output, e, 1024, first, total) == CSI_SENSITIVITY_DEFINED);
        cr_expect(total[3] == 0.0 && total[0] == 0.0, "a dummy has no effect at all");
        cr_expect(is_near(total[2], 1.0, 0.02) && is_near(first[2], 1.0, 0.02));
    }
    ((double *)r.output.b)[17] = NAN;
    cr_expect(csi_sensitivity_indices(&r.output, CSI_JANSEN, 1024, first, total) == CSI_SENSITIVITY_MISSING);
    cr_expect(isnan(first[0]) && isnan(total[2]));
    drop(&r);

    run(&r, constant, 4, 64, true, 3, 0.0);
    csi_index_interval first_of[4], total_of[4];
    csi_sensitivity_state state;
    for (csi_estimator e = CSI_SALTELLI; e <= CSI_AZZINI; e++) {
        cr_assert(csi_sensitivity_bootstrap(&r.output, e, 50, 0.9, 1, first_of, total_of, &state) == CSI_OK);
        cr_expect(state == CSI_SENSITIVITY_CONSTANT);
        cr_expect(isnan(first_of[1].estimate) && isnan(total_of[1].low) && isnan(total_of[1].high));
    }
    drop(&r);
}
