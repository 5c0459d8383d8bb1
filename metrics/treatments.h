/* The log of a run's treatments: every cell a step changed, every statistic it went by, and what happened to the units
 * of each series as a whole.
 *
 * The last is kept as a chain of increasing maps a series, so that goalposts and targets given in the units of the file
 * can be taken along: a goalpost that is not transformed like its data is the classic silent error. */
#ifndef CSI_METRICS_TREATMENTS_H
#define CSI_METRICS_TREATMENTS_H

#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/framework.h"

struct csi_step;

/* One cell or one series that a step changed, for the quality table and the audit. */
typedef struct csi_treatment {
    const struct csi_step *step;
    size_t series;
    size_t year, country; /* CSI_NONE: the whole series, or all countries of the year */
    double before, after; /* of the cell, or of the statistic named in `what` */
    const char *what;     /* "winsorised", "skewness", "box-cox lambda"; static storage */
} csi_treatment;

/* An increasing map of a whole series. */
typedef enum csi_map_kind {
    CSI_MAP_TRANSFORM,  /* csi_transform_apply(transform, x) */
    CSI_MAP_LOG_SHIFT,  /* ln(x + a) */
    CSI_MAP_LOG_MIRROR, /* -ln(a - x) */
    CSI_MAP_LOG_SLOPE,  /* ln(b (x - a) + 1) */
    CSI_MAP_BOX_COX,    /* ((x + a)^b - 1) / b; b = 0: ln(x + a) */
} csi_map_kind;

typedef struct csi_map {
    csi_map_kind kind;
    csi_transform transform;
    double a, b;
} csi_map;

double csi_map_apply(const csi_map *map, double x); /* NaN outside its domain */

typedef struct csi_treatments csi_treatments;

csi_treatments *csi_treatments_new(size_t n_series); /* NULL when out of memory; owned by the caller */
void csi_treatments_free(csi_treatments *log);

CSI_MUST_USE csi_status csi_treatments_add(csi_treatments *log, const csi_treatment *entry);
size_t csi_treatments_count(const csi_treatments *log);
const csi_treatment *csi_treatments_at(const csi_treatments *log, size_t index);

/* Appends `map` to the chain of `series`. A year-by-year map has no single image of a goalpost: pass NULL, and
 * csi_treatments_image answers NaN from then on. */
CSI_MUST_USE csi_status csi_treatments_add_map(csi_treatments *log, size_t series, const csi_map *map);

/* Where a value in the units of the file lies after all maps of the series; NaN where one is undefined. */
double csi_treatments_image(const csi_treatments *log, size_t series, double x);

#endif
