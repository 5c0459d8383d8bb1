/* See html.h. Works on bytes: everything that needs escaping is ASCII but for the direction marks, which are looked for
 * by their three UTF-8 bytes. */
#include "notebooks-export/html.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/number.h"

static bool is_direction_mark(const char *text, size_t n)
{
    if (n < 3 || text[0] != '\xe2') {
        return false;
    }
    const unsigned char second = (unsigned char)text[1], third = (unsigned char)text[2];
    return (second == 0x80 && third >= 0xaa && third <= 0xae) || (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

static const char *reference_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void csi_html_bytes(csi_outfile *file, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *reference = reference_of(text[i]);
        if (reference != NULL) {
            csi_outfile_text(file, reference);
        } else if (is_control(text[i])) {
            csi_outfile_text(file, "\xef\xbf\xbd");
        } else if (is_direction_mark(text + i, n - i)) {
            csi_outfile_text(file, "\xef\xbf\xbd");
            i += 2;
        } else {
            csi_outfile_char(file, text[i]);
        }
    }
}

void csi_html_text(csi_outfile *file, const char *text)
{
    csi_html_bytes(file, text, strlen(text));
}

void csi_html_fixed(csi_outfile *file, double value, int decimals)
{
    char text[CSI_NUMBER_MAX] = "\xe2\x80\x93";
    if (!isnan(value)) {
        csi_number_write_fixed(value, decimals, text);
    }
    csi_outfile_text(file, text);
}
