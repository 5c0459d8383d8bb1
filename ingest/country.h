/* Country names and codes to ISO 3166-1 alpha-3.
 *
 * The tables are made at build time from Debian's iso-codes and datasets/countries.csv and compiled in. A name is
 * matched by rule (folding, word order, dropped articles), never by guess: an ambiguous or unknown name is said to be
 * so, with suggestions, and is never given to the nearest country. */
#ifndef CSI_INGEST_COUNTRY_H
#define CSI_INGEST_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

typedef enum csi_country_match {
    CSI_COUNTRY_FOUND,
    CSI_COUNTRY_AGGREGATE, /* "World", "Euro area", "Arab States": recognised, and no country */
    CSI_COUNTRY_AMBIGUOUS, /* "Korea", "Congo": several countries answer */
    CSI_COUNTRY_DISSOLVED, /* "Soviet Union", asked for a year in which it was no more (or not yet) */
    CSI_COUNTRY_UNKNOWN,
} csi_country_match;

#define CSI_COUNTRY_CANDIDATES 16

typedef struct csi_country_answer {
    csi_country_match match;
    char iso3[4];                                   /* FOUND: the code, else "" */
    size_t n_candidates;                            /* of those who answer, the successors, or guesses */
    const char *candidate[CSI_COUNTRY_CANDIDATES];  /* ISO codes; static storage */
} csi_country_answer;

/* What kind of codes to expect beyond ISO alpha-2, alpha-3, numeric and names: two-letter and three-letter codes of
 * other systems clash with ISO's, so they are read only when asked for. */
typedef enum csi_country_scheme {
    CSI_COUNTRY_ANY, /* ISO codes and names */
    CSI_COUNTRY_FIPS,
    CSI_COUNTRY_IOC,
    CSI_COUNTRY_COW,       /* Correlates of War, letters or numbers */
    CSI_COUNTRY_VDEM,      /* V-Dem's country_text_id or country_id */
} csi_country_scheme;

/* Resolves text[0..length), UTF-8, as of calendar year `year` (0: today). Any int is safe. Reentrant.
 *
 * States that are no more: the name or withdrawn code of one (USSR, Czechoslovakia, Serbia and Montenegro, ...) is
 * FOUND, under its own withdrawn ISO code, in the years it existed, and DISSOLVED in any other year; it is never given
 * to a successor. A state that went on under its name after losing territory keeps its code in all years (Sudan,
 * Ethiopia, Indonesia); "Sudan (former)" counts up to 2011. A state is also answered for in years before it existed,
 * since publishers compute such figures back ("South Sudan" in 2005). */
csi_country_answer csi_country_resolve(const char *text, size_t length, csi_country_scheme scheme, int year);

/* The short name in English and French, UN region and UN subregion of an ISO alpha-3 code, XKX for Kosovo; NULL when unknown. The
 * withdrawn codes that csi_country_resolve can answer are found too, but are not counted among the countries below.
 * Static storage. */
typedef struct csi_country_facts {
    const char *iso3, *iso2, *numeric; /* numeric "" for Kosovo, which has none */
    const char *name;
    const char *region;    /* UN M49: Africa, Americas, Asia, Europe, Oceania; "" for none */
    const char *subregion; /* UN M49 */
    const char *name_fr;   /* French short name */
} csi_country_facts;
const csi_country_facts *csi_country_find(const char *iso3);
size_t csi_country_count(void); /* of today's countries and territories */
const csi_country_facts *csi_country_at(size_t index); /* sorted by iso3 */

#endif
