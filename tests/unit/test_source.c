/* ingest/source: plain, gzip and broken gzip. Expected digests come from the digest of the bytes written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "ingest/source.h"
#include "tests/support/support.h"

#define TEXT_N 300000
#define BLOCK ((size_t)256 * 1024) /* of what is read at once */

static char text[TEXT_N];

static void make_text(void)
{
    unsigned state = 1;
    for (size_t i = 0; i < TEXT_N; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = i % 61 == 60 ? '\n' : (char)('a' + (state >> 24) % 26);
    }
}

/* A gzip member of text[0..n). */
static size_t gzip(const char *bytes, size_t n, unsigned char *out, size_t room)
{
    z_stream stream = {0};
    cr_assert(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (unsigned char *)(size_t)bytes;
    stream.avail_in = (unsigned)n;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    cr_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    const size_t written = room - stream.avail_out;
    deflateEnd(&stream);
    return written;
}

static const char *write_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = text_format("%s/%s", temporary_directory(), name);
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    cr_assert(fwrite(bytes, 1, n, file) == n);
    fclose(file);
    return path;
}

/* Reads all of it in odd steps; the message of a failure goes to `words`. */
static csi_status slurp(const char *path, uint64_t max_bytes, char *out, size_t room, size_t *n, char words[400], char *hex)
{
    csi_diag *diag = csi_diag_new(0);
    const csi_source_options options = {.max_bytes = max_bytes};
    csi_source *source = NULL;
    csi_status status = csi_source_open(path, "label", &options, diag, &source);
    *n = 0;
    size_t got = 1;
    for (size_t step = 1; status == CSI_OK && got > 0; step = step * 3 % 70001 + 1) {
        const size_t want = step < room - *n ? step : room - *n;
        status = csi_source_read(source, out + *n, want, diag, &got);
        *n += got;
        if (want == 0) {
            break;
        }
    }
    if (status == CSI_OK) {
        csi_source_sha256(source, hex);
    }
    size_t n_messages;
    const csi_message *message = csi_diag_messages(diag, &n_messages);
    snprintf(words, 400, "%s", n_messages > 0 ? message[0].text : "");
    csi_source_close(source);
    csi_diag_free(diag);
    return status;
}

static unsigned char packed[4 * TEXT_N];
static char out[2 * TEXT_N + 1000];

Test(source, reads_plain_and_gzip_of_many_members)
{
    make_text();
    const size_t whole = gzip(text, TEXT_N, packed, sizeof packed);
    size_t parts = gzip(text, 1000, packed + whole, sizeof packed - whole);
    parts += gzip("", 0, packed + whole + parts, 1000);
    parts += gzip(text + 1000, TEXT_N - 1000, packed + whole + parts, sizeof packed - whole - parts);
    unsigned char *padded = calloc(whole + 5000, 1);
    memcpy(padded, packed, whole);
    const struct {
        const char *name;
        const void *bytes;
        size_t n;
        bool warns;
    } cases[] = {
        {"plain", text, TEXT_N, false},
        {"one member, any name", packed, whole, false},
        {"three members", packed + whole, parts, false},
        {"zero padding", padded, whole + 5000, false},
        {"garbage after", packed, whole + 7, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[400], hex[CSI_DIGEST_HEX], expected[CSI_DIGEST_HEX];
        size_t n;
        unsigned char *copy = malloc(cases[i].n);
        memcpy(copy, cases[i].bytes, cases[i].n);
        if (cases[i].warns) {
            memcpy(copy + whole, "garbage", 7);
        }
        csi_digest_bytes(copy, cases[i].n, expected);
        const csi_status status = slurp(write_bytes(cases[i].name, copy, cases[i].n), 0, out, sizeof out, &n, words, hex);
        cr_expect(status == CSI_OK, "%s: %s", cases[i].name, words);
        cr_expect(n == TEXT_N && memcmp(out, text, TEXT_N) == 0, "%s: %zu bytes", cases[i].name, n);
        cr_expect(cases[i].warns == (words[0] != '\0'), "%s: %s", cases[i].name, words);
        cr_expect(strcmp(hex, expected) == 0, "%s: digest", cases[i].name);
        free(copy);
    }
    free(padded);
}

/* Members that end anywhere about the end of what is read at once: their two first bytes may be parted. */
Test(source, reads_members_that_end_where_a_block_does)
{
    make_text();
    for (size_t n = 0; n < 4; n++) {
        z_stream stream = {0};
        cr_assert(deflateInit2(&stream, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        size_t length = 0, member = 0;
        for (size_t guess = BLOCK - 60; guess < BLOCK && member != BLOCK - 2 + n; guess++) { /* stored: as long as it looks */
            deflateReset(&stream);
            stream.next_in = (unsigned char *)text;
            stream.avail_in = (unsigned)guess;
            stream.next_out = packed;
            stream.avail_out = sizeof packed;
            cr_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
            member = sizeof packed - stream.avail_out;
            length = guess;
        }
        deflateEnd(&stream);
        cr_assert(member == BLOCK - 2 + n, "no member of %zu bytes", BLOCK - 2 + n);
        const size_t both = member + gzip(text + length, TEXT_N - length, packed + member, sizeof packed - member);
        char words[400], hex[CSI_DIGEST_HEX];
        size_t n_read;
        cr_expect(slurp(write_bytes("two.gz", packed, both), 0, out, sizeof out, &n_read, words, hex) == CSI_OK, "%s", words);
        cr_expect(n_read == TEXT_N && memcmp(out, text, TEXT_N) == 0 && words[0] == '\0', "%zu: %zu bytes, %s", n, n_read, words);
        cr_expect(slurp(write_bytes("one.gz", packed, member), 0, out, sizeof out, &n_read, words, hex) == CSI_OK && n_read == length, "%s", words);
        memset(packed + member, 'g', 3 * BLOCK);
        cr_expect(slurp(write_bytes("garbage.gz", packed, member + 3 * BLOCK), 0, out, sizeof out, &n_read, words, hex) == CSI_OK &&
                      n_read == length && strstr(words, "ignored") != NULL, "%s", words);
    }
}

Test(source, refuses_broken_and_missing_files)
{
    make_text();
    const size_t whole = gzip(text, TEXT_N, packed, sizeof packed);
    const struct {
        const char *name;
        size_t keep;      /* bytes kept */
        size_t flip;      /* byte turned over, counted from the end; 0: none */
        const char *says;
    } cases[] = {
        {"cut in the data", whole / 2, 0, "truncated"},
        {"cut in the checksum", whole - 5, 0, "truncated"},
        {"cut before the length", whole - 4, 0, "truncated"},
        {"only the magic", 2, 0, "truncated"},
        {"bad checksum", whole, 8, "corrupt (incorrect data check)"},
        {"bad length", whole, 1, "corrupt (incorrect length check)"},
        {"bad data", whole, whole / 2, "corrupt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[400], hex[CSI_DIGEST_HEX];
        size_t n;
        unsigned char *copy = malloc(whole);
        memcpy(copy, packed, whole);
        if (cases[i].flip > 0) {
            copy[whole - cases[i].flip] ^= 0xff;
        }
        const csi_status status = slurp(write_bytes("broken.gz", copy, cases[i].keep), 0, out, sizeof out, &n, words, hex);
        cr_expect(status == CSI_ERR_DATA && strstr(words, cases[i].says) != NULL, "%s: %d, %s", cases[i].name, status, words);
        free(copy);
    }
    char words[400], hex[CSI_DIGEST_HEX];
    size_t n;
    cr_expect(slurp("/nonexistent/x.csv", 0, out, sizeof out, &n, words, hex) == CSI_ERR_NO_INPUT, "%s", words);
    cr_expect(slurp(temporary_directory(), 0, out, sizeof out, &n, words, hex) == CSI_ERR_NO_INPUT, "%s", words);
}

Test(source, stops_at_the_limit_of_decompressed_bytes)
{
    static char zeros[1 << 20];
    memset(zeros, '0', sizeof zeros);
    size_t n_packed = 0, n;
    for (size_t i = 0; i < 64; i++) { /* 64 MiB out of about 70 kB */
        n_packed += gzip(zeros, sizeof zeros, packed + n_packed, sizeof packed - n_packed);
    }
    char words[400], hex[CSI_DIGEST_HEX];
    const csi_status status = slurp(write_bytes("bomb.gz", packed, n_packed), 100000, out, sizeof out, &n, words, hex);
    cr_expect(status == CSI_ERR_DATA && strstr(words, "limit of 100000 bytes once decompressed") != NULL, "%s", words);
}
