/* Screen indicators: those that too few countries report are dropped, each with a warning.
 *
 *     share = present / (countries * years)
 *
 * Source: OECD/JRC Handbook (2008), step 2; JRC's rule of thumb is 65 % of data an indicator. By hand: 30 of 51
 * countries in one year: 0.588, dropped at 0.65.
 * Edges: judged on the scored years alone; a dropped indicator is missing everywhere, and the weights of its siblings
 * take its place. */
#include "metrics/method.h"

#include <math.h>

#include "core/number.h"

static const csi_option options[] = {
    {"min_share", CSI_OPTION_NUMBER, "0.65", 0, 1, NULL, "the least share of countries and scored years present"},
    CSI_OPTIONS_WHICH,
};

static csi_status drop(const csi_step *step, const csi_context *context, csi_panel *out, size_t series, double share,
                       csi_diag *diag)
{
    char text[CSI_NUMBER_MAX];
    csi_number_write_fixed(100 * share, 1, text);
    csi_diag_warn(diag, &step->place, "indicator \"%s\" is dropped: %s %% of its values are present",
                  context->framework->node[series].code, text);
    for (size_t i = 0; i < out->n_years * out->n_countries; i++) {
        out->value[csi_panel_at(out, series, 0, 0) + i] = NAN;
    }
    const csi_treatment entry = {.step = step, .series = series, .year = CSI_NONE, .country = CSI_NONE, .before = share,
                                 .after = NAN, .what = "indicator dropped, availability"};
    return csi_treatments_add(context->treatments, &entry);
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    const double least = csi_step_number(step, "min_share");
    csi_status status = CSI_OK;
    for (size_t series = 0; series < context->framework->n_indicators && status == CSI_OK; series++) {
        const double *value = csi_panel_column(in, series, context->first_scored_year);
        const size_t n = context->n_scored_years * in->n_countries;
        size_t n_present = 0;
        for (size_t i = 0; i < n; i++) {
            n_present += isnan(value[i]) ? 0 : 1;
        }
        if (csi_step_concerns(step, context->framework->node[series].code) &&
            (double)n_present < least * (double)n - 1e-9) {
            status = drop(step, context, out, series, (double)n_present / (double)n, diag);
        }
    }
    return status;
}

const csi_method csi_screen_indicators = {
    .step = CSI_STEP_SCREEN,
    .name = "indicators",
    .title = "Drop indicators with too few data",
    .formula = "present / (countries * years) >= min_share",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 2",
    .edges = "A dropped indicator is missing everywhere and named in a warning.",
    CSI_OPTIONS(options),
    .apply = apply,
};
