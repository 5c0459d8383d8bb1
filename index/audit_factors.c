/* reliability.csv, items.csv and components.csv: whether the children of each node measure one thing, and what they
 * have in common. */
#include <math.h>
#include <stdlib.h>

#include "index/audit_table.h"
#include "metrics/factor.h"

#define ENOUGH_ALPHA 0.7
#define ENOUGH_KMO 0.6
#define LEAST_ITEM_REST 0.2
#define N_NOISE 100

static const char *const reliability_headings[] = {"code", "n_children", "n_countries", "alpha", "alpha_standardised",
                                                   "kmo", "bartlett_chi2", "bartlett_df", "bartlett_p"};
static const char *const component_headings[] = {"node", "component", "eigenvalue", "share", "noise_95", "child",
                                                 "loading", "rotated_factor", "rotated_loading"};

static csi_status columns_of(const csi_audit *audit, size_t node, csi_columns *columns)
{
    return csi_columns_of_node(&audit->run->context, audit->run->result->scores, node, audit->year, 1, true, columns);
}

/* The headings, then the rows of every node that has children. */
static csi_status write_nodes(csi_audit *audit, csi_csv *csv, const char *const *heading, size_t n_headings,
                              csi_status (*write)(csi_audit *audit, csi_csv *csv, size_t node))
{
    const csi_framework *framework = audit->run->project->framework;
    csi_status status = CSI_OK;
    csi_audit_headings(csv, heading, n_headings);
    for (size_t node = framework->n_indicators; node < framework->n_nodes && status == CSI_OK; node++) {
        status = write(audit, csv, node);
    }
    return status;
}

static csi_status judge_reliability(csi_audit *audit, const csi_node *node, const csi_reliability *r, const csi_adequacy *a)
{
    csi_status status = CSI_OK;
    if (r->standardised < ENOUGH_ALPHA) {
        CSI_TRY(csi_audit_find(audit, r->standardised < 0 ? CSI_GRAVITY_SERIOUS : CSI_GRAVITY_WATCH, "reliability",
                               node->code, "Cronbach's alpha of at least 0.7 (OECD/JRC Handbook, p. 72)",
                               "alpha is %s over %zu children and %zu countries: they measure more than one thing",
                               csi_audit_number(audit, r->standardised, 2), node->n_children, r->n));
    }
    if (a->kmo < ENOUGH_KMO && node->n_children > 2) {
        CSI_TRY(csi_audit_find(audit, CSI_GRAVITY_NOTE, "reliability", node->code,
                               "Kaiser-Meyer-Olkin of at least 0.6 before factors are read (OECD/JRC Handbook, Box 5)",
                               "KMO is %s", csi_audit_number(audit, a->kmo, 2)));
    }
out:
    return status;
}

static csi_status write_reliability(csi_audit *audit, csi_csv *csv, size_t node)
{
    const csi_node *parent = csi_audit_node(audit, node);
    csi_columns columns = {0};
    csi_reliability r = {NAN, NAN, 0};
    csi_adequacy a = {NAN, NAN, NAN, NAN, false};
    double *matrix = calloc(parent->n_children * parent->n_children + 1, sizeof *matrix);
    csi_status status = matrix == NULL ? CSI_ERR_MEMORY : columns_of(audit, node, &columns);
    CSI_TRY(status);
    if (columns.n > columns.p && columns.p > 1) {
        CSI_TRY(csi_cronbach(&columns, &r, NULL, NULL));
        csi_correlation_matrix(&columns, matrix);
        CSI_TRY(csi_adequacy_of(matrix, columns.p, columns.n, &a, NULL));
    }
    csi_csv_text(csv, parent->code);
    csi_csv_integer(csv, (int64_t)parent->n_children);
    csi_csv_integer(csv, (int64_t)columns.n);
    csi_csv_number(csv, r.alpha);
    csi_csv_number(csv, r.standardised);
    csi_csv_number(csv, a.kmo);
    csi_csv_number(csv, isinf(a.chi2) ? NAN : a.chi2);
    csi_csv_number(csv, a.df);
    csi_csv_number(csv, a.p);
    csi_csv_end_row(csv);
    CSI_TRY(columns.n < CSI_AUDIT_FEW ? CSI_OK : judge_reliability(audit, parent, &r, &a));
out:
    csi_columns_free(&columns);
    free(matrix);
    return status;
}

csi_status csi_audit_reliability(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    (void)diag;
    return write_nodes(audit, csv, reliability_headings, sizeof reliability_headings / sizeof *reliability_headings, write_reliability);
}

static const char *const item_headings[] = {"code", "parent", "n_countries", "item_rest", "alpha_without", "msa"};

static csi_status judge_item(csi_audit *audit, const csi_node *node, const char *parent, double item_rest)
{
    return !(item_rest < LEAST_ITEM_REST)
               ? CSI_OK
               : csi_audit_find(audit, item_rest < 0 ? CSI_GRAVITY_SERIOUS : CSI_GRAVITY_WATCH, "reliability", node->code,
                                "at least 0.2 between a part and the sum of its siblings (OECD/JRC Handbook, p. 73)",
                                "correlates %s with the rest of %s", csi_audit_number(audit, item_rest, 2), parent);
}

/* Of each child: its correlation with the sum of its siblings, alpha without it, and its sampling adequacy. */
static csi_status write_items(csi_audit *audit, csi_csv *csv, size_t node)
{
    const csi_node *parent = csi_audit_node(audit, node);
    const size_t p = parent->n_children;
    csi_columns columns = {0};
    csi_reliability r;
    csi_adequacy a;
    double *work = calloc(p * p + 3 * p + 1, sizeof *work);
    csi_status status = work == NULL ? CSI_ERR_MEMORY : columns_of(audit, node, &columns);
    CSI_TRY(status);
    double *rest = work + p * p, *without = rest + p, *msa = without + p;
    const bool is_known = columns.n > columns.p && p > 1;
    if (is_known) {
        CSI_TRY(csi_cronbach(&columns, &r, rest, without));
        csi_correlation_matrix(&columns, work);
        CSI_TRY(csi_adequacy_of(work, p, columns.n, &a, msa));
    }
    for (size_t q = 0; q < p; q++) {
        csi_csv_text(csv, csi_audit_node(audit, parent->child[q])->code);
        csi_csv_text(csv, parent->code);
        csi_csv_integer(csv, (int64_t)columns.n);
        csi_csv_number(csv, is_known ? rest[q] : NAN);
        csi_csv_number(csv, is_known && p > 2 ? without[q] : NAN);
        csi_csv_number(csv, is_known ? msa[q] : NAN);
        csi_csv_end_row(csv);
        CSI_TRY(judge_item(audit, csi_audit_node(audit, parent->child[q]), parent->code,
                           is_known && columns.n >= CSI_AUDIT_FEW ? rest[q] : NAN));
    }
out:
    csi_columns_free(&columns);
    free(work);
    return status;
}

csi_status csi_audit_items(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    (void)diag;
    return write_nodes(audit, csv, item_headings, sizeof item_headings / sizeof *item_headings, write_items);
}

/* The matrices of one node's components. */
typedef struct components {
    size_t p, n_factors;
    double *matrix, *value, *vector, *loading, *rotated, *noise;
} components;

static csi_status analyse(const csi_columns *columns, uint64_t seed, components *c)
{
    const size_t p = c->p = columns->p;
    c->matrix = calloc(p * p + 1, sizeof(double));
    c->value = calloc(p + 1, sizeof(double));
    c->vector = calloc(p * p + 1, sizeof(double));
    c->loading = calloc(p * p + 1, sizeof(double));
    c->rotated = calloc(p * p + 1, sizeof(double));
    c->noise = calloc(p + 1, sizeof(double));
    csi_status status = c->matrix && c->value && c->vector && c->loading && c->rotated && c->noise ? CSI_OK : CSI_ERR_MEMORY;
    CSI_TRY(status);
    csi_correlation_matrix(columns, c->matrix);
    CSI_TRY(csi_eigen(c->matrix, p, c->value, c->vector));
    csi_loadings(c->value, c->vector, p, p, c->loading);
    c->n_factors = csi_factor_count(c->value, p, 1, 0.1, 0.6);
    csi_loadings(c->value, c->vector, p, c->n_factors, c->rotated);
    CSI_TRY(csi_varimax(c->rotated, p, c->n_factors));
    CSI_TRY(csi_parallel_analysis(columns->n, p, N_NOISE, seed, c->noise));
out:
    return status;
}

static void write_components(const csi_audit *audit, csi_csv *csv, size_t node, const components *c)
{
    const csi_node *parent = csi_audit_node(audit, node);
    for (size_t k = 0; k < c->p; k++) {
        for (size_t q = 0; q < c->p; q++) {
            csi_csv_text(csv, parent->code);
            csi_csv_integer(csv, (int64_t)k + 1);
            csi_csv_number(csv, c->value[k]);
            csi_csv_number(csv, c->value[k] / (double)c->p);
            csi_csv_number(csv, c->noise[k]);
            csi_csv_text(csv, csi_audit_node(audit, parent->child[q])->code);
            csi_csv_number(csv, c->loading[q * c->p + k]);
            csi_csv_count(csv, k < c->n_factors ? (int64_t)k + 1 : 0);
            csi_csv_number(csv, k < c->n_factors ? c->rotated[q * c->n_factors + k] : NAN);
            csi_csv_end_row(csv);
        }
    }
}

static csi_status judge_components(csi_audit *audit, const csi_node *node, const components *c)
{
    size_t n_real = 0;
    while (n_real < c->p && c->value[n_real] > c->noise[n_real]) {
        n_real++;
    }
    return n_real <= 1 ? CSI_OK
                       : csi_audit_find(audit, CSI_GRAVITY_NOTE, "dimensions", node->code,
                                        "one score supposes one dimension (parallel analysis, Horn 1965)",
                                        "%zu components stand out from noise; the first explains %s %%", n_real,
                                        csi_audit_number(audit, 100 * c->value[0] / (double)c->p, 0));
}

static csi_status write_components_of(csi_audit *audit, csi_csv *csv, size_t node)
{
    csi_columns columns = {0};
    components c = {0};
    csi_status status;
    CSI_TRY(columns_of(audit, node, &columns));
    if (columns.n > columns.p + 2 && columns.p > 1) {
        CSI_TRY(analyse(&columns, audit->run->context.seed, &c));
        write_components(audit, csv, node, &c);
        status = judge_components(audit, csi_audit_node(audit, node), &c);
    }
out:
    csi_columns_free(&columns);
    free(c.matrix);
    free(c.value);
    free(c.vector);
    free(c.loading);
    free(c.rotated);
    free(c.noise);
    return status;
}

csi_status csi_audit_components(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    (void)diag;
    return write_nodes(audit, csv, component_headings, sizeof component_headings / sizeof *component_headings,
                       write_components_of);
}
