/* See outliers.h. */
#include "metrics/outliers.h"

#include <math.h>

#include "metrics/frame.h"
#include "metrics/sample.h"

bool csi_outliers_fail(const double *value, size_t n, const csi_outlier_rule *rule)
{
    const double skewness = csi_sample_skewness(value, n), kurtosis = csi_sample_kurtosis(value, n);
    return fabs(skewness) > rule->skewness && kurtosis > rule->kurtosis;
}

csi_outlier_rule csi_outlier_rule_of(const csi_step *step)
{
    return (csi_outlier_rule){csi_step_number(step, "skewness"), csi_step_number(step, "kurtosis")};
}

static bool has_three_values(const double *sorted, size_t n)
{
    size_t distinct = n > 0;
    for (size_t i = 1; i < n && distinct < 4; i++) {
        distinct += sorted[i] > sorted[i - 1];
    }
    return distinct > 3;
}

/* The first value from the end that differs from it replaces it and its ties. */
static void lower_top(double *sorted, size_t n)
{
    const double top = sorted[n - 1];
    size_t i = n;
    while (sorted[i - 1] == top) {
        i--;
    }
    for (size_t k = i; k < n; k++) {
        sorted[k] = sorted[i - 1];
    }
}

static void raise_bottom(double *sorted, size_t n)
{
    const double bottom = sorted[0];
    size_t i = 0;
    while (sorted[i] == bottom) {
        i++;
    }
    for (size_t k = 0; k < i && i < n; k++) {
        sorted[k] = sorted[i];
    }
}

csi_caps csi_winsorise(double *sorted, size_t n, const csi_outlier_rule *rule, size_t max_steps, size_t force)
{
    csi_caps caps = {.low = -HUGE_VAL, .high = HUGE_VAL};
    bool fails = csi_outliers_fail(sorted, n, rule);
    while (caps.n_steps < force || (fails && caps.n_steps < max_steps)) {
        if (!has_three_values(sorted, n)) {
            break;
        }
        if (csi_sample_skewness(sorted, n) >= 0) {
            lower_top(sorted, n);
            caps.high = sorted[n - 1];
        } else {
            raise_bottom(sorted, n);
            caps.low = sorted[0];
        }
        caps.n_steps++;
        fails = csi_outliers_fail(sorted, n, rule);
    }
    caps.still_fails = fails;
    return caps;
}

bool csi_log_fit(csi_log_form form, const double *sample, size_t n, csi_map *map)
{
    double low, high;
    if (!csi_sample_range(sample, n, &low, &high) || csi_sample_is_constant(low, high)) {
        return false;
    }
    const double range = high - low;
    switch (form) {
    case CSI_LOG_LN:
        *map = (csi_map){.kind = CSI_MAP_TRANSFORM, .transform = CSI_TRANSFORM_LOG};
        return low > 0;
    case CSI_LOG_LOG1P:
        *map = (csi_map){.kind = CSI_MAP_TRANSFORM, .transform = CSI_TRANSFORM_LOG1P};
        return low > -1;
    case CSI_LOG_ASINH:
        *map = (csi_map){.kind = CSI_MAP_TRANSFORM, .transform = CSI_TRANSFORM_ASINH};
        return true;
    case CSI_LOG_CT_SIGNED:
        if (csi_sample_skewness(sample, n) < 0) {
            *map = (csi_map){.kind = CSI_MAP_LOG_MIRROR, .a = high + 0.01 * range};
            return true;
        }
        *map = (csi_map){.kind = CSI_MAP_LOG_SHIFT, .a = 0.01 * range - low};
        return true;
    case CSI_LOG_CT:
        *map = (csi_map){.kind = CSI_MAP_LOG_SHIFT, .a = 0.01 * range - low};
        return true;
    case CSI_LOG_CT_ORIGINAL:
        *map = (csi_map){.kind = CSI_MAP_LOG_SHIFT, .a = 1 - low};
        return true;
    case CSI_LOG_GII:
        *map = (csi_map){.kind = CSI_MAP_LOG_SLOPE, .a = low, .b = (high - 1) / range};
        return high > 1;
    }
    return false;
}

csi_status csi_log_statistic(const csi_step *step, const csi_context *context, const csi_frame *frame, double before,
                             double after, const char *what)
{
    const csi_treatment entry = {.step = step, .series = frame->series, .country = CSI_NONE, .before = before,
                                 .after = after, .what = what,
                                 .year = frame->is_yearly ? frame->first_year : CSI_NONE};
    return csi_treatments_add(context->treatments, &entry);
}

/* Year by year there is no one image of a goalpost, unless the map is the same every year. */
static csi_status keep_map(const csi_context *context, const csi_frame *frame, const csi_map *map)
{
    if (!frame->is_yearly) {
        return csi_treatments_add_map(context->treatments, frame->series, map);
    }
    if (frame->first_year != context->first_scored_year) {
        return CSI_OK;
    }
    const bool is_one = map->kind == CSI_MAP_TRANSFORM || context->n_scored_years == 1;
    return csi_treatments_add_map(context->treatments, frame->series, is_one ? map : NULL);
}

csi_status csi_map_frame(const csi_step *step, const csi_context *context, const csi_frame *frame, const csi_map *map,
                         csi_diag *diag)
{
    for (size_t i = 0; i < frame->n; i++) {
        if (isnan(frame->in[i])) {
            continue;
        }
        frame->out[i] = csi_map_apply(map, frame->in[i]);
        if (!isfinite(frame->out[i])) {
            return csi_diag_error(diag, CSI_ERR_DATA, &step->place,
                                  "indicator \"%s\", country \"%s\": its value has no image under method \"%s\"",
                                  frame->node->code, context->countries->country[i % context->countries->n].iso3,
                                  step->method->name);
        }
    }
    const csi_status status =
        csi_log_statistic(step, context, frame, csi_sample_skewness(frame->in, frame->n),
                          csi_sample_skewness(frame->out, frame->n), "skewness");
    return status == CSI_OK ? keep_map(context, frame, map) : status;
}

static csi_status cap_cell(const csi_step *step, const csi_context *context, const csi_frame *frame, size_t i,
                           double capped, const char *what)
{
    const size_t n_countries = context->countries->n;
    const csi_treatment entry = {.step = step, .series = frame->series, .year = frame->first_year + i / n_countries,
                                 .country = i % n_countries, .before = frame->in[i], .after = capped,
                                 .what = what};
    frame->out[i] = capped;
    frame->state[i] = (csi_cell)(frame->state[i] | CSI_CELL_TREATED);
    return csi_treatments_add(context->treatments, &entry);
}

csi_status csi_cap_frame(const csi_step *step, const csi_context *context, const csi_frame *frame, const csi_caps *caps,
                         const char *what)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < frame->n && status == CSI_OK; i++) {
        if (frame->in[i] > caps->high || frame->in[i] < caps->low) {
            status = cap_cell(step, context, frame, i, frame->in[i] > caps->high ? caps->high : caps->low,
                              what);
        }
    }
    return status == CSI_OK ? csi_log_statistic(step, context, frame, csi_sample_skewness(frame->in, frame->n),
                                                csi_sample_skewness(frame->out, frame->n), "skewness")
                            : status;
}
