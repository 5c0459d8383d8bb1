/* See impute.h. */
#include "metrics/impute.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/sample.h"

void csi_impute_cell(csi_panel *panel, size_t series, size_t i, double value)
{
    const size_t at = csi_panel_at(panel, series, 0, 0) + i;
    if (panel->state[at] == CSI_CELL_MISSING && !isnan(value)) {
        panel->value[at] = value;
        panel->state[at] = CSI_CELL_MODELLED;
    }
}

static bool varies(const csi_panel *in, size_t series)
{
    double low, high;
    const double *value = csi_panel_column(in, series, 0);
    return csi_sample_range(value, in->n_years * in->n_countries, &low, &high) && !csi_sample_is_constant(low, high);
}

csi_status csi_impute_groups(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                             csi_impute_group fill, csi_diag *diag)
{
    const csi_framework *framework = context->framework;
    const bool is_all = csi_step_choice(step, "within") == 1;
    size_t *series = calloc(framework->n_indicators + 1, sizeof *series);
    csi_status status = series == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t node = framework->n_indicators; node < framework->n_nodes && status == CSI_OK; node++) {
        size_t n = 0;
        for (size_t q = 0; q < framework->n_indicators; q++) {
            if ((is_all || framework->node[q].parent == node) && csi_step_concerns(step, framework->node[q].code) &&
                varies(in, q)) {
                series[n++] = q;
            }
        }
        status = n > 0 ? fill(step, context, in, out, series, n, diag) : CSI_OK;
        if (is_all) {
            break;
        }
    }
    free(series);
    return status;
}
