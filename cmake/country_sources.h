/* Reading what the country tables are made from: CSV, iso-codes' JSON, gettext catalogues. For the build alone; every
 * failure ends the program with a message. */
#ifndef CSI_CMAKE_COUNTRY_SOURCES_H
#define CSI_CMAKE_COUNTRY_SOURCES_H

#include <stddef.h>

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *grow(void *old, size_t n, size_t size); /* realloc that cannot fail */
char *copy(const char *text);
char *slurp(const char *path, size_t *n);     /* NULL when it cannot be opened */

/* Next CSV record of *cursor into field[0..n), "" where short; 0 at the end. Unquotes in place. */
int csv_next(char **cursor, char **field, size_t n);

/* The value of "key" in the JSON object that starts at `object`, copied to `text`; 0 when it has none. Enough for
 * iso-codes' flat objects of strings. */
int json_text(const char *object, const char *key, char *text, size_t room);

/* A gettext catalogue, held in memory. */
typedef struct catalogue {
    const unsigned char *bytes;
    size_t n_bytes, n;
} catalogue;
int catalogue_open(const char *path, catalogue *c);
const char *catalogue_key(const catalogue *c, size_t index);
const char *catalogue_value(const catalogue *c, size_t index);

#endif
