/* Nearest neighbours by covariates: each is standardised over the countries that have them all (divisor n - 1), and
 *     d(a, b) = sqrt(sum_k (z_ak - z_bk)^2)
 * Peers are chosen by what a country is, never by what it scores: peers by outcome would only repeat the ranking (OECD/JRC
 * Handbook 2008, step 8). By hand: one covariate 1, 2, 4: sd 1.527525; from 2 the peers are 1 (0.654654) and 4 (1.309307).
 * Edges: a covariate that is the same for all parts nobody and counts 0; fewer than two complete countries: no peers. */
#include "metrics/peers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static bool is_complete(const double *const *covariate, size_t n_covariates, size_t country)
{
    for (size_t k = 0; k < n_covariates; k++) {
        if (isnan(covariate[k][country])) {
            return false;
        }
    }
    return true;
}

/* The standard deviation of one covariate over the complete countries; 0 for fewer than two. */
static double spread(const double *const *covariate, size_t n_covariates, size_t n_countries, size_t k)
{
    double mean = 0, squares = 0;
    size_t n = 0;
    for (size_t c = 0; c < n_countries; c++) {
        if (is_complete(covariate, n_covariates, c)) {
            const double delta = covariate[k][c] - mean;
            mean += delta / (double)++n;
            squares += delta * (covariate[k][c] - mean);
        }
    }
    return n > 1 ? sqrt(squares / (double)(n - 1)) : 0;
}

static int nearer(const void *a, const void *b)
{
    const csi_peer *x = a, *y = b;
    if (x->distance != y->distance) {
        return x->distance < y->distance ? -1 : 1;
    }
    return (x->country > y->country) - (x->country < y->country);
}

csi_status csi_peers_find(const double *const *covariate, size_t n_covariates, size_t n_countries, size_t country,
                          csi_peer *peer, size_t *n_peers)
{
    double *sd = calloc(n_covariates + 1, sizeof *sd);
    *n_peers = 0;
    if (sd == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t k = 0; k < n_covariates; k++) {
        sd[k] = spread(covariate, n_covariates, n_countries, k);
    }
    for (size_t c = 0; c < n_countries && is_complete(covariate, n_covariates, country); c++) {
        double squares = 0;
        for (size_t k = 0; k < n_covariates; k++) {
            const double apart = sd[k] > 0 ? (covariate[k][c] - covariate[k][country]) / sd[k] : 0;
            squares += apart * apart;
        }
        if (c != country && is_complete(covariate, n_covariates, c)) {
            peer[(*n_peers)++] = (csi_peer){c, sqrt(squares)};
        }
    }
    qsort(peer, *n_peers, sizeof *peer, nearer);
    free(sd);
    return CSI_OK;
}
