/* Frames: the sample that a statistic is taken over and the cells that it is applied to.
 *
 * A series over all its years is contiguous in a panel, so that any run of years is one plain array: whether a method
 * pools the panel, goes year by year or leans on a base year is decided here once and not in each method. */
#ifndef CSI_METRICS_FRAME_H
#define CSI_METRICS_FRAME_H

#include "metrics/method.h"

typedef struct csi_frame {
    size_t series;
    const csi_node *node;    /* of the framework: indicator or denominator */
    bool is_yearly;          /* one of a series' frames, a year each; else the only one */
    size_t first_year;       /* of the cells to change: index in the panel ... */
    int year;                /* ... and in the calendar */
    const double *sample;    /* n_sample values, NaN among them; borrowed from the step's input */
    size_t n_sample;
    const double *in;        /* n cells to work on, all countries of one or more whole years */
    double *out;             /* likewise, to change */
    csi_cell *state;         /* of out */
    size_t n;
} csi_frame;

typedef csi_status (*csi_frame_work)(const csi_step *step, const csi_context *context, const csi_frame *frame,
                                     csi_diag *diag);

/* Calls `work` for every frame of every indicator that the step concerns. The sample of CSI_OVER_PANEL is all scored
 * years, that of CSI_OVER_BASE_YEAR the year named by the option base_year; the cells are all years of the panel. */
CSI_MUST_USE csi_status csi_frames_each(const csi_step *step, const csi_context *context, const csi_panel *in,
                                        csi_panel *out, csi_over over, csi_frame_work work, csi_diag *diag);

/* The same with the sample of the step's option `over`. */
CSI_MUST_USE csi_status csi_frames_over(const csi_step *step, const csi_context *context, const csi_panel *in,
                                        csi_panel *out, csi_frame_work work, csi_diag *diag);

/* The index in `panel` of the step's base year ("first": first_scored_year). An error when it is not scored. */
CSI_MUST_USE csi_status csi_frame_base_year(const csi_step *step, const csi_context *context, const csi_panel *panel,
                                            csi_diag *diag, size_t *year);

#endif
