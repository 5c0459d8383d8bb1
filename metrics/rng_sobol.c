/* Sobol's sequence with the direction numbers of Joe and Kuo, scrambled.
 *
 * Dimension j >= 1 belongs to the j-th primitive polynomial over GF(2), in the order of degree and value, found by
 * checking that x has order 2^s - 1 modulo it; dimension 0 is van der Corput's. The first s direction numbers of a
 * dimension are those of Joe and Kuo (metrics/rng_sobol.def); the rest follows from the recurrence (Sobol 1967; Bratley
 * and Fox 1988, ACM TOMS 14:88-100):
 *     m_i = 2 a_1 m_{i-1} ^ 4 a_2 m_{i-2} ^ ... ^ 2^s m_{i-s} ^ m_{i-s}.
 * Scrambling multiplies the digits of each dimension by a random lower triangular matrix with a unit diagonal and shifts
 * them by random digits (Matousek 1998, Journal of Complexity 14:527-556): like Owen's nested scrambling it keeps every net
 * property and makes each point uniform, with the same variance of integrals, and costs nothing a point.
 *
 * By hand: before scrambling, points 0..3 of dimension 0 are 0, 1/2, 1/4, 3/4. */
#include "metrics/rng_sobol.h"

#include <stdbool.h>
#include <stdlib.h>

#include "metrics/rng.h"

#define SCRAMBLING 0x50b01u /* the family of draws for scrambling */

/* m_1, m_2, ... of dimension 1, then of dimension 2, ... */
static const uint16_t initial[] = {
#include "metrics/rng_sobol.def"
};

struct csi_sobol {
    size_t n_dimensions;
    uint32_t *direction; /* [dimension][bit] */
    uint32_t *scrambled; /* likewise */
    uint32_t *shift;     /* [dimension] */
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

static unsigned parity(uint32_t x)
{
    return (unsigned)__builtin_popcount(x) & 1;
}

/* Digit r (0: the highest) of the product is the parity of the digits that row r of the matrix picks: its own and, by
 * chance, those above. */
static void scramble(uint64_t seed, size_t dimension, const uint32_t direction[CSI_SOBOL_BITS],
                     uint32_t scrambled[CSI_SOBOL_BITS], uint32_t *shift)
{
    uint32_t word[2 * CSI_DRAW_GROUP];
    const csi_stream stream = {seed, dimension, SCRAMBLING};
    csi_draw_words(&stream, 0, 2 * CSI_DRAW_GROUP, word);
    for (unsigned i = 0; i < CSI_SOBOL_BITS; i++) {
        scrambled[i] = 0;
        for (unsigned r = 0; r < CSI_SOBOL_BITS; r++) {
            const uint32_t own = UINT32_C(1) << (31 - r), above = ~((own - 1) | own);
            scrambled[i] |= parity(direction[i] & ((word[r] & above) | own)) << (31 - r);
        }
    }
    *shift = word[CSI_SOBOL_BITS];
}

csi_status csi_sobol_new(size_t n_dimensions, uint64_t seed, csi_sobol **sobol)
{
    *sobol = NULL;
    if (n_dimensions == 0 || n_dimensions > CSI_SOBOL_MAX_DIMENSIONS) {
        return CSI_ERR_INTERNAL;
    }
    csi_sobol *s = calloc(1, sizeof *s);
    if (s == NULL || (s->direction = calloc(n_dimensions * CSI_SOBOL_BITS, sizeof *s->direction)) == NULL ||
        (s->scrambled = calloc(n_dimensions * CSI_SOBOL_BITS, sizeof *s->scrambled)) == NULL ||
        (s->shift = calloc(n_dimensions, sizeof *s->shift)) == NULL) {
        csi_sobol_free(s);
        return CSI_ERR_MEMORY;
    }
    s->n_dimensions = n_dimensions;
    for (unsigned i = 0; i < CSI_SOBOL_BITS; i++) {
        s->direction[i] = UINT32_C(1) << (31 - i);
    }
    const uint16_t *m = initial;
    uint32_t polynomial = 1;
    unsigned degree = 0;
    for (size_t dimension = 1; dimension < n_dimensions; dimension++) {
        uint32_t *own = s->direction + dimension * CSI_SOBOL_BITS;
        polynomial = next_primitive(polynomial, &degree);
        for (unsigned i = 0; i < degree; i++) {
            own[i] = (uint32_t)*m++ << (31 - i);
        }
        recur(polynomial, degree, own);
    }
    for (size_t dimension = 0; dimension < n_dimensions; dimension++) {
        const size_t at = dimension * CSI_SOBOL_BITS;
        scramble(seed, dimension, s->direction + at, s->scrambled + at, &s->shift[dimension]);
    }
    *sobol = s;
    return CSI_OK;
}

void csi_sobol_free(csi_sobol *sobol)
{
    if (sobol != NULL) {
        free(sobol->direction);
        free(sobol->scrambled);
        free(sobol->shift);
        free(sobol);
    }
}

size_t csi_sobol_dimensions(const csi_sobol *sobol)
{
    return sobol->n_dimensions;
}

static uint32_t combine(const uint32_t *direction, uint32_t index, uint32_t word)
{
    for (; index != 0; index >>= 1, direction++) {
        word ^= (index & 1) != 0 ? *direction : 0;
    }
    return word;
}

uint32_t csi_sobol_raw(const csi_sobol *sobol, uint32_t index, size_t dimension)
{
    return combine(sobol->direction + dimension * CSI_SOBOL_BITS, index, 0);
}

uint32_t csi_sobol_word(const csi_sobol *sobol, uint32_t index, size_t dimension)
{
    return combine(sobol->scrambled + dimension * CSI_SOBOL_BITS, index, sobol->shift[dimension]);
}

void csi_sobol_fill(const csi_sobol *sobol, uint32_t index, double *point)
{
    for (size_t dimension = 0; dimension < sobol->n_dimensions; dimension++) {
        point[dimension] = csi_word_uniform(csi_sobol_word(sobol, index, dimension));
    }
}
