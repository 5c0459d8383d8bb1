/* See period.h. A range is named by its first year, the custom of fiscal and school years at the World Bank and the
 * OECD; "201920" is a range only when the second half follows the first, so that 201905 is not mistaken for one. */
#include "ingest/period.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(const char **at, const char *end, size_t n, int *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++, (*at)++) {
        if (*at == end || !is_digit(**at)) {
            return false;
        }
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static void skip_blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t')) {
        (*at)++;
    }
}

static bool is_year(int year)
{
    return year >= 1000 && year <= 2999;
}

static bool follows(int first, int last, size_t n_digits)
{
    return n_digits == 4 ? last == first + 1 : last == (first + 1) % 100;
}

/* "[YR2004]" after "2004" */
static bool is_yr_tag(const char *at, const char *end, int year)
{
    int tagged;
    if (end - at != 8 || memcmp(at, "[YR", 3) != 0) {
        return false;
    }
    at += 3;
    return take_digits(&at, end, 4, &tagged) && tagged == year && *at == ']';
}

/* What follows the separator of "2019/20", "2019-05", "2019-05-31", "2019-Q2", "2019-W07", "2019-S1" */
static csi_period_kind read_after_separator(const char *at, const char *end, char separator, int year)
{
    const size_t left = (size_t)(end - at);
    int part;
    if (left == 4 && take_digits(&at, end, 4, &part)) {
        return follows(year, part, 4) ? CSI_PERIOD_RANGE : CSI_PERIOD_NONE;
    }
    at = end - left;
    if (left == 2 && take_digits(&at, end, 2, &part)) {
        if (follows(year, part, 2)) {
            return CSI_PERIOD_RANGE;
        }
        return separator == '-' && part >= 1 && part <= 12 ? CSI_PERIOD_DATE : CSI_PERIOD_NONE;
    }
    at = end - left;
    if (left >= 2 && memchr("QSWMHT", *at, 6) != NULL && left <= 3 && is_digit(at[1]) && is_digit(end[-1])) {
        return CSI_PERIOD_DATE;
    }
    if (left >= 5 && take_digits(&at, end, 2, &part) && part >= 1 && part <= 12 && *at++ == separator &&
        take_digits(&at, end, 2, &part) && part >= 1 && part <= 31) {
        return at == end || *at == 'T' || *at == ' ' ? CSI_PERIOD_DATE : CSI_PERIOD_NONE;
    }
    return CSI_PERIOD_NONE;
}

/* "31/05/2004", "31.05.2004", "05/31/2004" */
static csi_period_kind read_day_first(const char *at, const char *end, int *year)
{
    int day, month;
    if (end - at != 10 || !take_digits(&at, end, 2, &day) || (*at != '/' && *at != '.' && *at != '-')) {
        return CSI_PERIOD_NONE;
    }
    const char separator = *at++;
    if (!take_digits(&at, end, 2, &month) || *at++ != separator || !take_digits(&at, end, 4, year) || !is_year(*year)) {
        return CSI_PERIOD_NONE;
    }
    const bool is_date = day >= 1 && month >= 1 && day <= 31 && month <= 31 && (day <= 12 || month <= 12);
    return is_date ? CSI_PERIOD_DATE : CSI_PERIOD_NONE;
}

csi_period_kind csi_period_read(const char *text, size_t length, int *year)
{
    if (length == 4 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3])) {
        *year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
        return is_year(*year) ? CSI_PERIOD_YEAR : CSI_PERIOD_NONE;
    }
    const char *at = text, *end = text + length;
    skip_blanks(&at, end);
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    if (end - at == 6 && memcmp(at, "YR", 2) == 0) {
        at += 2;
    }
    const char *start = at;
    if (!take_digits(&at, end, 4, year) || !is_year(*year)) {
        return read_day_first(start, end, year);
    }
    if (at == end) {
        return CSI_PERIOD_YEAR;
    }
    int part;
    const char *rest = at;
    if (end - rest == 2 && take_digits(&rest, end, 2, &part)) {
        return follows(*year, part, 2) ? CSI_PERIOD_RANGE : CSI_PERIOD_NONE;
    }
    skip_blanks(&at, end);
    if (is_yr_tag(at, end, *year)) {
        return CSI_PERIOD_YEAR;
    }
    if (at == end || (*at != '/' && *at != '-')) {
        return CSI_PERIOD_NONE;
    }
    const char separator = *at++;
    skip_blanks(&at, end);
    return read_after_separator(at, end, separator, *year);
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

csi_period_kind csi_period_find(const char *text, size_t length, int *year, size_t *from, size_t *to)
{
    for (size_t n = length; n >= 4; n--) { /* the longest label first, at the start and then at the end */
        const bool ends_well = n == length || !is_word(text[n]);
        csi_period_kind kind = ends_well ? csi_period_read(text, n, year) : CSI_PERIOD_NONE;
        *from = 0;
        if (kind != CSI_PERIOD_YEAR && kind != CSI_PERIOD_RANGE) {
            *from = length - n;
            const bool starts_well = *from == 0 || !is_word(text[*from - 1]);
            kind = starts_well ? csi_period_read(text + *from, n, year) : CSI_PERIOD_NONE;
        }
        if (kind == CSI_PERIOD_YEAR || kind == CSI_PERIOD_RANGE) {
            *to = *from + n;
            return kind;
        }
    }
    return CSI_PERIOD_NONE;
}
