/* csindex-bench --scaling: how time and memory grow with countries, indicators, replicates and threads. */
#ifndef CSI_TESTS_BENCH_SCALING_H
#define CSI_TESTS_BENCH_SCALING_H

/* Each case takes about `seconds`; those of many replicates take what they take. Prints one JSON object a line and then a
 * table. 0, or 1 when a case fails. */
int csi_bench_scaling(double seconds);

#endif
