/* Random numbers by key: a draw is a function of (seed, replicate, factor, cell) and of nothing else.
 *
 * The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11, doi:10.1145/2063384.2063405), a bijection of a 128-bit counter under a 64-bit key. Order of work, threads,
 * shards and processes therefore cannot change a draw, and two replicates can share all draws but those of one factor,
 * which is what paired comparisons and sensitivity indices need. */
#ifndef CSI_METRICS_RNG_H
#define CSI_METRICS_RNG_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/abreast.h"

/* out = Philox4x32-10 of `counter` under `key`. Published vector: counter 0, key 0 gives
 * 6627e8d5 e169c58d bc57ac4c 9b00dbd8. */
void csi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The same generator for GSL: gsl_rng_set gives the 64-bit key, the counter runs from 0, words come in order. */
extern const gsl_rng_type *const csi_rng_philox;

/* One stream of draws. Streams that differ in any field are independent. */
typedef struct csi_stream {
    uint64_t seed;
    uint64_t replicate;
    uint32_t factor;
} csi_stream;

/* Draws come in groups of CSI_DRAW_GROUP cells, since they are made so many at a time. */
#define CSI_DRAW_GROUP 32

/* Fills word[0..n) with the cells first..first+n of the stream; first and n are multiples of CSI_DRAW_GROUP. Cell i is
 * word (i % 32) / 8 of the block whose counter is {(i / 32) * 8 + i % 8, factor, replicate low, replicate high}. */
void csi_draw_words(const csi_stream *stream, uint32_t first, size_t n, uint32_t *word);

/* The same cells as numbers: uniform on (0, 1), (word + 1/2) / 2^32, and standard normal by its inverse. */
void csi_draw_uniforms(const csi_stream *stream, uint32_t first, size_t n, double *uniform);
void csi_draw_normals(const csi_stream *stream, uint32_t first, size_t n, double *normal);

/* Standard normal draws in single precision, by another transform of the same cells. */
void csi_draw_normal_floats(const csi_stream *stream, uint32_t first, size_t n, float *normal);

/* Both of CSI_ABREAST streams side by side, which differ in the replicate alone: cell i of stream r goes to i * CSI_ABREAST + r. */
void csi_draw_words_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t first, size_t n, uint32_t *word);
void csi_draw_normal_floats_abreast(const csi_stream *stream, const uint64_t *replicate, uint32_t first, size_t n,
                                    float *normal);

/* One cell alone, the same value as csi_draw_uniforms gives. */
double csi_draw_uniform(const csi_stream *stream, uint32_t cell);

static inline double csi_word_uniform(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/* The standard normal quantile of each of uniform[0..n), in place (Wichura 1988, AS 241, PPND16: relative accuracy
 * about 1e-16). 0.975 gives 1.959963984540054. Arguments must lie in (0, 1). */
void csi_normal_quantiles(double *uniform, size_t n);
double csi_normal_quantile(double p);

#endif
