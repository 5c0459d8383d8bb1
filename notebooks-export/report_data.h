/* What the report page shows, gathered from the published files; nothing is computed anew. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_DATA_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_DATA_H

#include "core/panel.h"
#include "index/results.h"

typedef struct csi_report_indicator {
    const char *code, *name, *unit, *parent, *source, *licence; /* "" when not given */
    int direction;
    double weight; /* within the index */
    int first_year, last_year, n_countries;
} csi_report_indicator;

/* The value in use in the latest year. */
typedef struct csi_report_cell {
    double value;      /* raw units; NaN: missing */
    csi_cell state;
    int observed_in;   /* the last year with an observation up to the latest scored year; 0: none */
} csi_report_cell;

/* One cause of a country's change over the longest span that the run explains. */
typedef struct csi_report_move {
    size_t country;
    const char *name; /* of the indicator or part */
    double effect;    /* points of the index */
} csi_report_move;

typedef struct csi_report_data {
    const csi_results *results;
    size_t latest;                 /* year index */
    size_t n_indicators;
    csi_report_indicator *indicator;
    double *normalised;            /* [indicator][country], latest year; NaN: missing */
    csi_report_cell *cell;         /* [indicator][country] */
    const size_t *parent;          /* [node of results]: its parent; CSI_NONE for the index */
    const double *weight;          /* [node of results]: nominal */
    size_t n_moves;                /* 0 where the run explains none */
    csi_report_move *move;         /* by country */
    int move_from, move_to;
    const char *root_method;       /* "arithmetic", "geometric", "harmonic", "" for others */
    double root_min_weight_share;
    int root_min_children;
    char *ranking_csv, *methodology; /* whole files; owned; NULL when absent */
} csi_report_data;

/* Reads the files beside the scores. Lives in results->arena but for the two texts; csi_report_data_clear frees them. */
CSI_MUST_USE csi_status csi_report_data_read(const csi_results *results, csi_diag *diag, csi_report_data *data);
void csi_report_data_clear(csi_report_data *data);

#endif
