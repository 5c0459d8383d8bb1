/* The panel: a cube series x year x country of values, each with its state.
 *
 * A series is an indicator in the data panels and a node of the framework in the score panel. The layout is
 * [series][year][country], so that the column every method works on (one series, one year, all countries) is
 * contiguous, and so is one series over all years. A value is NaN exactly when its state is CSI_CELL_MISSING; there
 * is no other sentinel. The raw panel never changes once built; every stage fills a new one. */
#ifndef CSI_CORE_PANEL_H
#define CSI_CORE_PANEL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/status.h"

/* Where a value comes from (low four bits) and what was done to it since (marks). */
typedef uint8_t csi_cell;
enum {
    CSI_CELL_MISSING = 0,
    CSI_CELL_OBSERVED = 1,
    CSI_CELL_CARRIED = 2,      /* repeated from another year of the same country */
    CSI_CELL_INTERPOLATED = 3, /* between two observed years of the same country */
    CSI_CELL_MODELLED = 4,     /* from other countries or indicators */
    CSI_CELL_ORIGIN = 0x0f,    /* mask of the above */
    CSI_CELL_TREATED = 0x10,   /* mark: changed by winsorising or trimming */
    CSI_CELL_CLIPPED = 0x20,   /* mark: clipped at a goalpost */
};

typedef struct csi_panel {
    size_t n_series;
    size_t n_years;
    size_t n_countries;
    int first_year;         /* the year at index 0; years are consecutive */
    double *value;          /* n_series * n_years * n_countries */
    csi_cell *state;        /* likewise */
    double *standard_error; /* likewise, NaN where none was given; NULL: the panel carries none */
    double *error_below;    /* likewise, of values below where it is another; NaN: the same; NULL: nowhere another */
} csi_panel;

/* A panel of missing cells. Fails with CSI_ERR_MEMORY, also when the size overflows. Owned by the caller. */
CSI_MUST_USE csi_status csi_panel_new(size_t n_series, int first_year, size_t n_years, size_t n_countries,
                                      bool with_standard_error, csi_panel **panel);

/* The same with cells that hold anything: the caller fills every one. */
CSI_MUST_USE csi_status csi_panel_new_unfilled(size_t n_series, int first_year, size_t n_years, size_t n_countries,
                                               bool with_standard_error, csi_panel **panel);
CSI_MUST_USE csi_status csi_panel_copy(const csi_panel *from, csi_panel **panel);
void csi_panel_free(csi_panel *panel);

/* Gives a panel with standard errors its `error_below`, all NaN, unless it has one. CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_panel_add_error_below(csi_panel *panel);

/* The standard errors of values above and below a cell's own. NaN: none was given. */
static inline double csi_panel_error_above(const csi_panel *panel, size_t at)
{
    return panel->standard_error == NULL ? (double)NAN : panel->standard_error[at];
}

static inline double csi_panel_error_below(const csi_panel *panel, size_t at)
{
    return panel->error_below == NULL || isnan(panel->error_below[at]) ? csi_panel_error_above(panel, at)
                                                                       : panel->error_below[at];
}

static inline size_t csi_panel_at(const csi_panel *panel, size_t series, size_t year, size_t country)
{
    return (series * panel->n_years + year) * panel->n_countries + country;
}

/* The contiguous column of one series in one year (n_countries long). */
static inline double *csi_panel_column(const csi_panel *panel, size_t series, size_t year)
{
    return panel->value + csi_panel_at(panel, series, year, 0);
}

static inline double csi_panel_get(const csi_panel *panel, size_t series, size_t year, size_t country)
{
    return panel->value[csi_panel_at(panel, series, year, country)];
}

/* Sets a cell; a NaN value makes it missing whatever `state` says, so that the invariant cannot break. */
void csi_panel_set(csi_panel *panel, size_t series, size_t year, size_t country, double value, csi_cell state);

/* The index of calendar year `year`, or CSI_NONE. */
static inline size_t csi_panel_find_year(const csi_panel *panel, int year)
{
    const long offset = (long)year - panel->first_year;
    return offset >= 0 && (size_t)offset < panel->n_years ? (size_t)offset : CSI_NONE;
}

static inline bool csi_cell_is_imputed(csi_cell state)
{
    return (state & CSI_CELL_ORIGIN) > CSI_CELL_OBSERVED;
}

/* "observed", "carried", ... for the origin bits; static storage. */
const char *csi_cell_origin_name(csi_cell state);

/* The countries (or regions, cities, whatever the units are) along the last axis, sorted by code. */
typedef struct csi_country {
    const char *iso3;    /* the unit's code; ISO 3166-1 alpha-3 when units are countries */
    const char *name;    /* for people; never NULL */
    const char **group;  /* its group in each of the n_groupings, NULL where it has none */
} csi_country;

typedef struct csi_countries {
    size_t n;
    csi_country *country;
    size_t n_groupings;
    const char **grouping; /* names of the groupings: "region", "income_group", "GDP_group" */
} csi_countries;

size_t csi_countries_find(const csi_countries *countries, const char *iso3);       /* binary search; or CSI_NONE */
size_t csi_countries_grouping(const csi_countries *countries, const char *name);   /* or CSI_NONE */

#endif
