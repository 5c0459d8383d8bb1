/* See draw.h. */
#include "cli/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GLYPH_MAX 4 /* bytes of a character */

static double share_of(double x, double low, double high)
{
    const double share = high > low ? (x - low) / (high - low) : 0;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void ink(FILE *out, const csi_terminal *screen, const char *code)
{
    if (screen->has_color) {
        fputs(code, out);
    }
}

/* A plain bar in eighths of a column. */
static void draw_plain(FILE *out, const csi_terminal *screen, int width, double share)
{
    static const char *const part[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
    const int steps = screen->has_unicode ? 8 : 1;
    const int filled = (int)lround(share * width * steps);
    ink(out, screen, CSI_INK_MAIN);
    for (int i = 0; i < filled / steps; i++) {
        fputs(screen->has_unicode ? "\u2588" : "#", out);
    }
    fputs(part[filled % steps], out);
    ink(out, screen, CSI_INK_OFF);
    for (int i = (filled + steps - 1) / steps; i < width; i++) {
        fputc(' ', out);
    }
}

/* A dot on a line with its interval: where there is one, the dot's place is the score and the bar would hide it. */
static void draw_interval(FILE *out, const csi_terminal *screen, int width, double low, double mark, double high)
{
    const int last = width - 1;
    const int from = (int)lround(low * last), at = (int)lround(mark * last), to = (int)lround(high * last);
    for (int i = 0; i < width; i++) {
        if (i == at) {
            ink(out, screen, CSI_INK_MAIN);
            fputs(screen->has_unicode ? "\u25cf" : "o", out);
            ink(out, screen, CSI_INK_OFF);
        } else if (i >= from && i <= to) {
            ink(out, screen, CSI_INK_SECOND);
            const bool is_end = i == from || i == to;
            fputs(screen->has_unicode ? i == from ? "\u251c" : i == to ? "\u2524" : "\u2500" : is_end ? "|" : "-", out);
            ink(out, screen, CSI_INK_OFF);
        } else {
            fputs(screen->has_unicode ? "\u00b7" : ".", out);
        }
    }
}

void csi_draw_bar(FILE *out, const csi_terminal *screen, int width, double floor, double ceiling, double low, double mark,
                  double high)
{
    if (isnan(mark)) {
        for (int i = 0; i < width; i++) {
            fputc(' ', out);
        }
    } else if (isnan(low) || isnan(high)) {
        draw_plain(out, screen, width, share_of(mark, floor, ceiling));
    } else {
        draw_interval(out, screen, width, share_of(low, floor, ceiling), share_of(mark, floor, ceiling),
                      share_of(high, floor, ceiling));
    }
}

static void repeat(FILE *out, const char *glyph, int n)
{
    for (int i = 0; i < n; i++) {
        fputs(glyph, out);
    }
}

void csi_draw_signed(FILE *out, const csi_terminal *screen, int width, double limit, double value)
{
    const int side = (width - 1) / 2;
    const int filled = isnan(value) || !(limit > 0) ? 0 : (int)lround(fmin(fabs(value) / limit, 1) * side);
    const int left = value < 0 ? filled : 0, right = value > 0 ? filled : 0;
    const char *glyph = screen->has_unicode ? "\u2588" : "#";
    repeat(out, " ", side - left);
    ink(out, screen, CSI_INK_SECOND);
    repeat(out, glyph, left);
    ink(out, screen, CSI_INK_OFF);
    fputs(screen->has_unicode ? "\u2502" : "|", out);
    ink(out, screen, CSI_INK_MAIN);
    repeat(out, glyph, right);
    ink(out, screen, CSI_INK_OFF);
    repeat(out, " ", width - 1 - side - right);
}

const char *csi_draw_mark(const csi_terminal *screen, size_t index)
{
    static const char *const shape[CSI_DRAW_MARKS] = {"\u25cf", "\u25cb", "\u25a0", "\u25a1",
                                                      "\u25b2", "\u25b3", "\u25c6", "\u25c7"};
    static const char *const letter[CSI_DRAW_MARKS] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    return screen->has_unicode ? shape[index] : letter[index];
}

void csi_draw_marks(FILE *out, const csi_terminal *screen, int width, double floor, double ceiling, const double *value,
                    size_t n)
{
    for (int i = 0; i < width; i++) {
        size_t here = 0, n_here = 0;
        for (size_t q = 0; q < n; q++) {
            if (!isnan(value[q]) && (int)lround(share_of(value[q], floor, ceiling) * (width - 1)) == i) {
                here = q;
                n_here++;
            }
        }
        if (n_here == 0) {
            fputs(screen->has_unicode ? "\u00b7" : ".", out);
            continue;
        }
        ink(out, screen, here % 2 == 0 ? CSI_INK_MAIN : CSI_INK_SECOND);
        fputs(n_here > 1 ? "*" : csi_draw_mark(screen, here), out);
        ink(out, screen, CSI_INK_OFF);
    }
}

char *csi_draw_sparkline(const csi_terminal *screen, const double *value, size_t n)
{
    static const char *const block[] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
    static const char *const mark[] = {"_", "_", ".", ".", "-", "-", "^", "^"};
    double low = INFINITY, high = -INFINITY;
    char *drawn = calloc(n + 1, GLYPH_MAX), *to = drawn;
    if (drawn == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        low = value[i] < low ? value[i] : low;
        high = value[i] > high ? value[i] : high;
    }
    for (size_t i = 0; i < n; i++) {
        const double share = isnan(value[i]) ? NAN : high > low ? (value[i] - low) / (high - low) : 0.5;
        const int step = isnan(share) ? 0 : (int)lround(share * 7);
        to = stpcpy(to, isnan(share) ? " " : screen->has_unicode ? block[step] : mark[step]);
    }
    return drawn;
}
