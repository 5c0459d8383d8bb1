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
#include <stdint.h>

#include "core/logarithm.h"
#include "metrics/lanes.h"
#include "metrics/pipeline.h"

/* Half the width of each of n joint intervals, in standard errors. */
static double half_width(const double *estimate, size_t n, double level)
{
    size_t n_ranked = 0;
    for (size_t c = 0; c < n; c++) {
        n_ranked += isnan(estimate[c]) ? 0 : 1;
    }
    const double each = n_ranked > 0 ? csi_pow(level, 1.0 / (double)n_ranked) : level;
    return gsl_cdf_ugaussian_Pinv(0.5 + each / 2);
}

void csi_rank_groups(const double *estimate, const double *standard_error, size_t n, double level, int *group,
                     size_t *work)
{
    const size_t *order = work;
    const double z = half_width(estimate, n, level);
    const size_t n_ranked = csi_rank_column(estimate, n, group, work);
    size_t leader = 0;
    int current = 0;
    for (size_t i = 0; i < n_ranked; i++) {
        const size_t c = order[i];
        const bool is_behind = estimate[c] + z * standard_error[c] < estimate[leader] - z * standard_error[leader];
        if (current == 0 || is_behind) {
            leader = c;
            current++;
        }
        group[c] = current;
    }
}

/* How many intervals lie above low..high, and how many below. */
CSI_INLINE void count_apart_body(const double *restrict estimate, const double *restrict standard_error, size_t n,
                                 double spread, const double *ends, int64_t *restrict count)
{
    const double low = ends[0], high = ends[1];
    int64_t n_above = 0, n_below = 0;
    for (size_t k = 0; k < n; k++) {
        const double theirs = spread * standard_error[k];
        n_above += estimate[k] - theirs > high ? 1 : 0;
        n_below += estimate[k] + theirs < low ? 1 : 0;
    }
    count[0] = n_above;
    count[1] = n_below;
}
static void count_apart(const double *restrict estimate, const double *restrict standard_error, size_t n, double spread,
                        const double *ends, int64_t *restrict count);
CSI_LANES(count_apart,
          (const double *restrict estimate, const double *restrict standard_error, size_t n, double spread,
           const double *ends, int64_t *restrict count),
          (estimate, standard_error, n, spread, ends, count))

void csi_rank_sets(const double *estimate, const double *standard_error, size_t n, double level, int *low, int *high)
{
    const double spread = half_width(estimate, n, level);
    int n_ranked = 0;
    for (size_t c = 0; c < n; c++) {
        n_ranked += isnan(estimate[c]) ? 0 : 1;
    }
    for (size_t c = 0; c < n; c++) {
        const double mine = spread * standard_error[c], ends[2] = {estimate[c] - mine, estimate[c] + mine};
        int64_t n_apart[2] = {0};
        count_apart(estimate, standard_error, n, spread, ends, n_apart);
        low[c] = isnan(estimate[c]) ? 0 : 1 + (int)n_apart[0];
        high[c] = isnan(estimate[c]) ? 0 : n_ranked - (int)n_apart[1];
    }
}
