/* See dialect.h. */
#include "ingest/dialect.h"

#include <string.h>

#include "core/number.h"

#define NUMBER_ROOM 512 /* longer texts are no number that anyone wrote down */

/* The length of the blank at the start of text, 0 when there is none: space, tab, U+00A0, U+202F, line ends. */
static size_t blank_length(const char *text, size_t length)
{
    if (length >= 1 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r')) {
        return 1;
    }
    if (length >= 2 && memcmp(text, "\xc2\xa0", 2) == 0) {
        return 2;
    }
    return length >= 3 && memcmp(text, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

const char *csi_trim_blanks(const char *text, size_t *length)
{
    size_t n;
    while ((n = blank_length(text, *length)) > 0) {
        text += n;
        *length -= n;
    }
    for (;;) {
        if (*length >= 1 && blank_length(text + *length - 1, 1) > 0) {
            *length -= 1;
        } else if (*length >= 2 && blank_length(text + *length - 2, 2) == 2) {
            *length -= 2;
        } else if (*length >= 3 && blank_length(text + *length - 3, 3) == 3) {
            *length -= 3;
        } else {
            return text;
        }
    }
}

static bool is_missing(const csi_dialect *dialect, const char *text, size_t length)
{
    for (size_t i = 0; i < dialect->n_missing; i++) {
        if (strncmp(dialect->missing[i], text, length) == 0 && dialect->missing[i][length] == '\0') {
            return true;
        }
    }
    return length == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Drops one to four letters after a number, with or without a blank before them. */
static size_t without_flags(const char *text, size_t length)
{
    size_t end = length;
    while (end > 0 && length - end < 5 && is_letter(text[end - 1])) {
        end--;
    }
    if (end == length || length - end > 4 || end == 0) {
        return length;
    }
    size_t n = end;
    (void)csi_trim(text, &n);
    return is_digit(text[n - 1]) || text[n - 1] == '.' || text[n - 1] == ':' || n < end ? n : length;
}

static const char *without_symbols(const char *text, size_t *length)
{
    static const char *const symbols[] = {"%", "$", "\xc2\xa3", "\xe2\x82\xac", "\xc2\xa5"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        const size_t n = strlen(symbols[i]);
        if (*length > n && memcmp(text, symbols[i], n) == 0 && symbols[i][0] != '%') {
            *length -= n;
            return csi_trim(text + n, length);
        }
        if (*length > n && memcmp(text + *length - n, symbols[i], n) == 0) {
            *length -= n;
            return csi_trim(text, length);
        }
    }
    return text;
}

/* Copies the number with its marks made plain: no thousands separators, a point for the decimal comma. False: a
 * separator stands where it cannot. */
static bool make_plain(const csi_dialect *dialect, const char *text, size_t length, char *plain, size_t *n)
{
    size_t digits = 0; /* since the start or the last separator */
    bool grouped = false, in_integer = true;
    *n = 0;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (in_integer && dialect->thousands != '\0' && c == dialect->thousands) {
            if (digits == 0 || digits > 3 || (grouped && digits != 3)) {
                return false;
            }
            grouped = true;
            digits = 0;
            continue;
        }
        if (c == dialect->decimal || c == 'e' || c == 'E') {
            if (in_integer && grouped && digits != 3) {
                return false;
            }
            in_integer = false;
            plain[(*n)++] = c == dialect->decimal ? '.' : c;
            continue;
        }
        if (c == '.' || c == ',') {
            return false;
        }
        digits += in_integer && is_digit(c);
        plain[(*n)++] = c;
    }
    return !(in_integer && grouped && digits != 3);
}

static const char *explain(const csi_dialect *dialect, const char *text, size_t length, csi_number_error error)
{
    if (error == CSI_NUMBER_RANGE) {
        return "is too large a number";
    }
    if (dialect->decimal == '.' && memchr(text, ',', length) != NULL) {
        return "is not a number with a decimal point (for decimal commas set decimal: \",\"; for thousands, thousands: \",\")";
    }
    for (size_t i = 0; i < length; i++) {
        if (is_digit(text[i])) {
            return "is not a number";
        }
    }
    return "is not a number (if it stands for no value, list it under missing: [...])";
}

csi_reading csi_dialect_read_any(const csi_dialect *dialect, const char *text, size_t length, double *value,
                                 const char **why)
{
    csi_number_error error = CSI_NUMBER_SYNTAX;
    if (csi_dialect_is_plain(dialect) && (is_digit(text[0]) || text[0] == '-')) {
        error = csi_number_read(text, length, value);
        if (error == CSI_NUMBER_OK) {
            return CSI_READ_NUMBER;
        }
    }
    text = csi_trim(text, &length);
    if (is_missing(dialect, text, length)) {
        return CSI_READ_MISSING;
    }
    const char *number = text;
    size_t n_number = length;
    if (dialect->has_flags) {
        n_number = without_flags(number, n_number);
        if (is_missing(dialect, number, n_number)) {
            return CSI_READ_MISSING;
        }
    }
    if (dialect->has_symbols) {
        number = without_symbols(number, &n_number);
    }
    char plain[NUMBER_ROOM];
    size_t n = 0;
    if (n_number < NUMBER_ROOM && make_plain(dialect, number, n_number, plain, &n)) {
        error = csi_number_read(plain, n, value);
    } else {
        error = CSI_NUMBER_SYNTAX;
    }
    if (error == CSI_NUMBER_OK) {
        return CSI_READ_NUMBER;
    }
    *why = explain(dialect, text, length, error);
    return CSI_READ_BAD;
}

bool csi_dialect_has_numeric_missing(const csi_dialect *dialect)
{
    for (size_t i = 0; i < dialect->n_missing; i++) {
        double value;
        if (csi_number_read(dialect->missing[i], strlen(dialect->missing[i]), &value) == CSI_NUMBER_OK) {
            return true;
        }
    }
    return false;
}
