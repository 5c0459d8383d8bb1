/* The scale that scores are drawn on, told from the scores: published results do not say on which scale an index was meant
 * to lie, and some (z-scores, ranks) have none. 0 always lies on it, so that a bar may begin there. */
#include <math.h>

#include "index/results.h"

enum { N_LINES = 5 }; /* between grid lines: about a fifth of the scale */

static void widen(csi_scale *scale, double value)
{
    scale->low = value < scale->low ? value : scale->low; /* false for NaN */
    scale->high = value > scale->high ? value : scale->high;
}

/* The least of 1, 2 and 5 times a power of ten that is not below `least`. */
static double round_step(double least)
{
    static const double factor[] = {1, 2, 5, 10};
    double power = 1;
    size_t i = 0;
    while (power > least) {
        power /= 10;
    }
    while (power * 10 <= least) {
        power *= 10;
    }
    while (i < 3 && factor[i] * power < least * (1 - 1e-9)) {
        i++;
    }
    return factor[i] * power;
}

static csi_scale round_about(csi_scale scale)
{
    static const double usual[] = {1, 10, 100};
    size_t fit = scale.high > 0 ? 0 : 2;
    while (fit < 3 && scale.high > usual[fit]) {
        fit++;
    }
    if (scale.low >= 0 && fit < 3) {
        scale.high = usual[fit];
        scale.step = scale.high / N_LINES;
    } else {
        scale.step = round_step((scale.high - scale.low) / N_LINES);
        scale.low = floor(scale.low / scale.step) * scale.step;
        scale.high = ceil(scale.high / scale.step) * scale.step;
    }
    double step = scale.step;
    while (step < 1 - 1e-9) {
        step *= 10;
        scale.step_decimals++;
    }
    const double extent = scale.high - scale.low;
    scale.decimals = extent > 20 ? 1 : extent > 2 ? 2 : 3;
    return scale;
}

csi_scale csi_results_scale(const csi_results *results)
{
    const size_t n = csi_names_count(results->nodes) * results->n_years * results->countries.n;
    csi_scale scale = {0};
    for (size_t i = 0; i < n; i++) {
        widen(&scale, results->row[i].score);
        widen(&scale, results->row[i].score_q05);
        widen(&scale, results->row[i].score_q95);
    }
    return round_about(scale);
}

csi_scale csi_run_scale(const csi_run *run, const csi_intervals *intervals)
{
    const csi_panel *scores = run->result->scores;
    csi_scale scale = {0};
    for (size_t node = run->project->framework->n_indicators; node < scores->n_series; node++) {
        const size_t first = csi_panel_at(scores, node, 0, 0), n = scores->n_years * scores->n_countries;
        for (size_t i = first; i < first + n; i++) {
            widen(&scale, scores->value[i]);
            if (intervals != NULL && intervals->score_q05 != NULL) {
                widen(&scale, intervals->score_q05[i]);
                widen(&scale, intervals->score_q95[i]);
            }
        }
    }
    return round_about(scale);
}

double csi_scale_round(double value, int decimals)
{
    double unit = 1;
    for (int i = 0; i < decimals; i++) {
        unit *= 10;
    }
    return round(value * unit) / unit;
}
