/* Shapley values: what each player adds, averaged over all orders in which the players can come.
 *
 *     phi_q = sum over S without q of |S|! (n - |S| - 1)! / n! [F(S + q) - F(S)]
 *
 * Shapley 1953. Every coalition is evaluated once while their number allows; beyond, random orders in antithetic pairs
 * (an order and its reverse), whose shares add up to F(all) - F(none) order by order. By hand: F = x1 x2 from (1, 1) to
 * (3, 5): 14 = 6 + 8. Edges: no player: nothing; one player: the whole difference. */
#include <math.h>
#include <stdlib.h>

#include "metrics/decompose.h"

static csi_status evaluate_all(size_t n, csi_game game, void *user, double *value)
{
    for (uint64_t players = 0; players < (uint64_t)1 << n; players++) {
        const csi_status status = game(user, players, &value[players]);
        if (status != CSI_OK) {
            return status;
        }
    }
    return CSI_OK;
}

csi_status csi_shapley_of_values(size_t n, const double *value, double *share)
{
    const uint64_t n_coalitions = (uint64_t)1 << n;
    uint8_t *size = calloc(n_coalitions, sizeof *size);
    double weight[CSI_SHAPLEY_EXACT] = {0}; /* s! (n - s - 1)! / n! */
    if (size == NULL) {
        return CSI_ERR_MEMORY;
    }
    weight[0] = 1.0 / (double)n;
    for (size_t s = 1; s < n; s++) {
        weight[s] = weight[s - 1] * (double)s / (double)(n - s);
    }
    for (uint64_t players = 1; players < n_coalitions; players++) {
        size[players] = (uint8_t)(size[players >> 1] + (players & 1));
    }
    for (size_t q = 0; q < n; q++) {
        const uint64_t own = (uint64_t)1 << q;
        double sum = 0;
        for (uint64_t i = 0; i < n_coalitions / 2; i++) {
            const uint64_t players = (i & ~(own - 1)) << 1 | (i & (own - 1)); /* those without q, rising */
            sum += weight[size[players]] * (value[players | own] - value[players]);
        }
        share[q] = sum;
    }
    free(size);
    return CSI_OK;
}

static csi_status share_exactly(size_t n, csi_game game, void *user, double *share)
{
    double *value = calloc((size_t)1 << n, sizeof *value);
    csi_status status;
    if (value == NULL) {
        return CSI_ERR_MEMORY;
    }
    CSI_TRY(evaluate_all(n, game, user, value));
    CSI_TRY(csi_shapley_of_values(n, value, share));
out:
    free(value);
    return status;
}

/* SplitMix64 (Steele, Lea, Flood 2014): enough for shuffling, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void shuffle(size_t *order, size_t n, uint64_t *state)
{
    for (size_t i = n - 1; i > 0; i--) {
        const size_t j = (size_t)((next_random(state) >> 32) * (i + 1) >> 32);
        const size_t swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
}

/* Adds half of what each player adds in this order (or its reverse) to gain[]. */
static csi_status walk(size_t n, const size_t *order, bool is_reversed, csi_game game, void *user, double *gain)
{
    uint64_t players = 0;
    double before, after;
    csi_status status;
    CSI_TRY(game(user, players, &before));
    for (size_t i = 0; i < n; i++) {
        const size_t q = order[is_reversed ? n - 1 - i : i];
        players |= (uint64_t)1 << q;
        CSI_TRY(game(user, players, &after));
        gain[q] += 0.5 * (after - before);
        before = after;
    }
out:
    return status;
}

csi_status csi_shapley_sampled(size_t n, csi_game game, void *user, size_t n_orders, uint64_t seed, double *share,
                               double *error)
{
    size_t order[63];
    double gain[63], squares[63] = {0};
    csi_status status = CSI_OK;
    if (n > 63) {
        return CSI_ERR_INTERNAL;
    }
    for (size_t q = 0; q < n; q++) {
        order[q] = q;
        share[q] = 0;
    }
    for (size_t i = 0; i < n_orders; i++) {
        shuffle(order, n, &seed);
        for (size_t q = 0; q < n; q++) {
            gain[q] = 0;
        }
        CSI_TRY(walk(n, order, false, game, user, gain));
        CSI_TRY(walk(n, order, true, game, user, gain));
        for (size_t q = 0; q < n; q++) { /* Welford */
            const double delta = gain[q] - share[q];
            share[q] += delta / (double)(i + 1);
            squares[q] += delta * (gain[q] - share[q]);
        }
    }
    for (size_t q = 0; error != NULL && q < n; q++) {
        error[q] = n_orders > 1 ? sqrt(squares[q] / (double)(n_orders - 1) / (double)n_orders) : INFINITY;
    }
out:
    return status;
}

csi_status csi_shapley(size_t n, csi_game game, void *user, size_t n_orders, uint64_t seed, double *share,
                       double *error)
{
    if (n > CSI_SHAPLEY_EXACT) {
        return csi_shapley_sampled(n, game, user, n_orders, seed, share, error);
    }
    for (size_t q = 0; error != NULL && q < n; q++) {
        error[q] = 0;
    }
    return n == 0 ? CSI_OK : share_exactly(n, game, user, share);
}
