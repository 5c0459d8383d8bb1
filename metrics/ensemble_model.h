/* What the files of the ensemble share: the walk taken apart into what a draw can change and what it cannot.
 *
 * A branch is one combination of imputing, treating and normalising steps, walked once by the pipeline itself. Which
 * cells are present does not depend on any other draw, so that who is scored, and by which pattern of children, is known
 * beforehand. A column has a lane for each country, those that are scored most often first, so that a node's scored ones
 * lie close together; it is `stride` long, and entries beyond the countries are NaN. What a lane holds for the replicates of a
 * batch, CSI_ABREAST numbers side by side, is a row. */
#ifndef CSI_METRICS_ENSEMBLE_MODEL_H
#define CSI_METRICS_ENSEMBLE_MODEL_H

#include "metrics/abreast.h"
#include "metrics/ensemble.h"

typedef enum csi_rule_kind { CSI_RULE_ARITHMETIC, CSI_RULE_GEOMETRIC, CSI_RULE_HARMONIC, CSI_RULE_OTHER } csi_rule_kind;

/* The groups of countries that have the same children, in one year; columns of patterns are padded to CSI_DRAW_GROUP. */
typedef struct csi_patterns {
    size_t n;                  /* at most CSI_PATTERNS_MOST */
    const double *const *has;  /* [child]: column of 1, present, and 0 */
    const double *if_scored;   /* column of 0, and NaN where the pattern has no score */
    const uint8_t *of;         /* [lane] */
} csi_patterns;
#define CSI_PATTERNS_MOST 256

/* A value with its standard error, x + size e, by lane. */
typedef struct csi_error_term {
    const double *x, *size;   /* [stride], in the units of the file */
    const uint32_t *at;       /* [stride]: panel year * stride + country of e */
} csi_error_term;

/* A column whose cells rest on such values: a, or, between two years, a + (b - a) share, as the linear step has it. */
typedef struct csi_error_column {
    csi_error_term a, b;
    const double *share;      /* [stride], 0 where there is no b; NULL: nowhere */
    csi_transform transform;  /* then taken */
    size_t erring;            /* the indicator's number among the erring ones */
    bool is_tame;             /* all numbers are (csi_is_tame) */
} csi_error_column;

/* By which factors a standard normal draw is multiplied where the errors of an indicator differ above and below its values:
 * the greater of the two errors is what it is multiplied with afterwards. */
typedef struct csi_skew {
    const float *above, *below; /* [panel year][stride], by country; NULL: they are the same */
} csi_skew;

/* The greater of the errors of a cell, above and below; 0 where there are none. */
double csi_error_size(const csi_panel *raw, size_t at);

typedef struct csi_branch {
    size_t choice[3];
    csi_recipe recipe;        /* the configured one with these steps */
    csi_recipe unnormalised;  /* the same up to the normalising step */
    bool has_posts;           /* one min-max step: value = a + (b - a) z */
    bool clips;
    double a, b;
    const double *low, *high; /* [indicator * n_years + year]; NaN: the series is not normalised */
    const double *treated;    /* [year][indicator][stride]: before normalising; NULL without posts */
    bool is_tame;             /* all of these are (csi_is_tame) */
    const double *fixed;      /* [year][indicator][stride]: normalised as measured */
    const double *fixed_value, *fixed_log; /* likewise: with their logarithms, ready for an arithmetic and a geometric mean */
    const csi_patterns *const *patterns; /* [year][aggregate]; what is equal elsewhere is shared with it */
    const csi_patterns *const *const *without; /* [n_left_out]: the same with one node left out; NULL where none ever is */
    bool has_error_map;
    const csi_error_column *const *error; /* [year * n_indicators + indicator]; NULL: none */
    const bool *error_is_needed;          /* [year][erring][panel year]: which rows of errors the year rests on */
} csi_branch;

struct csi_ensemble {
    const csi_ensemble_spec *spec;
    const csi_recipe *recipe;
    csi_context context;
    const csi_panel *raw;
    csi_arena *arena;
    csi_arena **branch_arena;            /* [n_branchs]: of those that were walked beside others */
    size_t n_years, n_countries, stride; /* scored years; stride: countries padded to CSI_DRAW_GROUP */
    size_t n_indicators, n_nodes;
    const size_t *country;               /* [lane] */
    const size_t *n_lanes;               /* [year][aggregate]: no country beyond is scored in any branch */
    const bool *is_complete;             /* likewise: every country is scored from all children, whatever is drawn */
    csi_branch *branch;
    size_t n_branchs;
    const double *nominal;               /* [node * n_years + year]: weights summing to 1 among siblings */
    const csi_rule_kind *rule_kind;      /* [node]: as configured */
    const double *rule_floor;            /* [node] */
    const csi_rule_kind *other_kind;     /* [rule alternative] */
    const double *other_floor;
    const size_t *left_out;              /* the nodes that a replicate may leave out */
    size_t n_left_out;
    const size_t *erring;                /* indicators with standard errors */
    size_t n_erring;
    const csi_skew *skew;                /* [erring] */
    const char *slow;                    /* why some replicates walk the pipeline; NULL: none does */
    bool is_slow_everywhere;
    double low, high;                    /* range of the score bins */
};

/* The drawn choices of one replicate. Arrays belong to the caller. */
typedef struct csi_replicate {
    const csi_branch *branch;
    csi_branch own;           /* the branch with the patterns of what is left out, where something is */
    size_t left_out;           /* 1 + node; 0: none */
    const csi_step **rule;     /* [node]: of aggregates */
    csi_rule_kind *rule_kind;  /* [node] */
    double *rule_floor;        /* [node] */
    uint64_t rules;            /* replicates of the same number have the same rules */
    double *weight_factor;     /* [node]: by which nominal weights are multiplied, if has_weights */
    double *low, *high;        /* [indicator]: shift of the goalposts, in shares of their distance */
    bool has_weights, has_goalposts, has_errors;
    uint64_t error_key;
    bool is_slow;
} csi_replicate;

CSI_MUST_USE csi_status csi_replicate_new(const csi_ensemble *ensemble, csi_replicate **replicate);
void csi_replicate_free(csi_replicate *replicate);

/* Walks the pipeline of a branch whose steps are chosen and lays out what comes of it, all but the errors; `walked` is owned
 * by the caller. */
CSI_MUST_USE csi_status csi_branch_walk(csi_ensemble *ensemble, csi_branch *branch, csi_diag *diag, csi_result **walked);

/* The same of every branch, by the threads of the context, with the errors. */
CSI_MUST_USE csi_status csi_branchs_walk(csi_ensemble *ensemble, csi_diag *diag);

/* The steps of the branch up to the last imputing one, and the same without multiple imputation. */
CSI_MUST_USE csi_status csi_branch_imputing(const csi_ensemble *ensemble, const csi_branch *branch, csi_diag *diag,
                                             csi_recipe *imputing, csi_recipe *steps);

/* What each node left out changes in who is scored; `result` is the branch's own. Does nothing where none ever is. */
CSI_MUST_USE csi_status csi_branch_leave_out(csi_ensemble *ensemble, csi_branch *branch, csi_result *result,
                                              csi_diag *diag);

/* Orders the lanes by how many scores a country has in `result`, most first. CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_order_lanes(csi_ensemble *ensemble, const csi_result *result);

/* The patterns of children in every year and aggregate of `result`, from which the node left_out - 1 was left out (0: none).
 * Where one of `like` says the same of all children that have a weight, it is taken. NULL when out of memory. More than
 * CSI_PATTERNS_MOST of them make the ensemble slow everywhere. */
const csi_patterns *const *csi_find_patterns(csi_ensemble *ensemble, const csi_result *result, size_t left_out,
                                             const csi_patterns *const *const *like, size_t n_like);

/* Counts the lanes of every year and aggregate, and sees which are complete, when all patterns are known. CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_count_lanes(csi_ensemble *ensemble);

/* Draws everything but the errors of single years. `scratch` has csi_draw_room(ensemble) entries. */
void csi_replicate_draw(const csi_ensemble *ensemble, const csi_draw_plan *plan, double *scratch, csi_replicate *replicate);
size_t csi_draw_room(const csi_ensemble *ensemble);

/* The errors that replicates draw, in units of csi_error_size, standard normal where they are symmetric. Of one replicate, all:
 * error[k][panel year][stride], k over the erring indicators, by country; `error` has csi_error_room(ensemble) entries. */
void csi_replicate_errors(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error);
size_t csi_error_room(const csi_ensemble *ensemble);

/* Of CSI_ABREAST replicates side by side, key[r] being the key of replicate r's errors: first what errors keep over the years,
 * csi_kept_room(ensemble) entries, then error[stride][CSI_ABREAST] of erring indicator k in one year of the panel. */
size_t csi_kept_room(const csi_ensemble *ensemble);
void csi_kept_errors(const csi_ensemble *ensemble, const uint64_t *key, float *kept);
void csi_indicator_errors(const csi_ensemble *ensemble, const uint64_t *key, size_t k, size_t year, const float *kept,
                          float *error);

/* One replicate the slow way: score[aggregate][year][n_countries]. Its errors are drawn into `error`, of
 * csi_error_room(ensemble) entries. */
CSI_MUST_USE csi_status csi_walk(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error, csi_diag *diag,
                                 double *score);

/* Says in `diag` why a walk failed that had `quiet` (NULL is allowed) to itself; whether there is an error to tell. */
bool csi_walk_tell(const csi_diag *quiet, csi_diag *diag);

/* A walk again, handing over all that came of it while it lasts, with the drawn weights, not scaled. */
typedef csi_status csi_use_walk(void *user, const csi_recipe *recipe, const csi_context *context, const csi_result *result);
CSI_MUST_USE csi_status csi_walk_use(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error,
                                     csi_diag *diag, csi_use_walk *use, void *user);

#endif
