/* See frame.h. */
#include "metrics/frame.h"

#include <math.h>

csi_status csi_frame_base_year(const csi_step *step, const csi_context *context, const csi_panel *panel, csi_diag *diag,
                               size_t *year)
{
    const csi_option_value *asked = csi_step_value(step, "base_year");
    *year = context->first_scored_year;
    if (isnan(asked->number)) {
        return CSI_OK;
    }
    const size_t index = csi_panel_find_year(panel, (int)asked->number);
    const size_t first = context->first_scored_year;
    if (index == CSI_NONE || index < first || index >= first + context->n_scored_years) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &asked->place, "base year %d is not among the scored years %d to %d",
                              (int)asked->number, panel->first_year + (int)first,
                              panel->first_year + (int)(first + context->n_scored_years) - 1);
    }
    *year = index;
    return CSI_OK;
}

static csi_frame frame_of(const csi_context *context, const csi_panel *in, csi_panel *out, size_t series, size_t year,
                          size_t n_years)
{
    const size_t at = csi_panel_at(in, series, year, 0);
    return (csi_frame){
        .series = series,
        .node = csi_series_node(context->framework, series),
        .first_year = year,
        .year = in->first_year + (int)year,
        .in = in->value + at,
        .out = out->value + at,
        .state = out->state + at,
        .n = n_years * in->n_countries,
    };
}

static csi_status each_year(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                            size_t series, csi_frame_work work, csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (size_t year = 0; year < in->n_years && status == CSI_OK; year++) {
        csi_frame frame = frame_of(context, in, out, series, year, 1);
        frame.is_yearly = true;
        frame.sample = frame.in;
        frame.n_sample = frame.n;
        status = work(step, context, &frame, diag);
    }
    return status;
}

csi_status csi_frames_each(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                           csi_over over, csi_frame_work work, csi_diag *diag)
{
    size_t sample_year = context->first_scored_year;
    size_t n_sample_years = context->n_scored_years;
    csi_status status = CSI_OK;
    if (over == CSI_OVER_BASE_YEAR) {
        n_sample_years = 1;
        status = csi_frame_base_year(step, context, in, diag, &sample_year);
    }
    for (size_t series = 0; series < context->framework->n_indicators && status == CSI_OK; series++) {
        if (!csi_step_concerns(step, context->framework->node[series].code)) {
            continue;
        }
        if (over == CSI_OVER_YEARLY) {
            status = each_year(step, context, in, out, series, work, diag);
            continue;
        }
        csi_frame frame = frame_of(context, in, out, series, 0, in->n_years);
        frame.sample = in->value + csi_panel_at(in, series, sample_year, 0);
        frame.n_sample = n_sample_years * in->n_countries;
        status = work(step, context, &frame, diag);
    }
    return status;
}

csi_status csi_frames_over(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                           csi_frame_work work, csi_diag *diag)
{
    return csi_frames_each(step, context, in, out, (csi_over)csi_step_choice(step, "over"), work, diag);
}
