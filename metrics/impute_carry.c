/* Carry: a missing value is that of the nearest earlier (or later) year of the same country, within a limit.
 *
 *     x_t = x_(t-k), smallest k <= limit
 *
 * Source: OECD/JRC Handbook (2008), step 3 (last value carried forward). By hand: 3, ., ., . with limit 2: 3, 3, 3, .
 * Edges: nothing is filled before the first value unless `direction` says so; `both` fills forward first. A value that
 * was itself carried is no source, so two carry steps cannot add up their limits. Denominators are carried as
 * indicators are: it matters where `denominate` comes later. */
#include "metrics/method.h"

#include <math.h>

enum { FORWARD, BACKWARD, BOTH };
enum { AS_FRAMEWORK, NO_LIMIT };

static const csi_option options[] = {
    {"limit", CSI_OPTION_INTEGER, "framework", 0, 1000, "framework|none",
     "at most so many years; framework: max_carry of each indicator, no limit where it is blank"},
    {"direction", CSI_OPTION_CHOICE, "forward", 0, 0, "forward|backward|both", "from earlier years, later ones, or both"},
    CSI_OPTIONS_WHICH,
};

static size_t limit_of(const csi_step *step, const csi_node *node, size_t n_years)
{
    const csi_option_value *limit = csi_step_value(step, "limit");
    if (!isnan(limit->number)) {
        return (size_t)limit->number;
    }
    return limit->choice == NO_LIMIT || node->max_carry < 0 ? n_years : (size_t)node->max_carry;
}

/* Looks back (sign -1) or ahead (+1) from a missing cell. */
static void carry_to(const csi_panel *in, csi_panel *out, size_t series, size_t year, size_t country, size_t limit, int sign)
{
    for (size_t k = 1; k <= limit; k++) {
        if (sign < 0 ? k > year : year + k >= in->n_years) {
            return;
        }
        const size_t from = csi_panel_at(in, series, sign < 0 ? year - k : year + k, country);
        if (in->state[from] == CSI_CELL_MISSING) {
            continue;
        }
        if ((in->state[from] & CSI_CELL_ORIGIN) != CSI_CELL_CARRIED) {
            csi_panel_set(out, series, year, country, in->value[from], CSI_CELL_CARRIED);
        }
        return;
    }
}

/* Year by year, as cells lie in memory. */
static void carry(const csi_panel *in, csi_panel *out, size_t series, size_t limit, int sign)
{
    for (size_t year = 0; year < in->n_years; year++) {
        const csi_cell *state = out->state + csi_panel_at(out, series, year, 0);
        for (size_t country = 0; country < in->n_countries; country++) {
            if (state[country] == CSI_CELL_MISSING) {
                carry_to(in, out, series, year, country, limit, sign);
            }
        }
    }
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    const size_t direction = csi_step_choice(step, "direction");
    (void)diag;
    for (size_t series = 0; series < in->n_series; series++) {
        const csi_node *node = csi_series_node(context->framework, series);
        if (!csi_step_concerns(step, node->code)) {
            continue;
        }
        const size_t limit = limit_of(step, node, in->n_years);
        if (direction != BACKWARD) {
            carry(in, out, series, limit, -1);
        }
        if (direction != FORWARD) {
            carry(in, out, series, limit, 1);
        }
    }
    return CSI_OK;
}

const csi_method csi_impute_carry = {
    .step = CSI_STEP_IMPUTE,
    .name = "carry",
    .title = "Carry the nearest year's value",
    .formula = "x_t = x_(t-k), smallest k <= limit",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 3",
    .edges = "Nothing before the first value unless the direction is backward or both; carried values are no source. "
             "Denominators are carried too, for a denominate that comes later.",
    CSI_OPTIONS(options),
    .apply = apply,
};
