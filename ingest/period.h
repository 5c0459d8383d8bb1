/* Year labels: what headings and time columns write for a year. */
#ifndef CSI_INGEST_PERIOD_H
#define CSI_INGEST_PERIOD_H

#include <stdbool.h>
#include <stddef.h>

typedef enum csi_period_kind {
    CSI_PERIOD_NONE,    /* no year can be read from it */
    CSI_PERIOD_YEAR,    /* "2004", "2004 [YR2004]", "YR2004" */
    CSI_PERIOD_RANGE,   /* "2019/20", "2019-20", "2007 - 08", "2019-2020", "201920" */
    CSI_PERIOD_DATE,    /* "2004-05-31", "2004-05", "2004-Q2", "31/05/2004", "31.05.2004": a part of a year */
} csi_period_kind;

/* Reads all of text[0..length). *year is the year, of a range the first. Years lie within 1000 and 2999. */
csi_period_kind csi_period_read(const char *text, size_t length, int *year);

/* Finds a year or range at the start or the end of a heading such as "Trading_201617" or "2007 - 08 Volume", set off by
 * something that is neither letter nor digit; *from and *to bound its bytes. */
csi_period_kind csi_period_find(const char *text, size_t length, int *year, size_t *from, size_t *to);

#endif
