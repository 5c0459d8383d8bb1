/* Distance to a reference: the sample's mean, best or worst value, or one country's.
 *
 *     ratio: x / r     relative: (x - r) / |r|     minmax: 1 - (r - d x) / (r - min),  d the direction, r and min of d x
 *
 * Source: OECD/JRC Handbook (2008), p. 85 and Table 15 (ratio and relative); minmax is COINr's n_dist2ref. By hand: x =
 * 6, reference 4: 1.5 or 0.5.
 * Edges: a reference of 0 (ratio, relative) or equal to the worst value (minmax) leaves the column missing, with a
 * warning, where COINr returns Inf and NaN; ratio and relative are turned
 * round where less is better (r / x, (r - x) / |r|), where x = 0 leaves the ratio missing; a country that has no value
 * in the year leaves nothing to compare with, and the year's column missing. Neither form survives a change of origin:
 * 0 degrees Celsius is no reference (Handbook, Table 14). */
#include "metrics/normalise.h"
#include "metrics/sample.h"

#include <math.h>
#include <string.h>

enum { RATIO, RELATIVE, MINMAX };

static const csi_option options[] = {
    {"reference", CSI_OPTION_TEXT, "mean", 0, 0, NULL, "mean, best, worst, or a country's code"},
    {"form", CSI_OPTION_CHOICE, "ratio", 0, 0, "ratio|relative|minmax", "how the distance is expressed"},
    {"cap", CSI_OPTION_BOOLEAN, "false", 0, 0, NULL, "minmax: count values beyond the reference as reaching it"},
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

/* A country's value: in a pool of years the mean over them. */
static double of_country(const csi_context *context, const csi_frame *frame, size_t country)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = country; i < frame->n_sample; i += context->countries->n) {
        if (!isnan(frame->sample[i])) {
            sum += frame->sample[i];
            n++;
        }
    }
    return n == 0 ? NAN : sum / (double)n;
}

static csi_status find_reference(const csi_step *step, const csi_context *context, const csi_frame *frame,
                                 csi_diag *diag, double *reference)
{
    const char *name = csi_step_text(step, "reference");
    double low, high;
    csi_sample_range(frame->sample, frame->n_sample, &low, &high);
    if (strcmp(name, "mean") == 0) {
        *reference = csi_sample_mean(frame->sample, frame->n_sample);
    } else if (strcmp(name, "best") == 0 || strcmp(name, "worst") == 0) {
        *reference = (name[0] == 'b') == (frame->node->direction > 0) ? high : low;
    } else {
        const size_t country = csi_countries_find(context->countries, name);
        if (country == CSI_NONE) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &csi_step_value(step, "reference")->place,
                                  "the reference \"%s\" is neither mean, best, worst nor a country of the data", name);
        }
        *reference = of_country(context, frame, country);
    }
    return CSI_OK;
}

static double distance(size_t form, int direction, double x, double r, double worst)
{
    if (form == MINMAX) {
        return 1 - (direction * r - direction * x) / (direction * r - direction * worst);
    }
    if (form == RELATIVE) {
        return direction * (x - r) / fabs(r);
    }
    return direction > 0 ? x / r : x != 0 ? r / x : NAN;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const size_t form = csi_step_choice(step, "form");
    double r = NAN, low, high;
    const csi_status status = find_reference(step, context, frame, diag, &r);
    if (status != CSI_OK) {
        return status;
    }
    csi_sample_range(frame->sample, frame->n_sample, &low, &high);
    const double worst = frame->node->direction > 0 ? low : high;
    if (!isnan(r) && (form == MINMAX ? r == worst : r == 0)) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" in %d is left out: its reference is %s", frame->node->code,
                      frame->year, form == MINMAX ? "the worst value" : "0");
        r = NAN;
    }
    for (size_t i = 0; i < frame->n; i++) {
        double y = isnan(frame->in[i] + r) ? NAN : distance(form, frame->node->direction, frame->in[i], r, worst);
        if (form == MINMAX && csi_step_boolean(step, "cap") && y > 1) {
            y = 1;
            frame->state[i] = (csi_cell)(frame->state[i] | CSI_CELL_CLIPPED);
        }
        frame->out[i] = y;
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_reference = {
    .step = CSI_STEP_NORMALISE,
    .name = "reference",
    .title = "Distance to a reference",
    .formula = "ratio: x / r; relative: (x - r) / |r|; minmax: 1 - (r - x) / (r - worst)",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 85, Table 15",
    .edges = "A reference of 0 (ratio, relative) or equal to the worst value (minmax), or of a country without a value, "
             "leaves the column missing, with a warning.",
    CSI_OPTIONS(options),
    .apply = apply,
};
