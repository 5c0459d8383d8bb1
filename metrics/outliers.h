/* The rule that says when a column needs treatment, and what the treatments share.
 *
 * A column fails when |G1| > skewness and G2 > kurtosis, both of type 2 (Joanes & Gill 1998); the usual limits are 2
 * and 3.5 (JRC COIN Tool, Global Innovation Index). A constant column, or one too short, cannot be tested and passes. */
#ifndef CSI_METRICS_OUTLIERS_H
#define CSI_METRICS_OUTLIERS_H

#include "metrics/method.h"

typedef struct csi_outlier_rule {
    double skewness, kurtosis;
} csi_outlier_rule;

bool csi_outliers_fail(const double *value, size_t n, const csi_outlier_rule *rule);

/* What winsorising comes down to: everything above `high` becomes `high`, everything below `low` becomes `low`. */
typedef struct csi_caps {
    double low, high;
    size_t n_steps;
    bool still_fails;
} csi_caps;

/* Winsorises sorted[0..n), ascending and without NaN, in place: while the rule fails, and at most max_steps times, all
 * values equal to the largest (G1 >= 0) or smallest become the next one. `force` steps are made whatever the rule says.
 * A step that would leave fewer than three distinct values is not made. */
csi_caps csi_winsorise(double *sorted, size_t n, const csi_outlier_rule *rule, size_t max_steps, size_t force);

typedef enum csi_log_form {
    CSI_LOG_LN,          /* ln x */
    CSI_LOG_LOG1P,       /* ln(1 + x) */
    CSI_LOG_ASINH,       /* asinh x */
    CSI_LOG_CT,          /* ln(x - min + 0.01 range) */
    CSI_LOG_CT_SIGNED,   /* the same for G1 >= 0, else -ln(max + 0.01 range - x) */
    CSI_LOG_CT_ORIGINAL, /* ln(x - min + 1) */
    CSI_LOG_GII,         /* ln((max - 1) (x - min) / range + 1), for max > 1 */
} csi_log_form;
#define CSI_LOG_FORMS "ln|log1p|asinh|ct|ct_signed|ct_original|gii"

/* The map of `form` with its constants taken from the sample (NaN cells skipped); false where it is undefined: an empty
 * or constant sample, or a form whose domain the sample leaves. */
bool csi_log_fit(csi_log_form form, const double *sample, size_t n, csi_map *map);

/* The options that name the rule, and the rule they name. */
#define CSI_OPTIONS_OUTLIER_RULE                                                                                   \
    {"skewness", CSI_OPTION_NUMBER, "2", 0, 1000, NULL, "the largest |G1| that needs no treatment"},               \
    {"kurtosis", CSI_OPTION_NUMBER, "3.5", -10, 10000, NULL, "the largest G2 that needs no treatment"}
csi_outlier_rule csi_outlier_rule_of(const csi_step *step);

/* Applies `map` to a frame's cells; the image of each must be defined, else an error that names the cell. Logs the map
 * for goalposts and the skewness before and after. */
struct csi_frame;
CSI_MUST_USE csi_status csi_map_frame(const csi_step *step, const csi_context *context, const struct csi_frame *frame,
                                      const csi_map *map, csi_diag *diag);

/* Lays a frame's cells beyond the caps on them, marks and logs each as `what` (static storage), and the skewness before
 * and after. */
CSI_MUST_USE csi_status csi_cap_frame(const csi_step *step, const csi_context *context, const struct csi_frame *frame,
                                      const csi_caps *caps, const char *what);

/* Logs one statistic of a frame's series. */
CSI_MUST_USE csi_status csi_log_statistic(const csi_step *step, const csi_context *context,
                                          const struct csi_frame *frame, double before, double after, const char *what);

/* The power of Box-Cox by maximum likelihood, with its 95 % interval. Scales x[0..n) in place by its geometric mean; y is
 * scratch of n. Values must be positive and not constant. */
double csi_box_cox_lambda(double *x, double *y, size_t n, double *low, double *high);

#endif
