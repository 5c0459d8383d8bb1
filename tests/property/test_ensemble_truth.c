/* What the intervals of the ensemble mean, on the default index: frozen factors give a point, perfect data are certain,
 * known errors are covered, another seed differs by Monte Carlo error alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble_model.h"
#include "metrics/rng.h"
#include "tests/support/ensemble.h"

Test(ensemble_truth, frozen_is_a_point)
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

Test(ensemble_truth, leaving_a_principle_out)
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

Test(ensemble_truth, multiple_imputation_spreads_with_what_is_missing, .disabled = IS_SANITIZED)
{
    subject s = open_subject("{imputation: {alternatives: [[{method: em, multiple: 3}]]}, "
                             "freeze: [normalisation, aggregation, weights, goalposts, errors]}");
    cr_expect(s.spec->n_imputations == 2 && s.spec->n_alternatives[CSI_FACTOR_IMPUTATION] == 3);
    for (size_t k = 0; k < s.spec->n_alternatives[CSI_FACTOR_IMPUTATION]; k++) {
        const csi_step *step = s.spec->alternative[CSI_FACTOR_IMPUTATION][k].step;
        cr_expect(is_near(csi_step_number(step, "draw"), (double)(k + 1), 0.0) && csi_step_is_multiple(step), "draw %zu", k + 1);
    }
    const double few = spread_with_gaps(&s, 0.0), some = spread_with_gaps(&s, 0.15), many = spread_with_gaps(&s, 0.4);
    cr_expect(some > few * 1.1 && many > some * 1.1, "%g, %g, %g", few, some, many);
    close_subject(&s);
}

/* Errors alone: a country whose figures carry none keeps a certain score; the others do not. */
Test(ensemble_truth, perfect_data_are_certain)
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
            const double sd = csi_tallies_score_sd(tally, k, s.n_years - 1, c);
            cr_expect(c == perfect ? cell->least == cell->most : cell->least < cell->most, "country %zu", c);
            cr_expect(c == perfect ? sd <= 0 : sd > 0, "country %zu: sd %g", c, sd);
        }
    }
    csi_tallies_free(tally);
    csi_ensemble_free(ensemble);
    csi_panel_free(raw);
    close_subject(&s);
}

/* Simulated truth: the published values are taken for true, measured with the sources' own standard errors, and the 90 %
 * intervals that the measurements give, only errors drawn, must hold the true scores in 87 to 93 % of the cases. */
Test(ensemble_truth, intervals_cover_the_truth, .disabled = IS_SANITIZED)
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
Test(ensemble_truth, seeds_agree_within_their_error, .disabled = IS_SANITIZED)
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
