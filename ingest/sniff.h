/* What can be told about a file from its head. Every verdict can be overruled in index.yaml. */
#ifndef CSI_INGEST_SNIFF_H
#define CSI_INGEST_SNIFF_H

#include "ingest/reader.h"

/* The delimiter among comma, semicolon, tab and pipe that gives the most even table; ',' when none gives two columns. */
char csi_sniff_delimiter(const char *text, size_t n, char quote);

/* What the cells of values in the head of a file say about their marks. */
typedef struct csi_marks {
    size_t n_cells;         /* that are not empty */
    size_t n_point;         /* a decimal point for certain: "1.5", "1,234.5" */
    size_t n_comma;         /* a decimal comma for certain: "25,81", "1442,996", "1.234,5" */
    size_t n_thousands;     /* commas between thousands for certain: "1,234,567", "1,234.5" */
    size_t n_point_thousands; /* points between thousands for certain: "1.234,5", "1.234.567" */
    size_t n_ambiguous;     /* "131,999": either */
    size_t n_flags;         /* letters after a number */
    size_t n_symbols;       /* a percent or currency sign at a number */
    uint64_t comma_line;    /* where the first decimal comma, thousands comma or sign stands; 0: none */
    uint64_t thousands_line, symbols_line;
} csi_marks;
csi_marks csi_sniff_marks(const csi_preview *preview, size_t header, const csi_plan *plan);

/* Sets decimal, thousands and symbols of the plan's dialect where the configuration leaves them open and the head leaves
 * no doubt; says so in a note. A doubtful cell is left for the reader to refuse. */
void csi_sniff_values(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag);

#endif
