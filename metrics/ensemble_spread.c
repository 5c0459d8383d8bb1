/* What tallies tell beyond their quantiles: standard deviations, shares of ranks, how far ranks move.
 *
 * The standard deviation comes from integer moments of the 16-bit keys that ranks are made by, not of the bins: a key is
 * 1 / 65472 of the range of scores, so that rounding to keys adds a variance of key^2 / 12, which is taken off again
 * (Sheppard 1898, Proceedings of the London Mathematical Society 29:353-380). By hand: keys 10 and 14, n = 2, have the
 * mean square 148 and the mean 12: variance 4 - 1/12. Edges: a certain score has sd 0, no score none. */
#include "metrics/ensemble_tally.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/ensemble_rank.h"

double csi_tallies_score_sd(const csi_tallies *tally, size_t node, size_t year, size_t country)
{
    const csi_tallies_cell *cell = &tally->cell[csi_tallies_at(tally, node, year, country)];
    const uint64_t n = csi_tallies_count(tally, node, year, country);
    if (n == 0) {
        return (double)NAN;
    }
    if (!(cell->least < cell->most)) {
        return 0.0;
    }
    const double width = (tally->shape.high - tally->shape.low) / (double)(INT16_MAX - CSI_KEY_FIRST + 1);
    const double mean = (double)cell->key_sum / (double)n;
    const double variance = (double)cell->key_square / (double)n - mean * mean - 1.0 / 12.0;
    return variance > 0.0 ? width * sqrt(variance) : 0.0;
}

uint64_t csi_tallies_rank_count(const csi_tallies *tally, size_t node, size_t year, size_t country, size_t k)
{
    const uint32_t *bin = tally->rank_bin + csi_tallies_at(tally, node, year, country) * tally->n_rank_bins;
    const size_t last = k / tally->ranks_per_bin;
    uint64_t n = 0;
    for (size_t i = 1; i <= last && i < tally->n_rank_bins; i++) {
        n += bin[i];
    }
    return n;
}

void csi_tallies_rank_shift(const csi_tallies *tally, size_t node, size_t year, const int *nominal, uint64_t *sum,
                            uint64_t *n)
{
    for (size_t country = 0; country < tally->shape.n_countries; country++) {
        const uint32_t *bin = tally->rank_bin + csi_tallies_at(tally, node, year, country) * tally->n_rank_bins;
        for (size_t i = 1; i < tally->n_rank_bins && nominal[country] > 0; i++) {
            const int64_t rank = (int64_t)(i * tally->ranks_per_bin - tally->ranks_per_bin / 2);
            *sum += bin[i] * (uint64_t)llabs(rank - nominal[country]);
            *n += bin[i];
        }
    }
}
