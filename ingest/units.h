/* Units: the countries (or regions, cities, whatever is scored) met while reading, shared by all threads.
 *
 * Each distinct text is resolved once per thread (batch.c remembers); here each code gets a slot in the order of
 * arrival. The order means nothing: the panel's axis is sorted by code at the end. */
#ifndef CSI_INGEST_UNITS_H
#define CSI_INGEST_UNITS_H

#include <stdint.h>

#include "core/arena.h"
#include "core/panel.h"
#include "ingest/country.h"

typedef struct csi_units csi_units;

typedef enum csi_unit_kind {
    CSI_UNIT_FOUND,
    CSI_UNIT_AGGREGATE,
    CSI_UNIT_AMBIGUOUS,
    CSI_UNIT_UNKNOWN,
    CSI_UNIT_DATED,  /* depends on the year: ask again with it */
} csi_unit_kind;

typedef struct csi_unit_answer {
    csi_unit_kind kind;
    uint32_t slot;              /* FOUND */
    csi_country_answer country; /* candidates for messages */
} csi_unit_answer;

/* first_year and last_year bound the years that will be asked about. */
csi_units *csi_units_new(bool are_countries, int first_year, int last_year); /* NULL when out of memory */
void csi_units_free(csi_units *units);

/* Resolves a text; year 0: say CSI_UNIT_DATED where the answer differs between the first and the last year. Reentrant.
 * Fails only when out of memory. */
CSI_MUST_USE csi_status csi_units_resolve(csi_units *units, const char *text, size_t length, csi_country_scheme scheme,
                                          int year, csi_unit_answer *answer);

/* A grouping that a column of the data gives ("income_group"); *index names it in csi_units_describe. */
CSI_MUST_USE csi_status csi_units_add_grouping(csi_units *units, const char *name, size_t *index);

/* What a row says of a unit: its name (CSI_UNIT_NAME) or its group in a grouping. The first row of the first file wins. */
#define CSI_UNIT_NAME SIZE_MAX
CSI_MUST_USE csi_status csi_units_describe(csi_units *units, uint32_t slot, size_t what, uint64_t file, uint64_t line,
                                           const char *text, size_t length);

/* A number for an event's id, the same for the same text. Memory follows the distinct ids. */
CSI_MUST_USE csi_status csi_units_number_id(csi_units *units, const char *text, size_t length, uint32_t *id);

size_t csi_units_count(csi_units *units);
const char *csi_units_code(csi_units *units, uint32_t slot); /* borrowed until csi_units_free */

/* The units with used[slot], sorted by code, with names and groupings, in `arena`; axis[slot] is where each went, or
 * CSI_NONE. */
CSI_MUST_USE csi_status csi_units_finish(csi_units *units, const bool *used, csi_arena *arena,
                                         csi_countries *countries, size_t *axis);

#endif
