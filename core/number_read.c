/* Reading numbers: correctly rounded for any number of digits. Those that tables hold are read by number_plain.h.
 *
 * Three steps, each taken only when the one before cannot decide. Up to 2^53 with at most 22 powers of ten, one
 * multiplication or division of exact doubles rounds once and correctly (W. D. Clinger, How to Read Floating Point
 * Numbers Accurately, PLDI 1990). Else the first 19 digits times a 128-bit power of ten give 126 good bits and a bound
 * on what they miss (after D. Lemire, Number Parsing at a Gigabyte per Second, SPE 2021, doi:10.1002/spe.2984). Only
 * where a halfway point lies within that bound are all digits compared with it in exact arithmetic. strtod is not used:
 * it follows the locale. By hand: 9007199254740993 is halfway between two doubles and reads as 9007199254740992, the
 * even one. */
#include "core/number.h"

#include <limits.h>
#include <string.h>

#include "core/number_plain.h"
#include "core/number_powers.h"

enum {
    KEPT_DIGITS = 19,         /* always fit into 64 bits */
    DECIDING_DIGITS = 800,    /* no halfway point between doubles has more than 767 significant digits */
    MANTISSA_BITS = 53,
    LOWEST_EXPONENT = -1022,  /* of a normal double's leading bit */
    HIGHEST_EXPONENT = 1023,
};
#define EXPONENT_CAP ((int64_t)1 << 60) /* beyond any count of digits that memory holds */
#define INFINITY_BITS ((uint64_t)0x7ff << 52)

/* A scanned text: (-1)^is_negative * digits * 10^exponent, and a little more when it is cut. */
typedef struct decimal {
    bool is_negative;
    bool is_cut;        /* there are digits beyond the kept ones */
    uint64_t digits;
    int64_t exponent;
    const char *first;  /* the mantissa's text, leading zeros and point included */
    const char *end;
    int64_t text_exponent; /* of the last digit in the text */
} decimal;

typedef enum side { DOWN, UP, UNDECIDED } side;

/* A decimal's place among the doubles: mantissa * 2^exponent <= it < (mantissa + 1.5) * 2^exponent. */
typedef struct neighbour {
    uint64_t mantissa;
    int exponent;
    side side;
} neighbour;

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static const char *scan_digits(const char *at, const char *end, uint64_t *digits)
{
    uint64_t sum = *digits;
    for (; at < end && is_digit(*at); at++) {
        sum = sum * 10 + (uint64_t)(*at - '0'); /* wraps beyond 19 digits; keep_leading_digits then counts again */
    }
    *digits = sum;
    return at;
}

static const char *scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    const bool is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (at == end || !is_digit(*at)) {
        return NULL;
    }
    int64_t sum = 0;
    for (; at < end && is_digit(*at); at++) {
        sum = sum < EXPONENT_CAP / 16 ? sum * 10 + (*at - '0') : sum;
    }
    *exponent += is_negative ? -sum : sum;
    return at;
}

/* Fills digits and exponent from the first significant digits of a mantissa that is too long for 64 bits. */
static void keep_leading_digits(decimal *number)
{
    const char *at = number->first;
    while (at < number->end && (*at == '0' || *at == '.')) {
        at++;
    }
    uint64_t digits = 0;
    int n_kept = 0;
    int64_t n_left = 0;
    for (; at < number->end; at++) {
        if (*at == '.') {
            continue;
        }
        if (n_kept < KEPT_DIGITS) {
            digits = digits * 10 + (uint64_t)(*at - '0');
            n_kept++;
        } else {
            n_left++;
        }
    }
    number->digits = digits;
    number->exponent = number->text_exponent + n_left;
    number->is_cut = n_left > 0;
}

static csi_number_error scan(const char *text, size_t length, decimal *number)
{
    const char *const end = text + length;
    const char *at = text;
    if (length == 0) {
        return CSI_NUMBER_EMPTY;
    }
    number->is_negative = *at == '-';
    at += *at == '-' || *at == '+';
    number->first = at;
    number->digits = 0;
    at = scan_digits(at, end, &number->digits);
    int64_t n_digits = at - number->first;
    int64_t exponent = 0;
    if (at < end && *at == '.') {
        const char *const fraction = ++at;
        at = scan_digits(at, end, &number->digits);
        exponent = fraction - at;
        n_digits -= exponent;
    }
    number->end = at;
    if (n_digits == 0) {
        return CSI_NUMBER_SYNTAX;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = scan_exponent(at + 1, end, &exponent);
    }
    if (at != end) {
        return CSI_NUMBER_SYNTAX;
    }
    number->exponent = exponent;
    number->text_exponent = exponent;
    number->is_cut = false;
    if (n_digits > KEPT_DIGITS) {
        keep_leading_digits(number);
    }
    return CSI_NUMBER_OK;
}

static bool read_small(const decimal *number, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->is_cut || number->digits > (uint64_t)1 << MANTISSA_BITS || number->exponent < -22 ||
        number->exponent > 22) {
        return false;
    }
    const double digits = (double)number->digits;
    *value = number->exponent < 0 ? digits / power[-number->exponent] : digits * power[number->exponent];
    return true;
}

/* Which side of the halfway point a remainder is on, known to lie in [rest, rest + slack). */
static side decide(csi_uint128 rest, csi_uint128 slack, csi_uint128 half)
{
    if (rest < half && half - rest >= slack) {
        return DOWN;
    }
    return rest > half ? UP : UNDECIDED;
}

/* The place of digits * 10^power, from 126 or 127 leading bits of the product. Their error: the table is cut by less
 * than one unit of its low word, the product by its lowest word, and a cut decimal may be larger by almost one digit. */
static neighbour locate(const decimal *number, int power)
{
    const uint64_t *const ten = csi_powers_of_ten[power - CSI_POWER_MIN];
    const int shift = __builtin_clzll(number->digits);
    const uint64_t digits = number->digits << shift;
    const csi_uint128 low = (csi_uint128)digits * ten[1];
    const csi_uint128 product = (csi_uint128)digits * ten[0] + (uint64_t)(low >> 64);
    const int unit = csi_power_log2(power) - 127 + 64 - shift; /* product's last bit is worth 2^unit */
    csi_uint128 slack = csi_power_is_exact(power) && (uint64_t)low == 0 ? 1 : 2;
    if (number->is_cut) {
        slack += (csi_uint128)1 << (64 + shift);
    }

    const int lead = 127 - __builtin_clzll((uint64_t)(product >> 64)); /* both factors fill their words */
    int drop = lead + 1 - MANTISSA_BITS;
    if (unit + lead < LOWEST_EXPONENT) {
        drop += LOWEST_EXPONENT - (unit + lead);
    }
    neighbour place = {.exponent = unit + drop};
    if (drop > 128) {
        place.side = drop == 129 && product > (csi_uint128)0 - slack ? UNDECIDED : DOWN;
        return place;
    }
    place.mantissa = drop == 128 ? 0 : (uint64_t)(product >> drop);
    const csi_uint128 half = (csi_uint128)1 << (drop - 1);
    place.side = decide(product & (half - 1 + half), slack, half);
    return place;
}

/* Exact whole numbers, long enough for both sides of compare_with_half: at most 801 digits times 2^1075, or 54 bits
 * times 5^1142 (2706 bits), or as many as the largest double. */
enum { BIG_WORDS = 80 };
typedef struct big {
    int n;
    uint64_t word[BIG_WORDS]; /* least significant first; word[n - 1] != 0 */
} big;

static void big_multiply_add(big *x, uint64_t factor, uint64_t addend)
{
    csi_uint128 carry = addend;
    for (int i = 0; i < x->n; i++) {
        carry += (csi_uint128)x->word[i] * factor;
        x->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    if (carry != 0 && x->n < BIG_WORDS) {
        x->word[x->n++] = (uint64_t)carry;
    }
}

static void big_multiply_by_power_of_five(big *x, int64_t power)
{
    static const uint64_t five_27 = 7450580596923828125u; /* the largest that fits */
    for (; power >= 27; power -= 27) {
        big_multiply_add(x, five_27, 0);
    }
    for (; power > 0; power--) {
        big_multiply_add(x, 5, 0);
    }
}

static void big_shift(big *x, int64_t bits)
{
    for (; bits >= 63; bits -= 63) {
        big_multiply_add(x, (uint64_t)1 << 63, 0);
    }
    big_multiply_add(x, (uint64_t)1 << bits, 0);
}

static int big_compare(const big *a, const big *b)
{
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    for (int i = a->n; i-- > 0;) {
        if (a->word[i] != b->word[i]) {
            return a->word[i] < b->word[i] ? -1 : 1;
        }
    }
    return 0;
}

/* All significant digits; beyond DECIDING_DIGITS only whether anything is left matters, and a final 1 says so. Returns
 * the exponent of the last digit taken. */
static int64_t big_read(const decimal *number, big *x)
{
    const char *at = number->first;
    while (at < number->end && (*at == '0' || *at == '.')) {
        at++;
    }
    *x = (big){.n = 0};
    int n_taken = 0;
    int64_t n_left = 0;
    bool is_rest_zero = true;
    for (; at < number->end; at++) {
        if (*at == '.') {
            continue;
        }
        if (n_taken < DECIDING_DIGITS) {
            big_multiply_add(x, 10, (uint64_t)(*at - '0'));
            n_taken++;
        } else {
            n_left++;
            is_rest_zero = is_rest_zero && *at == '0';
        }
    }
    int64_t exponent = number->text_exponent + n_left;
    if (!is_rest_zero) {
        big_multiply_add(x, 10, 1);
        exponent--;
    }
    return exponent;
}

/* The sign of number - (mantissa + 1/2) * 2^exponent, exactly. */
static int compare_with_half(const decimal *number, const neighbour *place)
{
    big left;
    big right = {.n = 1, .word = {2 * place->mantissa + 1}};
    const int64_t power = big_read(number, &left);
    int64_t twos = place->exponent - 1 - power; /* left * 5^power against right * 2^twos */
    if (power >= 0) {
        big_multiply_by_power_of_five(&left, power);
    } else {
        big_multiply_by_power_of_five(&right, -power);
    }
    big_shift(twos >= 0 ? &right : &left, twos >= 0 ? twos : -twos);
    return big_compare(&left, &right);
}

static uint64_t rounded_bits(const decimal *number, const neighbour *place)
{
    uint64_t bits = place->mantissa;
    if (bits >> (MANTISSA_BITS - 1) != 0) {
        const int biased = place->exponent + (MANTISSA_BITS - 1) + HIGHEST_EXPONENT;
        bits += ((uint64_t)biased << 52) - ((uint64_t)1 << 52);
    }
    if (place->side == UNDECIDED) {
        const int sign = compare_with_half(number, place);
        return bits + (sign > 0 || (sign == 0 && (bits & 1)));
    }
    return bits + (place->side == UP);
}

static csi_number_error read_any(const char *text, size_t length, double *value)
{
    decimal number;
    const csi_number_error error = scan(text, length, &number);
    if (error != CSI_NUMBER_OK) {
        return error;
    }
    double size = 0;
    if (number.digits != 0 && number.exponent >= CSI_POWER_MIN && !read_small(&number, &size)) {
        if (number.exponent > HIGHEST_EXPONENT) {
            return CSI_NUMBER_RANGE;
        }
        uint64_t bits = INFINITY_BITS;
        if (number.exponent <= 308) {
            const neighbour place = locate(&number, (int)number.exponent);
            if (place.exponent + (MANTISSA_BITS - 1) <= HIGHEST_EXPONENT) {
                bits = rounded_bits(&number, &place);
            }
        }
        if (bits >= INFINITY_BITS) {
            return CSI_NUMBER_RANGE;
        }
        memcpy(&size, &bits, sizeof size);
    }
    *value = number.is_negative && size != 0 ? -size : size;
    return CSI_NUMBER_OK;
}

csi_number_error csi_number_read(const char *text, size_t length, double *value)
{
    return csi_number_read_plain(text, length, value) ? CSI_NUMBER_OK : read_any(text, length, value);
}

csi_number_error csi_number_read_integer(const char *text, size_t length, int64_t *value)
{
    if (length == 0) {
        return CSI_NUMBER_EMPTY;
    }
    const bool is_negative = text[0] == '-';
    size_t at = is_negative || text[0] == '+';
    if (at == length) {
        return CSI_NUMBER_SYNTAX;
    }
    const uint64_t limit = (uint64_t)INT64_MAX + is_negative;
    uint64_t size = 0;
    bool is_too_large = false;
    for (; at < length; at++) {
        if (!is_digit(text[at])) {
            return CSI_NUMBER_SYNTAX;
        }
        const uint64_t digit = (uint64_t)(text[at] - '0');
        is_too_large = is_too_large || size > (limit - digit) / 10;
        size = size * 10 + digit;
    }
    if (is_too_large) {
        return CSI_NUMBER_RANGE;
    }
    *value = is_negative ? (int64_t)(0 - size) : (int64_t)size;
    return CSI_NUMBER_OK;
}
