/* Workers: run the same function over a range of jobs on several threads.
 *
 * Results must not depend on which thread takes which job: a job writes only to storage of its own, or to integer
 * tallies that its thread owns and that are added up afterwards. */
#ifndef CSI_CORE_WORKERS_H
#define CSI_CORE_WORKERS_H

#include <stddef.h>

#include "core/status.h"

/* One job; `thread` is below the number of threads asked for and names the thread's own workspace. A status other
 * than CSI_OK stops the hand-out of further jobs and becomes the result (the one of the lowest job that failed). */
typedef csi_status (*csi_job)(void *user, size_t job, size_t thread);

/* Runs job(user, 0..n_jobs-1) on up to n_threads threads (0: as many as the processors this process may use). Returns
 * when all have ended. A thread that cannot be started is done without. */
CSI_MUST_USE csi_status csi_workers_run(size_t n_threads, size_t n_jobs, csi_job job, void *user);

/* How many threads csi_workers_run uses for `n_threads` asked. At least 1. */
size_t csi_workers_count(size_t n_threads);

#endif
