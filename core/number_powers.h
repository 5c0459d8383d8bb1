/* Powers of ten as 128-bit integers, for core/number alone. The table is made at build time by
 * cmake/generate_powers.c. */
#ifndef CSI_CORE_NUMBER_POWERS_H
#define CSI_CORE_NUMBER_POWERS_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 csi_uint128;

#define CSI_POWER_MIN (-342) /* 9999999999999999999e-343 is below half the smallest subnormal */
#define CSI_POWER_MAX 324    /* what writing the smallest subnormal needs */
#define CSI_POWER_EXACT 55   /* 10^0..10^55 fit into 128 bits once their factors of two are taken out */

/* 10^(CSI_POWER_MIN + i), rounded down to 128 significant bits: high word, low word. */
extern const uint64_t csi_powers_of_ten[CSI_POWER_MAX - CSI_POWER_MIN + 1][2];

static inline bool csi_power_is_exact(int power)
{
    return power >= 0 && power <= CSI_POWER_EXACT;
}

/* floor(log2(10^power)); exact for |power| <= 1233. */
static inline int csi_power_log2(int power)
{
    return (power * 1741647) >> 19;
}

#endif
