/* See encoding.h. UTF-8 is checked by the table of well-formed sequences of the Unicode Standard (D92, table 3-7): no
 * overlong forms, no surrogates, nothing above U+10FFFF. */
#include "ingest/encoding.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char *const encoding_names[] = {
    [CSI_UTF8] = "utf-8",       [CSI_CP1252] = "cp1252",    [CSI_LATIN1] = "latin-1",
    [CSI_UTF16LE] = "utf-16le", [CSI_UTF16BE] = "utf-16be",
};

const char *csi_encoding_name(csi_encoding encoding)
{
    return encoding_names[encoding];
}

bool csi_encoding_parse(const char *text, csi_encoding *encoding)
{
    static const struct {
        const char *name;
        csi_encoding encoding;
    } also[] = {
        {"utf8", CSI_UTF8},          {"windows-1252", CSI_CP1252}, {"latin1", CSI_LATIN1}, {"iso-8859-1", CSI_LATIN1},
        {"utf-16", CSI_UTF16LE},     {"utf16", CSI_UTF16LE},
    };
    for (size_t i = 0; i < sizeof encoding_names / sizeof *encoding_names; i++) {
        if (strcmp(text, encoding_names[i]) == 0) {
            *encoding = (csi_encoding)i;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        if (strcmp(text, also[i].name) == 0) {
            *encoding = also[i].encoding;
            return true;
        }
    }
    return false;
}

/* UTF-16 without a mark shows in text that is mostly Latin: every other byte is NUL. */
static bool has_nul_at(const char *bytes, size_t n, size_t offset)
{
    size_t n_nul = 0, n_seen = 0;
    for (size_t i = offset; i < n && i < 4096; i += 2) {
        n_nul += bytes[i] == '\0';
        n_seen++;
    }
    return n_seen >= 4 && n_nul * 2 > n_seen;
}

csi_encoding csi_encoding_guess(const char *bytes, size_t n, size_t *n_bom)
{
    *n_bom = 0;
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        *n_bom = 3;
        return CSI_UTF8;
    }
    if (n >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0) {
        *n_bom = 2;
        return CSI_UTF16LE;
    }
    if (n >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0) {
        *n_bom = 2;
        return CSI_UTF16BE;
    }
    if (has_nul_at(bytes, n, 1)) {
        return CSI_UTF16LE;
    }
    if (has_nul_at(bytes, n, 0)) {
        return CSI_UTF16BE;
    }
    size_t at = csi_utf8_check(bytes, n);
    if (at + 4 > n || bytes[at] == '\0') {
        return CSI_UTF8;
    }
    for (; at < n; at++) {
        const unsigned char byte = (unsigned char)bytes[at];
        if (byte >= 0x80 && byte < 0xa0) {
            return CSI_CP1252;
        }
    }
    return CSI_LATIN1;
}

const char *csi_encoding_foreign(const char *bytes, size_t n)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *kind;
    } known[] = {
        {"%PDF-", 5, "a PDF document"},
        {"PK\x03\x04", 4, "a ZIP archive or an Excel workbook (.xlsx)"},
        {"\xd0\xcf\x11\xe0", 4, "an old Excel workbook (.xls)"},
        {"BZh", 3, "compressed by bzip2"},
        {"\xfd" "7zXZ", 5, "compressed by xz"},
        {"\x28\xb5\x2f\xfd", 4, "compressed by zstd"},
        {"PAR1", 4, "an Apache Parquet file"},
        {"SQLite format 3", 15, "an SQLite database"},
        {"RDX", 3, "an R data file"},
        {"<!DOCTYPE html", 14, "a web page (did the download fail?)"},
        {"<html", 5, "a web page (did the download fail?)"},
        {"<?xml", 5, "an XML document"},
        {"\x89PNG", 4, "an image"},
        {"\x7f" "ELF", 4, "a program"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (n >= known[i].n && memcmp(bytes, known[i].magic, known[i].n) == 0) {
            return known[i].kind;
        }
    }
    return NULL;
}

/* The length of the well-formed sequence that starts at bytes[0], 0 when there is none. */
static size_t sequence_length(const unsigned char *bytes, size_t n)
{
    const unsigned char lead = bytes[0];
    size_t length;
    unsigned char low = 0x80, high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        low = lead == 0xe0 ? 0xa0 : low;
        high = lead == 0xed ? 0x9f : high;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        low = lead == 0xf0 ? 0x90 : low;
        high = lead == 0xf4 ? 0x8f : high;
    } else {
        return lead != 0 && lead < 0x80 ? 1 : 0;
    }
    if (n < length || bytes[1] < low || bytes[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

/* True when the eight bytes at `bytes` are all 0x01..0x7f. */
static bool is_plain_word(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
    return ((word | (word - ones)) & high) == 0;
}

/* How many bytes from the start are such, by sixteens. */
static size_t skip_plain(const char *bytes, size_t n)
{
    size_t at = 0;
#ifdef __SSE2__
    for (; at + 16 <= n; at += 16) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
        if (_mm_movemask_epi8(_mm_or_si128(text, _mm_cmpeq_epi8(text, _mm_setzero_si128()))) != 0) {
            break;
        }
    }
#else
    (void)bytes, (void)n;
#endif
    return at;
}

size_t csi_utf8_check(const char *bytes, size_t n)
{
    size_t at = skip_plain(bytes, n);
    while (at < n) {
        if (at + 8 <= n && is_plain_word(bytes + at)) {
            at += 8;
            continue;
        }
        const size_t length = sequence_length((const unsigned char *)bytes + at, n - at);
        if (length == 0) {
            return at;
        }
        at += length;
        at += skip_plain(bytes + at, n - at);
    }
    return n;
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* Windows-1252, 0x80 to 0x9f; 0: the code page leaves it empty. */
static const uint16_t cp1252_high[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static size_t decode_bytes(const csi_decoder *decoder, const char *bytes, size_t n, char *out, size_t *bad)
{
    size_t written = 0;
    *bad = n;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = (unsigned char)bytes[i];
        if (decoder->encoding == CSI_CP1252 && code >= 0x80 && code < 0xa0) {
            code = cp1252_high[code - 0x80];
            if (code == 0) {
                *bad = i;
                return written;
            }
        }
        written += put_utf8(code, out + written);
    }
    return written;
}

static uint32_t unit16(const csi_decoder *decoder, const unsigned char *pair)
{
    return decoder->encoding == CSI_UTF16LE ? (uint32_t)(pair[0] | pair[1] << 8) : (uint32_t)(pair[1] | pair[0] << 8);
}

/* `held` gathers one unit or a surrogate pair, so that a pair may straddle two calls. */
static size_t decode_utf16(csi_decoder *decoder, const char *bytes, size_t n, char *out, size_t *bad)
{
    size_t written = 0;
    *bad = n;
    for (size_t i = 0; i < n; i++) {
        decoder->held[decoder->n_held++] = (unsigned char)bytes[i];
        if (decoder->n_held == 2) {
            const uint32_t unit = unit16(decoder, decoder->held);
            if (unit >= 0xd800 && unit < 0xdc00) {
                continue;
            }
            if (unit >= 0xdc00 && unit < 0xe000) {
                *bad = i;
                return written;
            }
            written += put_utf8(unit, out + written);
            decoder->n_held = 0;
        } else if (decoder->n_held == 4) {
            const uint32_t high = unit16(decoder, decoder->held), low = unit16(decoder, decoder->held + 2);
            if (low < 0xdc00 || low >= 0xe000) {
                *bad = i;
                return written;
            }
            written += put_utf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out + written);
            decoder->n_held = 0;
        }
    }
    return written;
}

size_t csi_decode(csi_decoder *decoder, const char *bytes, size_t n, char *out, size_t *bad)
{
    switch (decoder->encoding) {
    case CSI_UTF16LE:
    case CSI_UTF16BE:
        return decode_utf16(decoder, bytes, n, out, bad);
    case CSI_CP1252:
    case CSI_LATIN1:
        return decode_bytes(decoder, bytes, n, out, bad);
    case CSI_UTF8:
        break;
    }
    memcpy(out, bytes, n);
    *bad = n;
    return n;
}
