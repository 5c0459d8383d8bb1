/* The fast ranks against the plain ones, over columns with ties, gaps, neighbours in the last place, and many lengths. */
#include "metrics/ensemble_rank.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/pipeline.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

#define ROOM 1312 /* whole groups of draws */

typedef void (*maker)(double *score, size_t n, uint64_t seed);

static void draw(double *score, uint64_t seed)
{
    const csi_stream stream = {seed, 1, 1};
    csi_draw_normals(&stream, 0, ROOM, score);
}

static void smooth(double *score, size_t n, uint64_t seed)
{
    (void)n;
    draw(score, seed);
}

static void tied(double *score, size_t n, uint64_t seed)
{
    draw(score, seed);
    for (size_t i = 0; i < n; i++) {
        score[i] = floor(score[i] * 3.0);
    }
}

static void gaps(double *score, size_t n, uint64_t seed)
{
    draw(score, seed);
    for (size_t i = 0; i < n; i++) {
        score[i] = score[i] > 0.5 ? NAN : score[i];
    }
}

static void one_ulp(double *score, size_t n, uint64_t seed)
{
    draw(score, seed);
    for (size_t i = 0; i < n; i++) {
        score[i] = score[i] > 0.0 ? 1.0 : score[i] > -1.0 ? nextafter(1.0, 2.0) : nextafter(1.0, 0.0);
    }
}

static void constant(double *score, size_t n, uint64_t seed)
{
    (void)seed;
    for (size_t i = 0; i < n; i++) {
        score[i] = 42.0;
    }
}

static void none(double *score, size_t n, uint64_t seed)
{
    (void)seed;
    for (size_t i = 0; i < n; i++) {
        score[i] = NAN;
    }
}

static void outliers(double *score, size_t n, uint64_t seed)
{
    draw(score, seed);
    score[n / 2] = 1e300;
    score[0] = -1e300;
}

static void expect_plain(const double *score, size_t n, double low, double high, const uint16_t *rank, const uint16_t *bin,
                         int *plain, size_t *work)
{
    csi_rank_column(score, n, plain, work);
    size_t n_wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const double place = (score[i] - low) / (high - low) * CSI_RANK_BINS;
        const double held = place < 0.0 ? 0.0 : place > CSI_RANK_BINS - 0.5 ? CSI_RANK_BINS - 0.5 : place;
        const uint16_t own = bin[i * CSI_ABREAST];
        n_wrong += rank[i * CSI_ABREAST] != plain[i];
        n_wrong += isnan(score[i]) ? own != 0 : fabs(own - 0.5 - held) > 0.5 + 1e-3;
        n_wrong += !isnan(score[i]) && own != csi_rank_bin_of(score[i], low, high);
    }
    cr_expect(n_wrong == 0, "n = %zu: %zu wrong", n, n_wrong);
}

/* Every other column is of the kind asked for, the rest smooth; fewer than all columns, shorter ones than the longest. */
Test(ensemble_rank, as_the_plain_ranks)
{
    static const maker makers[] = {smooth, tied, gaps, one_ulp, constant, none, outliers};
    static const size_t sizes[] = {1, 2, 7, 31, 32, 33, 195, 196, 208, 209, 256, 257, 300, 640, 1300};
    double *score = malloc(CSI_ABREAST * ROOM * sizeof *score);
    double *side_by_side = malloc(CSI_ABREAST * ROOM * sizeof *side_by_side);
    uint16_t *rank = malloc(CSI_ABREAST * ROOM * sizeof *rank), *bin = malloc(CSI_ABREAST * ROOM * sizeof *bin);
    int *plain = malloc(ROOM * sizeof *plain);
    size_t *work = malloc(ROOM * sizeof *work);
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (uint64_t seed = 0; seed < 6; seed++) {
                const size_t n = sizes[s], n_columns = 1 + (size_t)(3 * seed) % CSI_ABREAST;
                /* any range will do: a wide one, a narrow one, one beside the scores */
                const double low = seed % 3 == 0 ? -5.0 : seed % 3 == 1 ? -0.1 : 7.0, high = seed % 3 == 1 ? 0.1 : 8.0;
                csi_ranker *ranker = NULL;
                cr_assert(csi_ranker_new(n + seed, low, high, &ranker) == CSI_OK);
                for (size_t k = 0; k < n_columns; k++) {
                    makers[k % 2 == 0 ? m : 0](score + k * ROOM, n, seed + 100 * k);
                }
                for (size_t i = 0; i < n * CSI_ABREAST; i++) {
                    side_by_side[i] = i % CSI_ABREAST < n_columns ? score[i % CSI_ABREAST * ROOM + i / CSI_ABREAST] : NAN;
                }
                for (size_t first = 0, more = 1 + seed * 17; first < n; first += more) {
                    csi_ranker_take(ranker, side_by_side, first, n - first < more ? n - first : more, bin);
                }
                csi_ranker_rank(ranker, side_by_side, n, rank);
                for (size_t k = 0; k < n_columns; k++) {
                    expect_plain(score + k * ROOM, n, low, high, rank + k, bin + k, plain, work);
                }
                csi_ranker_free(ranker);
            }
        }
    }
    free(score);
    free(side_by_side);
    free(rank);
    free(bin);
    free(plain);
    free(work);
}
