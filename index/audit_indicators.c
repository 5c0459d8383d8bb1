/* indicators.csv: how much of each indicator there is among the countries that are scored, how it is shaped before and
 * after treatment, how it uses its scale. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"

#define LEAST_SHARE 0.65
#define CROWD 0.5
#define CLIPPED 0.1
#define FEW_VALUES 5 /* a category has no outliers */

static const char *const headings[] = {
    "code", "parent", "n_observed", "n_present", "share_present", "share_imputed", "n_distinct", "largest_tie_share",
    "skewness_before", "kurtosis_before", "skewness_after", "kurtosis_after", "share_clipped",
};

/* What there is of one indicator in the audited year. */
typedef struct facts {
    size_t n_observed, n_present, n_distinct, n_clipped, n_countries;
    double tie_share, skewness[2], kurtosis[2];
} facts;

/* Distinct values and the share of the commonest. */
static csi_status count_values(const double *value, size_t n, facts *f)
{
    double *sorted = calloc(n + 1, sizeof *sorted);
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    const size_t m = csi_sample_pack(value, n, sorted);
    size_t commonest = 0;
    csi_sample_sort(sorted, m);
    for (size_t i = 0; i < m;) {
        const size_t same = csi_sample_equal(sorted, m, sorted[i]);
        commonest = same > commonest ? same : commonest;
        f->n_distinct++;
        i += same;
    }
    f->tie_share = m > 0 ? (double)commonest / (double)m : NAN;
    free(sorted);
    return CSI_OK;
}

static csi_status gather(const csi_audit *audit, size_t indicator, facts *f)
{
    const csi_result *result = audit->run->result;
    const csi_panel *scores = result->scores, *imputed = result->imputed;
    const double *after = csi_audit_column(audit, indicator);
    const double *before = csi_panel_column(imputed, indicator, audit->run->context.first_scored_year + audit->year);
    const size_t n = scores->n_countries, root = audit->run->project->framework->n_nodes - 1;
    *f = (facts){.n_countries = csi_audit_n_scored(audit)};
    for (size_t c = 0; c < n; c++) {
        if (isnan(csi_panel_get(scores, root, audit->year, c))) {
            continue; /* a dependency without a score has no place in a share of countries */
        }
        const csi_cell state = scores->state[csi_panel_at(scores, indicator, audit->year, c)];
        f->n_present += state != CSI_CELL_MISSING;
        f->n_observed += (state & CSI_CELL_ORIGIN) == CSI_CELL_OBSERVED;
        f->n_clipped += (state & CSI_CELL_CLIPPED) != 0;
    }
    f->skewness[0] = csi_sample_skewness(before, n);
    f->kurtosis[0] = csi_sample_kurtosis(before, n);
    f->skewness[1] = csi_sample_skewness(after, n);
    f->kurtosis[1] = csi_sample_kurtosis(after, n);
    return count_values(before, n, f);
}

static csi_status judge(csi_audit *audit, const csi_node *node, const facts *f)
{
    csi_status status = CSI_OK;
    const double share = (double)f->n_present / (double)f->n_countries;
    if (share < LEAST_SHARE) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_SERIOUS, "coverage", node->code,
                               "at least 65 % of the countries (JRC rule of thumb)",
                               "%zu of the %zu countries scored have a value (%s %%)",
                               f->n_present, f->n_countries, csi_audit_number(audit, 100 * share, 1)));
    }
    if (f->n_present > 0 && f->n_observed * 2 < f->n_present) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_WATCH, "imputation", node->code,
                               "most values should be observed in the year itself",
                               "%zu of %zu values stem from another year or from a model", f->n_present - f->n_observed,
                               f->n_present));
    }
    if (f->n_distinct > FEW_VALUES && fabs(f->skewness[1]) > 2 && f->kurtosis[1] > 3.5) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_WATCH, "outliers", node->code,
                               "|G1| <= 2 or G2 <= 3.5 after treatment (JRC COIN Tool)",
                               "skewness %s and kurtosis %s after treatment",
                               csi_audit_number(audit, f->skewness[1], 2), csi_audit_number(audit, f->kurtosis[1], 2)));
    }
    if (f->tie_share > CROWD && f->n_present >= CSI_AUDIT_FEW) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_NOTE, "discrimination", node->code,
                               "an indicator should tell countries apart",
                               "%s %% of the countries share one value (%zu distinct value%s)",
                               csi_audit_number(audit, 100 * f->tie_share, 1), f->n_distinct,
                               f->n_distinct == 1 ? "" : "s"));
    }
    if ((double)f->n_clipped > CLIPPED * (double)f->n_present) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_WATCH, "goalposts", node->code,
                               "goalposts should hold nine values in ten",
                               "%zu of %zu values lie beyond a goalpost and are clipped", f->n_clipped, f->n_present));
    }
out:
    return status;
}

static csi_status judge_number(csi_audit *audit)
{
    const size_t n = csi_audit_n_scored(audit);
    return n >= CSI_AUDIT_FEW ? CSI_OK
                              : csi_audit_find(audit, CSI_GRAVITY_NOTE, "coverage", "",
                                               "fewer than five countries bear no statistics",
                                               "%zu countries are scored: correlations, reliability, importance and "
                                               "ranks without an indicator are not judged", n);
}

/* The same rule across: countries that are scored on less than that of the weight. */
static csi_status judge_countries(csi_audit *audit)
{
    const csi_panel *scores = audit->run->result->scores;
    const size_t root = audit->run->project->framework->n_nodes - 1;
    size_t n_thin = 0;
    for (size_t c = 0; c < scores->n_countries; c++) {
        const size_t at = csi_panel_at(scores, root, audit->year, c);
        n_thin += !isnan(scores->value[at]) && audit->run->result->coverage[at] < LEAST_SHARE;
    }
    return n_thin == 0 ? CSI_OK
                       : csi_audit_find(audit, CSI_GRAVITY_WATCH, "coverage", "",
                                        "at least 65 % of the data of each country (JRC rule of thumb)",
                                        "%zu of the %zu countries scored have data for less than 65 %% of the weight", n_thin,
                                        csi_audit_n_scored(audit));
}

csi_status csi_audit_indicators(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_framework *framework = audit->run->project->framework;
    csi_status status = CSI_OK;
    (void)diag;
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    for (size_t q = 0; q < framework->n_indicators && status == CSI_OK; q++) {
        const csi_node *node = csi_audit_node(audit, q);
        facts f;
        CSI_TRY(gather(audit, q, &f));
        csi_csv_text(csv, node->code);
        csi_csv_text(csv, csi_audit_node(audit, node->parent)->code);
        csi_csv_integer(csv, (int64_t)f.n_observed);
        csi_csv_integer(csv, (int64_t)f.n_present);
        csi_csv_number(csv, (double)f.n_present / (double)f.n_countries);
        csi_csv_number(csv, f.n_present > 0 ? 1 - (double)f.n_observed / (double)f.n_present : NAN);
        csi_csv_integer(csv, (int64_t)f.n_distinct);
        csi_csv_number(csv, f.tie_share);
        csi_csv_number(csv, f.skewness[0]);
        csi_csv_number(csv, f.kurtosis[0]);
        csi_csv_number(csv, f.skewness[1]);
        csi_csv_number(csv, f.kurtosis[1]);
        csi_csv_number(csv, f.n_present > 0 ? (double)f.n_clipped / (double)f.n_present : NAN);
        csi_csv_end_row(csv);
        CSI_TRY(judge(audit, node, &f));
    }
    CSI_TRY(judge_number(audit));
    CSI_TRY(judge_countries(audit));
out:
    return status;
}
