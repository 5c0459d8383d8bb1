/* Names that lost letters on their way: "CuraÃ§ao", "T<U+00FC>rkiye", "C?te d'Ivoire", "St.Vin. & Gren.".
 *
 * The repairs are exact, not near: double encoding is undone only when the bytes come out as UTF-8, and letters that an
 * encoding ("?") or an abbreviation (".") left out are filled in only when one country alone has a name with all the
 * letters that are left. */
#ifndef CSI_INGEST_COUNTRY_DAMAGE_H
#define CSI_INGEST_COUNTRY_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/country_tables.h"

/* Undoes UTF-8 read as Latin-1 or Windows-1252 and written as UTF-8 again. `fixed` needs `length` bytes; returns the
 * length of what was meant, 0 when that is not what happened. */
size_t csi_country_undo_double_encoding(const char *text, size_t length, char *fixed);

/* Turns the escapes that R prints ("<U+00FC>") into their characters. Same arguments and result. */
size_t csi_country_undo_escapes(const char *text, size_t length, char *fixed);

/* The one unit whose name has two or more words that begin as those in the text do, where a full stop says that a word
 * goes on; NULL for none or several. */
const csi_country_unit *csi_country_expand(const csi_folded *folded);

/* The one unit whose name fits a text in which "?" or U+FFFD stands for lost letters; NULL for none or several. At
 * least CSI_LETTERS_LEFT letters must be left. */
#define CSI_LETTERS_LEFT 5
const csi_country_unit *csi_country_complete(const char *text, size_t length);

#endif
