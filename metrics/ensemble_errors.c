/* The errors of the sources as drawn, for one replicate and for CSI_ABREAST side by side: the same numbers.
 *
 * An error is a standard normal draw of its own for every cell of the raw panel, of which a part may be kept over the years.
 * A value x with the standard errors s+ above and s- below is drawn as x + (e > 0 ? s+ : s-) e: the "dimidiated" Gaussian of
 * Barlow (2003), "Asymmetric systematic errors", arXiv:physics/0306138, with its median at x. Where a source gives bounds
 * that hold a share p, s+ = (high - x) / z, s- = (x - low) / z, z the normal quantile of (1 + p) / 2, so that value and both
 * bounds are the quantiles that the source says they are. The two-piece normal with its mode at x (Wallis 2014, Statistical
 * Science 29:106-112) would put x at another quantile: statistical agencies and V-Dem publish medians or means, not modes. By
 * hand: 10 between 8 and 14 of 90 % has s- = 1.2159, s+ = 2.4318, mean 10 + (s+ - s-) / sqrt(2 pi) = 10.4851. At an end of a
 * scale one of the two is 0. */
#include <math.h>

#include "metrics/ensemble_model.h"
#include "metrics/lanes.h"
#include "metrics/rng.h"

#define SHARED_ERRORS (CSI_N_FACTORS + 64) /* the part of an error that a country keeps over the years */

static bool keeps(const csi_ensemble *e)
{
    return e->spec->error_correlation > 0.0;
}

static uint32_t first_cell(const csi_ensemble *e, size_t k, size_t year)
{
    return (uint32_t)((e->erring[k] * e->raw->n_years + year) * e->stride);
}

size_t csi_error_room(const csi_ensemble *ensemble)
{
    return (ensemble->n_erring * ensemble->raw->n_years + 1) * ensemble->stride;
}

size_t csi_kept_room(const csi_ensemble *ensemble)
{
    return keeps(ensemble) ? ensemble->n_erring * ensemble->stride * CSI_ABREAST : 0;
}

CSI_INLINE void scale_body(float by, size_t n, float *restrict row)
{
    for (size_t i = 0; i < n; i++) {
        row[i] *= by;
    }
}
static void scale(float by, size_t n, float *restrict row);
CSI_LANES(scale, (float by, size_t n, float *restrict row), (by, n, row))

CSI_INLINE void join_body(const float *restrict kept, float fresh, size_t n, float *restrict row)
{
    for (size_t i = 0; i < n; i++) {
        row[i] = kept[i] + fresh * row[i];
    }
}
static void join(const float *restrict kept, float fresh, size_t n, float *restrict row);
CSI_LANES(join, (const float *restrict kept, float fresh, size_t n, float *restrict row), (kept, fresh, n, row))

/* Where bounds are asymmetric: half of the draws to either side, each side with a spread of its own, of n countries with
 * `width` (a constant) replicates each. */
CSI_INLINE void skew_rows(const float *restrict above, const float *restrict below, size_t n, const size_t width,
                          float *restrict row)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < width; r++) {
            const float own = row[i * width + r];
            row[i * width + r] = own * (own > 0.0F ? above[i] : below[i]);
        }
    }
}

CSI_INLINE void skew_abreast_body(const float *restrict above, const float *restrict below, size_t n, float *restrict row)
{
    skew_rows(above, below, n, CSI_ABREAST, row);
}
static void skew_abreast(const float *restrict above, const float *restrict below, size_t n, float *restrict row);
CSI_LANES(skew_abreast, (const float *restrict above, const float *restrict below, size_t n, float *restrict row),
          (above, below, n, row))

void csi_kept_errors(const csi_ensemble *ensemble, const uint64_t *key, float *kept)
{
    const csi_ensemble *e = ensemble;
    const csi_stream shared = {.seed = e->spec->seed, .factor = SHARED_ERRORS};
    for (size_t k = 0; k < e->n_erring && keeps(e); k++) {
        float *row = kept + k * e->stride * CSI_ABREAST;
        csi_draw_normal_floats_abreast(&shared, key, (uint32_t)(e->erring[k] * e->stride), e->stride, row);
        scale((float)sqrt(e->spec->error_correlation), e->stride * CSI_ABREAST, row);
    }
}

void csi_indicator_errors(const csi_ensemble *ensemble, const uint64_t *key, size_t k, size_t year, const float *kept,
                          float *error)
{
    const csi_ensemble *e = ensemble;
    const csi_stream own = {.seed = e->spec->seed, .factor = CSI_FACTOR_ERRORS};
    const size_t stride = e->stride;
    csi_draw_normal_floats_abreast(&own, key, first_cell(e, k, year), stride, error);
    if (keeps(e)) {
        join(kept + k * stride * CSI_ABREAST, (float)sqrt(1.0 - e->spec->error_correlation), stride * CSI_ABREAST, error);
    }
    if (e->skew[k].above != NULL) {
        skew_abreast(e->skew[k].above + year * stride, e->skew[k].below + year * stride, stride, error);
    }
}

void csi_replicate_errors(const csi_ensemble *ensemble, const csi_replicate *replicate, float *error)
{
    const csi_ensemble *e = ensemble;
    const csi_stream own = {e->spec->seed, replicate->error_key, CSI_FACTOR_ERRORS};
    const csi_stream shared = {e->spec->seed, replicate->error_key, SHARED_ERRORS};
    const size_t n_years = e->raw->n_years, stride = e->stride;
    float *kept = error + e->n_erring * n_years * stride;
    for (size_t k = 0; k < e->n_erring; k++) {
        if (keeps(e)) {
            csi_draw_normal_floats(&shared, (uint32_t)(e->erring[k] * stride), stride, kept);
            scale((float)sqrt(e->spec->error_correlation), stride, kept);
        }
        for (size_t year = 0; year < n_years; year++) {
            float *row = error + (k * n_years + year) * stride;
            csi_draw_normal_floats(&own, first_cell(e, k, year), stride, row);
            if (keeps(e)) {
                join(kept, (float)sqrt(1.0 - e->spec->error_correlation), stride, row);
            }
            if (e->skew[k].above != NULL) {
                skew_rows(e->skew[k].above + year * stride, e->skew[k].below + year * stride, stride, 1, row);
            }
        }
    }
}
