/* Reading Markdown of the kind that methodology.md is written in: headings, paragraphs, lists, tables, fenced code, `code`,
 * **strong**, characters escaped by a backslash, and &lt; &gt; &amp;. Everything else stands as it is. */
#ifndef CSI_EXPORT_MARKDOWN_H
#define CSI_EXPORT_MARKDOWN_H

#include <stdbool.h>

#include "core/outfile.h"

/* As HTML, headings two levels deeper. */
void csi_markdown_to_html(csi_outfile *file, const char *markdown);

/* Leaves of one line its text, without marks, in place; a table's cells stay apart by bars. Returns false for the line under
 * a table's headings, of which nothing is left. */
bool csi_markdown_to_plain(char *line);

#endif
