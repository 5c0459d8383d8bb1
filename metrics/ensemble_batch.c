/* See ensemble_batch.h. Also the scores of one replicate alone, which is a batch of one. */
#include "metrics/ensemble_batch.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/ensemble_kernel.h"

struct csi_batch {
    const csi_ensemble *e;
    csi_kernel *kernel;
    size_t year, n;
    bool is_slow;
    const double *walked[CSI_ABREAST]; /* where they are slow */
};

csi_status csi_batch_new(const csi_ensemble *ensemble, const bool *is_wanted, csi_batch **batch)
{
    csi_batch *b = calloc(1, sizeof *b);
    *batch = NULL;
    if (b == NULL) {
        return CSI_ERR_MEMORY;
    }
    b->e = ensemble;
    if (csi_kernel_new(ensemble, is_wanted, &b->kernel) != CSI_OK) {
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
        free(batch);
    }
}

const size_t *csi_batch_order(const csi_batch *batch)
{
    return csi_kernel_order(batch->kernel);
}

void csi_batch_begin(csi_batch *batch, const csi_replicate *const *replicate, const double *const *walked, size_t n,
                     const float *kept, size_t year)
{
    batch->year = year;
    batch->n = n;
    batch->is_slow = replicate[0]->is_slow;
    for (size_t i = 0; i < n && walked != NULL; i++) {
        batch->walked[i] = walked[i];
    }
    if (!batch->is_slow) {
        csi_kernel_begin(batch->kernel, replicate, n, kept, year);
    }
}

void csi_batch_node(csi_batch *batch, size_t node, double *score, csi_take_rows *take, void *user)
{
    const csi_ensemble *e = batch->e;
    const size_t at = ((node - e->n_indicators) * e->n_years + batch->year) * e->n_countries;
    if (!batch->is_slow) {
        csi_kernel_node(batch->kernel, node, score, take, user);
        return;
    }
    for (size_t lane = 0; lane < e->n_countries; lane++) {
        for (size_t i = 0; i < CSI_ABREAST; i++) {
            score[lane * CSI_ABREAST + i] = i < batch->n ? batch->walked[i][at + e->country[lane]] : (double)NAN;
        }
    }
    if (take != NULL) {
        take(user, 0, e->n_lanes[batch->year * (e->n_nodes - e->n_indicators) + node - e->n_indicators]);
    }
}

/* All years of a replicate that is fast, by the kernel: score[aggregate][year][country]. */
static csi_status score_fast(const csi_ensemble *e, const csi_replicate *replicate, double *score)
{
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    bool *is_wanted = malloc(n_aggregates * sizeof *is_wanted);
    float *kept = calloc(csi_kept_room(e) + 1, sizeof *kept);
    double *rows = calloc(e->stride * CSI_ABREAST, sizeof *rows);
    uint64_t key[CSI_ABREAST];
    csi_batch *batch = NULL;
    csi_status status;
    for (size_t k = 0; k < n_aggregates && is_wanted != NULL; k++) {
        is_wanted[k] = true;
    }
    CSI_TRY(is_wanted == NULL || kept == NULL || rows == NULL ? CSI_ERR_MEMORY : csi_batch_new(e, is_wanted, &batch));
    for (size_t r = 0; r < CSI_ABREAST; r++) {
        key[r] = replicate->error_key;
    }
    csi_kept_errors(e, key, kept);
    for (size_t at = 0; at < e->n_years * n_aggregates; at++) {
        const size_t year = at / n_aggregates, node = csi_batch_order(batch)[at % n_aggregates], k = node - e->n_indicators;
        if (at % n_aggregates == 0) {
            csi_batch_begin(batch, &replicate, NULL, 1, kept, year);
        }
        csi_batch_node(batch, node, rows, NULL, NULL);
        for (size_t lane = 0; lane < e->n_countries; lane++) {
            score[(k * e->n_years + year) * e->n_countries + e->country[lane]] =
                lane < e->n_lanes[year * n_aggregates + k] ? rows[lane * CSI_ABREAST] : (double)NAN;
        }
    }
out:
    csi_batch_free(batch);
    free(rows);
    free(kept);
    free(is_wanted);
    return status;
}

csi_status csi_ensemble_scores(const csi_ensemble *ensemble, const csi_draw_plan *plan, csi_diag *diag, double *score)
{
    const csi_ensemble *e = ensemble;
    double *scratch = calloc(csi_draw_room(e), sizeof *scratch);
    float *error = calloc(csi_error_room(e), sizeof *error);
    csi_replicate *replicate = NULL;
    csi_status status;
    CSI_TRY(scratch == NULL || error == NULL ? CSI_ERR_MEMORY : csi_replicate_new(e, &replicate));
    csi_replicate_draw(e, plan, scratch, replicate);
    CSI_TRY(replicate->is_slow ? csi_walk(e, replicate, error, diag, score) : score_fast(e, replicate, score));
out:
    csi_replicate_free(replicate);
    free(error);
    free(scratch);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "a replicate") : status;
}
