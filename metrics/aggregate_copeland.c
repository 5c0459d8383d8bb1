/* Copeland: how many countries one beats in pairwise comparison, less how many beat it.
 *
 *     e_jk = sum w (x_j > x_k) + 1/2 sum w (x_j = x_k),   s_j = sum over k of sign(e_jk - 1/2)
 *
 * Source: Copeland (1951); OECD/JRC Handbook (2008), p. 112-113, eq. (32). By hand: rows (3, .), (2, 5), (1, 4): 1 beats 2
 * and 3 on the one they share, 2 beats 3: 2, 0, -2.
 * Edges: compared on the children both have, weights rescaled over those, so the result does not depend on the order of
 * the rows (COINr 1.1.14's does when values are missing). Scores depend on who else is in the year. */
#include "metrics/outrank.h"

#include <math.h>
#include <stdlib.h>

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    (void)step, (void)context, (void)diag;
    const size_t room = family->n_countries;
    size_t *country = calloc(room + 1, sizeof *country);
    double *wins = calloc(room + 1, sizeof *wins), *e = calloc(room * room + 1, sizeof *e);
    const bool has_room = country != NULL && wins != NULL && e != NULL;
    if (has_room) {
        const size_t n = csi_family_scored(family, country);
        csi_outrank(family, country, n, e);
        csi_copeland(e, n, wins);
        for (size_t c = 0; c < room; c++) {
            score[c] = NAN;
        }
        for (size_t i = 0; i < n; i++) {
            score[country[i]] = wins[i];
        }
    }
    free(country);
    free(wins);
    free(e);
    return has_room ? CSI_OK : CSI_ERR_MEMORY;
}

const csi_method csi_aggregate_copeland = {
    .step = CSI_STEP_AGGREGATE,
    .name = "copeland",
    .title = "Copeland's net wins",
    .formula = "s_j = sum over k of sign(e_jk - 1/2), e_jk the share of weight on which j is better than k",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 112-113, eq. (32)",
    .edges = "Compared on the children both countries have; ties within 1e-12 of 1/2.",
    .aggregate = aggregate,
};
