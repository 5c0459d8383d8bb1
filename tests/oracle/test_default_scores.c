/* The default index from its data to its scores, through metrics/ alone.
 *
 * Two sets of check values: those that came with the framework (CHE 87.654958 ...) hold for values taken as they are,
 * as index.yaml does; with each indicator's own logarithm, as index-log.yaml does, an independent recomputation (pandas)
 * gives the second set. Both are pinned here, so that neither can move unseen. */
#include <math.h>
#include <stdlib.h>

#include "tests/support/coin.h"

#define STEPS(treatment)                                                                                           \
    "- impute: {method: linear}\n"                                                                                 \
    "- impute: {method: carry, limit: framework}\n"                                                                \
    "- treat: " treatment "\n"                                                                                     \
    "- normalise: {method: minmax, goalposts: framework, range: [1, 100], clip: true}\n"                           \
    "- aggregate:\n"                                                                                               \
    "    - {level: 2, method: arithmetic, min_weight_share: 0.5}\n"                                                \
    "    - {level: 3, method: geometric, min_children: 6}\n"

static coin default_index(const char *steps)
{
    const table meta = table_read(shared_data_path("paris-call/framework.csv"));
    const table data = table_read(shared_data_path("paris-call/indicators.csv"));
    coin c = coin_read_long(&meta, &data, 2011, 2014, 2023);
    coin_must_run(&c, steps);
    return c;
}

static double mean_score(const coin *c, size_t year, size_t *n)
{
    const double *score = csi_panel_column(c->result->scores, c->framework->n_nodes - 1, year);
    double sum = 0;
    *n = 0;
    for (size_t i = 0; i < c->countries.n; i++) {
        sum += isnan(score[i]) ? 0 : score[i];
        *n += isnan(score[i]) ? 0 : 1;
    }
    return sum / (double)*n;
}

static const struct {
    const char *steps;
    double mean_2022, mean_2014;
    struct {
        const char *iso3;
        double score;
        int rank;
    } country[4];
} checks[] = {
    {STEPS("none"), 44.145890, 37.506087,
     {{"CHE", 87.654958, 1}, {"USA", 85.857124, 2}, {"NLD", 84.958529, 3}, {"PRK", 7.614395, 196}}},
    {STEPS("transform"), 47.362905, 40.417902,
     {{"CHE", 90.800883, 1}, {"DEU", 89.588594, 2}, {"NLD", 89.514144, 3}, {"PRK", 9.001179, 196}}},
};

static void check(const coin *c, size_t set)
{
    const char *root = c->framework->node[c->framework->n_nodes - 1].code;
    int *rank = calloc(c->countries.n, sizeof *rank);
    size_t *work = calloc(c->countries.n, sizeof *work), n;
    const double *score = csi_panel_column(c->result->scores, c->framework->n_nodes - 1, 8);
    cr_expect_eq(csi_rank_column(score, c->countries.n, rank, work), 196);
    for (size_t i = 0; i < 4; i++) {
        const char *iso3 = checks[set].country[i].iso3;
        cr_expect_float_eq(coin_score(c, root, 8, iso3), checks[set].country[i].score, 1e-6);
        cr_expect_eq(rank[csi_countries_find(&c->countries, iso3)], checks[set].country[i].rank);
    }
    cr_expect_float_eq(mean_score(c, 8, &n), checks[set].mean_2022, 1e-6);
    cr_expect_eq(n, 196);
    cr_expect_float_eq(mean_score(c, 0, &n), checks[set].mean_2014, 1e-6);
    cr_expect_eq(n, 188);
    free(rank);
    free(work);
}

Test(default_scores, check_values)
{
    for (size_t set = 0; set < 2; set++) {
        coin c = default_index(checks[set].steps);
        check(&c, set);
        coin_free(&c);
    }
}

/* Contributions add up to the score, at every node of every country and year. */
Test(default_scores, contributions_add_up)
{
    coin c = default_index(STEPS("transform"));
    double weight[64], contribution[64];
    size_t n_checked = 0;
    for (size_t node = c.framework->n_indicators; node < c.framework->n_nodes; node++) {
        for (size_t year = 0; year < c.result->scores->n_years; year++) {
            for (size_t i = 0; i < c.countries.n; i++) {
                const double score = csi_panel_get(c.result->scores, node, year, i);
                double sum = 0, weights = 0;
                csi_contributions(c.recipe, c.result, c.framework, node, year, i, weight, contribution);
                for (size_t q = 0; q < c.framework->node[node].n_children; q++) {
                    sum += isnan(contribution[q]) ? 0 : contribution[q];
                    weights += isnan(weight[q]) ? 0 : weight[q];
                }
                n_checked += isnan(score) ? 0 : 1;
                cr_assert(isnan(score) || (is_near(sum, score, 1e-10) && is_near(weights, 1, 1e-12)));
            }
        }
    }
    cr_expect_gt(n_checked, 15000);
    coin_free(&c);
}

/* Shares lie in 0..1, and a score stands on at least the coverage that its thresholds ask for. */
Test(default_scores, coverage_and_imputed_share)
{
    coin c = default_index(STEPS("transform"));
    const csi_panel *scores = c.result->scores;
    const size_t n = scores->n_series * scores->n_years * scores->n_countries;
    for (size_t i = 0; i < n; i++) {
        cr_assert(c.result->coverage[i] >= 0 && c.result->coverage[i] <= 1);
        cr_assert(isnan(c.result->imputed_share[i]) == (c.result->coverage[i] == 0));
    }
    const size_t root = csi_panel_at(scores, c.framework->n_nodes - 1, 0, 0);
    for (size_t i = root; i < n; i++) {
        cr_assert(isnan(scores->value[i]) || c.result->coverage[i] >= 6.0 / 9 * 0.5 - 1e-9);
    }
    cr_expect_gt(c.result->n_clipped, 0);
    coin_free(&c);
}
