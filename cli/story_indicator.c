/* One indicator's lines: the raw cell with its place, then every stage that changed the value or gave it. */
#include "cli/story.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/sample.h"
#include "metrics/treatments.h"

/* What a stage met and left. */
typedef struct stage_view {
    const csi_step *step;
    const csi_node *node;
    size_t indicator;
    const csi_panel *in;
    double before, after;
    csi_cell state_before, state;
} stage_view;

static const char *number(csi_story *story, double value)
{
    return csi_story_number(story, value, false);
}

static const char *operand(csi_story *story, double value)
{
    return csi_story_number(story, value, true);
}

/* " (file:line)" of the raw cell, "" when the value does not stand in a file. */
static const char *place_of(csi_story *story, size_t indicator, size_t year)
{
    const csi_raw *raw = story->run->raw;
    const csi_origin origin = csi_raw_origin(raw, csi_panel_at(raw->panel, indicator, year, story->country));
    if (origin.line == 0) {
        return "";
    }
    return csi_story_text(story, " (%s:%lu)", raw->source[origin.file].label, (unsigned long)origin.line);
}

/* ", standard error 0.05", or both where the publisher gives bounds. */
static const char *error_of(csi_story *story, size_t at)
{
    const csi_panel *raw = story->run->raw->panel;
    const double above = csi_panel_error_above(raw, at);
    if (isnan(above)) {
        return "";
    }
    if (raw->error_below == NULL || isnan(raw->error_below[at])) {
        return csi_story_text(story, ", standard error %s", number(story, above));
    }
    return csi_story_text(story, ", standard error %s above and %s below", number(story, above),
                          number(story, raw->error_below[at]));
}

static void add_raw(csi_story *story, size_t indicator)
{
    const csi_raw *raw = story->run->raw;
    const size_t at = csi_panel_at(raw->panel, indicator, story->panel_year, story->country);
    const csi_node *node = &story->run->project->framework->node[indicator];
    csi_story_line line = {.node = indicator, .step = "raw", .method = "", .part = CSI_NONE, .weight = NAN, .term = NAN,
                           .contribution = NAN, .value = raw->panel->value[at], .state = csi_cell_origin_name(raw->panel->state[at])};
    const int year = raw->panel->first_year + (int)story->panel_year;
    if (isnan(line.value) && year < node->valid_from) {
        line.arithmetic = csi_story_text(story, "not measured before %d", node->valid_from);
    } else if (isnan(line.value)) {
        line.arithmetic = "no value in the files";
    } else {
        const csi_origin origin = csi_raw_origin(raw, at);
        const bool has_unit = node->unit[0] != '\0';
        const char *value = csi_story_text(story, "%s%s%s%s%s", number(story, line.value), has_unit ? " (" : "",
                                           node->unit, has_unit ? ")" : "", error_of(story, at));
        line.arithmetic = value;
        if (origin.line > 0) {
            line.arithmetic = csi_story_text(story, "%s, %s:%lu", value, raw->source[origin.file].label,
                                             (unsigned long)origin.line);
            line.file = raw->source[origin.file].label;
            line.line = origin.line;
            line.column = origin.column;
        }
    }
    csi_story_add(story, &line);
}

/* The nearest year with a value in the stage's input, looking back (-1) or ahead (+1); CSI_NONE: none. */
static size_t nearest_year(const csi_story *story, const stage_view *v, int sign)
{
    for (size_t k = 1; sign < 0 ? k <= story->panel_year : story->panel_year + k < v->in->n_years; k++) {
        const size_t year = sign < 0 ? story->panel_year - k : story->panel_year + k;
        if (!isnan(csi_panel_get(v->in, v->indicator, year, story->country))) {
            return year;
        }
    }
    return CSI_NONE;
}

static const char *tell_carried(csi_story *story, const stage_view *v)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        const size_t year = nearest_year(story, v, sign);
        if (year != CSI_NONE && csi_panel_get(v->in, v->indicator, year, story->country) == v->after) {
            const long years = labs((long)year - (long)story->panel_year);
            return csi_story_text(story, "%s, the value of %d%s, carried %ld year%s", number(story, v->after),
                                  v->in->first_year + (int)year, place_of(story, v->indicator, year), years,
                                  years == 1 ? "" : "s");
        }
    }
    return NULL;
}

static const char *tell_interpolated(csi_story *story, const stage_view *v)
{
    const size_t a = nearest_year(story, v, -1), b = nearest_year(story, v, 1);
    if (a == CSI_NONE || b == CSI_NONE) {
        return NULL;
    }
    const double from = csi_panel_get(v->in, v->indicator, a, story->country);
    const double to = csi_panel_get(v->in, v->indicator, b, story->country);
    const double share = (double)(story->panel_year - a) / (double)(b - a);
    if (!csi_story_agrees(from + (to - from) * share, v->after)) {
        return NULL;
    }
    const int first = v->in->first_year;
    return csi_story_text(story, "%s + (%s - %s) x (%d - %d) / (%d - %d) = %s, between %d%s and %d%s",
                          number(story, from), number(story, to), operand(story, from), first + (int)story->panel_year,
                          first + (int)a, first + (int)b, first + (int)a, number(story, v->after), first + (int)a,
                          place_of(story, v->indicator, a), first + (int)b, place_of(story, v->indicator, b));
}

static const char *tell_transform(csi_story *story, const stage_view *v)
{
    if (strcmp(v->step->method->name, "transform") != 0 ||
        !csi_story_agrees(csi_transform_apply(v->node->transform, v->before), v->after)) {
        return NULL;
    }
    const char *x = number(story, v->before), *y = number(story, v->after);
    switch (v->node->transform) {
    case CSI_TRANSFORM_LOG:
        return csi_story_text(story, "ln(%s) = %s", x, y);
    case CSI_TRANSFORM_LOG1P:
        return csi_story_text(story, "ln(1 + %s) = %s", x, y);
    case CSI_TRANSFORM_ASINH:
        return csi_story_text(story, "asinh(%s) = %s", x, y);
    default:
        return NULL;
    }
}

/* The goalposts that min-max used, worked out again from its options. */
static bool find_goalposts(const csi_story *story, const stage_view *v, double *low, double *high)
{
    const csi_context *context = &story->run->context;
    const char *kind = csi_step_text(v->step, "goalposts");
    if (strcmp(kind, "framework") == 0) {
        const csi_treatments *log = story->run->result->treatments;
        *low = csi_treatments_image(log, v->indicator, v->node->goal_low);
        *high = csi_treatments_image(log, v->indicator, v->node->goal_high);
        return isfinite(*low) && isfinite(*high);
    }
    size_t first = context->first_scored_year, n_years = context->n_scored_years;
    if (strcmp(kind, "yearly") == 0) {
        first = story->panel_year;
        n_years = 1;
    } else if (strcmp(kind, "base_year") == 0) {
        const double year = csi_step_number(v->step, "base_year");
        first = isnan(year) ? first : csi_panel_find_year(v->in, (int)year);
        n_years = 1;
    }
    return first != CSI_NONE &&
           csi_sample_range(csi_panel_column(v->in, v->indicator, first), n_years * v->in->n_countries, low, high);
}

/* "0 to 50", and how the ends follow from the framework's when they were transformed. */
static const char *tell_goalposts(csi_story *story, const stage_view *v, double low, double high)
{
    const char *ends = csi_story_text(story, "%s to %s", number(story, low), number(story, high));
    if (strcmp(csi_step_text(v->step, "goalposts"), "framework") != 0) {
        return csi_story_text(story, "goalposts %s, the smallest and largest value", ends);
    }
    if (low == v->node->goal_low && high == v->node->goal_high) {
        return csi_story_text(story, "goalposts %s", ends);
    }
    return csi_story_text(story, "goalposts %s, transformed from %s to %s", ends, number(story, v->node->goal_low),
                          number(story, v->node->goal_high));
}

/* "(3 - 0) / (6 - 0)", or from the other end where less is better. */
static const char *tell_share(csi_story *story, const stage_view *v, double low, double high)
{
    const bool is_down = v->node->direction < 0;
    return csi_story_text(story, "(%s - %s) / (%s - %s)", number(story, is_down ? high : v->before),
                          operand(story, is_down ? v->before : low), number(story, high), operand(story, low));
}

static const char *tell_minmax(csi_story *story, const stage_view *v)
{
    double low = 0, high = 0;
    if (strcmp(v->step->method->name, "minmax") != 0 || !find_goalposts(story, v, &low, &high)) {
        return NULL;
    }
    const double *range = csi_step_value(v->step, "range")->numbers;
    const bool is_down = v->node->direction < 0;
    const double z = (is_down ? high - v->before : v->before - low) / (high - low);
    const bool is_clipped = csi_step_boolean(v->step, "clip") && (z < 0 || z > 1);
    const double kept = is_clipped ? (z < 0 ? 0 : 1) : z;
    if (!csi_story_agrees(range[0] + (range[1] - range[0]) * kept, v->after)) {
        return NULL;
    }
    const char *share = tell_share(story, v, low, high);
    const char *cut = is_clipped ? csi_story_text(story, "; %s = %s, clipped to %s", share, number(story, z),
                                                  number(story, kept))
                                 : "";
    return csi_story_text(story, "%s + %s x %s = %s; %s, %s is better%s", number(story, range[0]),
                          operand(story, range[1] - range[0]), is_clipped ? number(story, kept) : share,
                          number(story, v->after), tell_goalposts(story, v, low, high), is_down ? "less" : "more", cut);
}

static const char *tell_zscore(csi_story *story, const stage_view *v)
{
    if (strcmp(v->step->method->name, "zscore") != 0 || strcmp(csi_step_text(v->step, "over"), "base_year") == 0) {
        return NULL;
    }
    const csi_context *context = &story->run->context;
    const bool is_yearly = strcmp(csi_step_text(v->step, "over"), "yearly") == 0;
    const double *sample =
        csi_panel_column(v->in, v->indicator, is_yearly ? story->panel_year : context->first_scored_year);
    const size_t n = (is_yearly ? 1 : context->n_scored_years) * v->in->n_countries;
    const double m = csi_sample_mean(sample, n);
    const double s = strcmp(csi_step_text(v->step, "divisor"), "sample") == 0 ? csi_sample_sd(sample, n)
                                                                                : csi_sample_population_sd(sample, n);
    const double mean = csi_step_number(v->step, "mean"), sd = csi_step_number(v->step, "sd");
    if (!csi_story_agrees(mean + sd * (v->node->direction * (v->before - m) / s), v->after)) {
        return NULL;
    }
    return csi_story_text(story, "%s + %s x %s(%s - %s) / %s = %s; mean %s, standard deviation %s, %s is better",
                          number(story, mean), operand(story, sd), v->node->direction < 0 ? "-" : "",
                          number(story, v->before), operand(story, m), number(story, s), number(story, v->after),
                          number(story, m), number(story, s), v->node->direction < 0 ? "less" : "more");
}

/* What can be said of any method. */
static const char *tell_plainly(csi_story *story, const stage_view *v)
{
    const csi_method *method = v->step->method;
    if (isnan(v->after)) {
        return csi_story_text(story, "%s: left out", method->title);
    }
    if (isnan(v->before)) {
        return csi_story_text(story, "%s, by \"%s\": %s", number(story, v->after), method->title, method->formula);
    }
    return csi_story_text(story, "%s becomes %s, by \"%s\": %s", number(story, v->before), number(story, v->after),
                          method->title, method->formula);
}

static const char *tell_stage(csi_story *story, const stage_view *v)
{
    const char *told = NULL;
    const csi_cell origin = (csi_cell)(v->state & CSI_CELL_ORIGIN);
    if (v->step->method->step == CSI_STEP_IMPUTE && isnan(v->before)) {
        told = origin == CSI_CELL_CARRIED        ? tell_carried(story, v)
               : origin == CSI_CELL_INTERPOLATED ? tell_interpolated(story, v)
                                                 : NULL;
    } else if (v->step->method->step == CSI_STEP_TREAT && !isnan(v->after)) {
        told = tell_transform(story, v);
    } else if (v->step->method->step == CSI_STEP_NORMALISE && !isnan(v->after)) {
        told = tell_minmax(story, v);
        told = told != NULL ? told : tell_zscore(story, v);
    }
    return told != NULL ? told : tell_plainly(story, v);
}

static bool has_changed(const stage_view *v)
{
    return isnan(v->before) != isnan(v->after) || (!isnan(v->before) && v->before != v->after) ||
           v->state_before != v->state;
}

void csi_story_indicator(csi_story *story, size_t indicator)
{
    const csi_run *run = story->run;
    const csi_recipe *recipe = run->project->recipe;
    add_raw(story, indicator);
    for (size_t s = 0; s < run->result->n_stages && story->status == CSI_OK; s++) {
        const csi_panel *in = s == 0 ? run->raw->panel : run->result->stage[s - 1], *out = run->result->stage[s];
        const size_t at = csi_panel_at(in, indicator, story->panel_year, story->country);
        const stage_view v = {.step = &recipe->stage[s],
                              .node = &run->project->framework->node[indicator],
                              .indicator = indicator,
                              .in = in,
                              .before = in->value[at],
                              .after = out->value[at],
                              .state_before = in->state[at],
                              .state = out->state[at]};
        const bool is_normalised = v.step->method->step == CSI_STEP_NORMALISE && !isnan(v.after);
        if (!has_changed(&v) && !is_normalised) {
            continue;
        }
        const csi_story_line line = {.node = indicator, .step = csi_step_kind_name(v.step->method->step),
                                     .method = v.step->method->name, .arithmetic = tell_stage(story, &v),
                                     .value = v.after, .state = csi_cell_origin_name(v.state), .part = CSI_NONE,
                                     .weight = NAN, .term = NAN, .contribution = NAN};
        csi_story_add(story, &line);
    }
}
