/* Text made harmless for one kind of document each. Control characters and the marks that reorder text (U+202A..U+202E,
 * U+2066..U+2069, U+200E, U+200F, U+061C) are dropped and line ends become blanks: these documents are for eyes, the
 * data files keep every byte. Invalid UTF-8 becomes U+FFFD. */
#ifndef CSI_EXPORT_TEXT_ESCAPE_H
#define CSI_EXPORT_TEXT_ESCAPE_H

#include "core/arena.h"
#include "core/outfile.h"

void csi_write_xml_text(csi_outfile *file, const char *text);      /* SVG: content and attribute values */
void csi_write_markdown_text(csi_outfile *file, const char *text); /* a cell of a table */
void csi_write_latex_text(csi_outfile *file, const char *text);

/* Markdown text in the arena; NULL when out of memory. */
const char *csi_markdown_text(csi_arena *arena, const char *text);

#endif
