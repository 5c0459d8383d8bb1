/* Sobol's sequence from its own construction, not from a table.
 *
 * Dimension j >= 1 belongs to the j-th primitive polynomial over GF(2), in the order of degree and value, found by
 * checking that x has order 2^s - 1 modulo it; dimension 0 is van der Corput's. The first s direction numbers of a
 * dimension are free (odd, m_i < 2^i): they are drawn by Philox, keyed by the dimension, and of CANDIDATES draws the one
 * is kept whose two-dimensional projections with the NEIGHBOURS dimensions before have the smallest sum of 2^t, t the
 * quality parameter of the pair as a net. The rest follows from the recurrence (Sobol 1967; Bratley and Fox 1988, ACM TOMS 14:88-100):
 *     m_i = 2 a_1 m_{i-1} ^ 4 a_2 m_{i-2} ^ ... ^ 2^s m_{i-s} ^ m_{i-s}.
 * Scrambling is a nested uniform one (Owen 1995) by hashing: with the bits reversed, every operation carries only from
 * lower to higher bits, so each output bit depends on the input bits above it alone (Laine and Karras 2011). Every net
 * property of the points stays.
 *
 * By hand: before scrambling, points 0..3 of dimension 0 are 0, 1/2, 1/4, 3/4. */
#include "metrics/rng_sobol.h"

#include <stdbool.h>
#include <stdlib.h>

#include "metrics/rng.h"

#define CANDIDATES 32
#define CAREFUL_DIMENSIONS 16 /* the ones that small designs live on get 16 times as many */
#define NEIGHBOURS 6
#define QUALITY_BITS 12
#define DIRECTION_KEY UINT64_C(0x536f626f6c203637)

struct csi_sobol {
    size_t n_dimensions;
    uint32_t *direction; /* [dimension][bit] */
    uint32_t *hash_key;  /* [dimension] */
};

/* a * b modulo the polynomial p of degree s, all over GF(2). */
static uint32_t polynomial_product(uint32_t a, uint32_t b, uint32_t p, unsigned s)
{
    uint32_t product = 0;
    for (; b != 0; b >>= 1) {
        product ^= (b & 1) != 0 ? a : 0;
        a <<= 1;
        a ^= (a >> s & 1) != 0 ? p : 0;
    }
    return product;
}

static uint32_t polynomial_power(uint32_t exponent, uint32_t p, unsigned s)
{
    uint32_t power = 1, square = s == 1 ? 1 : 2;
    for (; exponent != 0; exponent >>= 1) {
        power = (exponent & 1) != 0 ? polynomial_product(power, square, p, s) : power;
        square = polynomial_product(square, square, p, s);
    }
    return power;
}

static bool is_primitive(uint32_t p, unsigned s)
{
    const uint32_t order = (UINT32_C(1) << s) - 1;
    if (polynomial_power(order, p, s) != 1) {
        return false;
    }
    uint32_t rest = order;
    for (uint32_t factor = 3; rest > 1; factor += 2) {
        factor = factor * factor > rest ? rest : factor;
        if (rest % factor != 0) {
            continue;
        }
        if (factor < order && polynomial_power(order / factor, p, s) == 1) {
            return false;
        }
        while (rest % factor == 0) {
            rest /= factor;
        }
    }
    return true;
}

/* The primitive polynomial after p (all coefficients, highest first; all have a constant term). */
static uint32_t next_primitive(uint32_t p, unsigned *degree)
{
    do {
        p += 2;
        *degree += p >> (*degree + 1) != 0;
    } while (!is_primitive(p, *degree));
    return p;
}

static void recur(uint32_t p, unsigned s, uint32_t direction[CSI_SOBOL_BITS])
{
    for (unsigned i = s; i < CSI_SOBOL_BITS; i++) {
        uint32_t v = direction[i - s] ^ direction[i - s] >> s;
        for (unsigned k = 1; k < s; k++) {
            v ^= (p >> (s - k) & 1) != 0 ? direction[i - k] : 0;
        }
        direction[i] = v;
    }
}

static void draw_directions(size_t dimension, unsigned candidate, uint32_t p, unsigned s,
                            uint32_t direction[CSI_SOBOL_BITS])
{
    uint32_t word[CSI_DRAW_GROUP];
    const csi_stream stream = {DIRECTION_KEY, dimension, candidate};
    csi_draw_words(&stream, 0, CSI_DRAW_GROUP, word);
    for (unsigned i = 0; i < s && i < CSI_SOBOL_BITS; i++) {
        direction[i] = ((word[i] >> (31 - i)) | 1) << (31 - i);
    }
    recur(p, s, direction);
}

/* Adds a row to a basis in echelon form; false when it depends on the rows before. */
static bool basis_takes(uint32_t basis[QUALITY_BITS], uint32_t row)
{
    for (int bit = QUALITY_BITS - 1; bit >= 0; bit--) {
        if ((row >> bit & 1) == 0) {
            continue;
        }
        if (basis[bit] == 0) {
            basis[bit] = row;
            return true;
        }
        row ^= basis[bit];
    }
    return false;
}

/* Row r of the generator matrix: bit i tells whether direction i has fraction bit r set. */
static uint32_t generator_row(const uint32_t *direction, unsigned r)
{
    uint32_t row = 0;
    for (unsigned i = 0; i < QUALITY_BITS; i++) {
        row |= (direction[i] >> (31 - r) & 1) << i;
    }
    return row;
}

/* The quality parameter t of the first 2^QUALITY_BITS points of two dimensions: every k rows of the one with
 * QUALITY_BITS - t - k of the other are independent. */
static unsigned pair_quality(const uint32_t *a, const uint32_t *b)
{
    unsigned independent = QUALITY_BITS;
    for (unsigned k = 0; k <= QUALITY_BITS; k++) {
        uint32_t basis[QUALITY_BITS] = {0};
        for (unsigned r = 0; r < k; r++) {
            (void)basis_takes(basis, generator_row(a, r));
        }
        unsigned n = k;
        for (unsigned r = 0; n < QUALITY_BITS && basis_takes(basis, generator_row(b, r)); r++) {
            n++;
        }
        independent = n < independent ? n : independent;
    }
    return QUALITY_BITS - independent;
}

/* The sum over the neighbours before; it may stop once it reaches `enough`. */
static unsigned quality(const uint32_t *direction, size_t dimension, const uint32_t candidate[CSI_SOBOL_BITS],
                        unsigned enough)
{
    unsigned sum = 0;
    for (size_t back = 1; back <= NEIGHBOURS && back <= dimension && sum < enough; back++) {
        sum += 1U << pair_quality(direction + (dimension - back) * CSI_SOBOL_BITS, candidate);
    }
    return sum;
}

static void choose_directions(uint32_t *direction, size_t dimension, uint32_t p, unsigned s)
{
    const unsigned n_candidates = dimension < CAREFUL_DIMENSIONS ? 16 * CANDIDATES : CANDIDATES;
    unsigned best = UINT32_MAX;
    uint32_t *own = direction + dimension * CSI_SOBOL_BITS;
    for (unsigned candidate = 0; candidate < n_candidates; candidate++) {
        uint32_t drawn[CSI_SOBOL_BITS];
        draw_directions(dimension, candidate, p, s, drawn);
        const unsigned sum = quality(direction, dimension, drawn, best);
        if (sum < best) {
            best = sum;
            for (unsigned i = 0; i < CSI_SOBOL_BITS; i++) {
                own[i] = drawn[i];
            }
        }
    }
}

csi_status csi_sobol_new(size_t n_dimensions, uint64_t seed, csi_sobol **sobol)
{
    *sobol = NULL;
    if (n_dimensions == 0 || n_dimensions > CSI_SOBOL_MAX_DIMENSIONS) {
        return CSI_ERR_INTERNAL;
    }
    csi_sobol *s = calloc(1, sizeof *s);
    if (s == NULL || (s->direction = calloc(n_dimensions * CSI_SOBOL_BITS, sizeof *s->direction)) == NULL ||
        (s->hash_key = calloc(n_dimensions, sizeof *s->hash_key)) == NULL) {
        csi_sobol_free(s);
        return CSI_ERR_MEMORY;
    }
    s->n_dimensions = n_dimensions;
    for (unsigned i = 0; i < CSI_SOBOL_BITS; i++) {
        s->direction[i] = UINT32_C(1) << (31 - i);
    }
    uint32_t polynomial = 1;
    unsigned degree = 0;
    for (size_t dimension = 1; dimension < n_dimensions; dimension++) {
        polynomial = next_primitive(polynomial, &degree);
        choose_directions(s->direction, dimension, polynomial, degree);
    }
    for (size_t dimension = 0; dimension < n_dimensions; dimension++) {
        uint32_t word[4];
        csi_philox((const uint32_t[4]){(uint32_t)dimension, 0, 0, 0},
                   (const uint32_t[2]){(uint32_t)seed, (uint32_t)(seed >> 32)}, word);
        s->hash_key[dimension] = word[0];
    }
    *sobol = s;
    return CSI_OK;
}

void csi_sobol_free(csi_sobol *sobol)
{
    if (sobol != NULL) {
        free(sobol->direction);
        free(sobol->hash_key);
        free(sobol);
    }
}

size_t csi_sobol_dimensions(const csi_sobol *sobol)
{
    return sobol->n_dimensions;
}

uint32_t csi_sobol_raw(const csi_sobol *sobol, uint32_t index, size_t dimension)
{
    const uint32_t *direction = sobol->direction + dimension * CSI_SOBOL_BITS;
    uint32_t word = 0;
    for (; index != 0; index >>= 1, direction++) {
        word ^= (index & 1) != 0 ? *direction : 0;
    }
    return word;
}

static uint32_t reverse_bits(uint32_t x)
{
    x = (x >> 1 & UINT32_C(0x55555555)) | (x & UINT32_C(0x55555555)) << 1;
    x = (x >> 2 & UINT32_C(0x33333333)) | (x & UINT32_C(0x33333333)) << 2;
    x = (x >> 4 & UINT32_C(0x0f0f0f0f)) | (x & UINT32_C(0x0f0f0f0f)) << 4;
    return __builtin_bswap32(x);
}

uint32_t csi_sobol_word(const csi_sobol *sobol, uint32_t index, size_t dimension)
{
    const uint32_t key = sobol->hash_key[dimension];
    uint32_t x = reverse_bits(csi_sobol_raw(sobol, index, dimension));
    x ^= x * UINT32_C(0x3d20adea);
    x += key;
    x *= key >> 16 | 1;
    x ^= x * UINT32_C(0x05526c56);
    x ^= x * UINT32_C(0x53a22864);
    return reverse_bits(x);
}

void csi_sobol_fill(const csi_sobol *sobol, uint32_t index, double *point)
{
    for (size_t dimension = 0; dimension < sobol->n_dimensions; dimension++) {
        point[dimension] = csi_word_uniform(csi_sobol_word(sobol, index, dimension));
    }
}
