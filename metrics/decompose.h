/* Why two scores differ: exact decompositions, whose parts add up to the difference.
 *
 * At one node with a quasi-arithmetic rule (arithmetic, geometric, harmonic, power) the difference is split in closed
 * form; through the levels the split is taken stagewise, a child's part being handed down to what made the child differ.
 * For any other rule, and for ranks, the Shapley value does the same by evaluation. */
#ifndef CSI_METRICS_DECOMPOSE_H
#define CSI_METRICS_DECOMPOSE_H

#include "metrics/pipeline.h"

/* What one child contributes to s1 - s0, in the parent's points. */
typedef struct csi_parts {
    double value;    /* its value differs */
    double weight;   /* its weight among the common children differs */
    double coverage; /* it is present on one side only */
    double slope;    /* points of the parent per point of this child: value = slope * (x1 - x0) */
} csi_parts;

/* Splits the difference of a quasi-arithmetic mean with phi over its children. x is NaN where missing, w non-negative and
 * not necessarily scaled; s0 and s1 are the rule's scores over the children present. The parts add up to s1 - s0 within
 * 1e-12 of it. False (all parts 0) when a score is NaN or a side has no child with weight. */
bool csi_decompose_mean(csi_phi phi, const csi_step *step, size_t n, const double *x0, const double *w0, double s0,
                        const double *x1, const double *w1, double s1, csi_parts *part);

/* One side of a comparison: a country in a year of a result. */
typedef struct csi_point {
    const csi_result *result;
    size_t year, country;
} csi_point;

typedef enum csi_cause {
    CSI_CAUSE_VALUE,    /* of an indicator, observed on both sides */
    CSI_CAUSE_IMPUTED,  /* of an indicator whose value is imputed on a side: no evidence of a change, nor of none */
    CSI_CAUSE_BREAK,    /* of an indicator whose source changed its method between the two years */
    CSI_CAUSE_COVERAGE, /* the indicator or part is present on one side only */
    CSI_CAUSE_WEIGHT,   /* its weight differs */
    CSI_CAUSE_OTHERS,   /* other countries' values, for rules that compare countries */
} csi_cause;
#define CSI_N_CAUSES 6
const char *csi_cause_name(csi_cause cause); /* "value", "imputed", "break", "coverage", "weight", "others" */
bool csi_cause_is_alike(csi_cause cause);    /* like for like: neither coverage nor a break */

/* Whether the source of an indicator changed its method somewhere between two years of the calendar, in any order. */
bool csi_indicator_breaks(const csi_node *indicator, int a, int b);

/* Whether a rule at the node or below it compares countries, so that a difference takes a Shapley value. */
bool csi_compares_countries(const csi_recipe *recipe, const csi_framework *framework, size_t node);

typedef struct csi_effect {
    size_t node;     /* the indicator or part that it is due to */
    csi_cause cause;
    double before, after; /* its normalised value or score on both sides; NaN: missing */
    double effect;        /* points of the node that was asked about */
} csi_effect;

/* Fills effect[] with what made the score of `node` differ from a to b, and their number: at most csi_max_effects.
 * Effects of zero are left out, but for indicators that are present on both sides. 0 effects when the node is not scored
 * on either side. Both points must be of the same recipe and framework. Fails when out of memory or when a rule does. */
CSI_MUST_USE csi_status csi_decompose(const csi_recipe *recipe, const csi_context *context, const csi_point *a,
                                      const csi_point *b, size_t node, csi_diag *diag, csi_effect *effect,
                                      size_t *n_effects);
size_t csi_max_effects(const csi_framework *framework);

/* The value of the coalition: bit q of `players` is set when player q is on the side of b. */
typedef csi_status (*csi_game)(void *user, uint64_t players, double *value);

#define CSI_SHAPLEY_EXACT 20

/* Shapley values of n players (at most 63): share[] adds up to game(all) - game(none). Up to CSI_SHAPLEY_EXACT players
 * all 2^n coalitions are evaluated once and error[] is 0; beyond, antithetic pairs of random orders, keyed by `seed`, and
 * error[] is the standard error. `error` may be NULL. */
CSI_MUST_USE csi_status csi_shapley(size_t n, csi_game game, void *user, size_t n_orders, uint64_t seed, double *share,
                                    double *error);

/* The same where every coalition's value is there already: value[players], n at most CSI_SHAPLEY_EXACT. CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_shapley_of_values(size_t n, const double *value, double *share);

/* The same by sampling, however many the players. */
CSI_MUST_USE csi_status csi_shapley_sampled(size_t n, csi_game game, void *user, size_t n_orders, uint64_t seed,
                                            double *share, double *error);

/* What moved the rank of a node from a to b, for any rule: share[q] of its children in order, then of the other countries,
 * evaluated with all countries for every coalition; n_orders 0: all coalitions, else sampled. See metrics/rank_change.h. */
CSI_MUST_USE csi_status csi_rank_shares(const csi_recipe *recipe, const csi_context *context, const csi_point *a,
                                        const csi_point *b, size_t node, size_t n_orders, csi_diag *diag, double *share,
                                        double *error);

#endif
