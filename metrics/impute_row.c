/* Row: a missing value is where the same country stands in the indicators beside it.
 *
 *     z = min-max of each indicator over the year's countries, less-is-better turned round;  z_cq = mean (median) of the
 *     country's z within the group;  x_cq back from z_cq
 *
 * Source: COINr's Impute by row; OECD/JRC Handbook (2008), step 3. By hand: a country at 0.2 and 0.6 of two ranges gets 0.4 of
 * the third's.
 * Edges: an indicator that is constant in the year neither tells nor is filled; a country without any value in the group
 * stays missing. */
#include "metrics/impute.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

enum { MEAN, MEDIAN };

static const csi_option options[] = {
    {"statistic", CSI_OPTION_CHOICE, "mean", 0, 0, "mean|median", "of the country's other indicators"},
    CSI_OPTION_WITHIN("parent"),
    CSI_OPTIONS_WHICH,
};

typedef struct post {
    double low, high;
    int direction;
} post;

/* 0 at the worst, 1 at the best; NaN for a missing value or a constant column. */
static double place(const post *p, double x)
{
    return csi_sample_is_constant(p->low, p->high) ? NAN
                                                   : (p->direction > 0 ? x - p->low : p->high - x) / (p->high - p->low);
}

static double back(const post *p, double z)
{
    return p->direction > 0 ? p->low + z * (p->high - p->low) : p->high - z * (p->high - p->low);
}

static void fill_country(const csi_step *step, const csi_panel *in, csi_panel *out, const size_t *series, size_t n,
                         const post *posts, size_t cell, double *z)
{
    size_t n_present = 0;
    for (size_t q = 0; q < n; q++) {
        const double here = place(&posts[q], in->value[csi_panel_at(in, series[q], 0, 0) + cell]);
        if (!isnan(here)) {
            z[n_present++] = here;
        }
    }
    if (n_present == 0) {
        return;
    }
    csi_sample_sort(z, n_present);
    const double middle = csi_step_choice(step, "statistic") == MEAN ? csi_sample_mean(z, n_present)
                                                                     : csi_sample_median(z, n_present);
    for (size_t q = 0; q < n; q++) {
        const bool is_flat = csi_sample_is_constant(posts[q].low, posts[q].high);
        csi_impute_cell(out, series[q], cell, is_flat ? NAN : back(&posts[q], middle));
    }
}

static csi_status fill_group(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                             const size_t *series, size_t n, csi_diag *diag)
{
    post *posts = calloc(n, sizeof *posts);
    double *z = calloc(n, sizeof *z);
    (void)diag;
    for (size_t year = 0; year < in->n_years && posts != NULL && z != NULL; year++) {
        for (size_t q = 0; q < n; q++) {
            posts[q].direction = context->framework->node[series[q]].direction;
            if (!csi_sample_range(csi_panel_column(in, series[q], year), in->n_countries, &posts[q].low, &posts[q].high)) {
                posts[q].low = posts[q].high = 0;
            }
        }
        for (size_t c = 0; c < in->n_countries; c++) {
            fill_country(step, in, out, series, n, posts, year * in->n_countries + c, z);
        }
    }
    const bool has_room = posts != NULL && z != NULL;
    free(posts);
    free(z);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_impute_groups(step, context, in, out, fill_group, diag);
}

const csi_method csi_impute_row = {
    .step = CSI_STEP_IMPUTE,
    .name = "row",
    .title = "The country's place in the indicators beside it",
    .formula = "z_cq = mean (median) of the country's min-max scaled values within the group, scaled back",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 3",
    .edges = "A country without any value in the group stays missing; constant indicators are left out.",
    CSI_OPTIONS(options),
    .apply = apply,
};
