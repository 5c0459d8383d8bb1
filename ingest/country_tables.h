/* The shape of the tables that cmake/country_tables.c writes from datasets/country*.csv and iso-codes. Static data
 * throughout: looking up a name costs no start-up. */
#ifndef CSI_INGEST_COUNTRY_TABLES_H
#define CSI_INGEST_COUNTRY_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/country.h"
#include "ingest/country_key.h"

/* Codes of other systems, beside csi_country_facts of the same index; "" for none. */
typedef struct csi_country_codes {
    const char *fips, *ioc, *cow, *cow_number, *vdem, *vdem_number;
    int16_t from, to; /* 0: no such limit */
} csi_country_codes;

/* What a name stands for. */
typedef struct csi_country_unit {
    char iso3[4];            /* "" for what is no country */
    char owner[4];           /* the state a territory belongs to */
    csi_country_match match; /* FOUND, AGGREGATE or AMBIGUOUS */
    int16_t from, to;        /* years in which a FOUND one answers; 0: no such limit */
    uint64_t forms;          /* forms that may be added to its name */
    uint8_t n_candidates;
    const char *candidates;  /* codes of four bytes each, terminators included */
} csi_country_unit;

typedef struct csi_country_entry {
    uint32_t at;   /* in the pool */
    uint32_t mask; /* letters that occur, folded to 32; for suggestions */
    uint16_t unit;
    uint8_t length;
} csi_country_entry;

/* "argentin" for Argentine, argentina, argentinisch: counts only beside the form of a state. */
typedef struct csi_country_stem {
    const char *text;
    uint16_t unit;
} csi_country_stem;

typedef struct csi_country_tables {
    const csi_country_facts *facts; /* today's first, sorted by iso3; then the withdrawn */
    const csi_country_codes *codes;
    size_t n_facts, n_today;
    const csi_country_unit *unit; /* the first n_facts are those of `facts`, in the same order */
    const csi_country_entry *entry; /* sorted by length */
    size_t n_entries;
    const uint16_t *slot; /* hash table of entry index + 1; 0: free */
    uint32_t n_slots;     /* a power of two */
    const unsigned char *pool;
    const csi_country_stem *stem;
    size_t n_stems;
    const csi_country_stem *code; /* upper case; codes beside ISO's own */
    size_t n_codes;
    csi_lexicon lexicon;
} csi_country_tables;

extern const csi_country_tables csi_country_table;

#endif
