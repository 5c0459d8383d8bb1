/* HTML text: escaping in one place, for the report page and its drawings. */
#ifndef CSI_NOTEBOOKS_EXPORT_HTML_H
#define CSI_NOTEBOOKS_EXPORT_HTML_H

#include <stddef.h>

#include "core/outfile.h"

/* Writes text so that it stands for itself between tags and inside quoted attributes: & < > " ' become references;
 * control characters other than tab and newline, and the marks that turn the direction of writing (U+202A to U+202E,
 * U+2066 to U+2069), become U+FFFD, so that a hostile name can neither break out nor disguise itself. */
void csi_html_text(csi_outfile *file, const char *text);
void csi_html_bytes(csi_outfile *file, const char *text, size_t n);

/* Writes a number with `decimals` digits for people; an en dash for NaN. */
void csi_html_fixed(csi_outfile *file, double value, int decimals);

#endif
