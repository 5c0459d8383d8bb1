/* Drawings of one line: bars with intervals, and sparklines; in Unicode, or in ASCII where the screen has no other.
 *
 * What they mean never rests on colour alone, and the two colours used (blue and vermilion of Okabe and Ito's palette)
 * stay apart for colour-blind eyes. */
#ifndef CSI_CLI_DRAW_H
#define CSI_CLI_DRAW_H

#include <stddef.h>
#include <stdio.h>

#include "cli/terminal.h"

/* A bar from `floor` to `mark` on a scale of `width` columns, with the interval from low to high over it when neither
 * is NaN. Nothing but blanks for a NaN mark. */
void csi_draw_bar(FILE *out, const csi_terminal *screen, int width, double floor, double ceiling, double low, double mark,
                  double high);

/* One character for each value, between the smallest and the largest of them (a flat series stands in the middle); a
 * gap is a blank. Owned by the caller (free); NULL when out of memory. */
char *csi_draw_sparkline(const csi_terminal *screen, const double *value, size_t n);

/* A bar to the left of an axis for a value below 0, to the right for one above, on a scale from -limit to limit. */
void csi_draw_signed(FILE *out, const csi_terminal *screen, int width, double limit, double value);

/* Up to CSI_DRAW_MARKS values on one scale, each with a mark of its own; a star where several fall together. */
#define CSI_DRAW_MARKS 8
void csi_draw_marks(FILE *out, const csi_terminal *screen, int width, double floor, double ceiling, const double *value,
                    size_t n);

/* The mark of the value at `index`, for the legend. */
const char *csi_draw_mark(const csi_terminal *screen, size_t index);

#define CSI_INK_MAIN "\033[38;5;32m"
#define CSI_INK_SECOND "\033[38;5;166m"
#define CSI_INK_BOLD "\033[1m"
#define CSI_INK_DIM "\033[2m"
#define CSI_INK_OFF "\033[0m"

#endif
