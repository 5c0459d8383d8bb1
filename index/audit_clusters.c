/* clusters.csv: countries that are alike in the parts of the index, and tiers of the index itself. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"
#include "metrics/sample.h"

#define N_CLUSTERS 4
#define N_STARTS 100
#define N_TIERS 5

static const char *const headings[] = {"iso3", "score", "tier", "kmeans_group", "ward_group", "single_group"};

/* Standardised parts of the index of the countries that have all; country[i] is the row's. */
static csi_status gather(const csi_audit *audit, csi_columns *columns, size_t *country)
{
    const csi_node *root = csi_audit_node(audit, audit->run->project->framework->n_nodes - 1);
    const size_t n_countries = audit->run->result->scores->n_countries, p = root->n_children;
    *columns = (csi_columns){0, p, calloc((n_countries + 1) * (p + 1), sizeof(double))};
    if (columns->value == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t c = 0; c < n_countries; c++) {
        bool is_complete = true;
        for (size_t q = 0; q < p; q++) {
            const double *column = csi_audit_column(audit, root->child[q]);
            const double sd = csi_sample_sd(column, n_countries), mean = csi_sample_mean(column, n_countries);
            columns->value[columns->n * p + q] = sd > 0 ? (column[c] - mean) / sd : 0;
            is_complete = is_complete && !isnan(column[c]);
        }
        country[columns->n] = c;
        columns->n += is_complete;
    }
    return CSI_OK;
}

/* Cuts the tree into k groups. */
static csi_status cut(const csi_columns *columns, csi_linkage linkage, size_t k, size_t *group)
{
    csi_merge *merge = calloc(columns->n + 1, sizeof *merge);
    csi_status status = merge == NULL ? CSI_ERR_MEMORY : csi_agglomerate(columns, linkage, merge);
    if (status == CSI_OK) {
        csi_cut_tree(merge, columns->n, merge[columns->n - k].height, group);
    }
    free(merge);
    return status;
}

csi_status csi_audit_clusters(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    const csi_run *run = audit->run;
    const size_t n = run->result->scores->n_countries, root = run->project->framework->n_nodes - 1;
    size_t *country = calloc(n + 1, sizeof *country), *group = calloc(3 * n + 3, sizeof *group);
    int *tier = calloc(n + 1, sizeof *tier);
    csi_columns columns = {0};
    double within;
    csi_status status = country && group && tier ? CSI_OK : CSI_ERR_MEMORY;
    (void)diag;
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    CSI_TRY(status);
    CSI_TRY(gather(audit, &columns, country));
    CSI_TRY(csi_tiers(csi_audit_column(audit, root), n, N_TIERS, tier));
    if (columns.n > N_CLUSTERS) {
        CSI_TRY(csi_kmeans(&columns, N_CLUSTERS, N_STARTS, run->context.seed, group, &within));
        CSI_TRY(cut(&columns, CSI_WARD, N_CLUSTERS, group + n + 1));
        CSI_TRY(cut(&columns, CSI_SINGLE, N_CLUSTERS, group + 2 * n + 2));
    }
    for (size_t c = 0, row = 0; c < n; c++) {
        const bool is_complete = row < columns.n && country[row] == c;
        csi_csv_text(csv, run->raw->countries.country[c].iso3);
        csi_csv_number(csv, csi_audit_column(audit, root)[c]);
        csi_csv_count(csv, tier[c]);
        for (size_t way = 0; way < 3; way++) {
            csi_csv_count(csv, is_complete && columns.n > N_CLUSTERS ? (int64_t)group[way * (n + 1) + row] + 1 : 0);
        }
        csi_csv_end_row(csv);
        row += is_complete;
    }
out:
    csi_columns_free(&columns);
    free(country);
    free(group);
    free(tier);
    return status;
}
