/* See normalise.h. */
#include "metrics/normalise.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/sample.h"

csi_status csi_range_check(const csi_step *step, csi_diag *diag)
{
    const csi_option_value *range = csi_step_value(step, "range");
    if (range->n != 2 || !(range->numbers[0] < range->numbers[1])) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &range->place, "the range must be two numbers, the smaller first");
    }
    return CSI_OK;
}

csi_status csi_normalise_drop(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const bool is_empty = csi_sample_count(frame->sample, frame->n_sample) == 0;
    if (!is_empty && frame->is_yearly) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" is left out in %d: all its values are the same",
                      frame->node->code, frame->year);
    } else if (!is_empty) {
        csi_diag_warn(diag, &step->place, "indicator \"%s\" is left out: all its values are the same",
                      frame->node->code);
    }
    for (size_t i = 0; i < frame->n; i++) {
        frame->out[i] = NAN;
    }
    const csi_treatment entry = {.step = step, .series = frame->series, .country = CSI_NONE, .before = NAN, .after = NAN,
                                 .year = frame->is_yearly ? frame->first_year : CSI_NONE, .what = "constant, left out"};
    return is_empty ? CSI_OK : csi_treatments_add(context->treatments, &entry);
}

size_t csi_normalise_sorted(const csi_frame *frame, double *sorted)
{
    const size_t n = csi_sample_pack(frame->sample, frame->n_sample, sorted);
    for (size_t i = 0; i < n; i++) {
        sorted[i] *= frame->node->direction;
    }
    csi_sample_sort(sorted, n);
    return n;
}

double csi_rank_within(const double *sorted, size_t n, double x, csi_ties ties)
{
    const double below = (double)csi_sample_below(sorted, n, x), equal = (double)csi_sample_equal(sorted, n, x);
    switch (ties) {
    case CSI_TIES_MIN:
        return below + 1;
    case CSI_TIES_AVERAGE:
        return below + (equal + 1) / 2;
    case CSI_TIES_MAX:
        return below + fmax(equal, 1);
    }
    return NAN;
}

csi_status csi_normalise_ranks(const csi_step *step, const csi_frame *frame, size_t *n)
{
    const csi_ties ties = (csi_ties)csi_step_choice(step, "ties");
    double *sorted = malloc((frame->n_sample + 1) * sizeof *sorted);
    *n = 0;
    if (sorted == NULL) {
        return CSI_ERR_MEMORY;
    }
    *n = csi_normalise_sorted(frame, sorted);
    for (size_t i = 0; i < frame->n; i++) {
        if (!isnan(frame->in[i])) {
            frame->out[i] = csi_rank_within(sorted, *n, frame->node->direction * frame->in[i], ties);
        }
    }
    free(sorted);
    return CSI_OK;
}
