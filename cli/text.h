/* Text made fit for a screen.
 *
 * Widths are counted without the C library's locale (the program never calls setlocale): UTF-8 is decoded here, marks
 * that combine count nothing, East Asian wide characters two. */
#ifndef CSI_CLI_TEXT_H
#define CSI_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Decodes one character of text[0..length), length > 0, into *rune; returns its bytes, 0 when they are not UTF-8. */
size_t csi_rune_read(const char *text, size_t length, uint32_t *rune);

/* How many columns text[0..length) takes as csi_text_put writes it. */
int csi_text_width(const char *text, size_t length);

/* The longest start of text[0..length) that takes at most `width` columns, in bytes. */
size_t csi_text_fit(const char *text, size_t length, int width);

/* Writes text[0..length) with control characters, terminal escapes, bidirectional overrides and bytes that are not UTF-8
 * as \n, \x1b, \u202e, ...: whatever comes from a file, a name or an argument goes through here. */
void csi_text_put(FILE *out, const char *text, size_t length);

/* Writes `text`, through csi_text_put, in lines of at most `width` columns, each after `indent` blanks; the first line goes on from column
 * `column`. Empty lines part paragraphs; a line that begins with two blanks is kept as it is. */
void csi_text_wrap(FILE *out, const char *text, int column, int indent, int width);

#endif
