/* See column.h. */
#include "metrics/column.h"

#include <math.h>
#include <stdlib.h>

csi_status csi_columns_of_node(const csi_context *context, const csi_panel *scores, size_t node, size_t first_year,
                               size_t n_years, bool complete_only, csi_columns *columns)
{
    const csi_node *parent = &context->framework->node[node];
    const size_t p = parent->n_children;
    *columns = (csi_columns){.p = p, .value = calloc((n_years * scores->n_countries + 1) * (p + 1), sizeof(double))};
    if (columns->value == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t year = first_year; year < first_year + n_years; year++) {
        for (size_t c = 0; c < scores->n_countries; c++) {
            size_t n_present = 0;
            for (size_t q = 0; q < p; q++) {
                const double x = csi_panel_get(scores, parent->child[q], year, c);
                columns->value[columns->n * p + q] = x;
                n_present += isnan(x) ? 0 : 1;
            }
            columns->n += complete_only ? n_present == p : n_present > 0;
        }
    }
    return CSI_OK;
}

void csi_columns_free(csi_columns *columns)
{
    free(columns->value);
    *columns = (csi_columns){0};
}

void csi_columns_get(const csi_columns *columns, size_t q, double *column)
{
    for (size_t i = 0; i < columns->n; i++) {
        column[i] = columns->value[i * columns->p + q];
    }
}
