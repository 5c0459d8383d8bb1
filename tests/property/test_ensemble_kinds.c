/* Small ensembles of every kind that the kernel tells apart: imputed cells with errors, transforms, reversed and
 * moved goalposts, clipped or not, floors, weights of nothing, nodes left out, steps that only the pipeline can walk.
 * Each must know whether it is fast and else say why; score what the pipeline scores, replicate by replicate; add up to
 * tallies of just these scores; and give the index alone what it is among all nodes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/ensemble.h"
#include "tests/support/coin.h"

enum { COUNTRIES = 21, YEARS = 6, FIRST_SCORED = 1, SCORED = YEARS - FIRST_SCORED, INDICATORS = 6, NODES = 6 };

static const char meta[] =
    "iCode,Level,Parent,Direction,Weight,Type,transform,goal_low,goal_high,max_carry\n"
    "a,1,p,1,1,Indicator,none,0,100,2\nb,1,p,-1,2,Indicator,none,0,100,2\nc,1,q,1,1,Indicator,log1p,0,120,1\n"
    "d,1,q,1,0,Indicator,none,10,90,2\ne,1,r,-1,1,Indicator,log1p,0,110,2\nf,1,r,1,3,Indicator,none,0,100,0\n"
    "p,2,s,1,1,Aggregate,,,,\nq,2,s,1,2,Aggregate,,,,\nr,2,t,1,1,Aggregate,,,,\n"
    "s,3,top,1,1,Aggregate,,,,\nt,3,top,1,1,Aggregate,,,,\ntop,4,,1,1,Aggregate,,,,\n";

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

typedef enum errors { NO_ERRORS, ERRORS, SKEWED_ERRORS } errors;

/* Values from 3 to 97; a sixth of the cells is missing, f of every other country, and everything of the last one. */
static coin make_subject(errors kind)
{
    const char *directory = temporary_directory();
    char data[1 << 16] = "iso3,year,indicator,value\n";
    size_t length = strlen(data);
    uint64_t state = 11;
    for (int c = 0; c < COUNTRIES; c++) {
        for (int year = 0; year < YEARS; year++) {
            for (int i = 0; i < INDICATORS; i++) {
                const double value = 3 + 94 * uniform(&state);
                const bool is_gap = uniform(&state) < 1.0 / 6 || (i == 5 && c % 2 == 1) || c == COUNTRIES - 1;
                const char *form = is_gap ? "C%02d,%d,%c,\n" : "C%02d,%d,%c,%.3f\n";
                length += (size_t)snprintf(data + length, sizeof data - length, form, c, 2000 + year, 'a' + i, value);
            }
        }
    }
    const table m = table_read(write_text_file(directory, "meta.csv", meta));
    const table d = table_read(write_text_file(directory, "data.csv", data));
    coin c = coin_read_long(&m, &d, 2000, 2000 + FIRST_SCORED, 2000 + YEARS - 1);
    csi_panel *with_errors = NULL;
    cr_assert(csi_panel_new(INDICATORS, 2000, YEARS, COUNTRIES, kind != NO_ERRORS, &with_errors) == CSI_OK);
    cr_assert(kind != SKEWED_ERRORS || csi_panel_add_error_below(with_errors) == CSI_OK);
    const size_t n = INDICATORS * YEARS * COUNTRIES;
    memcpy(with_errors->value, c.raw->value, n * sizeof(double));
    memcpy(with_errors->state, c.raw->state, n);
    for (size_t i = 0; i < n && kind != NO_ERRORS; i++) {
        const size_t indicator = i / YEARS / COUNTRIES; /* b and f have none */
        if (indicator != 1 && indicator != 5 && !isnan(with_errors->value[i]) && uniform(&state) < 0.8) {
            with_errors->standard_error[i] = 0.2 + uniform(&state);
            if (kind == SKEWED_ERRORS && indicator != 0) {
                with_errors->error_below[i] = i % 3 == 0 ? 0 : 0.1 + uniform(&state);
            }
        }
    }
    csi_panel_free(c.raw);
    c.raw = with_errors;
    return c;
}

typedef struct trial {
    const char *name;
    errors errors;
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
    o->c = make_subject(t->errors);
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

#define CELLS (NODES * SCORED * COUNTRIES)
#define REPLICATES CASES(40, 12)

static int is_same(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-11 * fmax(1, fabs(a));
}

/* score[replicate][CELLS] by the kernel, each held against the pipeline. */
static void score_all(const opened *o, const char *name, double *score)
{
    double *walked = calloc(CELLS, sizeof *walked);
    size_t n_scored = 0, n_moved = 0;
    for (uint64_t r = 0; r < REPLICATES; r++) {
        csi_draw_plan plan = {.sobol = NULL};
        for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
            plan.key[factor] = r;
        }
        size_t n_apart = 0;
        cr_assert(csi_ensemble_scores(o->ensemble, &plan, o->c.diag, score + r * CELLS) == CSI_OK, "%s", name);
        cr_assert(csi_ensemble_walk(o->ensemble, &plan, o->c.diag, walked) == CSI_OK, "%s", name);
        for (size_t i = 0; i < CELLS; i++) {
            n_apart += !is_same(score[r * CELLS + i], walked[i]);
            n_scored += !isnan(walked[i]);
            n_moved += !isnan(walked[i]) && !is_same(score[i], walked[i]);
        }
        cr_expect(n_apart == 0, "%s, replicate %zu: %zu scores differ", name, (size_t)r, n_apart);
    }
    cr_expect(n_scored > REPLICATES * CELLS / 4, "%s: only %zu scores", name, n_scored);
    cr_expect(n_moved > REPLICATES * CELLS / 20, "%s: only %zu scores are moved by the draws", name, n_moved);
    free(walked);
}

static void expect_tallies(const opened *o, const char *name, const double *score)
{
    const csi_ensemble_options options = {.n_replicates = REPLICATES, .n_threads = 2, .with_pairs = true};
    csi_tallies *tally = NULL;
    cr_assert(csi_ensemble_tally_new(o->ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(o->ensemble, &options, o->c.diag, tally) == CSI_OK, "%s", name);
    size_t n_wrong = 0;
    for (size_t i = 0; i < CELLS; i++) {
        double least = INFINITY, most = -INFINITY;
        size_t n = 0;
        for (size_t r = 0; r < REPLICATES; r++) {
            least = fmin(least, score[r * CELLS + i]);
            most = fmax(most, score[r * CELLS + i]);
            n += !isnan(score[r * CELLS + i]);
        }
        const size_t node = i / COUNTRIES / SCORED, year = i / COUNTRIES % SCORED, country = i % COUNTRIES;
        n_wrong += !(tally->cell[i].least <= least && tally->cell[i].least >= least) && n > 0;
        n_wrong += !(tally->cell[i].most <= most && tally->cell[i].most >= most) && n > 0;
        n_wrong += csi_tallies_count(tally, node, year, country) != n;
    }
    cr_expect(n_wrong == 0, "%s: %zu cells of the tallies differ", name, n_wrong);
    csi_tallies_free(tally);
}

static void compare_index(void *user, const csi_ensemble_block *block)
{
    const double *score = user;
    size_t n_apart = 0;
    for (size_t r = 0; r < block->n_replicates; r++) {
        const size_t index = (NODES - 1) * SCORED + block->year;
        const double *all = score + (block->first_replicate + r) * CELLS + index * COUNTRIES;
        for (size_t c = 0; c < COUNTRIES; c++) {
            n_apart += !is_same(block->score[r * block->stride + c], all[c]);
            n_apart += isnan(all[c]) != (block->rank[r * block->stride + c] == 0);
        }
    }
    cr_expect(n_apart == 0, "year %zu: %zu scores of the index alone differ", block->year, n_apart);
}

#define FILLED "- impute: {method: linear, max_gap: 3}\n- impute: carry\n"
#define POSTS "- normalise: {method: minmax, goalposts: framework, range: [1, 100]}\n"
#define MEANS "- aggregate: {method: arithmetic, min_weight_share: 0.4}\n"
#define GEOMETRIC "- aggregate: {method: geometric, min_weight_share: 0.4}\n"

static const trial trials[] = {
    {"errors of filled cells", ERRORS, FILLED "- treat: transform\n" POSTS MEANS, "{}", NULL},
    {"skewed errors", SKEWED_ERRORS, FILLED "- treat: transform\n" POSTS MEANS, "{errors: {correlation: 0.5}}", NULL},
    {"errors of a transform of some", ERRORS,
     FILLED "- treat: {method: transform, indicators: [c]}\n- treat: none\n" POSTS MEANS, "{freeze: [weights]}", NULL},
    {"errors without a transform", ERRORS, "- impute: {method: carry, direction: both, limit: none}\n" POSTS GEOMETRIC,
     "{freeze: [goalposts, imputation]}", NULL},
    {"screened", ERRORS, "- screen: {method: countries, min_share: 0.4, over: panel}\n" FILLED POSTS MEANS, "{}", NULL},
    {"errors and treatment by the sample", ERRORS, FILLED "- treat: {method: winsorise, force: 1}\n" POSTS MEANS, "{}",
     "errors carried through imputing or treating steps"},
    {"errors and imputation by others", ERRORS, FILLED "- impute: cohort\n" POSTS MEANS, "{}",
     "errors carried through imputing or treating steps"},
    {"errors and draws between other steps", ERRORS,
     "- impute: linear\n- impute: {method: em, multiple: 2, within: all}\n- impute: carry\n" POSTS MEANS, "{}",
     "errors carried through imputing or treating steps"},
    {"errors and draws at the end", ERRORS,
     FILLED "- impute: {method: em, multiple: 2, within: all}\n- treat: transform\n" POSTS MEANS, "{}", NULL},
    {"errors under z-scores", ERRORS, FILLED "- normalise: zscore\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"errors and two normalisations", ERRORS, FILLED "- normalise: {method: minmax, indicators: [a, b]}\n"
     "- normalise: {method: minmax, goalposts: panel, except: [a, b]}\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"errors under a min-max of some", ERRORS, FILLED "- normalise: {method: minmax, except: [e]}\n" MEANS, "{}",
     "errors under a normalisation that depends on the sample"},
    {"goalposts of a base year", NO_ERRORS,
     FILLED "- normalise: {method: minmax, goalposts: base_year, clip: false}\n" MEANS, "{}", NULL},
    {"goalposts of the panel", ERRORS, FILLED "- normalise: {method: minmax, goalposts: panel, clip: false}\n" MEANS,
     "{goalposts: {spread: 0.2, except: [a, e]}}", NULL},
    {"goalposts of the year", NO_ERRORS, FILLED "- normalise: {method: minmax, goalposts: yearly}\n" MEANS,
     "{normalisation: {alternatives: [{method: zscore}, {method: minmax, goalposts: panel}]}}", NULL},
    {"geometric all the way", NO_ERRORS, FILLED POSTS GEOMETRIC, "{}", NULL},
    {"geometric above arithmetic", NO_ERRORS, FILLED POSTS MEANS "- aggregate: {level: 3, method: geometric}\n"
     "- aggregate: {level: 4, method: geometric}\n", "{freeze: [goalposts, normalisation]}", NULL},
    {"a floor at the top", NO_ERRORS, FILLED POSTS GEOMETRIC "- aggregate: {level: 4, method: geometric, floor: 40}\n",
     "{}", NULL},
    {"floors below", NO_ERRORS, FILLED POSTS GEOMETRIC "- aggregate: {level: 2, method: geometric, floor: 20}\n",
     "{freeze: [goalposts, normalisation, aggregation]}", NULL},
    {"harmonic with floors", ERRORS, FILLED POSTS "- aggregate: {method: harmonic, floor: 5, min_weight_share: 0.4}\n",
     "{aggregation: {alternatives: [{method: arithmetic}, {level: 3, method: geometric, floor: 2}]}}", NULL},
    {"zero below a geometric mean", NO_ERRORS, FILLED "- normalise: {method: minmax, range: [0, 100]}\n" MEANS,
     "{aggregation: {alternatives: [{method: geometric, floor: 1}]}, freeze: [normalisation]}", NULL},
    {"a scale from below zero", NO_ERRORS, FILLED "- normalise: {method: minmax, range: [-0.001, 100]}\n" MEANS
     "- aggregate: {level: 4, method: geometric}\n", "{goalposts: {spread: 0}}",
     "geometric or harmonic means over a scale that reaches below 0"},
    {"arithmetic from below zero", NO_ERRORS, FILLED "- normalise: {method: minmax, range: [-50, 50]}\n" MEANS, "{}",
     NULL},
    {"weights of Dirichlet", NO_ERRORS, FILLED POSTS MEANS, "{weights: {draw: dirichlet, concentration: 5}}", NULL},
    {"weights of experts", NO_ERRORS, FILLED POSTS MEANS,
     "{weights: {draw: experts, experts: [{a: 1, b: 4}, {s: 3}, {d: 2, c: 0.5}]}}", NULL},
    {"weights that are computed", NO_ERRORS, FILLED POSTS "- weight: [{level: 3, method: entropy}]\n" MEANS,
     "{}", "weights that are computed from the data"},
    {"weights given by the step", NO_ERRORS, FILLED POSTS "- weight: {method: given, weights: {a: 3}}\n" MEANS, "{}",
     NULL},
    {"another rule", NO_ERRORS, FILLED POSTS MEANS "- aggregate: {level: 2, method: median}\n", "{}",
     "aggregation by other rules than the arithmetic, geometric or harmonic mean"},
    {"another rule among the drawn", ERRORS, FILLED POSTS MEANS,
     "{aggregation: {alternatives: [{level: 3, method: power, power: 2}]}}",
     "aggregation by other rules than the arithmetic, geometric or harmonic mean"},
    {"a pillar left out", ERRORS, FILLED POSTS MEANS, "{leave_out: {level: 2}}", NULL},
    {"an indicator left out", NO_ERRORS, FILLED POSTS GEOMETRIC, "{leave_out: {level: 1}, freeze: [weights]}", NULL},
    {"other steps at every stage", NO_ERRORS, FILLED "- treat: none\n" POSTS MEANS,
     "{imputation: {alternatives: [[{method: carry}, {method: cohort}], {method: row}]},"
     " treatment: {alternatives: [{method: winsorise, force: 1}, transform]},"
     " normalisation: {alternatives: [{method: zscore, mean: 50, sd: 10}]}}", NULL},
    {"steps where there were none", NO_ERRORS, POSTS MEANS,
     "{imputation: {alternatives: [{method: carry}]}, treatment: {alternatives: [transform]}}", NULL},
    {"draws among choices", NO_ERRORS, FILLED POSTS MEANS,
     "{imputation: {alternatives: [[{method: em, multiple: 3}], [{method: em, draw: 2, multiple: 3}], [{method: em}]]}}",
     NULL},
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
        double *score = calloc(REPLICATES * CELLS, sizeof *score);
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
