/* Philox against the known-answer vectors published with Random123; keyed draws; normal quantiles; Sobol's nets. */
#include "metrics/rng.h"

#include <math.h>
#include <string.h>

#include "metrics/rng_sobol.h"
#include "tests/support/support.h"

Test(rng, philox_known_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        csi_philox(known[i].counter, known[i].key, out);
        cr_expect(memcmp(out, known[i].out, sizeof out) == 0, "vector %zu", i);
    }
    gsl_rng *rng = gsl_rng_alloc(csi_rng_philox);
    gsl_rng_set(rng, 0);
    for (size_t i = 0; i < 4; i++) {
        cr_expect(gsl_rng_get(rng) == known[0].out[i], "word %zu through GSL", i);
    }
    uint32_t out[4];
    csi_philox((const uint32_t[4]){1, 0, 0, 0}, (const uint32_t[2]){0, 0}, out);
    cr_expect(gsl_rng_get(rng) == out[0], "the counter moves on");
    gsl_rng_set(rng, 0x100000000ul);
    csi_philox((const uint32_t[4]){0}, (const uint32_t[2]){0, 1}, out);
    cr_expect(gsl_rng_get(rng) == out[0], "all 64 bits of a seed count");
    gsl_rng_free(rng);
}

Test(rng, keyed_draws)
{
    const csi_stream stream = {0x123456789abcdef0, 0xfedcba9876543210, 7};
    double all[5 * CSI_DRAW_GROUP], part[CSI_DRAW_GROUP];
    csi_draw_uniforms(&stream, 0, 5 * CSI_DRAW_GROUP, all);
    for (uint32_t cell = 0; cell < 5 * CSI_DRAW_GROUP; cell++) {
        cr_expect(all[cell] == csi_draw_uniform(&stream, cell), "cell %u alone", cell);
        cr_expect(all[cell] > 0.0 && all[cell] < 1.0);
    }
    for (uint32_t group = 0; group < 5; group++) {
        csi_draw_uniforms(&stream, group * CSI_DRAW_GROUP, CSI_DRAW_GROUP, part);
        cr_expect(memcmp(part, all + group * CSI_DRAW_GROUP, sizeof part) == 0, "group %u alone", group);
    }
    const csi_stream other[] = {{stream.seed + 1, stream.replicate, 7},
                                {stream.seed ^ (UINT64_C(1) << 40), stream.replicate, 7},
                                {stream.seed, stream.replicate + 1, 7},
                                {stream.seed, stream.replicate ^ (UINT64_C(1) << 40), 7},
                                {stream.seed, stream.replicate, 8}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        csi_draw_uniforms(&other[i], 0, CSI_DRAW_GROUP, part);
        for (size_t j = 0; j < CSI_DRAW_GROUP; j++) {
            cr_expect(part[j] != all[j], "stream %zu is another", i);
        }
    }
}

Test(rng, uniforms_are_uniform)
{
    enum { N = 1 << 16, BINS = 64 };
    static double u[N];
    const csi_stream stream = {42, 3, 1};
    csi_draw_uniforms(&stream, 0, N, u);
    double chi2 = 0.0, lag = 0.0;
    size_t count[BINS] = {0};
    for (size_t i = 0; i < N; i++) {
        count[(size_t)(u[i] * BINS)]++;
        lag += i > 0 ? (u[i] - 0.5) * (u[i - 1] - 0.5) : 0.0;
    }
    for (size_t i = 0; i < BINS; i++) {
        const double d = (double)count[i] - (double)N / BINS;
        chi2 += d * d / ((double)N / BINS);
    }
    cr_expect(chi2 > 30.0 && chi2 < 110.0, "chi-squared of 63 degrees: %g", chi2);
    cr_expect(fabs(lag / N * 12.0) < 4.0 / 256.0, "serial correlation %g", lag / N * 12.0);
}

Test(rng, normal_quantiles)
{
    static const struct {
        double p, x;
    } known[] = {{0.5, 0.0},
                 {0.25, -0.67448975019608174320},
                 {0.001, -3.0902323061678135415},
                 {1e-20, -9.2623400897984078},
                 {0.975, 1.9599639845400542355},
                 {0.925, 1.4395314709384563},
                 {1e-12, -7.0344838253011319}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_expect(is_near(csi_normal_quantile(known[i].p), known[i].x, 4e-15 * (1.0 + fabs(known[i].x))), "p = %g: %.17g",
                  known[i].p, csi_normal_quantile(known[i].p));
    }
    enum { N = 1 << 16 };
    static double x[N];
    const csi_stream stream = {42, 4, 1};
    csi_draw_normals(&stream, 0, N, x);
    double sum = 0.0, squares = 0.0, fourth = 0.0;
    for (size_t i = 0; i < N; i++) {
        sum += x[i];
        squares += x[i] * x[i];
        fourth += x[i] * x[i] * x[i] * x[i];
    }
    cr_expect(fabs(sum / N) < 4.0 / 256.0);
    cr_expect(fabs(squares / N - 1.0) < 4.0 * 1.4142 / 256.0);
    cr_expect(fabs(fourth / N - 3.0) < 4.0 * 9.8 / 256.0);
}

/* Against the same transform in double precision, its words drawn one by one; and the moments. */
Test(rng, normal_floats)
{
    enum { N = 1 << 16, GROUP = CSI_DRAW_GROUP };
    static float x[N];
    static uint32_t word[N];
    const csi_stream stream = {42, 6, 1};
    csi_draw_normal_floats(&stream, 0, N, x);
    csi_draw_words(&stream, 0, N, word);
    double squares = 0.0, fourth = 0.0, worst = 0.0, product = 0.0;
    for (size_t i = 0; i < N; i++) {
        const size_t first = i / GROUP * GROUP + i % (GROUP / 2);
        const double u = ((double)(word[first] >> 1) + 0.5) * 0x1p-31;
        const double turn = ((double)word[first + GROUP / 2] + 0.5) * 0x1p-32 - 0.125, radius = sqrt(-2.0 * log(u));
        const double wanted = radius * (i == first ? cos(turn * 2.0 * M_PI) : sin(turn * 2.0 * M_PI));
        /* the uniform is rounded to 24 bits, which near 1 moves a small radius */
        worst = fmax(worst, fabs(x[i] - wanted) / (1e-6 + 0x1p-24 / fmax(radius, 0x1p-16)));
        squares += (double)x[i] * (double)x[i];
        fourth += pow((double)x[i], 4.0);
        product += i == first ? (double)x[i] * (double)x[i + GROUP / 2] : 0.0;
    }
    cr_expect(worst < 4.0, "%g", worst);
    cr_expect(fabs(squares / N - 1.0) < 4.0 * 1.4142 / 256.0);
    cr_expect(fabs(fourth / N - 3.0) < 4.0 * 9.8 / 256.0);
    cr_expect(fabs(product / N * 2.0) < 4.0 * 1.4142 / 256.0, "the two of a pair depend on each other: %g", product / N);
    static float again[GROUP];
    csi_draw_normal_floats(&stream, 64 * GROUP, GROUP, again);
    cr_expect(memcmp(again, x + 64 * GROUP, sizeof again) == 0);
}

/* Side by side, streams draw what each draws alone. */
Test(rng, abreast)
{
    enum { GROUP = CSI_DRAW_GROUP, N = 7 * GROUP };
    static float abreast[N * CSI_ABREAST], alone[N];
    uint64_t replicate[CSI_ABREAST];
    csi_stream stream = {UINT64_C(0x123456789abcdef), 0, 3};
    size_t n_wrong = 0;
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        replicate[r] = r * UINT64_C(0x300000001) + 5;
    }
    csi_draw_normal_floats_abreast(&stream, replicate, 4 * GROUP, N, abreast);
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        stream.replicate = replicate[r];
        csi_draw_normal_floats(&stream, 4 * GROUP, N, alone);
        for (size_t i = 0; i < N; i++) {
            n_wrong += memcmp(&abreast[i * CSI_ABREAST + r], &alone[i], sizeof *alone) != 0;
        }
    }
    cr_expect(n_wrong == 0, "%zu", n_wrong);
}

/* Every dimension alone is a (0, m, 1)-net: 2^m points, one in each of 2^m intervals; scrambling keeps that. */
Test(rng, sobol_strata)
{
    enum { M = 10, N = 1 << M, DIMENSIONS = 200 };
    csi_sobol *sobol = NULL;
    cr_assert(csi_sobol_new(DIMENSIONS, 99, &sobol) == CSI_OK);
    static const double first[4] = {0.0, 0.5, 0.25, 0.75};
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect(first[i] == 0x1p-32 * (double)csi_sobol_raw(sobol, i, 0), "point %u", i);
    }
    /* Points of Joe and Kuo's own program (new-joe-kuo-6.21201), which takes them in Gray's order: its point 1000 is ours of
     * index 1000 ^ 500; SciPy's Sobol(1024, scramble=False) gives the same. */
    static const struct {
        uint32_t index;
        size_t dimension;
        uint32_t word;
    } known[] = {
        {1, 1, UINT32_C(0x80000000)}, {1, 2, UINT32_C(0x80000000)}, {1, 5, UINT32_C(0x80000000)},
        {1, 40, UINT32_C(0x80000000)}, {1, 180, UINT32_C(0x80000000)}, {1, 199, UINT32_C(0x80000000)},
        {2, 1, UINT32_C(0x40000000)}, {2, 2, UINT32_C(0x40000000)}, {2, 5, UINT32_C(0xc0000000)},
        {2, 40, UINT32_C(0x40000000)}, {2, 180, UINT32_C(0x40000000)}, {2, 199, UINT32_C(0x40000000)},
        {3, 1, UINT32_C(0xc0000000)}, {3, 2, UINT32_C(0xc0000000)}, {3, 5, UINT32_C(0x40000000)},
        {3, 40, UINT32_C(0xc0000000)}, {3, 180, UINT32_C(0xc0000000)}, {3, 199, UINT32_C(0xc0000000)},
        {7, 1, UINT32_C(0xa0000000)}, {7, 2, UINT32_C(0x60000000)}, {7, 5, UINT32_C(0x60000000)},
        {7, 40, UINT32_C(0x20000000)}, {7, 180, UINT32_C(0xe0000000)}, {7, 199, UINT32_C(0x20000000)},
        {1000, 1, UINT32_C(0x18c00000)}, {1000, 2, UINT32_C(0x84c00000)}, {1000, 5, UINT32_C(0xe8400000)},
        {1000, 40, UINT32_C(0xe9c00000)}, {1000, 180, UINT32_C(0x8d400000)}, {1000, 199, UINT32_C(0xd7c00000)},
        {2047, 1, UINT32_C(0xa0a00000)}, {2047, 2, UINT32_C(0xee600000)}, {2047, 5, UINT32_C(0xa8600000)},
        {2047, 40, UINT32_C(0xcaa00000)}, {2047, 180, UINT32_C(0xbba00000)}, {2047, 199, UINT32_C(0x18a00000)},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const uint32_t word = csi_sobol_raw(sobol, known[i].index ^ known[i].index >> 1, known[i].dimension);
        cr_expect(word == known[i].word, "point %u, dimension %zu: %u", known[i].index, known[i].dimension, word);
    }
    for (size_t d = 0; d < DIMENSIONS; d++) {
        unsigned char seen[2][N] = {{0}};
        for (uint32_t i = 0; i < N; i++) {
            seen[0][csi_sobol_raw(sobol, i, d) >> (32 - M)]++;
            seen[1][csi_sobol_word(sobol, i, d) >> (32 - M)]++;
        }
        for (size_t i = 0; i < N; i++) {
            cr_expect(seen[0][i] == 1 && seen[1][i] == 1, "dimension %zu, interval %zu", d, i);
        }
    }
    csi_sobol_free(sobol);
}

/* Of the 4950 pairs among the first hundred dimensions 11 leave empty cells in a grid where 64 points belong into each, and
 * none in one where 256 do: so it is with these direction numbers (SciPy's Sobol(100) has the same 11, scrambled or not, and
 * the same largest correlation, 0.0469), and more of them are how bad ones show. The scrambling moves whole cells. */
Test(rng, sobol_pairs)
{
    enum { M = 12, N = 1 << M, DIMENSIONS = 100, CELLS = 8 };
    static uint32_t word[DIMENSIONS][N];
    csi_sobol *sobol = NULL;
    size_t n_gaps = 0;
    cr_assert(csi_sobol_new(DIMENSIONS, 7, &sobol) == CSI_OK);
    for (uint32_t i = 0; i < DIMENSIONS * N; i++) {
        word[i / N][i % N] = csi_sobol_word(sobol, i % N, i / N);
    }
    for (size_t a = 0; a < DIMENSIONS; a++) {
        for (size_t b = a + 1; b < DIMENSIONS; b++) {
            unsigned count[CELLS * CELLS] = {0}, coarse[CELLS * CELLS / 4] = {0};
            double correlation = 0.0;
            for (uint32_t i = 0; i < N; i++) {
                const uint32_t x = word[a][i], y = word[b][i];
                count[(x >> 29) * CELLS + (y >> 29)]++;
                coarse[(x >> 30) * CELLS / 2 + (y >> 30)]++;
                correlation += (csi_word_uniform(x) - 0.5) * (csi_word_uniform(y) - 0.5);
            }
            bool has_gap = false;
            for (size_t i = 0; i < CELLS * CELLS; i++) {
                has_gap = has_gap || count[i] == 0;
                cr_expect(i >= CELLS * CELLS / 4 || coarse[i] > 0, "dimensions %zu and %zu lie on lines", a, b);
            }
            n_gaps += has_gap;
            cr_expect(fabs(correlation / N * 12.0) < 0.047, "dimensions %zu and %zu: %g", a, b, correlation / N * 12.0);
        }
    }
    cr_expect(n_gaps == 11, "%zu pairs with empty cells", n_gaps);
    csi_sobol_free(sobol);
    cr_expect(csi_sobol_new(0, 1, &sobol) != CSI_OK);
    cr_expect(csi_sobol_new(CSI_SOBOL_MAX_DIMENSIONS + 1, 1, &sobol) != CSI_OK);
}
