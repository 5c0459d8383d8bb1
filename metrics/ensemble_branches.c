/* Walking the branches of an ensemble. The first one tells in which order countries lie, and beside it the imputing steps are
 * asked how errors reach their cells; the others are then walked side by side, each by a copy of the ensemble whose arena
 * is its own. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/workers.h"
#include "metrics/ensemble_noise.h"

/* What the threads share while branches are walked. */
typedef struct making {
    csi_ensemble *e;
    csi_diag *said;
    csi_error_maps *maps;
    csi_result *first;  /* of the first branch */
    csi_ensemble *own;  /* [branch]: copies that the others fill */
    csi_diag **diag;    /* [job] */
} making;

static csi_status walk_first(void *user, size_t job, size_t thread)
{
    making *m = user;
    csi_diag *diag = m->diag[job] = csi_diag_new(0);
    (void)thread;
    if (diag == NULL || job == 0) {
        return diag == NULL ? CSI_ERR_MEMORY : csi_branch_walk(m->e, m->e->branch, diag, &m->first);
    }
    const csi_status status = csi_error_maps_run(m->maps, job - 1, diag);
    if (status == CSI_OK) { /* what the steps warn of they say of the branches too */
        csi_diag_free(diag);
        m->diag[job] = NULL;
    }
    return status;
}

/* The first branch of the same steps up to the normalising ones, which has the same errors if it has goalposts too. */
static const csi_branch *like_branch(const csi_ensemble *e, const csi_branch *v)
{
    const csi_branch *like = e->branch;
    while (like->choice[0] != v->choice[0] || like->choice[1] != v->choice[1]) {
        like++;
    }
    return like->has_posts && v->has_posts ? like : v;
}

static csi_status walk_other(void *user, size_t job, size_t thread)
{
    making *m = user;
    csi_ensemble *own = &m->own[job];
    csi_branch *v = &own->branch[job];
    csi_diag *diag = m->diag[job] = csi_diag_new(0);
    csi_result *result = job == 0 ? m->first : NULL;
    csi_status status = CSI_OK;
    (void)thread;
    CSI_TRY(diag == NULL ? CSI_ERR_MEMORY : CSI_OK);
    if (job > 0) {
        own->arena = m->e->branch_arena[job] = csi_arena_new();
        CSI_TRY(own->arena == NULL ? CSI_ERR_MEMORY : csi_branch_walk(own, v, diag, &result));
    }
    CSI_TRY(like_branch(own, v) == v ? csi_error_map(own, v, m->maps, result, diag) : CSI_OK);
out:
    if (job > 0) {
        csi_result_free(result);
    }
    return status;
}

static bool is_said(const csi_diag *said, const csi_message *message, const char *text)
{
    size_t n = 0;
    const csi_message *kept = csi_diag_messages(said, &n);
    for (size_t i = 0; i < n; i++) {
        if (kept[i].line == message->line && kept[i].column == message->column && strcmp(kept[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* Errors as they are. A warning that the run itself has given is not repeated; any other holds of some replicates alone, and
 * says so once, however many branches have it. */
static void hand_on(csi_diag *said, const csi_diag *from)
{
    size_t n = 0;
    const csi_message *message = csi_diag_messages(from, &n);
    if (from != NULL && csi_diag_n_errors(from) > 0) {
        csi_diag_pass_on(said, from);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const csi_message *m = &message[i];
        const csi_place place = {m->file, m->line, m->column, m->length, m->source_line};
        char *text = csi_text_format("in some replicates of the ensemble: %s", m->text);
        if (text != NULL && !is_said(said, m, m->text) && !is_said(said, m, text)) {
            (m->severity == CSI_NOTE ? csi_diag_note : csi_diag_warn)(said, &place, "%s", text);
        }
        free(text);
    }
}

/* Runs the jobs, and hands on what they had to say, in their order. */
static csi_status run_jobs(making *m, size_t n, csi_job job)
{
    const size_t n_before = csi_diag_n_errors(m->said);
    m->diag = calloc(n, sizeof(csi_diag *));
    if (m->diag == NULL) {
        return csi_diag_no_memory(m->said, "the ensemble");
    }
    const csi_status status = csi_workers_run(m->e->context.n_threads, n, job, m);
    for (size_t i = 0; i < n; i++) {
        if (csi_diag_n_errors(m->said) == n_before) {
            hand_on(m->said, m->diag[i]);
        }
        csi_diag_free(m->diag[i]);
    }
    free(m->diag);
    const bool is_told = csi_diag_n_errors(m->said) > n_before;
    return status == CSI_ERR_MEMORY && !is_told ? csi_diag_no_memory(m->said, "the ensemble") : status;
}

csi_status csi_branchs_walk(csi_ensemble *ensemble, csi_diag *diag)
{
    csi_ensemble *e = ensemble;
    making m = {.e = e, .said = diag, .own = calloc(e->n_branchs, sizeof *m.own)};
    csi_status status;
    CSI_TRY(m.own == NULL ? csi_diag_no_memory(diag, "the ensemble") : csi_error_maps_new(e, diag, &m.maps));
    CSI_TRY(run_jobs(&m, 1 + csi_error_maps_n_jobs(m.maps), walk_first));
    csi_error_maps_gather(m.maps);
    for (size_t i = 0; i < e->n_branchs; i++) {
        m.own[i] = *e;
    }
    CSI_TRY(run_jobs(&m, e->n_branchs, walk_other));
    for (size_t i = 0; i < e->n_branchs; i++) {
        const csi_branch *like = like_branch(e, &e->branch[i]);
        e->branch[i].has_error_map = like->has_error_map;
        e->branch[i].error = like->error;
        e->branch[i].error_is_needed = like->error_is_needed;
        e->slow = m.own[i].slow != NULL ? m.own[i].slow : e->slow;
        e->is_slow_everywhere = e->is_slow_everywhere || m.own[i].is_slow_everywhere;
    }
out:
    csi_error_maps_free(m.maps);
    csi_result_free(m.first);
    free(m.own);
    return status;
}
