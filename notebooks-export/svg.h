/* Just enough SVG for charts that stand on their own: coordinates in pixels with at most two decimals, all text escaped,
 * colours that survive the common kinds of colour blindness (Okabe and Ito, 2008) and a title for screen readers. */
#ifndef CSI_EXPORT_SVG_H
#define CSI_EXPORT_SVG_H

#include "core/outfile.h"

typedef enum csi_svg_anchor { CSI_SVG_START, CSI_SVG_MIDDLE, CSI_SVG_END } csi_svg_anchor;

#define CSI_SVG_INK "#222222"
#define CSI_SVG_FAINT "#767676"
#define CSI_SVG_GRID "#e3e3e3"
#define CSI_SVG_BLUE "#0072b2"

/* The colour of the n-th of a few series; after eight they repeat. */
const char *csi_svg_series_colour(size_t n);

/* A colour of the sequential scale from light to dark blue, share in 0..1; writes "#rrggbb" and its terminator. */
void csi_svg_scale_colour(double share, char colour[8]);

void csi_svg_begin(csi_outfile *file, double width, double height, const char *title, const char *description);
void csi_svg_end(csi_outfile *file);
void csi_svg_text(csi_outfile *file, double x, double y, csi_svg_anchor anchor, double size, const char *colour,
                  const char *text);
void csi_svg_line(csi_outfile *file, double x1, double y1, double x2, double y2, const char *colour, double width);
void csi_svg_dot(csi_outfile *file, double x, double y, double radius, const char *colour);
void csi_svg_box(csi_outfile *file, double x, double y, double width, double height, const char *fill);

/* A line through points that are added one by one; a gap starts it anew. */
void csi_svg_path_begin(csi_outfile *file);
void csi_svg_path_point(csi_outfile *file, double x, double y, int is_start);
void csi_svg_path_end(csi_outfile *file, const char *colour, double width, double opacity);

#endif
