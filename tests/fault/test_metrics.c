/* Each allocation of metrics fails in turn, method by method and function by function: the status, a word of it, nothing
 * kept, no half result. Left out: benefit of the doubt, for GLPK ends the program when it has no memory, and balanced
 * weights, for GSL's minimiser loses what it had when it cannot have all. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "metrics/coherence.h"
#include "metrics/decompose.h"
#include "metrics/em.h"
#include "metrics/ensemble_alike.h"
#include "metrics/factor.h"
#include "metrics/peers.h"
#include "metrics/rank_change.h"
#include "metrics/regression.h"
#include "metrics/sensitivity_ensemble.h"
#include "metrics/trend.h"
#include "tests/support/coin.h"
#include "tests/support/inject.h"

enum { P = 3, COUNTRIES = 6, YEARS = 2, CELLS = P * COUNTRIES * YEARS };

/* Three indicators that go together, with gaps where asked for; 10 to 90. */
static coin make_subject(bool has_gaps)
{
    double value[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        const double c = (double)(i / P % COUNTRIES), year = (double)(i / P / COUNTRIES), q = (double)(i % P);
        value[i] = 10 + 11 * c + 3 * year * q + 5 * sin(3 * c + 7 * q + 2 * year);
        if (has_gaps && i % 11 == 5) {
            value[i] = NAN;
        }
    }
    coin c = coin_make(P, COUNTRIES, YEARS, value, NULL);
    for (size_t q = 0; q < P; q++) {
        c.framework->node[q].target = 90;
        c.framework->node[q].transform = CSI_TRANSFORM_LOG1P;
    }
    gsl_set_error_handler_off();
    return c;
}

typedef struct steps {
    coin *subject;
    const char *text;
    bool reads; /* the configuration too */
} steps;

/* Reads and runs the steps, into storage of its own. */
static csi_status run_steps(const void *data, csi_diag *diag)
{
    const steps *s = data;
    csi_recipe *recipe = NULL;
    csi_result *result = NULL;
    const csi_setting *root = NULL;
    csi_status status = CSI_OK;
    if (!s->reads) {
        inject_pause();
    }
    csi_arena *arena = csi_arena_new();
    CSI_TRY(arena == NULL ? csi_diag_no_memory(diag, "the test") : CSI_OK);
    CSI_TRY(csi_settings_parse(arena, "steps.yaml", s->text, strlen(s->text), diag, &root));
    CSI_TRY(csi_recipe_read(arena, s->subject->framework, root, diag, &recipe));
    inject_resume();
    CSI_TRY(csi_pipeline_run(recipe, &s->subject->context, s->subject->raw, diag, &result));
out:
    inject_resume();
    if (status != CSI_OK && result != NULL) {
        status = CSI_ERR_INTERNAL;
    }
    csi_result_free(result);
    csi_arena_free(arena);
    return status;
}

#define COMPLETE "- impute: linear\n- impute: {method: carry, direction: both}\n- impute: cohort\n"

Test(metrics, every_allocation_of_a_method_fails)
{
    static const char *const texts[] = {
        "- denominate: {method: by, by: x0}\n", "- screen: {method: countries, min_share: 1}\n",
        "- screen: {method: countries, over: panel, min_share: 1}\n", "- screen: {method: indicators, min_share: 1}\n",
        COMPLETE, "- impute: row\n", "- impute: {method: regression, min_ratio: 1}\n", "- impute: em\n",
        "- impute: {method: em, multiple: 3}\n", "- impute: {method: em, multiple: 3, draw: 2}\n", "- treat: none\n",
        "- treat: transform\n", "- treat: {method: winsorise, force: 2}\n", "- treat: trim\n",
        "- treat: {method: log, form: ct}\n", "- treat: box_cox\n", "- normalise: minmax\n",
        "- normalise: {method: minmax, goalposts: yearly}\n", "- normalise: zscore\n", "- normalise: rank\n",
        "- normalise: percentile\n", "- normalise: target\n", "- normalise: borda\n", "- normalise: reference\n",
        "- normalise: fraction\n", "- normalise: scaled\n", "- normalise: {method: trapezoid, corners: [0, 10, 20, 90]}\n",
        "- normalise: ampi\n", "- normalise: above_below\n", "- normalise: bands\n", "- normalise: change\n",
        "- weight: equal\n", "- weight: {method: given, weights: {x0: 2}}\n", "- weight: {method: budget, budgets: [[1, 2, 3]]}\n",
        "- weight: {method: ahp, matrix: [[1, 2, 4], [0, 1, 2], [0, 0, 1]]}\n", "- weight: pca\n", "- weight: entropy\n",
        "- weight: critic\n", "- weight: ucm\n", "- aggregate: arithmetic\n",
        "- aggregate: geometric\n", "- aggregate: harmonic\n", "- aggregate: {method: power, power: 2}\n", "- aggregate: median\n",
        "- aggregate: {method: owa, places: [3, 2, 1]}\n", "- aggregate: mean_min\n", "- aggregate: mpi\n", "- aggregate: borda\n",
        "- aggregate: copeland\n", "- aggregate: kemeny\n"};
    coin c = make_subject(true);
    coin_must_run(&c, COMPLETE); /* sets its context */
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const steps s = {&c, texts[i], false};
        cr_expect(fail_every_allocation(texts[i], run_steps, &s) > 5, "%s", texts[i]);
    }
    const steps s = {&c, COMPLETE "- normalise: {method: bands, edges: [0.5], points: [1, 2], indicators: [x0, x1]}\n"
                         "- weight: {method: budget, budgets: [[1, 2, 3], [3, 2, 1]]}\n"
                         "- aggregate: {level: 2, method: power, power: 2, min_children: 2}\n", true};
    fail_every_allocation("reading the steps", run_steps, &s);
    coin_free(&c);
}

/* --- statistics: they leave the words to their callers ------------------------------------------------------------------ */

typedef struct matter {
    const coin *subject;
    csi_columns columns; /* complete rows of the first year */
} matter;

static csi_status associate(const void *data, csi_diag *diag)
{
    const matter *m = data;
    const double *x = csi_panel_column(m->subject->raw, 0, 0), *y = csi_panel_column(m->subject->raw, 1, 0);
    double r;
    csi_status status = CSI_OK;
    (void)diag;
    for (int kind = CSI_PEARSON; kind <= CSI_KENDALL; kind++) {
        CSI_TRY(csi_associate((csi_association)kind, x, y, COUNTRIES, &r, NULL));
    }
out:
    return status;
}

static csi_status reliability(const void *data, csi_diag *diag)
{
    const matter *m = data;
    csi_reliability answer;
    double rest[P], without[P];
    (void)diag;
    return csi_cronbach(&m->columns, &answer, rest, without);
}

static csi_status adequacy(const void *data, csi_diag *diag)
{
    static const double r[] = {1, 0.5, 0.2, 0.5, 1, 0.3, 0.2, 0.3, 1};
    csi_adequacy answer;
    double limit[P];
    csi_status status = CSI_OK;
    (void)data, (void)diag;
    CSI_TRY(csi_adequacy_of(r, P, 20, &answer, NULL));
    CSI_TRY(csi_parallel_analysis(10, P, 2, 1, limit));
out:
    return status;
}

static csi_status importance(const void *data, csi_diag *diag)
{
    double x[30], y[30];
    csi_importance answer;
    csi_status status = CSI_OK;
    (void)data, (void)diag;
    for (size_t i = 0; i < 30; i++) {
        x[i] = (double)i;
        y[i] = sin((double)i / 5);
    }
    CSI_TRY(csi_importance_of(x, y, 30, 2, 1, &answer));
    CSI_TRY(csi_importance_of(x, y, 10, 2, 1, &answer));
out:
    return status;
}

static csi_status clusters(const void *data, csi_diag *diag)
{
    const matter *m = data;
    csi_merge merge[COUNTRIES];
    size_t group[COUNTRIES];
    double within;
    csi_status status = CSI_OK;
    (void)diag;
    CSI_TRY(csi_agglomerate(&m->columns, CSI_WARD, merge));
    CSI_TRY(csi_agglomerate(&m->columns, CSI_SINGLE, merge));
    CSI_TRY(csi_kmeans(&m->columns, 2, 2, 1, group, &within));
out:
    return status;
}

static csi_status standings(const void *data, csi_diag *diag)
{
    const matter *m = data;
    const double *score = csi_panel_column(m->subject->result->scores, P, 0);
    const double *const covariate[] = {score};
    csi_standing standing[P];
    csi_peer peer[COUNTRIES];
    int tier[COUNTRIES];
    size_t n;
    csi_status status = CSI_OK;
    (void)diag;
    CSI_TRY(csi_standings(m->subject->result->scores, P, 0, 1, true, 2, standing, &n));
    CSI_TRY(csi_tiers(score, COUNTRIES, 3, tier));
    CSI_TRY(csi_peers_find(covariate, 1, COUNTRIES, 0, peer, &n));
out:
    return status;
}

static csi_status fits(const void *data, csi_diag *diag)
{
    static const double t[] = {1, 2, 3, 4}, x[] = {1, 3, 2, 5}, design[] = {1, 1, 1, 2, 1, 3, 1, 4}, p[] = {0.1, 0.2};
    const matter *m = data;
    csi_em em = {0};
    csi_theil_sen line;
    double beta[2], adjusted[2], value[P], vector[P * P], row[P] = {20, NAN, 30};
    static const double r[] = {1, 0.5, 0.2, 0.5, 1, 0.3, 0.2, 0.3, 1};
    csi_status status = CSI_OK;
    (void)diag;
    CSI_TRY(csi_em_fit(&m->columns, 1e-6, 10, &em));
    CSI_TRY(csi_em_complete(&em, row, NULL));
    CSI_TRY(csi_theil_sen_fit(t, x, 4, 0.9, &line));
    CSI_TRY(csi_adjust_bh(p, 2, adjusted));
    CSI_TRY(csi_ols(design, x, 4, 2, beta, NULL, NULL));
    CSI_TRY(csi_eigen(r, P, value, vector));
out:
    csi_em_free(&em);
    return status;
}

Test(metrics, every_allocation_of_a_statistic_fails)
{
    static const struct {
        const char *what;
        inject_attempt attempt;
    } cases[] = {{"association", associate}, {"reliability", reliability}, {"adequacy", adequacy}, {"importance", importance},
                 {"clusters", clusters}, {"standings", standings}, {"fits", fits}};
    coin c = make_subject(false);
    coin_must_run(&c, "- normalise: minmax\n");
    matter m = {.subject = &c};
    cr_assert_eq(csi_columns_of_node(&c.context, c.result->scores, P, 0, 1, true, &m.columns), CSI_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect(fail_every_allocation_silently(cases[i].what, cases[i].attempt, &m) > 0, "%s", cases[i].what);
    }
    csi_columns_free(&m.columns);
    coin_free(&c);
}

/* --- what tells of its want of memory ------------------------------------------------------------------------------------ */

static csi_status explanation(const void *data, csi_diag *diag)
{
    const coin *c = data;
    const csi_point a = {c->result, 0, 2}, b = {c->result, 1, 2};
    const csi_rank_change_options exactly = {.max_exact = 20}, sampled = {.max_exact = 1, .n_orders = 4};
    csi_effect effect[40];
    csi_rank_effect moved[P + 2];
    size_t n;
    csi_status status = CSI_OK;
    CSI_TRY(csi_decompose(c->recipe, &c->context, &a, &b, P, diag, effect, &n));
    CSI_TRY(csi_rank_change(c->recipe, &c->context, &a, &b, P, &exactly, diag, moved, &n));
    CSI_TRY(csi_rank_change(c->recipe, &c->context, &a, &b, P, &sampled, diag, moved, &n));
out:
    return status;
}

static csi_status removal(const void *data, csi_diag *diag)
{
    const coin *c = data;
    double mean, largest;
    return csi_removal_effect(c->recipe, &c->context, c->result, 0, 1, diag, &mean, &largest);
}

static csi_status validation(const void *data, csi_diag *diag)
{
    const coin *c = data;
    csi_validation answer[P + 1];
    return csi_validate_imputation(c->recipe, &c->context, c->raw, 0.2, diag, answer);
}

static csi_status ensemble(const void *data, csi_diag *diag)
{
    const coin *c = data;
    csi_ensemble_spec *spec = NULL;
    csi_ensemble *made = NULL;
    csi_tallies *tally = NULL;
    csi_sensitivity_result *shares = NULL;
    const csi_ensemble_options options = {.n_replicates = 3, .n_threads = 1, .with_pairs = true};
    static const double apart[COUNTRIES];
    const csi_alike_options alike = {.node = c->framework->n_nodes - 1, .n_replicates = 3, .n_threads = 1, .apart = apart};
    float difference[3 * COUNTRIES];
    static const int rank[COUNTRIES] = {6, 5, 4, 3, 2, 1};
    const csi_sensitivity_options design = {.n_rows = 2, .n_bootstrap = 2, .n_threads = 1, .rank = rank};
    csi_status status = CSI_OK;
    csi_arena *arena = csi_arena_new();
    CSI_TRY(arena == NULL ? csi_diag_no_memory(diag, "the test") : CSI_OK);
    CSI_TRY(csi_ensemble_read(arena, c->framework, c->recipe, NULL, 1, diag, &spec));
    CSI_TRY(csi_ensemble_new(spec, c->recipe, &c->context, c->raw, diag, &made));
    CSI_TRY(csi_ensemble_tally_new(made, &options, &tally));
    CSI_TRY(csi_ensemble_run(made, &options, diag, tally));
    CSI_TRY(csi_ensemble_alike(made, &alike, diag, difference));
    CSI_TRY(csi_ensemble_sensitivity(made, &design, diag, &shares));
out:
    if (status == CSI_ERR_MEMORY && tally == NULL && made != NULL) {
        csi_diag_error(diag, status, NULL, "no memory for tallies"); /* which leave the words to their caller */
    }
    csi_sensitivity_result_free(shares);
    csi_tallies_free(tally);
    csi_ensemble_free(made);
    csi_arena_free(arena);
    return status;
}

Test(metrics, every_allocation_of_an_analysis_fails)
{
    static const struct {
        const char *what, *steps;
        inject_attempt attempt;
    } cases[] = {
        {"a mean explained", "- normalise: minmax\n", explanation},
        {"ranks explained", "- normalise: minmax\n- aggregate: copeland\n", explanation},
        {"removal", "- normalise: minmax\n", removal},
        {"validation", COMPLETE "- normalise: minmax\n", validation},
        {"an ensemble", COMPLETE "- normalise: minmax\n", ensemble},
        {"an ensemble that walks", COMPLETE "- normalise: minmax\n- aggregate: median\n", ensemble},
    };
    coin c = make_subject(true);
    for (size_t i = 0; i < CASES(sizeof cases / sizeof cases[0], 5); i++) {
        coin_must_run(&c, cases[i].steps);
        fail_every_allocation(cases[i].what, cases[i].attempt, &c);
    }
    coin_free(&c);
}
