/* core/number against the C library in the C locale (which rounds correctly and is not ours), and against rules. */
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "tests/support/support.h"

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t to_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double read_or_nan(const char *text)
{
    double value = NAN;
    return csi_number_read(text, strlen(text), &value) == CSI_NUMBER_OK ? value : NAN;
}

/* Equal to the bit, except that -0 reads as 0. */
static int reads_like_the_library(const char *text)
{
    const double expected = strtod(text, NULL);
    double value = NAN;
    const csi_number_error error = csi_number_read(text, strlen(text), &value);
    if (isinf(expected)) {
        return error == CSI_NUMBER_RANGE;
    }
    return error == CSI_NUMBER_OK && to_bits(value) == to_bits(expected == 0 ? 0.0 : expected);
}

Test(number, accepts_and_refuses)
{
    static const struct {
        const char *text;
        csi_number_error error;
        double value;
    } row[] = {
        {"1", CSI_NUMBER_OK, 1},           {"+1", CSI_NUMBER_OK, 1},
        {"-1", CSI_NUMBER_OK, -1},         {"1e5", CSI_NUMBER_OK, 1e5},
        {"1E-5", CSI_NUMBER_OK, 1e-5},     {"1e+05", CSI_NUMBER_OK, 1e5},
        {".5", CSI_NUMBER_OK, 0.5},        {"5.", CSI_NUMBER_OK, 5},
        {"-.5e1", CSI_NUMBER_OK, -5},      {"5.e2", CSI_NUMBER_OK, 500},
        {"007", CSI_NUMBER_OK, 7},         {"0", CSI_NUMBER_OK, 0},
        {"-0", CSI_NUMBER_OK, 0},          {"-0.0e9", CSI_NUMBER_OK, 0},
        {"1e-999", CSI_NUMBER_OK, 0},      {"0e999", CSI_NUMBER_OK, 0},
        {"4.9e-324", CSI_NUMBER_OK, 5e-324}, {"1.7976931348623157e308", CSI_NUMBER_OK, DBL_MAX},
        {"0e99999999999999999999", CSI_NUMBER_OK, 0}, {"1e-99999999999999999999", CSI_NUMBER_OK, 0},
        {"1e999", CSI_NUMBER_RANGE, 0},    {"-1e309", CSI_NUMBER_RANGE, 0},
        {"1e99999999999999999999", CSI_NUMBER_RANGE, 0}, {"1.7976931348623159e308", CSI_NUMBER_RANGE, 0},
        {"", CSI_NUMBER_EMPTY, 0},         {"+", CSI_NUMBER_SYNTAX, 0},
        {"-", CSI_NUMBER_SYNTAX, 0},       {".", CSI_NUMBER_SYNTAX, 0},
        {"e5", CSI_NUMBER_SYNTAX, 0},      {".e5", CSI_NUMBER_SYNTAX, 0},
        {"1e", CSI_NUMBER_SYNTAX, 0},      {"1e+", CSI_NUMBER_SYNTAX, 0},
        {"1ex", CSI_NUMBER_SYNTAX, 0},     {"1e-+1", CSI_NUMBER_SYNTAX, 0},
        {"1e5.0", CSI_NUMBER_SYNTAX, 0},   {"1.2.3", CSI_NUMBER_SYNTAX, 0},
        {"--1", CSI_NUMBER_SYNTAX, 0},     {"+-1", CSI_NUMBER_SYNTAX, 0},
        {"1_000", CSI_NUMBER_SYNTAX, 0},   {"1,000", CSI_NUMBER_SYNTAX, 0},
        {"1,5", CSI_NUMBER_SYNTAX, 0},     {"0x10", CSI_NUMBER_SYNTAX, 0},
        {"0x1p3", CSI_NUMBER_SYNTAX, 0},   {"1d3", CSI_NUMBER_SYNTAX, 0},
        {"inf", CSI_NUMBER_SYNTAX, 0},     {"Infinity", CSI_NUMBER_SYNTAX, 0},
        {"nan", CSI_NUMBER_SYNTAX, 0},     {"NaN", CSI_NUMBER_SYNTAX, 0},
        {"NA", CSI_NUMBER_SYNTAX, 0},      {" 1", CSI_NUMBER_SYNTAX, 0},
        {"1 ", CSI_NUMBER_SYNTAX, 0},      {"1 000", CSI_NUMBER_SYNTAX, 0},
        {"\t1", CSI_NUMBER_SYNTAX, 0},     {"1\n", CSI_NUMBER_SYNTAX, 0},
        {"1f", CSI_NUMBER_SYNTAX, 0},      {"1%", CSI_NUMBER_SYNTAX, 0},
        {"\xd9\xa1", CSI_NUMBER_SYNTAX, 0} /* Arabic one */, {"\xef\xbc\x91", CSI_NUMBER_SYNTAX, 0} /* wide one */,
        {"\xe2\x88\x92" "1", CSI_NUMBER_SYNTAX, 0} /* minus sign U+2212 */, {"1\xc2\xa0", CSI_NUMBER_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double value = 0;
        const csi_number_error error = csi_number_read(row[i].text, strlen(row[i].text), &value);
        cr_expect(error == row[i].error, "\"%s\": error %d", row[i].text, error);
        cr_expect(to_bits(value) == to_bits(row[i].value), "\"%s\": %.17g", row[i].text, value);
    }
    double value = 7;
    cr_expect(csi_number_read("1\0002", 3, &value) == CSI_NUMBER_SYNTAX && value == 7);
    cr_expect(csi_number_read("123", 2, &value) == CSI_NUMBER_OK && value == 12, "reads no further than told");
}

Test(number, integers)
{
    static const struct {
        const char *text;
        csi_number_error error;
        int64_t value;
    } row[] = {
        {"0", CSI_NUMBER_OK, 0}, {"-0", CSI_NUMBER_OK, 0}, {"+12", CSI_NUMBER_OK, 12}, {"-12", CSI_NUMBER_OK, -12},
        {"9223372036854775807", CSI_NUMBER_OK, INT64_MAX}, {"-9223372036854775808", CSI_NUMBER_OK, INT64_MIN},
        {"9223372036854775808", CSI_NUMBER_RANGE, 0}, {"-9223372036854775809", CSI_NUMBER_RANGE, 0},
        {"99999999999999999999999", CSI_NUMBER_RANGE, 0}, {"000000000000000000000000001", CSI_NUMBER_OK, 1},
        {"", CSI_NUMBER_EMPTY, 0}, {"-", CSI_NUMBER_SYNTAX, 0}, {"1.0", CSI_NUMBER_SYNTAX, 0},
        {"1e3", CSI_NUMBER_SYNTAX, 0}, {" 1", CSI_NUMBER_SYNTAX, 0}, {"99999999999999999999x", CSI_NUMBER_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        int64_t value = 0;
        const csi_number_error error = csi_number_read_integer(row[i].text, strlen(row[i].text), &value);
        cr_expect(error == row[i].error && value == row[i].value, "\"%s\": error %d, %" PRId64, row[i].text, error,
                  value);
        char text[CSI_NUMBER_MAX], expected[CSI_NUMBER_MAX];
        snprintf(expected, sizeof expected, "%" PRId64, value);
        cr_expect(csi_number_write_integer(value, text) == strlen(expected) && strcmp(text, expected) == 0);
    }
}

Test(number, written_forms)
{
    static const struct {
        double value;
        const char *text;
    } row[] = {
        {0, "0"}, {-0.0, "0"}, {42, "42"}, {-42, "-42"}, {0.1 + 0.2, "0.30000000000000004"}, {0.1, "0.1"},
        {1e-5, "0.00001"}, {1.5e-5, "0.000015"}, {9.99e-6, "9.99e-6"}, {1e-7, "1e-7"}, {-1.25e-7, "-1.25e-7"},
        {999999999999999, "999999999999999"}, {1e15, "1e15"}, {999999999999999.9, "999999999999999.9"},
        {1234567890123456, "1.234567890123456e15"}, {9007199254740992, "9.007199254740992e15"}, {1e23, "1e23"},
        {100, "100"}, {123.456, "123.456"}, {5e-324, "5e-324"}, {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e308"}, {0.0001, "0.0001"}, {1e14 + 0.5, "100000000000000.5"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[CSI_NUMBER_MAX];
        const size_t n = csi_number_write(row[i].value, text);
        cr_expect(strcmp(text, row[i].text) == 0 && n == strlen(text), "%s, not %s", text, row[i].text);
    }
}

/* How many significant digits a text has. */
static int significant_digits(const char *text)
{
    int n = 0, n_zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text >= '1' && *text <= '9') {
            n += n_zeros + 1;
            n_zeros = 0;
        } else if (*text == '0' && n > 0) {
            n_zeros++;
        }
    }
    return n;
}

/* The fewest digits with which the library's rounding reads back. */
static int fewest_digits(double value)
{
    char text[64];
    for (int digits = 1; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) {
            return significant_digits(text);
        }
    }
    return 17;
}

static void check_round_trip(double value, int with_length)
{
    char text[CSI_NUMBER_MAX];
    const size_t n = csi_number_write(value, text);
    cr_assert(n < CSI_NUMBER_MAX && strlen(text) == n);
    cr_assert(to_bits(read_or_nan(text)) == to_bits(value), "%.17g written as %s", value, text);
    cr_assert(strtod(text, NULL) == value, "%.17g written as %s", value, text);
    if (with_length) {
        cr_assert(significant_digits(text) <= fewest_digits(value), "%.17g written as %s", value, text);
    }
}

Test(number, round_trip_of_random_bits)
{
    for (int i = 0; i < CASES(1000000, 20000); i++) {
        const double value = from_bits(draw());
        if (isfinite(value) && value != 0) {
            check_round_trip(value, i % 20 == 0);
        }
    }
}

Test(number, round_trip_of_published_sizes)
{
    for (int i = 0; i < 300000; i++) {
        check_round_trip((double)(draw() >> 11) * 0x1p-53 * 100, i % 10 == 0);
        check_round_trip(-(double)(int64_t)(draw() % 2000000) / 1000, i % 10 == 0);
    }
}

Test(number, round_trip_at_every_power)
{
    for (int power = -1074; power <= 1023; power++) {
        const double value = ldexp(1, power);
        const double around[] = {nextafter(value, 0), value, nextafter(value, INFINITY)};
        for (int i = 0; i < 3; i++) {
            if (around[i] != 0) {
                check_round_trip(around[i], 1);
            }
        }
    }
}

Test(number, reads_random_decimals_like_the_library)
{
    for (int i = 0; i < CASES(1000000, 20000); i++) {
        char text[128];
        size_t n = 0;
        const int before = (int)(draw() % 22), after = (int)(draw() % 22);
        for (int digit = 0; digit < before; digit++) {
            text[n++] = (char)('0' + draw() % 10);
        }
        text[n++] = '.';
        for (int digit = 0; digit <= after; digit++) {
            text[n++] = (char)('0' + draw() % 10);
        }
        text[n] = '\0';
        if (draw() % 2) {
            sprintf(text + n, "e%d", (int)(draw() % 700) - 365);
        }
        cr_assert(reads_like_the_library(text), "%s", text);
    }
}

/* Exactly halfway between two doubles, a hair below and a hair above, at every size: what an approximate product
 * cannot decide. */
Test(number, reads_halfway_points_like_the_library)
{
    for (int i = 0; i < CASES(20000, 4000); i++) {
        const double value = from_bits(draw() >> 1);
        if (!isfinite(value) || value >= DBL_MAX) {
            continue;
        }
        const long double half = ((long double)value + (long double)nextafter(value, INFINITY)) / 2;
        char text[2048];
        snprintf(text, sizeof text, "%.1100Lf", half);
        cr_assert(reads_like_the_library(text), "%s", text);
        strcat(text, "000000000000000000000000000000000000000000000001");
        cr_assert(reads_like_the_library(text), "%s", text);
        snprintf(text, sizeof text, "%.780Le", half);
        char *const e = strchr(text, 'e');
        e[-1] = '1';
        cr_assert(reads_like_the_library(text), "%s", text);
        for (int digits = 16; digits < 24; digits++) {
            snprintf(text, sizeof text, "%.*Le", digits, half);
            cr_assert(reads_like_the_library(text), "%s", text);
        }
    }
}

Test(number, reads_hard_literals_like_the_library)
{
    static const char *const text[] = {
        "9007199254740993", "9007199254740993.0", "9007199254740992.99999999999999999999", "9007199254740995",
        "9007199254740993.00000000000000000000000000000000000000000001", "1e23", "8.5e22", "9.5e-295",
        "2.2250738585072011e-308", "2.2250738585072012e-308", "2.4703282292062327e-324", "2.4703282292062328e-324",
        "2.47032822920623272088284396434110686182e-324", "2.47032822920623272088284396434110686183e-324",
        "1.7976931348623158079372897140530341507e308", "1.7976931348623158079372897140530341508e308",
        "179769313486231570000000000000000000000000000000000000000e252", "6929495644600919.5", "3.237883913302901e-319",
        "7.2057594037927933e16", "72057594037927945", "0.000000000000000000000000000000000000000000000000000001e54",
        "5e-324", "3e-324", "2e-324", "10000000000000000000000000000000000000000000000000000000000000000000000e-70",
        "1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        cr_expect(reads_like_the_library(text[i]), "%s", text[i]);
    }
}

Test(number, reads_very_long_texts)
{
    enum { ZEROS = 3000000 };
    char *const text = malloc(ZEROS + 64);
    memset(text, '0', ZEROS + 64);
    text[1] = '.';
    memcpy(text + ZEROS, "125e3000000", 12);
    double value = 0;
    cr_expect(csi_number_read(text, ZEROS + 11, &value) == CSI_NUMBER_OK && value == 12.5, "%.17g", value);
    memset(text, '9', ZEROS);
    memcpy(text + ZEROS, "e-3000000", 10);
    cr_expect(csi_number_read(text, ZEROS + 9, &value) == CSI_NUMBER_OK && value == 1, "%.17g", value);
    free(text);
}

Test(number, fixed_decimals_like_the_library)
{
    static const double half[] = {0.5, 1.5, 2.5, 0.125, 0.375, 1.0005, 2.675, 1e-20, 999999999999999.5, 0.049999999999999996,
                                  999999999999999.875, 123456789012345.67, 5e-324, 0x1p-16, 3 * 0x1p-16};
    for (int i = 0; i < 400000; i++) {
        const int is_half = i < (int)(sizeof half / sizeof *half) * 16;
        double value = is_half ? half[i / 16] : (double)(draw() >> 11) * ldexp(1, -(int)(draw() % 70) - 4);
        value = !is_half && i % 3 == 0 ? (double)(draw() % 1000000) / 64 : value;
        value = i % 2 && !is_half ? -value : value;
        const int decimals = is_half ? i % 16 : (int)(draw() % 16);
        char text[CSI_NUMBER_MAX], expected[64];
        const size_t n = csi_number_write_fixed(value, decimals, text);
        snprintf(expected, sizeof expected, "%.*f", decimals, value);
        const char *const unsigned_zero = expected + (expected[0] == '-' && strtod(expected, NULL) == 0);
        cr_assert(n == strlen(text) && strcmp(text, unsigned_zero) == 0, "%s, not %s", text, unsigned_zero);
    }
    char text[CSI_NUMBER_MAX];
    csi_number_write_fixed(1e15, 3, text);
    cr_expect(strcmp(text, "1e15") == 0);
}

Test(number, does_not_follow_the_locale)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        cr_skip_test("the locale de_DE.UTF-8 is not installed");
    }
    char text[CSI_NUMBER_MAX];
    csi_number_write(1234.5, text);
    cr_expect(strcmp(text, "1234.5") == 0);
    cr_expect(read_or_nan("1234.5") == 1234.5);
    cr_expect(isnan(read_or_nan("1234,5")));
}

/* Texts that end where their memory ends: what lies behind is not looked at (AddressSanitizer would tell). */
Test(number, looks_at_nothing_behind_the_end)
{
    static const char *const texts[] = {"0", "-", "+", "1", "-7.", "1e", "1e+", "1e5", ".", ".5", "0000000000000000000000000",
                                        "0.0000000000000000000000000", "9007199254740993", "12345678901234567890123",
                                        "9007199254740993.00000000000000000000000000", "nan", "inf", "1_", "00000000000000000000."};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const size_t n = strlen(texts[i]);
        char *exact = malloc(n), *followed = malloc(2 * n + 4);
        memcpy(exact, texts[i], n);
        memcpy(followed, texts[i], n);
        memset(followed + n, '0', n + 4);
        double one = -1, two = -1;
        const csi_number_error here = csi_number_read(exact, n, &one), there = csi_number_read(followed, n, &two);
        cr_expect(here == there && memcmp(&one, &two, sizeof one) == 0, "%s", texts[i]);
        free(exact);
        free(followed);
    }
}
