/* See treatments.h. Maps are kept in one list for all series, in the order of the steps: a chain is short and looked up
 * a few times a series, so a scan is enough. */
#include "metrics/treatments.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/logarithm.h"

typedef struct series_map {
    size_t series;
    bool is_yearly;
    csi_map map;
} series_map;

struct csi_treatments {
    size_t n_series;
    csi_treatment *entry;
    size_t n_entries, entry_room;
    series_map *map;
    size_t n_maps, map_room;
};

csi_treatments *csi_treatments_new(size_t n_series)
{
    csi_treatments *log = calloc(1, sizeof *log);
    if (log != NULL) {
        log->n_series = n_series;
    }
    return log;
}

void csi_treatments_free(csi_treatments *log)
{
    if (log != NULL) {
        free(log->entry);
        free(log->map);
        free(log);
    }
}

/* Room for one more item; false when out of memory, the array being as it was. */
static bool grow(void **items, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return true;
    }
    const size_t wanted = *room == 0 ? 64 : *room * 2;
    if (wanted > SIZE_MAX / 2 / size) {
        return false;
    }
    void *larger = realloc(*items, wanted * size);
    if (larger == NULL) {
        return false;
    }
    *items = larger;
    *room = wanted;
    return true;
}

csi_status csi_treatments_add(csi_treatments *log, const csi_treatment *entry)
{
    void *items = log->entry;
    if (!grow(&items, log->n_entries, &log->entry_room, sizeof *log->entry)) {
        return CSI_ERR_MEMORY;
    }
    log->entry = items;
    log->entry[log->n_entries++] = *entry;
    return CSI_OK;
}

size_t csi_treatments_count(const csi_treatments *log)
{
    return log->n_entries;
}

const csi_treatment *csi_treatments_at(const csi_treatments *log, size_t index)
{
    return &log->entry[index];
}

csi_status csi_treatments_add_map(csi_treatments *log, size_t series, const csi_map *map)
{
    void *items = log->map;
    if (!grow(&items, log->n_maps, &log->map_room, sizeof *log->map)) {
        return CSI_ERR_MEMORY;
    }
    log->map = items;
    series_map *added = &log->map[log->n_maps++];
    *added = (series_map){.series = series, .is_yearly = map == NULL};
    if (map != NULL) {
        added->map = *map;
    }
    return CSI_OK;
}

double csi_treatments_image(const csi_treatments *log, size_t series, double x)
{
    for (size_t i = 0; i < log->n_maps; i++) {
        if (log->map[i].series == series) {
            x = log->map[i].is_yearly ? NAN : csi_map_apply(&log->map[i].map, x);
        }
    }
    return x;
}

static double log_of(double x)
{
    return x > 0 ? csi_log(x) : NAN;
}

/* expm1 keeps the digits that x^b - 1 loses for small b. */
static double box_cox(double x, double lambda)
{
    const double l = log_of(x);
    return lambda == 0 ? l : csi_expm1(lambda * l) / lambda;
}

double csi_map_apply(const csi_map *map, double x)
{
    switch (map->kind) {
    case CSI_MAP_TRANSFORM:
        return csi_transform_apply(map->transform, x);
    case CSI_MAP_LOG_SHIFT:
        return log_of(x + map->a);
    case CSI_MAP_LOG_MIRROR:
        return -log_of(map->a - x);
    case CSI_MAP_LOG_SLOPE:
        return map->b * (x - map->a) > -1 ? csi_log1p(map->b * (x - map->a)) : NAN;
    case CSI_MAP_BOX_COX:
        return box_cox(x + map->a, map->b);
    }
    return NAN;
}
