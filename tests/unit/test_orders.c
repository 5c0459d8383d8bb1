/* Orders and groups of countries at their edges, by hand: Kemeny's order, peers, tiers, clusters, ranks without one part. */
#include <math.h>

#include "metrics/coherence.h"
#include "metrics/outrank.h"
#include "metrics/peers.h"
#include "tests/support/coin.h"

Test(orders, peers_tiers_clusters)
{
    const double wealth[] = {1, 3, 2, NAN, 2}, flat[] = {4, 4, 4, 4, 4};
    const double *const covariate[] = {wealth, flat};
    csi_peer peer[5];
    size_t n;
    cr_expect_eq(csi_peers_find(covariate, 2, 5, 2, peer, &n), CSI_OK);
    cr_expect(n == 3 && peer[0].country == 4 && peer[0].distance == 0 && peer[1].country == 0 && peer[2].country == 1);
    NEAR(peer[1].distance, 1 / sqrt(2 / 3.0));
    NEAR(peer[2].distance, 1 / sqrt(2 / 3.0));
    cr_expect_eq(csi_peers_find(covariate, 2, 5, 3, peer, &n), CSI_OK);
    cr_expect_eq(n, 0);
    cr_expect_eq(csi_peers_find(covariate, 2, 1, 0, peer, &n), CSI_OK);
    cr_expect_eq(n, 0);
    const double score[] = {1, 20, 2, NAN, 10, 11}, nothing[] = {NAN, NAN}, same[] = {5, 5};
    static const int want[] = {3, 1, 3, 0, 2, 2};
    int tier[6];
    cr_expect_eq(csi_tiers(score, 6, 3, tier), CSI_OK);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(tier[i], want[i], "%zu: %d", i, tier[i]);
    }
    cr_expect_eq(csi_tiers(nothing, 2, 3, tier), CSI_OK);
    cr_expect(tier[0] == 0 && tier[1] == 0);
    cr_expect_eq(csi_tiers(same, 2, 3, tier), CSI_OK);
    cr_expect(tier[0] == 1 && tier[1] == 1);
    double row[] = {0, 1, 10, 11};
    const csi_columns columns = {4, 1, row};
    size_t group[4];
    double within;
    cr_expect_eq(csi_kmeans(&columns, 0, 3, 1, group, &within), CSI_ERR_DATA);
    cr_expect_eq(csi_kmeans(&columns, 5, 3, 1, group, &within), CSI_ERR_DATA);
    cr_expect_eq(csi_kmeans(&columns, 2, 3, 1, group, &within), CSI_OK);
    cr_expect(group[0] == 0 && group[1] == 0 && group[2] == 1 && group[3] == 1 && is_near(within, 1, 1e-12));
    cr_expect_eq(csi_kmeans(&columns, 4, 3, 1, group, &within), CSI_OK);
    cr_expect(group[3] == 3 && is_near(within, 0, 1e-12));
}

/* More than can be tried: still an order of all, of the agreement that is told, that no single move improves. */
Test(orders, kemeny_beyond_what_can_be_tried)
{
    enum { N = 18 };
    uint64_t state = 7;
    for (int trial = 0; trial < 20; trial++) {
        double e[N * N] = {0}, agreement = 0;
        size_t order[N];
        bool is_there[N] = {false};
        csi_kemeny_answer answer;
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k < i; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                e[i * N + k] = (double)(state >> 40) / (double)(1 << 24);
                e[k * N + i] = 1 - e[i * N + k];
            }
        }
        cr_assert_eq(csi_kemeny(e, N, order, &answer), CSI_OK);
        for (size_t i = 0; i < N; i++) {
            cr_assert(order[i] < N && !is_there[order[i]]);
            is_there[order[i]] = true;
            for (size_t k = i + 1; k < N; k++) {
                agreement += e[order[i] * N + order[k]];
            }
        }
        cr_expect(is_near(answer.agreement, agreement, 1e-9));
        for (size_t from = 0; from < N && !answer.is_exact; from++) {
            double down = 0, up = 0;
            for (size_t to = from + 1; to < N; to++) {
                down += e[order[to] * N + order[from]] - e[order[from] * N + order[to]];
                cr_expect(down <= 1e-9, "trial %d: %zu should move down to %zu", trial, from, to);
            }
            for (size_t to = from; to-- > 0;) {
                up += e[order[from] * N + order[to]] - e[order[to] * N + order[from]];
                cr_expect(up <= 1e-9, "trial %d: %zu should move up to %zu", trial, from, to);
            }
        }
    }
}

/* Ranks without one indicator: who has no score with or without it is not compared; the only one cannot go. */
Test(orders, removal)
{
    const double gap[] = {1, NAN, 2, 3, 3, 1}, late[] = {NAN, 1, 2, 3, 3, 1};
    const double alone[] = {1, 2, 3}, turned[] = {1, 9, 2, 4, 3, 1};
    double mean, largest;
    coin c = coin_make(2, 3, 1, gap, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0, "%g %g", mean, largest);
    coin_free(&c);
    c = coin_make(2, 3, 1, late, NULL);
    coin_must_run(&c, "- aggregate: {method: arithmetic, min_weight_share: 0.6}\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0, "%g %g", mean, largest);
    coin_free(&c);
    c = coin_make(1, 3, 1, alone, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 0, c.diag, &mean, &largest), CSI_OK);
    cr_expect(mean == 0 && largest == 0);
    coin_free(&c);
    c = coin_make(2, 3, 1, turned, NULL);
    coin_must_run(&c, "- aggregate: arithmetic\n");
    cr_expect_eq(csi_removal_effect(c.recipe, &c.context, c.result, 0, 1, c.diag, &mean, &largest), CSI_OK);
    cr_expect(is_near(mean, 4 / 3.0, 1e-12) && largest == 2, "%g %g", mean, largest);
    coin_free(&c);
}
