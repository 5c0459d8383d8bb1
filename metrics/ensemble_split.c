/* See ensemble_split.h. The intervals of a part of the doubt need fewer replicates than the published ones: with 625 of
 * them the share below a 5 % quantile has a standard error of 0.9 points. */
#include "metrics/ensemble_split.h"

#include "metrics/ensemble_model.h"

#define KIND_DIVISOR 16
#define FACTOR_DIVISOR 100
#define KIND_LEAST 20
#define FACTOR_LEAST 8

const char *csi_split_name(size_t split)
{
    static const char *const kinds[] = {"data", "method", "all"};
    return split < CSI_N_FACTORS ? csi_factor_name((csi_factor)split) : kinds[split - CSI_N_FACTORS];
}

bool csi_factor_is_drawn(const csi_ensemble *ensemble, csi_factor factor)
{
    return ensemble->spec->is_active[factor] && (factor != CSI_FACTOR_ERRORS || ensemble->n_erring > 0);
}

static bool has_factor(size_t split, csi_factor factor)
{
    return split == (size_t)factor || split == CSI_SPLIT_ALL ||
           (split == CSI_SPLIT_DATA && csi_factor_is_data(factor)) ||
           (split == CSI_SPLIT_METHOD && !csi_factor_is_data(factor));
}

static bool has_any(const csi_ensemble *ensemble, size_t split)
{
    bool any = false;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        any = any || (has_factor(split, (csi_factor)factor) && csi_factor_is_drawn(ensemble, (csi_factor)factor));
    }
    return any;
}

bool csi_split_is_drawn(const csi_ensemble *ensemble, size_t split)
{
    const bool is_kind = split == CSI_SPLIT_DATA || split == CSI_SPLIT_METHOD;
    return is_kind ? has_any(ensemble, CSI_SPLIT_DATA) && has_any(ensemble, CSI_SPLIT_METHOD) : has_any(ensemble, split);
}

uint64_t csi_split_replicates(size_t split, uint64_t total)
{
    const bool is_factor = split < CSI_N_FACTORS;
    const uint64_t share = total / (is_factor ? FACTOR_DIVISOR : KIND_DIVISOR);
    const uint64_t least = is_factor ? FACTOR_LEAST : KIND_LEAST;
    const uint64_t n = share > least ? share : least;
    return split == CSI_SPLIT_ALL || n > total ? total : n;
}

void csi_split_range(size_t split, uint64_t total, uint64_t *first, uint64_t *n)
{
    const uint64_t all = csi_split_replicates(split, total), end = *first + *n;
    const uint64_t from = total == 0 ? 0 : *first * all / total, to = total == 0 ? 0 : end * all / total;
    *first = from;
    *n = to - from;
}

static const csi_draw_plan *plan(void *user, uint64_t replicate, csi_draw_plan *storage)
{
    const size_t *split = user;
    (void)replicate;
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        storage->is_frozen[factor] = !has_factor(*split, (csi_factor)factor);
    }
    return storage;
}

csi_status csi_split_run(const csi_ensemble *ensemble, size_t split, const csi_ensemble_options *options, csi_diag *diag,
                         csi_tallies *tally)
{
    csi_ensemble_options own = *options;
    own.plan = plan;
    own.plan_user = &split;
    return csi_ensemble_run(ensemble, &own, diag, tally);
}
