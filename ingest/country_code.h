/* Codes to countries, and what a unit of the tables answers in a given year. */
#ifndef CSI_INGEST_COUNTRY_CODE_H
#define CSI_INGEST_COUNTRY_CODE_H

#include <stdbool.h>

#include "ingest/country_tables.h"

csi_country_answer csi_country_answer_found(const char *iso3);

/* What `unit` stands for in calendar year `year` (0: today). */
csi_country_answer csi_country_answer_unit(const csi_country_unit *unit, int year);

/* Reads text[0..length) as a code of `scheme`: letters all of one case, or digits. False, and *answer untouched, when
 * it is none. */
bool csi_country_code_find(const char *text, size_t length, csi_country_scheme scheme, int year,
                           csi_country_answer *answer);

#endif
