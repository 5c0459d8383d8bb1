/* Fitted models at their edges, by hand: regression, components, imputation by draws, the unobserved component. */
#include <math.h>

#include "metrics/coherence.h"
#include "metrics/factor.h"
#include "metrics/impute.h"
#include "metrics/outliers.h"
#include "metrics/regression.h"
#include "metrics/weighting.h"
#include "tests/support/coin.h"

Test(models, least_squares_and_variance)
{
    const double x[] = {1, 0, 1, 1, 1, 2}, y[] = {3, 5, 7};
    double beta[2], sd[2], rss;
    cr_expect_eq(csi_ols(x, y, 1, 2, beta, NULL, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_ols(x, y, 3, 0, beta, NULL, NULL), CSI_ERR_DATA);
    cr_expect_eq(csi_ols(x, y, 3, 2, beta, sd, &rss), CSI_OK);
    cr_expect(is_near(beta[0], 3, 1e-12) && is_near(beta[1], 2, 1e-12) && is_near(rss, 0, 1e-20) && sd[1] < 1e-12);
    cr_expect_eq(csi_ols(x, y, 2, 2, beta, NULL, NULL), CSI_OK);
    NEAR(beta[1], 2);
    const double score[] = {1, 2, 3, 4}, flat[] = {7, 7, 7, 7}, steps[] = {1, 1, 5, 5};
    const size_t pairs[] = {0, 0, 1, 1}, gap[] = {0, 0, 2, 2}, single[] = {0, 1, 2, 3};
    csi_anova_answer answer = csi_anova(score, pairs, 4, 2);
    NEAR(answer.between, 4);
    NEAR(answer.within, 1);
    NEAR(answer.f, 8);
    NEAR(answer.ratio, 0.8);
    answer = csi_anova(score, gap, 4, 3);
    NEAR(answer.f, 4 / 2.0 / (1 / 1.0));
    answer = csi_anova(steps, pairs, 4, 2);
    cr_expect(isnan(answer.f) && answer.ratio == 1);
    answer = csi_anova(flat, pairs, 4, 2);
    cr_expect(isnan(answer.f) && isnan(answer.ratio));
    answer = csi_anova(score, single, 4, 4);
    cr_expect(isnan(answer.f) && is_near(answer.ratio, 1, 1e-12));
    answer = csi_anova(score, pairs, 0, 2);
    cr_expect(answer.between == 0 && isnan(answer.ratio));
}

Test(models, importance_and_box_cox)
{
    double x[24], y[24], flat[24];
    csi_importance answer;
    for (size_t i = 0; i < 24; i++) {
        x[i] = (double)i;
        y[i] = 3 * (double)i + 1;
        flat[i] = 7;
    }
    cr_expect_eq(csi_importance_of(x, y, 24, 10, 1, &answer), CSI_OK);
    cr_expect(is_near(answer.linear, 1, 1e-12) && is_near(answer.nonlinear, 1, 1e-9) && answer.low > 0.999 && answer.high <= 1);
    cr_expect_eq(csi_importance_of(x, y, 10, 10, 1, &answer), CSI_OK);
    cr_expect(is_near(answer.linear, 1, 1e-12) && is_near(answer.nonlinear, 1, 1e-12) && is_near(answer.low, 1, 1e-12));
    cr_expect_eq(csi_importance_of(x, flat, 24, 0, 1, &answer), CSI_OK);
    cr_expect(isnan(answer.linear) && isnan(answer.nonlinear) && isnan(answer.low));
    cr_expect_eq(csi_importance_of(flat, y, 24, 10, 1, &answer), CSI_OK);
    cr_expect(isnan(answer.linear) || answer.linear == 0);
    double few[] = {1, 2}, scratch[2], low, high;
    const double lambda = csi_box_cox_lambda(few, scratch, 2, &low, &high);
    cr_expect(isfinite(lambda) && low <= lambda && lambda <= high && low == -high);
}

/* Kaiser's rule, then as many more as explain the share asked for; always one. */
Test(models, how_many_components)
{
    const double value[] = {1.5, 1.2, 0.8, 0.5};
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 0.6), 2);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 0.8), 3);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.35, 0.3), 1);
    cr_expect_eq(csi_factor_count(value, 4, 2, 0.1, 0), 1);
    cr_expect_eq(csi_factor_count(value, 4, 0, 0, 1), 4);
    cr_expect_eq(csi_factor_count(value, 4, 1, 0.1, 2), 4);
}

/* What multiple imputation logs is the spread of its draws, which can be had one by one; cells are their mean. */
Test(models, spread_of_imputations)
{
    enum { N = 12, DRAWS = 5 };
    double value[2 * N], draw[DRAWS][2 * N];
    for (size_t i = 0; i < N; i++) {
        value[2 * i] = (double)i;
        value[2 * i + 1] = i == 3 || i == 7 ? NAN : 2 * (double)i + (double)(i * 7 % 5);
    }
    coin c = coin_make(2, N, 1, value, NULL);
    coin_must_run(&c, "- impute: {method: em, multiple: 5}\n");
    const csi_columns columns = {N, 2, value};
    for (size_t d = 0; d < DRAWS; d++) {
        const size_t max_rounds = (size_t)csi_step_number(&c.recipe->stage[0], "max_rounds");
        cr_assert_eq(csi_impute_draw(&columns, c.context.seed, d, max_rounds, draw[d]), CSI_OK);
    }
    double between = 0;
    for (size_t i = 3; i <= 7; i += 4) {
        double mean = 0, squares = 0;
        for (size_t d = 0; d < DRAWS; d++) {
            mean += draw[d][2 * i + 1] / DRAWS;
        }
        for (size_t d = 0; d < DRAWS; d++) {
            squares += (draw[d][2 * i + 1] - mean) * (draw[d][2 * i + 1] - mean) / DRAWS;
        }
        between += squares / 2;
        cr_expect(is_near(csi_panel_get(c.result->normalised, 1, 0, i), mean, 1e-9));
    }
    bool is_told = false;
    for (size_t i = 0; i < csi_treatments_count(c.result->treatments); i++) {
        const csi_treatment *entry = csi_treatments_at(c.result->treatments, i);
        if (entry->series == 1) {
            cr_expect(entry->before == 2 && is_near(entry->after, sqrt(between), 1e-9), "%g: %g", entry->before, entry->after);
            is_told = true;
        }
    }
    cr_expect(is_told && between > 0.01);
    coin_free(&c);
}

/* The unobserved component, where one child follows it by the formula of three: sigma2_1 = r23 / (r12 r13) - 1. */
Test(models, unobserved_component_of_three)
{
    enum { N = 40 };
    double value[3 * N], sigma2[3], beta[3];
    for (size_t i = 0; i < N; i++) {
        const double f = (double)i;
        value[3 * i] = f + 4 * sin(5 * f);
        value[3 * i + 1] = 2 * f + 16 * sin(7 * f + 1);
        value[3 * i + 2] = 3 * f + 40 * sin(11 * f + 2) + 7;
    }
    const csi_columns columns = {N, 3, value};
    double r[9];
    csi_correlation_matrix(&columns, r);
    cr_assert_eq(csi_ucm_fit(&columns, sigma2, beta), CSI_OK);
    const double want[] = {r[5] / (r[1] * r[2]) - 1, r[2] / (r[1] * r[5]) - 1, r[1] / (r[2] * r[5]) - 1};
    for (size_t q = 0; q < 3; q++) {
        cr_expect(want[q] > 0.01 && is_near(sigma2[q] / want[q], 1, 1e-6), "%zu: %g, not %g", q, sigma2[q], want[q]);
    }
}

/* Each vector's component of largest size is positive, whatever sign the solver gave it. */
Test(models, signs_of_vectors)
{
    enum { N = 5 };
    uint64_t state = 3;
    for (int trial = 0; trial < 20; trial++) {
        double matrix[N * N], value[N], vector[N * N];
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k <= i; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                matrix[i * N + k] = matrix[k * N + i] = (double)(state >> 40) / (double)(1 << 23) - 1;
            }
        }
        cr_assert_eq(csi_eigen(matrix, N, value, vector), CSI_OK);
        for (size_t k = 0; k < N; k++) {
            double largest = 0;
            for (size_t i = 0; i < N; i++) {
                double image = 0;
                for (size_t j = 0; j < N; j++) {
                    image += matrix[i * N + j] * vector[j * N + k];
                }
                cr_expect(is_near(image, value[k] * vector[i * N + k], 1e-12));
                largest = fabs(vector[i * N + k]) > fabs(largest) ? vector[i * N + k] : largest;
            }
            cr_expect(largest > 0 && (k == 0 || value[k] <= value[k - 1]));
        }
    }
}

/* A regression that has too few rows for its coefficients drops the predictor that goes least with the target. */
Test(models, regression_within_its_rows)
{
    enum { N = 11 };
    double value[3 * N], x[2 * (N - 1)], y[N - 1], beta[2];
    for (size_t i = 0; i < N; i++) {
        const double f = (double)i;
        value[3 * i + 1] = f;
        value[3 * i + 2] = 10 * sin(2 * f) + f;
        value[3 * i] = 3 * f + 4 * sin(2 * f + 0.3) + 20;
        if (i + 1 < N) {
            x[2 * i] = 1;
            x[2 * i + 1] = value[3 * i + 1];
            y[i] = value[3 * i];
        }
    }
    value[3 * 5] = NAN; /* in the middle, lest the prediction be held at the ends of what is observed */
    x[2 * 5 + 1] = value[3 * (N - 1) + 1];
    y[5] = value[3 * (N - 1)];
    cr_assert_eq(csi_ols(x, y, N - 1, 2, beta, NULL, NULL), CSI_OK);
    coin c = coin_make(3, N, 1, value, NULL);
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 5}\n");
    cr_expect(is_near(csi_panel_get(c.result->normalised, 0, 0, 5), beta[0] + 5 * beta[1], 1e-9));
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 3}\n");
    cr_expect_not(is_near(csi_panel_get(c.result->normalised, 0, 0, 5), beta[0] + 5 * beta[1], 1e-3));
    coin_must_run(&c, "- impute: {method: regression, min_ratio: 6}\n");
    cr_expect(isnan(csi_panel_get(c.result->normalised, 0, 0, 5)));
    coin_free(&c);
}

/* Columns that say the same twice, and one that says nothing: the fit is that without them, shared out among equals. */
Test(models, least_squares_of_dependent_columns)
{
    enum { N = 6 };
    double twice[N * 3], once[N * 2], zero[N * 3], y[N], a[3], b[2], c[3], sd[3], rss, rss_once;
    for (size_t i = 0; i < N; i++) {
        const double f = (double)(i * i) - 4;
        twice[3 * i] = once[2 * i] = zero[3 * i] = 1;
        twice[3 * i + 1] = twice[3 * i + 2] = once[2 * i + 1] = zero[3 * i + 1] = f;
        zero[3 * i + 2] = 0;
        y[i] = 2 + 3 * f + sin(f);
    }
    cr_assert_eq(csi_ols(once, y, N, 2, b, NULL, &rss_once), CSI_OK);
    cr_assert_eq(csi_ols(twice, y, N, 3, a, sd, &rss), CSI_OK);
    NEAR(a[0], b[0]);
    NEAR(a[1], b[1] / 2);
    NEAR(a[2], b[1] / 2);
    NEAR(rss, rss_once);
    cr_assert_eq(csi_ols(zero, y, N, 3, c, NULL, &rss), CSI_OK);
    NEAR(c[1], b[1]);
    NEAR(c[2], 0);
    NEAR(rss, rss_once);
}

/* A group of no one, and one group alone. */
Test(models, variance_of_few_groups)
{
    const double y[] = {1, 2, 4};
    const size_t all[] = {0, 0, 0};
    const csi_anova_answer one = csi_anova(y, all, 3, 1);
    cr_expect(isnan(one.f) && is_near(one.ratio, 0, 1e-12) && is_near(one.within, 14.0 / 3, 1e-12));
}

/* A constant column correlates 0 with the others; turning loadings keeps what each row is explained by, and a row of
 * nothing stays one; a structure that is simple already is not turned. */
Test(models, correlations_and_rotation)
{
    const double value[] = {1, 5, 2, 2, 5, 4, 3, 5, 6, 4, 5, 9};
    const csi_columns columns = {4, 3, (double *)value};
    double r[9], loading[] = {0.6, 0.6, 0.5, -0.5, 0, 0, 0.7, 0.65}, simple[] = {0.9, 0, 0.8, 0, 0, 0.7};
    csi_correlation_matrix(&columns, r);
    cr_expect(r[1] == 0 && r[3] == 0 && r[5] == 0 && r[4] == 1 && r[2] > 0.95 && r[2] < 1);
    cr_assert_eq(csi_varimax(loading, 4, 2), CSI_OK);
    const double length[] = {0.72, 0.5, 0, 0.9125};
    for (size_t i = 0; i < 4; i++) {
        NEAR(loading[2 * i] * loading[2 * i] + loading[2 * i + 1] * loading[2 * i + 1], length[i]);
    }
    cr_expect(fabs(loading[0] * loading[1]) < 0.1 && loading[0] + loading[2] + loading[6] > 0);
    cr_assert_eq(csi_varimax(simple, 3, 2), CSI_OK);
    cr_expect(is_near(simple[0], 0.9, 1e-12) && is_near(simple[1], 0, 1e-12) && is_near(simple[5], 0.7, 1e-12));
}

/* B has A in its group; C is alone in its own; D is in none; E and F stand by themselves. What a group does not tell, all
 * countries do, or nobody. By hand: A 10, E 40, F 70; B takes 10, C and D the mean 40, or none. */
Test(models, cohorts)
{
    const char *directory = temporary_directory();
    const char *meta = "iCode,iName,Level,Parent,Direction,Weight,Type\nx,X,1,top,1,1,Indicator\ny,Y,1,top,1,1,Indicator\n"
                       "top,Top,2,,1,1,Aggregate\ng,G,,,,,Group\n";
    const char *data = "uCode,x,y,g\nA,10,1,one\nB,NA,2,one\nC,NA,3,two\nD,NA,4,\nE,40,5,three\nF,70,6,four\n";
    const table m = table_read(write_text_file(directory, "meta.csv", meta));
    const table d = table_read(write_text_file(directory, "data.csv", data));
    static const struct {
        const char *steps;
        double b, c, d;
    } cases[] = {
        {"- impute: {method: cohort, groups: [g], statistic: mean, fallback: all}\n", 10, 40, 40},
        {"- impute: {method: cohort, groups: [g], statistic: median, fallback: none}\n", 10, NAN, NAN},
        {"- impute: {method: cohort, statistic: mean, fallback: none}\n", 40, 40, 40},
        {"- impute: {method: cohort, groups: [g, g], statistic: mean, fallback: none}\n", 10, NAN, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        coin c = coin_read(&m, &d);
        coin_must_run(&c, cases[i].steps);
        const double *x = csi_panel_column(c.result->normalised, 0, 0);
        cr_expect(x[0] == 10 && x[4] == 40 && x[5] == 70, "case %zu", i);
        cr_expect(is_near(x[1], cases[i].b, 1e-12) && is_near(x[2], cases[i].c, 1e-12), "case %zu: %g, %g", i, x[1], x[2]);
        cr_expect(is_near(x[3], cases[i].d, 1e-12), "case %zu: %g", i, x[3]);
        coin_free(&c);
    }
}

/* The power of the reciprocals is the power turned round, its interval too; of what is symmetric in the logarithm, 0. */
Test(models, box_cox_of_reciprocals)
{
    enum { N = 25 };
    double x[N], y[N], scratch[N], low, high, low_of_inverse, high_of_inverse;
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < N; i++) {
            x[i] = pow(1 + (double)i + sin((double)i), k == 0 ? 1 : 0.5 * k);
            y[i] = 1 / x[i];
        }
        const double lambda = csi_box_cox_lambda(x, scratch, N, &low, &high);
        const double of_inverse = csi_box_cox_lambda(y, scratch, N, &low_of_inverse, &high_of_inverse);
        cr_expect(is_near(lambda, -of_inverse, 1e-6) && fabs(lambda) > 0.1 && low < lambda && lambda < high, "%g", lambda);
        cr_expect(is_near(low, -high_of_inverse, 1e-6) && is_near(high, -low_of_inverse, 1e-6));
    }
    for (size_t i = 0; i < N; i++) {
        x[i] = exp(((double)i - 12) / 5);
    }
    cr_expect(is_near(csi_box_cox_lambda(x, scratch, N, &low, &high), 0, 1e-6) && is_near(low, -high, 1e-6));
}
