/* The ensemble: the walk from raw values to ranks repeated with every doubtful choice drawn anew.
 *
 * A replicate is a function of (seed, replicate) alone. Choices of method, weights and goalposts are the same for all
 * countries and years of a replicate, so scores within one are paired; the sources' errors are drawn cell by cell. What
 * is kept are integer tallies (metrics/ensemble_tally.h), whose sums do not depend on the order of work. */
#ifndef CSI_METRICS_ENSEMBLE_H
#define CSI_METRICS_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/ensemble_tally.h"
#include "metrics/pipeline.h"
#include "metrics/rng_sobol.h"

/* What is drawn. The order is part of the key of a draw: new factors go last. */
typedef enum csi_factor {
    CSI_FACTOR_IMPUTATION,    /* which list of imputing steps */
    CSI_FACTOR_TREATMENT,     /* which list of treating steps */
    CSI_FACTOR_NORMALISATION, /* which normalising steps */
    CSI_FACTOR_AGGREGATION,   /* which rule, level by level or at every level at once */
    CSI_FACTOR_WEIGHTS,
    CSI_FACTOR_GOALPOSTS,
    CSI_FACTOR_ERRORS,        /* the sources' standard errors */
    CSI_FACTOR_LEAVE_OUT,     /* one node of a level */
    CSI_N_FACTORS
} csi_factor;

const char *csi_factor_name(csi_factor factor);    /* "imputation", as in index.yaml */
bool csi_factor_is_data(csi_factor factor);        /* imputation and errors: doubt about the data, not the method */

typedef enum csi_weight_draw { CSI_WEIGHTS_UNIFORM, CSI_WEIGHTS_DIRICHLET, CSI_WEIGHTS_EXPERTS } csi_weight_draw;

/* A list of steps of one kind that stands in for the configured ones. */
typedef struct csi_alternative {
    const csi_step *step;
    size_t n;
} csi_alternative;

/* Choices of imputation that together are as likely as any other: one list of steps, or the completed data sets that
 * multiple imputation makes of it. */
typedef struct csi_choices {
    size_t first, n; /* numbers of alternatives from 1 on; 0: as configured */
} csi_choices;

typedef struct csi_rule_alternative {
    int level; /* 0: every level at once */
    const csi_step *step;
} csi_rule_alternative;

/* The section `ensemble:` of index.yaml, defaults filled in. Lives in the arena it was read into. */
typedef struct csi_ensemble_spec {
    uint64_t n_replicates;
    uint64_t n_of_variants;                /* the first so many also go through the variants; 0: none */
    uint64_t seed;
    bool is_active[CSI_N_FACTORS];
    const csi_alternative *alternative[3]; /* of imputation, treatment, normalisation, besides the configured steps */
    size_t n_alternatives[3];
    const csi_choices *imputation;         /* the lists to choose among, the configured one first */
    size_t n_imputations;
    const csi_rule_alternative *rule;      /* of aggregation, besides the configured rules */
    size_t n_rules;
    csi_weight_draw weight_draw;
    double weight_spread;                  /* uniform: factor 1 - spread .. 1 + spread */
    double weight_concentration;           /* Dirichlet: parameter a n w of a child with weight share w among n */
    const double *const *expert;           /* [expert][node]; NaN: as nominal */
    size_t n_experts;
    double goalpost_spread;                /* of the distance between the goalposts */
    const bool *goalpost_is_fixed;         /* [indicator] */
    double error_correlation;              /* between two years of a country and indicator */
    int leave_out_level;
    const size_t *top;                     /* ranks k of which P(rank <= k) is published, rising */
    size_t n_top;
} csi_ensemble_spec;

/* Whether the step is multiple imputation, of which the ensemble takes the draws one by one. */
bool csi_step_is_multiple(const csi_step *step);

/* Reads the section (NULL: all defaults). The seed falls back to context_seed. */
CSI_MUST_USE csi_status csi_ensemble_read(csi_arena *arena, const csi_framework *framework, const csi_recipe *recipe,
                                          const csi_setting *section, uint64_t context_seed, csi_diag *diag,
                                          csi_ensemble_spec **spec);

/* An ensemble ready to run: the pipeline has been walked once for every combination of imputing, treating and normalising
 * steps. Borrows everything that it is made of. Owned by the caller. */
typedef struct csi_ensemble csi_ensemble;
CSI_MUST_USE csi_status csi_ensemble_new(const csi_ensemble_spec *spec, const csi_recipe *recipe,
                                         const csi_context *context, const csi_panel *raw, csi_diag *diag,
                                         csi_ensemble **ensemble);
void csi_ensemble_free(csi_ensemble *ensemble);

/* Whether every replicate goes through the fast kernel; else some walk the pipeline itself, and `why` (static storage)
 * says what asks for it. */
bool csi_ensemble_is_fast(const csi_ensemble *ensemble, const char **why);

/* Where the draws of one replicate come from: `key` of each factor, normally the number of the replicate for all. A key
 * with CSI_DRAW_OTHER is of the second matrix of a sensitivity design. Frozen factors take no draw at all. */
#define CSI_DRAW_OTHER (UINT64_C(1) << 63)
typedef struct csi_draw_plan {
    uint64_t key[CSI_N_FACTORS];
    bool is_frozen[CSI_N_FACTORS];
    const csi_sobol *sobol; /* NULL: keyed draws; else where a factor has coordinates they come from here */
} csi_draw_plan;

/* How many coordinates of a Sobol point the ensemble can use for one matrix; those of errors are not among them. */
size_t csi_ensemble_dimensions(const csi_ensemble *ensemble);

/* The scores of one replicate, score[node - n_indicators][year][country] over the scored years; NaN: not scored. The slow
 * way walks csi_stages_run and csi_aggregate_run; the fast one agrees with it to the bit. */
CSI_MUST_USE csi_status csi_ensemble_walk(const csi_ensemble *ensemble, const csi_draw_plan *plan, csi_diag *diag,
                                          double *score);
CSI_MUST_USE csi_status csi_ensemble_scores(const csi_ensemble *ensemble, const csi_draw_plan *plan, csi_diag *diag,
                                            double *score);

/* What csi_ensemble_run does with a block of replicates of one year, called from any thread, blocks in any order;
 * scores of node k (of the nodes asked for), replicate r and country c at score[(k * room + r) * stride + c],
 * ranks likewise (0: not ranked). Blocks of the same year come one after the other. */
typedef struct csi_ensemble_block {
    uint64_t first_replicate;
    size_t n_replicates;
    size_t room;                /* replicates from one node to the next */
    size_t year;                /* among the scored ones */
    size_t n_nodes;
    const size_t *node;
    size_t n_countries, stride;
    const double *score;
    const uint16_t *rank;
} csi_ensemble_block;
typedef void (*csi_ensemble_sink)(void *user, const csi_ensemble_block *block);

typedef struct csi_ensemble_options {
    uint64_t first_replicate, n_replicates;
    size_t n_threads;           /* 0: all */
    const size_t *node;         /* aggregates to score, n_nodes of them; NULL: all */
    size_t n_nodes;
    const size_t *only_year;    /* among the scored ones; NULL: all */
    bool with_pairs;            /* tally who ranks above whom on the last of the nodes, ... */
    size_t pairs_first;         /* ... in this year (index; n_years: none) and all later ones */
    const csi_draw_plan *(*plan)(void *user, uint64_t replicate, csi_draw_plan *storage); /* NULL: replicate = key */
    void *plan_user;
    csi_ensemble_sink sink;     /* NULL: none */
    void *sink_user;
    void (*progress)(void *user, uint64_t done, uint64_t all); /* NULL: none; from any thread, never two at once */
    void *progress_user;
} csi_ensemble_options;

/* Runs the replicates and adds them to `tally` (NULL: only the sink gets them). */
CSI_MUST_USE csi_status csi_ensemble_run(const csi_ensemble *ensemble, const csi_ensemble_options *options,
                                         csi_diag *diag, csi_tallies *tally);

/* A tally of the right shape for the nodes of `options`. */
CSI_MUST_USE csi_status csi_ensemble_tally_new(const csi_ensemble *ensemble, const csi_ensemble_options *options,
                                               csi_tallies **tally);

#endif
