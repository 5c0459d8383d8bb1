/* See ensemble_batch.h. Also the scores of one replicate alone, which is a batch of one. */
#include "metrics/ensemble_batch.h"

#include <math.h>
#include <stdlib.h>

struct csi_batch {
    const csi_ensemble *e;
    csi_kernel *kernel;
    float *error;  /* [CSI_KERNEL_MOST][csi_error_room] */
    double *score; /* [CSI_KERNEL_MOST][stride] */
    size_t year;
    const double *walked[CSI_KERNEL_MOST]; /* of the replicates that are slow; NULL: it is fast */
    size_t n;
    double *kernel_score[CSI_KERNEL_MOST]; /* of those that are fast */
};

csi_status csi_batch_new(const csi_ensemble *ensemble, csi_batch **batch)
{
    csi_batch *b = calloc(1, sizeof *b);
    *batch = NULL;
    if (b == NULL) {
        return CSI_ERR_MEMORY;
    }
    b->e = ensemble;
    b->error = calloc(CSI_KERNEL_MOST * csi_error_room(ensemble) + 1, sizeof *b->error);
    b->score = calloc(CSI_KERNEL_MOST * ensemble->stride + 1, sizeof *b->score);
    if (b->error == NULL || b->score == NULL || csi_kernel_new(ensemble, &b->kernel) != CSI_OK) {
        csi_batch_free(b);
        return CSI_ERR_MEMORY;
    }
    *batch = b;
    return CSI_OK;
}

void csi_batch_free(csi_batch *batch)
{
    if (batch != NULL) {
        csi_kernel_free(batch->kernel);
        free(batch->error);
        free(batch->score);
        free(batch);
    }
}

void csi_batch_begin(csi_batch *batch, const csi_replicate *const *replicate, const double *const *walked, size_t n,
                     size_t year, const bool *is_wanted)
{
    const csi_ensemble *e = batch->e;
    const csi_replicate *fast[CSI_KERNEL_MOST];
    const float *error[CSI_KERNEL_MOST];
    size_t n_fast = 0;
    batch->year = year;
    batch->n = n;
    for (size_t i = 0; i < n; i++) {
        const csi_replicate *r = replicate[i];
        float *own = batch->error + i * csi_error_room(e);
        batch->walked[i] = r->is_slow ? walked[i] : NULL;
        if (r->is_slow) {
            continue;
        }
        if (r->has_errors) {
            csi_replicate_errors(e, r, r->branch->error_is_needed + year * e->n_erring * e->raw->n_years, own);
        }
        fast[n_fast] = r;
        error[n_fast] = own;
        batch->kernel_score[n_fast++] = batch->score + i * e->stride;
    }
    csi_kernel_begin(batch->kernel, fast, n_fast, error, year, is_wanted);
}

const double *csi_batch_node(csi_batch *batch, size_t node)
{
    const csi_ensemble *e = batch->e;
    csi_kernel_node(batch->kernel, node, batch->kernel_score);
    for (size_t i = 0; i < batch->n; i++) {
        const size_t at = ((node - e->n_indicators) * e->n_years + batch->year) * e->n_countries;
        for (size_t lane = 0; lane < e->n_countries && batch->walked[i] != NULL; lane++) {
            batch->score[i * e->stride + lane] = batch->walked[i][at + e->country[lane]];
        }
    }
    return batch->score;
}

/* All years of a replicate that is fast, by the kernel: score[aggregate][year][country]. */
static csi_status score_fast(const csi_ensemble *e, const csi_replicate *replicate, double *score)
{
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    bool *is_wanted = malloc(n_aggregates * sizeof *is_wanted);
    csi_batch *batch = NULL;
    csi_status status;
    CSI_TRY(is_wanted == NULL ? CSI_ERR_MEMORY : csi_batch_new(e, &batch));
    for (size_t k = 0; k < n_aggregates; k++) {
        is_wanted[k] = true;
    }
    for (size_t year = 0; year < e->n_years; year++) {
        csi_batch_begin(batch, &replicate, NULL, 1, year, is_wanted);
        for (size_t k = 0; k < n_aggregates; k++) {
            const double *own = csi_batch_node(batch, e->n_indicators + k);
            for (size_t lane = 0; lane < e->n_countries; lane++) {
                score[(k * e->n_years + year) * e->n_countries + e->country[lane]] =
                    lane < e->n_lanes[year * n_aggregates + k] ? own[lane] : (double)NAN;
            }
        }
    }
out:
    csi_batch_free(batch);
    free(is_wanted);
    return status;
}

csi_status csi_ensemble_scores(const csi_ensemble *ensemble, const csi_draw_plan *plan, csi_diag *diag, double *score)
{
    const csi_ensemble *e = ensemble;
    double *scratch = calloc(csi_draw_room(e), sizeof *scratch);
    float *error = calloc(csi_error_room(e) + 1, sizeof *error);
    csi_replicate *replicate = NULL;
    csi_status status;
    CSI_TRY(scratch == NULL || error == NULL ? CSI_ERR_MEMORY : csi_replicate_new(e, &replicate));
    csi_replicate_draw(e, plan, scratch, replicate);
    if (!replicate->is_slow) {
        CSI_TRY(score_fast(e, replicate, score));
        goto out;
    }
    if (replicate->has_errors) {
        csi_replicate_errors(e, replicate, NULL, error);
    }
    CSI_TRY(csi_walk(e, replicate, error, diag, score));
out:
    csi_replicate_free(replicate);
    free(error);
    free(scratch);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "a replicate") : status;
}
