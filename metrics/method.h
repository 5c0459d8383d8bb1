/* The seam of the metrics stage: a method is a row of data and one function.
 *
 * A method belongs to a step (denominate, screen, impute, treat, normalise, weight, aggregate). It lives in one file,
 * metrics/<step>_<name>.c, which exports one `const csi_method`, and is listed once in metrics/methods.def. Everything
 * else -- reading its options from index.yaml, checking them, `csindex methods`, the methodology text -- follows from
 * the row. */
#ifndef CSI_METRICS_METHOD_H
#define CSI_METRICS_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/framework.h"
#include "core/panel.h"
#include "core/settings.h"
#include "metrics/treatments.h"

typedef enum csi_step_kind {
    CSI_STEP_DENOMINATE,
    CSI_STEP_SCREEN,
    CSI_STEP_IMPUTE,
    CSI_STEP_TREAT,
    CSI_STEP_NORMALISE,
    CSI_STEP_WEIGHT,
    CSI_STEP_AGGREGATE,
    CSI_N_STEPS
} csi_step_kind;

const char *csi_step_kind_name(csi_step_kind kind); /* "impute", as in index.yaml */

typedef enum csi_option_type {
    CSI_OPTION_NUMBER,
    CSI_OPTION_INTEGER,
    CSI_OPTION_BOOLEAN,
    CSI_OPTION_TEXT,
    CSI_OPTION_CHOICE,  /* one of `choices` */
    CSI_OPTION_NUMBERS, /* a list of numbers */
    CSI_OPTION_TEXTS,   /* a list of texts */
    CSI_OPTION_TABLE,   /* a map from text to number */
    CSI_OPTION_MATRIX,  /* a list of lists of numbers */
} csi_option_type;

typedef struct csi_option {
    const char *name;
    csi_option_type type;
    const char *fallback;  /* the default as it would be written in index.yaml ("[1, 100]"); NULL: required; "" for an
                              empty list, table or text */
    double low, high;      /* limits of every number, inclusive; both 0: none */
    const char *choices;   /* "a|b|c": of a choice; of a number or integer, the words that may stand in its place */
    const char *meaning;   /* one sentence, for `csindex methods` and the methodology text */
} csi_option;

/* The value of one option, typed as its csi_option says. */
typedef struct csi_option_value {
    double number;    /* also integer and boolean; NaN when a word stands in its place */
    const char *text; /* also the chosen word */
    size_t choice;    /* index within `choices`; CSI_NONE for a plain number */
    size_t n;          /* of the lists, the table's rows, the matrix's rows */
    const double *numbers;
    const char *const *texts; /* list of texts, or the table's keys (their values are `numbers`) */
    const double *const *rows;
    const size_t *row_lengths;
    bool is_given;     /* false: it is the default */
    csi_place place;
} csi_option_value;

typedef struct csi_step csi_step;
typedef struct csi_context csi_context;

/* The children of one node in one year, as the aggregation rules see them. */
typedef struct csi_family {
    size_t node;                  /* the parent */
    size_t year;                  /* index in the score panel: 0 is the first scored year */
    size_t n_children;
    size_t n_countries;
    const double *const *child;   /* child[q][c]: normalised value or score; NaN: missing */
    const double *weight;         /* nominal, non-negative, summing to 1 over the children */
    const bool *is_scored;        /* [c]: enough of the country's weight is present; others get NaN */
    /* the same children in every year, for rules that need the whole panel; [year * n_children + q] */
    size_t n_years;
    const double *const *child_all_years;
} csi_family;

/* Changes `out`, which arrives as a copy of `in`. */
typedef csi_status (*csi_apply)(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                                csi_diag *diag);
/* Fills weight[0..n_children) of `node`, not necessarily scaled, from the score panel (series = nodes: indicators and
 * every node below `node` are filled). The sample is years [first_year, first_year + n_years) of it. */
typedef csi_status (*csi_weigh)(const csi_step *step, const csi_context *context, const csi_panel *scores, size_t node,
                                size_t first_year, size_t n_years, double *weight, csi_diag *diag);
/* Fills score[0..n_countries), NaN where !is_scored or where the rule is undefined. */
typedef csi_status (*csi_aggregate_rule)(const csi_step *step, const csi_context *context, const csi_family *family,
                                         double *score, csi_diag *diag);
/* phi of a quasi-arithmetic mean: the rule equals phi^-1(sum w phi(x)). Such rules explain their contributions exactly. */
typedef double (*csi_phi)(const csi_step *step, double x);
/* Checks what the limits of single options cannot say (an ordered pair, a square matrix), once, when the configuration
 * is read. */
typedef csi_status (*csi_check)(const csi_step *step, csi_diag *diag);

typedef struct csi_method {
    csi_step_kind step;
    const char *name;     /* as in index.yaml */
    const char *title;    /* for people */
    const char *formula;  /* plain text */
    const char *source;   /* primary source, with page or DOI */
    const char *edges;    /* what happens at the edges: none left, constant, ties, zero, negative */
    const csi_option *option;
    size_t n_options;
    csi_apply apply;              /* denominate, screen, impute, treat, normalise */
    csi_weigh weigh;              /* weight */
    csi_aggregate_rule aggregate; /* aggregate */
    csi_phi phi;                  /* aggregate, quasi-arithmetic rules only; else NULL */
    csi_check check;              /* NULL: nothing to check beyond the options' own limits */
} csi_method;

/* One configured step: a method and the values of its options, in the order of method->option. */
struct csi_step {
    const csi_method *method;
    const csi_option_value *value;
    csi_place place; /* in index.yaml */
};

/* Everything a method may know besides its panel. Methods take scratch from the heap and write to nothing here but
 * `treatments`, so that threads may share a context that differs in `treatments` alone. */
struct csi_context {
    const csi_framework *framework;
    const csi_countries *countries;
    size_t first_scored_year, n_scored_years; /* indices in the panel: earlier years only feed the imputation */
    int scored_from;                          /* the calendar year of the first of them; filled in by the pipeline */
    struct csi_treatments *treatments;        /* where steps log what they changed (metrics/treatments.h); never NULL
                                                 while a stage runs: csi_pipeline_run makes one */
    const double *weight_factor; /* [n_nodes]: what the ensemble multiplies weights by, once it is settled with the
                                    nominal ones who has enough of the children; NULL: nothing */
    size_t left_out;             /* 1 + the node that the ensemble takes out of its family, as if the framework did not
                                    have it; 0: none */
    const bool *is_masked;       /* [indicator * countries->n + country]: what takes no part in the scores although it is there,
                                    as in a variant; NULL: nothing */
    uint64_t seed;
    size_t n_threads;
};

static inline bool csi_is_masked(const csi_context *context, size_t indicator, size_t country)
{
    return context->is_masked != NULL && context->is_masked[indicator * context->countries->n + country];
}

/* All methods, in the order of methods.def; and one by step and name (NULL: none). */
size_t csi_method_count(void);
const csi_method *csi_method_at(size_t index);
const csi_method *csi_method_find(csi_step_kind step, const char *name);

/* Options by name; the name must be one of the method's (asserts). */
bool csi_step_has(const csi_step *step, const char *option); /* whether it is */
double csi_step_number(const csi_step *step, const char *option);
bool csi_step_boolean(const csi_step *step, const char *option);
const char *csi_step_text(const csi_step *step, const char *option);
size_t csi_step_choice(const csi_step *step, const char *option); /* index within `choices` */
const csi_option_value *csi_step_value(const csi_step *step, const char *option);

/* Makes a step of `method` from its map in index.yaml (NULL: all defaults). `ignored` are keys that the caller reads
 * itself (n_ignored). Lives in `arena`. */
CSI_MUST_USE csi_status csi_step_make(csi_arena *arena, const csi_method *method, const csi_setting *map,
                                      const char *const *ignored, size_t n_ignored, csi_diag *diag, csi_step *step);

/* Whether `step` concerns the series: true unless its `indicators` (only these) or `except` lists say otherwise. */
bool csi_step_concerns(const csi_step *step, const char *code);

/* In the initialiser of a csi_method: its array of options and how many there are. */
#define CSI_OPTIONS(array) .option = (array), .n_options = sizeof(array) / sizeof(array)[0]

/* The options `indicators` and `except`, which every step that works indicator by indicator takes. */
#define CSI_OPTIONS_WHICH                                                                                          \
    {"indicators", CSI_OPTION_TEXTS, "", 0, 0, NULL, "only these indicators (default: all)"},                      \
    {"except", CSI_OPTION_TEXTS, "", 0, 0, NULL, "all indicators but these"}

/* The framework's node of a data series: an indicator, or a denominator behind them. */
static inline const csi_node *csi_series_node(const csi_framework *framework, size_t series)
{
    return series < framework->n_indicators ? &framework->node[series]
                                            : &framework->denominator[series - framework->n_indicators];
}

/* Which cells a statistic is taken over, for steps that look at a sample. */
typedef enum csi_over { CSI_OVER_PANEL, CSI_OVER_YEARLY, CSI_OVER_BASE_YEAR } csi_over;
#define CSI_OPTIONS_BASE_YEAR                                                                                      \
    {"base_year", CSI_OPTION_INTEGER, "first", -100000, 100000, "first", "the base year, when it is asked for"}
#define CSI_OPTIONS_OVER(usual)                                                                                    \
    {"over", CSI_OPTION_CHOICE, usual, 0, 0, "panel|yearly|base_year",                                             \
     "the sample: all scored years together, each year for itself, or one base year"},                             \
        CSI_OPTIONS_BASE_YEAR

#endif
