/* Small ensembles of every kind that the kernel tells apart: imputed cells with errors, transforms, reversed and
 * moved goalposts, clipped or not, floors, weights of nothing, nodes left out, steps that only the pipeline can walk.
 * Each must know whether it is fast and else say why; score what the pipeline scores, replicate by replicate; add up to
 * tallies of just these scores; and give the index alone what it is among all nodes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble.h"
#include "tests/support/tree.h"

typedef struct trial {
    const char *name;
    tree_errors errors;
    const char *steps, *section;
    const char *slow; /* NULL: fast */
} trial;

typedef struct opened {
    coin c;
    csi_ensemble_spec *spec;
    csi_ensemble *ensemble;
} opened;

/* In the caller's storage: the context points into it. */
static void open_trial(const trial *t, opened *o)
{
    const csi_setting *settings = NULL;
    o->c = tree_make(t->errors);
    coin_must_run(&o->c, t->steps);
    csi_diag *diag = o->c.diag;
    cr_assert(csi_settings_parse(o->c.arena, "ensemble", t->section, strlen(t->section), diag, &settings) == CSI_OK);
    cr_assert(csi_ensemble_read(o->c.arena, o->c.framework, o->c.recipe, settings, 5, diag, &o->spec) == CSI_OK, "%s",
              t->name);
    cr_assert(csi_ensemble_new(o->spec, o->c.recipe, &o->c.context, o->c.raw, diag, &o->ensemble) == CSI_OK, "%s",
              t->name);
}

static void close_trial(opened *o)
{
    csi_ensemble_free(o->ensemble);
    coin_free(&o->c);
}

#define REPLICATES CASES(40, 12)

static int is_same(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-11 * fmax(1, fabs(a));
}

/* score[replicate][TREE_CELLS] by the kernel, each held against the pipeline, to the bit. */
static void score_all(const opened *o, const char *name, double *score)
{
    double *walked = calloc(TREE_CELLS, sizeof *walked);
    size_t n_scored = 0, n_moved = 0;
    for (uint64_t r = 0; r < REPLICATES; r++) {
        csi_draw_plan plan = {.sobol = NULL};
        for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
            plan.key[factor] = r;
        }
        size_t n_apart = 0;
        cr_assert(csi_ensemble_scores(o->ensemble, &plan, o->c.diag, score + r * TREE_CELLS) == CSI_OK, "%s", name);
        cr_assert(csi_ensemble_walk(o->ensemble, &plan, o->c.diag, walked) == CSI_OK, "%s", name);
        for (size_t i = 0; i < TREE_CELLS; i++) {
            n_apart += score[r * TREE_CELLS + i] != walked[i] && !(isnan(score[r * TREE_CELLS + i]) && isnan(walked[i]));
            n_scored += !isnan(walked[i]);
            n_moved += !isnan(walked[i]) && !is_same(score[i], walked[i]);
        }
        cr_expect(n_apart == 0, "%s, replicate %zu: %zu scores differ", name, (size_t)r, n_apart);
    }
    cr_expect(n_scored > REPLICATES * TREE_CELLS / 4, "%s: only %zu scores", name, n_scored);
    cr_expect(n_moved > REPLICATES * TREE_CELLS / 20, "%s: only %zu scores are moved by the draws", name, n_moved);
    free(walked);
}

static void expect_tallies(const opened *o, const char *name, const double *score)
{
    const csi_ensemble_options options = {.n_replicates = REPLICATES, .n_threads = 2, .with_pairs = true};
    csi_tallies *tally = NULL;
    cr_assert(csi_ensemble_tally_new(o->ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(o->ensemble, &options, o->c.diag, tally) == CSI_OK, "%s", name);
    size_t n_wrong = 0;
    for (size_t i = 0; i < TREE_CELLS; i++) {
        double least = INFINITY, most = -INFINITY;
        size_t n = 0;
        for (size_t r = 0; r < REPLICATES; r++) {
            least = fmin(least, score[r * TREE_CELLS + i]);
            most = fmax(most, score[r * TREE_CELLS + i]);
            n += !isnan(score[r * TREE_CELLS + i]);
        }
        const size_t column = i / TREE_COUNTRIES, node = column / TREE_SCORED, year = column % TREE_SCORED;
        n_wrong += !(tally->cell[i].least <= least && tally->cell[i].least >= least) && n > 0;
        n_wrong += !(tally->cell[i].most <= most && tally->cell[i].most >= most) && n > 0;
        n_wrong += csi_tallies_count(tally, node, year, i % TREE_COUNTRIES) != n;
    }
    cr_expect(n_wrong == 0, "%s: %zu cells of the tallies differ", name, n_wrong);
    csi_tallies_free(tally);
}

static void compare_index(void *user, const csi_ensemble_block *block)
{
    const double *score = user;
    size_t n_apart = 0;
    for (size_t r = 0; r < block->n_replicates; r++) {
        const size_t index = (TREE_AGGREGATES - 1) * TREE_SCORED + block->year;
        const double *all = score + (block->first_replicate + r) * TREE_CELLS + index * TREE_COUNTRIES;
        for (size_t c = 0; c < TREE_COUNTRIES; c++) {
            n_apart += !is_same(block->score[r * block->stride + c], all[c]);
            n_apart += isnan(all[c]) != (block->rank[r * block->stride + c] == 0);
        }
    }
    cr_expect(n_apart == 0, "year %zu: %zu scores of the index alone differ", block->year, n_apart);
}

#define FILLED TREE_FILLED
#define POSTS TREE_POSTS
#define MEANS "- aggregate: {method: arithmetic, min_weight_share: 0.4}\n"
#define GEOMETRIC "- aggregate: {method: geometric, min_weight_share: 0.4}\n"

static const trial trials[] = {
    {"errors of filled cells", TREE_ERRORS, FILLED "- treat: transform\n" POSTS MEANS, "{}", NULL},
    {"errors of cells filled in two ways", TREE_ERRORS, FILLED POSTS MEANS,
     "{imputation: {alternatives: [[{method: linear, max_gap: 1}, {method: carry, direction: both, limit: none}]]}}", NULL},
    {"skewed errors", TREE_SKEWED, FILLED "- treat: transform\n" POSTS MEANS, "{errors: {correlation: 0.5}}", NULL},
    {"errors of a transform of some", TREE_ERRORS,
     FILLED "- treat: {method: transform, indicators: [c]}\n- treat: none\n" POSTS MEANS, "{freeze: [weights]}", NULL},
    {"errors without a transform", TREE_ERRORS,
     "- impute: {method: carry, direction: both, limit: none}\n" POSTS GEOMETRIC,
     "{freeze: [goalposts, imputation]}", NULL},
    {"screened", TREE_ERRORS, "- screen: {method: countries, min_share: 0.4, over: panel}\n" FILLED POSTS MEANS, "{}",
     NULL},
    {"errors and treatment by the sample", TREE_ERRORS, FILLED "- treat: {method: winsorise, force: 1}\n" POSTS MEANS,
     "{}", "errors carried through imputing or treating steps"},
    {"errors and imputation by others", TREE_ERRORS, FILLED "- impute: cohort\n" POSTS MEANS, "{}",
     "errors carried through imputing or treating steps"},
    {"errors and draws between other steps", TREE_ERRORS,
     "- impute: linear\n- impute: {method: em, multiple: 2, within: all}\n- impute: carry\n" POSTS MEANS, "{}",
     "errors carried through imputing or treating steps"},
    {"errors and draws at the end", TREE_ERRORS,
     FILLED "- impute: {method: em, multiple: 2, within: all}\n- treat: transform\n" POSTS MEANS, "{}", NULL},
    {"errors under z-scores", TREE_ERRORS, FILLED "- normalise: zscore\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"errors and two normalisations", TREE_ERRORS, FILLED "- normalise: {method: minmax, indicators: [a, b]}\n"
     "- normalise: {method: minmax, goalposts: panel, except: [a, b]}\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"errors under a min-max of some", TREE_ERRORS, FILLED "- normalise: {method: minmax, except: [e]}\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"goalposts of a base year", TREE_EXACT,
     FILLED "- normalise: {method: minmax, goalposts: base_year, clip: false}\n" MEANS, "{}", NULL},
    {"goalposts of the panel", TREE_ERRORS,
     FILLED "- normalise: {method: minmax, goalposts: panel, clip: false}\n" MEANS,
     "{goalposts: {spread: 0.2, except: [a, e]}}", NULL},
    {"goalposts of the year", TREE_EXACT, FILLED "- normalise: {method: minmax, goalposts: yearly}\n" MEANS,
     "{normalisation: {alternatives: [{method: zscore}, {method: minmax, goalposts: panel}]}}", NULL},
    {"geometric all the way", TREE_EXACT, FILLED POSTS GEOMETRIC, "{}", NULL},
    {"geometric above arithmetic", TREE_EXACT, FILLED POSTS MEANS "- aggregate: {level: 3, method: geometric}\n"
     "- aggregate: {level: 4, method: geometric}\n", "{freeze: [goalposts, normalisation]}", NULL},
    {"a floor at the top", TREE_EXACT, FILLED POSTS GEOMETRIC "- aggregate: {level: 4, method: geometric, floor: 40}\n",
     "{}", NULL},
    {"floors below", TREE_EXACT, FILLED POSTS GEOMETRIC "- aggregate: {level: 2, method: geometric, floor: 20}\n",
     "{freeze: [goalposts, normalisation, aggregation]}", NULL},
    {"harmonic with floors", TREE_ERRORS,
     FILLED POSTS "- aggregate: {method: harmonic, floor: 5, min_weight_share: 0.4}\n",
     "{aggregation: {alternatives: [{method: arithmetic}, {level: 3, method: geometric, floor: 2}]}}", NULL},
    {"zero below a geometric mean", TREE_EXACT, FILLED "- normalise: {method: minmax, range: [0, 100]}\n" MEANS,
     "{aggregation: {alternatives: [{method: geometric, floor: 1}]}, freeze: [normalisation]}", NULL},
    {"a scale from below zero", TREE_EXACT, FILLED "- normalise: {method: minmax, range: [-0.001, 100]}\n" MEANS
     "- aggregate: {level: 4, method: geometric}\n", "{goalposts: {spread: 0}}",
     "geometric or harmonic means over a scale that reaches below 0"},
    {"arithmetic from below zero", TREE_EXACT, FILLED "- normalise: {method: minmax, range: [-50, 50]}\n" MEANS, "{}",
     NULL},
    {"weights of Dirichlet", TREE_EXACT, FILLED POSTS MEANS, "{weights: {draw: dirichlet, concentration: 5}}", NULL},
    {"weights of experts", TREE_EXACT, FILLED POSTS MEANS,
     "{weights: {draw: experts, experts: [{a: 1, b: 4}, {s: 3}, {d: 2, c: 0.5}]}}", NULL},
    {"weights that are computed", TREE_EXACT, FILLED POSTS "- weight: [{level: 3, method: entropy}]\n" MEANS,
     "{}", "weights that are computed from the data"},
    {"weights given by the step", TREE_EXACT, FILLED POSTS "- weight: {method: given, weights: {a: 3}}\n" MEANS, "{}",
     NULL},
    {"another rule", TREE_EXACT, FILLED POSTS MEANS "- aggregate: {level: 2, method: median}\n", "{}",
     "aggregation by other rules than the arithmetic, geometric or harmonic mean"},
    {"another rule among the drawn", TREE_ERRORS, FILLED POSTS MEANS,
     "{aggregation: {alternatives: [{level: 3, method: power, power: 2}]}}",
     "aggregation by other rules than the arithmetic, geometric or harmonic mean"},
    {"a pillar left out", TREE_ERRORS, FILLED POSTS MEANS, "{leave_out: {level: 2}}", NULL},
    {"an indicator left out", TREE_EXACT, FILLED POSTS GEOMETRIC, "{leave_out: {level: 1}, freeze: [weights]}", NULL},
    {"other steps at every stage", TREE_EXACT, FILLED "- treat: none\n" POSTS MEANS,
     "{imputation: {alternatives: [[{method: carry}, {method: cohort}], {method: row}]},"
     " treatment: {alternatives: [{method: winsorise, force: 1}, transform]},"
     " normalisation: {alternatives: [{method: zscore, mean: 50, sd: 10}]}}", NULL},
    {"steps where there were none", TREE_EXACT, POSTS MEANS,
     "{imputation: {alternatives: [{method: carry}]}, treatment: {alternatives: [transform]}}", NULL},
    {"draws among choices", TREE_EXACT, FILLED POSTS MEANS,
     "{imputation: {alternatives: [[{method: em, multiple: 3}], [{method: em, draw: 2, multiple: 3}], [{method: em}]]}}",
     NULL},
    {"complete, arithmetic", TREE_COMPLETE, POSTS MEANS, "{}", NULL},
    {"complete, geometric", TREE_COMPLETE, POSTS GEOMETRIC, "{}", NULL},
    {"complete, geometric above arithmetic", TREE_COMPLETE, POSTS MEANS "- aggregate: {level: 3, method: geometric}\n"
     "- aggregate: {level: 4, method: geometric}\n", "{aggregation: {alternatives: [{method: harmonic}]}}", NULL},
    {"complete, with a floor in between", TREE_COMPLETE,
     POSTS GEOMETRIC "- aggregate: {level: 3, method: geometric, floor: 30}\n",
     "{weights: {draw: dirichlet, concentration: 5}}", NULL},
    {"complete, a pillar left out", TREE_COMPLETE, POSTS MEANS, "{leave_out: {level: 2}}", NULL},
};

Test(ensemble_kinds, every_kind)
{
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        const trial *t = &trials[i];
        opened o;
        open_trial(t, &o);
        const char *why = NULL;
        const bool is_fast = csi_ensemble_is_fast(o.ensemble, &why);
        cr_expect(is_fast ? t->slow == NULL : t->slow != NULL && strcmp(why, t->slow) == 0, "%s: %s", t->name,
                  is_fast ? "fast" : why);
        double *score = calloc(REPLICATES * TREE_CELLS, sizeof *score);
        score_all(&o, t->name, score);
        expect_tallies(&o, t->name, score);
        const size_t index = o.c.framework->n_nodes - 1;
        const csi_ensemble_options alone = {.n_replicates = REPLICATES, .n_threads = 2, .node = &index, .n_nodes = 1,
                                            .sink = compare_index, .sink_user = score};
        cr_expect(csi_ensemble_run(o.ensemble, &alone, o.c.diag, NULL) == CSI_OK, "%s", t->name);
        free(score);
        close_trial(&o);
    }
}
