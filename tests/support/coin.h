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

/* The score of a node (or an indicator) by codes. */
double coin_score(const coin *c, const char *node, size_t year, const char *country);

/* Whether any message of the last runs contains `text`. */
bool coin_said(const coin *c, const char *text);

#endif
