/* Small files of every shape that ingest reads, and of everything that it refuses: read as they are by unit_ingest, with
 * each allocation and each read failing by fault_ingest. */
#ifndef CSI_TESTS_SHAPES_H
#define CSI_TESTS_SHAPES_H

#include "ingest/ingest.h"

extern const char shapes_framework[]; /* indicators a and b (from 2021), the denominator pop, a group, a column of remarks */
csi_ingest_options shapes_options(void); /* 2020 to 2022, "NA" is missing; the inputs are still to be set */

#define LONG_TEXT "a cell that nobody can show on one line for it goes on for longer than any screen is wide and then "
#define LONG_HEAD "iso3,year,indicator,value\n"
#define WIDE_HEAD "Country Name,Country Code,Indicator Name,Indicator Code,2020,2021,\n"
#define EVENTS "id,start,where,n\n1,2020-01-05,\"['France', 'Germany']\",2\n1,2020-02-01,France,3\n2,2020-03-01,France,4\n2,2021-03-01,Germany,5\n3,2019-01-01,France,9\n"

/* The text of a file, its options in index.yaml, what it gives. */
typedef struct good_shape {
    char text[300], yaml[200], expected[240], reader[20];
} good_shape;
extern const good_shape good_shapes[];
extern const size_t n_good_shapes;

typedef struct event_shape { /* of EVENTS */
    char yaml[160], expected[160];
} event_shape;
extern const event_shape event_shapes[];
extern const size_t n_event_shapes;

typedef struct bad_shape {
    char text[700], yaml[160];
    csi_status status;
    char says[4][150]; /* each must be among the words */
} bad_shape;
extern const bad_shape bad_shapes[];
extern const size_t n_bad_shapes;

typedef struct bad_framework {
    char text[300], says[160];
} bad_framework;
extern const bad_framework bad_frameworks[];
extern const size_t n_bad_frameworks;

/* All observed cells as "FRA series 2020 1.5@line.column;", in storage that the next call uses again. */
const char *shapes_show(const csi_raw *raw);

#endif
