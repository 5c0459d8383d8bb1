/* Rank sets and convergence, by hand and against a plain recomputation. */
#include "tests/support/support.h"

#include <math.h>

#include "metrics/peers.h"
#include "metrics/rank_sets.h"

Test(spread, rank_sets_by_hand)
{
    const double far[] = {10, 5, 0}, near[] = {10, 9, 0, NAN, 9.5}, exact[] = {3, 3, 1};
    const double one[] = {1, 1, 1, 1, 1}, none[] = {0, 0, 0};
    int low[5], high[5];
    csi_rank_sets(far, one, 3, 0.9, low, high);
    for (int c = 0; c < 3; c++) {
        cr_expect(low[c] == c + 1 && high[c] == c + 1);
    }
    csi_rank_sets(near, one, 5, 0.9, low, high);
    for (int c = 0; c < 5; c++) {
        const int expected_low[] = {1, 1, 4, 0, 1}, expected_high[] = {3, 3, 4, 0, 3};
        cr_expect(low[c] == expected_low[c] && high[c] == expected_high[c], "%d: %d to %d", c, low[c], high[c]);
    }
    csi_rank_sets(exact, none, 3, 0.9, low, high);
    cr_expect(low[0] == 1 && high[0] == 2 && low[1] == 1 && high[1] == 2 && low[2] == 3 && high[2] == 3);
}

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

/* With estimates drawn around known truths the sets must hold all true ranks at once nine times in ten or more. */
Test(spread, rank_sets_hold_the_true_ranks_together)
{
    enum { COUNTRIES = 20, TRIALS = 2000 };
    uint64_t state = 99;
    int n_held = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double truth[COUNTRIES], estimate[COUNTRIES], error[COUNTRIES];
        int low[COUNTRIES], high[COUNTRIES];
        for (int c = 0; c < COUNTRIES; c++) {
            truth[c] = 10 * uniform(&state);
            error[c] = 0.2 + uniform(&state);
            estimate[c] = truth[c] + error[c] * sqrt(-2 * log(uniform(&state))) * cos(6.283185307179586 * uniform(&state));
        }
        csi_rank_sets(estimate, error, COUNTRIES, 0.9, low, high);
        int held = 1;
        for (int c = 0; c < COUNTRIES; c++) {
            int rank = 1;
            for (int k = 0; k < COUNTRIES; k++) {
                rank += truth[k] > truth[c];
            }
            held = held && low[c] <= rank && rank <= high[c];
        }
        n_held += held;
    }
    cr_expect(n_held >= 1790, "%d of %d", n_held, TRIALS);
}

Test(spread, convergence_by_hand)
{
    const double before[] = {1, 2, NAN, 3, 4}, after[] = {2, 2.5, 9, 3, 3.5};
    csi_convergence found;
    csi_convergence_test(before, after, 5, 1, &found);
    cr_expect(found.n == 4 && is_near(found.sd_before, sqrt(5.0 / 3), 1e-14) && is_near(found.sd_after, sqrt(5.0 / 12), 1e-14));
    cr_expect(is_near(found.beta, -0.5, 1e-14) && is_near(found.half_life, 1, 1e-12));
    csi_convergence_test(before, before, 5, 1, &found);
    cr_expect(found.p == 1 && found.beta == 0 && isnan(found.half_life));
    csi_convergence_test(before, after, 2, 1, &found);
    cr_expect(found.n == 2 && isnan(found.p) && isnan(found.beta));
}

/* Figures from scipy 1.10: pearsonr of sums and differences, linregress of the change on the start. */
Test(spread, convergence_against_scipy)
{
    const double before[] = {12, 35, 48, 51, 66, 79, 83, 90}, after[] = {25, 41, 50, 49, 70, 77, 86, 88};
    csi_convergence found;
    csi_convergence_test(before, after, 8, 5, &found);
    cr_expect(is_near(found.t, -2.614800699433355, 1e-9), "%.12f", found.t);
    cr_expect(is_near(found.p, 0.03986302265563736, 1e-11), "%.14f", found.p);
    cr_expect(is_near(found.beta, -0.14975747776879547, 1e-12) && is_near(found.beta_error, 0.050104212662812224, 1e-12));
    cr_expect(is_near(found.beta_p, 0.02435417860779843, 1e-11), "%.14f", found.beta_p);
}

Test(spread, peers_by_hand)
{
    const double size[] = {1, 2, 4, NAN}, same[] = {7, 7, 7, 7};
    const double *const covariate[] = {size, same};
    csi_peer peer[4];
    size_t n;
    cr_assert(csi_peers_find(covariate, 2, 4, 1, peer, &n) == CSI_OK);
    cr_expect(n == 2 && peer[0].country == 0 && peer[1].country == 2);
    cr_expect(is_near(peer[0].distance, 0.6546536707, 1e-9) && is_near(peer[1].distance, 1.3093073414, 1e-9));
    cr_assert(csi_peers_find(covariate, 2, 4, 3, peer, &n) == CSI_OK);
    cr_expect(n == 0, "a country that is not known has no peers");
}

Test(spread, rank_groups_by_hand)
{
    const double estimate[] = {0, 10, 9.5, NAN, 6, 5.5}, error[] = {1, 1, 1, 1, 0.1, 0.1}, none[6] = {0};
    const int expected[] = {4, 1, 1, 0, 2, 3}, exact[] = {5, 1, 2, 0, 3, 4};
    int group[6];
    size_t work[6];
    csi_rank_groups(estimate, error, 6, 0.5, group, work); /* half widths 1.516 and 0.152 */
    for (int c = 0; c < 6; c++) {
        cr_expect(group[c] == expected[c], "%d: group %d", c, group[c]);
    }
    csi_rank_groups(estimate, none, 6, 0.9, group, work);
    for (int c = 0; c < 6; c++) {
        cr_expect(group[c] == exact[c], "%d: group %d", c, group[c]);
    }
}
