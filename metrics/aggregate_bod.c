/* Benefit of the doubt: each country's score with the weights that suit it best; 1 (times `scale`) is the frontier.
 *
 *     s_c = max sum w x_c,   sum w x_k <= 1 for all k, w >= 0
 *
 * Source: Melyn & Moesen (1991); Cherchye et al. (2007), Social Indicators Research 82:111-145; OECD/JRC Handbook (2008),
 * p. 92-94 (Table 19: relative weights 0.10 to 0.15); the blend with the least favourable weights: Zhou, Ang & Poh
 * (2007), Ecological Economics 62:291-297. By hand: children (1, 0.2), (0.2, 1), (0.5, 0.5): 1, 1, 0.8333.
 * Edges: a country is held against those that have all the children it has; a negative value is an error; shares of
 * the own score with low > 0 force a score of 0 on a country with a 0 (the Handbook's Korea): use relative bounds there.
 * Restrictions that nothing satisfies are an error; a country that lacks children and so cannot meet them is not scored,
 * with a warning. Weights of the framework are not used. */
#include "metrics/bod.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/mean.h"
#include "metrics/sample.h"

static const csi_option options[] = {
    {"restriction", CSI_OPTION_CHOICE, "none", 0, 0, CSI_BOD_RESTRICTIONS,
     "what weights may be: anything, bounded in relation to their sum, by share of the score, or in order"},
    {"low", CSI_OPTION_NUMBER, "0", 0, 1, NULL, "the lower bound of relative and shares"},
    {"high", CSI_OPTION_NUMBER, "1", 0, 1, NULL, "the upper bound of relative and shares"},
    {"order", CSI_OPTION_TEXTS, "", 0, 0, NULL, "ordinal: the children's codes, the weightiest first"},
    {"blend", CSI_OPTION_NUMBER, "1", 0, 1, NULL,
     "1: most favourable weights alone; less: that share of them, the rest least favourable, both min-max scaled"},
    {"scale", CSI_OPTION_NUMBER, "1", 1e-9, 1e9, NULL, "the score of the frontier"},
    CSI_OPTIONS_OVER("yearly"),
};

/* The units that a country is held against, kept while the next country has the same children. */
typedef struct frontier {
    const csi_step *step;
    const csi_family *family;
    size_t first_year, n_years; /* of the reference */
    bool *has;                  /* [q]: which children it was made for */
    size_t n_has;
    double *unit, *worst;       /* packed rows of n_has */
    size_t n_units, n_worst;
    double *own;
    size_t *order;
} frontier;

static size_t pack_units(const frontier *f, double *unit)
{
    const csi_family *family = f->family;
    size_t n = 0;
    for (size_t year = f->first_year; year < f->first_year + f->n_years; year++) {
        for (size_t c = 0; c < family->n_countries; c++) {
            size_t at = 0;
            bool is_complete = true;
            for (size_t q = 0; q < family->n_children; q++) {
                const double x = family->child_all_years[year * family->n_children + q][c];
                is_complete = is_complete && !(f->has[q] && isnan(x));
                if (f->has[q] && is_complete) {
                    unit[n * f->n_has + at++] = x;
                }
            }
            n += is_complete;
        }
    }
    return n;
}

static void set_frontier(frontier *f, size_t country)
{
    bool is_same = f->n_has > 0;
    for (size_t q = 0; q < f->family->n_children; q++) {
        is_same = is_same && f->has[q] == !isnan(f->family->child[q][country]);
    }
    if (is_same) {
        return;
    }
    f->n_has = 0;
    for (size_t q = 0; q < f->family->n_children; q++) {
        f->has[q] = !isnan(f->family->child[q][country]);
        f->n_has += f->has[q];
    }
    f->n_units = csi_bod_frontier(f->unit, pack_units(f, f->unit), f->n_has, false);
    f->n_worst = csi_bod_frontier(f->worst, pack_units(f, f->worst), f->n_has, true);
}

static bool is_among(const size_t *order, size_t n, size_t position)
{
    for (size_t i = 0; i < n; i++) {
        if (order[i] == position) {
            return true;
        }
    }
    return false;
}

/* The order of the children present, as positions among them. */
static csi_status set_order(const frontier *f, const csi_context *context, csi_diag *diag)
{
    const csi_option_value *codes = csi_step_value(f->step, "order");
    const csi_node *parent = &context->framework->node[f->family->node];
    size_t n = 0;
    bool is_twice = false;
    for (size_t i = 0; i < codes->n && !is_twice; i++) {
        size_t position = 0;
        for (size_t q = 0; q < parent->n_children; q++) {
            if (f->has[q] && strcmp(context->framework->node[parent->child[q]].code, codes->texts[i]) == 0) {
                is_twice = is_among(f->order, n, position);
                f->order[n] = position;
                n += !is_twice;
            }
            position += f->has[q];
        }
    }
    if (n != f->n_has || is_twice) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &f->step->place,
                              "node \"%s\": the order must name each of its children once", parent->code);
    }
    return CSI_OK;
}

static csi_status score_one(frontier *f, const csi_context *context, size_t country, bool is_worst, csi_diag *diag,
                            double *score)
{
    csi_bod bod = {.is_worst = is_worst, .order = f->order,
                   .restriction = (csi_bod_restriction)csi_step_choice(f->step, "restriction"),
                   .low = csi_step_number(f->step, "low"), .high = csi_step_number(f->step, "high")};
    size_t at = 0;
    csi_status status = CSI_OK;
    set_frontier(f, country);
    bod.n_children = f->n_has;
    bod.unit = is_worst ? f->worst : f->unit;
    bod.n_units = is_worst ? f->n_worst : f->n_units;
    for (size_t q = 0; q < f->family->n_children; q++) {
        if (f->has[q]) {
            f->own[at++] = f->family->child[q][country];
        }
    }
    if (bod.restriction == CSI_BOD_ORDINAL) {
        status = set_order(f, context, diag);
    }
    if (status == CSI_OK) {
        status = csi_bod_score(&bod, f->own, score, NULL);
    }
    if (status == CSI_ERR_DATA && f->n_has < f->family->n_children) {
        csi_diag_warn(diag, &f->step->place, "node \"%s\", \"%s\": not scored: the children it has cannot meet the bounds",
                      context->framework->node[f->family->node].code, context->countries->country[country].iso3);
        return CSI_OK;
    }
    if (status == CSI_ERR_DATA) {
        return csi_diag_error(diag, CSI_ERR_DATA, &f->step->place,
                              "node \"%s\", \"%s\": no weights satisfy the restrictions, or its score has no bound",
                              context->framework->node[f->family->node].code,
                              context->countries->country[country].iso3);
    }
    return status;
}

static csi_status score_side(frontier *f, const csi_context *context, bool is_worst, csi_diag *diag, double *score)
{
    csi_status status = CSI_OK;
    for (size_t c = 0; c < f->family->n_countries && status == CSI_OK; c++) {
        score[c] = NAN;
        if (f->family->is_scored[c]) {
            status = score_one(f, context, c, is_worst, diag, &score[c]);
        }
    }
    return status;
}

/* lambda (g - g-) / (g* - g-) + (1 - lambda) (b - b-) / (b* - b-); a side on which all are equal cannot be scaled. */
static void blend(const csi_step *step, const csi_context *context, const csi_family *family, double lambda, double *best,
                  const double *worst, csi_diag *diag)
{
    double g_low, g_high, b_low, b_high;
    if (!csi_sample_range(best, family->n_countries, &g_low, &g_high) ||
        !csi_sample_range(worst, family->n_countries, &b_low, &b_high)) {
        return;
    }
    const bool is_void = csi_sample_is_constant(g_low, g_high) || csi_sample_is_constant(b_low, b_high);
    if (is_void) {
        csi_diag_warn(diag, &step->place, "node \"%s\" has no scores in %d: all countries are equal under their most or "
                      "their least favourable weights, which cannot be scaled",
                      context->framework->node[family->node].code, context->scored_from + (int)family->year);
    }
    for (size_t c = 0; c < family->n_countries; c++) {
        best[c] = is_void ? NAN : lambda * (best[c] - g_low) / (g_high - g_low) +
                                      (1 - lambda) * (worst[c] - b_low) / (b_high - b_low);
    }
}

static csi_status make_frontier(frontier *f)
{
    const size_t n_units = f->n_years * f->family->n_countries, n = f->family->n_children;
    f->has = calloc(n + 1, sizeof *f->has);
    f->own = calloc(n + 1, sizeof *f->own);
    f->order = calloc(n + 1, sizeof *f->order);
    f->unit = calloc((n_units + 1) * (n + 1), sizeof *f->unit);
    f->worst = calloc((n_units + 1) * (n + 1), sizeof *f->worst);
    return f->has && f->own && f->order && f->unit && f->worst ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status set_reference(frontier *f, const csi_context *context, csi_diag *diag)
{
    const size_t over = csi_step_choice(f->step, "over");
    const csi_option_value *base = csi_step_value(f->step, "base_year");
    f->first_year = over == CSI_OVER_YEARLY ? f->family->year : 0;
    f->n_years = over == CSI_OVER_PANEL ? f->family->n_years : 1;
    if (over == CSI_OVER_BASE_YEAR && !isnan(base->number)) {
        const long offset = (long)base->number - context->scored_from;
        if (offset < 0 || (size_t)offset >= f->family->n_years) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &base->place, "base year %d is not among the scored years",
                                  (int)base->number);
        }
        f->first_year = (size_t)offset;
    }
    return CSI_OK;
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    frontier f = {.step = step, .family = family};
    const double lambda = csi_step_number(step, "blend"), scale = csi_step_number(step, "scale");
    double *worst = calloc(family->n_countries + 1, sizeof *worst);
    csi_status status = worst == NULL ? CSI_ERR_MEMORY : CSI_OK;
    CSI_TRY(status);
    CSI_TRY(csi_family_check_positive(step, context, family, diag));
    CSI_TRY(set_reference(&f, context, diag));
    CSI_TRY(make_frontier(&f));
    CSI_TRY(score_side(&f, context, false, diag, score));
    if (lambda < 1) {
        CSI_TRY(score_side(&f, context, true, diag, worst));
        blend(step, context, family, lambda, score, worst, diag);
    }
    for (size_t c = 0; c < family->n_countries; c++) {
        score[c] *= scale;
    }
out:
    csi_bod_release();
    free(worst);
    free(f.has);
    free(f.own);
    free(f.order);
    free(f.unit);
    free(f.worst);
    return status;
}

const csi_method csi_aggregate_bod = {
    .step = CSI_STEP_AGGREGATE,
    .name = "bod",
    .title = "Benefit of the doubt",
    .formula = "s_c = max sum w x_c, subject to sum w x_k <= 1 for all k, w >= 0, and the restrictions",
    .source = "Cherchye et al. (2007), Social Indicators Research 82:111-145; OECD/JRC Handbook (2008), p. 92-94; Zhou, "
              "Ang & Poh (2007), Ecological Economics 62:291-297",
    .edges = "A country is held against those that have all the children it has; negative values and restrictions that "
             "nothing satisfies are errors.",
    CSI_OPTIONS(options),
    .aggregate = aggregate,
};
