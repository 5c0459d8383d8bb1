/* What `csindex run` adds for runs that nobody watches: where results go, the lock, whether there is anything to do, the
 * gate, vintages, and a metrics file. */
#ifndef CSI_CLI_SCHEDULE_H
#define CSI_CLI_SCHEDULE_H

#include "cli/command.h"
#include "index/gate.h"
#include "index/lock.h"

#define CSI_OPTS_SCHEDULE                                                                                           \
    CSI_OPT_IF_CHANGED, CSI_OPT_ALLOW_SHRINK, CSI_OPT_MAX_RANK_CHANGE, CSI_OPT_MAX_REVISED,                         \
        CSI_OPT_MAX_COVERAGE_DROP, CSI_OPT_VINTAGE_DIR, CSI_OPT_KEEP, CSI_OPT_METRICS_FILE

typedef struct csi_schedule {
    csi_arena *arena;       /* owned */
    csi_lock *lock;         /* owned */
    const char *directory;  /* of --output or --vintage-dir */
    bool has_vintages;
    const char *previous;   /* the results that are served now */
    const char *written;    /* where the new ones went; NULL: nowhere yet */
    bool is_held;           /* they were held back */
    int64_t n_kept;
    csi_gate_limits limits;
    double start;           /* monotonic, seconds */
} csi_schedule;

/* Reads the options, makes the directory and takes it. Whatever happens, csi_schedule_end gives all back. */
CSI_MUST_USE csi_status csi_schedule_begin(const csi_call *call, csi_schedule *schedule);

/* With --if-changed, *is_current tells that a run would only write what is there; says so. False without the option. */
CSI_MUST_USE csi_status csi_schedule_check(const csi_call *call, const csi_schedule *schedule, const csi_project *project,
                                           bool *is_current);

/* Through the gate, and published; or held back, which is CSI_ERR_GATE. */
CSI_MUST_USE csi_status csi_schedule_publish(const csi_call *call, csi_schedule *schedule, const csi_run *run,
                                             const csi_intervals *intervals);

/* Writes the metrics file where one is wanted (`run` may be NULL: none was computed), and gives everything back. Returns
 * `status`, or what writing the metrics came to when that was CSI_OK. */
csi_status csi_schedule_end(const csi_call *call, csi_schedule *schedule, const csi_run *run, csi_status status);

double csi_schedule_seconds(const csi_schedule *schedule); /* since it began */

#endif
