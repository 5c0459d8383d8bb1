/* What each child contributes to its parent's score.
 *
 * For a quasi-arithmetic mean phi(score) = sum w phi(x): each child's step above the floor of the scale is its share of
 * the sum on phi's axis, laid back onto the score's own axis by the secant through the floor and the score. For the
 * arithmetic mean that is w x; for the geometric one the logarithmic-mean Divisia form (Ang 2004). */
#include "metrics/pipeline.h"

#include <math.h>

/* (s - r) / (phi(s) - phi(r)); the inverse slope of phi where the two meet. */
static double secant(csi_phi phi, const csi_step *step, double s, double r)
{
    const double near = 1e-6 * fmax(fabs(r), 1e-3);
    if (fabs(s - r) > near) {
        return (s - r) / (phi(step, s) - phi(step, r));
    }
    return near / (phi(step, r + near) - phi(step, r));
}

/* Shares of the weight that is present, 0 for missing children; returns how much that was. */
static double rescale(const csi_result *result, const csi_node *parent, size_t year, size_t country, double *weight)
{
    double sum = 0;
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        const bool is_present = !isnan(csi_panel_get(result->scores, child, year, country));
        weight[q] = is_present ? result->weight[child * result->scores->n_years + year] : 0;
        sum += weight[q];
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        weight[q] /= sum;
    }
    return sum;
}

void csi_contributions(const csi_recipe *recipe, const csi_result *result, const csi_framework *framework, size_t node,
                       size_t year, size_t country, double *weight, double *contribution)
{
    const csi_node *parent = &framework->node[node];
    const csi_step *step = recipe->node_rule[node].step;
    const csi_phi phi = step->method->phi;
    const double score = csi_panel_get(result->scores, node, year, country), floor = recipe->scale_low;
    const double sum = rescale(result, parent, year, country, weight);
    const bool is_explained = phi != NULL && !isnan(score) && sum > 0;
    const double at_floor = is_explained ? phi(step, floor) : NAN;
    const double slope = is_explained && isfinite(at_floor) ? secant(phi, step, score, floor) : NAN;
    for (size_t q = 0; q < parent->n_children; q++) {
        const double x = csi_panel_get(result->scores, parent->child[q], year, country);
        if (!is_explained || isnan(x)) {
            contribution[q] = NAN;
        } else if (!isfinite(at_floor)) {
            contribution[q] = weight[q] * score;
        } else {
            contribution[q] = weight[q] * floor + weight[q] * (phi(step, x) - at_floor) * slope;
        }
        weight[q] = isnan(score) || isnan(x) ? NAN : weight[q];
    }
}
