/* What the report page shows, gathered from the published files; nothing is computed anew. */
#ifndef CSI_NOTEBOOKS_EXPORT_REPORT_DATA_H
#define CSI_NOTEBOOKS_EXPORT_REPORT_DATA_H

#include "core/panel.h"
#include "index/audit.h"
#include "index/results.h"
#include "notebooks-export/report_words.h"

typedef struct csi_report_indicator {
    const char *code, *name, *unit, *parent, *source, *licence; /* "" when not given; a name is the code then */
    int direction;
    double weight; /* within the index */
    int first_year, last_year, n_countries;
} csi_report_indicator;

/* One cause of a country's change over the longest span that the run explains. */
typedef struct csi_report_move {
    size_t country;
    size_t indicator, node; /* CSI_NONE but for one of them */
    const char *kind;       /* "value", "imputed", "coverage", "break", ...: as changes.csv.gz has it */
    double effect;          /* points of the index */
} csi_report_move;

typedef struct csi_report_data {
    const csi_results *results;
    const char *const *node_name;  /* [node of results]: in the page's language where there is one, as of indicators */
    const csi_audit *audit;        /* borrowed; NULL: none was made */
    size_t latest;                 /* year index */
    size_t n_indicators;
    csi_report_indicator *indicator;
    double *normalised;            /* [indicator][country], latest year; NaN: missing */
    int first_read;                /* the year of the data's first column; the scores may begin later */
    size_t n_read;                 /* years of data, up to the last scored one */
    double *raw;                   /* [indicator][country][year of data]: as observed; NaN where it was not */
    csi_cell *state;               /* likewise: its origin */
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
CSI_MUST_USE csi_status csi_report_data_read(const csi_results *results, csi_language language, csi_diag *diag,
                                               csi_report_data *data);
void csi_report_data_clear(csi_report_data *data);

#endif
