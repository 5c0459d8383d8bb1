/* The parts of the report page, each written by a file of its own. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_PARTS_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_PARTS_H

#include "core/json.h"
#include "core/outfile.h"
#include "notebooks-export/report_data.h"
#include "notebooks-export/report_words.h"

typedef struct csi_report {
    const csi_report_data *data;
    csi_language language;
    csi_outfile *file;
    double breaks[4]; /* between the five classes of the map: quintiles of the latest scores */
    csi_scale scale;  /* that scores are drawn on, and rounded for */
    bool *is_out_of_memory; /* set by a part that is therefore incomplete: the page is not committed then */
} csi_report;

/* A word in the page's language, escaped. */
void csi_report_word(const csi_report *report, csi_word word);

/* A number for people in the page's language; an en dash for NaN. */
void csi_report_fixed(const csi_report *report, double value, int decimals);

/* A country's name in the page's language. */
const char *csi_report_country(const csi_report *report, size_t country);

/* The score rows of the index in the latest year. */
const csi_score_row *csi_report_top(const csi_report *report, size_t country);

/* The UN region of a country in the page's language; "" for none. */
const char *csi_report_region(const csi_report *report, size_t country);

/* The class of the map that a score falls into, 0 to 4. */
int csi_report_class(const csi_report *report, double score);

void csi_report_write_sections(const csi_report *report); /* the navigation and everything in <main> */
void csi_report_write_ranking(const csi_report *report);  /* the table, with a drawing of each interval */
void csi_report_write_map(const csi_report *report);      /* the drawing and its legend */
void csi_report_write_parts(const csi_report *report);    /* the table of the parts' scores */
void csi_report_write_codebook(const csi_report *report); /* the table of indicators */
void csi_report_write_coverage(const csi_report *report); /* what was observed: the totals, and indicators by year */
void csi_report_write_audit(const csi_report *report);    /* the findings; only where there is an audit */

/* What tables have in common: a scrolling region with a caption, up to the headings, and its end. */
void csi_report_open_table(const csi_report *report, const char *id, csi_word caption, int year); /* year 0: none */
typedef struct csi_report_column {
    csi_word word;
    bool is_number;
} csi_report_column;

void csi_report_heading(const csi_report *report, csi_word word, const char *attributes);
void csi_report_headings(const csi_report *report, const csi_report_column *column, size_t n); /* all, and opens the body */
void csi_report_close_table(const csi_report *report);
void csi_report_fact(const csi_report *report, const char *big, csi_word word); /* a large figure and what it is */
void csi_report_write_data(const csi_report *report);     /* what the page's script works on, as JSON */

/* Key and value: every observed raw value of every year, packed; report_history.c tells how. */
void csi_report_write_history(const csi_report *report, csi_json *json);

#endif
