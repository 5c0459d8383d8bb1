/* What tallies tell beyond their quantiles: standard deviations, shares of ranks, how far ranks move.
 *
 * The standard deviation comes from the integer sums of the scores and of the squares of their places, not from the bins.
 * Both are cut off to units, on average by half a unit, which is put back. By hand: scores 10 and 14 between the
 * ends 0 and 100 have the places 0.1 and 0.14, their mean square 0.0148, their mean 0.12: sd 100 sqrt(0.0004) = 2.
 * Edges: a certain score has sd 0, no score none. */
#include "metrics/ensemble_tally.h"

#include <math.h>
#include <stdlib.h>

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
    const double scale = csi_tallies_scale(&tally->shape);
    const double mean = ((double)cell->sum / (double)n + 0.5) / CSI_TALLY_FIXED;
    const double place = (mean - tally->shape.low) * scale;
    const double variance = ((double)cell->square / (double)n + 0.5) / CSI_TALLY_SQUARE - place * place;
    return variance > 0.0 && scale > 0.0 ? sqrt(variance) / scale : 0.0;
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
