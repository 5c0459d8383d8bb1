/* A small composite index in a test: framework, countries and raw panel from tables in COINr's shape, a recipe from YAML
 * text, and the run. Built by hand rather than through ingest/, so that metrics/ is tested alone. */
#ifndef CSI_TESTS_COIN_H
#define CSI_TESTS_COIN_H

#include "metrics/pipeline.h"
#include "tests/support/support.h"

typedef struct coin {
    csi_arena *arena;
    csi_diag *diag;
    csi_framework *framework;
    csi_countries countries;
    csi_panel *raw;
    csi_context context;
    size_t first_scored; /* index in raw of the first scored year */
    csi_recipe *recipe;
    csi_result *result; /* NULL until coin_run succeeds */
} coin;

/* iMeta and iData as COINr's packaged data have them: iData's columns are uCode, indicators, denominators, groups (the
 * framework says which) and Time when there are several years. Countries are sorted by code. */
coin coin_read(const table *meta, const table *data);

/* iMeta and observations as rows iso3,year,indicator,value; only years first..last and indicators of the framework, from
 * their valid_from on; scores from `first_scored` on. */
coin coin_read_long(const table *meta, const table *data, int first, int first_scored, int last);

/* A one-level coin: n_indicators columns x0, x1, ... under the root "Index", n_countries rows A000, A001, ...; value
 * [year][country][indicator], NaN missing. direction NULL: all 1. goal_low 0 and goal_high 100. */
coin coin_make(size_t n_indicators, size_t n_countries, size_t n_years, const double *value, const int *direction);

/* Reads the steps from YAML and runs them; any earlier result is freed. */
csi_status coin_run(coin *c, const char *steps);

/* coin_run that must succeed: prints the messages and fails the test otherwise. */
void coin_must_run(coin *c, const char *steps);

/* The largest |difference| / max(1, |golden|) between `panel` (series named by the framework's nodes) and the golden
 * table (first column uCode), over every golden column that is a series of the panel; cells missing in one alone count
 * as infinite; an infinity in the golden table stands for missing. Dies when fewer than `least` columns were compared. */
double coin_worst(const coin *c, const csi_panel *panel, const table *golden, size_t least);

void coin_free(coin *c);

/* COINr's golden table `name` (without .csv), its packaged ASEM data with another table in the place of iData, and its
 * example coin: denominated, imputed, screened, treated, scaled to 0-100 and averaged. `weighting` is a step or "". */
table coinr_table(const char *name);
coin coinr_asem(const char *data);
#define COINR_DATA "asem/ASEM_iData"
#define COINR_TO_IMPUTED "- denominate: by\n- impute: {method: cohort, statistic: mean, groups: [EurAsia_group]}\n"
#define COINR_TO_SCREENED COINR_TO_IMPUTED "- screen: {method: countries, min_share: 0.9}\n"
#define COINR_TO_TREATED COINR_TO_SCREENED "- treat: {method: winsorise, max_count: 5, then: ct}\n"
csi_status coinr_run_example(coin *c, const char *weighting);
coin coinr_example(void);

/* The score of a node (or an indicator) by codes. */
double coin_score(const coin *c, const char *node, size_t year, const char *country);

/* The score of a node in the first scored year; and those of all countries against a column of a table whose rows are in
 * the coin's order of countries. */
double coin_at(const coin *c, size_t node, size_t country);
void coin_expect_column(const coin *c, size_t node, const table *t, const char *heading, double tolerance);

/* Whether any message of the last runs contains `text`. */
bool coin_said(const coin *c, const char *text);

#endif
