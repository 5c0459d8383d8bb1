/* correlations.csv: every pair on one level, and each node with its parent and the index, with n, p and a flag. */
#include <math.h>

#include "index/audit_table.h"
#include "metrics/sample.h"

#define REDUNDANT 0.9
#define WEAK 0.3
#define SIGNIFICANT 0.05

static const char *const headings[] = {"a", "b", "relation", "pearson", "spearman", "n", "p", "flag"};

static const char *relation_of(const csi_audit *audit, size_t a, size_t b)
{
    const csi_node *node = csi_audit_node(audit, a);
    const size_t root = audit->run->project->framework->n_nodes - 1;
    return node->parent == b ? "parent" : b == root ? "index" : node->parent == csi_audit_node(audit, b)->parent ? "within"
                                                                                                               : "across";
}

static csi_status judge_pair(csi_audit *audit, const char *a, const char *b, bool is_within, double r, double p)
{
    if (fabs(r) > REDUNDANT) {
        return csi_audit_find(audit, CSI_GRAVITY_WATCH, "redundancy", a, "|r| above 0.9 says the same thing twice (COINr, JRC)",
                              "correlates %s with %s", csi_audit_number(audit, r, 2), b);
    }
    if (is_within && r < 0 && p < SIGNIFICANT) {
        return csi_audit_find(audit, CSI_GRAVITY_WATCH, "correlation", a,
                              "indicators of one principle should not run against each other (OECD/JRC Handbook, step 4)",
                              "correlates %s with %s of the same principle", csi_audit_number(audit, r, 2), b);
    }
    return CSI_OK;
}

static csi_status judge_parent(csi_audit *audit, const char *child, const char *parent, double r)
{
    if (r < 0) {
        return csi_audit_find(audit, CSI_GRAVITY_SERIOUS, "correlation", child,
                              "a part must not run against the whole (OECD/JRC Handbook, step 4)",
                              "correlates %s with %s, of which it is part", csi_audit_number(audit, r, 2), parent);
    }
    if (r < WEAK) {
        return csi_audit_find(audit, CSI_GRAVITY_WATCH, "correlation", child,
                              "at least 0.3 with what it is part of (JRC practice)",
                              "correlates only %s with %s, of which it is part: it hardly counts there",
                              csi_audit_number(audit, r, 2), parent);
    }
    return CSI_OK;
}

static csi_status write_pair(csi_audit *audit, csi_csv *csv, size_t a, size_t b)
{
    const size_t n_countries = audit->run->result->scores->n_countries;
    const double *x = csi_audit_column(audit, a), *y = csi_audit_column(audit, b);
    const char *relation = relation_of(audit, a, b), *code_a = csi_audit_node(audit, a)->code;
    const char *code_b = csi_audit_node(audit, b)->code;
    size_t n = 0;
    double rho = NAN;
    const double r = csi_sample_correlation(x, y, n_countries, &n), p = csi_correlation_p(r, n);
    csi_status status = csi_associate(CSI_SPEARMAN, x, y, n_countries, &rho, NULL);
    const bool is_part = relation[0] == 'p' || relation[0] == 'i';
    const bool is_against = r < 0 && p < SIGNIFICANT;
    csi_csv_text(csv, code_a);
    csi_csv_text(csv, code_b);
    csi_csv_text(csv, relation);
    csi_csv_number(csv, r);
    csi_csv_number(csv, rho);
    csi_csv_integer(csv, (int64_t)n);
    csi_csv_number(csv, p);
    csi_csv_text(csv, fabs(r) > REDUNDANT && !is_part ? "redundant" : is_against ? "negative" : is_part && r < WEAK ? "weak" : "");
    csi_csv_end_row(csv);
    if (status == CSI_OK && n < CSI_AUDIT_FEW) {
        return CSI_OK;
    }
    if (status == CSI_OK && relation[0] == 'p') {
        status = judge_parent(audit, code_a, code_b, r);
    } else if (status == CSI_OK && !is_part) {
        status = judge_pair(audit, code_a, code_b, relation[0] == 'w', r, p);
    }
    return status;
}

csi_status csi_audit_correlations(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_framework *framework = audit->run->project->framework;
    const size_t root = framework->n_nodes - 1;
    csi_status status = CSI_OK;
    (void)diag;
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    for (size_t a = 0; a < root; a++) {
        for (size_t b = a + 1; b < root; b++) {
            if (framework->node[a].level == framework->node[b].level) {
                CSI_TRY(write_pair(audit, csv, a, b));
            }
        }
        CSI_TRY(write_pair(audit, csv, a, framework->node[a].parent));
        if (framework->node[a].parent != root) {
            CSI_TRY(write_pair(audit, csv, a, root));
        }
    }
out:
    return status;
}
