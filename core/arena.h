/* Storage that lives as long as the run, and names that are interned in it.
 *
 * One arena owns every code, name and file name of a run; nothing in it is freed singly. A csi_names is an ordered set
 * of interned strings: the position of a name is its index along an axis of a panel. */
#ifndef CSI_CORE_ARENA_H
#define CSI_CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define CSI_NONE SIZE_MAX /* "no such index", wherever a size_t names a position */

typedef struct csi_arena csi_arena;

csi_arena *csi_arena_new(void); /* NULL when out of memory */
void csi_arena_free(csi_arena *arena);

/* n * size zeroed bytes, aligned for any type; NULL when out of memory or when n * size overflows. Borrowed until
 * csi_arena_free. */
void *csi_arena_alloc(csi_arena *arena, size_t n, size_t size);

/* A terminated copy of text[0..length); NULL when out of memory. */
char *csi_arena_copy(csi_arena *arena, const char *text, size_t length);
char *csi_arena_format(csi_arena *arena, const char *format, ...) CSI_PRINTF(2, 3);

/* Text as by printf in malloc'd storage that the caller owns; NULL when out of memory. glibc's asprintf is not used: when
 * its last allocation fails it may write past the one before. */
char *csi_text_format(const char *format, ...) CSI_PRINTF(1, 2);
char *csi_text_format_list(const char *format, va_list arguments) CSI_PRINTF(1, 0);

/* An ordered set of distinct strings. */
typedef struct csi_names csi_names;

csi_names *csi_names_new(csi_arena *arena); /* NULL when out of memory; lives in the arena */

/* Adds text[0..length) unless present; *index is its position either way. The bytes are copied. */
CSI_MUST_USE csi_status csi_names_add(csi_names *names, const char *text, size_t length, size_t *index);

/* The position of the string, or CSI_NONE. */
size_t csi_names_find(const csi_names *names, const char *text, size_t length);

size_t csi_names_count(const csi_names *names);
const char *csi_names_at(const csi_names *names, size_t index); /* borrowed from the arena */

/* Asks for large pages under bytes[0..n), which changes nothing but speed: finding many small ones takes longer than
 * using them. Nothing is asked where there is no room for one. */
void csi_large_pages(void *bytes, size_t n);

#endif
