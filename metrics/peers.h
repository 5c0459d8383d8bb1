/* Peers: the countries nearest in what they are, whatever they score. */
#ifndef CSI_METRICS_PEERS_H
#define CSI_METRICS_PEERS_H

#include <stddef.h>

#include "core/status.h"

typedef struct csi_peer {
    size_t country;
    double distance; /* Euclidean, in standard deviations of each covariate */
} csi_peer;

/* Fills peer[0..*n_peers) with the other countries, nearest first, ties in the order of the countries. covariate[k][c] is
 * covariate k of country c, NaN where unknown: a country that lacks one is nobody's peer, and has none. `peer` needs
 * n_countries entries. Fails only when out of memory. */
CSI_MUST_USE csi_status csi_peers_find(const double *const *covariate, size_t n_covariates, size_t n_countries,
                                       size_t country, csi_peer *peer, size_t *n_peers);

#endif
