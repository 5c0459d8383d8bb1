/* importance.csv: what each node decides of its parent and of the index, beside the weight it was given, and how ranks move
 * without it. Nominal weights are not importance: that is what this table is for. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"

#define N_BOOTSTRAP 200
#define OUT_OF_LINE 2.0
#define UNSETTLING 0.05

static const char *const headings[] = {
    "code", "parent", "weight", "importance_parent_linear", "importance_parent", "importance_parent_q05",
    "importance_parent_q95", "importance_share", "importance_index_linear", "importance_index", "ranks_mean_change",
    "ranks_largest_change",
};

static double path_weight(const csi_audit *audit, size_t node)
{
    const csi_result *result = audit->run->result;
    double weight = 1;
    for (size_t at = node; csi_audit_node(audit, at)->parent != CSI_NONE; at = csi_audit_node(audit, at)->parent) {
        weight *= result->weight[at * result->scores->n_years + audit->year];
    }
    return weight;
}

static csi_status judge(csi_audit *audit, const csi_node *node, const char *parent, double weight, double share)
{
    if (share > OUT_OF_LINE * weight || share < weight / OUT_OF_LINE) {
        return csi_audit_find(audit, CSI_GRAVITY_WATCH, "importance", node->code,
                              "importance within a factor of two of the weight (Paruolo, Saisana & Saltelli 2013)",
                              "has %s %% of the weight in %s but %s %% of the importance",
                              csi_audit_number(audit, 100 * weight, 1), parent,
                              csi_audit_number(audit, 100 * share, 1));
    }
    return CSI_OK;
}

/* Importance of every child for its parent, and the sum over siblings. */
static csi_status measure(const csi_audit *audit, const csi_node *parent, size_t parent_at, csi_importance *s, double *sum)
{
    const size_t n = audit->run->result->scores->n_countries;
    csi_status status = CSI_OK;
    *sum = 0;
    for (size_t q = 0; q < parent->n_children && status == CSI_OK; q++) {
        status = csi_importance_of(csi_audit_column(audit, parent->child[q]), csi_audit_column(audit, parent_at), n,
                                   N_BOOTSTRAP, audit->run->context.seed, &s[q]);
        *sum += isnan(s[q].nonlinear) ? 0 : s[q].nonlinear;
    }
    return status;
}

static csi_status write_child(csi_audit *audit, csi_csv *csv, const csi_node *parent, size_t child,
                              const csi_importance *s, double sum, csi_diag *diag)
{
    const csi_run *run = audit->run;
    const csi_node *node = csi_audit_node(audit, child);
    const size_t root = run->project->framework->n_nodes - 1;
    const double weight = run->result->weight[child * run->result->scores->n_years + audit->year];
    csi_importance whole;
    double mean = NAN, largest = NAN;
    csi_status status;
    CSI_TRY(csi_importance_of(csi_audit_column(audit, child), csi_audit_column(audit, root),
                              run->result->scores->n_countries, 0, run->context.seed, &whole));
    CSI_TRY(csi_removal_effect(run->project->recipe, &run->context, run->result, audit->year, child, diag, &mean, &largest));
    csi_csv_text(csv, node->code);
    csi_csv_text(csv, parent->code);
    csi_csv_number(csv, path_weight(audit, child));
    csi_csv_number(csv, s->linear);
    csi_csv_number(csv, s->nonlinear);
    csi_csv_number(csv, s->low);
    csi_csv_number(csv, s->high);
    csi_csv_number(csv, sum > 0 ? s->nonlinear / sum : NAN);
    csi_csv_number(csv, whole.linear);
    csi_csv_number(csv, whole.nonlinear);
    csi_csv_number(csv, mean);
    csi_csv_number(csv, largest);
    csi_csv_end_row(csv);
    if (csi_audit_n_scored(audit) >= CSI_AUDIT_FEW && mean > UNSETTLING * (double)csi_audit_n_scored(audit)) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_WATCH, "removal", node->code,
                               "no one part should move ranks by more than 5 % of the countries (OECD/JRC Handbook, eq. 38; "
                               "the limit is ours)",
                               "without it ranks move by %s places on average and %s at most",
                               csi_audit_number(audit, mean, 1), csi_audit_number(audit, largest, 0)));
    }
    if (sum > 0 && parent->n_children > 1 && s->n >= CSI_AUDIT_FEW) {
        CSI_TRY(judge(audit, node, parent->code, weight, isnan(s->nonlinear) ? 0 : s->nonlinear / sum));
    }
out:
    return status;
}

csi_status csi_audit_importance(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_framework *framework = audit->run->project->framework;
    csi_importance *s = calloc(framework->n_nodes, sizeof *s);
    csi_status status = s == NULL ? CSI_ERR_MEMORY : CSI_OK;
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    for (size_t node = framework->n_indicators; node < framework->n_nodes && status == CSI_OK; node++) {
        const csi_node *parent = &framework->node[node];
        double sum = 0;
        status = measure(audit, parent, node, s, &sum);
        for (size_t q = 0; q < parent->n_children && status == CSI_OK; q++) {
            status = write_child(audit, csv, parent, parent->child[q], &s[q], sum, diag);
        }
    }
    free(s);
    return status;
}
