/* Tallies by hand: which shapes there are, what adds up, and quantiles, means and ranks of counts that are known. */
#include "metrics/ensemble_tally.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/sensitivity.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

#define HIGH ((double)CSI_RANK_BINS) /* so that a bin is 1 wide */

static csi_tallies *make(csi_tallies_shape shape)
{
    csi_tallies *tally = NULL;
    cr_assert(csi_tallies_new(&shape, &tally) == CSI_OK);
    return tally;
}

/* A replicate's score (NaN: none) and rank (0: none) of one country, as the counting does it. */
static void count(csi_tallies *tally, size_t country, double score, size_t rank)
{
    csi_tallies_cell *cell = &tally->cell[country];
    const double place = (score - tally->shape.low) * csi_tallies_scale(&tally->shape);
    const double held = fmin(fmax(place * CSI_RANK_BINS, 0.0), CSI_RANK_BINS - 1.0);
    tally->score_bin[country * CSI_TALLY_BINS + (isnan(score) ? 0 : 1 + (size_t)held)]++;
    tally->rank_bin[country * tally->n_rank_bins + (rank + tally->ranks_per_bin - 1) / tally->ranks_per_bin]++;
    if (!isnan(score)) {
        cell->least = fmin(cell->least, score);
        cell->most = fmax(cell->most, score);
        cell->sum += (int64_t)(score * CSI_TALLY_FIXED);
        cell->square += (int64_t)(place * place * CSI_TALLY_SQUARE);
    }
}

/* The sanitizers' own allocator ends the program where the C library's returns NULL. */
Test(tally, shapes_that_no_memory_holds, .disabled = IS_SANITIZED)
{
    const csi_tallies_shape shapes[] = {
        {SIZE_MAX, 2, 1, 0, 1, false, 0},       {SIZE_MAX / 2, 2, 3, 0, 1, false, 0},
        {SIZE_MAX / 1000, 1, 1, 0, 1, false, 0}, {SIZE_MAX / 1024 - 1, 1, 1, 0, 1, false, 0},
        {SIZE_MAX / 4096, 1, 2, 0, 1, false, 0}, {1, 1, SIZE_MAX / 2000, 0, 1, true, 0},
        {0, SIZE_MAX / 8, 3, 0, 1, true, 0},     {0, 1, SIZE_MAX / 2, 0, 1, true, 0},
        {1, 1, (size_t)1 << 40, 0, 1, false, 0},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        csi_tallies *tally = (csi_tallies *)&tally;
        cr_expect(csi_tallies_new(&shapes[i], &tally) == CSI_ERR_MEMORY && tally == NULL, "shape %zu", i);
    }
    csi_tallies_free(NULL);
}

Test(tally, nobody_at_all)
{
    csi_tallies *tally = make((csi_tallies_shape){2, 3, 0, 0, 1, true, 0});
    cr_expect(tally->n_rank_bins == 1 && tally->ranks_per_bin == 1, "%zu bins", tally->n_rank_bins);
    csi_tallies_free(tally);
}

Test(tally, no_score_is_no_number)
{
    csi_tallies *tally = make((csi_tallies_shape){1, 1, 1, 0, HIGH, false, 0});
    for (int n = 0; n < 3; n++) {
        cr_expect(csi_tallies_count(tally, 0, 0, 0) == 0, "after %d", n);
        cr_expect(isnan(csi_tallies_score_mean(tally, 0, 0, 0)) && isnan(csi_tallies_rank_mean(tally, 0, 0, 0)));
        cr_expect(isnan(csi_tallies_score_sd(tally, 0, 0, 0)));
        cr_expect(isnan(csi_tallies_score_quantile(tally, 0, 0, 0, 0.5)));
        cr_expect(isnan(csi_tallies_rank_quantile(tally, 0, 0, 0, 0.5)));
        count(tally, 0, NAN, 0);
        tally->n_replicates++;
    }
    csi_tallies_free(tally);
}

/* What is merged must be of one shape; then everything is the sum, extremes the extremes. */
Test(tally, merging)
{
    const csi_tallies_shape own = {2, 2, 2, 0, 1, true, 0};
    csi_tallies *to = make(own);
    csi_tallies_shape other[9];
    for (size_t i = 0; i < 9; i++) {
        other[i] = own;
    }
    other[0].n_nodes = 3;
    other[1].n_years = 1;
    other[2].n_countries = 3;
    other[3].with_pairs = false;
    other[4].low = -1;
    other[5].low = 0.5;
    other[6].high = 2;
    other[7].high = 0.5;
    other[8].pairs_first = 1;
    for (size_t i = 0; i < 9; i++) {
        csi_tallies *from = make(other[i]);
        cr_expect(csi_tallies_merge(to, from) == CSI_ERR_DATA, "shape %zu", i);
        csi_tallies_free(from);
    }
    for (int with_pairs = 0; with_pairs < 2; with_pairs++) {
        const csi_tallies_shape shape = {1, 1, 2, 0, 100, with_pairs == 1, 0};
        csi_tallies *a = make(shape), *b = make(shape);
        count(a, 0, 10, 1);
        count(a, 1, 5, 2);
        count(b, 0, 30, 2);
        count(b, 1, 40, 1);
        a->n_replicates = b->n_replicates = 1;
        if (with_pairs) {
            a->above[1] = b->above[2] = 1;
        }
        cr_assert(csi_tallies_merge(a, b) == CSI_OK);
        cr_expect(a->n_replicates == 2 && a->cell[0].least == 10 && a->cell[0].most == 30);
        cr_expect(is_near(csi_tallies_score_mean(a, 0, 0, 0), 20, 1e-6) && csi_tallies_rank_mean(a, 0, 0, 1) == 1.5);
        cr_expect(is_near(csi_tallies_score_sd(a, 0, 0, 1), 17.5, 1e-4), "%g", csi_tallies_score_sd(a, 0, 0, 1));
        cr_expect(with_pairs == 0 || (a->above[1] == 1 && a->above[2] == 1 && a->above[0] == 0));
        csi_tallies_free(a);
        csi_tallies_free(b);
    }
    csi_tallies_free(to);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Many ways in which scores lie in the bins; some are outside of them, where the extremes are what is known. */
Test(tally, quantiles_of_known_scores)
{
    enum { MOST = 400 };
    static const struct {
        const char *name;
        double from, width;
        size_t n;
        double within; /* of the quantiles of the scores themselves */
    } kinds[] = {
        {"one", 500.25, 0, 1, 0},           {"certain", 77.7, 0, 300, 0},      {"two in a bin", 3.1, 0.5, 2, 1},
        {"everywhere", 0, HIGH, MOST, 1},    {"a few bins", 900, 5, MOST, 1},   {"at the low end", 0, 1, 50, 1},
        {"at the high end", HIGH - 1, 1, 50, 1}, {"the last three bins", HIGH - 3, 3, 60, 1},
        {"above", 2 * HIGH, 10, 40, 10},     {"below", -20, 10, 40, 10},
    };
    static const double p[] = {0, 0.05, 0.16, 0.5, 0.84, 0.95, 1};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        csi_tallies *tally = make((csi_tallies_shape){1, 1, 1, 0, HIGH, false, 0});
        double score[MOST];
        uint64_t state = 7 + k;
        for (size_t i = 0; i < kinds[k].n; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            score[i] = kinds[k].from + kinds[k].width * (double)(state >> 11) * 0x1p-53;
            count(tally, 0, score[i], 1);
        }
        tally->n_replicates = kinds[k].n;
        qsort(score, kinds[k].n, sizeof *score, rising);
        double last = -INFINITY;
        for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
            const double got = csi_tallies_score_quantile(tally, 0, 0, 0, p[i]);
            const double own = csi_quantile_sorted(score, kinds[k].n, p[i]);
            cr_expect(is_near(got, own, kinds[k].within), "%s, %g: %g", kinds[k].name, p[i], got);
            cr_expect(got >= last && got >= score[0] && got <= score[kinds[k].n - 1], "%s, %g", kinds[k].name, p[i]);
            last = got;
        }
        csi_tallies_free(tally);
    }
}

/* A scale without extent has one place for all. */
Test(tally, ends_that_are_one)
{
    csi_tallies *tally = make((csi_tallies_shape){1, 1, 1, 5, 5, false, 0});
    count(tally, 0, 5, 1);
    count(tally, 0, 5, 1);
    tally->n_replicates = 2;
    cr_expect(csi_tallies_score_quantile(tally, 0, 0, 0, 0.5) == 5 && csi_tallies_score_sd(tally, 0, 0, 0) == 0);
    tally->cell[0].most = 6; /* outside of the bins */
    cr_expect(csi_tallies_score_sd(tally, 0, 0, 0) == 0);
    csi_tallies_free(tally);
}

/* Beyond 2048 countries a bin holds several ranks: their middle is told, shares and distances are those of the bin. */
Test(tally, many_countries)
{
    enum { COUNTRIES = 5000 };
    csi_tallies *tally = make((csi_tallies_shape){1, 1, COUNTRIES, 0, HIGH, false, 0});
    int *nominal = calloc(COUNTRIES, sizeof *nominal);
    uint64_t sum = 0, n = 0;
    cr_assert(tally->ranks_per_bin == 3 && tally->n_rank_bins == 1 + (COUNTRIES + 2) / 3);
    tally->n_replicates = 4;
    for (size_t i = 0; i < COUNTRIES; i++) {
        for (int r = 0; r < 4; r++) {
            count(tally, i, i == 7 ? NAN : 1, i == 7 ? 0 : i + 1);
        }
        nominal[i] = i == 9 ? 0 : (int)i + 1;
    }
    static const struct {
        size_t country;
        double rank;
        size_t top;
        uint64_t n_top;
    } expected[] = {{0, 2, 2, 0},          {2, 2, 3, 4},          {3, 5, 3, 0},
                    {4999, 5000, 5000, 0}, {4998, 5000, 5001, 4}, {4990, 4991, 5000, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const size_t c = expected[i].country;
        cr_expect(csi_tallies_rank_quantile(tally, 0, 0, c, 0.5) == expected[i].rank, "country %zu: %g", c,
                  csi_tallies_rank_quantile(tally, 0, 0, c, 0.5));
        cr_expect(csi_tallies_rank_mean(tally, 0, 0, c) == expected[i].rank, "country %zu", c);
        cr_expect(csi_tallies_rank_count(tally, 0, 0, c, expected[i].top) == expected[i].n_top, "country %zu", c);
    }
    cr_expect(isnan(csi_tallies_rank_mean(tally, 0, 0, 7)));
    csi_tallies_rank_shift(tally, 0, 0, nominal, &sum, &n);
    cr_expect(n == 4 * (COUNTRIES - 2), "the unranked and the never ranked tell nothing");
    cr_expect(sum <= n, "no rank is further from its bin's middle than 1");
    free(nominal);
    csi_tallies_free(tally);
}

/* Two lanes that change places, one that is not always ranked, and then neither above nor below the others, and one
 * more country that is never. */
Test(tally, pairs)
{
    enum { REPLICATES = 5, STRIDE = 8, LANES = 3 };
    static const uint16_t rank[LANES * STRIDE] = {1, 1, 2, 1, 2, 9, 9, 9, 2, 2, 1, 2,
                                                  1, 9, 9, 9, 3, 0, 3, 0, 2, 9, 9, 9};
    static const size_t country[LANES] = {2, 0, 3};
    static const uint32_t expected[4][4] = {{0, 0, 2, 3}, {0, 0, 0, 0}, {3, 0, 0, 2}, {0, 0, 0, 0}};
    for (size_t pairs_first = 0; pairs_first < 2; pairs_first++) { /* years before it have none */
        csi_tallies *tally = make((csi_tallies_shape){1, 2 + pairs_first, 4, 0, 1, true, pairs_first});
        cr_assert(csi_tallies_n_above(&tally->shape) == 32);
        csi_tallies_add_pairs(tally, 1 + pairs_first, rank, STRIDE, REPLICATES, LANES, country);
        csi_tallies_add_pairs(tally, pairs_first, rank, STRIDE, REPLICATES, 0, country);
        for (size_t a = 0; a < 4; a++) {
            for (size_t b = 0; b < 4; b++) {
                const unsigned above = csi_tallies_above(tally, 1 + pairs_first, a)[b];
                cr_expect(csi_tallies_above(tally, pairs_first, a)[b] == 0, "no lane, nothing counted");
                cr_expect(above == expected[a][b], "%zu above %zu: %u", a, b, above);
            }
        }
        csi_tallies_free(tally);
    }
}

/* More replicates than are counted at a time. */
Test(tally, pairs_of_many_replicates)
{
    enum { REPLICATES = 1300, STRIDE = 1344, LANES = 6 };
    static uint16_t rank[LANES * STRIDE];
    static const size_t country[LANES] = {5, 0, 3, 1, 4, 2};
    const csi_stream stream = {11, 2, 7};
    for (uint32_t i = 0; i < LANES * STRIDE; i++) {
        rank[i] = (uint16_t)(7.0 * csi_draw_uniform(&stream, i)); /* 0: none */
    }
    csi_tallies *tally = make((csi_tallies_shape){1, 1, LANES, 0, 1, true, 0});
    csi_tallies_add_pairs(tally, 0, rank, STRIDE, REPLICATES, LANES, country);
    for (size_t a = 0; a < LANES; a++) {
        for (size_t b = 0; b < LANES; b++) {
            uint32_t above = 0;
            for (size_t r = 0; r < REPLICATES; r++) {
                const uint16_t one = rank[a * STRIDE + r], other = rank[b * STRIDE + r];
                above += one > 0 && other > 0 && one < other;
            }
            cr_expect(csi_tallies_above(tally, 0, country[a])[country[b]] == above, "%zu above %zu", a, b);
        }
    }
    csi_tallies_free(tally);
}
