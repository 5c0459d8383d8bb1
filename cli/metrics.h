/* The last run in OpenMetrics text, for the textfile collector of a node exporter. */
#ifndef CSI_CLI_METRICS_H
#define CSI_CLI_METRICS_H

#include "cli/schedule.h"

/* Writes `path` whole or not at all. `run` may be NULL. The moment of the last success is carried over from the file that
 * is there when this run was none, so that an alarm can be set on its age. */
CSI_MUST_USE csi_status csi_metrics_write(const char *path, const csi_schedule *schedule, const csi_run *run,
                                          csi_status status, csi_diag *diag);

#endif
