/* The tables while they are being built: filled by country_tables.c, country_words.c and country_names.c, written by
 * country_write.c. */
#ifndef CSI_CMAKE_COUNTRY_BUILD_H
#define CSI_CMAKE_COUNTRY_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ingest/country_tables.h"

enum { OWN, ENGLISH, TRANSLATED }; /* where a name comes from, in order of trust */
#define NO_UNIT UINT16_MAX

/* Columns of countries.csv. */
enum { ISO3, ISO2, NUMERIC, NAME, REGION, SUBREGION, OWNER, FORMS, FROM, TO, SUCCESSORS, FIPS, IOC, COW, COW_NUMBER,
       VDEM, VDEM_NUMBER, N_COLUMNS };

struct country {
    char *field[N_COLUMNS];
    const char *french;
};

typedef struct entry {
    char *key;
    size_t length;
    uint16_t unit; /* NO_UNIT: claimed by several */
    int tier;
} entry;

extern struct country *country; /* today's first */
extern size_t n_countries, n_today;
extern csi_country_unit *unit;
extern size_t n_units;
extern entry *all;
extern size_t n_all;
extern csi_country_stem *stem, *code;
extern size_t n_stems, n_codes;
extern csi_lexicon lexicon;

extern FILE *report;    /* every name refused */
extern size_t n_errors; /* names of our own with two meanings */

void read_words(const char *path);

/* A name, a name written as one word, the name of a dependency, entered as the unit's; contested names go to nobody. */
void enter_name(const char *name, uint16_t to, int tier);
void enter_glued(const char *name, uint16_t to, int tier);
void enter_dependency(const char *name, uint16_t to);
entry *find_entry(const char *key, size_t length, uint32_t *slot); /* NULL: none; then the slot to put it in */
void drop_contested(void); /* and sorts by length, as the tables want them */

/* French short names: those of `path` (iso3,name), else iso-codes' translation below `locales`, else the English one. */
void read_french(const char *path, const char *locales);
void write_tables(const char *path);

#endif
