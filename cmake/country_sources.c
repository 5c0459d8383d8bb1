/* See country_sources.h. */
#include "cmake/country_sources.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("country tables: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void *grow(void *old, size_t n, size_t size)
{
    void *fresh = realloc(old, n * size);
    if (fresh == NULL) {
        fail("out of memory");
    }
    return fresh;
}

char *copy(const char *text)
{
    return strcpy(grow(NULL, strlen(text) + 1, 1), text);
}

char *slurp(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    size_t room = 1 << 16;
    char *bytes = grow(NULL, room, 1);
    *n = 0;
    for (size_t got; (got = fread(bytes + *n, 1, room - *n - 1, file)) > 0;) {
        *n += got;
        if (*n + 1 >= room) {
            room *= 2;
            bytes = grow(bytes, room, 1);
        }
    }
    if (ferror(file)) {
        fail("cannot read %s", path);
    }
    fclose(file);
    bytes[*n] = '\0';
    return bytes;
}

static char *csv_field(char **cursor, int *ends)
{
    char *from = *cursor, *to = *cursor, *start = *cursor;
    if (*from == '"') {
        from++;
        while (*from != '\0' && !(from[0] == '"' && from[1] != '"')) {
            from += from[0] == '"';
            *to++ = *from++;
        }
        from += *from == '"';
    }
    while (*from != '\0' && *from != ',' && *from != '\n') {
        *to++ = *from++;
    }
    *ends = *from != ',';
    *cursor = from + (*from != '\0');
    *to = '\0';
    return start;
}

int csv_next(char **cursor, char **field, size_t n)
{
    static char empty[] = "";
    if (**cursor == '\0') {
        return 0;
    }
    int ends = 0;
    for (size_t i = 0; i < n; i++) {
        field[i] = ends ? empty : csv_field(cursor, &ends);
    }
    if (!ends) {
        fail("a record with more than %zu fields near \"%s\"", n, field[0]);
    }
    return 1;
}

int json_text(const char *object, const char *key, char *text, size_t room)
{
    const char *end = strchr(object, '}');
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\": \"", key);
    const char *at = strstr(object, wanted);
    if (at == NULL || end == NULL || at > end) {
        return 0;
    }
    at += strlen(wanted);
    size_t n = 0;
    while (*at != '"' && *at != '\0' && n + 1 < room) {
        if (*at == '\\') {
            fail("an escape in iso-codes' JSON, which is not expected");
        }
        text[n++] = *at++;
    }
    text[n] = '\0';
    return 1;
}

static uint32_t word_at(const catalogue *c, size_t at)
{
    if (at + 4 > c->n_bytes) {
        fail("a damaged gettext catalogue");
    }
    const unsigned char *b = c->bytes + at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

int catalogue_open(const char *path, catalogue *c)
{
    size_t n = 0;
    c->bytes = (const unsigned char *)slurp(path, &n);
    c->n_bytes = n;
    if (c->bytes == NULL) {
        return 0;
    }
    if (word_at(c, 0) != 0x950412deu) {
        fail("%s is not a little-endian gettext catalogue", path);
    }
    c->n = word_at(c, 8);
    return 1;
}

static const char *catalogue_text(const catalogue *c, size_t table, size_t index)
{
    const size_t at = word_at(c, word_at(c, table) + 8 * index + 4);
    if (at >= c->n_bytes) {
        fail("a damaged gettext catalogue");
    }
    return (const char *)c->bytes + at;
}

const char *catalogue_key(const catalogue *c, size_t index)
{
    return catalogue_text(c, 12, index);
}

const char *catalogue_value(const catalogue *c, size_t index)
{
    return catalogue_text(c, 16, index);
}
