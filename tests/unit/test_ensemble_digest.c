/* Extremes and sums of rows against plain ones, over many lengths and with gaps. */
#include "metrics/ensemble_digest.h"

#include <math.h>

#include "metrics/ensemble_tally.h"
#include "metrics/rng.h"
#include "tests/support/support.h"

enum { ROWS = 44 };

typedef struct digest {
    double least[ROWS], most[ROWS];
    int64_t sum[ROWS], square[ROWS];
} digest;

static void begin(digest *d)
{
    for (size_t i = 0; i < ROWS; i++) {
        d->least[i] = INFINITY;
        d->most[i] = -INFINITY;
        d->sum[i] = (int64_t)i;
        d->square[i] = -(int64_t)i;
    }
}

static void take_plainly(const double *score, size_t n, double low, double scale, digest *d)
{
    for (size_t i = 0; i < n * CSI_ABREAST; i++) {
        const double s = score[i], place = (s - low) * scale;
        const size_t row = i / CSI_ABREAST;
        if (!isnan(s)) {
            d->least[row] = fmin(d->least[row], s);
            d->most[row] = fmax(d->most[row], s);
            d->sum[row] += (int64_t)(s * CSI_TALLY_FIXED);
            d->square[row] += (int64_t)(place * place * CSI_TALLY_SQUARE);
        }
    }
}

Test(ensemble_digest, as_taken_plainly)
{
    static double score[ROWS * CSI_ABREAST];
    for (size_t n = 0; n <= ROWS; n++) {
        digest plain, found;
        begin(&plain);
        begin(&found);
        for (uint64_t batch = 0; batch < 3; batch++) {
            const csi_stream stream = {7, batch, 1};
            for (uint32_t i = 0; i < ROWS * CSI_ABREAST; i++) {
                const double u = csi_draw_uniform(&stream, i);
                score[i] = u < 0.2 || i / CSI_ABREAST % 11 == 5 ? NAN : 150.0 * (u - 0.3);
            }
            take_plainly(score, n, -12.5, 0.01, &plain);
            csi_digest(score, n, -12.5, 0.01, found.least, found.most, found.sum, found.square);
        }
        cr_assert(memcmp(&found, &plain, sizeof found) == 0, "n = %zu", n);
    }
}
