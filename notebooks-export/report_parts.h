/* The parts of the report page, each written by a file of its own. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_PARTS_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_PARTS_H

#include "core/outfile.h"
#include "notebooks-export/report_data.h"
#include "notebooks-export/report_words.h"

typedef struct csi_report {
    const csi_report_data *data;
    csi_language language;
    csi_outfile *file;
    double breaks[4]; /* between the five classes of the map: quintiles of the latest scores */
} csi_report;

/* A word in the page's language, escaped. */
void csi_report_word(const csi_report *report, csi_word word);

/* The score rows of the index in the latest year. */
const csi_score_row *csi_report_top(const csi_report *report, size_t country);

/* The UN region of a country; "" for none. */
const char *csi_report_region(const csi_report *report, size_t country);

/* The class of the map that a score falls into, 0 to 4. */
int csi_report_class(const csi_report *report, double score);

void csi_report_write_ranking(const csi_report *report);  /* the table, with a drawing of each interval */
void csi_report_write_map(const csi_report *report);      /* the drawing and its legend */
void csi_report_write_parts(const csi_report *report);    /* the table of the parts' scores */
void csi_report_write_codebook(const csi_report *report); /* the table of indicators */
void csi_report_write_data(const csi_report *report);     /* what the page's script works on, as JSON */

/* Markdown of the kind that methodology.md is written in, as HTML: headings (one level deeper), paragraphs, lists, tables,
 * fenced code, `code`, **strong**. Everything else stands as it is, escaped. */
void csi_markdown_to_html(csi_outfile *file, const char *markdown);

#endif
