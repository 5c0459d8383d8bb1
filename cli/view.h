/* What a view looks at: published results, or a project that is computed now; and how its arguments name a node, a year
 * and a country in them. */
#ifndef CSI_CLI_VIEW_H
#define CSI_CLI_VIEW_H

#include "cli/command.h"
#include "index/results.h"
#include "index/run.h"
#include "index/variant.h"

typedef struct csi_view {
    csi_project *project; /* NULL: results were read */
    csi_run *run;         /* likewise */
    csi_variant *variant; /* likewise, and where none was asked for */
    csi_results *results;
} csi_view;

/* Where the project is: `directory` when given, else . when it holds an index.yaml, else the default index, found
 * beside the program. *path is owned by the caller (free). */
CSI_MUST_USE csi_status csi_project_locate(const csi_call *call, const char *directory, char **path);

/* Reads the project with --threads and --seed applied. */
CSI_MUST_USE csi_status csi_project_open(const csi_call *call, const char *directory, csi_project **project);

/* Opens what --results and --project name. Whatever happens, csi_view_close gives all back. */
CSI_MUST_USE csi_status csi_view_open(const csi_call *call, csi_view *view);

/* Computes from --project, whatever results there are: for what only a run knows. */
CSI_MUST_USE csi_status csi_view_compute(const csi_call *call, csi_view *view);

/* What stands below a view that has no intervals to show. */
const char *csi_view_without_intervals(const csi_results *results);

void csi_view_close(csi_view *view);

/* --node and --year in these results: the index itself and its latest scored year by default. */
CSI_MUST_USE csi_status csi_view_node(const csi_call *call, const csi_results *results, size_t *node);
/* --node in the framework of a project: indicators too. */
CSI_MUST_USE csi_status csi_view_framework_node(const csi_call *call, const csi_framework *framework, size_t *node);
CSI_MUST_USE csi_status csi_view_year(const csi_call *call, const csi_results *results, size_t *year);
CSI_MUST_USE csi_status csi_view_find_year(const csi_call *call, const csi_results *results, int64_t year, size_t *index);

/* A country by code or by any name that the resolver knows. */
CSI_MUST_USE csi_status csi_view_country(const csi_call *call, const csi_countries *countries, const char *text,
                                         size_t *country);

#endif
