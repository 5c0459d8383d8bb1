/* Sources that give bounds in place of standard errors: draws whose quantiles are the published value and bounds, with the
 * mean and variance of the law (Barlow 2003, arXiv:physics/0306138), in both ways of computing a replicate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_model.h"
#include "tests/support/ensemble.h"

/* One indicator whose score is its value: goalposts 0 and 1000 onto 0 to 1000. Three measured countries, one of them with a
 * gap that is interpolated and a last year that is carried. */
static const char *project_of_bounds(void)
{
    const char *directory = temporary_directory();
    write_text_file(directory, "framework.csv",
                    "iCode,Level,Parent,Direction,Weight,Type,goal_low,goal_high,max_carry\n"
                    "x,1,all,1,1,Indicator,0,1000,1\nall,2,,1,1,Aggregate,,,\n");
    write_text_file(directory, "data.csv",
                    "uCode,year,indicator,value,lower,upper\n"
                    "A,2001,x,500,470,590\nA,2002,x,505,475,595\nA,2003,x,510,480,600\n"
                    "B,2001,x,300,300,360\nB,2002,x,310,250,310\nB,2003,x,320,280,360\n"
                    "C,2001,x,700,640,720\nC,2003,x,720,700,790\n");
    return write_text_file(directory, "index.yaml",
                           "index: {id: bounds, name: Bounds, version: 1.0.0}\nyears: {first: 2001, last: 2004}\n"
                           "units: codes\nframework: framework.csv\n"
                           "data:\n  - {file: data.csv, reader: long, columns: {low: lower, high: upper}, bounds: 0.9}\n"
                           "steps:\n  - impute: linear\n  - impute: carry\n"
                           "  - normalise: {method: minmax, goalposts: framework, range: [0, 1000]}\n"
                           "  - aggregate: {method: arithmetic, min_weight_share: 0}\n");
}

static const struct {
    size_t country, year;
    double value, low, high;
} measured[] = {
    {0, 0, 500, 470, 590}, {0, 1, 505, 475, 595}, {0, 2, 510, 480, 600}, {1, 0, 300, 300, 360},
    {1, 1, 310, 250, 310}, {1, 2, 320, 280, 360}, {2, 0, 700, 640, 720}, {2, 2, 720, 700, 790},
    {0, 3, 510, 480, 600}, /* carried with its error */
};

/* Scores of the index by the fast way, [replicate][year][country]; every tenth replicate compared with the slow one. */
static double *draw(const subject *s, size_t n)
{
    const size_t n_cells = s->n_years * s->n_countries;
    double *score = malloc(n * n_cells * sizeof *score), *slow = malloc(n_cells * sizeof *slow);
    const char *why = NULL;
    cr_assert(csi_ensemble_is_fast(s->ensemble, &why), "%s", why);
    for (size_t r = 0; r < n; r++) {
        const csi_draw_plan plan = plan_of(r);
        cr_assert(csi_ensemble_scores(s->ensemble, &plan, s->diag, score + r * n_cells) == CSI_OK);
        if (r % 10 == 0) {
            cr_assert(csi_ensemble_walk(s->ensemble, &plan, s->diag, slow) == CSI_OK);
            for (size_t i = 0; i < n_cells; i++) {
                cr_expect(is_near(slow[i], score[r * n_cells + i], 1e-11), "replicate %zu: %.17g, %.17g", r, slow[i],
                          score[r * n_cells + i]);
            }
        }
    }
    free(slow);
    return score;
}

static const char only_errors[] = "{freeze: [imputation, normalisation, aggregation, weights, goalposts], errors: {correlation: %s}}";

/* The share of draws up to a bound has the standard error sqrt(p (1 - p) / n): 0.0034 at 0.05, 0.0079 at the median. Four of
 * them are allowed, and as many of the mean and of the variance, whose fourth moment is at most that of the wider side. */
Test(bounds, quantiles_and_moments, .disabled = IS_SANITIZED)
{
    enum { REPLICATES = 4000 };
    const double z = 1.6448536269514722, n = REPLICATES, pi = 3.14159265358979323846;
    static const char *const correlations[] = {"0", "0.7"};
    for (size_t k = 0; k < 2; k++) {
        subject s = open_subject_of(project_of_bounds(), text_format(only_errors, correlations[k]));
        double *score = draw(&s, REPLICATES);
        for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
            const double x = measured[i].value, low = measured[i].low, high = measured[i].high;
            const double above = (high - x) / z, below = (x - low) / z;
            double n_low = 0, n_median = 0, n_high = 0, sum = 0, squares = 0;
            const double mean = x + (above - below) / sqrt(2 * pi);
            const double variance = 0.5 * (above * above + below * below) - (above - below) * (above - below) / (2 * pi);
            for (size_t r = 0; r < REPLICATES; r++) {
                const double y = score[(r * s.n_years + measured[i].year) * s.n_countries + measured[i].country];
                n_low += y < low;
                n_median += y < x;
                n_high += y > high;
                sum += y;
                squares += (y - mean) * (y - mean);
            }
            cr_expect(is_near(n_low / n, below > 0 ? 0.05 : 0.0, 0.0138), "%zu: %g below", i, n_low / n);
            cr_expect(is_near(n_high / n, above > 0 ? 0.05 : 0.0, 0.0138), "%zu: %g above", i, n_high / n);
            cr_expect(is_near(n_median / n, below > 0 ? 0.5 : 0.0, 0.0317), "%zu: median at %g", i, n_median / n);
            cr_expect(is_near(sum / n, mean, 4 * sqrt(variance / n)), "%zu: mean %g, not %g", i, sum / n, mean);
            cr_expect(is_near(squares / n, variance, 4 * fmax(above * above, below * below) * sqrt(3.0 / n)),
                      "%zu: variance %g, not %g", i, squares / n, variance);
        }
        free(score);
        close_subject(&s);
    }
}

/* An interpolated year takes half of either neighbour's error: mean and variance add up. */
Test(bounds, reach_interpolated_years)
{
    enum { REPLICATES = CASES(4000, 400) };
    const double z = 1.6448536269514722, pi = 3.14159265358979323846;
    subject s = open_subject_of(project_of_bounds(), text_format(only_errors, "0"));
    double *score = draw(&s, REPLICATES), sum = 0, squares = 0, mean = 710, variance = 0;
    static const size_t neighbour[] = {6, 7};
    for (size_t k = 0; k < 2; k++) {
        const double above = (measured[neighbour[k]].high - measured[neighbour[k]].value) / z;
        const double below = (measured[neighbour[k]].value - measured[neighbour[k]].low) / z;
        mean += 0.5 * (above - below) / sqrt(2 * pi);
        variance += 0.25 * (0.5 * (above * above + below * below) - (above - below) * (above - below) / (2 * pi));
    }
    for (size_t r = 0; r < REPLICATES; r++) {
        const double y = score[(r * s.n_years + 1) * s.n_countries + 2];
        sum += y;
        squares += (y - mean) * (y - mean);
    }
    cr_expect(is_near(sum / REPLICATES, mean, 4 * sqrt(variance / REPLICATES)), "mean %g, not %g", sum / REPLICATES, mean);
    cr_expect(is_near(squares / REPLICATES, variance, 4 * variance * sqrt(3.0 / REPLICATES)), "variance %g, not %g",
              squares / REPLICATES, variance);
    free(score);
    close_subject(&s);
}

/* A symmetric pair of bounds is the normal error of that size, draw by draw. */
Test(bounds, symmetric_ones_are_standard_errors)
{
    const char *directory = temporary_directory();
    write_text_file(directory, "framework.csv",
                    "iCode,Level,Parent,Direction,Weight,Type,goal_low,goal_high\n"
                    "x,1,all,1,1,Indicator,0,100\nall,2,,1,1,Aggregate,,\n");
    write_text_file(directory, "bounds.csv", "uCode,year,indicator,value,lower,upper\nA,2001,x,50,46.71029274609706,53.28970725390294\n");
    write_text_file(directory, "errors.csv", "uCode,year,indicator,value,standard_error\nA,2001,x,50,2\n");
    static const char yaml[] = "index: {id: b, name: B, version: 1.0.0}\nyears: {first: 2001, last: 2001}\nunits: codes\n"
                               "framework: framework.csv\ndata:\n  - %s\nsteps:\n"
                               "  - normalise: {method: minmax, goalposts: framework, range: [0, 100]}\n"
                               "  - aggregate: {method: arithmetic, min_weight_share: 0}\n";
    static const char *const data[] = {"{file: bounds.csv, columns: {low: lower, high: upper}, bounds: 0.9}", "errors.csv"};
    double score[2][64];
    for (size_t k = 0; k < 2; k++) {
        subject s = open_subject_of(write_text_file(directory, "index.yaml", text_format(yaml, data[k])), text_format(only_errors, "0"));
        for (uint64_t r = 0; r < 64; r++) {
            const csi_draw_plan plan = plan_of(r);
            cr_assert(csi_ensemble_scores(s.ensemble, &plan, s.diag, &score[k][r]) == CSI_OK);
        }
        close_subject(&s);
    }
    for (size_t r = 0; r < 64; r++) {
        cr_expect(is_near(score[0][r], score[1][r], 1e-6), "%zu: %g, %g", r, score[0][r], score[1][r]);
    }
}
