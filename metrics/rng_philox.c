/* Philox4x32-10, for single blocks, for GSL and for groups of keyed draws.
 *
 * A round maps (x0, x1, x2, x3) under (k0, k1) to (hi(M1 x2) ^ x1 ^ k0, lo(M1 x2), hi(M0 x0) ^ x3 ^ k1, lo(M0 x0)); the
 * key is raised by the golden ratio and by sqrt(3) - 1 between rounds. The 32-bit words travel in 64-bit lanes, because
 * that is what the wide multiplication of every vector unit takes. */
#include "metrics/rng.h"

#include <string.h>

#include "metrics/lanes.h"
#include "metrics/wide.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* gcc 12 sees its own half-undefined broadcasts of vectors */
#endif

#define MULTIPLIER_0 UINT64_C(0xD2511F53)
#define MULTIPLIER_1 UINT64_C(0xCD9E8D57)
#define KEY_STEP_0 UINT32_C(0x9E3779B9)
#define KEY_STEP_1 UINT32_C(0xBB67AE85)
#define ROUNDS 10
#define LANES 8
#define LOW_WORD UINT64_C(0xffffffff)

void csi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t a = MULTIPLIER_0 * x0, b = MULTIPLIER_1 * x2;
        x0 = (uint32_t)(b >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)b;
        x2 = (uint32_t)(a >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)a;
        k0 += KEY_STEP_0;
        k1 += KEY_STEP_1;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));
typedef uint32_t halves __attribute__((vector_size(4 * LANES)));

typedef struct group {
    lanes x0, x1, x2, x3;
} group;

/* Eight blocks whose first counter words are consecutive. */
CSI_INLINE void start(const csi_stream *stream, uint32_t first_block, group *g)
{
    const uint64_t b = first_block, f = stream->factor, low = stream->replicate & LOW_WORD, high = stream->replicate >> 32;
    g->x0 = (lanes){b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6, b + 7} & LOW_WORD;
    g->x1 = (lanes){f, f, f, f, f, f, f, f};
    g->x2 = (lanes){low, low, low, low, low, low, low, low};
    g->x3 = (lanes){high, high, high, high, high, high, high, high};
}

CSI_INLINE void turn(group *g, uint64_t k0, uint64_t k1)
{
    const lanes a = (g->x0 & LOW_WORD) * MULTIPLIER_0, b = (g->x2 & LOW_WORD) * MULTIPLIER_1;
    g->x0 = (b >> 32) ^ g->x1 ^ k0;
    g->x1 = b & LOW_WORD;
    g->x2 = (a >> 32) ^ g->x3 ^ k1;
    g->x3 = a & LOW_WORD;
}

/* Word w of block b of the group goes to word[8 w + b]. */
CSI_INLINE void finish(const group *g, uint32_t *word)
{
    const halves out[4] = {__builtin_convertvector(g->x0, halves), __builtin_convertvector(g->x1, halves),
                           __builtin_convertvector(g->x2, halves), __builtin_convertvector(g->x3, halves)};
    memcpy(word, out, sizeof out);
}

/* Two groups at once: the one hides the latency of the other's multiplications. */
CSI_INLINE void draw_pair(const csi_stream *stream, uint32_t first_block, uint32_t *word)
{
    group g, h;
    start(stream, first_block, &g);
    start(stream, first_block + LANES, &h);
    uint32_t k0 = (uint32_t)stream->seed, k1 = (uint32_t)(stream->seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        turn(&g, k0, k1);
        turn(&h, k0, k1);
        k0 += KEY_STEP_0;
        k1 += KEY_STEP_1;
    }
    finish(&g, word);
    finish(&h, word + CSI_DRAW_GROUP);
}

CSI_INLINE void csi_draw_words_body(const csi_stream *stream, uint32_t first, size_t n, uint32_t *word)
{
    size_t i = 0;
    for (; i + 2 * CSI_DRAW_GROUP <= n; i += 2 * CSI_DRAW_GROUP) {
        draw_pair(stream, (first + (uint32_t)i) / CSI_DRAW_GROUP * LANES, word + i);
    }
    if (i < n) {
        uint32_t pair[2 * CSI_DRAW_GROUP];
        draw_pair(stream, (first + (uint32_t)i) / CSI_DRAW_GROUP * LANES, pair);
        memcpy(word + i, pair, CSI_DRAW_GROUP * sizeof *pair);
    }
}
CSI_LANES(csi_draw_words, (const csi_stream *stream, uint32_t first, size_t n, uint32_t *word),
          (stream, first, n, word))

/* The same block of LANES streams. */
CSI_INLINE void start_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t block, group *g)
{
    const uint64_t b = block, f = stream->factor;
    lanes own;
    memcpy(&own, replicate, sizeof own);
    g->x0 = (lanes){b, b, b, b, b, b, b, b};
    g->x1 = (lanes){f, f, f, f, f, f, f, f};
    g->x2 = own & LOW_WORD;
    g->x3 = own >> 32;
}

CSI_INLINE void finish_abreast(const group *g, uint32_t *word)
{
    const halves out[4] = {__builtin_convertvector(g->x0, halves), __builtin_convertvector(g->x1, halves),
                           __builtin_convertvector(g->x2, halves), __builtin_convertvector(g->x3, halves)};
    for (size_t w = 0; w < 4; w++) {
        memcpy(word + w * LANES * CSI_ABREAST, &out[w], sizeof out[w]);
    }
}

static void draw_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t block, uint32_t *word)
{
    group g, h;
    uint32_t k0 = (uint32_t)stream->seed, k1 = (uint32_t)(stream->seed >> 32);
    start_abreast(stream, replicate, block, &g);
    start_abreast(stream, replicate + LANES, block, &h);
    for (int round = 0; round < ROUNDS; round++) {
        turn(&g, k0, k1);
        turn(&h, k0, k1);
        k0 += KEY_STEP_0;
        k1 += KEY_STEP_1;
    }
    finish_abreast(&g, word);
    finish_abreast(&h, word + LANES);
}

#if defined(CSI_HAS_WIDE)

/* The same with the multiplication of half words that the processor has: compilers take that of whole ones, at three times the
 * work. What is left of a product above its low word is not looked at by the next. */
CSI_INLINE CSI_WIDE void turn_wide(__m512i *x0, __m512i *x1, __m512i *x2, __m512i *x3, __m512i k0, __m512i k1)
{
    const __m512i a = _mm512_mul_epu32(*x0, _mm512_set1_epi64((int64_t)MULTIPLIER_0));
    const __m512i b = _mm512_mul_epu32(*x2, _mm512_set1_epi64((int64_t)MULTIPLIER_1));
    *x0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(b, 32), *x1, k0, 0x96);
    *x1 = b;
    *x2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(a, 32), *x3, k1, 0x96);
    *x3 = a;
}

CSI_INLINE CSI_WIDE void store_wide(__m512i x, uint32_t *word)
{
    _mm256_storeu_si256((void *)word, _mm512_cvtepi64_epi32(x));
}

CSI_WIDE static void draw_abreast_wide(const csi_stream *stream, const uint64_t *replicate, uint32_t block, uint32_t *word)
{
    const __m512i g = _mm512_loadu_si512(replicate), h = _mm512_loadu_si512(replicate + LANES);
    __m512i x0 = _mm512_set1_epi64(block), x1 = _mm512_set1_epi64(stream->factor), x2 = g, x3 = _mm512_srli_epi64(g, 32);
    __m512i y0 = x0, y1 = x1, y2 = h, y3 = _mm512_srli_epi64(h, 32);
    uint32_t k0 = (uint32_t)stream->seed, k1 = (uint32_t)(stream->seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        const __m512i key0 = _mm512_set1_epi64(k0), key1 = _mm512_set1_epi64(k1);
        turn_wide(&x0, &x1, &x2, &x3, key0, key1);
        turn_wide(&y0, &y1, &y2, &y3, key0, key1);
        k0 += KEY_STEP_0;
        k1 += KEY_STEP_1;
    }
    const __m512i out[4] = {x0, x1, x2, x3}, more[4] = {y0, y1, y2, y3};
    for (size_t w = 0; w < 4; w++) {
        store_wide(out[w], word + w * LANES * CSI_ABREAST);
        store_wide(more[w], word + w * LANES * CSI_ABREAST + LANES);
    }
}

#endif

void csi_draw_words_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t first, size_t n, uint32_t *word)
{
    _Static_assert(CSI_ABREAST == 2 * LANES, "two groups are drawn at once");
    void (*draw)(const csi_stream *, const uint64_t *, uint32_t, uint32_t *) = draw_abreast;
#if defined(CSI_HAS_WIDE)
    draw = csi_is_wide() ? draw_abreast_wide : draw;
#endif
    for (size_t i = 0; i < n; i += CSI_DRAW_GROUP) {
        for (uint32_t b = 0; b < LANES; b++) {
            draw(stream, replicate, (first + (uint32_t)i) / CSI_DRAW_GROUP * LANES + b, word + (i + b) * CSI_ABREAST);
        }
    }
}

#define CHUNK ((size_t)8 * CSI_DRAW_GROUP)

CSI_INLINE void csi_draw_uniforms_body(const csi_stream *stream, uint32_t first, size_t n, double *uniform)
{
    uint32_t word[CHUNK];
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t m = n - from < CHUNK ? n - from : CHUNK;
        csi_draw_words_body(stream, first + (uint32_t)from, m, word);
        for (size_t i = 0; i < m; i++) {
            uniform[from + i] = csi_word_uniform(word[i]);
        }
    }
}
CSI_LANES(csi_draw_uniforms, (const csi_stream *stream, uint32_t first, size_t n, double *uniform),
          (stream, first, n, uniform))

void csi_draw_normals(const csi_stream *stream, uint32_t first, size_t n, double *normal)
{
    csi_draw_uniforms(stream, first, n, normal);
    csi_normal_quantiles(normal, n);
}

double csi_draw_uniform(const csi_stream *stream, uint32_t cell)
{
    const uint32_t counter[4] = {cell / CSI_DRAW_GROUP * LANES + cell % LANES, stream->factor,
                                 (uint32_t)stream->replicate, (uint32_t)(stream->replicate >> 32)};
    const uint32_t key[2] = {(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)};
    uint32_t out[4];
    csi_philox(counter, key, out);
    return csi_word_uniform(out[cell % CSI_DRAW_GROUP / LANES]);
}

typedef struct philox_state {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t out[4];
    unsigned used;
} philox_state;

static void gsl_seed(void *memory, unsigned long seed)
{
    philox_state *state = memory;
    *state = (philox_state){.key = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)}, .used = 4};
}

static unsigned long gsl_get(void *memory)
{
    philox_state *state = memory;
    if (state->used == 4) {
        csi_philox(state->counter, state->key, state->out);
        for (int i = 0; i < 4 && ++state->counter[i] == 0; i++) {
        }
        state->used = 0;
    }
    return state->out[state->used++];
}

static double gsl_get_double(void *memory)
{
    return (double)gsl_get(memory) * 0x1p-32;
}

static const gsl_rng_type philox_type = {"philox4x32-10", LOW_WORD, 0, sizeof(philox_state),
                                         gsl_seed, gsl_get, gsl_get_double};
const gsl_rng_type *const csi_rng_philox = &philox_type;
