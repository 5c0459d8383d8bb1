/* Ranks within groups, a country's strengths and weaknesses, tiers of countries.
 *
 * Tiers are natural breaks: the division of the sorted scores with the smallest sum of squares within tiers, exactly, by
 * dynamic programming (Fisher 1958, JASA 53:789-798). By hand: 1, 2, 10, 11 in two tiers: {10, 11}, {1, 2}. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/coherence.h"
#include "metrics/sample.h"

csi_status csi_rank_in_groups(const csi_countries *countries, size_t grouping, const double *value, int *rank)
{
    double *own = calloc(countries->n + 1, sizeof *own);
    size_t *work = calloc(countries->n + 1, sizeof *work);
    int *within = calloc(countries->n + 1, sizeof *within);
    const bool has_room = own != NULL && work != NULL && within != NULL;
    for (size_t c = 0; c < countries->n && has_room; c++) {
        rank[c] = 0;
    }
    for (size_t c = 0; c < countries->n && has_room; c++) {
        const char *group = countries->country[c].group[grouping];
        if (group == NULL || isnan(value[c]) || rank[c] > 0) {
            continue;
        }
        for (size_t k = 0; k < countries->n; k++) {
            const char *other = countries->country[k].group[grouping];
            own[k] = other != NULL && strcmp(other, group) == 0 ? value[k] : NAN;
        }
        csi_rank_column(own, countries->n, within, work);
        for (size_t k = 0; k < countries->n; k++) {
            rank[k] = within[k] > 0 ? within[k] : rank[k];
        }
    }
    free(own);
    free(work);
    free(within);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

/* Fills sorted[0..*m) and counts its distinct values. */
static size_t count_distinct(const double *value, size_t n, double *sorted, size_t *m)
{
    *m = csi_sample_pack(value, n, sorted);
    size_t distinct = *m > 0;
    csi_sample_sort(sorted, *m);
    for (size_t i = 1; i < *m; i++) {
        distinct += sorted[i] > sorted[i - 1];
    }
    return distinct;
}

/* Whether the column says something of the country: enough values, and not most of the countries with its own. */
static bool tells_apart(const double *value, size_t n, size_t country, size_t least_distinct, double *sorted)
{
    size_t m = 0;
    const size_t distinct = count_distinct(value, n, sorted, &m);
    return least_distinct == 0 || (distinct >= least_distinct && 2 * csi_sample_equal(sorted, m, value[country]) <= m);
}

/* Keeps standing[0..*n) in order, best (or weakest) first, with room for `room`. */
static void insert(csi_standing *standing, size_t *n, size_t room, const csi_standing *entry, bool is_weakest)
{
    size_t at = *n;
    while (at > 0 && (is_weakest ? standing[at - 1].rank < entry->rank : standing[at - 1].rank > entry->rank)) {
        at--;
    }
    if (at >= room) {
        return;
    }
    *n += *n < room;
    for (size_t i = *n - 1; i > at; i--) {
        standing[i] = standing[i - 1];
    }
    standing[at] = *entry;
}

csi_status csi_standings(const csi_panel *scores, size_t n_indicators, size_t year, size_t country, bool is_weakest,
                         size_t least_distinct, csi_standing *standing, size_t *n)
{
    const size_t room = *n, n_countries = scores->n_countries;
    int *rank = calloc(n_countries + 1, sizeof *rank);
    size_t *work = calloc(n_countries + 1, sizeof *work);
    double *sorted = calloc(n_countries + 1, sizeof *sorted);
    const bool has_room = rank != NULL && work != NULL && sorted != NULL;
    *n = 0;
    for (size_t q = 0; q < n_indicators && has_room && room > 0; q++) {
        const double *value = csi_panel_column(scores, q, year);
        if (isnan(value[country]) || !tells_apart(value, n_countries, country, least_distinct, sorted)) {
            continue;
        }
        const size_t n_ranked = csi_rank_column(value, n_countries, rank, work);
        const csi_standing entry = {q, rank[country], n_ranked};
        insert(standing, n, room, &entry, is_weakest);
    }
    free(rank);
    free(work);
    free(sorted);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

/* The sum of squares about the mean of sorted[from..to), from running sums of values less the first. */
static double spread(const double *sum, const double *squares, size_t from, size_t to)
{
    const double n = (double)(to - from), total = sum[to] - sum[from];
    return fmax(squares[to] - squares[from] - total * total / n, 0);
}

/* cost[t][i]: of the first i values in t tiers; cut[t][i] where the last begins. */
static void fill_table(const double *sum, const double *squares, size_t m, size_t n_tiers, double *cost, size_t *cut)
{
    for (size_t i = 0; i <= m; i++) {
        cost[i] = i == 0 ? 0 : HUGE_VAL;
    }
    for (size_t t = 1; t <= n_tiers; t++) {
        for (size_t i = 0; i <= m; i++) {
            cost[t * (m + 1) + i] = HUGE_VAL;
            for (size_t from = t - 1; from < i; from++) {
                const double here = cost[(t - 1) * (m + 1) + from] + spread(sum, squares, from, i);
                if (here < cost[t * (m + 1) + i]) {
                    cost[t * (m + 1) + i] = here;
                    cut[t * (m + 1) + i] = from;
                }
            }
        }
    }
}

static void mark_tiers(const double *score, size_t n, const double *sorted, size_t m, const size_t *cut, size_t n_tiers,
                       int *tier)
{
    size_t end = m;
    for (size_t t = n_tiers; t > 0; t--) {
        const size_t from = cut[t * (m + 1) + end];
        for (size_t c = 0; c < n; c++) {
            if (score[c] >= sorted[from] && score[c] <= sorted[end - 1]) {
                tier[c] = (int)(n_tiers - t) + 1;
            }
        }
        end = from;
    }
}

csi_status csi_tiers(const double *score, size_t n, size_t n_tiers, int *tier)
{
    double *sorted = calloc(n + 1, sizeof *sorted), *sum = calloc(2 * n + 2, sizeof *sum);
    double *cost = calloc((n_tiers + 1) * (n + 1), sizeof *cost);
    size_t *cut = calloc((n_tiers + 1) * (n + 1), sizeof *cut);
    const bool has_room = sorted && sum && cost && cut;
    memset(tier, 0, n * sizeof *tier);
    if (has_room) {
        double *squares = sum + n + 1;
        size_t m = 0;
        const size_t distinct = count_distinct(score, n, sorted, &m);
        const size_t used = distinct < n_tiers ? distinct : n_tiers;
        for (size_t i = 0; i < m; i++) {
            const double d = sorted[i] - sorted[m / 2];
            sum[i + 1] = sum[i] + d;
            squares[i + 1] = squares[i] + d * d;
        }
        if (used > 0) {
            fill_table(sum, squares, m, used, cost, cut);
            mark_tiers(score, n, sorted, m, cut, used, tier);
        }
    }
    free(sorted);
    free(sum);
    free(cost);
    free(cut);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}
