/* See outrank.h. */
#include "metrics/outrank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t csi_family_scored(const csi_family *family, size_t *country)
{
    size_t n = 0;
    for (size_t c = 0; c < family->n_countries; c++) {
        if (family->is_scored[c]) {
            country[n++] = c;
        }
    }
    return n;
}

static double compare(const csi_family *family, size_t j, size_t k)
{
    double wins = 0, common = 0;
    for (size_t q = 0; q < family->n_children; q++) {
        const double x = family->child[q][j], y = family->child[q][k];
        if (isnan(x) || isnan(y)) {
            continue;
        }
        common += family->weight[q];
        wins += family->weight[q] * (x > y ? 1 : x == y ? 0.5 : 0);
    }
    return common > 0 ? wins / common : 0.5;
}

void csi_outrank(const csi_family *family, const size_t *country, size_t n, double *e)
{
    for (size_t j = 0; j < n; j++) {
        e[j * n + j] = 0;
        for (size_t k = j + 1; k < n; k++) {
            e[j * n + k] = compare(family, country[j], country[k]);
            e[k * n + j] = 1 - e[j * n + k];
        }
    }
}

static int verdict(double e)
{
    return fabs(e - 0.5) <= CSI_OUTRANK_TIE ? 0 : e > 0.5 ? 1 : -1;
}

void csi_copeland(const double *e, size_t n, double *net_wins)
{
    for (size_t j = 0; j < n; j++) {
        int wins = 0;
        for (size_t k = 0; k < n; k++) {
            wins += j == k ? 0 : verdict(e[j * n + k]);
        }
        net_wins[j] = wins;
    }
}

/* By net wins, the larger first; equal ones in the order of the rows. */
static void order_by_wins(const double *net_wins, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        while (at > 0 && net_wins[order[at - 1]] < net_wins[i]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

/* Whether everyone before position `cut` beats everyone from it on. */
static bool splits(const double *e, size_t n, const size_t *order, size_t begin, size_t cut, size_t end)
{
    for (size_t i = begin; i < cut; i++) {
        for (size_t k = cut; k < end; k++) {
            if (verdict(e[order[i] * n + order[k]]) <= 0) {
                return false;
            }
        }
    }
    return true;
}

/* The best agreement of every set of block members placed first, by dynamic programming over sets. */
typedef struct subset_table {
    double *best;  /* agreement of the set among itself, best order */
    double *count; /* how many orders reach it */
} subset_table;

static void fill_subsets(const double *e, size_t n, const size_t *member, size_t m, const subset_table *t)
{
    t->best[0] = 0;
    t->count[0] = 1;
    for (size_t set = 1; set < (size_t)1 << m; set++) {
        t->best[set] = -1;
        for (size_t last = 0; last < m; last++) {
            if (!(set >> last & 1)) {
                continue;
            }
            const size_t rest = set ^ (size_t)1 << last;
            double sum = t->best[rest];
            for (size_t i = 0; i < m; i++) {
                sum += rest >> i & 1 ? e[member[i] * n + member[last]] : 0;
            }
            const double gap = sum - t->best[set];
            t->count[set] = gap > CSI_OUTRANK_TIE ? t->count[rest]
                            : gap >= -CSI_OUTRANK_TIE ? t->count[set] + t->count[rest] : t->count[set];
            t->best[set] = gap > CSI_OUTRANK_TIE ? sum : t->best[set];
        }
    }
}

/* Reads one optimal order back, the last place first: the latest member that can be last keeps ties in row order. */
static void trace_subsets(const double *e, size_t n, const size_t *member, size_t m, const subset_table *t, size_t *out)
{
    size_t set = ((size_t)1 << m) - 1;
    for (size_t place = m; place-- > 0;) {
        for (size_t last = m; last-- > 0;) {
            const size_t rest = set ^ (size_t)1 << last;
            double sum = set >> last & 1 ? t->best[rest] : -1;
            for (size_t i = 0; i < m && sum >= 0; i++) {
                sum += rest >> i & 1 ? e[member[i] * n + member[last]] : 0;
            }
            if (sum >= t->best[set] - CSI_OUTRANK_TIE) {
                out[place] = member[last];
                set = rest;
                break;
            }
        }
    }
}

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static csi_status solve_exactly(const double *e, size_t n, size_t *block, size_t m, double *n_optima)
{
    size_t member[CSI_KEMENY_EXACT];
    subset_table t = {calloc((size_t)1 << m, sizeof(double)), calloc((size_t)1 << m, sizeof(double))};
    const bool has_room = t.best != NULL && t.count != NULL;
    if (has_room) {
        memcpy(member, block, m * sizeof *member);
        qsort(member, m, sizeof *member, ascending);
        fill_subsets(e, n, member, m, &t);
        trace_subsets(e, n, member, m, &t, block);
        *n_optima = t.count[((size_t)1 << m) - 1];
    }
    free(t.best);
    free(t.count);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

/* Takes members out one after the other and puts each where it agrees most, until nothing moves. */
static void insert_until_stable(const double *e, size_t n, size_t *block, size_t m)
{
    bool moved = true;
    for (size_t round = 0; moved && round < 10 * m; round++) {
        moved = false;
        for (size_t from = 0; from < m; from++) {
            const size_t who = block[from];
            double gain = 0, best = CSI_OUTRANK_TIE;
            size_t to = from;
            for (size_t i = from; i-- > 0;) {
                gain += e[who * n + block[i]] - e[block[i] * n + who];
                to = gain > best ? i : to;
                best = gain > best ? gain : best;
            }
            gain = 0;
            for (size_t i = from + 1; i < m; i++) {
                gain += e[block[i] * n + who] - e[who * n + block[i]];
                to = gain > best ? i : to;
                best = gain > best ? gain : best;
            }
            if (to < from) {
                memmove(block + to + 1, block + to, (from - to) * sizeof *block);
            } else if (to > from) {
                memmove(block + from, block + from + 1, (to - from) * sizeof *block);
            }
            block[to] = who;
            moved = moved || to != from;
        }
    }
}

static double agreement_of(const double *e, size_t n, const size_t *order)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            sum += e[order[i] * n + order[k]];
        }
    }
    return sum;
}

csi_status csi_kemeny(const double *e, size_t n, size_t *order, csi_kemeny_answer *answer)
{
    double *net_wins = calloc(n + 1, sizeof *net_wins);
    csi_status status = net_wins == NULL ? CSI_ERR_MEMORY : CSI_OK;
    *answer = (csi_kemeny_answer){.n_optima = 1, .is_exact = true};
    if (status == CSI_OK) {
        csi_copeland(e, n, net_wins);
        order_by_wins(net_wins, n, order);
    }
    for (size_t begin = 0, end = 0; status == CSI_OK && begin < n; begin = end) {
        double n_optima = 1;
        end = begin + 1;
        while (end < n && !splits(e, n, order, begin, end, n)) {
            end++;
        }
        if (end - begin <= CSI_KEMENY_EXACT) {
            status = solve_exactly(e, n, order + begin, end - begin, &n_optima);
        } else {
            insert_until_stable(e, n, order + begin, end - begin);
            answer->is_exact = false;
        }
        answer->n_optima = fmin(answer->n_optima * n_optima, 1e15);
    }
    answer->n_optima = answer->is_exact ? answer->n_optima : 0;
    answer->agreement = status == CSI_OK ? agreement_of(e, n, order) : NAN;
    free(net_wins);
    return status;
}
