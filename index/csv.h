/* CSV out, for files and for pipes: quoting, and text that a spreadsheet would run as a formula defused. */
#ifndef CSI_INDEX_CSV_H
#define CSI_INDEX_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/outfile.h"

typedef void (*csi_csv_sink)(void *user, const char *bytes, size_t n);

#define CSI_CSV_BUFFER 8192
typedef struct csi_csv {
    csi_csv_sink sink;
    void *user;
    bool is_row_begun;
    size_t n;
    char buffer[CSI_CSV_BUFFER];
} csi_csv;

void csi_csv_init(csi_csv *csv, csi_csv_sink sink, void *user);
void csi_csv_init_file(csi_csv *csv, csi_outfile *file);

/* The fields of a row in turn. A text (NULL: blank) that begins with = + - @ TAB CR or their full-width forms, also
 * behind single quotes, gets one more single quote in front; csi_csv_undefuse takes it off again. Numbers are never
 * altered; NaN is blank. */
void csi_csv_text(csi_csv *csv, const char *text);
void csi_csv_number(csi_csv *csv, double value);
void csi_csv_fixed(csi_csv *csv, double value, int decimals); /* for people's eyes */
void csi_csv_integer(csi_csv *csv, int64_t value);
void csi_csv_count(csi_csv *csv, int64_t value); /* blank for 0 */
void csi_csv_blank(csi_csv *csv);
void csi_csv_end_row(csi_csv *csv);
void csi_csv_flush(csi_csv *csv); /* must be called last */

/* Whether csi_csv_text would put a quote in front of the text. */
bool csi_csv_is_formula(const char *text);

/* The text that csi_csv_text was given, out of the field that a CSV reader sees: a pointer into `field`. */
const char *csi_csv_undefuse(const char *field);

#endif
