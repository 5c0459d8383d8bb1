/* The ensemble on the default index as a computation: the fast kernel against the pipeline walked replicate by replicate,
 * the same tallies for any number of threads and any shards, what is refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_model.h"
#include "metrics/rng.h"
#include "metrics/sensitivity.h"
#include "tests/support/ensemble.h"

/* The same scores to the bit, and so the same order; missing ones the same. */
static void expect_agreement(const subject *s, const char *what, uint64_t n_replicates)
{
    const size_t n = s->n_aggregates * s->n_years * s->n_countries;
    double *slow = calloc(n, sizeof *slow), *fast = calloc(n, sizeof *fast);
    for (uint64_t replicate = 0; replicate < n_replicates; replicate++) {
        const csi_draw_plan plan = plan_of(replicate);
        cr_assert(csi_ensemble_walk(s->ensemble, &plan, s->diag, slow) == CSI_OK);
        cr_assert(csi_ensemble_scores(s->ensemble, &plan, s->diag, fast) == CSI_OK);
        size_t n_apart = 0, n_scores = 0;
        for (size_t i = 0; i < n; i++) {
            n_apart += slow[i] != fast[i] && !(isnan(slow[i]) && isnan(fast[i]));
            n_scores += !isnan(slow[i]);
        }
        cr_expect(n_apart == 0 && n_scores > n / 2, "%s, replicate %zu: %zu of %zu scores differ", what, (size_t)replicate,
                  n_apart, n_scores);
    }
    free(slow);
    free(fast);
}

Test(ensemble, kernel_agrees_with_the_pipeline)
{
    static const char *const sections[] = {
        "{}",
        "{freeze: [weights, goalposts, errors]}",
        "{freeze: [imputation, normalisation, aggregation, goalposts, weights]}",
        "{freeze: [goalposts], errors: {correlation: 0.6}, weights: {draw: dirichlet, concentration: 8}}",
        "{weights: {draw: experts, experts: [{p1: 3, p2: 1}, {p8: 0.2}]}, goalposts: {spread: 0.3, except: [cri_member]}}",
        "{aggregation: {alternatives: [{method: geometric}, {method: harmonic}]}}",
        ("{imputation: {alternatives: [[{method: carry}], [{method: linear}]]}, treatment: {alternatives: [none]},"
         " normalisation: {alternatives: [{method: minmax, goalposts: yearly}]}}"),
        "{freeze: [errors], normalisation: {alternatives: [{method: percentile}]}}",
        "{leave_out: {level: 1}}",
        "{imputation: {alternatives: [[{method: linear}, {method: carry}, {method: em, multiple: 3}]]}}",
        "{leave_out: {level: 2}, freeze: [weights, goalposts], aggregation: {alternatives: [{level: 2, method: harmonic}]}}",
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        subject s = open_subject(sections[i]);
        const char *why = NULL;
        cr_expect(csi_ensemble_is_fast(s.ensemble, &why), "%s: %s", sections[i], why);
        expect_agreement(&s, sections[i], CASES(i == 0 || strstr(sections[i], "leave_out") != NULL ? 8 : 3, 2));
        close_subject(&s);
    }
}

Test(ensemble, threads_and_shards_change_nothing)
{
    enum { REPLICATES = CASES(300, 60) };
    subject s = open_subject("{}");
    csi_tallies *one = tally_of(&s, 0, REPLICATES, 1);
    static const size_t threads[] = {2, 3, 4, 7};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        csi_tallies *other = tally_of(&s, 0, REPLICATES, threads[i]);
        cr_expect(same_tally(one, other), "%zu threads", threads[i]);
        csi_tallies_free(other);
    }
    csi_tallies *sum = tally_of(&s, 37, REPLICATES - 37, 2), *part = tally_of(&s, 0, 21, 2);
    cr_assert(csi_tallies_merge(sum, part) == CSI_OK);
    csi_tallies_free(part);
    part = tally_of(&s, 21, 16, 1);
    cr_assert(csi_tallies_merge(sum, part) == CSI_OK);
    cr_expect(same_tally(one, sum), "three shards in another order");
    csi_tallies_free(part);
    csi_tallies_free(sum);
    csi_tallies_free(one);
    close_subject(&s);
}

/* The tallies hold what the single replicates gave: counts, extremes, ranks, pairs. */
Test(ensemble, tallies_add_up)
{
    enum { REPLICATES = CASES(40, 10) };
    subject s = open_subject("{}");
    csi_tallies *tally = tally_of(&s, 0, REPLICATES, 2);
    const size_t n = s.n_aggregates * s.n_years * s.n_countries, n_columns = s.n_aggregates * s.n_years;
    double *score = calloc(REPLICATES * n, sizeof *score);
    int *rank = calloc(REPLICATES * n, sizeof *rank);
    size_t *work = calloc(s.n_countries, sizeof *work);
    for (uint64_t r = 0; r < REPLICATES; r++) {
        const csi_draw_plan plan = plan_of(r);
        cr_assert(csi_ensemble_scores(s.ensemble, &plan, s.diag, score + r * n) == CSI_OK);
        for (size_t k = 0; k < n_columns; k++) {
            csi_rank_column(score + r * n + k * s.n_countries, s.n_countries, rank + r * n + k * s.n_countries, work);
        }
    }
    size_t n_wrong = 0;
    for (size_t at = 0; at < n; at++) {
        double least = INFINITY, most = -INFINITY, sum = 0.0, ranks = 0.0;
        size_t count = 0;
        for (size_t r = 0; r < REPLICATES; r++) {
            const double x = score[r * n + at];
            least = x < least ? x : least;
            most = x > most ? x : most;
            sum += isnan(x) ? 0.0 : x;
            ranks += rank[r * n + at];
            count += !isnan(x);
        }
        const size_t node = at / s.n_countries / s.n_years, year = at / s.n_countries % s.n_years, c = at % s.n_countries;
        n_wrong += tally->cell[at].least != least || tally->cell[at].most != most;
        n_wrong += csi_tallies_count(tally, node, year, c) != count;
        n_wrong += count > 0 && !is_near(csi_tallies_score_mean(tally, node, year, c), sum / (double)count, 1e-7);
        n_wrong += count > 0 && !is_near(csi_tallies_rank_mean(tally, node, year, c), ranks / (double)count, 1e-12);
    }
    cr_expect(n_wrong == 0, "%zu cells", n_wrong);
    const size_t root = (s.n_aggregates - 1) * s.n_years, year = s.n_years - 1;
    for (size_t a = 0; a < s.n_countries; a++) {
        for (size_t b = 0; b < s.n_countries; b++) {
            uint32_t above = 0;
            for (size_t r = 0; r < REPLICATES; r++) {
                const int *own = rank + r * n + (root + year) * s.n_countries;
                above += own[a] > 0 && own[b] > 0 && own[a] < own[b];
            }
            n_wrong += csi_tallies_above(tally, year, a)[b] != above;
        }
    }
    cr_expect(n_wrong == 0, "pairs");
    free(score);
    free(rank);
    free(work);
    csi_tallies_free(tally);
    close_subject(&s);
}

typedef struct seen {
    const subject *s;
    double *score; /* [replicate][year][country] */
} seen;

static void keep_scores(void *user, const csi_ensemble_block *block)
{
    seen *own = user;
    const subject *s = own->s;
    for (size_t r = 0; r < block->n_replicates; r++) {
        memcpy(own->score + ((block->first_replicate + r) * s->n_years + block->year) * s->n_countries,
               block->score + r * block->stride, s->n_countries * sizeof *own->score);
    }
}

#define ROUNDING (32 * 0x1p-53)

/* Asked for the index alone the kernel passes over the nodes below where data are complete and rules alike: only the last
 * digits may then differ. */
Test(ensemble, the_index_alone_is_the_same)
{
    enum { REPLICATES = CASES(48, 12) };
    subject s = open_subject("{imputation: {alternatives: [[{method: cohort}], [{method: linear}]]}, freeze: [errors]}");
    const size_t root = s.project->framework->n_nodes - 1, n = s.n_years * s.n_countries;
    seen own = {&s, calloc(REPLICATES * n, sizeof(double))};
    const csi_ensemble_options options = {.n_replicates = REPLICATES, .n_threads = 2, .node = &root, .n_nodes = 1,
                                          .sink = keep_scores, .sink_user = &own};
    cr_assert(csi_ensemble_run(s.ensemble, &options, s.diag, NULL) == CSI_OK);
    double *all = calloc(s.n_aggregates * n, sizeof *all);
    size_t n_apart = 0, n_scores = 0;
    for (uint64_t r = 0; r < REPLICATES; r++) {
        const csi_draw_plan plan = plan_of(r);
        cr_assert(csi_ensemble_scores(s.ensemble, &plan, s.diag, all) == CSI_OK);
        const double *index = all + (s.n_aggregates - 1) * n;
        for (size_t i = 0; i < n; i++) {
            const double alone = own.score[r * n + i];
            n_apart += isnan(alone) != isnan(index[i]) || fabs(alone - index[i]) > ROUNDING * fabs(index[i]);
            n_scores += !isnan(alone);
        }
    }
    cr_expect(n_apart == 0 && n_scores > REPLICATES * n / 2, "%zu of %zu scores differ", n_apart, n_scores);
    free(all);
    free(own.score);
    close_subject(&s);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Scores are counted in bins; the quantiles of the very same scores, kept one by one, are less than a bin away, since the
 * order statistics that a quantile lies between stay in their bins. */
Test(ensemble, quantiles_are_within_a_bin)
{
    enum { REPLICATES = CASES(600, 40) };
    static const double p[] = {0.05, 0.16, 0.5, 0.84, 0.95};
    subject s = open_subject("{}");
    const size_t root = s.project->framework->n_nodes - 1, n = s.n_years * s.n_countries;
    seen own = {&s, calloc(REPLICATES * n, sizeof(double))};
    csi_tallies *tally = NULL;
    const csi_ensemble_options options = {.n_replicates = REPLICATES, .n_threads = 2, .node = &root, .n_nodes = 1,
                                          .sink = keep_scores, .sink_user = &own};
    cr_assert(csi_ensemble_tally_new(s.ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(s.ensemble, &options, s.diag, tally) == CSI_OK);
    const double width = (tally->shape.high - tally->shape.low) / (CSI_TALLY_BINS - 1);
    double sorted[REPLICATES], worst = 0.0;
    cr_expect(width < 0.0999 && width > 0.0, "%g", width);
    for (size_t at = 0; at < n; at++) {
        size_t count = 0;
        for (size_t r = 0; r < REPLICATES; r++) {
            sorted[count] = own.score[r * n + at];
            count += !isnan(sorted[count]);
        }
        cr_assert(csi_tallies_count(tally, 0, at / s.n_countries, at % s.n_countries) == count);
        qsort(sorted, count, sizeof *sorted, by_value);
        for (size_t i = 0; i < sizeof p / sizeof *p && count > 0; i++) {
            const double got = csi_tallies_score_quantile(tally, 0, at / s.n_countries, at % s.n_countries, p[i]);
            worst = fmax(worst, fabs(got - csi_quantile_sorted(sorted, count, p[i])));
        }
    }
    cr_expect(worst < width && worst > 0.0, "%g off, a bin is %g wide", worst, width);
    csi_tallies_free(tally);
    free(own.score);
    close_subject(&s);
}

Test(ensemble, refuses_what_it_does_not_know)
{
    static const char *const sections[] = {
        "{replicates: 0}", "{freeze: [wheights]}", "{weights: {spread: 2}}", "{weights: {draw: experts}}",
        "{normalisation: {alternatives: [{method: nosuch}]}}", "{goalposts: {except: [nosuch]}}", "{imputation: {}}",
        "{aggregation: {alternatives: [{level: 9, method: arithmetic}]}}", "{wieghts: {}}", "{leave_out: {level: 3}}",
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        csi_diag *diag = csi_diag_new(0);
        csi_project *project = NULL;
        const csi_setting *settings = NULL;
        csi_ensemble_spec *spec = NULL;
        cr_assert(csi_project_read("datasets/paris-call", diag, &project) == CSI_OK);
        cr_assert(csi_settings_parse(project->arena, "e", sections[i], strlen(sections[i]), diag, &settings) == CSI_OK);
        cr_expect(csi_ensemble_read(project->arena, project->framework, project->recipe, settings, 1, diag, &spec) ==
                  CSI_ERR_CONFIG, "%s", sections[i]);
        cr_expect(spec == NULL && csi_diag_n_errors(diag) == 1, "%s", sections[i]);
        csi_project_free(project);
        csi_diag_free(diag);
    }
}

Test(ensemble, refuses_more_units_than_ranks_can_number)
{
    const csi_panel raw = {.n_countries = 65536};
    csi_diag *diag = csi_diag_new(0);
    csi_ensemble *ensemble = NULL;
    cr_expect(csi_ensemble_new(NULL, NULL, NULL, &raw, diag, &ensemble) == CSI_ERR_CONFIG && ensemble == NULL);
    cr_expect(csi_diag_n_errors(diag) == 1);
    csi_diag_free(diag);
}
