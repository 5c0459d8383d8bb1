/* Functions written out for registers of 512 bits: CSI_WIDE, only where CSI_HAS_WIDE, to be called where csi_is_wide(). Beside
 * each stands a plain loop with the same bits (metrics/lanes.h says why and when there are none). */
#ifndef CSI_METRICS_WIDE_H
#define CSI_METRICS_WIDE_H

#if defined(__x86_64__) && !defined(CSINDEX_ONE_LANE)

#include <immintrin.h>
#include <stdbool.h>

#define CSI_HAS_WIDE
#define CSI_WIDE __attribute__((target("avx512f,avx512dq")))

static inline bool csi_is_wide(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

#if defined(__clang__)
#define CSI_UNROLL /* it does so by itself, and complains where sanitizers keep it from what it was asked for */
#else
#define CSI_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
#endif
