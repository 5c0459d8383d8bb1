/* Log: one form of logarithm for the indicators named, always or only where the skewness rule fails.
 *
 *     ln: ln x    log1p: ln(1 + x)    asinh: ln(x + sqrt(x^2 + 1))    ct: ln(x - min + 0.01 range)
 *     ct_signed: ct for G1 >= 0, else -ln(max + 0.01 range - x)       ct_original: ln(x - min + 1)
 *     gii: ln((max - 1) (x - min) / range + 1)
 *
 * Source: OECD/JRC Handbook (2008), p. 84; ct forms: JRC COIN Tool; gii: Global Innovation Index, Appendix (COINr 1.1.14
 * computes it and then returns its input). By hand: gii takes min to 0 and max to ln max; {1, 10, 100} to 0, ln 10, ln
 * 100.
 * Edges: ct, ct_signed, ct_original and gii lean on the sample's range, so `over: panel` freezes it for all years; a
 * constant sample is left alone; a value outside the domain is an error. */
#include "metrics/frame.h"
#include "metrics/outliers.h"

enum { ALWAYS, IF_FAILS };

static const csi_option options[] = {
    {"form", CSI_OPTION_CHOICE, "ln", 0, 0, CSI_LOG_FORMS, "which logarithm"},
    {"when", CSI_OPTION_CHOICE, "always", 0, 0, "always|fails", "always, or only where the rule below fails"},
    CSI_OPTIONS_OUTLIER_RULE,
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_outlier_rule rule = csi_outlier_rule_of(step);
    csi_map map = {0};
    if (csi_step_choice(step, "when") == IF_FAILS && !csi_outliers_fail(frame->sample, frame->n_sample, &rule)) {
        return CSI_OK;
    }
    if (!csi_log_fit((csi_log_form)csi_step_choice(step, "form"), frame->sample, frame->n_sample, &map)) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" is left as it is: the logarithm \"%s\" is not defined for it",
                      frame->node->code, csi_step_text(step, "form"));
        return CSI_OK;
    }
    return csi_map_frame(step, context, frame, &map, diag);
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_treat_log = {
    .step = CSI_STEP_TREAT,
    .name = "log",
    .title = "Logarithm",
    .formula = "ln: ln x; log1p: ln(1 + x); asinh; ct: ln(x - min + 0.01 range); ct_signed: ct, mirrored for G1 < 0; "
               "ct_original: ln(x - min + 1); gii: ln((max - 1)(x - min)/range + 1)",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84; JRC COIN Tool; Global Innovation "
              "Index, technical appendix",
    .edges = "Where the form is undefined on the sample (not positive, constant, gii with max <= 1) the indicator is left "
             "as it is, with a warning.",
    CSI_OPTIONS(options),
    .apply = apply,
};
