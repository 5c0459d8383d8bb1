/* See pixels.h. PNG (ISO/IEC 15948) in one way only: true colour, every row as its difference from the one above. Charts
 * are flat, so that nearly all of it is zeros; libpng's own choice of filters takes several times as long for files that
 * are hardly smaller. */
#include "notebooks-export/pixels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TRUE_COLOUR = 2, DEPTH = 8, FILTER_UP = 2, CHUNK = 32768, LEVEL = 1 };

static void put_word(unsigned char *at, uint32_t word)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (unsigned char)(word >> (24 - 8 * i));
    }
}

static void write_chunk(csi_outfile *file, const char *type, const unsigned char *bytes, size_t n)
{
    unsigned char word[4];
    uLong crc = crc32(0, (const Bytef *)type, 4);
    crc = n == 0 ? crc : crc32(crc, bytes, (uInt)n);
    put_word(word, (uint32_t)n);
    csi_outfile_write(file, (const char *)word, 4);
    csi_outfile_write(file, type, 4);
    csi_outfile_write(file, (const char *)bytes, n);
    put_word(word, (uint32_t)crc);
    csi_outfile_write(file, (const char *)word, 4);
}

static void write_header(const csi_pixels *p, csi_outfile *file)
{
    unsigned char header[13] = {[8] = DEPTH, [9] = TRUE_COLOUR};
    csi_outfile_write(file, "\x89PNG\r\n\x1a\n", 8);
    put_word(header, (uint32_t)p->width);
    put_word(header + 4, (uint32_t)p->height);
    write_chunk(file, "IHDR", header, sizeof header);
}

/* The filter's number, then the row less the row above. */
static void filter_row(const csi_pixels *p, size_t row, unsigned char *filtered)
{
    const unsigned char *here = p->bytes + row * p->stride, *above = row == 0 ? NULL : here - p->stride;
    *filtered++ = FILTER_UP;
    for (size_t x = 0; x < p->width; x++, here += 4) {
        uint32_t own, other = 0;
        memcpy(&own, here, 4);
        if (above != NULL) {
            memcpy(&other, above, 4);
            above += 4;
        }
        for (int shift = 16; shift >= 0; shift -= 8) {
            *filtered++ = (unsigned char)((own >> shift) - (other >> shift));
        }
    }
}

/* Hands on what is compressed; with Z_FINISH all of it. */
static bool compress_more(z_stream *z, int flush, unsigned char *chunk, csi_outfile *file)
{
    int result;
    do {
        z->next_out = chunk;
        z->avail_out = CHUNK;
        result = deflate(z, flush);
        if (z->avail_out < CHUNK) {
            write_chunk(file, "IDAT", chunk, CHUNK - z->avail_out);
        }
    } while (result == Z_OK && z->avail_out == 0);
    return flush == Z_FINISH ? result == Z_STREAM_END : result == Z_OK || result == Z_BUF_ERROR;
}

static bool compress_rows(const csi_pixels *p, unsigned char *row, unsigned char *chunk, csi_outfile *file)
{
    z_stream z = {0};
    bool is_good = deflateInit(&z, LEVEL) == Z_OK;
    for (size_t y = 0; is_good && y < p->height; y++) {
        filter_row(p, y, row);
        z.next_in = row;
        z.avail_in = (uInt)(1 + 3 * p->width);
        is_good = compress_more(&z, y + 1 == p->height ? Z_FINISH : Z_NO_FLUSH, chunk, file);
    }
    deflateEnd(&z);
    return is_good;
}

csi_status csi_pixels_write(const csi_pixels *pixels, csi_outfile *file, csi_diag *diag)
{
    unsigned char *const row = malloc(1 + 3 * pixels->width), *const chunk = malloc(CHUNK);
    bool is_good = row != NULL && chunk != NULL;
    if (is_good) {
        write_header(pixels, file);
        is_good = compress_rows(pixels, row, chunk, file);
        write_chunk(file, "IEND", NULL, 0);
    }
    free(row);
    free(chunk);
    return is_good ? CSI_OK : csi_diag_no_memory(diag, "drawing charts");
}
