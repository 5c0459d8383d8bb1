/* Panels: allocation in one block (but for what few panels have), and the invariant that NaN and missing are the same thing. */
#include "core/panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fill_with_nan(double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        value[i] = NAN;
    }
}

csi_status csi_panel_new_unfilled(size_t n_series, int first_year, size_t n_years, size_t n_countries,
                                  bool with_standard_error, csi_panel **panel)
{
    *panel = NULL;
    size_t n, n_values, n_bytes;
    if (__builtin_mul_overflow(n_series, n_years, &n) || __builtin_mul_overflow(n, n_countries, &n) ||
        __builtin_mul_overflow(n, with_standard_error ? 2u : 1u, &n_values) ||
        __builtin_mul_overflow(n_values, sizeof(double), &n_bytes) ||
        __builtin_add_overflow(n_bytes, n * sizeof(csi_cell), &n_bytes) ||
        __builtin_add_overflow(n_bytes, sizeof(csi_panel), &n_bytes)) {
        return CSI_ERR_MEMORY;
    }
    csi_panel *p = malloc(n_bytes);
    if (p == NULL) {
        return CSI_ERR_MEMORY;
    }
    csi_large_pages(p, n_bytes);
    double *values = (double *)(void *)(p + 1);
    *p = (csi_panel){.n_series = n_series, .n_years = n_years, .n_countries = n_countries, .first_year = first_year};
    p->value = values;
    p->standard_error = with_standard_error ? values + n : NULL;
    p->state = (csi_cell *)(void *)(values + n_values);
    *panel = p;
    return CSI_OK;
}

csi_status csi_panel_new(size_t n_series, int first_year, size_t n_years, size_t n_countries, bool with_standard_error,
                         csi_panel **panel)
{
    const csi_status status =
        csi_panel_new_unfilled(n_series, first_year, n_years, n_countries, with_standard_error, panel);
    if (status == CSI_OK) {
        const size_t n = n_series * n_years * n_countries;
        fill_with_nan((*panel)->value, with_standard_error ? 2 * n : n); /* standard errors follow the values */
        memset((*panel)->state, CSI_CELL_MISSING, n * sizeof(csi_cell));
    }
    return status;
}

csi_status csi_panel_copy(const csi_panel *from, csi_panel **panel)
{
    const csi_status status = csi_panel_new_unfilled(from->n_series, from->first_year, from->n_years, from->n_countries,
                                                     from->standard_error != NULL, panel);
    if (status != CSI_OK) {
        return status;
    }
    const size_t n = from->n_series * from->n_years * from->n_countries;
    memcpy((*panel)->value, from->value, n * sizeof(double));
    memcpy((*panel)->state, from->state, n * sizeof(csi_cell));
    if (from->standard_error != NULL) {
        memcpy((*panel)->standard_error, from->standard_error, n * sizeof(double));
    }
    if (from->error_below != NULL) {
        if (csi_panel_add_error_below(*panel) != CSI_OK) {
            csi_panel_free(*panel);
            *panel = NULL;
            return CSI_ERR_MEMORY;
        }
        memcpy((*panel)->error_below, from->error_below, n * sizeof(double));
    }
    return CSI_OK;
}

csi_status csi_panel_add_error_below(csi_panel *panel)
{
    const size_t n = panel->n_series * panel->n_years * panel->n_countries;
    if (panel->error_below == NULL) {
        panel->error_below = malloc((n + 1) * sizeof *panel->error_below);
        if (panel->error_below == NULL) {
            return CSI_ERR_MEMORY;
        }
        fill_with_nan(panel->error_below, n);
    }
    return CSI_OK;
}

void csi_panel_free(csi_panel *panel)
{
    if (panel != NULL) {
        free(panel->error_below);
        free(panel);
    }
}

void csi_panel_set(csi_panel *panel, size_t series, size_t year, size_t country, double value, csi_cell state)
{
    const size_t at = csi_panel_at(panel, series, year, country);
    const bool is_missing = isnan(value) || (state & CSI_CELL_ORIGIN) == CSI_CELL_MISSING;
    panel->value[at] = is_missing ? NAN : value;
    panel->state[at] = is_missing ? CSI_CELL_MISSING : state;
}

const char *csi_cell_origin_name(csi_cell state)
{
    switch (state & CSI_CELL_ORIGIN) {
    case CSI_CELL_OBSERVED: return "observed";
    case CSI_CELL_CARRIED: return "carried";
    case CSI_CELL_INTERPOLATED: return "interpolated";
    case CSI_CELL_MODELLED: return "modelled";
    default: return "missing";
    }
}

size_t csi_countries_find(const csi_countries *countries, const char *iso3)
{
    size_t low = 0, high = countries->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(countries->country[middle].iso3, iso3);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return CSI_NONE;
}

size_t csi_countries_grouping(const csi_countries *countries, const char *name)
{
    for (size_t i = 0; i < countries->n_groupings; i++) {
        if (strcmp(countries->grouping[i], name) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}
