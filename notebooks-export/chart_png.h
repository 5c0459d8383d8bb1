/* A chart as pixels, for slides that take no SVG. */
#ifndef CSI_NOTEBOOKS_EXPORT_CHART_PNG_H
#define CSI_NOTEBOOKS_EXPORT_CHART_PNG_H

#include "core/diag.h"

/* What draws: librsvg, loaded when it is asked for. */
typedef struct csi_png_renderer csi_png_renderer;

/* *renderer is owned by the caller; NULL with CSI_OK, and a note, where librsvg is not installed. */
CSI_MUST_USE csi_status csi_png_renderer_new(csi_diag *diag, csi_png_renderer **renderer);
void csi_png_renderer_free(csi_png_renderer *renderer); /* NULL is allowed */

/* Draws the finished directory/svg into directory/png, at twice its size where that is at most 4096 pixels a side. The
 * same bytes on the same machine; elsewhere other fonts may give other pixels. */
CSI_MUST_USE csi_status csi_png_write(const csi_png_renderer *renderer, const char *directory, const char *svg,
                                      const char *png, csi_diag *diag);

#endif
