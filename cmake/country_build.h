/* The tables while they are being built: filled by country_tables.c, written by country_write.c. */
#ifndef CSI_CMAKE_COUNTRY_BUILD_H
#define CSI_CMAKE_COUNTRY_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/country_tables.h"

enum { OWN, ENGLISH, TRANSLATED }; /* where a name comes from, in order of trust */
#define NO_UNIT UINT16_MAX
#define HASH_SIZE 131072u

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

/* French short names: those of `path` (iso3,name), else iso-codes' translation below `locales`, else the English one. */
void read_french(const char *path, const char *locales);
void write_tables(const char *path);

#endif
