/* Standard normal draws in single precision, by the transform of Box and Muller (1958, "A note on the generation of random
 * normal deviates", Annals of Mathematical Statistics 29:610-611): from two uniforms u and v the pair
 * sqrt(-2 ln u) (cos 2 pi v, sin 2 pi v). For draws that are made by the ten thousand and need no inverse: half the time of
 * csi_draw_normals. 24 bits are more than any source's standard error has.
 *
 * ln, sin and cos are polynomials on one octave and one eighth of a turn (Moshier 1989, "Methods and programs for
 * mathematical functions"), relative error below 2e-7; no branch, no contraction, so the same bits everywhere.
 * By hand: u = 1/2, v = 0 gives 1.1774100 and 0. Edges: a word of 31 bits keeps u between 2^-32 and 1; the largest draw is
 * 6.66. */
#include "metrics/rng.h"

#include <math.h>
#include <string.h>

#include "metrics/lanes.h"

#define PAIRS (CSI_DRAW_GROUP / 2)
#define CHUNK ((size_t)8 * CSI_DRAW_GROUP)

/* -2 ln((half_word + 1/2) / 2^31), for half_word below 2^31. */
CSI_INLINE float minus_twice_log(uint32_t half_word)
{
    const float u = ((float)(int32_t)half_word + 0.5f) * 0x1p-31f;
    uint32_t bits;
    memcpy(&bits, &u, sizeof bits);
    const int32_t exponent = (int32_t)((bits - UINT32_C(0x3f3504f3)) & UINT32_C(0xff800000)) >> 23;
    const uint32_t mantissa_bits = bits - ((uint32_t)exponent << 23);
    float m;
    memcpy(&m, &mantissa_bits, sizeof m);
    const float f = m - 1.0f, e = (float)exponent, z = f * f;
    float p = 7.0376836292e-2f;
    p = fmaf(p, f, -1.1514610310e-1f);
    p = fmaf(p, f, 1.1676998740e-1f);
    p = fmaf(p, f, -1.2420140846e-1f);
    p = fmaf(p, f, 1.4249322787e-1f);
    p = fmaf(p, f, -1.6668057665e-1f);
    p = fmaf(p, f, 2.0000714765e-1f);
    p = fmaf(p, f, -2.4999993993e-1f);
    p = fmaf(p, f, 3.3333331174e-1f);
    const float low = fmaf(p * f, z, fmaf(e, -2.12194440e-4f, -0.5f * z));
    return -2.0f * fmaf(e, 0.693359375f, f + low);
}

/* The cosine and sine of (word + 1/2) / 2^32 of a turn, begun an eighth later. */
CSI_INLINE void turn(uint32_t word, float *cosine, float *sine)
{
    const float x = ((float)(int32_t)(word & UINT32_C(0x3fffffff)) - 0x1p29f + 0.5f) * (float)(1.57079632679489661923 * 0x1p-30);
    const uint32_t quadrant = word >> 30;
    const float z = x * x;
    const float s = fmaf(fmaf(fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f) * z, x, x);
    const float c = fmaf(fmaf(fmaf(fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f), z, -0.5f),
                         z, 1.0f);
    const float across = (quadrant & 1) != 0 ? s : c, up = (quadrant & 1) != 0 ? c : s;
    *cosine = quadrant == 1 || quadrant == 2 ? -across : across;
    *sine = quadrant >= 2 ? -up : up;
}

/* Cells i and i + PAIRS of a group make a pair; `width` (a constant) streams lie side by side. */
CSI_INLINE void transform_groups(const uint32_t *restrict word, size_t n, const size_t width, float *restrict normal)
{
    for (size_t from = 0; from < n * width; from += CSI_DRAW_GROUP * width) {
        for (size_t i = 0; i < PAIRS * width; i++) {
            const float radius = sqrtf(minus_twice_log(word[from + i] >> 1));
            float cosine, sine;
            turn(word[from + PAIRS * width + i], &cosine, &sine);
            normal[from + i] = radius * cosine;
            normal[from + PAIRS * width + i] = radius * sine;
        }
    }
}

CSI_INLINE void transform_body(const uint32_t *restrict word, size_t n, float *restrict normal)
{
    transform_groups(word, n, 1, normal);
}
static void transform(const uint32_t *restrict word, size_t n, float *restrict normal);
CSI_LANES(transform, (const uint32_t *restrict word, size_t n, float *restrict normal), (word, n, normal))

CSI_INLINE void transform_abreast_body(const uint32_t *restrict word, size_t n, float *restrict normal)
{
    transform_groups(word, n, CSI_ABREAST, normal);
}
static void transform_abreast(const uint32_t *restrict word, size_t n, float *restrict normal);
CSI_LANES(transform_abreast, (const uint32_t *restrict word, size_t n, float *restrict normal), (word, n, normal))

void csi_draw_normal_floats(const csi_stream *stream, uint32_t first, size_t n, float *normal)
{
    uint32_t word[CHUNK];
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t m = n - from < CHUNK ? n - from : CHUNK;
        csi_draw_words(stream, first + (uint32_t)from, m, word);
        transform(word, m, normal + from);
    }
}

void csi_draw_normal_floats_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t first, size_t n,
                                    float *normal)
{
    uint32_t word[CSI_DRAW_GROUP * CSI_ABREAST];
    for (size_t from = 0; from < n; from += CSI_DRAW_GROUP) {
        csi_draw_words_abreast(stream, replicate, first + (uint32_t)from, CSI_DRAW_GROUP, word);
        transform_abreast(word, CSI_DRAW_GROUP, normal + from * CSI_ABREAST);
    }
}
