/* See ensemble_digest.h. Compilers do not see how to find extremes side by side where numbers may be missing, nor how
 * to fold eight rows at once, so both are written out for the widest registers. */
#include "metrics/ensemble_digest.h"

#include <math.h>
#include <string.h>

#include "core/inline.h"
#include "metrics/ensemble_tally.h"
#include "metrics/wide.h"

#define COLUMNS CSI_ABREAST

CSI_INLINE void digest_row(const double *restrict score, double low, double scale, double *restrict least,
                           double *restrict most, int64_t *restrict sum, int64_t *restrict square)
{
    int64_t all = 0, squares = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        const double s = score[k], place = (s - low) * scale;
        all += (int64_t)(s == s ? s * CSI_TALLY_FIXED : 0.0);
        squares += (int64_t)(s == s ? place * place * CSI_TALLY_SQUARE : 0.0);
        *least = s < *least ? s : *least;
        *most = s > *most ? s : *most;
    }
    *sum += all;
    *square += squares;
}

static void digest_plainly(const double *score, size_t n, double low, double scale, double *least, double *most, int64_t *sum,
                           int64_t *square)
{
    for (size_t i = 0; i < n; i++) {
        digest_row(score + i * COLUMNS, low, scale, &least[i], &most[i], &sum[i], &square[i]);
    }
}

#if defined(CSI_HAS_WIDE)

#define EIGHT ((size_t)8)

/* Row i of eight belongs into accumulator slot[i], for FOLD_EIGHT to leave it in lane i. */
static const size_t slot[EIGHT] = {0, 1, 4, 5, 2, 3, 6, 7};

/* Folds eight accumulators of eight lanes into one of a lane each, by adding integers or by taking the lesser or
 * greater. */
#define FOLD_EIGHT(x, fold)                                                                                                 \
    CSI_UNROLL                                                                                                              \
    for (size_t i_ = 0; i_ < 4; i_++) {                                                                                     \
        (x)[i_] = fold(_mm512_shuffle_f64x2((x)[i_], (x)[i_ + 4], 0x44), _mm512_shuffle_f64x2((x)[i_], (x)[i_ + 4], 0xee)); \
    }                                                                                                                       \
    CSI_UNROLL                                                                                                              \
    for (size_t i_ = 0; i_ < 2; i_++) {                                                                                     \
        (x)[i_] = fold(_mm512_shuffle_f64x2((x)[i_], (x)[i_ + 2], 0x88), _mm512_shuffle_f64x2((x)[i_], (x)[i_ + 2], 0xdd)); \
    }                                                                                                                       \
    (x)[0] = fold(_mm512_unpacklo_pd((x)[0], (x)[1]), _mm512_unpackhi_pd((x)[0], (x)[1]))

CSI_INLINE CSI_WIDE __m512d add_integers(__m512d a, __m512d b)
{
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b)));
}

/* Adds eight rows' scores and squares to their sums. */
CSI_INLINE CSI_WIDE void add_eight(const double *score, double low, double scale, int64_t *sum, int64_t *square)
{
    const __m512d from = _mm512_set1_pd(low), by = _mm512_set1_pd(scale), fixed = _mm512_set1_pd(CSI_TALLY_FIXED);
    const __m512d fixed_square = _mm512_set1_pd(CSI_TALLY_SQUARE);
    __m512d all[EIGHT], squares[EIGHT];
    CSI_UNROLL
    for (size_t i = 0; i < EIGHT; i++) {
        __m512i own = _mm512_setzero_si512(), own_squares = own;
        for (size_t k = 0; k < COLUMNS; k += 8) {
            const __m512d s = _mm512_loadu_pd(score + i * COLUMNS + k), place = _mm512_mul_pd(_mm512_sub_pd(s, from), by);
            const __mmask8 is_there = _mm512_cmp_pd_mask(s, s, _CMP_EQ_OQ);
            const __m512d square_of = _mm512_mul_pd(_mm512_mul_pd(place, place), fixed_square);
            own = _mm512_add_epi64(own, _mm512_maskz_cvttpd_epi64(is_there, _mm512_mul_pd(s, fixed)));
            own_squares = _mm512_add_epi64(own_squares, _mm512_maskz_cvttpd_epi64(is_there, square_of));
        }
        all[slot[i]] = _mm512_castsi512_pd(own);
        squares[slot[i]] = _mm512_castsi512_pd(own_squares);
    }
    FOLD_EIGHT(all, add_integers);
    FOLD_EIGHT(squares, add_integers);
    _mm512_storeu_pd((void *)sum, add_integers(all[0], _mm512_loadu_pd((const void *)sum)));
    _mm512_storeu_pd((void *)square, add_integers(squares[0], _mm512_loadu_pd((const void *)square)));
}

/* Stretches eight rows' extremes: where a score is missing, the second operand is taken. */
CSI_INLINE CSI_WIDE void stretch_eight(const double *score, double *least, double *most)
{
    __m512d lowest[EIGHT], highest[EIGHT];
    CSI_UNROLL
    for (size_t i = 0; i < EIGHT; i++) {
        const __m512d s = _mm512_loadu_pd(score + i * COLUMNS), t = _mm512_loadu_pd(score + i * COLUMNS + 8);
        lowest[slot[i]] = _mm512_min_pd(s, _mm512_min_pd(t, _mm512_set1_pd((double)INFINITY)));
        highest[slot[i]] = _mm512_max_pd(s, _mm512_max_pd(t, _mm512_set1_pd(-(double)INFINITY)));
    }
    FOLD_EIGHT(lowest, _mm512_min_pd);
    FOLD_EIGHT(highest, _mm512_max_pd);
    _mm512_storeu_pd(least, _mm512_min_pd(lowest[0], _mm512_loadu_pd(least)));
    _mm512_storeu_pd(most, _mm512_max_pd(highest[0], _mm512_loadu_pd(most)));
}

/* The last n rows, fewer than eight: rows without a score fill them up. */
CSI_WIDE static void digest_rest(const double *score, size_t n, double low, double scale, double *least, double *most,
                                 int64_t *sum, int64_t *square)
{
    double own[EIGHT * COLUMNS], lowest[EIGHT] = {0.0}, highest[EIGHT] = {0.0};
    int64_t all[EIGHT] = {0}, squares[EIGHT] = {0};
    memcpy(own, score, n * COLUMNS * sizeof *own);
    for (size_t i = n * COLUMNS; i < EIGHT * COLUMNS; i++) {
        own[i] = (double)NAN;
    }
    memcpy(lowest, least, n * sizeof *least);
    memcpy(highest, most, n * sizeof *most);
    add_eight(own, low, scale, all, squares);
    stretch_eight(own, lowest, highest);
    for (size_t i = 0; i < n; i++) {
        least[i] = lowest[i];
        most[i] = highest[i];
        sum[i] += all[i];
        square[i] += squares[i];
    }
}

CSI_WIDE static void digest_wide(const double *score, size_t n, double low, double scale, double *least, double *most, int64_t *sum,
                             int64_t *square)
{
    size_t i = 0;
    for (; i + EIGHT <= n; i += EIGHT) {
        add_eight(score + i * COLUMNS, low, scale, sum + i, square + i);
        stretch_eight(score + i * COLUMNS, least + i, most + i);
    }
    if (i < n) {
        digest_rest(score + i * COLUMNS, n - i, low, scale, least + i, most + i, sum + i, square + i);
    }
}

#endif

void csi_digest(const double *score, size_t n, double low, double scale, double *least, double *most, int64_t *sum,
                int64_t *square)
{
#if defined(CSI_HAS_WIDE)
    if (csi_is_wide()) {
        digest_wide(score, n, low, scale, least, most, sum, square);
        return;
    }
#endif
    digest_plainly(score, n, low, scale, least, most, sum, square);
}
