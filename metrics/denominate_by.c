/* Denominate: an indicator divided by another series, so that large countries do not win by being large.
 *
 *     y = scale * x / d
 *
 * Source: OECD/JRC Handbook (2008), step 2 "selecting data" (scaling by an appropriate size measure); columns as in
 * COINr's iMeta (Denominator). By hand: 42 patents, 7 million people, scale 1: 6 a million people.
 * Edges: a missing or zero denominator leaves the value missing, with a warning that counts them. Where `impute` comes
 * later the quotient is filled (COINr's order); a `carry` or `linear` before fills the denominator itself. A negative one
 * is an error; without a denominator in the framework or in `by`, an indicator is left alone. The cell keeps its state
 * unless its denominator was imputed: then it is as imputed as that. */
#include "metrics/method.h"

#include <math.h>
#include <string.h>

static const csi_option options[] = {
    {"by", CSI_OPTION_TEXT, "", 0, 0, NULL,
     "the series to divide by: a denominator or an indicator (default: each indicator's own, from the framework)"},
    {"scale", CSI_OPTION_NUMBER, "1", 0, 0, NULL, "the factor that the quotient is multiplied by"},
    CSI_OPTIONS_WHICH,
};

/* The series that `node` is divided by; CSI_NONE: it is left alone. */
static csi_status find_divisor(const csi_step *step, const csi_context *context, const csi_node *node, csi_diag *diag,
                               size_t *series)
{
    const char *code = csi_step_text(step, "by");
    code = code[0] != '\0' ? code : node->denominator;
    *series = CSI_NONE;
    if (code == NULL) {
        return CSI_OK;
    }
    *series = csi_framework_find_series(context->framework, code);
    if (*series == CSI_NONE) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &step->place,
                              "indicator \"%s\": its denominator \"%s\" is no series of the framework", node->code, code);
    }
    return CSI_OK;
}

static csi_status divide(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                         size_t series, size_t divisor, csi_diag *diag)
{
    const double scale = csi_step_number(step, "scale");
    const size_t at = csi_panel_at(in, series, 0, 0), by = csi_panel_at(in, divisor, 0, 0);
    size_t n_lost = 0, first_lost = 0;
    for (size_t i = 0; i < in->n_years * in->n_countries; i++) {
        const double d = in->value[by + i];
        if (d < 0) {
            return csi_diag_error(diag, CSI_ERR_DATA, &step->place, "the denominator of \"%s\" is negative for %s in %d",
                                  context->framework->node[series].code,
                                  context->countries->country[i % in->n_countries].iso3,
                                  in->first_year + (int)(i / in->n_countries));
        }
        if (!(d > 0) && !isnan(in->value[at + i])) {
            first_lost = n_lost == 0 ? i : first_lost;
            n_lost++;
        }
        out->value[at + i] = d > 0 ? scale * in->value[at + i] / d : NAN;
        if (csi_cell_is_imputed(in->state[by + i]) && in->state[at + i] == CSI_CELL_OBSERVED) {
            out->state[at + i] = in->state[by + i];
        }
    }
    if (n_lost > 0) {
        csi_diag_warn(diag, &step->place,
                      "indicator \"%s\": %zu values are left out, for \"%s\" is missing or zero there (first for %s in %d)",
                      context->framework->node[series].code, n_lost, csi_series_node(context->framework, divisor)->code,
                      context->countries->country[first_lost % in->n_countries].iso3,
                      in->first_year + (int)(first_lost / in->n_countries));
    }
    return CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        const csi_node *node = &context->framework->node[series];
        size_t divisor = CSI_NONE;
        if (!csi_step_concerns(step, node->code)) {
            continue;
        }
        csi_status status = find_divisor(step, context, node, diag, &divisor);
        if (status == CSI_OK && divisor != CSI_NONE) {
            status = divide(step, context, in, out, series, divisor, diag);
        }
        if (status != CSI_OK) {
            return status;
        }
    }
    return CSI_OK;
}

const csi_method csi_denominate_by = {
    .step = CSI_STEP_DENOMINATE,
    .name = "by",
    .title = "Divide by a size measure",
    .formula = "y = scale * x / d",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 2",
    .edges = "A missing or zero denominator leaves the value missing, with a warning; impute before (carry, linear) to fill "
             "the denominator, after to fill the quotient. A negative one is an error.",
    CSI_OPTIONS(options),
    .apply = apply,
};
