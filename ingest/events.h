/* What the reader of events knows beyond the common plan. */
#ifndef CSI_INGEST_EVENTS_H
#define CSI_INGEST_EVENTS_H

#include "ingest/tally.h"

typedef struct csi_event_plan {
    csi_statistic statistic;
    double probability;
    bool zero_absent;
    const char *separator; /* between the countries of a cell; NULL: one a cell */
    bool is_python_list;
    uint32_t series;
    uint32_t date_column, id_column, value_column; /* CSI_NO_COLUMN: none */
    int fixed_year;
} csi_event_plan;

#endif
