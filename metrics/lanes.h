/* Lanes: one source, compiled for several instruction sets, chosen when it is called.
 *
 * Results must not depend on the processor: the loops so built run over independent lanes (countries, draws) in plain C,
 * with the same operations in the same order for each lane and no contraction, so that wider registers change the time
 * and never a bit. CSI_LANES(name, ...) makes the function `name` out of the inline function `name_body`. What compilers do
 * not see is written out for the widest registers (metrics/wide.h), beside the plain loop that must give the same. With
 * CSINDEX_ONE_LANE defined there is one set alone and nothing wide: for where branches are counted, and for a build whose
 * bytes are compared. */
#ifndef CSI_METRICS_LANES_H
#define CSI_METRICS_LANES_H

#include "core/inline.h"

#if defined(__x86_64__) && !defined(CSINDEX_ONE_LANE)

/* For loops that gain nothing from the widest registers: compares of 16-bit entries make masks there. */
#define CSI_LANES_NARROW(name, parameters, arguments)                                              \
    __attribute__((target("avx2,fma"))) static void name##_256 parameters                          \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name##_128 parameters                                                              \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    void name parameters                                                                           \
    {                                                                                              \
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {                     \
            name##_256 arguments;                                                                  \
        } else {                                                                                   \
            name##_128 arguments;                                                                  \
        }                                                                                          \
    }

#define CSI_LANES(name, parameters, arguments)                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))                         \
    static void name##_512 parameters                                                              \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    __attribute__((target("avx2,fma"))) static void name##_256 parameters                          \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name##_128 parameters                                                              \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    void name parameters                                                                           \
    {                                                                                              \
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&            \
            __builtin_cpu_supports("avx512vl")) {                                                  \
            name##_512 arguments;                                                                  \
        } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {              \
            name##_256 arguments;                                                                  \
        } else {                                                                                   \
            name##_128 arguments;                                                                  \
        }                                                                                          \
    }

#else

#define CSI_LANES_NARROW CSI_LANES
#define CSI_LANES(name, parameters, arguments) \
    void name parameters                                                                           \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }

#endif
#endif
