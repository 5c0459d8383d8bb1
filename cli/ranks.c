/* See ranks.h. This is all that the program knows of MPI: the processes share nothing but the number of replicates, tally
 * their own, and process 0 adds the tallies up one after the other, in memory for one of them. Sums of integers do not
 * depend on who summed what, so the bytes are those of a single process. MPI is started only under mpirun: the same
 * program runs without it. */
#include "cli/ranks.h"

#ifdef CSINDEX_MPI

#include <mpi.h>
#include <stdlib.h>

#include "metrics/ensemble_split.h"

#define MOST_BYTES ((size_t)1 << 30) /* of one message: MPI counts in int */
#define TAG 1

static bool is_joined = false;

/* What the launchers of Open MPI, MPICH and Slurm leave in the environment. */
static bool is_launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (getenv(names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

csi_status csi_ranks_join(csi_diag *diag, csi_ranks *ranks)
{
    int n = 1, own = 0, provided = 0;
    *ranks = (csi_ranks){1, 0};
    if (!is_launched()) {
        return CSI_OK;
    }
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED) {
        return csi_diag_error(diag, CSI_ERR_SYSTEM, NULL, "MPI cannot be started");
    }
    is_joined = true;
    MPI_Comm_size(MPI_COMM_WORLD, &n);
    MPI_Comm_rank(MPI_COMM_WORLD, &own);
    *ranks = (csi_ranks){(size_t)n, (size_t)own};
    return CSI_OK;
}

csi_status csi_ranks_agree(const csi_ranks *ranks, csi_status status, csi_diag *diag)
{
    int failed = status == CSI_OK ? (int)ranks->n : (int)ranks->own, first = (int)ranks->n;
    if (!is_joined) {
        return status;
    }
    MPI_Allreduce(&failed, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (status == CSI_OK && first < (int)ranks->n) {
        status = csi_diag_error(diag, CSI_ERR_SYSTEM, NULL, "process %d of %zu has failed: no process writes anything", first,
                                ranks->n);
    }
    return status;
}

static void pass(void *bytes, size_t n, size_t from, bool is_sender)
{
    char *at = bytes;
    for (; n > 0; n -= n < MOST_BYTES ? n : MOST_BYTES, at += MOST_BYTES) {
        const int length = (int)(n < MOST_BYTES ? n : MOST_BYTES);
        if (is_sender) {
            MPI_Send(at, length, MPI_BYTE, 0, TAG, MPI_COMM_WORLD);
        } else {
            MPI_Recv(at, length, MPI_BYTE, (int)from, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    }
}

static void pass_tally(csi_tallies *tally, size_t from, bool is_sender)
{
    const csi_tallies_shape *shape = &tally->shape;
    const size_t n = shape->n_nodes * shape->n_years * shape->n_countries;
    pass(&tally->n_replicates, sizeof tally->n_replicates, from, is_sender);
    pass(tally->cell, n * sizeof *tally->cell, from, is_sender);
    pass(tally->score_bin, n * CSI_TALLY_BINS * sizeof *tally->score_bin, from, is_sender);
    pass(tally->rank_bin, n * tally->n_rank_bins * sizeof *tally->rank_bin, from, is_sender);
    if (shape->with_pairs) {
        pass(tally->above, csi_tallies_n_above(shape) * sizeof *tally->above, from, is_sender);
    }
}

static csi_status add_tally(const csi_ranks *ranks, csi_tallies *tally, csi_diag *diag)
{
    csi_tallies *other = NULL;
    csi_status status = ranks->own == 0 ? csi_tallies_new(&tally->shape, &other) : CSI_OK;
    status = csi_ranks_agree(ranks, status == CSI_OK ? CSI_OK : csi_diag_no_memory(diag, "the tallies of the others"), diag);
    for (size_t from = 1; from < ranks->n && status == CSI_OK; from++) {
        if (ranks->own == from) {
            pass_tally(tally, from, true);
        } else if (ranks->own == 0) {
            pass_tally(other, from, false);
            status = csi_tallies_merge(tally, other);
        }
    }
    csi_tallies_free(other);
    return status;
}

csi_status csi_ranks_gather(const csi_ranks *ranks, csi_uncertainty *uncertainty, csi_diag *diag)
{
    csi_tallies *const tally[] = {uncertainty->tally, uncertainty->kind[0], uncertainty->kind[1]};
    const size_t n_moves = CSI_N_SPLITS * uncertainty->tally->shape.n_years * 2;
    uint64_t *sum = calloc(n_moves + 1, sizeof *sum);
    csi_status status = CSI_OK;
    if (!is_joined) {
        free(sum);
        return CSI_OK;
    }
    CSI_TRY(csi_ranks_agree(ranks, sum == NULL ? csi_diag_no_memory(diag, "the tallies of the others") : CSI_OK, diag));
    for (size_t i = 0; i < sizeof tally / sizeof *tally; i++) {
        CSI_TRY(tally[i] == NULL ? CSI_OK : add_tally(ranks, tally[i], diag));
    }
    MPI_Reduce(uncertainty->moves, sum, (int)n_moves, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    for (size_t i = 0; i < n_moves / 2; i++) {
        uncertainty->moves[i] = (csi_rank_moves){sum[2 * i], sum[2 * i + 1]};
    }
out:
    free(sum);
    return status;
}

void csi_ranks_leave(void)
{
    if (is_joined) {
        MPI_Finalize();
        is_joined = false;
    }
}

#else

csi_status csi_ranks_join(csi_diag *diag, csi_ranks *ranks)
{
    (void)diag;
    *ranks = (csi_ranks){1, 0};
    return CSI_OK;
}

csi_status csi_ranks_agree(const csi_ranks *ranks, csi_status status, csi_diag *diag)
{
    (void)ranks;
    (void)diag;
    return status;
}

csi_status csi_ranks_gather(const csi_ranks *ranks, csi_uncertainty *uncertainty, csi_diag *diag)
{
    (void)ranks;
    (void)uncertainty;
    (void)diag;
    return CSI_OK;
}

void csi_ranks_leave(void)
{
}

#endif
