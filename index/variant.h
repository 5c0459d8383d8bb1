/* Variants of the series: the same figures looked at in another way, each a named entry of `variants:` in index.yaml and
 * a file of the shape of scores.csv.gz.
 *
 *     variants:
 *       matched:         {indicators: matched}            # the same indicators in every year
 *       conduct:         {kinds: [conduct, condition]}    # without what states merely sign
 *       without_p8:      {without: [p8]}
 *       regions:         {groups: region, weight: population}
 *       base_2014:       {base_year: 2014}
 *
 * The keys combine, in this order: which indicators count, groups of countries, the base year. Every stage up to the
 * normalised values is shared with the full series; only what the keys change is computed again. */
#ifndef CSI_INDEX_VARIANT_H
#define CSI_INDEX_VARIANT_H

#include <limits.h>

#include "index/publish.h"
#include "metrics/ensemble.h"

#define CSI_NO_YEAR INT_MIN

typedef struct csi_variant_spec {
    const char *name, *title;   /* title: for people, made from the keys where it is not given */
    bool is_matched;            /* indicators: matched */
    size_t n_kinds;             /* 0: all */
    const char *const *kind;
    size_t n_without;
    const size_t *without;      /* nodes of the framework */
    const char *groups;         /* "world", "region", or a column of the covariates; NULL: countries */
    const char *weight;         /* a column of the covariates; NULL: every country counts alike */
    int base_year;              /* CSI_NO_YEAR: none */
    const char *file;           /* "scores_matched.csv.gz" */
    csi_place place;
} csi_variant_spec;

/* Reads the section `variants` of the project into project->variant. */
CSI_MUST_USE csi_status csi_variants_read(csi_project *project, csi_diag *diag);

/* How countries make groups. */
typedef struct csi_variant_groups {
    size_t n, n_countries, world; /* of the groups the world is one */
    const size_t *of;             /* [country]: its group; CSI_NONE: none but the world */
    const double *weight;         /* [country]; NaN: left out */
    bool *is_member;              /* [node of the variant][country]: whether the groups' scores there stand on it */
    size_t *n_members;            /* [group]: countries that the index's own series stands on */
} csi_variant_groups;

/* A variant computed. `run` is a view: what the tables of scores are written from. Its raw panel belongs to the run that
 * it was made of, and its countries are the groups where there are groups. */
typedef struct csi_variant {
    const csi_variant_spec *spec; /* borrowed */
    csi_arena *arena;             /* owned */
    csi_project project;          /* the run's own, with the framework and the recipe of the variant */
    csi_raw raw;
    csi_run run;
    const size_t *node_of;        /* [n_nodes of the variant]: the node of the full framework */
    const bool *is_in;            /* [n_nodes of the full framework]: whether the variant holds it */
    const csi_variant_groups *groups; /* NULL: countries */
    csi_intervals intervals;      /* n_replicates is 0 where there are none */
} csi_variant;

/* Computes one variant of `run`, which must outlive it. *variant is owned by the caller. */
CSI_MUST_USE csi_status csi_variant_make(const csi_run *run, const csi_variant_spec *spec, csi_diag *diag,
                                         csi_variant **variant);
void csi_variant_free(csi_variant *variant); /* NULL is allowed */

/* Takes the first replicates of the run's ensemble through the variant (spec->n_of_variants, as far as the run has so many)
 * and fills its intervals: the same draws as in the full series, so that the two can be compared. Does nothing where none are
 * asked for. Keeps the scores of one year at a time, and of the base year: 10 bytes for each replicate, node and country. */
CSI_MUST_USE csi_status csi_variant_draw(csi_variant *variant, const csi_run *run, const csi_intervals *full, csi_diag *diag);

/* The ensemble of a variant whose indicators are not all those of the run, over the nodes of the full framework, those that the
 * variant lacks unscored. Owned by the caller; the variant and the run must outlive it. Weights that are learnt anew every
 * year cannot be given to it. */
CSI_MUST_USE csi_status csi_variant_ensemble(const csi_variant *variant, const csi_run *run, const csi_ensemble_spec *spec,
                                             csi_diag *diag, csi_ensemble **ensemble);
bool csi_variant_can_be_drawn(const csi_variant *variant);

/* For index/variant*.c: countries turned into groups, and scores into shares of their base year. Ranks are filled after. */
CSI_MUST_USE csi_status csi_variant_group(csi_variant *variant, const csi_run *run, csi_diag *diag);
CSI_MUST_USE csi_status csi_variant_rebase(csi_variant *variant, csi_diag *diag);
void csi_variant_unrank_world(csi_variant *variant);

/* Whether a country has the indicator in every scored year. */
bool csi_variant_has_all_years(const csi_run *run, size_t indicator, size_t country);

#endif
