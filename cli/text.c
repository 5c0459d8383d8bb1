/* See text.h. */
#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t csi_rune_read(const char *text, size_t length, uint32_t *rune)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0x80) {
        *rune = b[0];
        return 1;
    }
    const size_t n = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || n > length) {
        return 0;
    }
    uint32_t value = b[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (!is_continuation(b[i])) {
            return 0;
        }
        value = value << 6 | (b[i] & 0x3fu);
    }
    const bool is_overlong = (n == 3 && value < 0x800) || (n == 4 && value < 0x10000);
    if (is_overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return 0;
    }
    *rune = value;
    return n;
}

static bool is_within(uint32_t rune, const uint32_t (*range)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (rune >= range[i][0] && rune <= range[i][1]) {
            return true;
        }
    }
    return false;
}

/* Good enough for the names of countries: combining marks of the scripts in use, and East Asian width W and F. */
static int rune_width(uint32_t rune)
{
    static const uint32_t marks[][2] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                        {0x64b, 0x65f},   {0x670, 0x670},   {0x93c, 0x93c},   {0x941, 0x948},
                                        {0x94d, 0x94d},   {0xe31, 0xe31},   {0xe34, 0xe3a},   {0xe47, 0xe4e},
                                        {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x20d0, 0x20ff},
                                        {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                       {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    if (rune < 0x300) {
        return 1;
    }
    if (is_within(rune, marks, sizeof marks / sizeof *marks)) {
        return 0;
    }
    return is_within(rune, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* Characters that steer a terminal or turn the direction of what follows. */
static bool is_harmful(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || (rune >= 0x202a && rune <= 0x202e) ||
           (rune >= 0x2066 && rune <= 0x2069) || rune == 0x200e || rune == 0x200f || rune == 0x2028 || rune == 0x2029;
}

#define ESCAPE_MAX 8

static size_t escape(uint32_t rune, char *to)
{
    static const char digits[] = "0123456789abcdef";
    const char *letter = rune == '\n' ? "\\n" : rune == '\r' ? "\\r" : rune == '\t' ? "\\t" : NULL;
    if (letter != NULL) {
        memcpy(to, letter, 2);
        return 2;
    }
    const int n = rune < 0x100 ? 2 : 4;
    to[0] = '\\';
    to[1] = n == 2 ? 'x' : 'u';
    for (int i = 0; i < n; i++) {
        to[2 + i] = digits[rune >> (4 * (n - 1 - i)) & 15];
    }
    return (size_t)n + 2;
}

/* The bytes and columns of the character at text, as it is written. */
static size_t step(const char *text, size_t length, int *width)
{
    uint32_t rune = 0;
    const size_t n = csi_rune_read(text, length, &rune);
    char escaped[ESCAPE_MAX];
    *width = n == 0            ? (int)escape((unsigned char)text[0], escaped)
             : is_harmful(rune) ? (int)escape(rune, escaped)
                                : rune_width(rune);
    return n == 0 ? 1 : n;
}

int csi_text_width(const char *text, size_t length)
{
    int sum = 0;
    for (size_t at = 0; at < length;) {
        int width = 0;
        at += step(text + at, length - at, &width);
        sum += width;
    }
    return sum;
}

size_t csi_text_fit(const char *text, size_t length, int width)
{
    int sum = 0;
    for (size_t at = 0; at < length;) {
        int more = 0;
        const size_t n = step(text + at, length - at, &more);
        if (sum + more > width) {
            return at;
        }
        sum += more;
        at += n;
    }
    return length;
}

void csi_text_put(FILE *out, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t rune = 0;
        const size_t n = csi_rune_read(text + at, length - at, &rune);
        if (n == 0 || is_harmful(rune)) {
            char escaped[ESCAPE_MAX];
            fwrite(escaped, 1, escape(n == 0 ? (unsigned char)text[at] : rune, escaped), out);
        } else {
            fwrite(text + at, 1, n, out);
        }
        at += n == 0 ? 1 : n;
    }
}

static void indent_line(FILE *out, int indent)
{
    fputc('\n', out);
    for (int i = 0; i < indent; i++) {
        fputc(' ', out);
    }
}

/* Writes one paragraph's words; returns the column reached. */
static int wrap_words(FILE *out, const char *text, size_t length, int column, int indent, int width)
{
    for (size_t at = 0; at < length;) {
        const size_t word = strcspn(text + at, " \n");
        const size_t n = word < length - at ? word : length - at;
        const int wide = csi_text_width(text + at, n);
        if (column > indent && column + 1 + wide > width) {
            indent_line(out, indent);
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        csi_text_put(out, text + at, n);
        column += wide;
        at += n + (at + n < length);
    }
    return column;
}

void csi_text_wrap(FILE *out, const char *text, int column, int indent, int width)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        const size_t n = end != NULL ? (size_t)(end - text) : strlen(text);
        if (n > 1 && text[0] == ' ' && text[1] == ' ') {
            csi_text_put(out, text, n);
        } else {
            (void)wrap_words(out, text, n, column, indent, width);
        }
        text += n;
        if (end != NULL) {
            text += 2;
            fputc('\n', out);
            indent_line(out, indent);
            column = indent;
        }
    }
    fputc('\n', out);
}
