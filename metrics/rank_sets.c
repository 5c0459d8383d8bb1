/* Joint confidence sets for ranks.
 *
 * With joint intervals [l_c, u_c] that hold all the true values at once, the true rank of c lies between
 *     1 + #{k: l_k > u_c}   and   n - #{k: u_k < l_c}
 * Klein, Wright, Wieczorek 2020 (JRSS-A 183:589). Independent normal errors: intervals estimate +- z se with each at
 * level^(1/n) hold together with probability `level`. By hand: estimates 10, 5, 0 with se 1 and n = 3 at 0.9: z = 2.11, no
 * intervals meet, each rank is certain. Edges: equal estimates without error share all the ranks that they fill. */
#include "metrics/rank_sets.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

/* Half the width of each of n joint intervals, in standard errors. */
static double half_width(const double *estimate, size_t n, double level)
{
    size_t n_ranked = 0;
    for (size_t c = 0; c < n; c++) {
        n_ranked += isnan(estimate[c]) ? 0 : 1;
    }
    const double each = n_ranked > 0 ? pow(level, 1.0 / (double)n_ranked) : level;
    return gsl_cdf_ugaussian_Pinv(0.5 + each / 2);
}

/* The best of those that have no group yet; n when none is left. Equal estimates: the first. */
static size_t best_left(const double *estimate, const int *group, size_t n)
{
    size_t best = n;
    for (size_t c = 0; c < n; c++) {
        if (!isnan(estimate[c]) && group[c] == 0 && (best == n || estimate[c] > estimate[best])) {
            best = c;
        }
    }
    return best;
}

void csi_rank_groups(const double *estimate, const double *standard_error, size_t n, double level, int *group)
{
    const double z = half_width(estimate, n, level);
    for (size_t c = 0; c < n; c++) {
        group[c] = 0;
    }
    int current = 0;
    for (size_t best = best_left(estimate, group, n), leader = best; best < n; best = best_left(estimate, group, n)) {
        const bool is_behind = estimate[best] + z * standard_error[best] < estimate[leader] - z * standard_error[leader];
        if (current == 0 || is_behind) {
            leader = best;
            current++;
        }
        group[best] = current;
    }
}

void csi_rank_sets(const double *estimate, const double *standard_error, size_t n, double level, int *low, int *high)
{
    const double spread = half_width(estimate, n, level);
    int n_ranked = 0;
    for (size_t c = 0; c < n; c++) {
        n_ranked += isnan(estimate[c]) ? 0 : 1;
    }
    for (size_t c = 0; c < n; c++) {
        const double mine = spread * standard_error[c];
        int n_above = 0, n_below = 0;
        for (size_t k = 0; k < n; k++) {
            const double theirs = spread * standard_error[k];
            n_above += estimate[k] - theirs > estimate[c] + mine ? 1 : 0;
            n_below += estimate[k] + theirs < estimate[c] - mine ? 1 : 0;
        }
        low[c] = isnan(estimate[c]) ? 0 : 1 + n_above;
        high[c] = isnan(estimate[c]) ? 0 : n_ranked - n_below;
    }
}
