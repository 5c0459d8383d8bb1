/* Writing numbers: the shortest text that reads back equal, and fixed decimals for people.
 *
 * The shortest digits are found as R. Giulietti describes (The Schubfach way to render doubles, 2020): with the power of
 * ten k for which the interval that rounds to v is between one and ten units of 10^k wide, at most one multiple of
 * 10^(k+1) and two of 10^k come into question, and one 128-bit product each, rounded to odd, decides between them. The
 * C library is not used: it follows the locale and knows no shortest form. By hand: 0.1 + 0.2 is 0.30000000000000004,
 * the smallest subnormal 5e-324, 2^53 is 9007199254740992. */
#include "core/number.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/number_powers.h"

enum {
    FRACTION_BITS = 52,
    SMALLEST_EXPONENT = -1074, /* of a double's last bit */
    LARGEST_PLAIN_POWER = 15,  /* from 10^15 on exponents are written */
    SMALLEST_PLAIN_POWER = -5,
};

/* digits * 10^exponent, without trailing zeros */
typedef struct decimal {
    uint64_t digits;
    int exponent;
} decimal;

/* floor(power * x / 2^64...) keeping in the last bit whether anything was cut: comparisons with even numbers stay
 * right. `power` is the power of ten rounded up. */
static uint64_t round_to_odd(csi_uint128 power, uint64_t x)
{
    const csi_uint128 low = (csi_uint128)(uint64_t)power * x;
    const csi_uint128 high = (csi_uint128)(uint64_t)(power >> 64) * x + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static csi_uint128 power_rounded_up(int power)
{
    const uint64_t *const word = csi_powers_of_ten[power - CSI_POWER_MIN];
    return ((csi_uint128)word[0] << 64 | word[1]) + !csi_power_is_exact(power);
}

static int floor_log10_of_power_of_two(int power)
{
    return (power * 1262611) >> 22;
}

static int floor_log10_of_three_quarters(int power)
{
    return (power * 1262611 - 524031) >> 22; /* of 3/4 * 2^power */
}

/* The shortest decimal within the interval that rounds to mantissa * 2^exponent; the nearest of several. */
static decimal shortest(uint64_t mantissa, int exponent)
{
    const bool is_odd = mantissa & 1;
    const bool is_gap_below_halved = mantissa == (uint64_t)1 << FRACTION_BITS && exponent > SMALLEST_EXPONENT;
    const int k = is_gap_below_halved ? floor_log10_of_three_quarters(exponent)
                                      : floor_log10_of_power_of_two(exponent);
    const int shift = exponent + csi_power_log2(-k) + 1;
    const csi_uint128 power = power_rounded_up(-k);

    /* all in quarters of 10^k */
    const uint64_t centre = round_to_odd(power, 4 * mantissa << shift);
    const uint64_t lower = round_to_odd(power, (4 * mantissa - (is_gap_below_halved ? 1 : 2)) << shift) + is_odd;
    const uint64_t upper = round_to_odd(power, (4 * mantissa + 2) << shift) - is_odd;

    const uint64_t units = centre / 4;
    if (units >= 10) {
        const uint64_t tens = units / 10;
        const bool is_floor_inside = lower <= 40 * tens;
        const bool is_ceiling_inside = 40 * tens + 40 <= upper;
        if (is_floor_inside != is_ceiling_inside) {
            return (decimal){tens + is_ceiling_inside, k + 1};
        }
    }
    const bool is_floor_inside = lower <= 4 * units;
    const bool is_ceiling_inside = 4 * units + 4 <= upper;
    if (is_floor_inside != is_ceiling_inside) {
        return (decimal){units + is_ceiling_inside, k};
    }
    const uint64_t middle = 4 * units + 2;
    return (decimal){units + (centre > middle || (centre == middle && (units & 1))), k};
}

static void split(double size, uint64_t *mantissa, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &size, sizeof bits);
    const uint64_t fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    const int biased = (int)(bits >> FRACTION_BITS);
    *mantissa = biased == 0 ? fraction : fraction | (uint64_t)1 << FRACTION_BITS;
    *exponent = (biased == 0 ? 1 : biased) - 1 + SMALLEST_EXPONENT;
}

static decimal strip_zeros(decimal number)
{
    while (number.digits % 10 == 0) {
        number.digits /= 10;
        number.exponent++;
    }
    return number;
}

/* floor(log10 2^k) from the length in bits, and one more from the next power of ten on. */
static size_t count_digits(uint64_t x)
{
    static const uint64_t power[] = {
        0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
        1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
        1000000000000000000, UINT64_C(10000000000000000000),
    };
    const size_t n = (size_t)(64 - __builtin_clzll(x | 1)) * 1233 >> 12;
    return n + (x >= power[n] ? 1 : 0);
}

/* The eight digits of x < 10^8, the first one in the lowest byte: halved into fours, twos and ones side by side. */
static uint64_t eight_digits(uint64_t x)
{
    const uint64_t fours = x / 10000 | (x % 10000) << 32;
    const uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    const uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    const uint64_t tens = (twos * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return (tens | (twos - 10 * tens) << 8) + UINT64_C(0x3030303030303030);
}

static void put_eight(uint64_t x, char *out)
{
    uint64_t digits = eight_digits(x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    digits = __builtin_bswap64(digits);
#endif
    memcpy(out, &digits, sizeof digits);
}

/* Writes the digits of x, at least `width` of them and at most 24; not terminated. */
static size_t put_digits(uint64_t x, size_t width, char *out)
{
    char all[24];
    const size_t n_digits = count_digits(x), n = n_digits < width ? width : n_digits;
    put_eight(x % 100000000, all + 16);
    if (n > 8) {
        put_eight(x / 100000000 % 100000000, all + 8);
    }
    if (n > 16) {
        put_eight(x / 10000000000000000, all);
    }
    memcpy(out, all + sizeof all - n, n);
    return n;
}

static size_t put_exponent_form(const char *digits, size_t n, int power, char *out)
{
    size_t at = 0;
    out[at++] = digits[0];
    if (n > 1) {
        out[at++] = '.';
        memcpy(out + at, digits + 1, n - 1);
        at += n - 1;
    }
    out[at++] = 'e';
    if (power < 0) {
        out[at++] = '-';
    }
    return at + put_digits((uint64_t)(power < 0 ? -power : power), 1, out + at);
}

/* Digits with the point after the first `before` of them (0 or fewer: zeros in between). Not for whole numbers, so there
 * are more digits than that. */
static size_t put_positional(const char *digits, size_t n, int before, char *out)
{
    if (before <= 0) {
        const size_t at = 2 + (size_t)-before;
        memcpy(out, "0.0000", 6);
        memcpy(out + at, digits, n);
        return at + n;
    }
    memcpy(out, digits, (size_t)before);
    out[before] = '.';
    memcpy(out + before + 1, digits + before, n - (size_t)before);
    return n + 1;
}

static size_t put_shortest(double size, char *out)
{
    uint64_t mantissa;
    int exponent;
    split(size, &mantissa, &exponent);
    const decimal number = strip_zeros(shortest(mantissa, exponent));
    char digits[20];
    const size_t n = put_digits(number.digits, 1, digits);
    const int power = number.exponent + (int)n - 1; /* of the first digit */
    if (power < SMALLEST_PLAIN_POWER || power >= LARGEST_PLAIN_POWER) {
        return put_exponent_form(digits, n, power, out);
    }
    return put_positional(digits, n, power + 1, out);
}

size_t csi_number_write(double value, char *buffer)
{
    assert(isfinite(value));
    size_t n = 0;
    if (value < 0) {
        buffer[n++] = '-';
        value = -value;
    }
    if (value < 1e15 && (double)(uint64_t)value == value) {
        n += put_digits((uint64_t)value, 1, buffer + n);
    } else {
        n += put_shortest(value, buffer + n);
    }
    buffer[n] = '\0';
    return n;
}

/* round(size * 10^decimals), halves to even; size < 1e15 and decimals <= 15 keep every product below 2^103,
 * and the exponent below 0. */
static csi_uint128 scaled(double size, int decimals)
{
    uint64_t mantissa;
    int exponent;
    split(size, &mantissa, &exponent);
    csi_uint128 product = mantissa;
    for (int i = 0; i < decimals; i++) {
        product *= 10;
    }
    if (exponent < -126) {
        return 0;
    }
    const csi_uint128 one = (csi_uint128)1 << -exponent;
    const csi_uint128 whole = product >> -exponent;
    const csi_uint128 rest = product & (one - 1);
    return whole + (rest > one / 2 || (rest == one / 2 && (whole & 1)));
}

size_t csi_number_write_fixed(double value, int decimals, char *buffer)
{
    assert(isfinite(value) && decimals >= 0 && decimals <= 15);
    const double size = fabs(value);
    if (size >= 1e15) {
        return csi_number_write(value, buffer);
    }
    const csi_uint128 units = scaled(size, decimals);
    uint64_t one = 1;
    for (int i = 0; i < decimals; i++) {
        one *= 10;
    }
    size_t n = 0;
    if (value < 0 && units != 0) {
        buffer[n++] = '-';
    }
    n += put_digits((uint64_t)(units / one), 1, buffer + n);
    if (decimals > 0) {
        buffer[n++] = '.';
        n += put_digits((uint64_t)(units % one), (size_t)decimals, buffer + n);
    }
    buffer[n] = '\0';
    return n;
}

size_t csi_number_write_integer(int64_t value, char *buffer)
{
    size_t n = 0;
    if (value < 0) {
        buffer[n++] = '-';
    }
    n += put_digits(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1, buffer + n);
    buffer[n] = '\0';
    return n;
}
