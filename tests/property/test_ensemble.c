/* The ensemble on the default index: the fast kernel against the pipeline walked replicate by replicate, the same tallies
 * for any number of threads and any shards, frozen factors, other seeds. */
#include "metrics/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/run.h"
#include "metrics/ensemble_model.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

typedef struct subject {
    csi_diag *diag;
    csi_project *project;
    csi_run *run;
    csi_ensemble_spec *spec;
    csi_ensemble *ensemble;
    size_t n_aggregates, n_years, n_countries;
} subject;

/* The default index with `section` as its ensemble. */
static subject open_subject(const char *section)
{
    subject s = {.diag = csi_diag_new(0)};
    const csi_setting *settings = NULL;
    cr_assert(csi_project_read("datasets/paris-call", s.diag, &s.project) == CSI_OK);
    cr_assert(csi_run_compute(s.project, s.diag, &s.run) == CSI_OK);
    cr_assert(csi_settings_parse(s.project->arena, "ensemble", section, strlen(section), s.diag, &settings) == CSI_OK);
    cr_assert(csi_ensemble_read(s.project->arena, s.project->framework, s.project->recipe, settings, s.project->seed, s.diag,
                                &s.spec) == CSI_OK);
    cr_assert(csi_ensemble_new(s.spec, s.project->recipe, &s.run->context, s.run->raw->panel, s.diag, &s.ensemble) ==
              CSI_OK);
    s.n_aggregates = s.project->framework->n_nodes - s.project->framework->n_indicators;
    s.n_years = s.run->context.n_scored_years;
    s.n_countries = s.run->raw->panel->n_countries;
    return s;
}

static void close_subject(subject *s)
{
    csi_ensemble_free(s->ensemble);
    csi_run_free(s->run);
    csi_project_free(s->project);
    csi_diag_free(s->diag);
}

static csi_draw_plan plan_of(uint64_t replicate)
{
    csi_draw_plan plan = {.sobol = NULL};
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        plan.key[factor] = replicate;
    }
    return plan;
}

#define ROUNDING (32 * 0x1p-53) /* by which the two ways may differ, relatively */

/* Whatever is further apart than rounding stands in the same order. */
static size_t count_swapped(const double *a, const double *b, size_t n)
{
    size_t n_swapped = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            n_swapped += a[i] - a[j] > 2 * ROUNDING * fabs(a[i]) && !(b[i] > b[j]);
        }
    }
    return n_swapped;
}

/* Scores within 32 units in the last place, missing ones the same, the order too. */
static void expect_agreement(const subject *s, const char *what, uint64_t n_replicates)
{
    const size_t n = s->n_aggregates * s->n_years * s->n_countries;
    double *slow = calloc(n, sizeof *slow), *fast = calloc(n, sizeof *fast);
    for (uint64_t replicate = 0; replicate < n_replicates; replicate++) {
        const csi_draw_plan plan = plan_of(replicate);
        cr_assert(csi_ensemble_walk(s->ensemble, &plan, s->diag, slow) == CSI_OK);
        cr_assert(csi_ensemble_scores(s->ensemble, &plan, s->diag, fast) == CSI_OK);
        size_t n_apart = 0, n_swapped = 0;
        for (size_t i = 0; i < n; i++) {
            n_apart += isnan(slow[i]) != isnan(fast[i]) || fabs(slow[i] - fast[i]) > ROUNDING * fabs(slow[i]);
        }
        cr_expect(n_apart == 0, "%s, replicate %zu: %zu scores differ", what, (size_t)replicate, n_apart);
        for (size_t column = 0; column < s->n_aggregates * s->n_years; column++) {
            n_swapped += count_swapped(slow + column * s->n_countries, fast + column * s->n_countries, s->n_countries);
        }
        cr_expect(n_swapped == 0, "%s, replicate %zu: %zu pairs in another order", what, (size_t)replicate, n_swapped);
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
        "{imputation: {alternatives: [[{method: carry}], [{method: linear}]]}, treatment: {alternatives: [none]},"
        " normalisation: {alternatives: [{method: minmax, goalposts: yearly}]}}",
        "{freeze: [errors], normalisation: {alternatives: [{method: percentile}]}}",
        "{leave_out: {level: 1}}",
        "{imputation: {alternatives: [[{method: linear}, {method: carry}, {method: em, multiple: 3}]]}}",
        "{leave_out: {level: 2}, freeze: [weights, goalposts], aggregation: {alternatives: [{level: 2, method: harmonic}]}}",
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        subject s = open_subject(sections[i]);
        const char *why = NULL;
        cr_expect(csi_ensemble_is_fast(s.ensemble, &why), "%s: %s", sections[i], why);
        expect_agreement(&s, sections[i], i == 0 || strstr(sections[i], "leave_out") != NULL ? 8 : 3);
        close_subject(&s);
    }
}

static csi_tallies *tally_of(const subject *s, uint64_t first, uint64_t n, size_t n_threads)
{
    const csi_ensemble_options options = {.first_replicate = first, .n_replicates = n, .n_threads = n_threads,
                                          .with_pairs = true};
    csi_tallies *tally = NULL;
    cr_assert(csi_ensemble_tally_new(s->ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(s->ensemble, &options, s->diag, tally) == CSI_OK);
    return tally;
}

static int same_tally(const csi_tallies *a, const csi_tallies *b)
{
    const csi_tallies_shape *shape = &a->shape;
    const size_t n = shape->n_nodes * shape->n_years * shape->n_countries;
    return a->n_replicates == b->n_replicates && memcmp(a->cell, b->cell, n * sizeof *a->cell) == 0 &&
           memcmp(a->score_bin, b->score_bin, n * CSI_TALLY_BINS * sizeof *a->score_bin) == 0 &&
           memcmp(a->rank_bin, b->rank_bin, n * a->n_rank_bins * sizeof *a->rank_bin) == 0 &&
           memcmp(a->above, b->above, shape->n_years * shape->n_countries * shape->n_countries * sizeof *a->above) == 0;
}

Test(ensemble, threads_and_shards_change_nothing)
{
    enum { REPLICATES = 300 };
    subject s = open_subject("{}");
    csi_tallies *one = tally_of(&s, 0, REPLICATES, 1);
    static const size_t threads[] = {2, 3, 4, 7};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        csi_tallies *other = tally_of(&s, 0, REPLICATES, threads[i]);
        cr_expect(same_tally(one, other), "%zu threads", threads[i]);
        csi_tallies_free(other);
    }
    csi_tallies *sum = tally_of(&s, 217, REPLICATES - 217, 2), *part = tally_of(&s, 0, 100, 2);
    cr_assert(csi_tallies_merge(sum, part) == CSI_OK);
    csi_tallies_free(part);
    part = tally_of(&s, 100, 117, 1);
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
            n_wrong += tally->above[(year * s.n_countries + a) * s.n_countries + b] != above;
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

/* Asked for the index alone the kernel passes over the nodes below where data are complete and rules alike. */
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

Test(ensemble, frozen_is_a_point)
{
    subject s = open_subject("{freeze: [imputation, normalisation, aggregation, weights, goalposts, errors]}");
    csi_tallies *tally = tally_of(&s, 0, 50, 2);
    const size_t root = s.project->framework->n_nodes - 1, k = s.n_aggregates - 1;
    for (size_t year = 0; year < s.n_years; year++) {
        for (size_t c = 0; c < s.n_countries; c++) {
            const size_t at = csi_panel_at(s.run->result->scores, root, year, c);
            const double score = s.run->result->scores->value[at];
            const double low = csi_tallies_score_quantile(tally, k, year, c, 0.05);
            cr_expect(is_near(score, low, 1e-12) && is_near(low, csi_tallies_score_quantile(tally, k, year, c, 0.95), 0.0));
            if (!isnan(score)) {
                cr_expect(csi_tallies_rank_quantile(tally, k, year, c, 0.05) == s.run->rank[at]);
                cr_expect(csi_tallies_rank_quantile(tally, k, year, c, 0.95) == s.run->rank[at]);
            }
        }
    }
    csi_tallies_free(tally);
    close_subject(&s);
}

/* What a replicate must give when one principle, or none, is left out: the geometric mean of the others that are scored,
 * where at least six are. */
static size_t count_apart(const subject *s, const double *score, size_t left_out)
{
    const csi_framework *framework = s->project->framework;
    const csi_panel *nominal = s->run->result->scores;
    const csi_node *root = &framework->node[framework->n_nodes - 1];
    size_t n_apart = 0;
    for (size_t i = 0; i < s->n_years * s->n_countries; i++) {
        double sum = 0.0;
        size_t n = 0;
        for (size_t q = 0; q < root->n_children; q++) {
            const double x = csi_panel_get(nominal, root->child[q], i / s->n_countries, i % s->n_countries);
            if (q != left_out && !isnan(x)) {
                sum += log(x);
                n++;
            }
        }
        const double expected = n >= 6 ? exp(sum / (double)n) : NAN;
        const double got = score[(s->n_aggregates - 1) * s->n_years * s->n_countries + i];
        n_apart += isnan(expected) ? !isnan(got) : !is_near(got, expected, 1e-9);
    }
    return n_apart;
}

Test(ensemble, leaving_a_principle_out)
{
    subject s = open_subject("{leave_out: {level: 2}, freeze: [imputation, normalisation, aggregation, weights, goalposts, "
                             "errors]}");
    double *score = calloc(s.n_aggregates * s.n_years * s.n_countries, sizeof *score);
    const csi_node *root = &s.project->framework->node[s.project->framework->n_nodes - 1];
    bool is_seen[16] = {false};
    for (uint64_t replicate = 0; replicate < 60; replicate++) {
        const csi_draw_plan plan = plan_of(replicate);
        size_t left_out = 0;
        cr_assert(csi_ensemble_scores(s.ensemble, &plan, s.diag, score) == CSI_OK);
        while (left_out <= root->n_children && count_apart(&s, score, left_out) > 0) {
            left_out++; /* one more than there are children: nothing is left out */
        }
        cr_expect(left_out <= root->n_children, "replicate %zu leaves out no one principle", (size_t)replicate);
        is_seen[left_out <= root->n_children ? left_out : 15] = true;
    }
    for (size_t q = 0; q <= root->n_children; q++) {
        cr_expect(is_seen[q], "principle %zu is never left out", q);
    }
    free(score);
    close_subject(&s);
}

/* The mean over the scored cells of the index of the standard deviation between replicates, only imputation drawn, when a
 * share of the observed values is taken away; observed cells are the same in every branch. */
static double spread_with_gaps(const subject *s, double share)
{
    csi_panel *raw = NULL;
    csi_ensemble *ensemble = NULL;
    csi_tallies *tally = NULL;
    const csi_ensemble_options options = {.n_replicates = 128, .n_threads = 2};
    cr_assert(csi_panel_copy(s->run->raw->panel, &raw) == CSI_OK);
    const csi_stream stream = {4, 0, 1};
    for (size_t i = 0; i < raw->n_series * raw->n_years * raw->n_countries; i++) {
        if (csi_draw_uniform(&stream, (uint32_t)i) < share) {
            raw->value[i] = NAN;
            raw->state[i] = CSI_CELL_MISSING;
        }
    }
    cr_assert(csi_ensemble_new(s->spec, s->project->recipe, &s->run->context, raw, s->diag, &ensemble) == CSI_OK);
    size_t n_moved = 0, n_filled = 0, n_same = 0;
    for (size_t v = 1; v < ensemble->n_branchs; v++) {
        for (size_t year = 0; year < s->n_years; year++) {
            for (size_t i = 0; i < ensemble->n_indicators; i++) {
                for (size_t lane = 0; lane < ensemble->n_countries; lane++) {
                    const size_t at = (year * ensemble->n_indicators + i) * ensemble->stride + lane;
                    const double x = csi_panel_get(raw, i, year + s->run->context.first_scored_year, ensemble->country[lane]);
                    const double own = ensemble->branch[v].treated[at], last = ensemble->branch[v - 1].treated[at];
                    n_moved += !isnan(x) && !isnan(own) && own != x;
                    n_filled += isnan(x) && !isnan(own);
                    n_same += v > 1 && isnan(x) && !isnan(own) && own == last;
                }
            }
        }
    }
    cr_expect(n_moved == 0, "%zu observed cells moved", n_moved);
    cr_expect(n_filled > 1000 && n_same < n_filled, "%zu cells filled, %zu of them the same in two draws", n_filled, n_same);
    cr_assert(csi_ensemble_tally_new(ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(ensemble, &options, s->diag, tally) == CSI_OK);
    double sum = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < s->n_years * s->n_countries; i++) {
        const double sd = csi_tallies_score_sd(tally, s->n_aggregates - 1, i / s->n_countries, i % s->n_countries);
        sum += isnan(sd) ? 0.0 : sd;
        n += !isnan(sd);
    }
    csi_tallies_free(tally);
    csi_ensemble_free(ensemble);
    csi_panel_free(raw);
    return sum / (double)n;
}

Test(ensemble, multiple_imputation_spreads_with_what_is_missing)
{
    subject s = open_subject("{imputation: {alternatives: [[{method: em, multiple: 3}]]}, "
                             "freeze: [normalisation, aggregation, weights, goalposts, errors]}");
    cr_expect(s.spec->n_imputations == 2 && s.spec->n_alternatives[CSI_FACTOR_IMPUTATION] == 3);
    const double few = spread_with_gaps(&s, 0.0), some = spread_with_gaps(&s, 0.15), many = spread_with_gaps(&s, 0.4);
    cr_expect(some > few * 1.1 && many > some * 1.1, "%g, %g, %g", few, some, many);
    close_subject(&s);
}

/* Errors alone: a country whose figures carry none keeps a certain score; the others do not. */
Test(ensemble, perfect_data_are_certain)
{
    subject s = open_subject("{freeze: [imputation, normalisation, aggregation, weights, goalposts]}");
    csi_panel *raw = NULL;
    csi_ensemble *ensemble = NULL;
    csi_tallies *tally = NULL;
    const size_t perfect = csi_countries_find(&s.run->raw->countries, "CHE"), k = s.n_aggregates - 1;
    cr_assert(csi_panel_copy(s.run->raw->panel, &raw) == CSI_OK);
    for (size_t i = 0; i < raw->n_series * raw->n_years; i++) {
        raw->standard_error[i * raw->n_countries + perfect] = NAN;
    }
    cr_assert(csi_ensemble_new(s.spec, s.project->recipe, &s.run->context, raw, s.diag, &ensemble) == CSI_OK);
    const csi_ensemble_options options = {.n_replicates = 200, .n_threads = 2};
    cr_assert(csi_ensemble_tally_new(ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(ensemble, &options, s.diag, tally) == CSI_OK);
    for (size_t c = 0; c < s.n_countries; c++) {
        const csi_tallies_cell *cell = &tally->cell[csi_tallies_at(tally, k, s.n_years - 1, c)];
        if (csi_tallies_count(tally, k, s.n_years - 1, c) > 0) {
            cr_expect(c == perfect ? cell->least == cell->most : cell->least < cell->most, "country %zu", c);
        }
    }
    csi_tallies_free(tally);
    csi_ensemble_free(ensemble);
    csi_panel_free(raw);
    close_subject(&s);
}

/* Simulated truth: the published values are taken for true, measured with the sources' own standard errors, and the 90 %
 * intervals that the measurements give, only errors drawn, must hold the true scores in 87 to 93 % of the cases. */
Test(ensemble, intervals_cover_the_truth, .disabled = IS_SANITIZED)
{
    enum { REPLICATES = 256, MEASUREMENTS = 3 };
    subject s = open_subject("{freeze: [imputation, normalisation, aggregation, weights, goalposts]}");
    const csi_panel *truth = s.run->raw->panel, *true_score = s.run->result->scores;
    size_t n = 0, n_covered = 0, n_below = 0;
    for (uint64_t measurement = 0; measurement < MEASUREMENTS; measurement++) {
        const csi_stream stream = {1938, measurement, 1};
        csi_panel *measured = NULL;
        csi_ensemble *ensemble = NULL;
        csi_tallies *tally = NULL;
        const csi_ensemble_options options = {.n_replicates = REPLICATES, .n_threads = 2};
        cr_assert(csi_panel_copy(truth, &measured) == CSI_OK);
        for (size_t i = 0; i < truth->n_series * truth->n_years * truth->n_countries; i++) {
            if (measured->standard_error[i] > 0.0) {
                measured->value[i] +=
                    measured->standard_error[i] * csi_normal_quantile(csi_draw_uniform(&stream, (uint32_t)i));
            }
        }
        cr_assert(csi_ensemble_new(s.spec, s.project->recipe, &s.run->context, measured, s.diag, &ensemble) == CSI_OK);
        cr_assert(csi_ensemble_tally_new(ensemble, &options, &tally) == CSI_OK);
        cr_assert(csi_ensemble_run(ensemble, &options, s.diag, tally) == CSI_OK);
        for (size_t i = 0; i < s.n_years * s.n_countries; i++) {
            const size_t k = s.n_aggregates - 1, year = i / s.n_countries, c = i % s.n_countries;
            const double x = csi_panel_get(true_score, true_score->n_series - 1, year, c);
            if (!isnan(x) && csi_tallies_score_sd(tally, k, year, c) > 0.0) {
                const double low = csi_tallies_score_quantile(tally, k, year, c, 0.05);
                n++;
                n_below += x < low;
                n_covered += x >= low && x <= csi_tallies_score_quantile(tally, k, year, c, 0.95);
            }
        }
        csi_tallies_free(tally);
        csi_ensemble_free(ensemble);
        csi_panel_free(measured);
    }
    const double share = (double)n_covered / (double)n;
    cr_expect(n > 5000 && share >= 0.87 && share <= 0.93, "%zu scores, %g covered, %g below", n, share,
              (double)n_below / (double)n);
    close_subject(&s);
}

/* Two seeds agree within the Monte Carlo error of a quantile: 4.6 standard errors of the share below it. */
Test(ensemble, seeds_agree_within_their_error, .disabled = IS_SANITIZED)
{
    enum { REPLICATES = 1500 };
    csi_tallies *tally[2];
    for (int i = 0; i < 2; i++) {
        subject s = open_subject(i == 0 ? "{seed: 1}" : "{seed: 2}");
        tally[i] = tally_of(&s, 0, REPLICATES, 2);
        close_subject(&s);
    }
    cr_expect(same_tally(tally[0], tally[1]) == 0);
    const size_t k = tally[0]->shape.n_nodes - 1, year = tally[0]->shape.n_years - 1;
    size_t n_apart = 0;
    for (size_t c = 0; c < tally[0]->shape.n_countries; c++) {
        const double median = csi_tallies_score_quantile(tally[0], k, year, c, 0.5);
        const double low = csi_tallies_score_quantile(tally[1], k, year, c, 0.44);
        n_apart += median < low || median > csi_tallies_score_quantile(tally[1], k, year, c, 0.56);
    }
    cr_expect(n_apart <= 1, "%zu medians", n_apart);
    csi_tallies_free(tally[0]);
    csi_tallies_free(tally[1]);
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
