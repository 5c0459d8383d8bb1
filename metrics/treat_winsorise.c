/* Winsorise: outliers are pulled in to the next value, one by one, while the skewness rule fails; what still fails after
 * that may be log-transformed instead.
 *
 *     while |G1| > skewness and G2 > kurtosis: all x = max become the next lower value (G1 >= 0),
 *                                              all x = min the next higher (G1 < 0)
 *
 * Source: JRC COIN Tool user guide; OECD/JRC Handbook (2008), p. 84; G1 and G2 as in Joanes & Gill (1998), The
 * Statistician 47:183. By hand: {1, 2, 3, 4, 5, 100} has G1 2.44, G2 5.96: 100 becomes 5, then G1 -0.11 passes.
 * Edges: a constant column or one of fewer than four values passes; a step that would leave fewer than three distinct
 * values is not made, so a 0/1 column is never flattened (COINr 1.1.14 aborts there). Order is kept: values can only
 * come to tie. Every changed cell is logged. `then` works on the values before winsorising. */
#include "metrics/frame.h"
#include "metrics/outliers.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>

#define THEN_NONE 0

static const csi_option options[] = {
    {"max_count", CSI_OPTION_INTEGER, "5", 0, 1000000, "none", "at most so many steps a sample; none: until it passes"},
    {"max_share", CSI_OPTION_NUMBER, "0", 0, 0.5, NULL,
     "allow this share of the sample's values as steps where that is more than max_count"},
    {"force", CSI_OPTION_INTEGER, "0", 0, 1000000, NULL, "steps to make whatever the rule says"},
    {"then", CSI_OPTION_CHOICE, "none", 0, 0, "none|" CSI_LOG_FORMS,
     "what to apply instead to an indicator that still fails"},
    CSI_OPTIONS_OUTLIER_RULE,
    CSI_OPTIONS_OVER("panel"),
    CSI_OPTIONS_WHICH,
};

static size_t most_steps(const csi_step *step, size_t n)
{
    const double count = csi_step_number(step, "max_count");
    const size_t share = (size_t)(csi_step_number(step, "max_share") * (double)n);
    return isnan(count) ? n : (size_t)count > share ? (size_t)count : share;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const csi_outlier_rule rule = csi_outlier_rule_of(step);
    const size_t then = csi_step_choice(step, "then");
    csi_map map = {0};
    double *sorted = malloc((frame->n_sample + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    const size_t n = csi_sample_pack(frame->sample, frame->n_sample, sorted);
    csi_sample_sort(sorted, n);
    const csi_caps caps = csi_winsorise(sorted, n, &rule, most_steps(step, n), (size_t)csi_step_number(step, "force"));
    free(sorted);
    if (caps.still_fails && then != THEN_NONE &&
        csi_log_fit((csi_log_form)(then - 1), frame->sample, frame->n_sample, &map)) {
        return csi_map_frame(step, context, frame, &map, diag);
    }
    return caps.n_steps > 0 ? csi_cap_frame(step, context, frame, &caps, "winsorised") : CSI_OK;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_treat_winsorise = {
    .step = CSI_STEP_TREAT,
    .name = "winsorise",
    .title = "Winsorise by skewness and kurtosis",
    .formula = "while |G1| > skewness and G2 > kurtosis: the extreme value and its ties become the next value",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), p. 84; Joanes & Gill (1998), The "
              "Statistician 47:183-189",
    .edges = "A constant or very short column passes; no step leaves fewer than three distinct values; order is kept; "
             "every changed cell is logged.",
    CSI_OPTIONS(options),
    .apply = apply,
};
