/* The fast ranks against the plain ones, over columns with ties, gaps, neighbours in the last place, and many lengths. */
#include "metrics/ensemble_rank.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/pipeline.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

#define MOST 1300

typedef void (*maker)(double *score, size_t n, uint64_t seed);

static void draw(double *score, uint64_t seed)
{
    const csi_stream stream = {seed, 1, 1};
    csi_draw_normals(&stream, 0, csi_rank_padded(MOST), score);
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

Test(ensemble_rank, as_the_plain_ranks)
{
    static const maker makers[] = {smooth, tied, gaps, one_ulp, constant, none, outliers};
    static const size_t sizes[] = {1, 2, 7, 31, 32, 33, 195, 196, 208, 209, 300, 640, 641, 1300};
    double *score = malloc(csi_rank_padded(MOST) * sizeof *score);
    int16_t *key = malloc(csi_rank_padded(MOST) * sizeof *key);
    uint16_t *rank = malloc(csi_rank_padded(MOST) * sizeof *rank);
    int *plain = malloc(MOST * sizeof *plain);
    size_t *work = malloc(MOST * sizeof *work);
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const size_t n = sizes[s];
            csi_ranker *ranker = NULL;
            cr_assert(csi_ranker_new(n, &ranker) == CSI_OK);
            for (uint64_t seed = 0; seed < 12; seed++) {
                makers[m](score, n, seed);
                /* any range will do: a wide one, a narrow one, one beside the scores */
                csi_rank_keys(score, n, seed % 3 == 0 ? -5.0 : seed % 3 == 1 ? -0.1 : 7.0, seed % 3 == 1 ? 0.1 : 8.0, key);
                csi_ranker_rank(ranker, score, key, n, rank);
                csi_rank_column(score, n, plain, work);
                for (size_t i = 0; i < n; i++) {
                    cr_expect(rank[i] == plain[i], "kind %zu, n = %zu, entry %zu: %u, not %d", m, n, i, rank[i], plain[i]);
                }
            }
            csi_ranker_free(ranker);
        }
    }
    free(score);
    free(key);
    free(rank);
    free(plain);
    free(work);
}
