/* Reading the numbers that tables hold: up to sixteen characters of sign, digits and point, without a loop over them.
 *
 * The characters are laid against the right end of sixteen bytes, zeros before them; the point is taken out by moving what
 * stands before it, and eight digits at a time become a number by three multiplications. One division then rounds once,
 * and correctly, as in number_read.c. Loops over digits pay for each wrong guess of where a number ends, which cost more
 * than all the rest. Anything else (an exponent, too many digits, no number) is left to number_read.c. */
#ifndef CSI_CORE_NUMBER_PLAIN_H
#define CSI_CORE_NUMBER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CSI_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t csi_plain_load(const char *text, size_t n)
{
    uint64_t word = 0;
    memcpy(&word, text, n);
    return word;
}

/* Eight characters, the first in the lowest byte, to the number they write. */
static inline uint64_t csi_plain_eight(uint64_t word)
{
    word -= CSI_EACH_BYTE('0');
    word = word * 10 + (word >> 8); /* pairs of digits, in every other byte */
    return ((word & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
            (word >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32))) >> 32;
}

static inline bool csi_plain_is_digits(uint64_t word)
{
    const uint64_t tens = CSI_EACH_BYTE(0xf0), wanted = CSI_EACH_BYTE(0x30);
    return (((word & tens) ^ wanted) | (((word + CSI_EACH_BYTE(6)) & tens) ^ wanted)) == 0;
}

/* Up to sixteen characters against the right end of two words, '0' before them. */
static inline void csi_plain_lay(const char *text, size_t length, uint64_t *low, uint64_t *high)
{
    const uint64_t zeros = CSI_EACH_BYTE('0');
    *low = zeros;
    if (length > 8) {
        const unsigned empty = 8 * (16 - (unsigned)length);
        *high = csi_plain_load(text + length - 8, 8);
        *low = csi_plain_load(text, 8) << empty | (zeros & ((UINT64_C(1) << empty) - 1));
    } else if (length == 8) {
        *high = csi_plain_load(text, 8);
    } else {
        const unsigned empty = 8 * (8 - (unsigned)length);
        *high = (length >= 4 ? csi_plain_load(text, 4) << empty | csi_plain_load(text + length - 4, 4) << 32
                             : (uint64_t)(unsigned char)text[0] << empty |
                                   (uint64_t)(unsigned char)text[length / 2] << (empty + 8 * (unsigned)(length / 2)) |
                                   (uint64_t)(unsigned char)text[length - 1] << 56) |
                (zeros & ((UINT64_C(1) << empty) - 1));
    }
}

/* Takes the point out of one of the words; what stands before it moves up, and `before` comes in below. The digits after
 * it, counting from the end of this word; 8 when it holds no point. */
static inline unsigned csi_plain_close_up(uint64_t *word, uint64_t before)
{
    const uint64_t differs = *word ^ CSI_EACH_BYTE('.');
    const uint64_t points = (differs - CSI_EACH_BYTE(1)) & ~differs & CSI_EACH_BYTE(0x80);
    if (points == 0) {
        return 8;
    }
    const unsigned at = (unsigned)__builtin_ctzll(points) & ~7u;
    const uint64_t below = (UINT64_C(1) << at) - 1;
    *word = (*word & ~below << 8) | (*word & below) << 8 | before;
    return 7 - at / 8;
}

/* True when text[0..length) is such a number. */
static inline bool csi_number_read_plain(const char *text, size_t length, double *value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool is_negative = length > 0 && text[0] == '-';
    text += is_negative;
    length -= is_negative;
    if (length == 0 || length > 16 || (length == 1 && text[0] == '.')) {
        return false;
    }
    uint64_t low, high;
    csi_plain_lay(text, length, &low, &high);
    unsigned n_after = csi_plain_close_up(&high, low >> 56);
    if (n_after < 8) {
        low = low << 8 | '0';
    } else if (length > 8) {
        n_after += csi_plain_close_up(&low, '0');
        n_after = n_after == 16 ? 0 : n_after;
    } else {
        n_after = 0;
    }
    if (!csi_plain_is_digits(low) || !csi_plain_is_digits(high)) {
        return false;
    }
    const uint64_t digits = csi_plain_eight(low) * 100000000 + csi_plain_eight(high);
    if (digits > (uint64_t)1 << 53) {
        return false;
    }
    const double size = (double)(int64_t)digits / power[n_after];
    *value = is_negative && digits != 0 ? -size : size;
    return true;
#else
    (void)text, (void)length, (void)value;
    return false;
#endif
}

#endif
