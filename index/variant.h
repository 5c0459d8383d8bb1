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

#include "index/run.h"

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
    const size_t *n_members;      /* [group]: countries that the index's own series stands on; NULL: no groups */
} csi_variant;

/* Computes one variant of `run`, which must outlive it. *variant is owned by the caller. */
CSI_MUST_USE csi_status csi_variant_make(const csi_run *run, const csi_variant_spec *spec, csi_diag *diag,
                                         csi_variant **variant);
void csi_variant_free(csi_variant *variant); /* NULL is allowed */

/* For index/variant*.c: countries turned into groups, and scores into shares of their base year. Ranks are filled after. */
CSI_MUST_USE csi_status csi_variant_group(csi_variant *variant, const csi_run *run, csi_diag *diag);
CSI_MUST_USE csi_status csi_variant_rebase(csi_variant *variant, csi_diag *diag);
void csi_variant_unrank_world(csi_variant *variant);

#endif
