/* What index.yaml says about one input file. Everything that is guessed about a file can be set here. */
#ifndef CSI_INGEST_INPUT_SETTINGS_H
#define CSI_INGEST_INPUT_SETTINGS_H

#include "ingest/encoding.h"
#include "ingest/ingest.h"
#include "ingest/plan.h"

typedef struct csi_setting_filter {
    const char *heading;
    const char *const *text;
    size_t n_texts;
    const csi_place *place;
} csi_setting_filter;

typedef struct csi_input_settings {
    const char *reader; /* NULL: the reader that is surest */
    char delimiter;     /* '\0': guess */
    bool is_quote_set;
    char quote;
    bool is_lenient;    /* stray quotes are text */
    char decimal;       /* '\0': guess */
    bool is_thousands_set;
    char thousands;
    bool is_encoding_set;
    csi_encoding encoding;
    csi_country_scheme scheme;
    csi_ragged ragged;
    bool skips_footers;
    bool has_flags, has_symbols;
    int64_t skip_lines; /* before the heading; -1: find the heading */
    /* headings of the columns; NULL: by the usual names */
    const char *unit, *name, *year, *value, *standard_error, *low, *high;
    double bounds; /* the share of the probability between low and high; 0: not said */
    const char *key[CSI_MAX_KEYS];
    size_t n_keys;
    const char *indicator; /* the one indicator that the file holds; NULL: columns or headings tell */
    int fixed_year;        /* the one year of the file; INT_MIN: columns or headings tell */
    const csi_alias *alias;
    size_t n_aliases;
    const csi_alias *unit_alias;
    size_t n_unit_aliases;
    const csi_setting_filter *filter;
    size_t n_filters;
    const char *const *group;
    size_t n_groups;
    const char *const *missing;
    size_t n_missing;
    const csi_setting *options; /* the map itself, for what only one reader knows; NULL: none */
} csi_input_settings;

/* Reads the options of an input; unknown keys and impossible values are errors with their place. */
CSI_MUST_USE csi_status csi_input_settings_read(csi_arena *arena, const csi_input *input,
                                                const csi_ingest_options *options, csi_diag *diag,
                                                csi_input_settings *settings);

#endif
