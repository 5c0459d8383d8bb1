/* Screen countries: those with too few data, or too many zeros, are left unscored.
 *
 *     availability = 1 - missing / Q        share of non-zeros = 1 - zeros / (Q - missing)
 *
 * Source: OECD/JRC Handbook (2008), step 2; JRC's rule of thumb is 65 % of data a country. By hand: 49 indicators, 8
 * missing, 3 zero: availability 41/49 = 0.8367, non-zeros 38/41 = 0.9268.
 * Edges: a country without any value has no share of non-zeros and fails every rule; `include` and `exclude` overrule
 * them. A screened country keeps its place in the panel with all its indicators missing, so it is listed, unranked. */
#include "metrics/method.h"

#include <math.h>
#include <string.h>

enum { BY_MISSING, BY_ZEROS, BY_MISSING_AND_ZEROS };

static const csi_option options[] = {
    {"rule", CSI_OPTION_CHOICE, "missing", 0, 0, "missing|zeros|missing_and_zeros", "what a country can fail by"},
    {"min_share", CSI_OPTION_NUMBER, "0.65", 0, 1, NULL, "the least share of indicators present"},
    {"min_nonzero", CSI_OPTION_NUMBER, "0.05", 0, 1, NULL, "the least share of non-zeros among those present"},
    {"over", CSI_OPTION_CHOICE, "yearly", 0, 0, "panel|yearly",
     "judge a country on all scored years together or on each year for itself"},
    {"include", CSI_OPTION_TEXTS, "", 0, 0, NULL, "countries kept whatever the rule says"},
    {"exclude", CSI_OPTION_TEXTS, "", 0, 0, NULL, "countries left out whatever the rule says"},
};

typedef struct tally {
    size_t n, n_missing, n_zero;
} tally;

static tally count(const csi_context *context, const csi_panel *panel, size_t country, size_t year, size_t n_years)
{
    tally t = {context->framework->n_indicators * n_years, 0, 0};
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        for (size_t y = year; y < year + n_years; y++) {
            const double x = csi_panel_get(panel, series, y, country);
            t.n_missing += isnan(x) ? 1 : 0;
            t.n_zero += x == 0;
        }
    }
    return t;
}

static bool lists(const csi_option_value *list, const char *code)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->texts[i], code) == 0) {
            return true;
        }
    }
    return false;
}

static bool passes(const csi_step *step, const tally *t)
{
    const size_t rule = csi_step_choice(step, "rule"), n_present = t->n - t->n_missing;
    const bool has_data = (double)n_present >= csi_step_number(step, "min_share") * (double)t->n - 1e-9;
    const bool has_nonzero = (double)t->n_zero <= (1 - csi_step_number(step, "min_nonzero")) * (double)n_present + 1e-9;
    return n_present > 0 && (rule == BY_ZEROS || has_data) && (rule == BY_MISSING || has_nonzero);
}

static csi_status leave_out(const csi_step *step, const csi_context *context, csi_panel *out, size_t country,
                            size_t year, size_t n_years, double share)
{
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        for (size_t y = year; y < year + n_years; y++) {
            csi_panel_set(out, series, y, country, NAN, CSI_CELL_MISSING);
        }
    }
    const csi_treatment entry = {.step = step, .series = CSI_NONE, .country = country, .before = share, .after = NAN,
                                 .year = n_years == 1 ? year : CSI_NONE, .what = "country screened out, availability"};
    return csi_treatments_add(context->treatments, &entry);
}

static csi_status check_codes(const csi_step *step, const csi_context *context, const char *option, csi_diag *diag)
{
    const csi_option_value *list = csi_step_value(step, option);
    for (size_t i = 0; i < list->n; i++) {
        if (csi_countries_find(context->countries, list->texts[i]) == CSI_NONE) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &list->place, "%s: no country \"%s\" in the data", option,
                                  list->texts[i]);
        }
    }
    return CSI_OK;
}

static csi_status judge(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        size_t year, size_t n_years)
{
    csi_status status = CSI_OK;
    for (size_t c = 0; c < in->n_countries && status == CSI_OK; c++) {
        const char *code = context->countries->country[c].iso3;
        const tally t = count(context, in, c, year, n_years);
        const bool is_kept = lists(csi_step_value(step, "include"), code) ||
                             (!lists(csi_step_value(step, "exclude"), code) && passes(step, &t));
        if (!is_kept) {
            const double share = 1 - (double)t.n_missing / (double)t.n;
            status = leave_out(step, context, out, c, year, n_years, share);
        }
    }
    return status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    const size_t first = context->first_scored_year, n = context->n_scored_years;
    csi_status status;
    CSI_TRY(check_codes(step, context, "include", diag));
    CSI_TRY(check_codes(step, context, "exclude", diag));
    if (csi_step_choice(step, "over") == CSI_OVER_PANEL) {
        CSI_TRY(judge(step, context, in, out, first, n));
    }
    for (size_t year = first; csi_step_choice(step, "over") == CSI_OVER_YEARLY && year < first + n; year++) {
        CSI_TRY(judge(step, context, in, out, year, 1));
    }
out:
    return status;
}

const csi_method csi_screen_countries = {
    .step = CSI_STEP_SCREEN,
    .name = "countries",
    .title = "Leave out countries with too few data",
    .formula = "1 - missing/Q >= min_share; 1 - zeros/(Q - missing) >= min_nonzero",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 2",
    .edges = "A country without any value fails every rule; include and exclude overrule it. Who is left out stays in "
             "the tables, unranked.",
    CSI_OPTIONS(options),
    .apply = apply,
};
