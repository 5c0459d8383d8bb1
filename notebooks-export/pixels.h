/* Pixels as a PNG file. */
#ifndef CSI_NOTEBOOKS_EXPORT_PIXELS_H
#define CSI_NOTEBOOKS_EXPORT_PIXELS_H

#include "core/outfile.h"

/* Rows from the top, `stride` bytes apart; each pixel is a 32-bit word of the machine, 0x00rrggbb. */
typedef struct csi_pixels {
    size_t width, height, stride;
    const unsigned char *bytes;
} csi_pixels;

/* Writes them as PNG, 8 bits a colour. The width must be below 2^24. */
CSI_MUST_USE csi_status csi_pixels_write(const csi_pixels *pixels, csi_outfile *file, csi_diag *diag);

#endif
