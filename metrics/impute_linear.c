/* Linear in time: gaps between two years of the same country are filled along the straight line.
 *
 *     x_t = x_a + (x_b - x_a) (t - a) / (b - a),   a < t < b
 *
 * Source: OECD/JRC Handbook (2008), step 3. By hand: 2 in 2010, 8 in 2013: 4 in 2011, 6 in 2012.
 * Edges: no extrapolation: nothing before the first value or after the last; `max_gap` leaves longer gaps open.
 * Denominators are filled as indicators are: it matters where `denominate` comes later. */
#include "metrics/method.h"

#include <math.h>

static const csi_option options[] = {
    {"max_gap", CSI_OPTION_INTEGER, "none", 1, 1000, "none", "the longest run of missing years that is filled"},
    CSI_OPTIONS_WHICH,
};

static void fill_gap(csi_panel *out, size_t series, size_t country, size_t a, size_t b)
{
    const double from = csi_panel_get(out, series, a, country), to = csi_panel_get(out, series, b, country);
    for (size_t year = a + 1; year < b; year++) {
        const double share = (double)(year - a) / (double)(b - a);
        csi_panel_set(out, series, year, country, from + (to - from) * share, CSI_CELL_INTERPOLATED);
    }
}

/* The first year from `from` on in which the country has a value. */
static size_t next_value(const csi_panel *in, size_t series, size_t country, size_t from)
{
    while (from < in->n_years && in->state[csi_panel_at(in, series, from, country)] == CSI_CELL_MISSING) {
        from++;
    }
    return from;
}

/* Year by year, as cells lie in memory: a gap is filled from the year that it begins in. */
static void fill(const csi_panel *in, csi_panel *out, size_t series, size_t max_gap)
{
    for (size_t year = 1; year < in->n_years; year++) {
        const csi_cell *before = in->state + csi_panel_at(in, series, year - 1, 0), *state = before + in->n_countries;
        for (size_t country = 0; country < in->n_countries; country++) {
            if (state[country] == CSI_CELL_MISSING && before[country] != CSI_CELL_MISSING) {
                const size_t next = next_value(in, series, country, year + 1);
                if (next < in->n_years && next - year <= max_gap) {
                    fill_gap(out, series, country, year - 1, next);
                }
            }
        }
    }
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    const double gap = csi_step_number(step, "max_gap");
    (void)diag;
    for (size_t series = 0; series < in->n_series; series++) {
        if (csi_step_concerns(step, csi_series_node(context->framework, series)->code)) {
            fill(in, out, series, isnan(gap) ? in->n_years : (size_t)gap);
        }
    }
    return CSI_OK;
}

const csi_method csi_impute_linear = {
    .step = CSI_STEP_IMPUTE,
    .name = "linear",
    .title = "Interpolate linearly in time",
    .formula = "x_t = x_a + (x_b - x_a) (t - a) / (b - a), a < t < b",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 3",
    .edges = "No extrapolation: nothing before the first value or after the last. Denominators are filled too, for a "
             "denominate that comes later.",
    CSI_OPTIONS(options),
    .apply = apply,
};
