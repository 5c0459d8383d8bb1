/* Kemeny (Condorcet-Kemeny-Young-Levenglick): the ranking that agrees most with all pairwise comparisons.
 *
 *     max over orders of sum over j before k of e_jk;   s = number of countries placed below
 *
 * Source: Kemeny (1959); Young & Levenglick (1978); OECD/JRC Handbook (2008), p. 110-114, eq. (33). By hand (Table 28):
 * b > c > a with 104 of 180 votes.
 * Edges: finding the optimum is NP-hard: exact up to blocks of 14 countries that no cut by majority splits, else the
 * best found by insertion, and a note says so. Several optima: the first in the order of codes, and a note counts them. */
#include "metrics/outrank.h"

#include <math.h>
#include <stdlib.h>

static void tell(const csi_context *context, const csi_family *family, const csi_step *step,
                 const csi_kemeny_answer *answer, csi_diag *diag)
{
    const char *code = context->framework->node[family->node].code;
    if (!answer->is_exact) {
        csi_diag_note(diag, &step->place, "node \"%s\": the Kemeny order is the best found, not proven optimal", code);
    } else if (answer->n_optima > 1) {
        csi_diag_note(diag, &step->place, "node \"%s\": %lld orders are equally good; the first is taken", code,
                      (long long)answer->n_optima);
    }
}

static csi_status aggregate(const csi_step *step, const csi_context *context, const csi_family *family, double *score,
                            csi_diag *diag)
{
    const size_t room = family->n_countries;
    size_t *country = calloc(room + 1, sizeof *country), *order = calloc(room + 1, sizeof *order);
    double *e = calloc(room * room + 1, sizeof *e);
    csi_kemeny_answer answer;
    csi_status status = country != NULL && order != NULL && e != NULL ? CSI_OK : CSI_ERR_MEMORY;
    if (status == CSI_OK) {
        const size_t n = csi_family_scored(family, country);
        csi_outrank(family, country, n, e);
        status = csi_kemeny(e, n, order, &answer);
        for (size_t c = 0; c < room; c++) {
            score[c] = NAN;
        }
        for (size_t i = 0; status == CSI_OK && i < n; i++) {
            score[country[order[i]]] = (double)(n - 1 - i);
        }
    }
    if (status == CSI_OK) {
        tell(context, family, step, &answer, diag);
    }
    free(country);
    free(order);
    free(e);
    return status;
}

const csi_method csi_aggregate_kemeny = {
    .step = CSI_STEP_AGGREGATE,
    .name = "kemeny",
    .title = "Kemeny order",
    .formula = "the order that maximises the sum of e_jk over j before k; s = number of countries below",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 110-114, eq. (33)",
    .edges = "Exact for blocks of up to 14 countries, else the best found, which a note says; the first of several optima.",
    .aggregate = aggregate,
};
