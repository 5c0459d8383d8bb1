/* From a project to scores, ranks and how final each score is. The pipeline knows no files and the ingest no methods;
 * this is where the two meet. */
#include "index/run.h"

#include <math.h>
#include <stdlib.h>

const char *csi_score_status_name(csi_score_status status)
{
    static const char *const names[CSI_N_SCORE_STATUS] = {
        [CSI_SCORE_MISSING] = "missing", [CSI_SCORE_PROVISIONAL] = "provisional", [CSI_SCORE_FINAL] = "final"};
    return names[status];
}

csi_status csi_run_allocate(csi_run *run, csi_diag *diag)
{
    const csi_panel *scores = run->result->scores;
    const size_t n_cells = scores->n_series * scores->n_years * scores->n_countries;
    run->rank = calloc(n_cells + 1, sizeof *run->rank);
    run->status = calloc(n_cells + 1, sizeof *run->status);
    run->n_ranked = calloc(scores->n_series * scores->n_years + 1, sizeof *run->n_ranked);
    run->last_report = calloc(run->raw->panel->n_series + 1, sizeof *run->last_report);
    if (run->rank == NULL || run->status == NULL || run->n_ranked == NULL || run->last_report == NULL) {
        return csi_diag_no_memory(diag, "ranking");
    }
    return CSI_OK;
}

csi_status csi_run_rank(csi_run *run, csi_diag *diag)
{
    const csi_panel *scores = run->result->scores;
    size_t *work = calloc(scores->n_countries + 1, sizeof *work);
    if (work == NULL) {
        return csi_diag_no_memory(diag, "ranking");
    }
    for (size_t node = 0; node < scores->n_series; node++) {
        for (size_t year = 0; year < scores->n_years; year++) {
            const size_t at = csi_panel_at(scores, node, year, 0);
            run->n_ranked[node * scores->n_years + year] =
                csi_rank_column(scores->value + at, scores->n_countries, run->rank + at, work);
        }
    }
    free(work);
    return CSI_OK;
}

static bool is_reported(const csi_panel *raw, size_t series, size_t year)
{
    const double *column = csi_panel_column(raw, series, year);
    for (size_t c = 0; c < raw->n_countries; c++) {
        if (!isnan(column[c])) {
            return true;
        }
    }
    return false;
}

static void find_last_reports(csi_run *run)
{
    const csi_panel *raw = run->raw->panel;
    for (size_t series = 0; series < raw->n_series; series++) {
        size_t year = raw->n_years;
        while (year > 0 && !is_reported(raw, series, year - 1)) {
            year--;
        }
        run->last_report[series] = year > 0 ? year - 1 : CSI_NONE;
    }
}

/* Whether the country waits for a report: it has observations of the series, and nobody has any for `year` or later. */
static bool is_awaited(const csi_run *run, size_t series, size_t year, size_t country)
{
    const csi_panel *raw = run->raw->panel;
    const size_t last = run->last_report[series];
    if (last == CSI_NONE || year <= last) {
        return false;
    }
    for (size_t y = 0; y <= last; y++) {
        if (!isnan(csi_panel_get(raw, series, y, country))) {
            return true;
        }
    }
    return false;
}

/* Waiting is inherited by every node above an indicator, so children are done before their parents. */
static void spread_waiting(csi_run *run)
{
    const csi_framework *framework = run->project->framework;
    const csi_panel *scores = run->result->scores;
    const size_t offset = run->context.first_scored_year;
    for (size_t node = 0; node < framework->n_nodes; node++) {
        for (size_t year = 0; year < scores->n_years; year++) {
            const size_t at = csi_panel_at(scores, node, year, 0);
            for (size_t c = 0; c < scores->n_countries; c++) {
                bool is_waiting = node < framework->n_indicators && is_awaited(run, node, year + offset, c);
                for (size_t q = 0; q < framework->node[node].n_children; q++) {
                    const size_t child = framework->node[node].child[q];
                    is_waiting |= run->status[csi_panel_at(scores, child, year, c)] == CSI_SCORE_PROVISIONAL;
                }
                run->status[at + c] = is_waiting ? CSI_SCORE_PROVISIONAL : CSI_SCORE_FINAL;
            }
        }
    }
}

static void find_statuses(csi_run *run)
{
    const csi_panel *scores = run->result->scores;
    const size_t n_cells = scores->n_series * scores->n_years * scores->n_countries;
    find_last_reports(run);
    spread_waiting(run);
    for (size_t i = 0; i < n_cells; i++) {
        if (isnan(scores->value[i])) {
            run->status[i] = CSI_SCORE_MISSING;
        }
    }
}

static csi_status compute(csi_run *run, csi_diag *diag)
{
    const csi_project *project = run->project;
    csi_status status = CSI_OK;
    run->context = (csi_context){
        .framework = project->framework,
        .countries = &run->raw->countries,
        .first_scored_year = (size_t)(project->first_year - project->read_from),
        .n_scored_years = (size_t)(project->last_year - project->first_year) + 1,
        .seed = project->seed,
        .n_threads = project->n_threads,
    };
    CSI_TRY(csi_pipeline_run(project->recipe, &run->context, run->raw->panel, diag, &run->result));
    CSI_TRY(csi_run_allocate(run, diag));
    CSI_TRY(csi_run_rank(run, diag));
    find_statuses(run);
out:
    return status;
}

csi_status csi_run_compute_raw(const csi_project *project, csi_raw *raw, csi_diag *diag, csi_run **out)
{
    *out = NULL;
    csi_run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        csi_raw_free(raw);
        return csi_diag_no_memory(diag, "computing the index");
    }
    run->project = project;
    run->raw = raw;
    const csi_status status = compute(run, diag);
    if (status != CSI_OK) {
        csi_run_free(run);
        return status;
    }
    *out = run;
    return CSI_OK;
}

csi_status csi_run_compute(const csi_project *project, csi_diag *diag, csi_run **out)
{
    csi_raw *raw = NULL;
    *out = NULL;
    const csi_status status = csi_ingest_read(project->arena, project->framework, &project->ingest, diag, &raw);
    return status != CSI_OK ? status : csi_run_compute_raw(project, raw, diag, out);
}

void csi_run_clear(csi_run *run)
{
    csi_result_free(run->result);
    free(run->rank);
    free(run->n_ranked);
    free(run->status);
    free(run->last_report);
}

void csi_run_free(csi_run *run)
{
    if (run != NULL) {
        csi_run_clear(run);
        csi_raw_free(run->raw);
        free(run);
    }
}

size_t csi_run_latest_year(const csi_run *run)
{
    const csi_panel *scores = run->result->scores;
    const size_t root = run->project->framework->n_nodes - 1;
    for (size_t year = scores->n_years; year-- > 0;) {
        if (run->n_ranked[root * scores->n_years + year] > 0) {
            return year;
        }
    }
    return CSI_NONE;
}

void csi_run_tell_gaps(const csi_run *run, csi_diag *diag)
{
    const csi_project *project = run->project;
    for (size_t i = 0; i < project->framework->n_indicators; i++) {
        if (run->last_report[i] == CSI_NONE) {
            csi_diag_warn(diag, NULL, "indicator \"%s\" has no value in any file", project->framework->node[i].code);
        }
    }
    if (csi_run_latest_year(run) == CSI_NONE) {
        csi_diag_warn(diag, NULL, "no country is scored in any year from %d to %d", project->first_year, project->last_year);
    }
}
