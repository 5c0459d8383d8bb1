/* What the imputations from other indicators share: groups of indicators, and the draws of multiple imputation. */
#ifndef CSI_METRICS_IMPUTE_H
#define CSI_METRICS_IMPUTE_H

#include "metrics/column.h"

#define CSI_OPTION_WITHIN(usual)                                                                                   \
    {"within", CSI_OPTION_CHOICE, usual, 0, 0, "parent|all",                                                       \
     "indicators of the same parent tell about each other, or all of them do"}

/* One group: series[0..n), indicators that the step concerns and that vary. Fills gaps of `out` from `in`. */
typedef csi_status (*csi_impute_group)(const csi_step *step, const csi_context *context, const csi_panel *in,
                                       csi_panel *out, const size_t *series, size_t n, csi_diag *diag);
CSI_MUST_USE csi_status csi_impute_groups(const csi_step *step, const csi_context *context, const csi_panel *in,
                                          csi_panel *out, csi_impute_group fill, csi_diag *diag);

/* Sets cell `i` (country within year) of a series to a modelled value where it is missing; observed cells stay. A value
 * outside the framework's goalposts is not pulled in: that is the normalisation's business. */
void csi_impute_cell(csi_panel *panel, size_t series, size_t i, double value);

/* One completed data set of multiple imputation: rows drawn with replacement, EM on them, gaps filled with the
 * conditional expectation plus noise. `completed` has columns->n * p cells; rows without any value stay missing. Keyed
 * by (seed, replicate): the same draw whatever ran before. */
CSI_MUST_USE csi_status csi_impute_draw(const csi_columns *columns, uint64_t seed, uint64_t replicate, size_t max_rounds,
                                        double *completed);

#endif
