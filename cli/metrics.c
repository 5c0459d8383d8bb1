/* Format: OpenMetrics 1.0, text; a Prometheus parser takes it too. Gauges only: every run replaces the file. A run that was
 * held back by the gate or found nothing to do is told apart from one that failed. */
#include "cli/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/number.h"
#include "core/outfile.h"

#define LAST_SUCCESS "csindex_last_success_timestamp_seconds"
enum { MAX_BYTES = 1 << 20 };

static void gauge(csi_outfile *file, const char *name, const char *help, double value)
{
    if (!isnan(value)) {
        csi_outfile_format(file, "# TYPE %s gauge\n# HELP %s %s\n%s ", name, name, help, name);
        csi_outfile_number(file, value);
        csi_outfile_char(file, '\n');
    }
}

/* The value of a metric in the file that is there; NaN when it cannot be had. */
static double read_gauge(const char *path, const char *name)
{
    char *text = NULL;
    size_t n = 0;
    double value = NAN;
    if (csi_file_read(path, MAX_BYTES, NULL, &text, &n) != CSI_OK) {
        return NAN;
    }
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const size_t length = strlen(name);
        if (strncmp(line, name, length) == 0 && line[length] == ' ') {
            const char *const number = line + length + 1;
            if (csi_number_read(number, (size_t)(end - number), &value) != CSI_NUMBER_OK) {
                value = NAN;
            }
        }
    }
    free(text);
    return value;
}

static void write_run(csi_outfile *file, const csi_run *run)
{
    const size_t year = csi_run_latest_year(run), root = run->project->framework->n_nodes - 1;
    size_t n_observations = 0;
    for (size_t i = 0; i < run->raw->n_sources; i++) {
        n_observations += run->raw->source[i].n_observations;
    }
    gauge(file, "csindex_observations", "Observations read.", (double)n_observations);
    if (year != CSI_NONE) {
        gauge(file, "csindex_latest_year", "Latest year with scores.", run->result->scores->first_year + (int)year);
        gauge(file, "csindex_countries_scored", "Countries scored in the latest year.",
              (double)run->n_ranked[root * run->result->scores->n_years + year]);
    }
}

csi_status csi_metrics_write(const char *path, const csi_schedule *schedule, const csi_run *run, csi_status status,
                             csi_diag *diag)
{
    const char *const slash = strrchr(path, '/');
    char *const directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    const double now = (double)time(NULL);
    const double last_success = status == CSI_OK ? now : read_gauge(path, LAST_SUCCESS);
    csi_outfile *file = NULL;
    csi_status written = CSI_OK;
    if (directory == NULL) {
        return csi_diag_no_memory(diag, "writing metrics");
    }
    written = csi_outfile_open(directory, slash == NULL ? path : slash + 1, CSI_PLAIN, diag, &file);
    if (written == CSI_OK) {
        gauge(file, "csindex_last_run_timestamp_seconds", "When the last run ended.", now);
        gauge(file, LAST_SUCCESS, "When the last run that succeeded ended.", last_success);
        gauge(file, "csindex_last_run_duration_seconds", "How long the last run took.", csi_schedule_seconds(schedule));
        gauge(file, "csindex_last_run_exit_code", "Exit code of the last run.", csi_status_exit_code(status));
        gauge(file, "csindex_last_run_published", "1 when the last run published new results.",
              schedule->written != NULL && !schedule->is_held ? 1.0 : 0.0);
        gauge(file, "csindex_last_run_held", "1 when the gate held the last run back.", schedule->is_held ? 1.0 : 0.0);
        gauge(file, "csindex_last_run_warnings", "Warnings of the last run.", (double)csi_diag_n_warnings(diag));
        if (run != NULL) {
            write_run(file, run);
        }
        csi_outfile_text(file, "# EOF\n");
        written = csi_outfile_commit(file, diag, NULL);
    }
    free(directory);
    return written;
}
