/* Pairwise comparison of countries, and the rankings that follow from it. */
#ifndef CSI_METRICS_OUTRANK_H
#define CSI_METRICS_OUTRANK_H

#include "metrics/method.h"

/* e[j * n + k]: the share of weight on which j is better than k, ties counting half, over the children that both have
 * (so e_jk + e_kj = 1, whatever is missing and in whatever order the rows come); 1/2 where they have none in common.
 * `country` lists the n countries compared; e has n * n entries, the diagonal is 0. OECD/JRC Handbook eq. (32), p. 113. */
void csi_outrank(const csi_family *family, const size_t *country, size_t n, double *e);

/* A difference of e from 1/2 up to this much is rounding, and a tie. */
#define CSI_OUTRANK_TIE 1e-12

/* Net wins of each: how many it beats less how many beat it. */
void csi_copeland(const double *e, size_t n, double *net_wins);

/* The order (best first) that agrees most with the matrix: the sum of e_jk over j before k is largest. Countries that
 * every earlier one beats are split off first, which loses no optimum; a block of at most CSI_KEMENY_EXACT is solved
 * exactly (the first optimum in the order of the rows), a larger one by insertion from the Copeland order, and
 * *is_exact is false then. *n_optima counts the optimal orders (capped at 1e15; 0 when not exact). */
#define CSI_KEMENY_EXACT 14
typedef struct csi_kemeny_answer {
    double agreement;
    double n_optima;
    bool is_exact;
} csi_kemeny_answer;
CSI_MUST_USE csi_status csi_kemeny(const double *e, size_t n, size_t *order, csi_kemeny_answer *answer);

/* The scored countries of a family, ascending, into country[0..n_countries); how many. */
size_t csi_family_scored(const csi_family *family, size_t *country);

#endif
