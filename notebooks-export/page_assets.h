/* The page's own style and script, and d3, embedded at build time (cmake/embed.cmake). */
#ifndef CSI_NOTEBOOKS_EXPORT_PAGE_ASSETS_H
#define CSI_NOTEBOOKS_EXPORT_PAGE_ASSETS_H

#include <stddef.h>

/* Terminated; the length is without the terminator. csi_asset_d3 is empty where d3 was absent at build time: the page is
 * static then. */
extern const unsigned char csi_asset_css[], csi_asset_js[], csi_asset_d3[];
extern const size_t csi_asset_css_length, csi_asset_js_length, csi_asset_d3_length;

#endif
