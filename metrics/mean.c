/* See mean.h. */
#include "metrics/mean.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/number.h"

#define BLOCK 256

double csi_family_weight(const csi_family *family, size_t country)
{
    double sum = 0;
    for (size_t q = 0; q < family->n_children; q++) {
        sum += isnan(family->child[q][country]) ? 0 : family->weight[q];
    }
    return sum;
}

void csi_family_divide(const csi_family *family, double *sum)
{
    for (size_t first = 0; first < family->n_countries; first += BLOCK) {
        const size_t n = family->n_countries - first < BLOCK ? family->n_countries - first : BLOCK;
        double weight[BLOCK] = {0};
        for (size_t q = 0; q < family->n_children; q++) {
            const double *child = family->child[q] + first, own = family->weight[q];
            for (size_t c = 0; c < n; c++) {
                weight[c] += isnan(child[c]) ? 0 : own;
            }
        }
        for (size_t c = 0; c < n; c++) {
            sum[first + c] /= weight[c];
        }
    }
}

static bool any_negative(const double *x, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++) {
        any |= x[i] < 0;
    }
    return any != 0;
}

csi_status csi_family_check_positive(const csi_step *step, const csi_context *context, const csi_family *family,
                                     csi_diag *diag)
{
    for (size_t q = 0; q < family->n_children; q++) {
        if (!(family->weight[q] > 0) || !any_negative(family->child[q], family->n_countries)) {
            continue;
        }
        for (size_t c = 0; c < family->n_countries; c++) {
            if (family->child[q][c] < 0 && family->is_scored[c]) {
                const csi_framework *framework = context->framework;
                const csi_node *parent = &framework->node[family->node];
                char text[CSI_NUMBER_MAX];
                csi_number_write(family->child[q][c], text);
                return csi_diag_error(diag, CSI_ERR_DATA, &step->place,
                                      "node \"%s\": the %s mean is not defined: \"%s\" is %s for \"%s\"; normalise to a "
                                      "range above 0", parent->code, step->method->name,
                                      framework->node[parent->child[q]].code, text,
                                      context->countries->country[c].iso3);
            }
        }
    }
    return CSI_OK;
}

double csi_floored(const csi_step *step, double x)
{
    return fmax(x, csi_step_number(step, "floor"));
}
