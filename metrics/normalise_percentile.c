/* Percentile rank, in the form one states:
 *
 *     of_n: rank / n     exclusive: (rank - 1) / (n - 1)     midpoint: (rank - 0.5) / n;     y = a + (b - a) p
 *
 * Source: OECD/JRC Handbook (2008), Table 15 (100 rank / n); COINr's n_prank is the exclusive form; midpoint: Hazen
 * (1914). By hand: second of four: 50, 33.3 or 37.5 on [0, 100].
 * Edges: the exclusive form needs two values: with one the column becomes missing, with a warning. */
#include "metrics/normalise.h"
#include "metrics/sample.h"

enum { OF_N, EXCLUSIVE, MIDPOINT };

static const csi_option options[] = {
    {"form", CSI_OPTION_CHOICE, "of_n", 0, 0, "of_n|exclusive|midpoint", "rank/n, (rank-1)/(n-1) or (rank-0.5)/n"},
    CSI_OPTION_TIES("average"),
    CSI_OPTIONS_RANGE("[0, 100]"),
    CSI_OPTIONS_OVER("yearly"),
    CSI_OPTIONS_WHICH,
};

static double share(size_t form, double rank, double n)
{
    return form == OF_N ? rank / n : form == EXCLUSIVE ? (rank - 1) / (n - 1) : (rank - 0.5) / n;
}

static csi_status work(const csi_step *step, const csi_context *context, const csi_frame *frame, csi_diag *diag)
{
    const size_t form = csi_step_choice(step, "form");
    const double *range = csi_step_value(step, "range")->numbers;
    size_t n;
    if (csi_sample_count(frame->sample, frame->n_sample) < (form == EXCLUSIVE ? 2 : 1)) {
        return csi_normalise_drop(step, context, frame, diag);
    }
    const csi_status status = csi_normalise_ranks(step, frame, &n);
    for (size_t i = 0; i < frame->n && status == CSI_OK; i++) {
        frame->out[i] = range[0] + (range[1] - range[0]) * share(form, frame->out[i], (double)n);
    }
    return status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_frames_over(step, context, in, out, work, diag);
}

const csi_method csi_normalise_percentile = {
    .step = CSI_STEP_NORMALISE,
    .name = "percentile",
    .title = "Percentile rank",
    .formula = "of_n: rank/n; exclusive: (rank-1)/(n-1); midpoint: (rank-0.5)/n; y = a + (b - a) p",
    .source = "OECD/JRC Handbook on Constructing Composite Indicators (2008), Table 15",
    .edges = "The exclusive form needs two values; missing values stay missing.",
    CSI_OPTIONS(options),
    .apply = apply,
    .check = csi_range_check,
};
