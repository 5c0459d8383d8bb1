/* Reading the numbers that tables hold: up to sixteen characters of sign, digits and point, without a loop over them.
 *
 * The characters are laid against the right end of sixteen bytes, zeros before them; the point is taken out by moving what
 * stands before it, and all digits become a number by three rounds of multiplying and adding neighbours. One division then
 * rounds once, and correctly, as in number_read.c. Loops over digits pay for each wrong guess of where a number ends, which
 * cost more than all the rest. Anything else (an exponent, too many digits, no number), and any processor without SSE2, is
 * left to number_read.c. */
#ifndef CSI_CORE_NUMBER_PLAIN_H
#define CSI_CORE_NUMBER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __SSE2__
static inline uint64_t csi_plain_load8(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

static inline uint64_t csi_plain_load4(const char *text)
{
    uint32_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* One to sixteen characters against the right end, with anything before them. */
static inline __m128i csi_plain_lay(const char *text, size_t length)
{
    uint64_t low = 0, high;
    if (length > 8) {
        low = csi_plain_load8(text) << 8 * (16 - length);
        high = csi_plain_load8(text + length - 8);
    } else if (length >= 4) {
        high = csi_plain_load4(text) << 8 * (8 - length) | csi_plain_load4(text + length - 4) << 32;
    } else {
        high = (uint64_t)(unsigned char)text[0] << 8 * (8 - length) |
               (uint64_t)(unsigned char)text[length / 2] << 8 * (8 - length + length / 2) |
               (uint64_t)(unsigned char)text[length - 1] << 56;
    }
    return _mm_set_epi64x((int64_t)high, (int64_t)low);
}

/* All ones in the last n of sixteen bytes. */
static inline __m128i csi_plain_last(size_t n)
{
    static const uint8_t edge[32] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    return _mm_loadu_si128((const __m128i *)(const void *)(edge + n));
}

/* Sixteen digits, each a byte of 0 to 9, the first in the lowest byte. */
static inline uint64_t csi_plain_sum(__m128i digits)
{
    const __m128i none = _mm_setzero_si128();
    const __m128i tens = _mm_set1_epi32(1 << 16 | 10), hundreds = _mm_set1_epi32(1 << 16 | 100),
                  myriads = _mm_set1_epi32(1 << 16 | 10000);
    const __m128i twos = _mm_packs_epi32(_mm_madd_epi16(_mm_unpacklo_epi8(digits, none), tens),
                                         _mm_madd_epi16(_mm_unpackhi_epi8(digits, none), tens));
    const __m128i fours = _mm_madd_epi16(twos, hundreds);
    const __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), myriads);
    const uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    return (both & UINT32_MAX) * 100000000 + (both >> 32);
}
#endif

/* True when text[0..length) is such a number. */
static inline bool csi_number_read_plain(const char *text, size_t length, double *value)
{
#ifdef __SSE2__
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool is_negative = length > 0 && text[0] == '-';
    text += is_negative;
    length -= is_negative;
    if (length == 0 || length > 16 || (length == 1 && text[0] == '.')) {
        return false;
    }
    const __m128i own = csi_plain_last(length), zero = _mm_set1_epi8('0');
    __m128i digits = _mm_and_si128(_mm_sub_epi8(csi_plain_lay(text, length), zero), own);
    unsigned n_after = 0;
    const int points = _mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_set1_epi8('.' - '0')));
    if (points != 0) {
        n_after = 15 - (unsigned)__builtin_ctz((unsigned)points);
        const __m128i after = csi_plain_last(n_after);
        digits = _mm_or_si128(_mm_and_si128(after, digits), _mm_andnot_si128(after, _mm_slli_si128(digits, 1)));
    }
    const __m128i nine = _mm_set1_epi8(9);
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine)) != 0xffff) {
        return false;
    }
    const uint64_t all = csi_plain_sum(digits);
    if (all > (uint64_t)1 << 53) {
        return false;
    }
    const double size = (double)(int64_t)all / power[n_after];
    *value = is_negative && all != 0 ? -size : size;
    return true;
#else
    (void)text, (void)length, (void)value;
    return false;
#endif
}

#endif
