/* See schedule.h. The directory is locked before anything is read, so that two runs never compute the same thing. */
#include "cli/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/messages.h"
#include "cli/metrics.h"
#include "cli/uncertain.h"
#include "core/number.h"
#include "core/outfile.h"
#include "index/unchanged.h"
#include "index/vintage.h"

#define USUAL_OUTPUT "out"
enum { DATE = sizeof "2026-11-22" };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double csi_schedule_seconds(const csi_schedule *schedule)
{
    return now() - schedule->start;
}

static csi_status read_options(const csi_call *call, csi_schedule *schedule)
{
    const char *const vintages = csi_call_text(call, CSI_OPT_VINTAGE_DIR), *const output = csi_call_text(call, CSI_OPT_OUTPUT_DIR);
    double revised_percent = NAN, drop_percent = NAN;
    csi_status status = CSI_OK;
    schedule->limits = (csi_gate_limits){NAN, NAN, NAN, csi_call_has(call, CSI_OPT_ALLOW_SHRINK)};
    schedule->has_vintages = vintages != NULL;
    schedule->directory = vintages != NULL ? vintages : output != NULL ? output : USUAL_OUTPUT;
    if (vintages != NULL && output != NULL) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--output and --vintage-dir cannot both say where to write");
    }
    if (vintages == NULL && csi_call_has(call, CSI_OPT_KEEP)) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--keep needs --vintage-dir");
    }
    CSI_TRY(csi_call_integer(call, CSI_OPT_KEEP, 1, 1000000, &schedule->n_kept));
    CSI_TRY(csi_call_number(call, CSI_OPT_MAX_RANK_CHANGE, 0, 1e9, &schedule->limits.max_rank_change));
    CSI_TRY(csi_call_number(call, CSI_OPT_MAX_REVISED, 0, 100, &revised_percent));
    CSI_TRY(csi_call_number(call, CSI_OPT_MAX_COVERAGE_DROP, 0, 100, &drop_percent));
    schedule->limits.max_revised_share = revised_percent / 100.0;
    schedule->limits.max_coverage_drop = drop_percent / 100.0;
out:
    return status;
}

csi_status csi_schedule_begin(const csi_call *call, csi_schedule *schedule)
{
    csi_status status;
    *schedule = (csi_schedule){.start = now()};
    schedule->arena = csi_arena_new();
    if (schedule->arena == NULL) {
        return csi_diag_no_memory(call->diag, "starting");
    }
    CSI_TRY(read_options(call, schedule));
    CSI_TRY(csi_directory_make(schedule->directory, call->diag));
    CSI_TRY(csi_lock_take(schedule->directory, call->diag, &schedule->lock));
    schedule->previous = schedule->has_vintages ? csi_vintage_latest(schedule->arena, schedule->directory)
                                                : schedule->directory;
    if (schedule->previous == NULL) {
        CSI_TRY(csi_diag_no_memory(call->diag, "starting"));
    }
    CSI_TRY(csi_directory_recover(schedule->directory, call->diag));
    csi_directory_sweep(schedule->directory);
out:
    return status;
}

csi_status csi_schedule_check(const csi_call *call, const csi_schedule *schedule, const csi_project *project,
                              bool *is_current)
{
    const char *reason = "";
    uint64_t n_replicates = 0;
    csi_status status;
    *is_current = false;
    if (!csi_call_has(call, CSI_OPT_IF_CHANGED)) {
        return CSI_OK;
    }
    CSI_TRY(csi_uncertain_wanted(call, project, &n_replicates));
    CSI_TRY(csi_unchanged(project, n_replicates, schedule->previous, call->diag, &reason));
    *is_current = reason == NULL;
    if (*is_current) {
        csi_say(0, "unchanged", "%s: nothing has changed since the results in %s/ were written", project->name,
                schedule->previous);
    } else {
        csi_say(1, "changed", "%s: %s", project->name, reason);
    }
out:
    return status;
}

/* Today in UTC, or the day that SOURCE_DATE_EPOCH names. */
static csi_status find_date(const csi_call *call, char date[DATE])
{
    const char *const epoch = getenv("SOURCE_DATE_EPOCH");
    int64_t seconds = (int64_t)time(NULL);
    struct tm utc;
    if (epoch != NULL && csi_number_read_integer(epoch, strlen(epoch), &seconds) != CSI_NUMBER_OK) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "SOURCE_DATE_EPOCH is \"%s\", not a number of seconds", epoch);
    }
    const time_t when = (time_t)seconds;
    if (gmtime_r(&when, &utc) == NULL || utc.tm_year < 0 || utc.tm_year > 8099) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "SOURCE_DATE_EPOCH is beyond the years 1900 to 9999");
    }
    strftime(date, DATE, "%Y-%m-%d", &utc);
    return CSI_OK;
}

static csi_status publish_vintage(const csi_call *call, csi_schedule *schedule, const csi_run *run,
                                  const csi_intervals *intervals, const csi_gate *gate)
{
    const char *candidate = NULL, *name = NULL;
    char date[DATE];
    csi_status status;
    CSI_TRY(find_date(call, date));
    CSI_TRY(csi_vintage_begin(schedule->arena, schedule->directory, call->diag, &candidate));
    CSI_TRY(csi_publish(run, intervals, candidate, call->diag));
    if (gate != NULL) {
        CSI_TRY(csi_gate_write(schedule->arena, gate, &schedule->limits, candidate, call->diag));
    }
    if (schedule->is_held) {
        CSI_TRY(csi_vintage_hold(schedule->arena, schedule->directory, call->diag, &schedule->written));
    } else {
        CSI_TRY(csi_vintage_accept(schedule->arena, schedule->directory, date, (size_t)schedule->n_kept, call->diag, &name));
        schedule->written = csi_arena_format(schedule->arena, "%s/%s", schedule->directory, name);
    }
out:
    return status;
}

static csi_status publish_in_place(const csi_call *call, csi_schedule *schedule, const csi_run *run,
                                   const csi_intervals *intervals, const csi_gate *gate)
{
    csi_status status;
    const char *const directory =
        schedule->is_held ? csi_arena_format(schedule->arena, "%s/held", schedule->directory) : schedule->directory;
    if (directory == NULL) {
        return csi_diag_no_memory(call->diag, "publishing");
    }
    CSI_TRY(csi_publish(run, intervals, directory, call->diag));
    if (schedule->is_held) {
        CSI_TRY(csi_gate_write(schedule->arena, gate, &schedule->limits, directory, call->diag));
    }
    schedule->written = directory;
out:
    return status;
}

csi_status csi_schedule_publish(const csi_call *call, csi_schedule *schedule, const csi_run *run,
                                const csi_intervals *intervals)
{
    csi_gate *gate = NULL;
    csi_status status = csi_gate_check(schedule->arena, schedule->previous, run, intervals, &schedule->limits, call->diag,
                                       &gate);
    if (status != CSI_OK && status != CSI_ERR_GATE) {
        return status;
    }
    schedule->is_held = status == CSI_ERR_GATE;
    CSI_TRY((schedule->has_vintages ? publish_vintage : publish_in_place)(call, schedule, run, intervals, gate));
    if (schedule->is_held) {
        csi_say(0, "held", "the new results are in %s/ for review, with gate.csv; those in %s/ stay", schedule->written,
                schedule->previous);
        status = CSI_ERR_GATE;
    }
out:
    return status;
}

csi_status csi_schedule_end(const csi_call *call, csi_schedule *schedule, const csi_run *run, csi_status status)
{
    const char *const metrics = csi_call_text(call, CSI_OPT_METRICS_FILE);
    if (metrics != NULL) {
        const csi_status written = csi_metrics_write(metrics, schedule, run, status, call->diag);
        status = status == CSI_OK ? written : status;
    }
    csi_lock_release(schedule->lock);
    csi_arena_free(schedule->arena);
    *schedule = (csi_schedule){0};
    return status;
}
