/* How many replicates of an ensemble are worked on side by side. */
#ifndef CSI_METRICS_ABREAST_H
#define CSI_METRICS_ABREAST_H

#include <stddef.h>
#include <stdint.h>

#define CSI_ABREAST 16

/* Called with rows `first` on, n of them, as soon as they are written, while they are in the nearest cache. */
typedef void csi_take_rows(void *user, size_t first, size_t n);

/* Half of a row of numbers, one for each of them, as the widest registers hold it. For loops of which compilers would
 * make something else. */
typedef double csi_half __attribute__((vector_size(4 * CSI_ABREAST), aligned(8), may_alias));
typedef int64_t csi_half_integers __attribute__((vector_size(4 * CSI_ABREAST), aligned(8), may_alias));

#endif
