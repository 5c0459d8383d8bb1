/* Sobol points, scrambled, in up to CSI_SOBOL_MAX_DIMENSIONS dimensions, by random access.
 *
 * GSL's sequence ends at 40 dimensions, which is 20 factors in a design of two matrices. */
#ifndef CSI_METRICS_RNG_SOBOL_H
#define CSI_METRICS_RNG_SOBOL_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define CSI_SOBOL_MAX_DIMENSIONS 1024
#define CSI_SOBOL_BITS 32

typedef struct csi_sobol csi_sobol;

/* A sequence of n_dimensions (1..CSI_SOBOL_MAX_DIMENSIONS) whose scrambling is keyed by `seed`: different seeds give
 * independent scramblings of the same net. Owned by the caller. */
CSI_MUST_USE csi_status csi_sobol_new(size_t n_dimensions, uint64_t seed, csi_sobol **sobol);
void csi_sobol_free(csi_sobol *sobol);
size_t csi_sobol_dimensions(const csi_sobol *sobol);

/* Coordinate `dimension` of point `index` as a 32-bit fraction, before and after scrambling. */
uint32_t csi_sobol_raw(const csi_sobol *sobol, uint32_t index, size_t dimension);
uint32_t csi_sobol_word(const csi_sobol *sobol, uint32_t index, size_t dimension);

/* Fills point[0..n_dimensions) with point `index`, each on (0, 1). */
void csi_sobol_fill(const csi_sobol *sobol, uint32_t index, double *point);

#endif
