/* What a replicate draws, against the uniforms that its cells are documented to be, and what the drawn goalposts,
 * weights and choices do to a score, by hand. */
#include <math.h>
#include <string.h>

#include "metrics/ensemble_model.h"
#include "metrics/ensemble_split.h"
#include "metrics/rng.h"
#include "tests/support/coin.h"

enum { P = 3, COUNTRIES = 4, SEED = 9, REPLICATES = 300 };

#define POSTS "- normalise: {method: minmax, range: [0, 100], clip: false}\n"
#define UNCLIPPED POSTS "- aggregate: arithmetic\n"

/* x1 counts in reverse. */
static const double values[COUNTRIES * P] = {20, 30, 40, 50, 60, 70, 15, 25, 95, 80, 10, 45};
static const int directions[P] = {1, -1, 1};

typedef struct subject {
    coin c;
    csi_ensemble_spec *spec;
    csi_ensemble *ensemble;
    csi_replicate *replicate;
} subject;

static void open_subject(subject *s, const char *steps, const char *section)
{
    const csi_setting *settings = NULL;
    s->c = coin_make(P, COUNTRIES, 1, values, directions);
    coin_must_run(&s->c, steps);
    cr_assert(csi_settings_parse(s->c.arena, "ensemble", section, strlen(section), s->c.diag, &settings) == CSI_OK);
    cr_assert(csi_ensemble_read(s->c.arena, s->c.framework, s->c.recipe, settings, SEED, s->c.diag, &s->spec) == CSI_OK);
    cr_assert(csi_ensemble_new(s->spec, s->c.recipe, &s->c.context, s->c.raw, s->c.diag, &s->ensemble) == CSI_OK);
    cr_assert(csi_replicate_new(s->ensemble, &s->replicate) == CSI_OK);
}

static void close_subject(subject *s)
{
    csi_replicate_free(s->replicate);
    csi_ensemble_free(s->ensemble);
    coin_free(&s->c);
}

static csi_draw_plan plan_of(uint64_t key)
{
    csi_draw_plan plan = {.sobol = NULL};
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        plan.key[factor] = key;
    }
    return plan;
}

static void draw(const subject *s, uint64_t key)
{
    static double scratch[4096];
    const csi_draw_plan plan = plan_of(key);
    cr_assert(csi_draw_room(s->ensemble) <= sizeof scratch / sizeof *scratch);
    csi_replicate_draw(s->ensemble, &plan, scratch, s->replicate);
}

static double uniform(uint64_t key, csi_factor factor, uint32_t cell)
{
    const csi_stream stream = {SEED, key, factor};
    return csi_draw_uniform(&stream, cell);
}

static double score(const subject *s, uint64_t key, size_t country)
{
    double all[COUNTRIES];
    const csi_draw_plan plan = plan_of(key);
    cr_assert(csi_ensemble_scores(s->ensemble, &plan, s->c.diag, all) == CSI_OK);
    return all[country];
}

/* low + spread (2 u - 1) of the distance from cell 2 i, high likewise from 2 i + 1; the goalposts are 0 and 100, so
 * that a value between the moved ones is at (x - low) / (high - low), in reverse at (high - x) / (high - low). */
Test(ensemble_draw, goalposts)
{
    const double spread = 0.3;
    double least = 1, most = -1;
    subject s;
    open_subject(&s, UNCLIPPED, "{goalposts: {spread: 0.3, except: [x2]}, freeze: [normalisation, weights]}");
    for (uint64_t r = 0; r < REPLICATES; r++) {
        double low[P] = {0}, high[P] = {0};
        draw(&s, r);
        cr_assert(s.replicate->has_goalposts && s.replicate->has_weights == false);
        for (uint32_t i = 0; i < P; i++) {
            low[i] = i == 2 ? 0 : spread * (2 * uniform(r, CSI_FACTOR_GOALPOSTS, 2 * i) - 1);
            high[i] = i == 2 ? 0 : spread * (2 * uniform(r, CSI_FACTOR_GOALPOSTS, 2 * i + 1) - 1);
            cr_expect(is_near(s.replicate->low[i], low[i], 1e-15) && is_near(s.replicate->high[i], high[i], 1e-15));
            least = fmin(least, fmin(low[i], high[i]));
            most = fmax(most, fmax(low[i], high[i]));
        }
        for (size_t c = 0; c < COUNTRIES; c++) {
            double expected = 0;
            for (size_t i = 0; i < P; i++) {
                const double from = 100 * low[i], to = 100 + 100 * high[i], x = values[c * P + i];
                expected += (directions[i] > 0 ? x - from : to - x) / (to - from) * 100 / P;
            }
            cr_expect(is_near(score(&s, r, c), expected, 1e-10), "replicate %d, country %zu", (int)r, c);
        }
    }
    cr_expect(least < -0.98 * spread && least >= -spread, "%g", least);
    cr_expect(most > 0.98 * spread && most <= spread, "%g", most);
    close_subject(&s);
}

/* Each weight times 1 + spread (2 u - 1), u the cell of its node; then over their sum. */
Test(ensemble_draw, uniform_weights)
{
    subject s;
    open_subject(&s, UNCLIPPED, "{weights: {spread: 0.4}, freeze: [goalposts, normalisation]}");
    for (uint64_t r = 0; r < REPLICATES; r++) {
        draw(&s, r);
        cr_assert(s.replicate->has_weights && s.replicate->has_goalposts == false);
        for (size_t c = 0; c < COUNTRIES; c++) {
            double sum = 0, all = 0;
            for (uint32_t i = 0; i < P; i++) {
                const double weight = 1 + 0.4 * (2 * uniform(r, CSI_FACTOR_WEIGHTS, i) - 1), x = values[c * P + i];
                cr_expect(is_near(s.replicate->weight_factor[i], weight, 1e-15));
                sum += weight * (directions[i] > 0 ? x : 100 - x);
                all += weight;
            }
            cr_expect(is_near(score(&s, r, c), sum / all, 1e-10), "replicate %d, country %zu", (int)r, c);
        }
    }
    close_subject(&s);
}

/* Drawn about their nominal shares: mean m, variance m (1 - m) / (a n + 1) of a share m among n children; a child of no
 * weight keeps none. */
Test(ensemble_draw, weights_of_dirichlet)
{
    enum { DRAWS = CASES(4000, 400) };
    static const double share[P] = {0.25, 0.75, 0};
    double sum[P] = {0}, square[P] = {0};
    subject s;
    open_subject(&s, UNCLIPPED "- weight: {method: given, weights: {x0: 1, x1: 3, x2: 0}}\n",
                 "{weights: {draw: dirichlet, concentration: 6}, freeze: [goalposts, normalisation, aggregation]}");
    for (uint64_t r = 0; r < DRAWS; r++) {
        double weight[P], all = 0;
        draw(&s, r);
        for (size_t i = 0; i < P; i++) {
            weight[i] = share[i] * s.replicate->weight_factor[i];
            all += weight[i];
        }
        for (size_t i = 0; i < P; i++) {
            sum[i] += weight[i] / all;
            square[i] += weight[i] / all * weight[i] / all;
        }
    }
    const double variance = 0.25 * 0.75 / (6 * P + 1), error = sqrt(variance / DRAWS);
    cr_expect(is_near(sum[0] / DRAWS, 0.25, 4 * error), "%g", sum[0] / DRAWS);
    cr_expect(is_near(sum[1] / DRAWS, 0.75, 4 * error), "%g", sum[1] / DRAWS);
    cr_expect(sum[2] == 0 && s.replicate->weight_factor[2] == 1);
    cr_expect(is_near(square[0] / DRAWS - pow(sum[0] / DRAWS, 2), variance, variance * CASES(0.1, 0.3)));
    close_subject(&s);
}

/* Each expert as often as another; what he does not name stays. */
Test(ensemble_draw, weights_of_experts)
{
    static const double expert[2][P] = {{6, 1, 1}, {1, 1, 0}}; /* shares of 1/3 where nothing is said */
    size_t n_drawn[2] = {0};
    subject s;
    open_subject(&s, UNCLIPPED "- weight: {method: given, weights: {x0: 1, x1: 1, x2: 1}}\n",
                 "{weights: {draw: experts, experts: [{x0: 2}, {x2: 0}]}, freeze: [goalposts, normalisation]}");
    for (uint64_t r = 0; r < REPLICATES; r++) {
        const size_t k = uniform(r, CSI_FACTOR_WEIGHTS, 0) < 0.5 ? 0 : 1;
        draw(&s, r);
        n_drawn[k]++;
        double sum = 0, all = 0;
        for (size_t i = 0; i < P; i++) {
            cr_expect(is_near(s.replicate->weight_factor[i], expert[k][i], 1e-12), "expert %zu, node %zu", k, i);
            sum += expert[k][i] * (directions[i] > 0 ? values[i] : 100 - values[i]);
            all += expert[k][i];
        }
        cr_expect(is_near(score(&s, r, 0), sum / all, 1e-10));
    }
    cr_expect(n_drawn[0] > REPLICATES / 3 && n_drawn[1] > REPLICATES / 3);
    close_subject(&s);
}

/* Which of the lists of steps, rules and nodes a replicate takes: equal parts of a uniform, as configured first. */
Test(ensemble_draw, choices)
{
    size_t n[3][3] = {{0}}, n_left_out[P + 1] = {0};
    subject s;
    open_subject(&s, "- normalise: {method: minmax, range: [1, 100]}\n- aggregate: arithmetic\n",
                 "{normalisation: {alternatives: [{method: minmax, goalposts: panel}, {method: rank}]},"
                 " aggregation: {alternatives: [{method: geometric}, {level: 2, method: harmonic}]},"
                 " leave_out: {level: 1}, weights: {spread: 0}, goalposts: {spread: 0}}");
    for (uint64_t r = 0; r < REPLICATES; r++) {
        const double u = uniform(r, CSI_FACTOR_NORMALISATION, 0), at_all = uniform(r, CSI_FACTOR_AGGREGATION, 0);
        const double at_top = uniform(r, CSI_FACTOR_AGGREGATION, 1), out = uniform(r, CSI_FACTOR_LEAVE_OUT, 0);
        const size_t branch = (size_t)(3 * u), left_out = (size_t)(4 * out);
        const csi_rule_kind rule = at_all >= 0.5   ? CSI_RULE_GEOMETRIC
                                   : at_top >= 0.5 ? CSI_RULE_HARMONIC
                                                   : CSI_RULE_ARITHMETIC;
        draw(&s, r);
        cr_expect(s.replicate->branch->choice[2] == branch, "replicate %d", (int)r);
        cr_expect(s.replicate->rule_kind[P] == rule, "replicate %d", (int)r);
        cr_expect(s.replicate->left_out == left_out, "replicate %d", (int)r);
        for (size_t i = 0; i < P; i++) {
            cr_expect(s.replicate->weight_factor[i] == (left_out == i + 1 ? 0 : 1));
        }
        n[0][branch]++;
        n[1][rule]++;
        n_left_out[left_out]++;
    }
    for (size_t i = 0; i < 3; i++) {
        cr_expect(n[0][i] > REPLICATES / 5 && n[1][i] > REPLICATES / 6, "choice %zu", i);
    }
    for (size_t i = 0; i <= P; i++) {
        cr_expect(n_left_out[i] > REPLICATES / 7, "node %zu", i);
    }
    close_subject(&s);
}

/* What is frozen takes no draw at all. */
Test(ensemble_draw, frozen_factors)
{
    double scratch[4096];
    subject s;
    open_subject(&s, UNCLIPPED, "{leave_out: {level: 1}}");
    cr_assert(csi_draw_room(s.ensemble) <= sizeof scratch / sizeof *scratch);
    for (uint64_t r = 0; r < 20; r++) {
        csi_draw_plan plan = plan_of(r);
        memset(plan.is_frozen, true, sizeof plan.is_frozen);
        csi_replicate_draw(s.ensemble, &plan, scratch, s.replicate);
        const bool has_any = s.replicate->has_weights || s.replicate->has_goalposts || s.replicate->has_errors;
        cr_expect(has_any == false);
        cr_expect(s.replicate->left_out == 0 && s.replicate->branch->choice[2] == 0);
    }
    close_subject(&s);
}

/* Parts of an ensemble that cover it cover each of its splits, once. */
Test(ensemble_draw, splits_of_parts)
{
    static const uint64_t totals[] = {0, 1, 7, 8, 19, 20, 21, 100, 799, 801, 10000, 1000000};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        for (size_t split = 0; split < CSI_N_SPLITS; split++) {
            const uint64_t own = csi_split_replicates(split, totals[i]);
            cr_expect(own <= totals[i] && (split != CSI_SPLIT_ALL || own == totals[i]));
            for (uint64_t n_parts = 1; n_parts <= 7; n_parts++) {
                uint64_t covered = 0;
                for (uint64_t part = 0; part < n_parts; part++) {
                    uint64_t first = totals[i] * part / n_parts, n = totals[i] * (part + 1) / n_parts - first;
                    csi_split_range(split, totals[i], &first, &n);
                    cr_expect(first == covered, "%s of %d: part %d of %d", csi_split_name(split), (int)totals[i],
                              (int)part, (int)n_parts);
                    covered += n;
                }
                cr_expect(covered == own, "%s of %d in %d parts", csi_split_name(split), (int)totals[i], (int)n_parts);
            }
        }
    }
}

/* What stands where the section names nothing: how many alternatives of imputing and normalising steps, of rules. */
/* The usual alternative differs from the configured step in the goalposts alone. */
Test(ensemble_draw, usual_goalposts)
{
    subject s;
    open_subject(&s, "- normalise: {method: minmax, range: [2, 90], clip: true}\n", "{}");
    const csi_step *own = s.c.recipe->stage, *other = s.spec->alternative[CSI_FACTOR_NORMALISATION]->step;
    cr_expect(csi_step_choice(own, "goalposts") == 0 && csi_step_choice(other, "goalposts") == 1);
    NEAR(csi_step_value(other, "range")->numbers[0], 2.0);
    NEAR(csi_step_value(other, "range")->numbers[1], 90.0);
    cr_expect(csi_step_boolean(other, "clip") && other->method == own->method);
    close_subject(&s);
}

Test(ensemble_draw, usual_alternatives)
{
    static const struct {
        const char *steps, *section;
        size_t n_imputing, n_normalising, n_rules;
    } cases[] = {
        {"- normalise: minmax\n- aggregate: arithmetic\n", "{}", 0, 1, 1},
        {"- normalise: minmax\n- aggregate: geometric\n", "{}", 0, 1, 1},
        {"- normalise: minmax\n- aggregate: harmonic\n", "{}", 0, 1, 0},
        {"- normalise: {method: minmax, clip: false}\n", "{}", 0, 1, 0},
        {"- normalise: {method: minmax, range: [0, 1]}\n", "{}", 0, 1, 0},
        {"- normalise: {method: minmax, goalposts: panel}\n", "{}", 0, 0, 1},
        {"- normalise: {method: minmax, goalposts: yearly}\n", "{}", 0, 0, 1},
        {"- normalise: rank\n", "{}", 0, 0, 0},
        {"- normalise: {method: minmax, indicators: [x0]}\n- normalise: {method: minmax, except: [x0]}\n", "{}", 0, 0,
         1},
        {"- impute: linear\n- normalise: minmax\n", "{}", 0, 1, 1},
        {"- impute: carry\n- normalise: minmax\n", "{}", 0, 1, 1},
        {"- impute: linear\n- impute: carry\n- normalise: minmax\n", "{}", 1, 1, 1},
        {"- normalise: minmax\n", "{normalisation: {alternatives: [{method: zscore}]}}", 0, 1, 0},
        {"- normalise: minmax\n", "{normalisation: {alternatives: [{method: minmax, goalposts: yearly}]}}", 0, 1, 1},
        {"- normalise: minmax\n", "{normalisation: {alternatives: [[{method: minmax, clip: false}]]}}", 0, 1, 0},
        {"- normalise: minmax\n", "{normalisation: {alternatives: []}, aggregation: {alternatives: []}}", 0, 0, 0},
        {"- normalise: minmax\n", "{weights: {spread: 0}, goalposts: {spread: 0}}", 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        subject s;
        open_subject(&s, cases[i].steps, cases[i].section);
        const csi_ensemble_spec *spec = s.spec;
        cr_expect(spec->n_alternatives[CSI_FACTOR_IMPUTATION] == cases[i].n_imputing, "case %zu", i);
        cr_expect(spec->n_alternatives[CSI_FACTOR_NORMALISATION] == cases[i].n_normalising, "case %zu", i);
        cr_expect(spec->n_rules == cases[i].n_rules, "case %zu: %zu rules", i, spec->n_rules);
        cr_expect(spec->is_active[CSI_FACTOR_NORMALISATION] == (cases[i].n_normalising > 0), "case %zu", i);
        cr_expect(spec->is_active[CSI_FACTOR_IMPUTATION] == (cases[i].n_imputing > 0), "case %zu", i);
        cr_expect(spec->is_active[CSI_FACTOR_AGGREGATION] == (cases[i].n_rules > 0), "case %zu", i);
        const bool is_still = strstr(cases[i].section, "spread") != NULL;
        cr_expect(spec->is_active[CSI_FACTOR_WEIGHTS] != is_still && spec->is_active[CSI_FACTOR_GOALPOSTS] != is_still, "case %zu", i);
        cr_expect(spec->is_active[CSI_FACTOR_LEAVE_OUT] == false, "case %zu", i);
        close_subject(&s);
    }
}
