/* For what is to be compiled into the loop that calls it, for the instruction set of that loop (metrics/lanes.h). With
 * CSINDEX_ONE_LANE defined it is one function, not a copy for each caller: for where branches are counted. */
#ifndef CSI_CORE_INLINE_H
#define CSI_CORE_INLINE_H

#if defined(CSINDEX_ONE_LANE)
#define CSI_INLINE static inline
#else
#define CSI_INLINE static inline __attribute__((always_inline))
#endif

#endif
