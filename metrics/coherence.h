/* Coherence: does the data's own structure bear out the framework? The statistics of an audit, as functions of columns.
 *
 * Every function here works on a csi_columns (rows are countries) and allocates nothing that outlives it; matrices are
 * row-major and filled by the caller's storage. Undefined is NaN. */
#ifndef CSI_METRICS_COHERENCE_H
#define CSI_METRICS_COHERENCE_H

#include "metrics/column.h"
#include "metrics/pipeline.h"

/* --- association ------------------------------------------------------------------------------------------------- */

typedef enum csi_association { CSI_PEARSON, CSI_SPEARMAN, CSI_KENDALL } csi_association;

/* The coefficient over the rows where both are present (ranks with ties averaged; Kendall's tau-b). */
CSI_MUST_USE csi_status csi_associate(csi_association kind, const double *x, const double *y, size_t n, double *r,
                                      size_t *n_pairs);

/* Two-sided p of a product-moment correlation over n pairs (t with n - 2); NaN below 3. */
double csi_correlation_p(double r, size_t n);

/* --- reliability ------------------------------------------------------------------------------------------------- */

/* Cronbach's alpha over the rows that are complete: of the columns as they are, and of the standardised ones; and for
 * each column its correlation with the sum of the others and alpha without it (both on standardised columns). Either
 * array may be NULL. OECD/JRC Handbook (2008), eq. (18), p. 72. */
typedef struct csi_reliability {
    double alpha, standardised;
    size_t n;
} csi_reliability;
CSI_MUST_USE csi_status csi_cronbach(const csi_columns *columns, csi_reliability *answer, double *item_rest,
                                     double *without);

/* --- adequacy for factors ---------------------------------------------------------------------------------------- */

/* Kaiser-Meyer-Olkin measure (overall, and each column's into msa[p]) and Bartlett's test of sphericity, of a p x p
 * correlation matrix from n rows. A singular matrix is inverted within its range, and is_singular is set; chi2 is then
 * infinite. */
typedef struct csi_adequacy {
    double kmo, chi2, df, p;
    bool is_singular;
} csi_adequacy;
CSI_MUST_USE csi_status csi_adequacy_of(const double *r, size_t p, size_t n, csi_adequacy *answer, double *msa);

/* Parallel analysis (Horn 1965): the 95th percentile of each eigenvalue of n x p standard normal noise over n_draws. */
CSI_MUST_USE csi_status csi_parallel_analysis(size_t n, size_t p, size_t n_draws, uint64_t seed, double *limit);

/* --- importance -------------------------------------------------------------------------------------------------- */

/* What x decides of y: var E(y|x) / var y (Pearson's correlation ratio; Paruolo, Saisana & Saltelli 2013). Linear: r^2.
 * Nonlinear: a penalised cubic spline by generalised cross-validation; group means where x has at most five values; the
 * linear one below 20 rows. `low` and `high` are the 5 % and 95 % quantiles over n_bootstrap resamplings of rows (0: NaN),
 * keyed by seed. */
typedef struct csi_importance {
    double linear, nonlinear, low, high;
    size_t n;
} csi_importance;
CSI_MUST_USE csi_status csi_importance_of(const double *x, const double *y, size_t n, size_t n_bootstrap, uint64_t seed,
                                          csi_importance *answer);

/* Ranks without one node: for the scored year `year` (index), the mean absolute change of rank on the root over the
 * countries ranked both ways; weights of its siblings take its place (of its parent's siblings, when it is alone). */
CSI_MUST_USE csi_status csi_removal_effect(const csi_recipe *recipe, const csi_context *context, const csi_result *result,
                                           size_t year, size_t node, csi_diag *diag, double *mean_change,
                                           double *largest_change);

/* --- clusters ---------------------------------------------------------------------------------------------------- */

/* Agglomerative clustering of complete rows by squared Euclidean distance. merge[k] joins clusters a < b at `height`
 * (single: distance; Ward: twice the growth of the sum of squares, as ward.D2 squared); n - 1 merges. Clusters are named
 * by their first row. */
typedef enum csi_linkage { CSI_SINGLE, CSI_WARD } csi_linkage;
typedef struct csi_merge {
    size_t a, b;
    double height;
} csi_merge;
CSI_MUST_USE csi_status csi_agglomerate(const csi_columns *columns, csi_linkage linkage, csi_merge *merge);

/* Groups 0.. by cutting the tree below `height`; returns how many. */
size_t csi_cut_tree(const csi_merge *merge, size_t n, double height, size_t *group);

/* k-means (Lloyd from k-means++ starts, then single moves), the best of n_starts, keyed by seed; within is its sum of
 * squares. Groups are numbered by their first row. */
CSI_MUST_USE csi_status csi_kmeans(const csi_columns *columns, size_t k, size_t n_starts, uint64_t seed, size_t *group,
                                   double *within);

/* --- imputation held against what is known ------------------------------------------------------------------------ */

/* Hides `share` of the observed cells of the indicators in scored years, runs the imputing steps (of the recipe, or
 * those given), and compares. By indicator and, in the last place, overall on standardised values:
 * n cells hidden, n_filled of them filled; r2, rmse, mae and Willmott's d over those. OECD/JRC Handbook (2008), Box 4. */
typedef struct csi_validation {
    size_t n, n_filled;
    double r2, rmse, mae, willmott;
} csi_validation;
CSI_MUST_USE csi_status csi_validate_steps(const csi_step *step, size_t n_steps, const csi_context *context,
                                           const csi_panel *raw, double share, csi_diag *diag, csi_validation *answer);
CSI_MUST_USE csi_status csi_validate_imputation(const csi_recipe *recipe, const csi_context *context,
                                                const csi_panel *raw, double share, csi_diag *diag,
                                                csi_validation *answer);

/* --- groups, strengths, tiers -------------------------------------------------------------------------------------- */

/* Competition ranks within each group of a grouping (index in countries); 0 where the value or the group is missing. */
CSI_MUST_USE csi_status csi_rank_in_groups(const csi_countries *countries, size_t grouping, const double *value,
                                           int *rank);

/* A country's strongest (or weakest) indicators in a year: by rank among all countries (ties by the order of the
 * framework). Fills at most n entries, returns how many. An indicator with fewer than `least_distinct` values says
 * nothing and is passed over (0: none is), and so is one in which more than half of the countries share its value. */
typedef struct csi_standing {
    size_t indicator;
    int rank;
    size_t n_ranked;
} csi_standing;
CSI_MUST_USE csi_status csi_standings(const csi_panel *scores, size_t n_indicators, size_t year, size_t country,
                                      bool is_weakest, size_t least_distinct, csi_standing *standing, size_t *n);

/* Tiers 1.. (1 best) with the smallest within-tier sum of squares of the scores: natural breaks (Fisher 1958, exact by
 * dynamic programming). 0 for missing. Fewer distinct values than tiers make fewer tiers. */
CSI_MUST_USE csi_status csi_tiers(const double *score, size_t n, size_t n_tiers, int *tier);

#endif
