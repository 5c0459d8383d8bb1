/* Cohort: a missing value is the mean or median of the country's group in the same year.
 *
 *     x_ct = mean (median) of x_kt over k in group(c)
 *
 * Source: OECD/JRC Handbook (2008), step 3, "unconditional mean imputation", p. 55. By hand: group values 2, 3, 10:
 * mean 5, median 3.
 * Edges: groupings are tried in the order given, then all countries (`fallback: all`); a country outside every group
 * goes straight to that. Where nothing is left the cell stays missing. Filling a column with its mean shrinks its
 * variance: the audit's validation shows by how much it misses. */
#include "metrics/method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/sample.h"

enum { MEAN, MEDIAN };
enum { FALLBACK_ALL, FALLBACK_NONE };

static const csi_option options[] = {
    {"statistic", CSI_OPTION_CHOICE, "median", 0, 0, "mean|median", "of the group"},
    {"groups", CSI_OPTION_TEXTS, "", 0, 0, NULL, "groupings to try, the narrowest first (default: none, all countries)"},
    {"fallback", CSI_OPTION_CHOICE, "all", 0, 0, "all|none", "where no group has a value: all countries, or missing"},
    CSI_OPTIONS_WHICH,
};

/* What the columns are worked on with. */
typedef struct cohort {
    const csi_step *step;
    const csi_context *context;
    size_t *grouping; /* indices of the groupings to try */
    size_t n_groupings;
    double *packed; /* scratch of n_countries */
} cohort;

static csi_status find_groupings(cohort *job, csi_diag *diag)
{
    const csi_option_value *names = csi_step_value(job->step, "groups");
    for (size_t i = 0; i < names->n; i++) {
        job->grouping[i] = csi_countries_grouping(job->context->countries, names->texts[i]);
        if (job->grouping[i] == CSI_NONE) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &names->place, "there is no grouping \"%s\" of countries",
                                  names->texts[i]);
        }
    }
    job->n_groupings = names->n;
    return CSI_OK;
}

/* The statistic over the countries of one group (NULL: all); NaN when none has a value. */
static double of_group(const cohort *job, const double *column, size_t grouping, const char *group)
{
    const csi_countries *countries = job->context->countries;
    size_t n = 0;
    for (size_t c = 0; c < countries->n; c++) {
        const char *own = group == NULL ? NULL : countries->country[c].group[grouping];
        if (!isnan(column[c]) && (group == NULL || (own != NULL && strcmp(own, group) == 0))) {
            job->packed[n++] = column[c];
        }
    }
    if (n == 0) {
        return NAN;
    }
    if (csi_step_choice(job->step, "statistic") == MEAN) {
        return csi_sample_mean(job->packed, n);
    }
    csi_sample_sort(job->packed, n);
    return csi_sample_median(job->packed, n);
}

static double estimate(const cohort *job, const double *column, size_t country)
{
    for (size_t i = 0; i < job->n_groupings; i++) {
        const char *group = job->context->countries->country[country].group[job->grouping[i]];
        const double value = group == NULL ? NAN : of_group(job, column, job->grouping[i], group);
        if (!isnan(value)) {
            return value;
        }
    }
    const bool may_use_all = job->n_groupings == 0 || csi_step_choice(job->step, "fallback") == FALLBACK_ALL;
    return may_use_all ? of_group(job, column, 0, NULL) : NAN;
}

static void fill_column(const cohort *job, const csi_panel *in, csi_panel *out, size_t series, size_t year)
{
    const double *column = csi_panel_column(in, series, year);
    for (size_t c = 0; c < in->n_countries; c++) {
        if (isnan(column[c])) {
            csi_panel_set(out, series, year, c, estimate(job, column, c), CSI_CELL_MODELLED);
        }
    }
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    cohort job = {.step = step, .context = context};
    csi_status status = CSI_ERR_MEMORY;
    job.grouping = calloc(csi_step_value(step, "groups")->n + 1, sizeof *job.grouping);
    job.packed = calloc(in->n_countries + 1, sizeof *job.packed);
    if (job.grouping == NULL || job.packed == NULL) {
        goto out;
    }
    CSI_TRY(find_groupings(&job, diag));
    for (size_t series = 0; series < context->framework->n_indicators; series++) {
        for (size_t year = 0; csi_step_concerns(step, context->framework->node[series].code) && year < in->n_years;
             year++) {
            fill_column(&job, in, out, series, year);
        }
    }
out:
    free(job.grouping);
    free(job.packed);
    return status;
}

const csi_method csi_impute_cohort = {
    .step = CSI_STEP_IMPUTE,
    .name = "cohort",
    .title = "Mean or median of the country's group",
    .formula = "x_ct = mean (median) of x_kt over k in group(c)",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), step 3, p. 55",
    .edges = "An empty group falls back to the next grouping, then to all countries; with no value at all the cell "
             "stays missing.",
    CSI_OPTIONS(options),
    .apply = apply,
};
