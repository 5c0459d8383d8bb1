/* Lanes: one source, compiled for several instruction sets, chosen when it is called.
 *
 * Results must not depend on the processor: the loops so built run over independent lanes (countries, draws) in plain C,
 * with the same operations in the same order for each lane and no contraction, so that wider registers change the time
 * and never a bit. CSI_LANES(name, ...) makes the function `name` out of the inline function `name_body`; CSI_LANES_FUSED
 * takes `name_fused_body` where there are fused multiply-adds, which must give the same bits. With CSINDEX_ONE_LANE defined,
 * where branches are counted, that is for one set alone, and what is inlined is one function, not a copy for each constant
 * that it is called with. */
#ifndef CSI_METRICS_LANES_H
#define CSI_METRICS_LANES_H

#if defined(CSINDEX_ONE_LANE)
#define CSI_INLINE static inline
#else
#define CSI_INLINE static inline __attribute__((always_inline))
#endif

#if defined(__x86_64__) && !defined(CSINDEX_ONE_LANE)

/* For loops that gain nothing from the widest registers: compares of 16-bit entries make masks there. */
#define CSI_LANES_NARROW(name, parameters, arguments)                                              \
    __attribute__((target("avx2"))) static void name##_256 parameters                              \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name##_128 parameters                                                              \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    void name parameters                                                                           \
    {                                                                                              \
        if (__builtin_cpu_supports("avx2")) {                                                      \
            name##_256 arguments;                                                                  \
        } else {                                                                                   \
            name##_128 arguments;                                                                  \
        }                                                                                          \
    }

#define CSI_LANES(name, parameters, arguments) CSI_LANES_OF(name, name##_body, parameters, arguments)
#define CSI_LANES_FUSED(name, parameters, arguments) CSI_LANES_OF(name, name##_fused_body, parameters, arguments)
#define CSI_LANES_OF(name, widest_body, parameters, arguments)                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2"))) static void name##_512 parameters               \
    {                                                                                              \
        widest_body arguments;                                                                     \
    }                                                                                              \
    __attribute__((target("avx2"))) static void name##_256 parameters                      \
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
        } else if (__builtin_cpu_supports("avx2")) {             \
            name##_256 arguments;                                                                  \
        } else {                                                                                   \
            name##_128 arguments;                                                                  \
        }                                                                                          \
    }

#else

#define CSI_LANES_NARROW CSI_LANES
#define CSI_LANES_FUSED CSI_LANES
#define CSI_LANES(name, parameters, arguments) \
    void name parameters                       \
    {                                          \
        name##_body arguments;                 \
    }

#endif
#endif
