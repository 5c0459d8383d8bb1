/* See uncertainty.h. The quantiles are taken once, in parallel over nodes, from tallies that no longer change. */
#include "index/uncertainty.h"

#include <math.h>
#include <stdlib.h>

#include "core/workers.h"

#define N_QUANTILES 6

csi_status csi_uncertainty_new(const csi_run *run, csi_diag *diag, csi_uncertainty **uncertainty)
{
    const csi_project *project = run->project;
    csi_status status;
    *uncertainty = NULL;
    csi_uncertainty *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return csi_diag_no_memory(diag, "the ensemble");
    }
    CSI_TRY(csi_ensemble_read(project->arena, project->framework, project->recipe,
                              csi_setting_find(project->root, "ensemble"), project->seed, diag, &u->spec));
    CSI_TRY(csi_ensemble_new(u->spec, project->recipe, &run->context, run->raw->panel, diag, &u->ensemble));
    const csi_ensemble_options options = {.with_pairs = true};
    status = csi_ensemble_tally_new(u->ensemble, &options, &u->tally);
    if (status != CSI_OK) {
        status = csi_diag_no_memory(diag, "the tallies of the ensemble");
        goto out;
    }
    const char *why = NULL;
    if (!csi_ensemble_is_fast(u->ensemble, &why)) {
        csi_diag_note(diag, NULL, "the ensemble walks the whole pipeline for some replicates, which takes longer: %s", why);
    }
    *uncertainty = u;
    u = NULL;
out:
    csi_uncertainty_free(u);
    return status;
}

static void count_done(void *user, uint64_t done, uint64_t all)
{
    (void)all;
    atomic_store((_Atomic uint64_t *)user, done);
}

csi_status csi_uncertainty_run(csi_uncertainty *uncertainty, const csi_run *run, uint64_t first, uint64_t n,
                               _Atomic uint64_t *done, csi_diag *diag)
{
    const csi_ensemble_options options = {
        .first_replicate = first, .n_replicates = n, .n_threads = run->project->n_threads, .with_pairs = true,
        .progress = done == NULL ? NULL : count_done, .progress_user = done,
    };
    return csi_ensemble_run(uncertainty->ensemble, &options, diag, uncertainty->tally);
}

typedef struct filling {
    const csi_tallies *tally;
    const csi_panel *scores;
    size_t n_indicators;
    double *quantile[N_QUANTILES];
} filling;

static csi_status fill_column(void *user, size_t column, size_t thread)
{
    static const double p[3] = {0.05, 0.5, 0.95};
    const filling *f = user;
    const size_t node = column / f->scores->n_years, year = column % f->scores->n_years;
    (void)thread;
    for (size_t c = 0; c < f->scores->n_countries; c++) {
        const size_t at = csi_panel_at(f->scores, node + f->n_indicators, year, c);
        for (size_t i = 0; i < 3 && !isnan(f->scores->value[at]); i++) {
            f->quantile[i][at] = csi_tallies_score_quantile(f->tally, node, year, c, p[i]);
            f->quantile[3 + i][at] = csi_tallies_rank_quantile(f->tally, node, year, c, p[i]);
        }
    }
    return CSI_OK;
}

csi_status csi_uncertainty_finish(csi_uncertainty *uncertainty, const csi_run *run, csi_diag *diag)
{
    const csi_panel *scores = run->result->scores;
    const size_t n = scores->n_series * scores->n_years * scores->n_countries;
    filling f = {.tally = uncertainty->tally, .scores = scores,
                 .n_indicators = run->project->framework->n_indicators};
    for (size_t i = 0; i < N_QUANTILES; i++) {
        f.quantile[i] = csi_arena_alloc(run->project->arena, n + 1, sizeof *f.quantile[i]);
        if (f.quantile[i] == NULL) {
            return csi_diag_no_memory(diag, "the intervals");
        }
        for (size_t k = 0; k < n; k++) {
            f.quantile[i][k] = (double)NAN;
        }
    }
    uncertainty->intervals = (csi_intervals){
        .n_replicates = uncertainty->tally->n_replicates,
        .score_q05 = f.quantile[0], .score_q50 = f.quantile[1], .score_q95 = f.quantile[2],
        .rank_q05 = f.quantile[3], .rank_q50 = f.quantile[4], .rank_q95 = f.quantile[5],
        .tally = uncertainty->tally,
    };
    return csi_workers_run(run->project->n_threads, (scores->n_series - f.n_indicators) * scores->n_years, fill_column, &f);
}

void csi_uncertainty_free(csi_uncertainty *uncertainty)
{
    if (uncertainty != NULL) {
        csi_ensemble_free(uncertainty->ensemble);
        csi_tallies_free(uncertainty->tally);
        free(uncertainty);
    }
}
